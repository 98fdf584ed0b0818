"""In which project or on which workflow path a skill works worse or better than in all others.

A part is a project or a workflow path. The rule for this is here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from aggregator.changes import ENOUGH, LEVEL
from aggregator.presence import Name
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import difference, equality
from schema.frozen import dataclass

LEAST_GAP = 0.2
"""Minimum difference of the rates, in addition to being significant, for a part to be reported."""


class Side(NamedTuple):
    """Known outcomes of a skill in one part, and in all other parts together."""

    kind: str
    skill_name: str
    part: str
    successes: int
    known: int
    successes_elsewhere: int
    known_elsewhere: int

    @property
    def gap(self) -> float:
        """The rate there minus that elsewhere; both sides have known outcomes."""
        return self.successes / self.known - self.successes_elsewhere / self.known_elsewhere


@dataclass(frozen=True)
class Contrast:
    """A part that differs from the others. ``low`` and ``high``: the 95% interval of the gap.

    ``p_value`` tests for no gap; ``adjusted_p`` is adjusted for all parts that were compared.
    """

    side: Side
    low: float
    high: float
    p_value: float
    adjusted_p: float


def sides(by_name: Mapping[Name, Mapping[str, tuple[int, int]]]) -> tuple[list[Side], int]:
    """The parts with a gap of at least ``LEAST_GAP``, and how many parts were compared in all.

    ``by_name`` has the successes and known outcomes of each part of every skill and agent.
    """
    far, compared = [], 0
    for (kind, name), parts in by_name.items():
        whole = sum(successes for successes, _ in parts.values())
        whole_known = sum(known for _, known in parts.values())
        for part, (successes, known) in parts.items():
            rest, rest_known = whole - successes, whole_known - known
            if known < ENOUGH or rest_known < ENOUGH:
                continue
            compared += 1
            if abs(successes / known - rest / rest_known) >= LEAST_GAP:
                far.append(Side(kind, name, part, successes, known, rest, rest_known))
    return far, compared


def standing_out(sides: Iterable[Side], compared: int | None = None) -> list[Contrast]:
    """The significant ones of these sides, largest gap first, adjusted for comparing all of them.

    ``compared`` also counts sides that were left out because their gap is too small. They count
    with a p-value of 1, which can only hide a finding and never add one.
    """
    enough = [s for s in sides if s.known >= ENOUGH and s.known_elsewhere >= ENOUGH]
    far = [side for side in enough if abs(side.gap) >= LEAST_GAP]
    p_values = [
        equality(side.successes, side.known, side.successes_elsewhere, side.known_elsewhere)
        for side in far
    ]
    others = (len(enough) if compared is None else compared) - len(far)
    sure = adjusted([*p_values, *[1.0] * others])
    found = []
    for side, p_value, adjusted_p in zip(far, p_values, sure, strict=False):
        interval = difference(
            side.successes, side.known, side.successes_elsewhere, side.known_elsewhere
        )
        if adjusted_p <= LEVEL and interval is not None:
            found.append(Contrast(side, *interval, p_value, adjusted_p))
    return sorted(found, key=lambda each: (-abs(each.side.gap), each.side.part))
