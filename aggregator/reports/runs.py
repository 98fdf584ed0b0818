"""Collect runs: when each was, what it did, and how it ended."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from aggregator.reports.open_runs import interrupted_runs
from schema.errors import UnknownName
from schema.frozen import dataclass
from schema.spelling import command
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
"""What a run counts, per project and in all."""

_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class ProjectRun:
    """What a run did for a project. ``duration_ms`` is the time of scanning and reading."""

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
    """A collect run: ``outcome`` is done, problems, failed, running or interrupted.

    ``whole`` says that it was for all active projects. ``error`` is why it failed, otherwise None.
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
    """Some runs, newest first, and how many match in all."""

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
    """The last ``limit`` runs: of all, of those that reached a project, or of those that failed.

    With ``project_id`` each run has that project's part only.
    """
    found = _read(con, now, limit=limit, project_id=project_id, failed=failed)
    return Runs([run for run, _ in found], found[0][1] if found else 0)


def run(con: Connection, run_id: int, *, now: datetime) -> Run:
    """One run. UnknownName if there is none of that number."""
    found = _read(con, now, limit=1, run_id=run_id)
    if not found:
        raise UnknownName(f"There is no refresh {run_id}.", f"List them: {command('runs')}")
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
        "run_id": None if run_id is None else max(0, min(run_id, _LARGEST)),
        "failed": failed,
        "project_id": project_id,
        "count": min(limit, _LARGEST),
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
