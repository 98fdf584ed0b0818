"""Where a part stands out: its success rate against that of all other parts of its name.

A part is a project or a workflow path. The one place that says that a name fails, or works better,
in one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from aggregator.calendar import Span
from aggregator.changes import ENOUGH, LEVEL
from aggregator.measures import Question, ask
from aggregator.presence import Name
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import difference, equality
from schema.warehouse import Connection

LEAST_GAP = 0.2
"""A part stands out when its rate is at least this far from the others' and not by chance."""


class Side(NamedTuple):
    """Known outcomes of a name in one part, and in all its others that were asked for."""

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
    """A part that stands out. ``low`` and ``high``: the 95 % interval of the gap.

    ``p_value`` is that of no gap, ``adjusted_p`` the same among all that were compared.
    """

    side: Side
    low: float
    high: float
    p_value: float
    adjusted_p: float


def contrasts(con: Connection, question: Question, span: Span) -> list[Contrast]:
    """Of all names, the projects that stand out in ``span``, the furthest first.

    Corrected for having compared every name in every project. A span has two ends.
    """
    over = question.over(span)
    rows = ask(con, "reports/sides", over, enough=ENOUGH, least_gap=LEAST_GAP)
    compared = rows[0][0] if rows else 0
    return standing_out((Side(*row) for _, *row in rows), compared)


def sides(by_name: Mapping[Name, Mapping[str, tuple[int, int]]]) -> tuple[list[Side], int]:
    """The parts that are far from the others of their name, and how many were compared with them.

    Each part of every name is given as its successes and known outcomes.
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
    """Those sides that stand out, the furthest first, corrected for comparing all of them.

    ``compared`` counts those that were left out because they are too near each other: they are
    taken for sure to be equal, which errs towards finding nothing.
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
