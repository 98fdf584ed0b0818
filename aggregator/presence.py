"""From when to when a name was used, and whether it has come into disuse or is new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from aggregator.calendar import ALL_TIME
from aggregator.changes import ENOUGH, LEVEL
from aggregator.measures import Question, ask
from aggregator.statistics.inactivity import p_value_of_pause
from aggregator.statistics.multiple_testing import adjusted
from schema.warehouse import Connection

Name = tuple[str, str]
"""Kind and name."""

UNUSED_DAYS = 60
"""Days without a use after which ``health`` may call a skill unused."""

RETIRE_DAYS = 90
"""Days without a use after which ``recommend`` may advise to retire a skill."""


@dataclass(frozen=True)
class Presence:
    """The first and the last day on which a name was used, on how many days, and how often."""

    first_day: date
    last_day: date
    days_used: int
    total_invocations: int

    def days_ago(self, today: date) -> int:
        """How many days ago it was used last; 0 when it was used today."""
        return max(0, (today - self.last_day).days)


def presences(con: Connection, question: Question) -> dict[Name, Presence]:
    """The presence of every name over all time, in the projects asked for."""
    rows = ask(con, "reports/presence", question.over(ALL_TIME), by="name")
    return {(kind, name): Presence(*numbers) for kind, name, *numbers in rows}


def unused(found: dict[Name, Presence], today: date, days: int) -> set[Name]:
    """Names in real use before and not seen for ``days``, though their pace had let expect it.

    In real use: at least ``ENOUGH`` uses. A name that is used now and then has longer pauses than
    one of every day, so the pause is tested, and corrected for looking at every name. Today is open
    and counts as no quiet day there.
    """
    in_use = {name: p for name, p in found.items() if p.total_invocations >= ENOUGH}
    yesterday = today - timedelta(days=1)
    p_values = [
        p_value_of_pause(p.days_used, (yesterday - p.first_day).days, p.days_ago(yesterday))
        for p in in_use.values()
    ]
    return {
        name
        for (name, presence), p in zip(in_use.items(), adjusted(p_values), strict=True)
        if p <= LEVEL and presence.days_ago(today) >= days
    }


def new(found: dict[Name, Presence], today: date, days: int) -> set[Name]:
    """Names first seen within the last ``days``, today included.

    None where everything began within them: there is nothing yet that they would be new to.
    """
    since = today - timedelta(days=days - 1)
    if _beginning(found.values(), since) >= since:
        return set()
    return {name for name, presence in found.items() if presence.first_day >= since}


def _beginning(found: Iterable[Presence], otherwise: date) -> date:
    return min((presence.first_day for presence in found), default=otherwise)
