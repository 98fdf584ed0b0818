"""What a reader of everything that is published can find out about a few members.

Each published number is a sum over parts: a skill, as it was measured, in a team, a type, a week,
an arm of each experiment. A reader may add such numbers with any weights. What they get is about
somebody if no part has a negative weight, and only a few members have uses in the parts that count.
Linear programming finds whether there are such weights; nothing here knows how numbers are chosen.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.optimize import linprog

from aggregator.experiments.experiment import ARMS, Experiment
from aggregator.team import arms as experiment_arms
from aggregator.team.arms import Arm
from aggregator.team.counting import Asked, asked, count
from aggregator.team.engines.duckdb import DuckDBEngine
from aggregator.team.engines.engine import Row
from aggregator.team.showing import REST, Rated, Shown, hidden_skills, shown
from aggregator.team.weekly_rollup import write_asked, write_assigned
from conftest import THOROUGH
from members import TEAMS, TODAY, TYPES, member_name, week, write_rows

KNOWN = ("success", "failure", "abandoned")
SKILLS = ("old", "new", "other")


class Part(NamedTuple):
    """What is told apart by any number: ``arms`` are those of the experiments, in order."""

    skill: str
    measured: str
    team: str
    project_type: str
    week: date
    arms: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """Members' rows, and what a rollup of them asks."""

    rows: list[Any]
    values: Asked
    experiments: list[Experiment]

    def part_of(self, row: Any) -> Part:
        arms = tuple(each.arm(row[0]) for each in self.experiments)
        return Part(row[4], row[6], row[1], row[5], row[2], arms)


