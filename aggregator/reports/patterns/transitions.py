"""Which skill follows which within a session, how soon, and how well it then works."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.changes import ENOUGH
from aggregator.measures import Question
from aggregator.outcomes import Outcomes
from aggregator.reports.patterns.contrast import Contrast, Sides, contrasts
from aggregator.reports.patterns.rows import (
    Name,
    Scanned,
    check_name,
    rows_asked,
    scanned,
)
from aggregator.statistics.proportions import wilson
from aggregator.statistics.stratified import Association
from schema.warehouse import Connection


@dataclass(frozen=True)
class Transition:
    """``then`` was used next after ``first`` in ``times`` of the ``followed`` uses of ``first``
    after which the session went on. ``simultaneous`` of them began at the same moment.

    ``outcomes`` are those of ``then``; ``contrast`` is against following anything else, in the same
    project and month. ``gap_ms`` is the median time between the two beginnings.
    """

    first: Name
    then: Name
    times: int
    followed: int
    gap_ms: float
    simultaneous: int
    outcomes: Outcomes
    contrast: Contrast

    @property
    def is_marked(self) -> bool:
        return self.contrast.verdict in ("better", "worse")

    @property
    def share(self) -> float:
        """How often it came next, when anything did."""
        return self.times / self.followed

    @property
    def share_interval(self) -> tuple[float, float]:
        """The Wilson 95 % interval of the share."""
        found = wilson(self.times, self.followed)
        assert found is not None
        return found


@dataclass(frozen=True)
class Transitions:
    """The transitions shown, of ``common`` that were seen often enough; ``total`` counts all.

    After ``marked`` of them something works better or worse than it otherwise does.
    """

    rows: list[Transition]
    common: int
    marked: int
    total: int
    scanned: Scanned


def transitions(
    con: Connection,
    question: Question,
    *,
    name: str | None = None,
    min_times: int = ENOUGH,
    limit: int = 20,
) -> Transitions:
    """What follows what, of ``name`` both sides: first that after which something works better or
    worse than it otherwise does, the surest first; then by how often.

    Adjusted for all that are frequent enough, shown or not. Raises UnknownName.
    """
    check_name(con, question, name)
    rows = rows_asked(con, question, "transitions", min_times=min_times)
    sides = []
    for row in rows:
        successes, failures, abandoned = row[8:11]
        elsewhere, known_elsewhere, expected, variance, least, most, weight, _ = row[12:]
        sides.append(
            Sides(
                successes,
                successes + failures + abandoned,
                int(elsewhere),
                int(known_elsewhere),
                Association(
                    successes,
                    float(expected),
                    float(variance),
                    int(least),
                    int(most),
                    float(weight),
                ),
            )
        )
    found = [
        Transition(
            (row[0], row[1]),
            (row[2], row[3]),
            row[4],
            int(row[5]),
            row[6],
            row[7],
            Outcomes(*row[8:12]),
            contrast,
        )
        for row, contrast in zip(rows, contrasts(sides), strict=True)
    ]
    about = [each for each in found if name is None or name in (each.first[1], each.then[1])]
    about.sort(key=_order)
    marked = sum(each.is_marked for each in about)
    total = rows[0][-1] if rows else 0
    return Transitions(about[:limit], len(about), marked, total, scanned(con, question))


def _order(found: Transition) -> tuple[bool, float, int, Name, Name]:
    sure = found.contrast.adjusted_p if found.is_marked else 1.0
    return (not found.is_marked, sure, -found.times, found.first[::-1], found.then[::-1])
