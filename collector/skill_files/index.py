"""Reading the skill files at once, without the rest of a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from collector.projects.registry import Project, find_project, projects
from collector.skill_files.scan import ProjectScan, before, scan
from collector.skill_files.storing import forget_user_folders, read_user_folders, store
from collector.skill_files.vectors import are_missing, make_vectors
from schema.connection import transaction
from schema.sentence_model import ModelFiles, choose
from schema.statements import run_all
from schema.warehouse import Connection, Warehouse

Consent = Literal["given", "withdrawn", "unchanged"]


@dataclass(frozen=True)
class Indexed:
    """The projects that were looked at, and how many vectors were made, or why none."""

    projects: list[ProjectScan]
    vectors: int
    trouble: str | None


def index(
    warehouse: Warehouse,
    names: Sequence[str] = (),
    *,
    now: datetime,
    full: bool = False,
    home: str | None = None,
    user: Consent = "unchanged",
    model: ModelFiles | Literal["unchanged"] | None = "unchanged",
) -> Indexed:
    """Read the skill files of the named projects, or of every active one.

    ``user`` says whether those in the user's own folders, below ``home``, may be read from now on.
    ``model`` is the sentence model that is used from now on. Raises UnknownName, WarehouseError.
    """
    if model != "unchanged":
        with warehouse.writing() as con, transaction(con):
            choose(con, model)
            run_all(con, "collector/skill_files/sql/forget_vectors.sql", {})
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
        lacks_vectors = are_missing(con)
    done = list(stored.projects.values())
    vectors, trouble = make_vectors(warehouse) if lacks_vectors else (0, None)
    return Indexed(done, vectors, trouble)


def _selected(con: Connection, names: Sequence[str]) -> list[Project]:
    if names:
        named = {each.project_id: each for each in (find_project(con, name) for name in names)}
        return sorted(named.values(), key=lambda each: each.name)
    return [each for each in projects(con) if each.is_active]
