"""Workflow executions as the engine's file tells them, and the skills used in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from aggregator.measures import Question
from schema.frozen import dataclass
from schema.statements import statement
from schema.warehouse import Connection, from_micros

Outcome = Literal["success", "failure", "abandoned", "open"]
How = Literal["session", "time", "doubtful"]

_OUTCOMES: dict[str, Outcome] = {
    "completed": "success",
    "failed": "failure",
    "timeout": "failure",
    "cancelled": "abandoned",
}
"""The words for an end that the engine has; any other is not an end."""

_NAMED = re.compile(r"wf_[0-9a-f]{8}_(.+)", re.DOTALL)
"""How the engine makes an id: eight random digits and the task's type, which names the workflow."""

DOUBT = timedelta(days=1)
"""For so long after its last change an execution without an end may still have been at work."""


@dataclass(frozen=True)
class Execution:
    """One run of a workflow. ``name`` is None where the id holds none.

    ``updated_at`` is its last change, which of one that ended is the end; ``duration_ms`` is None
    for others, and where the clock went back. ``repositories`` are ids of registered projects.
    """

    project_id: str
    workflow_id: str
    name: str | None
    status: str
    outcome: Outcome
    started_at: datetime
    updated_at: datetime | None
    repositories: tuple[str, ...]

    @property
    def duration_ms(self) -> float | None:
        if self.outcome == "open" or self.updated_at is None:
            return None
        passed = (self.updated_at - self.started_at) / timedelta(milliseconds=1)
        return passed if passed >= 0 else None

    @property
    def until(self) -> datetime:
        """Until when a use in its projects may have been a part of it."""
        last = max(self.started_at, self.updated_at or self.started_at)
        return last + DOUBT if self.outcome == "open" else last


@dataclass(frozen=True)
class Pair:
    """How often a skill or agent was used in an execution, and how that is known."""

    kind: str
    skill_name: str
    how: How
    uses: int


def every_execution(con: Connection) -> list[Execution]:
    """All of all projects, in the order of their beginning."""
    text = statement("aggregator/reports/workflows/executions.sql")
    return [
        Execution(
            project,
            workflow_id,
            match[1] if (match := _NAMED.fullmatch(workflow_id)) else None,
            status,
            _OUTCOMES.get(status.lower(), "open"),
            from_micros(started_us),
            None if updated_us is None else from_micros(updated_us),
            tuple(repositories),
        )
        for project, workflow_id, status, started_us, updated_us, repositories in con.execute(
            text
        ).fetchall()
    ]


def pairs(
    con: Connection, question: Question, executions: Sequence[Execution]
) -> dict[Execution, list[Pair]]:
    """The uses in each execution. All that ran are needed: any may make another doubtful."""
    if not executions:
        return {}
    windows = [
        (number, project, each)
        for number, each in enumerate(executions)
        for project in each.repositories
    ]
    values = {
        "numbers": list(range(len(executions))),
        "workflow_ids": [each.workflow_id for each in executions],
        "window_numbers": [number for number, _, _ in windows],
        "window_projects": [project for _, project, _ in windows],
        "window_starts": [_micros(each.started_at) for *_, each in windows],
        "window_ends": [_micros(each.until) for *_, each in windows],
        "kind": question.kind,
        "horizon": question.horizon.isoformat(),
    }
    text = statement("aggregator/reports/workflows/pairs.sql")
    found: dict[Execution, list[Pair]] = {}
    for number, *pair in con.execute(text, values).fetchall():
        found.setdefault(executions[number], []).append(Pair(*pair))
    return found


def _micros(moment: datetime) -> int:
    return round((moment - from_micros(0)) / timedelta(microseconds=1))
