"""Success rates whose units differ: members, projects or sessions, from sums over them.

The uses of one unit are alike, so that an interval which takes each use for independent is too
narrow. Here the units are the observations: the rate is the ratio of two sums, its variance that of
the linearised ratio, and the freedom of Student's distribution follows from the effective number of
units. All that is needed of the units are sums of their counts and of products of these: they can
be added up by any engine, and nobody has to see a single unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import erfc, exp, inf, lgamma, log, pi, sqrt

from aggregator.statistics.proportions import Z_95, wilson
from aggregator.statistics.tails import student_tail

LEVEL = 0.05
"""What both tails of an interval have together."""

_NORMAL_FROM = 1e7
"""Freedom from which on Student's distribution is the normal one to seven digits."""


_LEAST_FREEDOM = 0.2
_POLYNOMIAL_FROM = 2
"""Freedom from which on Student's 95% quantile is taken from the polynomial below."""

_QUANTILE = (
    1.959963984556,
    2.372271219719,
    2.822499804513,
    2.555797138468,
    1.590737305652,
    0.7166803575249,
    0.7636146423995,
    -0.5787412980098,
    0.2582655289815,
    1.748885470556,
    -3.473638490824,
    2.93673186474,
    -0.9839859978769,
)
"""Student's 95% quantile as a polynomial in 1 / freedom that meets it at 13 Chebyshev points of 0
to 1/2, and differs from it by less than 1e-11 of it in between."""


def _tail(value: float, freedom: float) -> float:
    if freedom >= _NORMAL_FROM:
        return erfc(abs(value) / sqrt(2))
    return student_tail(value, freedom)


def _least_variance(successes: int, known: int) -> float:
    """A rate's variance where no unit differs from another, as where all uses ended the same.

    That of independent uses, with one success and one failure more (Laplace), so that a handful of
    equal outcomes is no certainty.
    """
    rate = (successes + 1) / (known + 2)
    return rate * (1 - rate) / known


