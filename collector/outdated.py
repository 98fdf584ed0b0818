"""Projects that changed between reading and merging.

Reading takes a while and locks nothing. Meanwhile a project may be purged, unregistered, moved or
given another time zone, and a backup may be restored. Rows of such a project are not merged: they
were read under assumptions that no longer hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from collector.projects.registry import Project
from schema.statements import run_all, statement
from schema.warehouse import Connection

Outdated = Literal["gone", "unregistered", "moved", "rezoned", "rewound"]
CHANGED: tuple[Outdated, ...] = ("moved", "rezoned", "rewound")
"""For these reasons a project can be read again as it is now."""

_REASONS: dict[Outdated, str] = {
    "gone": "is no longer registered (purged, or not in the backup that was restored while it was"
    " read); nothing was stored",
    "unregistered": "was unregistered while it was read; nothing was stored",
    "moved": "was moved while it was read; the next refresh reads it from its new folder",
    "rezoned": "got another time zone while it was read; the next refresh reads it again",
    "rewound": (
        "changed in the warehouse while it was read (restored or registered again"
        " ); the next refresh reads it again"
    ),
}


def explain(reason: Outdated) -> str:
    """Why a project was left out, as a sentence for a person."""
    return _REASONS[reason]


def outdated(con: Connection, assumed: Iterable[Project]) -> dict[str, Outdated]:
    """Those of the projects, by id, that changed since they were read.

    Call it in the transaction that merges the rows: it compares with the warehouse as it is then.
    """
    con.execute("truncate assumed_projects").fetchall()
    appender = con.appender("assumed_projects")
    for each in assumed:
        appender.append_row(each.project_id, each.path, each.timezone, each.is_active)
    appender.flush()
    found: dict[str, Outdated] = {}
    # Checkpoints are long: where no file was read, there are none to compare.
    if con.execute(statement("collector/sql/staged_bases.sql")).fetchall():
        rewound = con.execute(statement("collector/sql/rewound.sql")).fetchall()
        found |= {project_id: "rewound" for (project_id,) in rewound}
    # What is wrong with a project's registration counts more than what is with its files.
    found |= dict(con.execute(statement("collector/sql/outdated.sql")).fetchall())
    return found


def leave_out(con: Connection, projects: Collection[str]) -> None:
    """Drop all that is staged of these projects."""
    if projects:
        run_all(con, "collector/sql/leave_out.sql", {"projects": list(projects)})
