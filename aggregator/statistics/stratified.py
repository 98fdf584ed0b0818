"""Whether two things go together among cases that are alike: within strata, then over all of them.

What differs between the strata (how long a session is, in which project, which month) then speaks
neither for nor against them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import erfc, exp, lgamma, log, log1p, sqrt

NORMAL_FROM = 25.0
"""The variance from which on the normal tail is close enough: right to a third down to 2e-4."""


@dataclass(frozen=True)
class Association:
    """How often both came together, and what chance does where each stratum's counts are given.

    Within a stratum of ``total`` cases, of which ``first`` have one thing and ``second`` the other,
    the cases that have both are hypergeometric. ``expected`` and ``variance`` are sums of theirs,
    ``least`` and ``most`` what the counts allow; ``weight`` is the sum of first x rest / total.
    """

    observed: int
    expected: float
    variance: float
    least: int
    most: int
    weight: float

    @property
    def more(self) -> float:
        """The p-value (one-sided) of so many or more by chance. See ``_tail``."""
        return _tail(self.observed, self.expected, self.variance, self.least, self.most)

    @property
    def less(self) -> float:
        """The p-value (one-sided) of so few or fewer by chance."""
        return _tail(-self.observed, -self.expected, self.variance, -self.most, -self.least)

    @property
    def either(self) -> float:
        """The p-value (two-sided): twice the smaller tail."""
        return min(1.0, 2 * min(self.more, self.less))

    @property
    def difference(self) -> float | None:
        """How much more often the second is there with the first than without it, -1..1.

        The Mantel-Haenszel risk difference: S. Greenland, J. M. Robins, Biometrics 41 (1985) 55.
        None where no stratum has cases of both sides.
        """
        return (self.observed - self.expected) / self.weight if self.weight else None

    @property
    def ratio(self) -> float | None:
        """Observed by expected; None where nothing is expected."""
        return self.observed / self.expected if self.expected else None

    def ratio_interval(self, z: float) -> tuple[float, float] | None:
        """The interval of ``ratio``, with the observed number taken as a Poisson count.

        Byar's approximation: N. E. Breslow, N. E. Day, Statistical Methods in Cancer Research II,
        IARC (1987) 69. Wider than need be, because the count varies less than that.
        """
        if not self.expected:
            return None
        low, above = 0.0, self.observed + 1
        if self.observed:
            low = self.observed * (1 - 1 / (9 * self.observed) - z / (3 * sqrt(self.observed))) ** 3
        high = above * (1 - 1 / (9 * above) + z / (3 * sqrt(above))) ** 3
        return max(0.0, low) / self.expected, high / self.expected


def association(strata: Iterable[tuple[int, int, int, int]]) -> Association:
    """Strata as (both, first, second, total)."""
    observed = least = most = 0
    expected = variance = weight = 0.0
    for both, first, second, total in strata:
        if not total:
            continue
        observed += both
        least += max(0, first + second - total)
        most += min(first, second)
        expected += first * second / total
        weight += first * (total - first) / total
        if total > 1:
            spread = first * second * (total - first) * (total - second)
            variance += spread / (total * total * (total - 1))
    return Association(observed, expected, variance, least, most, weight)


def difference_error(strata: Iterable[tuple[int, int, int, int]]) -> float | None:
    """The standard error of ``Association.difference``; None where nothing can be compared.

    S. Greenland, J. M. Robins, Biometrics 41 (1985) 55: right for many cases in few strata as well
    as for few cases in many. Strata as in ``association``.
    """
    spread = weight = 0.0
    for both, first, second, total in strata:
        others = total - first
        if not first or not others:
            continue
        rest = second - both
        here = both * (first - both) * others**3 + rest * (others - rest) * first**3
        spread += here / (first * others * total * total)
        weight += first * others / total
    return sqrt(spread) / weight if weight else None


def _tail(observed: int, expected: float, variance: float, least: int, most: int) -> float:
    """The probability of at least ``observed``.

    N. Mantel, W. Haenszel, J. Natl. Cancer Inst. 22 (1959) 719, with the continuity correction,
    where the variance is large. Else a bound that holds for any numbers: each hypergeometric count
    is a sum of independent trials (V. A. Vatutin, V. G. Mikhailov, Theory Probab. Appl. 27 (1982)
    734), and no such sum with that mean has a heavier tail beyond mean + 1 than the binomial one
    (W. Hoeffding, Ann. Math. Stat. 27 (1956) 713). It errs towards finding nothing.
    """
    if observed <= least:
        return 1.0
    if variance >= NORMAL_FROM:
        return erfc((observed - expected - 0.5) / sqrt(variance) / sqrt(2)) / 2
    if observed < expected + 1:
        return 1.0
    return _binomial_tail(observed - least, most - least, (expected - least) / (most - least))


def _binomial_tail(hits: int, trials: int, p: float) -> float:
    """The probability of ``hits`` or more, more than the mean, in so many trials."""
    if p <= 0:
        return 0.0
    log_term = (
        lgamma(trials + 1)
        - lgamma(hits + 1)
        - lgamma(trials - hits + 1)
        + hits * log(p)
        + (trials - hits) * log1p(-p)
    )
    term = total = exp(log_term)
    odds = p / (1 - p)
    for count in range(hits, trials):
        term *= (trials - count) / (count + 1) * odds
        total += term
        if term <= total * 1e-17:
            break
    return min(1.0, total)
