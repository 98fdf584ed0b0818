"""Detectors of unusual days: one for uses, one for success rates, one for durations.

A detector computes the expected band from a skill's history, and the p-value of a day, or of a
stretch of two weeks, outside of it. Small numbers, small differences, and a high that the history
has had before are never reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import exp, log
from typing import Literal, Protocol, TypeVar

from aggregator.statistics.bands import (
    WEEK,
    CountBand,
    DurationBand,
    RateBand,
    count_band,
    duration_band,
    median,
    rate_band,
)
from schema.frozen import dataclass

Measure = Literal["uses", "success_rate", "duration"]
Band = TypeVar("Band")

STRETCH = 2 * WEEK
"""Days for which a level has to stay moved, to be a shift: whole weeks, and two of them."""

SPIKE_TIMES, SPIKE_MORE, DROP_TIMES = 2.5, 10, 0.5
"""A day stands out with 2.5 times the uses expected and 10 more, or with at most half of them."""

DAY_POINTS, SHIFT_POINTS = 0.2, 0.1
"""How far below its band's centre a day's success rate is, or a moved one's on either side."""

DAY_TIMES, SHIFT_TIMES = 2.0, 1.5
"""By which factor a day's duration is off, or the level of uses or of durations."""

LEAST_OUTCOMES = LEAST_DURATIONS = 5
"""Known outcomes, or durations, of a day below which its rate or median is not judged."""

LEAST_OF_WEEKS = 10
"""Known outcomes, or days with a duration, of a stretch below which it is not judged."""

MOST_DAYS = 0.7
"""The part of a stretch's days, by their weight, that are off where its level has moved."""

OF_THE_SHIFT = 1 / 3
"""The part of the difference that a day shows, and a week without its furthest day."""

LESS_SURE = 0.6
"""The part of a difference that stands out which, by plain means, makes a day worth a band."""

_MAY_BE_OUT, _MAY_HAVE_MOVED = log(DAY_TIMES) * LESS_SURE, log(SHIFT_TIMES) * LESS_SURE

OUTSIDE = 0.005
"""The share of ordinary days beyond each end of the range that is shown."""


@dataclass(frozen=True)
class Series:
    """A skill's or agent's days, one after another; the first is a ``weekday`` (Monday is 0).

    ``medians`` are those of a day's durations in ms, None without any.
    """

    weekday: int
    uses: Sequence[int]
    successes: Sequence[int]
    known: Sequence[int]
    durations: Sequence[int]
    medians: Sequence[float | None]


@dataclass(frozen=True)
class Seen:
    """A value against its band. ``p_value`` is 1 where it is not worth a look.

    Uses a day, a rate 0..1, or a median in ms; ``n`` uses, outcomes or durations are behind it.
    """

    p_value: float = 1.0
    value: float = 0.0
    expected: float = 0.0
    n: int = 0


ORDINARY = Seen()


class Detector(Protocol[Band]):
    """What a scan needs to know of a measure. Days are places in the series."""

    measure: Measure

    def may_be_out(self, start: int, stop: int, day: int) -> bool:
        """Whether the day is worth a band of the days from ``start`` to before ``stop``.

        This takes a hundredth of the time of making a band, and says no to most days.
        """

    def may_have_moved(self, start: int, stop: int, day: int) -> bool:
        """The same for the stretch that begins with the day."""

    def band(self, start: int, stop: int) -> Band | None:
        """The band of the days from ``start`` to before ``stop``; None where they are too few."""

    def day(self, band: Band, day: int) -> Seen:
        """The day against the band."""

    def stretch(self, band: Band, day: int) -> Seen:
        """The stretch that begins with the day against the band."""

    def off(self, band: Band, day: int) -> tuple[float, float]:
        """How far the day is off, and by how much of that any move of the level shows on it."""

    def usual(self, band: Band, day: int, *, stretch: bool) -> tuple[float, float]:
        """Between what 99 of 100 ordinary such days, or stretches, are."""


