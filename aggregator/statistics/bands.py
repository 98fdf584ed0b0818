"""The band in which a number of a skill or agent has kept: its centre and its spread, day by day.

Centre and spread are robust, so that a band is that of the ordinary days in its history: values far
out are cut back to its edge (P. J. Huber, Ann. Math. Statist. 35 (1964) 73, one step), and the
spread is the larger of the median absolute deviation and of the squared deviations without the
largest ones. It is never less than chance alone makes it: Poisson for counts, binomial for rates.
Where few numbers say how wide it is, it is taken as wide as it may well be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, sqrt

from aggregator.statistics.tails import count_tails, rate_tails, student_tail
from schema.frozen import dataclass

WEEK = 7

NORMAL = 1.4826022185056018
"""A normal distribution's standard deviation by its median absolute deviation."""

OUT = 4.0
"""How many deviations from the centre a day of the history counts at most."""

DROPPED = 0.02
"""The share of a history's days, the furthest out, that its spread does not look at."""

KEPT_SHARE = 0.86
"""What is left of the squares of normal values when the largest ``DROPPED`` of them are not."""

SURE = 1.0364333894937898
"""The 85 % point of the normal distribution: how wide a band may well be."""

BURSTS = 3.0
"""How much a distribution's peak counts: so much that rare bursts alarm as seldom as all else."""

LEAST_USED_DAYS = 15
"""Days with any use, without which a history does not say whether uses come in bursts."""

LEAST_KNOWN, LEAST_KNOWN_DAYS = 30, 10
"""Known outcomes, and days that have some, without which a history has no rate to speak of."""

LEAST_DURATION_DAYS = 20
"""Days with a duration without which a history does not say how much they differ."""

PRIOR_DAYS = 0.5
"""An ordinary day's part that each weekday is given, so that none is impossible."""

LEAST_SCALE = 0.05
"""Logarithms of durations are never taken to spread less: about 5 %."""

EFFICIENCY = 0.37
"""What the median absolute deviation makes of each observation, next to the standard deviation."""