@dataclass(frozen=True)
class RatioSums:
    """Sums over units, each with ``s`` successes of ``n`` known outcomes.

    ``units`` are those with a known outcome; ``ss``, ``sn`` and ``nn`` the sums of s², s·n and n².
    """

    units: int
    successes: int
    known: int
    ss: int
    sn: int
    nn: int

    @property
    def rate(self) -> float | None:
        """Successes by known outcomes, 0..1; None without any."""
        return self.successes / self.known if self.known else None

    @property
    def variance(self) -> float | None:
        """The variance of the rate; None with fewer than two units.

        Of the ratio's first-order expansion: W. G. Cochran, Sampling Techniques (1977) 6.3.
        """
        if self.units < 2 or not self.known:
            return None
        rate = self.successes / self.known
        squares = self.ss - 2 * rate * self.sn + rate * rate * self.nn
        return self.units / (self.units - 1) * max(0.0, squares) / self.known**2

    @property
    def effective_units(self) -> float:
        """How many units of the same size are as good: L. Kish, Survey Sampling (1965) 11.7."""
        return self.known**2 / self.nn if self.nn else 0.0

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the rate's variance."""
        return max(0.0, self.effective_units - 1)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of the rate, within 0..1; None with fewer than two units.

        It is never narrower than Wilson's, which takes each use for independent: where all units
        are alike by chance, or all uses ended the same, their spread says too little.
        """
        variance = self.variance
        if variance is None:
            return None
        plain = wilson(self.successes, self.known)
        assert plain is not None
        rate = self.successes / self.known
        half = student_quantile(LEVEL, self.freedom) * sqrt(variance) if variance else 0.0
        return max(0.0, min(plain[0], rate - half)), min(1.0, max(plain[1], rate + half))

    @property
    def correlation(self) -> float | None:
        """How alike the uses of one unit are, 0 (not at all) to 1; None where nothing tells.

        The moment estimator of the beta-binomial distribution, from the same sum of squares as
        ``variance``: J. C. Kleinman, J. Am. Stat. Assoc. 68 (1973) 46.
        """
        if self.units < 2 or self.nn <= self.known or not 0 < self.successes < self.known:
            return None
        rate = self.successes / self.known
        squares = self.ss - 2 * rate * self.sn + rate * rate * self.nn
        # What one rate, estimated from the same units, takes off the sums of squares.
        alike = self.units / (self.units - 1) * squares / (rate * (1 - rate)) - self.known
        return min(1.0, max(0.0, alike / (self.nn - self.known)))


def ratio_sums(units: Iterable[tuple[int, int]]) -> RatioSums:
    """The sums over units, given as (successes, known outcomes); those without one do not count."""
    counted = [(s, n) for s, n in units if n]
    return RatioSums(
        len(counted),
        sum(s for s, _ in counted),
        sum(n for _, n in counted),
        sum(s * s for s, _ in counted),
        sum(s * n for s, n in counted),
        sum(n * n for _, n in counted),
    )


@dataclass(frozen=True)
class Difference:
    """A difference of two rates (-1..1), its 95% interval and its p-value (two-sided)."""

    value: float
    low: float
    high: float
    p_value: float
    standard_error: float
    freedom: float


def between(one: RatioSums, other: RatioSums) -> Difference | None:
    """``one`` minus ``other``, whose units are different ones; None where a side has too few.

    B. L. Welch, Biometrika 34 (1947) 28: both variances as they are, and Satterthwaite's freedom,
    made of the effective numbers of units.
    """
    if one.rate is None or other.rate is None:
        return None
    variance, rest = 0.0, 0.0
    for side in (one, other):
        spread, freedom = side.variance, side.freedom
        if spread is None or freedom <= 0:
            return None
        spread = spread or _least_variance(side.successes, side.known)
        variance += spread
        rest += spread * spread / freedom
    return _difference(one.rate - other.rate, variance, variance * variance / rest)


@dataclass(frozen=True)
class PairedSums:
    """Sums over units that are looked at twice, now (1) and before (0).

    ``products`` are the sums of s1s1, s1n1, s1s0, s1n0, n1n1, n1s0, n1n0, s0s0, s0n0, n0n0 over all
    ``units`` with a known outcome on either side.
    """

    units: int
    successes: int
    known: int
    successes_before: int
    known_before: int
    products: tuple[int, ...]

    @property
    def change(self) -> Difference | None:
        """The rate now minus the rate before; None where one side or a second unit is missing.

        Each unit is its own reference: what it has on both sides is taken off. The variance is that
        of both linearised ratios together, the effective number that of units weighed by their
        share of either side.
        """
        n1, n0 = self.known, self.known_before
        if self.units < 2 or not n1 or not n0:
            return None
        r1, r0 = self.successes / n1, self.successes_before / n0
        # A unit adds a·s1 + b·n1 + c·s0 + d·n0 to the difference.
        a, b, c, d = 1 / n1, -r1 / n1, -1 / n0, r0 / n0
        s1s1, s1n1, s1s0, s1n0, n1n1, n1s0, n1n0, s0s0, s0n0, n0n0 = self.products
        squares = (
            a * a * s1s1
            + b * b * n1n1
            + c * c * s0s0
            + d * d * n0n0
            + 2 * (a * b * s1n1 + a * c * s1s0 + a * d * s1n0)
            + 2 * (b * c * n1s0 + b * d * n1n0 + c * d * s0n0)
        )
        variance = self.units / (self.units - 1) * max(0.0, squares)
        # Of equal units rounding leaves something below 1e-16 of each term.
        if variance <= 1e-14 * (s1s1 / n1**2 + s0s0 / n0**2):
            variance = _least_variance(self.successes, n1) + _least_variance(
                self.successes_before, n0
            )
        weights = n1n1 / (n1 * n1) + 2 * n1n0 / (n1 * n0) + n0n0 / (n0 * n0)
        return _difference(r1 - r0, variance, max(0.0, 4 / weights - 1))


def sample_ratio(counts: Sequence[int], shares: Sequence[float]) -> float:
    """The p-value of units falling as the ``shares`` (which add up to 1) let expect.

    K. Pearson, Phil. Mag. 50 (1900) 157: chi-square, of two groups; 1 where there is none.
    """
    total = sum(counts)
    [_, _] = counts
    if not total:
        return 1.0
    expected = [total * share for share in shares]
    square = sum((n - mean) ** 2 / mean for n, mean in zip(counts, expected, strict=True))
    return erfc(sqrt(square / 2))


def drawn_towards(
    successes: int, known: int, towards: float, correlation: float | None
) -> float | None:
    """A unit's rate drawn towards that of all, by how much units differ; None where unknown.

    The posterior mean of a beta-binomial rate, whose prior has the mean ``towards`` and is worth
    ``(1 - correlation) / correlation`` outcomes: empirical Bayes, as G. Casella, Am. Stat. 39
    (1985) 83 introduces it. Units that do not differ have the rate of all.
    """
    if correlation is None:
        return None
    if not known or correlation <= 0:
        return towards
    prior = (1 - correlation) / correlation
    return (successes + prior * towards) / (known + prior)


def student_quantile(level: float, freedom: float) -> float:
    """The value beyond which, on both sides, Student's distribution has ``level`` (0..1) together.

    Newton's steps on the tail, which bends one way: from the left of the solution they never pass
    it, and from the right the first step leads there. Infinite where there is hardly any freedom.
    """
    if freedom < _LEAST_FREEDOM:
        return inf
    freedom = min(freedom, _NORMAL_FROM)
    if level == LEVEL and freedom >= _POLYNOMIAL_FROM:
        value = 0.0
        for factor in reversed(_QUANTILE):
            value = value / freedom + factor
        return value
    front = exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2)) / sqrt(freedom * pi)
    # Student's value is never smaller than the normal one.
    value = Z_95 if level <= LEVEL else 0.0
    for _ in range(200):
        density = front * exp(-(freedom + 1) / 2 * log(1 + value * value / freedom))
        step = (_tail(value, freedom) - level) / (2 * density)
        value += step
        if abs(step) < 1e-10 * value:
            break
    return value


def _difference(value: float, variance: float, freedom: float) -> Difference:
    error = sqrt(variance)
    if freedom < _LEAST_FREEDOM:
        return Difference(value, -1.0, 1.0, 1.0, error, freedom)
    half = student_quantile(LEVEL, freedom) * error
    return Difference(
        value,
        max(-1.0, value - half),
        min(1.0, value + half),
        _tail(value / error, freedom),
        error,
        freedom,
    )
