"""Skills that were offered but not chosen, and whether the place in the list affects success."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures import Question
from aggregator.outcomes import Outcomes
from aggregator.parameters import LIMIT, MIN_OFFERED
from aggregator.reports.patterns.contrast import Contrast, Sides, contrasts
from aggregator.reports.patterns.rows import (
    Scanned,
    rows_asked,
    scanned,
)
from aggregator.statistics.proportions import wilson
from aggregator.statistics.stratified import Association
from schema.warehouse import Connection


@dataclass(frozen=True)
class Rank:
    """Outcomes of the uses whose skill was at this place in the list; 1 is first.

    ``contrast`` is against the other places of the same name, in the same project and month.
    """

    rank: int
    outcomes: Outcomes
    contrast: Contrast


@dataclass(frozen=True)
class Offered:
    """A skill that was offered among others, and how uses ended in which it was or was not chosen.

    ``instead`` is the one chosen in its place most often, ``instead_times`` times.
    """

    name: str
    when_taken: Outcomes
    when_passed: Outcomes
    instead: str | None
    instead_times: int

    @property
    def taken(self) -> int:
        """How often it was chosen."""
        return self.when_taken.total_invocations

    @property
    def passed(self) -> int:
        """How often another one was chosen."""
        return self.when_passed.total_invocations

    @property
    def offered(self) -> int:
        return self.taken + self.passed

    @property
    def share(self) -> float:
        """How often it was taken when it was offered."""
        return self.taken / self.offered

    @property
    def share_interval(self) -> tuple[float, float]:
        """The Wilson 95 % interval of the share."""
        found = wilson(self.taken, self.offered)
        assert found is not None
        return found


@dataclass(frozen=True)
class Alternatives:
    """Every place, and the skills offered often enough, least taken first.

    ``offers`` are the uses with alternatives, ``names`` the skills ever offered, ``common`` those
    that were offered often enough.
    """

    ranks: list[Rank]
    rows: list[Offered]
    offers: int
    names: int
    common: int
    scanned: Scanned


def alternatives(
    con: Connection,
    question: Question,
    *,
    min_offered: int = MIN_OFFERED.default,
    limit: int = LIMIT.default,
) -> Alternatives:
    """Skills by the upper bound of how often they were chosen; ranks by their place."""
    ranks = rows_asked(con, question, "ranks")
    sides = []
    for _, successes, failures, abandoned, _, *rest in ranks:
        elsewhere, known_elsewhere, expected, variance, least, most, weight = rest
        together = Association(
            int(successes), float(expected), float(variance), int(least), int(most), float(weight)
        )
        known = int(successes + failures + abandoned)
        sides.append(Sides(int(successes), known, int(elsewhere), int(known_elsewhere), together))
    by_rank = [
        Rank(row[0], Outcomes(*(int(number) for number in row[1:5])), contrast)
        for row, contrast in zip(ranks, contrasts(sides), strict=True)
    ]
    rows = rows_asked(con, question, "alternatives")
    offered = []
    for name, *counts, instead, instead_times, _ in rows:
        numbers = [int(number) for number in counts]
        taken, passed = Outcomes(*numbers[:4]), Outcomes(*numbers[4:])
        offered.append(Offered(name, taken, passed, instead, int(instead_times)))
    common = [each for each in offered if each.offered >= min_offered]
    common.sort(key=lambda each: (each.share_interval[1], -each.offered, each.name))
    offers = rows[0][-1] if rows else 0
    return Alternatives(
        by_rank, common[:limit], offers, len(offered), len(common), scanned(con, question)
    )
