"""Which projects are collected: a project is a folder by its real path, registered once.

Leaving the registry keeps the history; only ``purge`` deletes it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from collector.projects.sharing import decide_owners, folder_of
from collector.transcripts import folders
from schema.connection import transaction
from schema.frozen import dataclass
from schema.projects import resolve_project
from schema.statements import run_all, statement
from schema.warehouse import Connection, from_micros


@dataclass(frozen=True)
class Project:
    """A registered project. ``transcripts`` is which of its transcripts' rows count."""

    project_id: str
    path: str
    name: str
    project_type: str | None
    timezone: str
    tags: dict[str, str]
    repository: str | None
    is_worktree: bool
    registered_at: datetime
    last_sync_at: datetime | None
    is_active: bool
    transcripts: str = "auto"
    type_basis: str | None = None

    @property
    def is_type_guessed(self) -> bool:
        """Whether the type is ours, and not the user's word."""
        return self.type_basis == "guessed"

    @property
    def may_be_guessed(self) -> bool:
        """Whether its type was never set, neither to a type nor to none."""
        return self.is_type_guessed or (self.type_basis is None and self.project_type is None)


def projects(con: Connection) -> list[Project]:
    """Every registered project, active ones first, by name."""
    rows = con.execute(statement("collector/sql/projects.sql")).fetchall()
    return [
        Project(
            project_id=row[0],
            path=row[1],
            name=row[2],
            project_type=row[3],
            timezone=row[4],
            tags=json.loads(row[5]),
            repository=row[6],
            is_worktree=row[7],
            registered_at=from_micros(row[8]),
            last_sync_at=None if row[9] is None else from_micros(row[9]),
            is_active=row[10],
            transcripts=row[11],
            type_basis=row[12],
        )
        for row in rows
    ]


def projects_at(con: Connection, paths: Sequence[str]) -> dict[str, Project]:
    """The registered project at each of these real paths that has one, by any of its paths."""
    known = projects(con)
    by_path = {each.path: each for each in known}
    by_folder = {folder_of(each.path): each for each in known}
    by_folder.pop(None, None)
    found = {path: by_path.get(path) or by_folder.get(folder_of(path)) for path in paths}
    return {path: project for path, project in found.items() if project is not None}


def find_project(con: Connection, text: str) -> Project:
    """The project that an id, a name or a path names. UnknownName suggests the nearest."""
    return by_id(con, resolve_project(con, text))


def by_id(con: Connection, project_id: str) -> Project:
    """The project of an id that is registered."""
    return next(project for project in projects(con) if project.project_id == project_id)


def rows_held(con: Connection) -> Counter[str]:
    """How many invocations and executions each project holds, by its id."""
    return Counter(dict(con.execute(statement("collector/sql/project_rows.sql")).fetchall()))


def unregister(con: Connection, project: Project) -> None:
    """Stop collecting from the project; its history stays and leaves the answers.

    Rows that another project holds as well stay, and count for that one.
    """
    with transaction(con):
        con.execute(
            statement("collector/sql/deactivate.sql"),
            {"id": project.project_id},
        )
        decide_owners(con)
        mark_all_dirty(con, project)


def purge(con: Connection, project: Project) -> int:
    """Delete the project and every row of it; returns how many invocations went.

    Rows that another project holds as well count for that one from now on.
    """
    with transaction(con):
        return remove(con, project)


def remove(con: Connection, project: Project) -> int:
    """The same, within the caller's transaction."""
    values = {"id": project.project_id}
    mark_all_dirty(con, project)
    run_all(con, "collector/sql/forget_project.sql", values)
    decide_owners(con)
    rows = rows_held(con)[project.project_id]
    run_all(con, "collector/sql/purge_project.sql", values)
    folders.forget(con, project.project_id)
    return rows


def mark_all_dirty(con: Connection, project: Project) -> None:
    """Have the statistics of all days on which the project has rows computed again."""
    con.execute(statement("collector/sql/mark_project_dirty.sql"), {"id": project.project_id})
