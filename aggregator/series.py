"""Counts and percentiles in consecutive days, weeks or months: of every skill and agent, or of one.

For several chosen projects together all is computed from the rows, as percentiles do not add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from aggregator.calendar import Span, bucket
from aggregator.measures import Question, ask, measured_if_several
from aggregator.observation import observation
from aggregator.parameters import PeriodGrain
from aggregator.spans import By, Counts, Key
from schema.frozen import dataclass
from schema.warehouse import Connection


@dataclass(frozen=True)
class Period(Counts):
    """The counts of one bucket and its percentiles in ms, None where no use has a duration.

    Of one that was not ``observed`` nothing is known; its counts are 0.
    """

    p50_duration_ms: float | None = None
    p95_duration_ms: float | None = None
    observed: bool = True

    @property
    def uses(self) -> int | None:
        """The number of uses; None where it is not known."""
        return self.total_invocations if self.observed else None

    @property
    def outcomes(self) -> int | None:
        """The number of known outcomes; None where it is not known."""
        return self.known if self.observed else None


NO_USE = Period(0, 0, 0, 0)
GAP = Period(0, 0, 0, 0, observed=False)


def periods_until(grain: PeriodGrain, complete: int, today: date) -> list[Span]:
    """The last ``complete`` full periods, oldest first, and then the current one."""
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
    """For everything used in any of ``periods``: its counts in each, in their order.

    A period without uses is a gap where none of its days was observed in any project in which the
    skill or agent was ever used.

    ``periods`` are consecutive buckets of one grain; the question's own span is ignored. By
    'project' each project is a group, otherwise all projects asked for are one, called '*'.
    """
    first, last = periods[0], periods[-1]
    assert first.grain is not None
    whole = question.over(Span(first.since, last.until))
    rows = ask(
        con,
        "reports/series",
        measured_if_several(whole, by),
        name=name,
        by=by,
        grain=first.grain,
    )
    places = {period.since: place for place, period in enumerate(periods)}
    found: dict[Key, list[Period]] = {}
    for group, kind, skill_name, start, *numbers in rows:
        each = found.setdefault((group, kind, skill_name), [NO_USE] * len(periods))
        each[places[start]] = Period(*numbers)
    observed = observation(con, question)
    for (group, kind, skill_name), each in found.items():
        if NO_USE in each:
            known = (
                observed.of_names.get((kind, skill_name))
                if by == "name"
                else observed.of([group], kind)
            )
            each[:] = [
                GAP if period is NO_USE and known and not known.covers(over) else period
                for period, over in zip(each, periods, strict=True)
            ]
    return found
