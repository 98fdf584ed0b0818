"""P-values of many tests, adjusted for how many there were."""

from __future__ import annotations

from collections.abc import Sequence


def adjusted(p_values: Sequence[float], tries: int | None = None) -> list[float]:
    """P-values such that taking those up to a level keeps the false discovery rate at that level.

    Y. Benjamini, Y. Hochberg, J. R. Stat. Soc. B 57 (1995) 289: the step-up procedure. Same order
    as given, each at most 1. ``tries``: how many there were, where the others found nothing.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index], reverse=True)
    found = [0.0] * len(p_values)
    tries = len(p_values) if tries is None else tries
    least = 1.0
    for place, index in enumerate(order):
        least = min(least, p_values[index] * tries / (len(p_values) - place))
        found[index] = least
    return found
