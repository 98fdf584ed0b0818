"""How a new skill or agent spreads over projects, week by week since its first use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from aggregator.calendar import ALL_TIME, Span
from aggregator.measures import Question, ask
from schema.warehouse import Connection

NEW_WEEKS = 26
"""Something first used longer ago is not new."""

BEFORE_DAYS = 28
"""Days of records before the first use; with fewer, it may have been used before."""


@dataclass(frozen=True)
class AdoptionWeek:
    """Seven days: ``projects`` had used it by their end, ``using`` of them used it then.

    The last week may not be over.
    """

    span: Span
    projects: int
    using: int


@dataclass(frozen=True)
class Adoption:
    """The weeks since the first use; ``active`` projects recorded anything since then."""

    first_day: date
    weeks: list[AdoptionWeek]
    active: int


def adoption(con: Connection, question: Question, name: str, today: date) -> Adoption | None:
    """The adoption of ``name`` in the projects asked about, over all time; None if it is not new.

    The question's own span is ignored.
    """
    whole = question.over(ALL_TIME)
    rows = ask(con, "reports/adoption", whole, name=name, by="project")
    if not rows:
        return None
    first: date = rows[0][0]
    if not timedelta(0) <= today - first < timedelta(weeks=NEW_WEEKS):
        return None
    [(recorded_since, active)] = ask(con, "reports/active_projects", whole, by="project", day=first)
    if first - recorded_since < timedelta(days=BEFORE_DAYS):
        return None
    using: dict[int, set[str]] = {}
    for _, project, week in rows:
        using.setdefault(week, set()).add(project)
    weeks = []
    seen: set[str] = set()
    for number in range((today - first).days // 7 + 1):
        now = using.get(number, set())
        seen |= now
        since = first + timedelta(weeks=number)
        span = Span(since, since + timedelta(days=6))
        weeks.append(AdoptionWeek(span, len(seen), len(now)))
    return Adoption(first, weeks, active)
