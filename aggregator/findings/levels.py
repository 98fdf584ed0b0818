"""Whether a skill fails in some projects and works in the others, or succeeds too rarely at all.

Over all days that are compared, recent and before together.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from math import sqrt

from aggregator.changes import ENOUGH
from aggregator.findings.finding import Group
from aggregator.findings.now_and_before import Types, group_of, spread_of
from aggregator.findings.sample import NO_SAMPLE, Cell, Sample, pooled
from aggregator.findings.tried import NEVER, Candidate, Tried, best_of
from aggregator.statistics.clustered import Score
from aggregator.statistics.proportions import at_most, equality

LEAST_GAP = 0.2
"""Minimum difference of the rates, apart from being significant, for a group to be reported."""


ORDINARY_CORRELATION = 0.01
"""Projects differ by themselves: so much is nothing to report. Of a skill that succeeds in 90% of
its uses, the true rates of projects then have a standard deviation of 3 points."""


CUT_BACK = 4.0
"""Projects further from the others than so many standard deviations are cut back to there (P. J.
Huber, Ann. Math. Stat. 35 (1964) 73): those that fail do not make the others look different."""

MANY = 12
"""From so many projects on, how much all of them differ is estimated from all of them."""


def failing(
    cells: Mapping[str, Cell], types: Types, asked: Container[str] | None = None
) -> Tried | None:
    """The projects where it succeeds less often than elsewhere; None where none can be compared.

    Only projects in ``asked`` are named (None: all).

    Projects may differ by themselves: how much the others do counts as chance.
    """
    ids = [
        project for project, (now, before) in cells.items() if now.known + before.known >= ENOUGH
    ]
    if len(ids) < 2:
        return None
    good = [cells[project].now.successes + cells[project].before.successes for project in ids]
    known = [cells[project].now.known + cells[project].before.known for project in ids]
    every, of = sum(good), sum(known)
    if every in (0, of):
        return _none_fails(cells, ids)
    # The rate of those that do not stand out below.
    usual = [
        place
        for place in range(len(ids))
        if known[place] == of
        or good[place] / known[place] > (every - good[place]) / (of - known[place]) - LEAST_GAP
    ]
    base = sum(good[place] for place in usual) / max(1, sum(known[place] for place in usual))
    base = min(max(base, 0.5 / of), 1 - 0.5 / of)
    spread = spread_of(cells)

    def weights(others: Iterable[int]) -> list[float]:
        """How many uses of each project count as one, where these projects differ as they do."""
        places = list(others)
        alike = _correlation([good[p] for p in places], [known[p] for p in places], base)
        return [max(spread, 1 + (n - 1) * alike) for n in known]

    def scores(weights: Sequence[float]) -> list[Score]:
        return [
            Score((x - n * base) / weight, n * base * (1 - base) / weight)
            for x, n, weight in zip(good, known, weights, strict=True)
        ]

    def exact(places: Sequence[int], score: Score) -> float:
        inside = set(places)
        sides = [0.0, 0.0, 0.0, 0.0]
        # Of few projects, one more that fails would hide the other.
        others = usual if len(ids) < MANY else range(len(ids))
        counts = weights(place for place in others if place not in inside)
        for place, (x, n, weight) in enumerate(zip(good, known, counts, strict=True)):
            at = 0 if place in inside else 2
            sides[at] += x / weight
            sides[at + 1] += n / weight
        x, n, x_else, n_else = map(round, sides)
        if n == 0 or n_else == 0 or x * n_else >= x_else * n:
            return 1.0
        return equality(min(x, n), n, min(x_else, n_else), n_else)

    p_value, candidates = best_of(
        scores(weights(usual)),
        [types.get(project) for project in ids],
        [True] * len(ids),
        exact,
        (-1,),
        everywhere=False,
        # Any few may be at the end of how all of them differ.
        cautious=scores(weights(range(len(ids)))),
    )
    for candidate in candidates:
        found = _tried(candidate, ids, cells, p_value, asked)
        if found is not None:
            return found
    return _none_fails(cells, ids, p_value)


def _tried(
    candidate: Candidate,
    ids: Sequence[str],
    cells: Mapping[str, Cell],
    p_value: float,
    asked: Container[str] | None,
) -> Tried | None:
    chosen = {ids[place] for place in candidate.places}
    elsewhere = _together(cell for project, cell in cells.items() if project not in chosen)
    if elsewhere.known < ENOUGH or elsewhere.success_rate is None:
        return None
    left = tuple(
        place
        for place in candidate.places
        if (asked is None or ids[place] in asked)
        and not _recovered(cells[ids[place]], elsewhere.success_rate)
    )
    if not left:
        return None
    kind = candidate.kind
    if len(left) < len(candidate.places):
        kind = "project" if len(left) == 1 else "projects"
    candidate = Candidate(
        kind, candidate.value if kind == "type" else None, left, candidate.sign, candidate.evidence
    )
    here = _together(cells[ids[place]] for place in left)
    if here.known < ENOUGH or here.success_rate is None:
        return None
    return Tried(
        matter="failing",
        p_value=p_value,
        group=group_of(candidate, ids, len(cells)),
        here=here,
        there=elsewhere,
        like_with_like=here.success_rate - elsewhere.success_rate,
        least_change=LEAST_GAP,
    )


def _none_fails(cells: Mapping[str, Cell], ids: Sequence[str], p_value: float = 1.0) -> Tried:
    everywhere = Group("everywhere", None, tuple(ids), len(cells))
    return Tried("failing", p_value, everywhere, NO_SAMPLE, NO_SAMPLE, 0.0, NEVER)


def _recovered(cell: Cell, elsewhere: float) -> bool:
    """Whether the recent days alone, where they carry it, are as good as elsewhere."""
    recent = cell.now
    return recent.known >= ENOUGH and recent.successes / recent.known >= elsewhere


def _correlation(good: Sequence[int], known: Sequence[int], rate: float) -> float:
    """How alike the outcomes of one project are (intraclass correlation).

    By moments (J. L. Fleiss, Statistical Methods for Rates and Proportions (1981) 13.2) over these
    projects, less one standard deviation of what chance makes of them; at least
    ``ORDINARY_CORRELATION``.
    """
    if len(good) < 2:
        return ORDINARY_CORRELATION
    variance = rate * (1 - rate)
    squares = sum(
        min((x - n * rate) ** 2 / n / variance, CUT_BACK**2)
        for x, n in zip(good, known, strict=True)
    )
    freedom = len(good) - 1
    excess = squares - freedom - sqrt(2 * freedom)
    room = sum(known) - sum(n * n for n in known) / sum(known) - freedom
    return min(1.0, max(ORDINARY_CORRELATION, excess / room if room > 0 else 0.0))


def low(cells: Mapping[str, Cell], good_rate: Callable[[], float]) -> Tried | None:
    """A success rate below that of a good score; None with too few known outcomes.

    The lower tail, to one side, so it counts twice.
    """
    whole = _together(cells.values())
    rate = whole.success_rate
    if whole.known < ENOUGH or rate is None:
        return None
    everywhere = Group("everywhere", None, tuple(cells), len(cells))
    if rate >= HIGHEST_GOOD_RATE or rate >= (good := good_rate()):
        return Tried("low", 1.0, everywhere, whole, whole, 0.0, NEVER)
    spread = spread_of(cells)
    known = round(whole.known / spread)
    p_value = at_most(min(known, round(whole.successes / spread)), known, good)
    return Tried(
        "low", min(1.0, 2 * p_value), everywhere, whole, NO_SAMPLE, rate - good, 0.0, limit=good
    )


HIGHEST_GOOD_RATE = 0.6875
"""A good score never asks for more: that of a skill with five error types."""


def _together(cells: Iterable[Cell]) -> Sample:
    return pooled(half for cell in cells for half in cell)
