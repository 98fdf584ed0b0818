"""Whether one of two sets of values tends to be larger, from sums that a statement can deliver.

Ranks ask nothing of the values' distribution: a few very long durations weigh no more than others.
"""

from __future__ import annotations

from math import erfc, sqrt

from schema.frozen import dataclass


@dataclass(frozen=True)
class RankSum:
    """All values of both sides ranked together, equal ones by the middle of their ranks.

    ``rank_sum`` is that of the ``count`` values now; ``tie_term`` the sum of t^3 - t over groups of
    t equal values, of both sides.
    """

    count: int
    count_before: int
    rank_sum: float
    tie_term: int = 0

    @property
    def superiority(self) -> float | None:
        """The share (0..1) of pairs in which the value now is the larger, ties counted half.

        A. Vargha, H. D. Delaney, J. Educ. Behav. Stat. 25 (2000) 101. None without a pair.
        """
        pairs = self.count * self.count_before
        return (self.rank_sum - self.count * (self.count + 1) / 2) / pairs if pairs else None


def equality(sums: RankSum) -> float:
    """The p-value (two-sided) of neither side being larger; 1 where nothing can be compared.

    H. B. Mann, D. R. Whitney, Ann. Math. Stat. 18 (1947) 50: the normal approximation, its variance
    corrected for ties and half a rank taken off for continuity, as in M. Hollander, D. A. Wolfe,
    Nonparametric Statistical Methods (1999) 4.1. It is close from about eight values a side.
    """
    n, m = sums.count, sums.count_before
    if n == 0 or m == 0:
        return 1.0
    total = n + m
    variance = n * m / 12 * (total + 1 - sums.tie_term / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    u = sums.rank_sum - n * (n + 1) / 2
    z = (abs(u - n * m / 2) - 0.5) / sqrt(variance)
    return min(1.0, erfc(z / sqrt(2)))
