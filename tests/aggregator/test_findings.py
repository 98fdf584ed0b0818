"""What is found in fleets whose truth is known, how often wrongly, and in which group.

The figures stand in docs/statistics.md: ``python tests/aggregator/test_findings.py`` prints them.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from itertools import product
from math import comb, log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aggregator.changes import recent_and_earlier
from aggregator.findings.find import Findings
from aggregator.findings.finding import Finding, Judged
from aggregator.findings.judge import LOOKS, judge
from aggregator.findings.now_and_before import changed_outcomes
from aggregator.findings.parts import by_project, by_type
from aggregator.findings.sample import Cell, Half
from aggregator.reports.recommendations.evidence import Evidence
from aggregator.reports.recommendations.rules import all_rules
from aggregator.statistics.clustered import Score, evidence, several, stratified_equality
from conftest import THOROUGH
from known_fleets import (
    EIGHT,
    KINDS,
    PLANTED,
    PROJECTS,
    TYPE_OF,
    WEB,
    Cells,
    Kind,
    planted,
    quiet,
)

QUIET = 20 * THOROUGH
"""Fleets of each kind in which nothing happens."""

SEEDS = 10 * THOROUGH
"""Fleets in which one thing does."""

TODAY = date(2026, 11, 20)
EVERYWHERE = frozenset(PROJECTS)


def judged(cells: Cells) -> Judged:
    return judge(cells, TYPE_OF, lambda name: 0.65)


def recommended(found: Judged) -> int:
    """How many things to do the recommendations make of it."""
    recent, earlier = recent_and_earlier(TODAY)
    compared = Findings(
        TODAY, recent, earlier, found.verdicts, found.compared, found.expected_looks, TYPE_OF
    )
    evidence = Evidence(
        TODAY,
        recent,
        earlier,
        (),
        frozenset(PROJECTS),
        compared,
        tuple(found.verdicts.values()),
        {},
        {},
        {},
    )
    return len(all_rules(evidence))


# ---------------------------------------------------------------- where nothing happens


def quiet_figures(kind: Kind, seeds: int) -> tuple[float, float, float, float]:
    """Of quiet fleets: the share with anything that needs attention, the mean number of things to
    do and of looks, and the number of looks that is stated."""
    attention = todo = looks = expected = 0.0
    for seed in range(seeds):
        found = judged(quiet(random.Random(f"{kind} {seed}"), kind))
        findings = [each for verdict in found.verdicts.values() for each in verdict.findings]
        attention += any(each.level == "needs attention" for each in findings)
        looks += sum(not each.is_sure for each in findings)
        expected += found.expected_looks
        todo += recommended(found)
    return attention / seeds, todo / seeds, looks / seeds, expected / seeds


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_happens_there_is_rarely_anything_to_do(kind: Kind) -> None:
    """At most one thing to do in ten fleets; what is worth a look is as rare as is stated."""
    attention, todo, looks, expected = quiet_figures(kind, QUIET)

    assert todo <= 0.1
    assert attention <= 0.1
    assert looks <= expected <= 1


# ---------------------------------------------------------------- where something does


def told(found: Judged, matter: str) -> Finding | None:
    return next((e for e in found.verdicts[PLANTED].findings if e.matter == matter), None)


def is_right(finding: Finding, where: frozenset[str]) -> bool:
    """Whether the group is the one that was planted; of several projects, nearly all of them."""
    group = finding.group
    if where == EVERYWHERE:
        return group.kind == "everywhere"
    if where == WEB:
        return (group.kind, group.value) == ("type", "web")
    if len(where) == 1:
        return group.kind == "project" and set(group.projects) == where
    both, either = where & set(group.projects), where | set(group.projects)
    return group.kind == "projects" and len(both) >= 0.7 * len(either)


STORIES = {
    "30 points worse in one type": (WEB, "worse", (0.6, 4000), (0.9, 4000)),
    "30 points worse everywhere": (EVERYWHERE, "worse", (0.6, 4000), (0.9, 4000)),
    "bad everywhere": (EVERYWHERE, "low", (0.45, 4000), (0.45, 4000)),
    "failing in eight projects": (EIGHT, "failing", (0.45, 4000), (0.45, 4000)),
    "failing in one type": (WEB, "failing", (0.45, 4000), (0.45, 4000)),
    "three times slower everywhere": (EVERYWHERE, "slower", (0.92, 12_000), (0.92, 4000)),
    "three times slower in one type": (WEB, "slower", (0.92, 12_000), (0.92, 4000)),
    "30 points better everywhere": (EVERYWHERE, "better", (0.95, 4000), (0.65, 4000)),
}


def power(story: str, known: int, seeds: int) -> tuple[float, float]:
    """In which part of the fleets it is told for sure, and told at all, both with its group."""
    where, matter, now, before = STORIES[story]
    sure = any_level = 0
    for seed in range(seeds):
        dice = random.Random(f"{story} {known} {seed}")
        finding = told(judged(planted(dice, where, known, now, before)), matter)
        if finding is not None and is_right(finding, frozenset(where)):
            any_level += 1
            sure += finding.is_sure
    return sure / seeds, any_level / seeds


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES)
def test_what_happens_is_told_with_where(story: str) -> None:
    """With 120 outcomes in the 30 days as sure, with 60 as worth a look or better."""
    sure, _ = power(story, 120, SEEDS)
    _, any_level = power(story, 60, SEEDS)

    # Few seeds make for a wide margin; docs/statistics.md has the figures of many.
    margin = 0.2 if SEEDS < 50 else 0.02
    assert sure >= 0.9 - margin
    assert any_level >= 0.9 - margin


# ---------------------------------------------------------------- the statistics themselves


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=2, max_size=4))
def test_strata_are_tested_by_the_exact_distribution_of_their_sum(
    counts: list[tuple[int, int, int, int]],
) -> None:
    """Twice the smaller tail, what was seen half, over all tables that the margins allow."""
    strata = [(a, a + b, a + c, a + b + c + d) for a, b, c, d in counts]
    told_apart = [s for s in strata if 0 < s[1] < s[3] and 0 < s[2] < s[3]]
    ways = [
        [
            (x, comb(good, x) * comb(total - good, known - x))
            for x in range(max(0, known + good - total), min(known, good) + 1)
        ]
        for _, known, good, total in told_apart
    ]
    sums: Counter[int] = Counter()
    for chosen in product(*ways):
        weight = 1
        for _, each in chosen:
            weight *= each
        sums[sum(x for x, _ in chosen)] += weight
    observed, every = sum(s[0] for s in told_apart), sum(sums.values())
    seen = sums[observed] / 2
    up = (sum(weight for x, weight in sums.items() if x > observed) + seen) / every
    down = (sum(weight for x, weight in sums.items() if x < observed) + seen) / every

    found = stratified_equality(strata, 1.0)

    if len(told_apart) == 1:
        [(a, known, good, total)] = told_apart
        table = [[a, known - a], [good - a, total - known - good + a]]
        assert found == pytest.approx(stats.fisher_exact(table).pvalue)
    else:
        expected = min(1.0, 2 * min(up, down)) if told_apart else 1.0
        assert found == pytest.approx(expected)


def test_outcomes_that_come_in_bursts_count_for_less() -> None:
    """The same counts with twice the spread are as sure as a deviation smaller by its root."""
    strata = [(40, 60, 150, 200), (30, 50, 120, 150)]

    alone, spread = stratified_equality(strata, 1.0), stratified_equality(strata, 2.0)

    expected = 2 * stats.norm.sf(stats.norm.isf(alone / 2) / 2**0.5)
    assert spread == pytest.approx(expected, rel=1e-6)


def test_the_evidence_for_several_projects_is_rare_by_chance() -> None:
    """Where nothing happened, a likelihood ratio of 1 / p is seen in at most p of all cases."""
    fleets = 400 * THOROUGH
    seen = {0.1: 0, 0.01: 0}
    for seed in range(fleets):
        dice = random.Random(f"several {seed}")
        value = several([Score(dice.gauss(0, 2), 4.0) for _ in range(20)], -1).evidence
        for p in seen:
            seen[p] += value >= log(1 / p)

    assert seen[0.1] <= 0.1 * fleets
    assert seen[0.01] <= 0.01 * fleets + 2


def test_members_of_several_are_those_that_changed() -> None:
    """Five of thirty that lost by five deviations each, and no other."""
    scores = [Score(-10.0, 4.0) if place < 5 else Score(0.5, 4.0) for place in range(30)]

    assert several(scores, -1).members == (0, 1, 2, 3, 4)
    assert evidence(Score(-10.0, 4.0), -1) > 0 > evidence(Score(-10.0, 4.0), 1)


# ---------------------------------------------------------------- what is said of it


def cell(now: tuple[int, int], before: tuple[int, int]) -> Cell:
    return Cell(*(Half(good, known - good) for good, known in (now, before)))


def test_a_change_of_who_uses_it_is_no_change_of_the_skill() -> None:
    """Two projects at 95% and 50%, of which the second now uses it much more."""
    cells = {"a": cell((19, 20), (190, 200)), "b": cell((100, 200), (10, 20))}

    verdict = judged({PLANTED: cells}).verdicts[PLANTED]

    assert verdict.change.change is not None
    assert verdict.change.change < -0.3
    assert verdict.change.verdict == "stable"


def test_at_most_three_are_worth_a_look_the_likeliest_first() -> None:
    """Of four that may have got worse; and they are in no need of attention."""
    cells: Cells = {
        ("skill", f"s{number}"): {"p00": cell((26, 40), (104, 120))} for number in range(4)
    }
    cells |= {("skill", f"still{n}"): {"p00": cell((36, 40), (108, 120))} for n in range(60)}

    found = judged(cells)

    looks = [name for name, verdict in found.verdicts.items() if verdict.worth_a_look]
    assert 0 < len(looks) <= LOOKS
    assert not any(verdict.needs_attention for verdict in found.verdicts.values())
    assert all(found.verdicts[name].change.verdict == "stable" for name in looks)
    assert found.expected_looks <= 1


def test_few_outcomes_are_not_compared() -> None:
    """Nine on a side say nothing."""
    assert changed_outcomes({"a": cell((0, 9), (90, 90))}, {}) is None
    verdict = judged({PLANTED: {"a": cell((0, 9), (90, 90))}}).verdicts[PLANTED]
    assert verdict.change.verdict == "insufficient data"


@given(
    st.dictionaries(
        st.sampled_from(PROJECTS[:7]),
        st.tuples(*[st.integers(0, 40)] * 4, st.integers(0, 30), st.integers(0, 30)),
        max_size=7,
    )
)
def test_any_counts_are_judged(counts: dict[str, tuple[int, ...]]) -> None:
    """Whatever there is of successes, failures and durations on either side, in any projects."""
    cells = {
        project: Cell(
            Half(
                a,
                b,
                duration_count=e,
                weight=float(e),
                log_mean=a / 4,
                log_squares=b,
                log_freedom=3,
            ),
            Half(
                c,
                d,
                duration_count=f,
                weight=float(f),
                log_mean=c / 4,
                log_squares=d,
                log_freedom=2,
            ),
        )
        for project, (a, b, c, d, e, f) in counts.items()
    }

    verdict = judged({PLANTED: cells}).verdicts[PLANTED]

    for each in verdict.findings:
        assert 0 <= each.p_value <= each.adjusted_p <= 1
        assert set(each.group.projects) <= set(cells)
    for part in (*by_project(verdict), *by_type(verdict, TYPE_OF)):
        assert part.change.now.known >= 0


if __name__ == "__main__":
    for kind in KINDS:
        print(kind, quiet_figures(kind, 200))  # noqa: T201
    for story in STORIES:
        print(story, [power(story, known, 50) for known in (120, 60)])  # noqa: T201
