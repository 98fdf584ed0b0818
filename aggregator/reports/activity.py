"""Uses of every skill and agent in every project, period by period, to be added up as one likes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aggregator.calendar import Span, bucket, today
from aggregator.measures import Question, first_day
from aggregator.parameters import PeriodGrain
from aggregator.series import Period, periods_until, series
from schema.warehouse import Connection, reporting_zone


@dataclass(frozen=True)
class Active:
    """One name in one project in one period in which it was used."""

    span: Span
    project_id: str
    kind: str
    skill_name: str
    counts: Period


@dataclass(frozen=True)
class Activity:
    """``rows`` by period, project, kind and name; ``open`` is the period that has today."""

    periods: list[Span]
    open: Span
    rows: list[Active]


def activity(
    con: Connection, question: Question, *, grain: PeriodGrain, periods: int | None = None
) -> Activity:
    """The last complete periods and the open one; without a number, as many as there is history.

    The question's own span does not matter.
    """
    day = today(question.now, reporting_zone(con))
    spans = periods_until(grain, _all(con, grain, day) if periods is None else periods, day)
    rows = [
        Active(span, project_id, kind, name, period)
        for (project_id, kind, name), found in series(con, question, spans, by="project").items()
        for span, period in zip(spans, found, strict=True)
        if period.total_invocations
    ]
    rows.sort(key=lambda row: (row.span.start, row.project_id, row.kind, row.skill_name))
    return Activity(spans[:-1], spans[-1], rows)


def _all(con: Connection, grain: PeriodGrain, day: date) -> int:
    """How many complete periods there are since the first day of which anything is known."""
    first = first_day(con)
    since, now = bucket(grain, min(first or day, day)).start, bucket(grain, day).start
    match grain:
        case "daily":
            return (now - since).days
        case "weekly":
            return (now - since).days // 7
        case "monthly":
            return (now.year - since.year) * 12 + now.month - since.month
