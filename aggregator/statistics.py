"""Intervals of proportions, each with its source. Nothing here knows the warehouse."""

from __future__ import annotations

from math import sqrt

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
