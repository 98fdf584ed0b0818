"""What happened in each of many days, weeks or months in a row: of every name, or of one.

Of several chosen projects together all comes from the rows, because percentiles do not add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from aggregator.calendar import Span, bucket
from aggregator.measures import Question, ask, from_rows_if_several
from aggregator.spans import By, Counts, Key
from schema.warehouse import Connection

PeriodGrain = Literal["daily", "weekly", "monthly"]
PERIOD_GRAINS: tuple[PeriodGrain, ...] = ("daily", "weekly", "monthly")


@dataclass(frozen=True)
class Period(Counts):
    """The counts of one bucket and its percentiles in ms, None where no use has a duration."""

    p50_duration_ms: float | None = None
    p95_duration_ms: float | None = None


NO_USE = Period(0, 0, 0, 0)


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
    first, last = periods[0], periods[-1]
    assert first.grain is not None
    whole = question.over(Span(first.since, last.until))
    rows = ask(
        con,
        "reports/series",
        from_rows_if_several(whole, by),
        name=name,
        by=by,
        grain=first.grain,
    )
    places = {period.since: place for place, period in enumerate(periods)}
    found: dict[Key, list[Period]] = {}
    for group, kind, skill_name, start, *numbers in rows:
        each = found.setdefault((group, kind, skill_name), [NO_USE] * len(periods))
        each[places[start]] = Period(*numbers)
    return found
