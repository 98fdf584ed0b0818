"""Whether a run is due, judged from the table collect_runs and the clock alone.

A due time is done when a run over all projects began at or after it, before the next due time, and
succeeded. So a night the machine slept through is caught up once, a clock that is set back repeats
nothing, and a restart forgets nothing.

A clock that was wrong for a while leaves runs dated in the future. Such a run must not count for
the real night a year later, so it stops counting once another success, stored after it, began
between a day and a month before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from schema.schedule import Schedule, last_due, next_due
from schema.statements import statement
from schema.warehouse import Connection, from_micros

Trigger = Literal["schedule", "catch-up", "retry"]

ON_TIME = timedelta(minutes=2)
"""A run that begins later than this after its due time is a catch-up."""

_CONTRADICTED_AFTER = timedelta(days=1)
_CONTRADICTED_UNTIL = timedelta(days=31)
_SUCCESS = ("done", "problems")
_FAILURE = ("failed", "running")


@dataclass(frozen=True)
class CollectRun:
    """A run over all projects: its number in the order of storing, its start and its outcome."""

    number: int
    started_at: datetime
    outcome: str


@dataclass(frozen=True)
class DueState:
    """``due_at`` is the last due time and ``next_at`` the one after it.

    ``trigger`` is how a run for ``due_at`` is to be recorded; None when that is done.
    """

    due_at: datetime
    trigger: Trigger | None
    next_at: datetime


def due_state(schedule: Schedule, zone: str, runs: Iterable[CollectRun], now: datetime) -> DueState:
    """Whether a run is due at ``now``. ``runs`` are those that `runs_since` reads."""
    due_at, next_at = last_due(schedule, zone, now), next_due(schedule, zone, now)
    runs = list(runs)
    outcomes = {
        run.outcome
        for run in runs
        if due_at <= run.started_at < next_at and not _is_contradicted(run, runs)
    }
    if outcomes.intersection(_SUCCESS):
        return DueState(due_at, None, next_at)
    if outcomes.intersection(_FAILURE):
        return DueState(due_at, "retry", next_at)
    late = now - due_at > ON_TIME
    return DueState(due_at, "catch-up" if late else "schedule", next_at)


def _is_contradicted(run: CollectRun, runs: Iterable[CollectRun]) -> bool:
    """Whether a later run shows that the clock was wrong when this one began."""
    return any(
        later.number > run.number
        and later.outcome in _SUCCESS
        and _CONTRADICTED_AFTER <= run.started_at - later.started_at <= _CONTRADICTED_UNTIL
        for later in runs
    )


def runs_since(con: Connection, due_at: datetime) -> list[CollectRun]:
    """The runs over all projects that matter for a due time: from a month before it."""
    rows = con.execute(
        statement("cli/nightly/collect_runs.sql"),
        {"since": (due_at - _CONTRADICTED_UNTIL).isoformat()},
    ).fetchall()
    return [CollectRun(number, from_micros(began), outcome) for number, began, outcome in rows]


def is_unfinished(con: Connection) -> bool:
    """Whether the service was ended between the two halves of a run: collected, not aggregated."""
    [(found,)] = con.execute(statement("cli/nightly/unfinished.sql")).fetchall()
    return bool(found)
