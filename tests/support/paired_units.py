"""The sums over units measured twice, in Python: the product has them from SQL."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.statistics.ratios import PairedSums


def paired_sums(units: Iterable[tuple[int, int, int, int]]) -> PairedSums:
    """The sums over units, given as (successes, known outcomes) now and then before."""
    counted = [unit for unit in units if unit[1] or unit[3]]

    def product(one: int, other: int) -> int:
        return sum(unit[one] * unit[other] for unit in counted)

    now, known, before, known_before = (sum(unit[place] for unit in counted) for place in range(4))
    products = [product(i, j) for i in range(4) for j in range(i, 4)]
    return PairedSums(len(counted), now, known, before, known_before, tuple(products))
