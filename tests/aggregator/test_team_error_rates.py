"""How often what a team is told is wrong, where it is known what is true: changes, percentiles,
clusters. For members against the community and for experiments there are tests of their own."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from math import sqrt

import numpy
import pytest

from aggregator.answers.team.changes import _is_enough, _verdict
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import Z_95
from aggregator.statistics.ratios import ratio_sums
from aggregator.team.clusters import (
    LEAST_LIFT,
    LEAST_MEMBERS,
    Skill,
    adoption,
    cluster_of,
    clusters_of,
)
from aggregator.team.engines.engine import Row
from aggregator.team.shared_rates import Changed
from conftest import THOROUGH
from paired_units import paired_sums

HISTORIES = 200 * THOROUGH
SKILLS = 6

pytestmark = pytest.mark.slow


def allowed(share: float, tries: int) -> float:
    """The share, and three deviations of a count of so many tries."""
    return share + 3 * sqrt(share * (1 - share) / tries)


# ------------------------------------------------------------------ changes


def units_of(
    rng: numpy.random.Generator, members: int, change: float
) -> list[tuple[int, int, int, int]]:
    """Successes and known outcomes of members now and before: rates of their own, uses that differ
    much between members, and who uses a skill much now did not always do so before."""
    rates = rng.beta(8, 2, members)
    busy = rng.lognormal(0, 0.7, members)
    now = rng.poisson(6 * busy * rng.lognormal(0, 0.6, members))
    before = rng.poisson(18 * busy * rng.lognormal(0, 0.6, members))
    s1 = rng.binomial(now, numpy.clip(rates + change, 0, 1))
    s0 = rng.binomial(before, rates)
    return [tuple(map(int, unit)) for unit in zip(s1, now, s0, before, strict=True)]  # type: ignore[misc]


def said(histories: list[list[tuple[int, int, int, int]]]) -> list[str]:
    """The verdicts of ``team changes`` on some skills."""
    every = [Changed(("skill", "x", "writer"), paired_sums(units)) for units in histories]
    changes = [each.sums.change if _is_enough(each) else None for each in every]
    corrected = iter(adjusted([change.p_value for change in changes if change is not None]))
    return [
        _verdict(*((None, None) if change is None else (change.value, next(corrected))))
        for change in changes
    ]


@pytest.mark.parametrize("members", [8, 20, 60])
def test_where_no_member_changed_hardly_any_change_is_told(members: int) -> None:
    """Of six skills any, in 5 to 6 % of teams, because few members have most of the uses. One
    skill's uses thrown together, as if they were independent, would differ about twice as often as
    they should, so this would be noticed."""
    rng = numpy.random.default_rng(members)
    wrong = pooled = 0
    for _ in range(HISTORIES):
        skills = [units_of(rng, members, 0.0) for _ in range(SKILLS)]
        wrong += any(verdict in ("improving", "degrading") for verdict in said(skills))
        pooled += abs(of_uses(skills[0])) > Z_95
    assert wrong / HISTORIES <= allowed(0.06, HISTORIES)
    assert pooled / HISTORIES > 0.06


def of_uses(units: list[tuple[int, int, int, int]]) -> float:
    """How many deviations the rates are apart, were each use independent of the others."""
    s1, n1, s0, n0 = (sum(unit[place] for unit in units) for place in range(4))
    rate = (s1 + s0) / (n1 + n0)
    return (s1 / n1 - s0 / n0) / sqrt(rate * (1 - rate) * (1 / n1 + 1 / n0))


def test_a_change_of_all_members_is_found() -> None:
    """Fifteen points with forty members, in one of six skills: in nine of ten teams."""
    rng = numpy.random.default_rng(7)
    tries = HISTORIES // 2
    found = 0
    for _ in range(tries):
        skills = [units_of(rng, 40, -0.15 if not place else 0.0) for place in range(SKILLS)]
        found += said(skills)[0] == "degrading"
    assert found / tries >= 0.9


# ------------------------------------------------------------------ percentile of effectiveness


def low_of(rng: numpy.random.Generator, rate: float, members: int, uses: float) -> float:
    """The lower end of the interval of a skill's rate, by which percentiles are given."""
    rates = rng.beta(12 * rate, 12 * (1 - rate), members)
    known = rng.poisson(uses * rng.lognormal(0, 0.6, members)) + 1
    units = zip(rng.binomial(known, rates).tolist(), known.tolist(), strict=True)
    interval = ratio_sums(units).interval
    assert interval is not None
    return interval[0]


def test_a_skill_that_works_better_is_seldom_placed_below() -> None:
    """Ten points apart, thirty members each with some fifteen outcomes: wrong in 5 % of pairs."""
    rng = numpy.random.default_rng(3)
    wrong = sum(
        low_of(rng, rate, 30, 15) < low_of(rng, rate - 0.1, 30, 15)
        for rate in rng.uniform(0.6, 0.95, HISTORIES)
    )
    assert wrong / HISTORIES <= allowed(0.05, HISTORIES)


