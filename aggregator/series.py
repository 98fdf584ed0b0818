"""What happened in each of many days, weeks or months in a row: of every name, or of one.

Read from the stored buckets of that grain; counted in the rows while marks wait, and for several
chosen projects together, whose percentiles are not stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from aggregator.archive import uses
from aggregator.calendar import Span, bucket
from aggregator.measures import EVERY_PROJECT, Question, asked, looked
from aggregator.spans import By, Counts, Key
from schema.statements import statement, used_by
from schema.warehouse import Connection

PeriodGrain = Literal["daily", "weekly", "monthly"]
PERIOD_GRAINS: tuple[PeriodGrain, ...] = ("daily", "weekly", "monthly")


@dataclass(frozen=True)
class Period(Counts):
    """The counts of one bucket and its percentiles in ms, None where no use has a duration."""

    p50_duration_ms: float | None = None
    p95_duration_ms: float | None = None


NO_USE = Period()


def periods_until(grain: PeriodGrain, complete: int, today: date) -> list[Span]:
    """The last ``complete`` whole periods, oldest first, and then the open one that has today."""
    found = [bucket(grain, today)]
    for _ in range(complete):
        assert found[-1].since is not None
        found.append(bucket(grain, found[-1].since - timedelta(days=1)))
    return found[::-1]


def series(
    con: Connection,
    question: Question,
    periods: Sequence[Span],
    *,
    name: str | None = None,
    by: By = "name",
) -> dict[Key, list[Period]]:
    """Of every name that was used in any of ``periods``: what happened in each, in their order.

    ``periods`` are buckets of one grain, in a row; the question's own span does not matter. By
    'project' each project is a group, else all projects asked for are one, called '*'.
    """
    question = looked(con, question)
    first, last = periods[0], periods[-1]
    together = by == "name" and not question.scope.is_default
    whole = question.over(Span(first.since, last.until))
    values = asked(whole, name) | {"grain": first.grain, "by": by}
    if question.from_rows or (together and len(question.scope.projects) != 1):
        parts: tuple[str, ...] = (uses(con), "reports/asked", "reports/series_rows")
    else:
        parts = ("reports/series_stored",)
        values["until"] = last.since
        if by == "name" and not together:
            values["projects"] = [EVERY_PROJECT]
    text = "\n".join(statement(f"aggregator/{part}.sql") for part in parts)
    places = {period.since: place for place, period in enumerate(periods)}
    found: dict[Key, list[Period]] = {}
    for group, kind, skill_name, start, *numbers in con.execute(
        text, used_by(text, values)
    ).fetchall():
        each = found.setdefault((group, kind, skill_name), [NO_USE] * len(periods))
        each[places[start]] = Period(*numbers)
    return found
