"""Proportions: their intervals, and whether two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import erfc, exp, lgamma, log, log1p, prod, sqrt

Z_95 = 1.959963984540054
"""The 97.5 % point of the normal distribution: both tails of a 95 % interval."""


def wilson(successes: int, known: int, z: float = Z_95) -> tuple[float, float] | None:
    """The Wilson score interval of a proportion; None without a known outcome.

    E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209. It stays within 0..1 and is honest for few
    observations, where the textbook interval collapses to a point.
    """
    if known == 0:
        return None
    p = successes / known
    z2n = z * z / known
    centre = (p + z2n / 2) / (1 + z2n)
    half = z / (1 + z2n) * sqrt(p * (1 - p) / known + z2n / (4 * known))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == known else min(1.0, centre + half)
    return low, high


def difference(
    successes: int, known: int, successes_before: int, known_before: int, z: float = Z_95
) -> tuple[float, float] | None:
    """The interval of the change of a proportion; None when one side has no known outcome.

    R. G. Newcombe, Statist. Med. 17 (1998) 873, method 10: from the two Wilson intervals.
    """
    now = wilson(successes, known, z)
    before = wilson(successes_before, known_before, z)
    if now is None or before is None:
        return None
    p, q = successes / known, successes_before / known_before
    change = p - q
    low = change - sqrt((p - now[0]) ** 2 + (before[1] - q) ** 2)
    high = change + sqrt((now[1] - p) ** 2 + (q - before[0]) ** 2)
    return low, high


UNNOTICED = 1e-20
"""The part of a sum that is too small to change it."""

EXACT_UP_TO = 5000
"""Observations up to which the test of two proportions is exact; beyond, the normal one agrees."""


def equality(successes: int, known: int, successes_before: int, known_before: int) -> float:
    """The p-value (two-sided) of two proportions being one; 1 when one side has no known outcome.

    Exact up to ``EXACT_UP_TO`` observations: R. A. Fisher, J. R. Stat. Soc. 98 (1935) 39, with all
    tables that are no likelier than the one seen. It errs towards finding nothing. Beyond: the
    score test with the pooled variance, which is Pearson's chi-square of the table.
    """
    if known == 0 or known_before == 0:
        return 1.0
    total, both = known + known_before, successes + successes_before
    if both in (0, total):
        return 1.0
    if total <= EXACT_UP_TO:
        return _fisher(successes, known, both, total)
    pooled = both / total
    error = sqrt(pooled * (1 - pooled) * (1 / known + 1 / known_before))
    return erfc(abs(successes / known - successes_before / known_before) / error / sqrt(2))


def _fisher(successes: int, known: int, both: int, total: int) -> float:
    """The share of tables no likelier than the one with ``successes``, weighed by likelihood.

    Each table's likelihood follows from its neighbour's, beginning at the likeliest. Those so far
    out that no sum would notice them are left out, which are most.
    """
    neither = total - both - known
    first, last = max(0, -neither), min(known, both)
    mode = (known + 1) * (both + 1) // (total + 2)

    def up(to: int) -> Iterator[float]:
        return ((both - x) * (known - x) / ((x + 1) * (neither + x + 1)) for x in range(mode, to))

    def down(to: int) -> Iterator[float]:
        steps = range(mode, to, -1)
        return (x * (neither + x) / ((both - x + 1) * (known - x + 1)) for x in steps)

    seen = prod(up(successes)) * prod(down(successes))
    least = seen * UNNOTICED
    likelihoods = [1.0, *_products(up(last), least), *_products(down(first), least)]
    # Ties of likelihood that rounding has parted count as ties.
    seen *= 1 + 1e-7
    return min(1.0, sum(p for p in likelihoods if p <= seen) / sum(likelihoods))


def _products(steps: Iterable[float], least: float) -> Iterator[float]:
    """The product of the first step, of the first two and so on, down to ``least``."""
    product = 1.0
    for step in steps:
        product *= step
        yield product
        if product <= least:
            return


def at_most(successes: int, known: int, rate: float) -> float:
    """The p-value (one-sided) of so few successes where each has the chance ``rate``.

    The lower tail of the binomial distribution, exact up to ``EXACT_UP_TO`` observations (C. J.
    Clopper, E. S. Pearson, Biometrika 26 (1934) 404); beyond, the normal one. 1 without any.
    """
    if known == 0 or rate <= 0:
        return 1.0
    if rate >= 1:
        return float(successes >= known)
    if known > EXACT_UP_TO:
        error = sqrt(rate * (1 - rate) / known)
        return erfc((rate - successes / known) / error / sqrt(2)) / 2
    chances = (
        exp(
            lgamma(known + 1)
            - lgamma(x + 1)
            - lgamma(known - x + 1)
            + x * log(rate)
            + (known - x) * log1p(-rate)
        )
        for x in range(successes + 1)
    )
    return min(1.0, sum(chances))