def test_luck_of_a_few_members_makes_no_best_skill() -> None:
    """A middling skill of five members with few outcomes is among the best tenth in 5 % of teams;
    by its rate alone it would be several times as often."""
    rng = numpy.random.default_rng(4)
    best = 0
    for _ in range(HISTORIES):
        others = sorted(low_of(rng, rate, 30, 15) for rate in rng.uniform(0.6, 0.95, 20))
        best += low_of(rng, 0.775, 5, 4) > others[-2]
    assert best / HISTORIES <= allowed(0.05, HISTORIES)


# ------------------------------------------------------------------ clusters

ROLES, OF_A_ROLE, MEMBERS = 4, 15, 400


def used_by(rng: numpy.random.Generator, members: int, roles: int) -> dict[str, dict[Skill, int]]:
    """Members' uses: most of skills of their role, some of which are liked by most who have it.

    ``roles``: 0 for none, so that all members draw from all skills alike.
    """
    every = [("skill", f"{role}-{number}") for role in range(ROLES) for number in range(OF_A_ROLE)]
    liked = 1 / numpy.arange(2, OF_A_ROLE + 2)
    found = {}
    for number in range(members):
        weights = numpy.tile(liked, ROLES)
        if roles:
            own = slice(number % roles * OF_A_ROLE, (number % roles + 1) * OF_A_ROLE)
            weights[own] *= 12
        count = int(rng.integers(6, 12))
        picked = rng.choice(len(every), count, replace=False, p=weights / weights.sum())
        found[f"member-{number}"] = {
            every[place]: int(rng.integers(1, 12)) for place in sorted(picked)
        }
    return found


def tables_of(
    used: dict[str, dict[Skill, int]],
) -> tuple[list[Row], dict[Skill, int], dict[Skill, int]]:
    """Pairs, uses and members of the skills, as a rollup publishes them: of five members each."""
    uses: Counter[Skill] = Counter()
    members: Counter[Skill] = Counter()
    both: Counter[tuple[Skill, Skill]] = Counter()
    for own in used.values():
        uses.update(own)
        members.update(own.keys())
        both.update(combinations(sorted(own), 2))
    told = {skill: count for skill, count in members.items() if count >= 5}
    pairs = [
        (*one, *other, told[one], told[other], count)
        for (one, other), count in sorted(both.items())
        if count >= 5
        and all(
            each in told and (told[each] == count or told[each] - count >= 5)
            for each in (one, other)
        )
    ]
    return pairs, {skill: uses[skill] for skill in told}, told


def held_out(rng: numpy.random.Generator) -> tuple[float, float]:
    """Of a team with roles, the share of members whose one skill that is taken away from them is
    among the first five that members like them use; and among the first five of all members."""
    used = used_by(rng, MEMBERS, ROLES)
    away = {}
    for member, own in used.items():
        role = int(member.removeprefix("member-")) % ROLES
        mine = [skill for skill in own if skill[1].startswith(f"{role}-")]
        if len(mine) > 1:
            away[member] = mine[int(rng.integers(len(mine)))]
            del own[away[member]]
    pairs, usual, told = tables_of(used)
    clusters = clusters_of(pairs, MEMBERS)
    of_cluster: dict[int, list[tuple[int, Skill]]] = defaultdict(list)
    rows = ((member, *skill, n) for member, own in used.items() for skill, n in own.items())
    for cluster, _, kind, name, count in adoption(rows, clusters, usual, 5, told):
        of_cluster[cluster].append((-count, (kind, name)))
    most = [(-count, skill) for skill, count in told.items()]
    right = plain = 0
    for member, skill in away.items():
        own = used[member]
        cluster = cluster_of({s: n for s, n in own.items() if s in usual}, clusters, usual)
        first = sorted(of_cluster[cluster] if cluster is not None else most)
        right += skill in [each for _, each in first if each not in own][:5]
        plain += skill in [each for _, each in sorted(most) if each not in own][:5]
    return right / len(away), plain / len(away)


def test_members_like_me_use_what_was_taken_away_from_me() -> None:
    """With planted roles a skill of one's own is among the first five for at least 63 % of members,
    and for far more than by what most members use."""
    rng = numpy.random.default_rng(5)
    found = [held_out(rng) for _ in range(max(2, HISTORIES // 100))]
    right, plain = (sum(shares) / len(found) for shares in zip(*found, strict=True))
    assert right >= 0.63
    assert plain < right - 0.15


def test_where_members_have_no_roles_there_are_hardly_any_clusters() -> None:
    """In 5 % of teams of the least size, each of whose members chooses skills by chance; most of
    their pairs that are used together by more than is usual would make some, so it is noticed."""
    rng = numpy.random.default_rng(6)
    tries = HISTORIES // 5
    wrong = chance = 0
    for _ in range(tries):
        pairs, _, _ = tables_of(used_by(rng, LEAST_MEMBERS, 0))
        wrong += bool(clusters_of(pairs, LEAST_MEMBERS))
        chance += any(
            both * LEAST_MEMBERS > LEAST_LIFT * one * other for *_, one, other, both in pairs
        )
    assert wrong / tries <= allowed(0.05, tries)
    assert chance == tries


def test_a_small_team_has_no_clusters() -> None:
    """Below a hundred members there are none, however clear their roles are."""
    pairs, _, _ = tables_of(used_by(numpy.random.default_rng(8), MEMBERS, ROLES))

    assert clusters_of(pairs, MEMBERS)
    assert clusters_of(pairs, LEAST_MEMBERS - 1) == []