def median(values: Iterable[float]) -> float:
    """The middle one, or the mean of the two there. The library's module takes 10 ms to import."""
    order = sorted(values)
    return (order[(len(order) - 1) // 2] + order[len(order) // 2]) / 2


def mad(values: Sequence[float]) -> float:
    """The median absolute deviation from the median, as the deviation of normal values.

    F. R. Hampel, J. Am. Stat. Assoc. 69 (1974) 383.
    """
    centre = median(values)
    return NORMAL * median([abs(value - centre) for value in values])


def _may_well_be(variance: float, observations: float, peaked: float = 0.0) -> float:
    """The upper end of what a variance, known from so many observations, may well be.

    The more ``peaked`` values are (their excess kurtosis), the less is known of their variance.
    """
    return variance * (1 + SURE * sqrt((2 + BURSTS * peaked) / max(observations, 1)))


def _without_largest(squares: list[float]) -> float:
    """The sum of squares, the largest of them left out, as large as all normal ones would be."""
    squares.sort()
    return sum(squares[: len(squares) - ceil(DROPPED * len(squares))]) / KEPT_SHARE


# ---------------------------------------------------------------- counts


@dataclass(frozen=True)
class CountBand:
    """Expected counts by weekday, Monday first; variances by mean of a day and of several weeks.

    ``vague`` is each weekday's mean's own variance, by the variance of a day.
    """

    means: tuple[float, ...]
    vague: tuple[float, ...]
    spread: float
    spread_of_weeks: float
    days: int
    highest: int
    """The largest count but one in the history, whatever its weekday."""

    def tails(self, count: int, weekday: int) -> tuple[float, float]:
        """How likely that many or fewer, and that many or more, are on such a day."""
        spread = self.spread * (1 + self.vague[weekday])
        return count_tails(count, self.means[weekday], spread)

    def tails_of_weeks(self, count: int, weeks: int) -> tuple[float, float]:
        """The same for the sum of several whole weeks."""
        spread = self.spread_of_weeks * (1 + WEEK * weeks / self.days)
        return count_tails(count, weeks * sum(self.means), spread)


def count_band(counts: Sequence[int], weekday: int) -> CountBand | None:
    """The band of the days that follow ``counts``, of which the first is a ``weekday``.

    A count a day, zeros included; None without four whole weeks, or without uses on fifteen days.
    """
    days = len(counts)
    if days < 4 * WEEK or sum(map(bool, counts)) < LEAST_USED_DAYS:
        return None
    groups = [counts[offset::WEEK] for offset in range(WEEK)]
    rough = [_trimmed(group) for group in groups]
    total = sum(mean * len(group) for mean, group in zip(rough, groups, strict=True))
    squares = [(x - mean) ** 2 for mean, group in zip(rough, groups, strict=True) for x in group]
    rough_spread = max(1.0, _without_largest(squares) / total) if total else 1.0
    cut = [
        _cut(group, mean, 1 + OUT * sqrt(rough_spread * mean))
        for mean, group in zip(rough, groups, strict=True)
    ]
    ordinary = sum(map(sum, cut)) / days or sum(counts) / days
    raw = [(sum(group) + PRIOR_DAYS * ordinary) / (len(group) + PRIOR_DAYS) for group in cut]
    means, vague = _alike(raw, rough_spread, days / WEEK)

    both = list(zip(groups, means, strict=True))
    squares = [(x - mean) ** 2 for group, mean in both for x in group]
    moments = _without_largest(squares) / sum(mean * len(group) for group, mean in both)
    robust = mad([(x - mean) / sqrt(mean) for group, mean in both for x in group]) ** 2
    spread = max(1.0, moments, robust)
    expected = sum(means)
    # Days with next to no uses say next to nothing of the spread.
    telling = expected**2 / sum(mean**2 for mean in means) * days / WEEK
    spread = _may_well_be(spread, telling, _peaked(expected**2 / telling * days / WEEK, spread))
    in_order = [cut[place % WEEK][place // WEEK] for place in range(days)]
    weeks = [sum(in_order[end - WEEK : end]) for end in range(days, WEEK - 1, -WEEK)]
    between = sum((week - expected) ** 2 for week in weeks) / expected / (len(weeks) - 1)
    return CountBand(
        tuple(means[(day - weekday) % WEEK] for day in range(WEEK)),
        tuple(vague[(day - weekday) % WEEK] for day in range(WEEK)),
        spread,
        max(spread, _may_well_be(between, len(weeks) - 1)),
        days,
        sorted(counts)[-2],
    )


def _trimmed(values: Sequence[int]) -> float:
    """The mean without the sixth that is highest, and the sixth that is lowest; at least one."""
    out = max(1, len(values) // 6)
    return sum(sorted(values)[out:-out]) / (len(values) - 2 * out)


def _cut(values: Sequence[int], centre: float, out: float) -> list[float]:
    low, high = centre - out, centre + out
    return [low if x < low else high if x > high else x for x in values]


def _alike(raw: Sequence[float], spread: float, weeks: float) -> tuple[list[float], list[float]]:
    """The weekdays' means, each drawn to those like it as far as chance makes them differ.

    W. James, C. Stein, Proc. Fourth Berkeley Symp. 1 (1961) 361, within the busy and within the
    slack weekdays, which the widest gap between their square roots parts. Also by how much chance
    still moves each, in variances of a day.
    """
    order = sorted(range(WEEK), key=lambda day: raw[day])
    roots = [sqrt(raw[day]) for day in order]
    gap = max(range(1, WEEK), key=lambda place: roots[place] - roots[place - 1])
    means, vague = list(raw), [1 / weeks] * WEEK
    for part in (order[:gap], order[gap:]):
        mean = sum(raw[day] for day in part) / len(part)
        chance = spread * mean / weeks
        if len(part) == 1 or not chance:
            continue
        differ = sum((raw[day] - mean) ** 2 for day in part) / (len(part) - 1)
        drawn = min(1.0, chance / differ) if differ else 1.0
        for day in part:
            means[day] = drawn * mean + (1 - drawn) * raw[day]
            vague[day] = (1 - drawn * (1 - 1 / len(part))) / weeks
    return means, vague


def _peaked(mean: float, spread: float) -> float:
    """The excess kurtosis of a negative binomial distribution: how it comes in bursts."""
    return 6 * (spread - 1) / mean + 1 / (spread * mean)


# ---------------------------------------------------------------- rates


@dataclass(frozen=True)
class RateBand:
    """An expected success rate, and how much more than a coin's the outcomes of a day vary."""

    rate: float
    spread: float
    spread_of_weeks: float
    known: int
    known_a_day: float

    def tails(self, successes: int, known: int) -> tuple[float, float]:
        """How likely that many successes or fewer, and that many or more, are on one day."""
        # The outcomes of a day are alike: of a day with more than usual, more are.
        alike = 1 + (self.spread - 1) * max(1.0, known / self.known_a_day)
        return rate_tails(successes, known, self.rate, alike * (1 + known / self.known))

    def tails_of_weeks(self, successes: int, known: int) -> tuple[float, float]:
        """The same for all outcomes of some weeks."""
        spread = self.spread_of_weeks * (1 + known / self.known)
        return rate_tails(successes, known, self.rate, spread)


def rate_band(successes: Sequence[int], known: Sequence[int]) -> RateBand | None:
    """The band of the days that follow; successes and known outcomes of a day each.

    None without ten days that have known outcomes, or with fewer than thirty outcomes.
    """
    days = [(good, n) for good, n in zip(successes, known, strict=True) if n]
    total = sum(known)
    if len(days) < LEAST_KNOWN_DAYS or total < LEAST_KNOWN:
        return None
    rate = (sum(successes) + 0.5) / (total + 1)
    chance = rate * (1 - rate)
    squares = [(good - n * rate) ** 2 for good, n in days]
    rough = max(1.0, _without_largest(squares) / (total * chance))
    within = [
        (good, n) for good, n in days if abs(good - n * rate) <= 1 + OUT * sqrt(rough * n * chance)
    ]
    kept = sum(n for _, n in within)
    rate = (sum(good for good, _ in within) + 0.5) / (kept + 1)
    chance = rate * (1 - rate)
    moments = _without_largest([(good - n * rate) ** 2 for good, n in days]) / (total * chance)
    robust = mad([(good - n * rate) / sqrt(n * chance) for good, n in days]) ** 2
    spread = _may_well_be(max(1.0, moments, robust), len(days))
    weeks = []
    for end in range(len(known), WEEK - 1, -WEEK):
        n = sum(known[end - WEEK : end])
        weeks.append((sum(successes[end - WEEK : end]) - n * rate) ** 2)
    between = sum(weeks) / (total * chance) * len(weeks) / (len(weeks) - 1)
    return RateBand(
        rate,
        spread,
        max(spread, _may_well_be(between, len(weeks) - 1)),
        kept,
        total / len(days),
    )


# ---------------------------------------------------------------- durations


@dataclass(frozen=True)
class DurationBand:
    """The logarithm of a day's median duration: centre, and deviation of an ordinary day."""

    centre: float
    scale: float
    scale_of_weeks: float
    days: int
    usual_count: float

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the deviation."""
        return max(3.0, EFFICIENCY * self.days)

    def deviation(self, count: int) -> float:
        """The deviation of a day with that many durations; fewer than usual widen it."""
        return self.scale * sqrt(max(1.0, self.usual_count / count) + 1 / self.days)

    def tail(self, value: float, count: int) -> float:
        """How likely a day as far from the centre, on either side, is."""
        return student_tail((value - self.centre) / self.deviation(count), self.freedom)

    def tail_of_weeks(self, value: float, days: int) -> float:
        """The same for the median of so many days' values."""
        # Of normal values, a median varies by half of pi more than a mean.
        deviation = self.scale_of_weeks * sqrt(1.5708 / days + 1.5708 / self.days)
        return student_tail((value - self.centre) / deviation, self.freedom)


def duration_band(values: Sequence[float], counts: Sequence[int]) -> DurationBand | None:
    """The band of days that follow: logarithms of days' medians, over so many durations each.

    In order, days without a duration left out; None with fewer than twenty.
    """
    days = len(values)
    if days < LEAST_DURATION_DAYS:
        return None
    centre = median(values)
    trimmed = sqrt(_without_largest([(value - centre) ** 2 for value in values]) / days)
    scale = max(LEAST_SCALE, mad(values), trimmed)
    # Where neighbouring days are alike, the medians of five of them vary more than chance has it.
    fives = [median(values[end - 5 : end]) for end in range(days, 4, -5)]
    between = sum((five - centre) ** 2 for five in fives) / (len(fives) - 1) * 5 / 1.5708
    weeks = sqrt(_may_well_be(between, len(fives) - 1))
    return DurationBand(centre, scale, max(scale, weeks), days, median(counts))
