"""The ledger as it is read: which passes there were, what each did, and how it ended."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from schema.errors import UnknownName
from schema.statements import statement
from schema.warehouse import Connection, from_micros

COUNTS = (
    "files",
    "files_unchanged",
    "records_read",
    "inserted",
    "updated",
    "unchanged",
    "rejected",
    "ignored",
)
"""What a pass counts, per project and in all."""

SIGN_OF_LIFE = timedelta(hours=1)
"""A pass stores a part every few seconds; one that has been silent so long is not at work."""


@dataclass(frozen=True)
class ProjectRun:
    """What a pass did for a project. ``duration_ms`` is what looking and reading took."""

    project_id: str
    project_name: str
    counts: dict[str, int]
    duration_ms: int
    problems: list[str]
    notes: list[str]

    @property
    def outcome(self) -> str:
        return "problems" if self.problems else "done"


@dataclass(frozen=True)
class Run:
    """A pass: ``outcome`` is done, problems, failed, running or interrupted.

    ``whole`` says that it was for all active projects. ``error`` is why it failed, else None.
    """

    run_id: int
    trigger: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    error: str | None
    whole: bool
    projects: list[ProjectRun]

    @property
    def counts(self) -> dict[str, int]:
        """Over its projects."""
        return {name: sum(each.counts[name] for each in self.projects) for name in COUNTS}

    @property
    def problems(self) -> list[str]:
        return [problem for each in self.projects for problem in each.problems]


@dataclass(frozen=True)
class Runs:
    """Some passes, the last first, and how many there are of that kind."""

    shown: list[Run]
    matching: int


def runs(
    con: Connection,
    *,
    now: datetime,
    limit: int,
    project_id: str | None = None,
    failed: bool = False,
) -> Runs:
    """The last ``limit`` passes: all of them, those that reached a project, those that failed.

    With ``project_id`` a pass is shown with that project's part only.
    """
    found = _read(con, now, limit=limit, project_id=project_id, failed=failed)
    return Runs([run for run, _ in found], found[0][1] if found else 0)


def run(con: Connection, run_id: int, *, now: datetime) -> Run:
    """One pass. UnknownName when there is none of that number."""
    found = _read(con, now, limit=1, run_id=run_id)
    if not found:
        raise UnknownName(f"There is no pass {run_id}.", "skillhouse runs lists them.")
    return found[0][0]


def _read(
    con: Connection,
    now: datetime,
    *,
    limit: int,
    run_id: int | None = None,
    project_id: str | None = None,
    failed: bool = False,
) -> list[tuple[Run, int]]:
    values = {
        "interrupted": interrupted_runs(con, now),
        "run_id": run_id,
        "failed": failed,
        "project_id": project_id,
        "count": limit,
    }
    rows = con.execute(statement("aggregator/reports/runs.sql"), values).fetchall()
    return [
        (
            Run(
                row[0],
                row[1],
                from_micros(row[2]),
                from_micros(row[3]),
                row[4],
                row[5],
                row[6],
                [
                    _project_run(each)
                    for each in json.loads(row[7])
                    if project_id in (None, each["project_id"])
                ],
            ),
            row[8],
        )
        for row in rows
    ]


def _project_run(entry: dict[str, Any]) -> ProjectRun:
    return ProjectRun(
        entry["project_id"],
        entry["project_name"],
        {name: int(entry[name]) for name in COUNTS},
        int(entry["duration_ms"]),
        list(entry["problems"]),
        list(entry["notes"]),
    )


def interrupted_runs(con: Connection, now: datetime) -> Sequence[int]:
    """Passes that still say they are running, though whoever ran them is gone.

    A process runs one pass after the other, so a later one of its own ends an earlier one. Its
    number may since have been given to another process, which is why silence ends a pass as well.
    """
    found = con.execute(statement("aggregator/reports/open_runs.sql")).fetchall()
    return [
        run_id
        for run_id, process_id, seen_us, followed in found
        if followed
        or process_id is None
        or now - from_micros(seen_us) > SIGN_OF_LIFE
        or not _lives(process_id)
    ]


def _lives(process_id: int) -> bool:
    """Whether there is a process of that number. On Windows asking that way would end it."""
    if os.name == "nt":
        return True
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
