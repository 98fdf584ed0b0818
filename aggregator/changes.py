"""Whether a skill got better or worse: its success rate now against its success rate before.

The rule, its limits and its words are here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from aggregator.calendar import EARLIER_DAYS, RECENT_DAYS, Span, span
from aggregator.outcomes import Outcomes
from aggregator.spans import Counts, Key, total
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import difference, equality
from aggregator.statistics.trend_test import LinearTrend, linear_trend
from schema.frozen import dataclass

Verdict = Literal["improving", "stable", "degrading", "insufficient data"]
"""As the field ``verdict`` of JSON has it, whose values stay."""

Word = Literal["worse", "better", "no clear change", "not enough data"]

WORDS: Mapping[Verdict, Word] = {
    "degrading": "worse",
    "stable": "no clear change",
    "improving": "better",
    "insufficient data": "not enough data",
}
"""What a verdict about a success rate is called everywhere but in the field ``verdict``."""

ENOUGH = 10
"""Minimum number of known outcomes on each side of a comparison."""

LEVEL = 0.05
"""False discovery rate: at most this share of the reported changes is due to chance."""

LEAST_CHANGE = 0.05
"""A smaller change of a rate is not reported, even where it is significant."""


@dataclass(frozen=True)
class Change:
    """A success rate now against before. ``low`` and ``high``: the 95% interval of the change.

    ``p_value`` is the probability of such a difference without a change; ``adjusted_p`` is it
    adjusted for everything that was compared at once.
    """

    now: Outcomes
    before: Outcomes
    change: float | None
    low: float | None
    high: float | None
    p_value: float
    adjusted_p: float
    verdict: Verdict


def recent_and_earlier(
    today: date, recent_days: int = RECENT_DAYS, earlier_days: int = EARLIER_DAYS
) -> tuple[Span, Span]:
    """The last complete days and the days before that they are compared with; without today."""
    recent = span(today - timedelta(days=recent_days), today - timedelta(days=1))
    assert recent.since is not None
    until = recent.since - timedelta(days=1)
    return recent, span(until - timedelta(days=earlier_days - 1), until)


def changes(pairs: Iterable[tuple[Key, Outcomes, Outcomes]]) -> dict[Key, Change]:
    """For each key the change from before to now, adjusted for comparing all keys at once.

    Pairs with too few known outcomes on a side are not compared, and do not count as tests.
    """
    found = list(pairs)
    p_values = {key: p for key, now, before in found if (p := _p_value(now, before)) is not None}
    adjusted_ps = dict(zip(p_values, adjusted(list(p_values.values())), strict=True))
    return {
        key: _change(now, before, p_values.get(key), adjusted_ps.get(key))
        for key, now, before in found
    }


@dataclass(frozen=True)
class History:
    """A success rate in the last period against the one before, and over all periods.

    ``whole`` compares the later half of the periods with the earlier; its change is the rise
    (-1..1) of a straight line from the first to the last period with known outcomes, and its
    p-value that of no trend.
    """

    last: Change
    whole: Change

    @property
    def verdict(self) -> Verdict:
        """Both comparisons together; where they disagree, the last period decides."""
        for verdict in (self.last.verdict, self.whole.verdict):
            if verdict in ("improving", "degrading"):
                return verdict
        both = (self.last.verdict, self.whole.verdict)
        return "stable" if "stable" in both else "insufficient data"


def histories(periods: Mapping[Key, Sequence[Counts]]) -> dict[Key, History]:
    """For each key, its complete periods in order: the last against the one before, and the trend.

    Adjusted for comparing all keys in both ways. There is a trend when at least three periods have
    known outcomes, and each half of them ``ENOUGH``.
    """
    lasts = {key: _p_value(each[-1], each[-2]) for key, each in periods.items()}
    linear_trends = {key: _linear_trend(each) for key, each in periods.items()}
    p_values = {(key, "last"): p for key, p in lasts.items() if p is not None}
    p_values |= {(key, "whole"): c.p_value for key, c in linear_trends.items() if c is not None}
    adjusted_ps = dict(zip(p_values, adjusted(list(p_values.values())), strict=True))
    return {
        key: History(
            _change(each[-1], each[-2], lasts[key], adjusted_ps.get((key, "last"))),
            _rate_trend(each, linear_trends[key], adjusted_ps.get((key, "whole"))),
        )
        for key, each in periods.items()
    }


def _p_value(now: Outcomes, before: Outcomes) -> float | None:
    """The p-value of no change; None with too few known outcomes on a side."""
    if min(now.known, before.known) < ENOUGH:
        return None
    return equality(now.successes, now.known, before.successes, before.known)


def _linear_trend(periods: Sequence[Counts]) -> LinearTrend | None:
    known = [each.known for each in periods]
    later, earlier = _halves(periods)
    if min(later.known, earlier.known) < ENOUGH or sum(map(bool, known)) < 3:
        return None
    return linear_trend([each.successes for each in periods], known)


def _change(
    now: Outcomes, before: Outcomes, p_value: float | None, adjusted_p: float | None
) -> Change:
    then, rate = before.success_rate, now.success_rate
    change = None if rate is None or then is None else rate - then
    interval = difference(now.successes, now.known, before.successes, before.known)
    low, high = interval or (None, None)
    if p_value is None or adjusted_p is None or change is None:
        return Change(now, before, change, low, high, 1.0, 1.0, "insufficient data")
    return Change(now, before, change, low, high, p_value, adjusted_p, _verdict(change, adjusted_p))


def _halves(periods: Sequence[Counts]) -> tuple[Counts, Counts]:
    """The later and the earlier half of the periods; the later one is larger by one if odd."""
    half = len(periods) // 2
    return total(periods[half:]), total(periods[:half])


def _rate_trend(
    periods: Sequence[Counts], found: LinearTrend | None, adjusted_p: float | None
) -> Change:
    later, earlier = _halves(periods)
    if found is None or adjusted_p is None:
        return Change(later, earlier, None, None, None, 1.0, 1.0, "insufficient data")
    verdict = _verdict(found.change, adjusted_p)
    return Change(
        later, earlier, found.change, found.low, found.high, found.p_value, adjusted_p, verdict
    )


def _verdict(change: float, adjusted_p: float) -> Verdict:
    if adjusted_p > LEVEL or abs(change) < LEAST_CHANGE:
        return "stable"
    return "improving" if change > 0 else "degrading"
