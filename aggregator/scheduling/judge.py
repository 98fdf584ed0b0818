"""Is a run due? Judged from the ledger and the clock alone, so that no restart forgets anything.

A due time is done when a whole pass that succeeded began at it or later, and before the next one.
That one rule makes a night that was slept through run once, and a clock that is set back run
nothing twice: what was done for that time stands in the ledger.

A clock that was wrong for a while leaves passes under times that have not come yet. Such a pass
must not stand in for the real one a year later, so a pass does not count once another, written
after it, began between a day and a month before it: that night has come back since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from aggregator.scheduling.due import last_due, next_due
from schema.schedule import Schedule
from schema.statements import statement
from schema.warehouse import Connection, from_micros

Trigger = Literal["schedule", "catch-up", "retry"]

PUNCTUAL = timedelta(minutes=2)
"""A run that begins later than this after its time is one that catches up."""

_REFUTED_FROM = timedelta(days=1)
_REFUTED_TO = timedelta(days=31)
_SUCCESS = ("done", "problems")
_FAILURE = ("failed", "running")


@dataclass(frozen=True)
class LedgerPass:
    """A pass over all projects: its place in the order of writing, when it began, how it ended."""

    number: int
    started_at: datetime
    outcome: str


@dataclass(frozen=True)
class Verdict:
    """What the ledger says at a moment.

    ``due_at`` is the last time at which a run was due, ``trigger`` what a run for it is called;
    None when it is done. ``next_at`` is the time after it.
    """

    due_at: datetime
    trigger: Trigger | None
    next_at: datetime


def judge(schedule: Schedule, zone: str, ledger: Iterable[LedgerPass], now: datetime) -> Verdict:
    """Whether a run is due at ``now``, and as what."""
    due_at = last_due(schedule, zone, now)
    next_at = next_due(schedule, zone, now)
    passes = list(ledger)
    tried = [each for each in passes if due_at <= each.started_at < next_at]
    if any(each.outcome in _SUCCESS and not _refuted(each, passes) for each in tried):
        return Verdict(due_at, None, next_at)
    if any(each.outcome in _FAILURE and not _refuted(each, passes) for each in tried):
        return Verdict(due_at, "retry", next_at)
    late = now - due_at > PUNCTUAL
    return Verdict(due_at, "catch-up" if late else "schedule", next_at)


def _refuted(one: LedgerPass, passes: Iterable[LedgerPass]) -> bool:
    """Whether the clock was wrong when this pass began, as what was written later shows."""
    return any(
        other.number > one.number
        and other.outcome in _SUCCESS
        and _REFUTED_FROM <= one.started_at - other.started_at <= _REFUTED_TO
        for other in passes
    )


def is_unfinished(con: Connection) -> bool:
    """Whether the service was ended between the two halves of a run: collected, not aggregated."""
    [(found,)] = con.execute(statement("aggregator/scheduling/unfinished.sql")).fetchall()
    return bool(found)


def ledger_since(con: Connection, since: datetime) -> list[LedgerPass]:
    """The whole passes that began after ``since`` less a month, which is all a judge asks for."""
    rows = con.execute(
        statement("aggregator/scheduling/ledger.sql"),
        {"since": (since - _REFUTED_TO).isoformat()},
    ).fetchall()
    return [LedgerPass(number, from_micros(began), outcome) for number, began, outcome in rows]
