"""What a rollup publishes: nothing of fewer than enough members, also not by subtraction."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby
from typing import Any

import pytest

from aggregator.team.clusters import adoption, cluster_of, clusters_of
from aggregator.team.counting import Asked, asked
from aggregator.team.showing import REST, Shown, shown
from conftest import THOROUGH
from members import TODAY, Row, team_of
from team_truth import OUTCOMES, truth

CUTS = {"team": 1, "type": 5}
"""Where a row has the part of a cut."""


def enough(rows: Iterable[Row], least: int) -> bool:
    """Whether these uses are of enough members, of whom none has more than 80 %, and their rate, if
    there is one, too."""
    uses: dict[str, int] = defaultdict(int)
    known = set()
    for row in rows:
        if row[7] in OUTCOMES:
            uses[row[0]] += row[9]
            known |= {row[0]} if row[7] != "unknown" else set()
    total = sum(uses.values())
    rated = not known or len(known) >= least
    return rated and len(uses) >= least and max(uses.values()) <= Fraction(4 * total, 5)


def nobody(rows: Iterable[Row]) -> bool:
    return not any(row[7] in OUTCOMES for row in rows)


def drawn(seed: int) -> tuple[list[Row], Asked]:
    """Teams in which much is too small: few members, one of them busy, rare teams and types."""
    rng = random.Random(seed)
    members = rng.choice((4, 6, 9, 15, 40))
    team = team_of(seed, members, weeks=rng.choice((6, 24)), uses=rng.choice((15, 60, 200)))
    rows = [row for each in team.values() for row in each]
    weeks = rng.choice((2, 8, 13, 20))
    return rows, asked(TODAY, least_members=rng.choice((3, 5)), baseline_weeks=weeks)


@pytest.mark.parametrize("seed", range(40 * THOROUGH))
def test_nothing_small_is_shown_and_none_follows(seed: int) -> None:
    """From the members' own rows: every shown cell is of enough members; and what is left of any
    sum that is published, when all shown parts of it are taken off, is so too, or nothing."""
    rows, values = drawn(seed)
    least = values.least_members
    found = shown(truth(rows, values), least)
    recent = [row for row in rows if values.baseline_from <= row[2] < values.until]
    cells: dict[Any, dict[str, int]] = defaultdict(dict)
    for cut, part, kind, skill, measured, _, uses, *_ in found.cells:
        cells[cut, kind, skill, measured][part] = uses

    for (cut, *key), parts in cells.items():
        own = [row for row in recent if [row[3], row[4], row[6]] == key]
        if cut == "all":
            assert enough(own, least)
            continue
        assert ("all", *key) in cells or cut == "week"
        if cut == "week":
            continue
        place = CUTS[cut]
        named = [row for row in own if row[place] in parts]
        others = [row for row in own if row[place] not in parts]
        for part in parts:
            assert enough(others if part == REST else [r for r in own if r[place] == part], least)
        assert nobody(others) or REST in parts
        told = sum(parts.values())
        assert told == sum(row[9] for row in (*named, *others) if row[7] in OUTCOMES)
    weeks_hide_what_sums_could_tell(rows, values, found)


def weeks_hide_what_sums_could_tell(rows: list[Row], values: Asked, found: Shown) -> None:
    """Sums that may be known: the baseline's, the recent weeks' and those before them."""
    whole = {cell[2:5] for cell in found.cells if cell[0] == "all"}
    changed = {row[:3] for row in found.changes}
    assert changed <= whole
    seen: dict[Any, set[str]] = defaultdict(set)
    for cell in found.cells:
        if cell[0] == "week":
            seen[cell[2:5]].add(cell[1])
    for key in whole | set(seen):
        own = [row for row in rows if (row[3], row[4], row[6]) == key and row[2] < values.until]

        recent = [row for row in own if row[2] >= values.baseline_from]
        left = [row for row in recent if row[2].isoformat() not in seen[key]]
        if key in whole:
            assert nobody(left) or enough(left, values.least_members)

        def stretch(row: Row) -> tuple[bool, bool, bool]:
            day = row[2]
            return (
                day >= values.baseline_from,
                day >= values.recent_from,
                day >= values.earlier_from,
            )

        for where, group in groupby(sorted(own, key=stretch), stretch):
            of_stretch = list(group)
            hidden = [row for row in of_stretch if row[2].isoformat() not in seen[key]]
            for week in {row[2] for row in of_stretch} - {row[2] for row in hidden}:
                assert enough([r for r in of_stretch if r[2] == week], values.least_members)
            if key in changed and any(where):
                # Differences of the three sums tell each of these stretches.
                assert nobody(of_stretch) or enough(of_stretch, values.least_members)
            any_week = len(hidden) < len(of_stretch)
            if any(where) and (any_week or key in changed) and key in whole:
                assert nobody(hidden) or enough(hidden, values.least_members)


def test_where_much_is_small_something_is_still_shown() -> None:
    """The rule is no wall: most of a team of forty is seen, and rests stand beside parts."""
    shares, rests = [], 0
    for seed in range(5):
        team = team_of(seed, 40, weeks=13, uses=200)
        rows = [row for each in team.values() for row in each]
        values = asked(TODAY, least_members=5, baseline_weeks=13)
        found = shown(truth(rows, values), 5)
        told = sum(cell[6] for cell in found.cells if cell[0] == "team")
        shares.append(told / sum(row[9] for row in rows if row[7] in OUTCOMES))
        rests += sum(cell[1] == REST for cell in found.cells)
        assert found.changes
        assert any(cell[0] == "week" for cell in found.cells)
    assert min(shares) > 0.6
    assert rests


def test_percentiles_need_enough_durations_of_enough_members() -> None:
    """Of one member's durations among many members' uses nothing is told; nor how many there are,
    which would tell how many uses have none."""
    rows: list[Row] = []
    for number in range(8):
        member = f"{number:012x}"
        rows += [
            (member, "data", TODAY.replace(day=16), "skill", name, "web", "writer", *more)
            for name in ("timed", "by-one")
            for more in (("success", None, 30),)
        ]
        rows += [
            (
                member,
                "data",
                TODAY.replace(day=16),
                "skill",
                "timed",
                "web",
                "writer",
                "duration",
                100 + number,
                10,
            )
        ]
        if not number:
            rows += [(member, "data", TODAY.replace(day=16), "skill", "by-one", "web", "writer",
                      "duration", 100, 500)]  # fmt: skip
    values = asked(TODAY, least_members=5, baseline_weeks=13)

    found = shown(truth(rows, values), 5)

    assert {row[3] for row in found.durations} == {"timed"}
    assert {row[0] for row in found.durations} == {"all", "type", "week"}
    assert {row[5] for row in found.durations} == {None}
    assert {cell[3] for cell in found.cells} == {"timed", "by-one"}


@pytest.mark.parametrize(("each", "cuts"), [(6, set()), (7, {"all", "type", "week"})])
def test_below_fifty_durations_there_is_no_percentile(each: int, cuts: set[str]) -> None:
    """Of eight members with six durations each there are 48."""
    place = ("data", TODAY.replace(day=16), "skill", "timed", "web", "writer")
    rows: list[Row] = []
    for number in range(8):
        member = f"{number:012x}"
        rows.append((member, *place, "success", None, each))
        rows.append((member, *place, "duration", 100, each))
    values = asked(TODAY, least_members=5, baseline_weeks=13)

    assert {row[0] for row in shown(truth(rows, values), 5).durations} == cuts


def test_pairs_tell_of_no_few_members_who_use_one_of_both() -> None:
    """Neither how many use both nor how many use one alone is ever below the least number."""
    for seed in range(20):
        rows, values = drawn(seed)
        tables = truth(rows, values)
        for row in shown(tables, values.least_members).pairs:
            *_, first, second, both = row
            for few in (both, first - both, second - both):
                assert few == 0 or few >= values.least_members
            assert both


def test_how_many_use_a_skill_is_told_only_if_all_of_it_is_shown() -> None:
    """Thirteen use a skill by the projects' own files, two more by transcripts: a pair would say
    that fifteen do, and so that two are hidden."""

    def used(number: int, skill: str, measured: str) -> Row:
        place = (TODAY.replace(day=16), "skill", skill, "web", measured)
        return (f"{number:012x}", "data", *place, "success", None, 3)

    rows = [used(n, skill, "writer") for n in range(8) for skill in ("one", "other", "third")]
    rows += [used(number, "other", "writer") for number in range(8, 13)]
    values = asked(TODAY, least_members=5, baseline_weeks=13)
    hidden = [used(number, "other", "transcript") for number in (13, 14)]

    before = shown(truth(rows, values), 5).pairs
    after = shown(truth([*rows, *hidden], values), 5).pairs

    assert [(row[1], row[3]) for row in before] == [
        ("one", "other"),
        ("one", "third"),
        ("other", "third"),
    ]
    assert [(row[1], row[3]) for row in after] == [("one", "third")]


# ------------------------------------------------------------------ clusters

ROLES = {
    role: [("skill", f"{role}-{number}") for number in range(8)]
    for role in ("web", "data", "ops", "docs")
}


@pytest.mark.parametrize(("elsewhere", "told"), [(0, [12]), (1, []), (4, []), (5, [12, 5])])
def test_a_clusters_users_do_not_tell_how_few_others_use_a_skill(
    elsewhere: int, told: list[int]
) -> None:
    """Of all users of a skill, which are known, what is left beside the clusters is nobody or
    enough members."""
    clusters: list[tuple[tuple[str, str], ...]] = [
        (("skill", "web"), ("skill", "css")),
        (("skill", "sql"), ("skill", "dbt")),
    ]
    used: list[tuple[str, str, str, int]] = []
    for number in range(24):
        own = clusters[number // 12]
        used += [(f"{number}", *skill, 9) for skill in own]
    used += [
        (f"{number}", "skill", "shared", 1) for number in (*range(12), *range(12, 12 + elsewhere))
    ]
    usual: dict[tuple[str, str], int] = defaultdict(int)
    users: dict[tuple[str, str], int] = defaultdict(int)
    for _, kind, skill, uses in used:
        usual[kind, skill] += uses
        users[kind, skill] += 1

    found = adoption(used, clusters, usual, 5, users)

    assert sorted((row[-1] for row in found if row[3] == "shared"), reverse=True) == told


def played(seed: int, members: int) -> list[tuple[str, str, str, int]]:
    """Members who play one of four roles, and use its skills ten times as often as others."""
    rng = random.Random(seed)
    every = [skill for skills in ROLES.values() for skill in skills]
    found = []
    for number in range(members):
        role = list(ROLES)[number % 4]
        for _ in range(60):
            skill = rng.choice(ROLES[role] if rng.random() < 0.8 else every)
            found.append((f"{role}-{number}", *skill))
    return [
        (member, kind, skill, len(list(uses)))
        for (member, kind, skill), uses in groupby(sorted(found))
    ]


def tables_of(used: list[tuple[str, str, str, int]]) -> tuple[list[Any], dict[Any, int]]:
    rows: list[Row] = [
        (member, "data", TODAY.replace(day=16), kind, skill, "web", "writer", "success", None, n)
        for member, kind, skill, n in used
    ]
    values = asked(TODAY, least_members=5, baseline_weeks=13)
    found = shown(truth(rows, values), 5)
    return found.pairs, {cell[2:4]: cell[6] for cell in found.cells if cell[0] == "all"}


def test_planted_roles_are_found_and_members_are_in_theirs() -> None:
    used = played(3, 160)
    pairs, usual = tables_of(used)

    clusters = clusters_of(pairs, 160)

    assert sorted(map(set, clusters), key=repr) == sorted(map(set, ROLES.values()), key=repr)
    right = 0
    for member, rows in groupby(used, lambda row: row[0]):
        own = {(kind, skill): n for _, kind, skill, n in rows}
        number = cluster_of(own, clusters, usual)
        assert number is not None
        right += clusters[number][0][1].partition("-")[0] == member.partition("-")[0]
    assert right / 160 > 0.95
    assert cluster_of({}, clusters, usual) is None


def test_the_adoption_of_clusters_tells_of_no_few_members() -> None:
    """Also not of those in other clusters, when it is known how many use a skill in all."""
    used = played(4, 120)
    pairs, usual = tables_of(used)
    clusters = clusters_of(pairs, 120)
    told = {skill: len({row[0] for row in used if row[1:3] == skill}) for skill in usual}

    found = adoption(used, clusters, usual, 5, told)

    assert found
    for skill, in_all in told.items():
        seen = [row[4] for row in found if row[2:4] == skill]
        assert all(count >= 5 for count in seen)
        if seen:
            assert in_all - sum(seen) == 0 or in_all - sum(seen) >= 5
