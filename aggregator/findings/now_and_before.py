"""Whether a skill got worse, better, slower or faster, and in which group of projects.

The last days against the days before, each project compared with itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import exp

from aggregator.changes import ENOUGH, LEAST_CHANGE
from aggregator.findings.finding import Group, Matter
from aggregator.findings.sample import NO_SAMPLE, Cell, pooled
from aggregator.findings.tried import NEVER, Candidate, Tried, best_of
from aggregator.statistics.clustered import NO_SCORE, Score, added, stratified_equality
from aggregator.statistics.tails import student_tail

Types = Mapping[str, str | None]


def spread_of(cells: Mapping[str, Cell]) -> float:
    """How much more daily outcomes vary than those of independent uses; at least 1."""
    residual = sum(half.residual for cell in cells.values() for half in cell)
    expected = sum(half.expected for cell in cells.values() for half in cell)
    return max(1.0, residual / expected) if expected > 0 else 1.0


def changed_outcomes(cells: Mapping[str, Cell], types: Types) -> Tried | None:
    """The change of the success rate; None with too few known outcomes on a side."""
    if sum(cell.now.known for cell in cells.values()) < ENOUGH:
        return None
    if sum(cell.before.known for cell in cells.values()) < ENOUGH:
        return None
    ids = list(cells)
    strata, scores, is_enough = [], [], []
    spread = spread_of(cells)
    for now, before in cells.values():
        n, m = now.known, before.known
        both, total = now.successes + before.successes, n + m
        strata.append((now.successes, n, both, total))
        is_enough.append(n >= ENOUGH and m >= ENOUGH)
        if not n or not m or both in (0, total):
            scores.append(NO_SCORE)
            continue
        value = now.successes - n * both / total
        variance = n * m * both * (total - both) / (total * total * (total - 1))
        scores.append(Score(value / spread, variance / spread))

    def exact(places: Sequence[int], score: Score) -> float:
        return stratified_equality([strata[place] for place in places], spread)

    p_value, candidates = best_of(scores, [types.get(each) for each in ids], is_enough, exact)

    def tried(candidate: Candidate) -> Tried | None:
        here = [cells[ids[place]] for place in candidate.places]
        now, before = pooled(cell.now for cell in here), pooled(cell.before for cell in here)
        if min(now.known, before.known) < ENOUGH:
            return None
        weight = sum(
            cell.now.known * cell.before.known / (cell.now.known + cell.before.known)
            for cell in here
            if cell.now.known and cell.before.known
        )
        off = spread * sum(scores[place].value for place in candidate.places)
        return Tried(
            matter="better" if candidate.sign > 0 else "worse",
            p_value=p_value,
            group=group_of(candidate, ids),
            here=now,
            there=before,
            like_with_like=off / weight if weight else 0.0,
            least_change=LEAST_CHANGE,
            scores=[scores[place] for place in candidate.places],
            evidence=candidate.evidence,
        )

    return _first(candidates, tried) or _nothing(ids, p_value, "worse", 0.0)


def changed_durations(cells: Mapping[str, Cell], types: Types) -> Tried | None:
    """The change of durations; None with too few of them on a side."""
    if sum(cell.now.duration_count for cell in cells.values()) < ENOUGH:
        return None
    if sum(cell.before.duration_count for cell in cells.values()) < ENOUGH:
        return None
    ids = list(cells)
    squares = sum(half.log_squares for cell in cells.values() for half in cell)
    freedom = sum(half.log_freedom for cell in cells.values() for half in cell)
    if freedom < 1 or squares <= 0:
        return None
    one = squares / freedom
    scores, is_enough = [], []
    for now, before in cells.values():
        is_enough.append(min(now.duration_count, before.duration_count) >= ENOUGH)
        if not now.weight or not before.weight:
            scores.append(NO_SCORE)
            continue
        variance = one * (1 / now.weight + 1 / before.weight)
        scores.append(Score((now.log_mean - before.log_mean) / variance, 1 / variance))

    def exact(places: Sequence[int], score: Score) -> float:
        return student_tail(score.z, freedom)

    p_value, candidates = best_of(scores, [types.get(each) for each in ids], is_enough, exact)

    def tried(candidate: Candidate) -> Tried | None:
        here = [cells[ids[place]] for place in candidate.places]
        now, before = pooled(cell.now for cell in here), pooled(cell.before for cell in here)
        if min(now.duration_count, before.duration_count) < ENOUGH:
            return None
        score = added([scores[place] for place in candidate.places])
        return Tried(
            matter="slower" if candidate.sign > 0 else "faster",
            p_value=p_value,
            group=group_of(candidate, ids),
            here=now,
            there=before,
            like_with_like=exp(score.value / score.variance),
            least_change=0.0,
            scores=[scores[place] for place in candidate.places],
            evidence=candidate.evidence,
        )

    return _first(candidates, tried) or _nothing(ids, p_value, "slower", 1.0)


def _first(
    candidates: Iterable[Candidate], tried: Callable[[Candidate], Tried | None]
) -> Tried | None:
    return next((each for each in map(tried, candidates) if each is not None), None)


def _nothing(
    ids: Sequence[str],
    p_value: float,
    matter: Matter,
    like_with_like: float,
) -> Tried:
    """A test that was made and found no group."""
    everywhere = Group("everywhere", None, tuple(ids), len(ids))
    return Tried(matter, p_value, everywhere, NO_SAMPLE, NO_SAMPLE, like_with_like, NEVER)


def group_of(candidate: Candidate, ids: Sequence[str], of: int | None = None) -> Group:
    """The candidate's projects among those that use the skill, which are ``of``."""
    return Group(
        candidate.kind,
        candidate.value,
        tuple(ids[place] for place in candidate.places),
        len(ids) if of is None else of,
    )
