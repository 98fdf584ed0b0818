"""The linear trend of a proportion over ordered periods: its rise and whether it is real."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt

from aggregator.statistics.proportions import Z_95
from schema.frozen import dataclass


@dataclass(frozen=True)
class LinearTrend:
    """The fitted line of a proportion, from the first to the last period that has observations.

    ``change`` is the fitted rise (-1..1), ``low`` and ``high`` its 95 % interval; ``p_value`` is
    two-sided, that of no rise and no fall.
    """

    change: float
    low: float
    high: float
    p_value: float


def linear_trend(successes: Sequence[int], known: Sequence[int]) -> LinearTrend | None:
    """The trend over periods in order; None with fewer than two that have observations.

    W. G. Cochran, Biometrics 10 (1954) 417; P. Armitage, Biometrics 11 (1955) 375: the chi-square
    of one degree of freedom for a linear trend, periods scored 0, 1, 2 and so on, whether or not
    anything was observed in those between. The rise is that of the weighted line the test is of.
    """
    seen = [(score, x, n) for score, (x, n) in enumerate(zip(successes, known, strict=True)) if n]
    if len(seen) < 2:
        return None
    total = sum(n for _, _, n in seen)
    rate = sum(x for _, x, _ in seen) / total
    middle = sum(score * n for score, _, n in seen) / total
    spread = sum(n * (score - middle) ** 2 for score, _, n in seen)
    slope = sum((x - n * rate) * (score - middle) for score, x, n in seen) / spread
    length = seen[-1][0] - seen[0][0]
    error = sqrt(rate * (1 - rate) / spread)
    p_value = erfc(abs(slope) / error / sqrt(2)) if error else 1.0
    change, half = slope * length, Z_95 * error * length
    return LinearTrend(
        max(-1.0, min(1.0, change)), max(-1.0, change - half), min(1.0, change + half), p_value
    )
