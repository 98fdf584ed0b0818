"""Whether something works better or worse here than elsewhere, among comparable uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aggregator.changes import ENOUGH, LEAST_CHANGE, Word
from aggregator.reports.patterns.rows import LEVEL
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.stratified import Association

Verdict = Literal["better", "worse", "no clear difference", "insufficient data"]
WORDS: Mapping[Verdict, Word] = {
    "better": "better",
    "worse": "worse",
    "no clear difference": "no clear change",
    "insufficient data": "not enough data",
}
"""The verdicts in the words of ``aggregator.changes``."""


@dataclass(frozen=True)
class Sides:
    """Successes among known outcomes here, and elsewhere in the same strata; how both relate."""

    successes: int
    known: int
    successes_elsewhere: int
    known_elsewhere: int
    association: Association


@dataclass(frozen=True)
class Contrast:
    """``difference`` is here minus elsewhere, like with like; ``adjusted_p`` among all compared."""

    sides: Sides
    difference: float | None
    p_value: float
    adjusted_p: float
    verdict: Verdict


def contrasts(found: Sequence[Sides]) -> list[Contrast]:
    """The verdict on each, adjusted for comparing all of them at once.

    Sides with too few known outcomes are not compared, and do not count as tests.
    """
    compared = [i for i, each in enumerate(found) if _comparable(each)]
    p_values = [found[i].association.either for i in compared]
    sure = dict(zip(compared, zip(p_values, adjusted(p_values), strict=True), strict=True))
    return [_contrast(each, sure.get(i)) for i, each in enumerate(found)]


def _comparable(sides: Sides) -> bool:
    enough = min(sides.known, sides.known_elsewhere) >= ENOUGH
    return enough and sides.association.difference is not None


def _contrast(sides: Sides, sure: tuple[float, float] | None) -> Contrast:
    difference = sides.association.difference
    if sure is None or difference is None:
        return Contrast(sides, difference, 1.0, 1.0, "insufficient data")
    verdict: Verdict = "no clear difference"
    if sure[1] <= LEVEL and abs(difference) >= LEAST_CHANGE:
        verdict = "better" if difference > 0 else "worse"
    return Contrast(sides, difference, *sure, verdict)