class Uses:
    """How often a skill or agent was used."""

    measure: Measure = "uses"

    def __init__(self, series: Series) -> None:
        self.weekday, self.uses = series.weekday, series.uses
        self._sums = _sums(series.uses)

    def may_be_out(self, start: int, stop: int, day: int) -> bool:
        same = sorted(
            self.uses[stop - WEEK + (day - stop) % WEEK : start - 1 if start else None : -WEEK]
        )
        count, middle = self.uses[day], same[len(same) // 2]
        high = max(SPIKE_MORE + middle, SPIKE_TIMES * LESS_SURE * middle)
        return count >= high or count <= LESS_SURE * middle

    def may_have_moved(self, start: int, stop: int, day: int) -> bool:
        before = (self._sums[stop] - self._sums[start]) / (stop - start)
        now = (self._sums[day + STRETCH] - self._sums[day]) / STRETCH
        times = 1 + (SHIFT_TIMES - 1) * LESS_SURE
        return now * times <= before or now >= before * times

    def band(self, start: int, stop: int) -> CountBand | None:
        return count_band(self.uses[start:stop], (self.weekday + start) % WEEK)

    def day(self, band: CountBand, day: int) -> Seen:
        count, weekday = self.uses[day], (self.weekday + day) % WEEK
        mean = band.means[weekday]
        high = count > band.highest and count >= max(SPIKE_TIMES * mean, mean + SPIKE_MORE)
        if not high and count > DROP_TIMES * mean:
            return ORDINARY
        p = band.tails(count, weekday)[high]
        # As far out on the other side: nothing, where even no use at all is likelier.
        if not high or band.tails(0, weekday)[0] <= p:
            p *= 2
        return Seen(p, count, mean, count)

    def stretch(self, band: CountBand, day: int) -> Seen:
        counts = self.uses[day : day + STRETCH]
        count, mean = sum(counts), STRETCH / WEEK * sum(band.means)
        if mean / SHIFT_TIMES < count < mean * SHIFT_TIMES:
            return ORDINARY
        if not _lasts([self.off(band, day + place) for place in range(STRETCH)]):
            return ORDINARY
        p = 2 * min(band.tails_of_weeks(count, STRETCH // WEEK))
        return Seen(p, count / STRETCH, mean / STRETCH, count)

    def off(self, band: CountBand, day: int) -> tuple[float, float]:
        mean = band.means[(self.weekday + day) % WEEK]
        return self.uses[day] - mean, mean

    def usual(self, band: CountBand, day: int, *, stretch: bool) -> tuple[float, float]:
        weeks, weekday = STRETCH // WEEK, (self.weekday + day) % WEEK
        if stretch:
            low, high = _between(lambda count: band.tails_of_weeks(count, weeks))
            return low / STRETCH, high / STRETCH
        return _between(lambda count: band.tails(count, weekday))


class Rates:
    """How often it succeeded, of its known outcomes. A single good day is not an anomaly."""

    measure: Measure = "success_rate"

    def __init__(self, series: Series) -> None:
        self.successes, self.known = series.successes, series.known
        self._good, self._all = _sums(series.successes), _sums(series.known)

    def may_be_out(self, start: int, stop: int, day: int) -> bool:
        return self._points(start, stop, day, 1) <= -DAY_POINTS * LESS_SURE

    def may_have_moved(self, start: int, stop: int, day: int) -> bool:
        return abs(self._points(start, stop, day, STRETCH)) >= SHIFT_POINTS * LESS_SURE

    def _points(self, start: int, stop: int, day: int, length: int) -> float:
        """By how much the rate of so many days differs from that of the days before; 0 of none."""
        known, before = self._all[day + length] - self._all[day], self._all[stop] - self._all[start]
        if known < LEAST_OUTCOMES or not before:
            return 0.0
        good = self._good[day + length] - self._good[day]
        return good / known - (self._good[stop] - self._good[start]) / before

    def band(self, start: int, stop: int) -> RateBand | None:
        return rate_band(self.successes[start:stop], self.known[start:stop])

    def day(self, band: RateBand, day: int) -> Seen:
        good, known = self.successes[day], self.known[day]
        if known < LEAST_OUTCOMES or good / known > band.rate - DAY_POINTS:
            return ORDINARY
        return Seen(band.tails(good, known)[0], good / known, band.rate, known)

    def stretch(self, band: RateBand, day: int) -> Seen:
        good, known = self.successes[day : day + STRETCH], self.known[day : day + STRETCH]
        n = sum(known)
        if n < LEAST_OF_WEEKS or abs(sum(good) / n - band.rate) < SHIFT_POINTS:
            return ORDINARY
        if not _lasts([self.off(band, day + place) for place in range(STRETCH)]):
            return ORDINARY
        p = 2 * min(band.tails_of_weeks(sum(good), n))
        return Seen(p, sum(good) / n, band.rate, n)

    def off(self, band: RateBand, day: int) -> tuple[float, float]:
        return self.successes[day] - self.known[day] * band.rate, self.known[day]

    def usual(self, band: RateBand, day: int, *, stretch: bool) -> tuple[float, float]:
        known = sum(self.known[day : day + STRETCH]) if stretch else self.known[day]
        tails = band.tails_of_weeks if stretch else band.tails
        low, high = _between(lambda good: tails(good, known), known)
        return low / known, high / known


class Durations:
    """How long a skill or agent took: the median of a day."""

    measure: Measure = "duration"

    def __init__(self, series: Series) -> None:
        self.counts = series.durations
        self.logs = [None if it is None else log(max(it, 0.001)) for it in series.medians]
        self._sums = _sums([it or 0.0 for it in self.logs])
        self._days = _sums([it is not None for it in self.logs])

    def may_be_out(self, start: int, stop: int, day: int) -> bool:
        if self.counts[day] < LEAST_DURATIONS:
            return False
        return abs(self._times(start, stop, day, 1)) >= _MAY_BE_OUT

    def may_have_moved(self, start: int, stop: int, day: int) -> bool:
        return abs(self._times(start, stop, day, STRETCH)) >= _MAY_HAVE_MOVED

    def _times(self, start: int, stop: int, day: int, length: int) -> float:
        """By how much, as a logarithm, so many days took longer than those before; 0 of none."""
        days, before = (
            self._days[day + length] - self._days[day],
            self._days[stop] - self._days[start],
        )
        if not days or not before:
            return 0.0
        now = (self._sums[day + length] - self._sums[day]) / days
        return now - (self._sums[stop] - self._sums[start]) / before

    def band(self, start: int, stop: int) -> DurationBand | None:
        values, counts = self._of(start, stop)
        return duration_band(values, counts)

    def _of(self, start: int, stop: int) -> tuple[list[float], list[int]]:
        pairs = zip(self.logs[start:stop], self.counts[start:stop], strict=True)
        given = [(value, count) for value, count in pairs if value is not None]
        return [value for value, _ in given], [count for _, count in given]

    def day(self, band: DurationBand, day: int) -> Seen:
        value, count = self.logs[day], self.counts[day]
        if value is None or count < LEAST_DURATIONS:
            return ORDINARY
        if abs(value - band.centre) < log(DAY_TIMES):
            return ORDINARY
        return Seen(band.tail(value, count), exp(value), exp(band.centre), count)

    def stretch(self, band: DurationBand, day: int) -> Seen:
        values, counts = self._of(day, day + STRETCH)
        if len(values) < LEAST_OF_WEEKS:
            return ORDINARY
        value = median(values)
        if abs(value - band.centre) < log(SHIFT_TIMES):
            return ORDINARY
        off = [self.off(band, day + place) for place in range(STRETCH)]
        if sum(each for each, _ in off) * (value - band.centre) < 0 or not _lasts(off):
            return ORDINARY
        p = band.tail_of_weeks(value, len(values))
        return Seen(p, exp(value), exp(band.centre), sum(counts))

    def off(self, band: DurationBand, day: int) -> tuple[float, float]:
        value = self.logs[day]
        return (0.0, 0.0) if value is None else (value - band.centre, 1.0)

    def usual(self, band: DurationBand, day: int, *, stretch: bool) -> tuple[float, float]:
        days = len(self._of(day, day + STRETCH)[0])

        def tail(off: float) -> float:
            if stretch:
                return band.tail_of_weeks(band.centre + off, days)
            return band.tail(band.centre + off, self.counts[day])

        inside, outside = 0.0, 50.0
        while outside - inside > 1e-6:
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if tail(middle) > 2 * OUTSIDE else (inside, middle)
        return exp(band.centre - inside), exp(band.centre + inside)


def _sums(values: Sequence[float]) -> list[float]:
    """Sums of the first 0, 1, 2... values, so that the sum of any days is one subtraction."""
    return [0, *accumulate(values)]


def _lasts(days: Sequence[tuple[float, float]]) -> bool:
    """Whether most days are clearly off to the same side, and each week without its furthest day.

    Of each day how far it is off, and its weight in that.
    """
    total, whole = sum(off for off, _ in days), sum(weight for _, weight in days)
    sign, clearly = 1 if total > 0 else -1, OF_THE_SHIFT * abs(total) / (whole or 1.0)
    if sum(w for off, w in days if sign * off > clearly * w) < MOST_DAYS * whole:
        return False
    needed = OF_THE_SHIFT * abs(total) * WEEK / len(days)
    for begin in range(0, len(days), WEEK):
        week = [sign * off for off, _ in days[begin : begin + WEEK]]
        if sum(week) - max(week) < needed:
            return False
    return True


def _between(
    tails: Callable[[int], tuple[float, float]], most: int | None = None
) -> tuple[int, int]:
    """The smallest and the largest count that no more than ``OUTSIDE`` are beyond."""

    def first(beyond: Callable[[int], bool]) -> int:
        high = 1
        while not beyond(high) and (most is None or high < most):
            high *= 2
        low, high = 0, high if most is None else min(high, most)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if beyond(middle) else (middle + 1, high)
        return low

    low = first(lambda count: tails(count)[0] > OUTSIDE)
    high = first(lambda count: tails(count + 1)[1] <= OUTSIDE)
    return low, high
