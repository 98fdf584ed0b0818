"""What follows from a team's published numbers by adding and subtracting them, by linear algebra.

Whoever knows the names of teams, types and weeks knows some sums of them. A number that is a
combination of these is known too, whether it is shown or not; so each that is must be of enough
members. Nothing here knows by which rule numbers were chosen.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

import pytest

from aggregator.team.counting import Asked, asked
from aggregator.team.showing import Rated, shown
from conftest import THOROUGH
from members import TEAMS, TODAY, TYPES, Row, team_of
from team_truth import truth

KNOWN = ("success", "failure", "abandoned")
OUTCOMES = (*KNOWN, "unknown")

Sum = dict[str, int]
"""Which parts a number is the sum of, each by a name such as ``team web`` with a factor."""


class Knowledge:
    """Numbers that somebody knows, reduced so that no one follows from the others."""

    def __init__(self, names: Iterable[str]) -> None:
        self._place = {name: place for place, name in enumerate(names)}
        self._rows: list[tuple[int, list[Fraction]]] = []

    def learn(self, told: Sum) -> None:
        left = self._left(told)
        first = next((place for place, factor in enumerate(left) if factor), None)
        if first is not None:
            self._rows.append((first, [factor / left[first] for factor in left]))

    def knows(self, asked_for: Sum) -> bool:
        return not any(self._left(asked_for))

    def _left(self, told: Sum) -> list[Fraction]:
        """What of a number does not follow from those that are known."""
        left = [Fraction(0)] * len(self._place)
        for name, times in told.items():
            left[self._place[name]] += times
        for first, row in self._rows:
            if factor := left[first]:
                left = [was - factor * by for was, by in zip(left, row, strict=True)]
        return left


def drawn(seed: int) -> tuple[list[Row], Asked]:
    """A team in which much is too small, and somebody may use a skill more than all others."""
    dice = random.Random(f"subtraction {seed}")
    members = dice.choice((3, 5, 8, 14, 30))
    team = team_of(seed, members, weeks=dice.choice((4, 18)), uses=dice.choice((10, 50, 150)))
    rows = [row for each in team.values() for row in each]
    baseline = dice.choice((1, 4, 6, 13, 18))
    return rows, asked(TODAY, least_members=dice.choice((3, 5)), baseline_weeks=baseline)


def is_of_enough(rows: Iterable[Row], least: int) -> bool:
    """Of nobody; or of enough members with a use and, if any is known, with a known outcome, none
    of whom has more than four fifths."""
    uses: dict[str, int] = defaultdict(int)
    known: set[str] = set()
    for member, *_, counter, _, count in rows:
        if counter in OUTCOMES:
            uses[member] += count
        if counter in KNOWN:
            known.add(member)
    if not uses:
        return True
    enough = len(uses) >= least and (not known or len(known) >= least)
    return enough and 5 * max(uses.values()) <= 4 * sum(uses.values())


def leaks(own: list[Row], values: Asked, cells: Iterable[Rated], *, changes: bool) -> list[str]:
    """Which numbers of one skill follow from the published ones and are of too few members."""
    weeks = sorted({row[2] for row in own})
    baseline = [week for week in weeks if week >= values.baseline_from]
    parts: Mapping[str, list[Row]] = {
        **{f"team {name}": [r for r in own if r[1] == name and r[2] in baseline] for name in TEAMS},
        **{f"type {name}": [r for r in own if r[5] == name and r[2] in baseline] for name in TYPES},
        **{f"week {week}": [r for r in own if r[2] == week] for week in weeks},
    }
    everything = {
        "team": {f"team {name}": 1 for name in TEAMS},
        "type": {f"type {name}": 1 for name in TYPES},
        "week": {f"week {week}": 1 for week in baseline},
    }
    somebody = Knowledge(parts)
    # That each cut adds up to the same is known before anything is published.
    for cut in ("type", "week"):
        somebody.learn({**everything["team"], **dict.fromkeys(everything[cut], -1)})
    told: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        if cell.cut == "all":
            somebody.learn(everything["team"])
        elif cell.part != "(rest)":
            told[cell.cut].add(f"{cell.cut} {cell.part}")
            somebody.learn({f"{cell.cut} {cell.part}": 1})
    for cell in cells:
        if cell.part == "(rest)":
            others = everything[cell.cut].keys() - told[cell.cut]
            somebody.learn(dict.fromkeys(others, 1))
    spans = {
        "the recent weeks": [week for week in weeks if week >= values.recent_from],
        "the weeks before": [w for w in weeks if values.earlier_from <= w < values.recent_from],
    }
    if changes:
        for span in spans.values():
            somebody.learn({f"week {week}": 1 for week in span})
    # Each part, and what is not shown of each cut or span together.
    sums: dict[str, Sum] = {name: {name: 1} for name in parts}
    for cut, every in everything.items():
        sums[f"hidden of {cut}"] = dict.fromkeys(every.keys() - told[cut], 1)
        sums[f"all by {cut}"] = every
    for name, span in spans.items():
        sums[name] = {f"week {week}": 1 for week in span}
        sums[f"hidden of {name}"] = dict.fromkeys(sums[name].keys() - told["week"], 1)
    return [
        name
        for name, of in sums.items()
        if of
        and somebody.knows(of)
        and not is_of_enough([row for part in of for row in parts[part]], values.least_members)
    ]


def by_skill(rows: Iterable[Row]) -> dict[tuple[str, str, str], list[Row]]:
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row[3], row[4], row[6]].append(row)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30 * THOROUGH))
def test_no_number_of_few_members_follows_from_those_that_are_published(seed: int) -> None:
    """Of no skill: no team, type, week, sum of weeks, nor what is hidden of any of these."""
    rows, values = drawn(seed)
    rows = [row for row in rows if row[2] < values.until]
    published = shown(truth(rows, values), values.least_members)
    cells: dict[tuple[str, str, str], list[Rated]] = defaultdict(list)
    for row in published.cells:
        cell = Rated(*row)
        cells[cell.key].append(cell)
    changed = {row[:3] for row in published.changes}

    for key, own in by_skill(rows).items():
        assert leaks(own, values, cells[key], changes=key in changed) == [], key


def test_showing_each_cell_by_itself_would_be_noticed() -> None:
    """If all cells of enough members were shown, small ones would follow: this finds them."""
    found = 0
    for seed in range(12):
        rows, values = drawn(seed)
        rows = [row for row in rows if row[2] < values.until]
        for own in by_skill(rows).values():
            recent = [row for row in own if row[2] >= values.baseline_from]
            cells = []
            for cut, place in (("all", None), ("team", 1), ("type", 5), ("week", 2)):
                for part in {str(row[place]) if place else "" for row in recent}:
                    of = [r for r in recent if place is None or str(r[place]) == part]
                    if any(row[7] in OUTCOMES for row in of) and is_of_enough(
                        of, values.least_members
                    ):
                        cells.append(Rated(cut, part, *own[0][3:5], own[0][6], *[0] * 10))
            found += bool(leaks(own, values, cells, changes=False))
    assert found > 10
