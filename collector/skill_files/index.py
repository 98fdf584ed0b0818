"""Reading the skill files at once, without the rest of a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from collector.registry import Project, find_project, projects
from collector.skill_files.scan import ProjectScan, before, scan
from collector.skill_files.storing import forget_user_folders, read_user_folders, store
from schema.connection import transaction
from schema.warehouse import Connection, Warehouse

Consent = Literal["given", "withdrawn", "unchanged"]


def index(
    warehouse: Warehouse,
    names: Sequence[str] = (),
    *,
    now: datetime,
    full: bool = False,
    home: str | None = None,
    user: Consent = "unchanged",
) -> list[ProjectScan]:
    """Read the skill files of the named projects, or of every active one.

    ``user`` says whether those in the user's own folders, below ``home``, may be read from now on.
    Raises UnknownName, WarehouseError.
    """
    if user != "unchanged":
        with warehouse.writing() as con, transaction(con):
            if user == "given" and home is not None:
                read_user_folders(con, os.path.realpath(home))
            else:
                forget_user_folders(con)
    with warehouse.reading() as con:
        selected = _selected(con, names)
        known = before(con)
    found = scan(warehouse, selected, known, full=full)
    with warehouse.writing() as con, transaction(con):
        stored = store(con, found, now=now)
    return list(stored.projects.values())


def _selected(con: Connection, names: Sequence[str]) -> list[Project]:
    if names:
        named = {each.project_id: each for each in (find_project(con, name) for name in names)}
        return sorted(named.values(), key=lambda each: each.name)
    return [each for each in projects(con) if each.is_active]