def drawn(seed: int) -> World:
    """A few members, of whom some hardly use a skill, and one or two experiments."""
    dice = random.Random(f"reader {seed}")
    found: Counter[Any] = Counter()
    weeks = dice.choice((2, 3, 6, 18))
    for number in range(dice.choice((8, 11, 14, 18))):
        team = dice.choice(TEAMS[: dice.choice((1, 2, 3))])
        liked = dice.sample(SKILLS, k=dice.choice((1, 2, 2, 3)))
        earliest = dice.choice((weeks, weeks, max(1, weeks // 2)))
        transcripts = dice.choice((0, 0, 0.3))
        for _ in range(1 + int(dice.paretovariate(1.3) * dice.choice((6, 20)))):
            outcome = dice.choices(("success", "failure", "unknown"), (70, 20, 10))[0]
            measured = "transcript" if dice.random() < transcripts else "writer"
            place = (week(dice.randint(1, earliest)), "skill", dice.choice(liked))
            found[
                (member_name(number), team, *place, dice.choice(TYPES), measured, outcome, None)
            ] += 1
    plans = [
        Experiment(
            f"e{number}",
            f"{seed}-{number}",
            "old",
            treatment,
            "member",
            0.5,
            dice.choice((2, 6, 12)),
            week(dice.choice((1, 2, 3, 6, 14))),
            datetime(2026, 1, 1, tzinfo=UTC),
            None,
            "0123456789abcdef",
        )
        for number, treatment in enumerate(dice.choice((("new",), ("new",), ("new", "other"))))
    ]
    return World(
        [(*key, uses) for key, uses in found.items()],
        asked(TODAY, least_members=3, baseline_weeks=dice.choice((2, 6, 13, 18))),
        plans,
    )


def published(world: World, folder: Path) -> tuple[Shown, list[Arm]]:
    """What a rollup of the world publishes."""
    counters = folder / "counters.parquet"
    write_rows(counters, world.rows)
    members = sorted({row[0] for row in world.rows})
    assigned = experiment_arms.assigned(world.experiments, members, world.values.until)
    paths = write_asked(world.values, folder), write_assigned(assigned, folder)
    with closing(DuckDBEngine([counters], *paths, folder)) as engine:
        tables: dict[str, list[Row]] = count(engine, members_too=False).tables
    least = world.values.least_members
    arms = experiment_arms.shown(
        world.experiments,
        tables["arms"],
        tables["arm_rests"],
        {},
        until=world.values.until,
        least_members=least,
        hidden_skills=hidden_skills(tables),
    )
    first_days = experiment_arms.first_days(world.experiments, arms)
    return shown(tables, least, first_days), arms


Sum = Callable[[Part], bool]
"""Whether a part is in a published number."""


def sums_of(world: World, seen: Shown, arms: Sequence[Arm], *, known: bool) -> list[Sum]:
    """Of which parts each published number is the sum; of known outcomes, or of uses."""
    values = world.values
    named: dict[Any, set[str]] = defaultdict(set)
    cells = [Rated(*row) for row in seen.cells]
    for cell in cells:
        named[cell.cut, cell.key].add(cell.part)

    def of_cell(cell: Rated) -> Sum:
        others = named[cell.cut, cell.key]

        def has(part: Part) -> bool:
            if ("skill", part.skill, part.measured) != cell.key:
                return False
            if cell.cut == "week":
                return part.week.isoformat() == cell.part
            mine = {"all": "", "team": part.team, "type": part.project_type}[cell.cut]
            is_in = mine not in others if cell.part == REST else mine == cell.part
            return is_in and part.week >= values.baseline_from

        return has

    def between(row: Row, since: date, until: date) -> Sum:
        return lambda part: (
            ("skill", part.skill, part.measured) == row[:3] and since <= part.week < until
        )

    def of_arm(arm: Arm, skills: Iterable[str]) -> Sum:
        [number] = [n for n, each in enumerate(world.experiments) if each.name == arm.experiment]
        begins = world.experiments[number].begins_on
        ends = begins + timedelta(weeks=arm.week)
        return lambda part: (
            part.skill in skills and begins <= part.week < ends and part.arms[number] == arm.arm
        )

    plans = {each.name: each for each in world.experiments}
    found = [of_cell(cell) for cell in cells]
    for arm in arms:
        plan = plans[arm.experiment]
        found.append(of_arm(arm, (plan.control, plan.treatment)))
        if arm.kept is not None and not known:
            found.append(of_arm(arm, (plan.skill(arm.arm),)))
    if known:
        for row in seen.changes:
            found.append(between(row, values.recent_from, values.until))
            found.append(between(row, values.earlier_from, values.recent_from))
    return found


def is_told_of_few(world: World, sums: Sequence[Sum], *, known: bool) -> bool:
    """Whether some weights make a sum in which only members fewer than enough have anything."""
    users: dict[Part, set[str]] = defaultdict(set)
    for row in world.rows:
        if not known or row[7] in KNOWN:
            users[world.part_of(row)].add(row[0])
    by_sums: dict[tuple[bool, ...], set[str]] = defaultdict(set)
    for part, members in users.items():
        if any(vector := tuple(each(part) for each in sums)):
            by_sums[vector] |= members
    few = [members for members in by_sums.values() if len(members) < world.values.least_members]
    # Whoever reads does not know which parts are empty.
    arms = product(ARMS, repeat=len(world.experiments))
    of_skills = product(SKILLS, ("writer", "transcript"), TEAMS, TYPES)
    weeks = {part.week for part in users}
    parts = (
        Part(skill, measured, team, project_type, day, each)
        for (skill, measured, team, project_type), day, each in product(
            of_skills, weeks, list(arms)
        )
    )
    possible = np.array(sorted({tuple(each(part) for each in sums) for part in parts}), float)
    vectors = np.array(list(by_sums), float)
    for some in combinations(sorted(set().union(*few)), world.values.least_members - 1):
        theirs = np.array([members <= set(some) for members in by_sums.values()])
        if not theirs.any():
            continue
        others = vectors[~theirs]
        if np.linalg.matrix_rank(others) == np.linalg.matrix_rank(vectors):
            continue
        best = linprog(
            -vectors[theirs].sum(axis=0),
            A_ub=-possible,
            b_ub=np.zeros(len(possible)),
            A_eq=others if len(others) else None,
            b_eq=np.zeros(len(others)) if len(others) else None,
            bounds=[(-1, 1)] * len(sums),
        )
        if best.status == 0 and best.fun < -1e-7:
            return True
    return False


def leaks(world: World, seen: Shown, arms: Sequence[Arm]) -> list[str]:
    return [
        name
        for name, known in (("uses", False), ("known outcomes", True))
        if is_told_of_few(world, sums_of(world, seen, arms, known=known), known=known)
    ]


@pytest.mark.slow
def test_no_sum_of_few_members_follows_from_all_that_is_published(tmp_path: Path) -> None:
    """Of cells, rests, weeks, changes and experiments' arms of three skills together; and arms are
    shown in some of these worlds, in others they would have told of few members."""
    shown_arms = would_leak = 0
    for seed in range(12 * THOROUGH):
        world = drawn(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        seen, arms = published(world, folder)
        assert leaks(world, seen, arms) == [], seed
        shown_arms += bool(arms)
        would_leak += not arms and bool(leaks(world, seen, every_arm(world)))
        # How many uses have no duration would be a further sum.
        assert all(row[5] is None for row in seen.durations)
    assert shown_arms and would_leak


def every_arm(world: World) -> list[Arm]:
    """As if all arms were shown, and what was used in each of the two skills."""
    return [
        Arm(plan.name, arm, plan.weeks_before(world.values.until), *[9] * 9)
        for plan in world.experiments
        for arm in ARMS
    ]


def unknown_uses(members: int, team: str, first: int = 0) -> list[Any]:
    """Uses by so many members of a team, of which nobody knows how they ended."""
    return [
        (member_name(number), team, week(1), "skill", "old", TYPES[0], "writer", "unknown", None, 3)
        for number in range(first, first + members)
    ]


@pytest.mark.parametrize(
    ("rows", "cuts"),
    [
        (unknown_uses(4, TEAMS[0]), set()),
        (unknown_uses(5, TEAMS[0]), {"all", "team", "type", "week"}),
        ([*unknown_uses(5, TEAMS[0]), *unknown_uses(4, TEAMS[1], 5)], {"all", "type", "week"}),
        (
            [*unknown_uses(5, TEAMS[0]), *unknown_uses(5, TEAMS[1], 5)],
            {"all", "team", "type", "week"},
        ),
    ],
)
def test_uses_without_a_known_outcome_need_as_many_members(
    tmp_path: Path, rows: list[Any], cuts: set[str]
) -> None:
    """A cell, and what is left of a sum, also where no rate is told."""
    world = World(rows, asked(TODAY, least_members=5, baseline_weeks=13), [])

    seen, _ = published(world, tmp_path)

    assert {row[0] for row in seen.cells} == cuts
