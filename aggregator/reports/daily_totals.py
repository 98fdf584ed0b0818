"""What happened on each day in each project, skills and agents apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aggregator.calendar import Span
from aggregator.measures import Question, ask
from aggregator.outcomes import Outcomes
from schema.warehouse import Connection


@dataclass(frozen=True)
class DayTotal:
    """All skills, or all agents, of one project on one day on which any was used."""

    project_id: str
    kind: str
    day: date
    counts: Outcomes


def daily_totals(con: Connection, question: Question, days: Span) -> list[DayTotal]:
    """The totals of ``days``, by project, kind and day; the question's own span does not matter."""
    rows = ask(con, "reports/daily_totals", question.over(days))
    return [DayTotal(project, kind, day, Outcomes(*counts)) for project, kind, day, *counts in rows]
