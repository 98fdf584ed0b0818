"""The first and last use of each skill and agent, and whether it is unused or new."""

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
    """The first and last day of use, the number of days with uses, and the number of uses."""

    first_day: date
    last_day: date
    days_used: int
    total_invocations: int

    def days_ago(self, today: date) -> int:
        """How many days ago it was used last; 0 when it was used today."""
        return max(0, (today - self.last_day).days)


def presences(con: Connection, question: Question) -> dict[Name, Presence]:
    """The presence of every skill and agent over all time, in the projects asked about."""
    rows = ask(con, "reports/presence", question.over(ALL_TIME), by="name")
    return {(kind, name): Presence(*numbers) for kind, name, *numbers in rows}


def unused(found: dict[Name, Presence], today: date, days: int) -> set[Name]:
    """What was in regular use and was not used for ``days``, longer than its usual pauses explain.

    Regular use: at least ``ENOUGH`` uses. A skill that is used now and then has longer pauses than
    one of every day, so the pause is tested, adjusted for testing every skill. Today is excluded
    from the pause.
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
    """What was first used within the last ``days``, today included.

    Empty where all recorded history is that young: then nothing is older to be new to.
    """
    since = today - timedelta(days=days - 1)
    if _beginning(found.values(), since) >= since:
        return set()
    return {name for name, presence in found.items() if presence.first_day >= since}


def _beginning(found: Iterable[Presence], otherwise: date) -> date:
    return min((presence.first_day for presence in found), default=otherwise)
