"""How a new skill or agent spreads over projects, week by week since its first use."""

from __future__ import annotations

from datetime import date, timedelta

from aggregator.calendar import ALL_TIME, today
from aggregator.measures import Question, ask, ask_whole
from schema.frozen import dataclass
from schema.warehouse import Connection, from_micros, reporting_zone

NEW_WEEKS = 26
"""Something first used longer ago is not new."""

BEFORE_DAYS = 28
"""Days of records before the first use; with fewer, it may have been used before."""


@dataclass(frozen=True)
class AdoptionWeek:
    """Seven days: ``projects`` had used it by their end, ``using`` of them used it then.

    The last week may be open: not yet over or not yet observed.
    """

    since: date
    until: date
    projects: int
    using: int
    is_open: bool


@dataclass(frozen=True)
class Adoption:
    """The weeks since the first use; ``active`` projects recorded anything since then."""

    first_day: date
    weeks: list[AdoptionWeek]
    active: int

    @property
    def projects(self) -> int:
        """How many projects have used it."""
        return self.weeks[-1].projects


def adoption(con: Connection, question: Question, name: str, open_day: date) -> Adoption | None:
    """The adoption of ``name`` in the projects asked about, over all time; None if it is not new.

    ``open_day`` is the first day that is not completely observed; weeks go no further.
    The question's own span is ignored.
    """
    whole = question.over(ALL_TIME)
    # Most names are old, and their days need not be read: one bucket has the first use.
    [(first_us,)] = ask_whole(con, "reports/first_use", whole, name=name)
    if first_us is None:
        return None
    first = today(from_micros(first_us), reporting_zone(con))
    if not timedelta(0) <= open_day - first < timedelta(weeks=NEW_WEEKS):
        return None
    rows = ask(con, "reports/adoption", whole, name=name, first_day=first)
    [(recorded_since, active)] = ask(con, "reports/active_projects", whole, by="project", day=first)
    if first - recorded_since < timedelta(days=BEFORE_DAYS):
        return None
    using: dict[int, set[str]] = {}
    for project, week in rows:
        using.setdefault(week, set()).add(project)
    weeks = []
    seen: set[str] = set()
    for number in range((open_day - first).days // 7 + 1):
        now = using.get(number, set())
        seen |= now
        since = first + timedelta(weeks=number)
        until = since + timedelta(days=6)
        weeks.append(AdoptionWeek(since, until, len(seen), len(now), until >= open_day))
    return Adoption(first, weeks, active)
