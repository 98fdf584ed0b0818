"""What a pass assumed when it read a project, held against the warehouse when it stores the rows.

Reading takes a while and holds nothing. Meanwhile a project may be purged, unregistered, moved or
given another zone, and a backup may be put in the warehouse's place. Rows that were read under what
no longer holds are not stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from collector.registry import Project
from schema.statements import run_all, statement
from schema.warehouse import Connection

Outdated = Literal["gone", "unregistered", "moved", "rezoned", "rewound"]
CHANGED: tuple[Outdated, ...] = ("moved", "rezoned", "rewound")
"""Of these the project is still there and can be read as it is now."""

_SAID: dict[Outdated, str] = {
    "gone": "is no longer registered (purged, or not in the backup that was restored while it was"
    " read); nothing of it was stored",
    "unregistered": "was unregistered while it was read; nothing of it was stored",
    "moved": "was moved while it was read; the next refresh reads it in its new place",
    "rezoned": "was given another time zone while it was read; the next refresh reads it in that",
    "rewound": (
        "has another history in the warehouse than when it was read (restored or registered anew"
        " meanwhile); the next refresh reads it again"
    ),
}


def said(reason: Outdated) -> str:
    """The reason why a project was left out, for a person."""
    return _SAID[reason]


def outdated(con: Connection, assumed: Iterable[Project]) -> dict[str, Outdated]:
    """Those of the projects, by id, for which no longer holds what their reading assumed.

    Call it in the transaction that stores the rows: it looks at the warehouse as it is then.
    """
    con.execute("truncate assumed_projects").fetchall()
    appender = con.appender("assumed_projects")
    for each in assumed:
        appender.append_row(each.project_id, each.path, each.timezone, each.is_active)
    appender.flush()
    return dict(con.execute(statement("collector/sql/outdated.sql")).fetchall())


def leave_out(con: Connection, projects: Collection[str]) -> None:
    """Drop all that is staged of these projects."""
    if projects:
        run_all(con, "collector/sql/leave_out.sql", {"projects": list(projects)})
