"""A team's experiments: planned in its store, counted by its rollup, shown as any cell is."""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from aggregator.experiments.experiment import Experiment
from aggregator.statistics.ratios import ratio_sums
from aggregator.team import community
from aggregator.team.agreement import KEY, Agreement, serialise
from aggregator.team.arms import Arm, report_of
from aggregator.team.community import current
from aggregator.team.experiments import (
    TeamOfMaintainer,
    key_of,
    parse,
    published,
    team_of,
)
from aggregator.team.experiments import serialise as serialise_experiment
from aggregator.team.store import Store, open_store
from aggregator.team.weekly_rollup import arms_before, roll_up
from members import TEAMS, TYPES, Row, member_name, week, write_rows
from schema.errors import TeamError, UsageError

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
SKILLS = ("old", "new", "other")
AGREEMENT = Agreement("0123456789abcdef", "Atlas", SKILLS, TYPES, TEAMS)
PLAN = Experiment(
    "review",
    "5a17",
    "old",
    "new",
    "member",
    0.5,
    12,
    week(6),
    NOW - timedelta(weeks=7),
    None,
    AGREEMENT.team_id,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = open_store(str(tmp_path / "store"))
    found.prepare()
    found.put(KEY, serialise(AGREEMENT), expected_etag=None)
    return found


def rows_of(
    members: int, seed: int = 1, *, worse: float = 0.0, weeks: int = 6
) -> dict[str, list[Row]]:
    """Members who keep to their arm mostly, in the last six weeks."""
    dice = random.Random(seed)
    found: dict[str, list[Row]] = {}
    for number in range(members):
        name = member_name(number)
        treated = PLAN.arm(name) == "treatment"
        rate = min(0.98, max(0.05, dice.gauss(0.8, 0.08))) - (worse if treated else 0)
        rows: list[Row] = []
        for ago in range(1, 7):
            for skill in ("old", "new"):
                kept = (skill == "new") == treated
                uses = dice.randint(3, 9) if kept else dice.randrange(2)
                good = sum(dice.random() < rate for _ in range(uses))
                unknown = dice.randrange(2)
                for counter, count in (
                    ("success", good),
                    ("failure", uses - good),
                    ("unknown", unknown),
                ):
                    if count:
                        rows.append(
                            (
                                name,
                                TEAMS[0],
                                week(ago),
                                "skill",
                                skill,
                                TYPES[0],
                                "writer",
                                counter,
                                None,
                                count,
                            )
                        )
        found[name] = rows
    return found


def fill(store: Store, members: dict[str, list[Row]], folder: Path) -> None:
    for name, rows in members.items():
        store.overwrite(f"members/{name}.parquet", write_rows(folder / "file.parquet", rows))


def arms(store: Store) -> list[Arm]:
    found = current(store)
    assert found is not None
    with tempfile.TemporaryDirectory() as folder:
        before = arms_before(store, found[0], Path(folder))
    return [each for of in before.values() for each in of]


def test_arms_are_the_sums_of_plain_python(store: Store, tmp_path: Path) -> None:
    """Of the members of each arm, over both skills and the weeks that are over."""
    members = rows_of(40)
    fill(store, members, tmp_path)
    TeamOfMaintainer(store, AGREEMENT).publish(PLAN)
    roll_up(store, now=NOW)

    found = {each.arm: each for each in arms(store)}
    assert found.keys() == {"control", "treatment"}
    for arm, got in found.items():
        mine = {name: rows for name, rows in members.items() if PLAN.arm(name) == arm}
        units = []
        uses = kept = 0
        for rows in mine.values():
            by: dict[str, int] = defaultdict(int)
            for row in rows:
                by[row[7]] += row[9]
                uses += row[9]
                kept += row[9] if row[4] == PLAN.skill(arm) else 0
            units.append((by["success"], by["success"] + by["failure"]))
        sums = ratio_sums(units)
        assert got == Arm(
            "review",
            arm,
            6,
            len(mine),
            uses,
            kept,
            sums.units,
            sums.successes,
            sums.known,
            sums.ss,
            sums.sn,
            sums.nn,
        )


def test_a_verdict_stays_what_it_was(store: Store, tmp_path: Path) -> None:
    """What one run decided is what later runs publish, whatever later weeks bring."""
    TeamOfMaintainer(store, AGREEMENT).publish(PLAN)
    fill(store, rows_of(60, worse=0.5), tmp_path)
    roll_up(store, now=NOW)
    decided = arms(store)
    assert report_of(PLAN, decided, NOW.date()).verdict == "worse"
    fill(store, rows_of(60, 2, worse=-0.1), tmp_path)
    roll_up(store, now=NOW + timedelta(minutes=1))
    assert arms(store) == decided


def test_what_follows_of_few_members_is_not_shown(store: Store, tmp_path: Path) -> None:
    """An arm of few members, one of whom most uses are, and a rest of few by subtraction."""
    TeamOfMaintainer(store, AGREEMENT).publish(PLAN)
    members = rows_of(40)
    treated = [name for name in members if PLAN.arm(name) == "treatment"]
    few = {name: rows for name, rows in members.items() if name not in treated[4:]}
    fill(store, few, tmp_path)
    roll_up(store, now=NOW)
    assert arms(store) == []

    fill(store, members, tmp_path)
    roll_up(store, now=NOW + timedelta(minutes=1))
    assert len(arms(store)) == 2

    # Two members used a skill before the experiment: all weeks less those of it would be theirs.
    for name in list(members)[:2]:
        members[name].append(
            (name, TEAMS[0], week(9), "skill", "old", TYPES[0], "writer", "success", None, 3)
        )
    fill(store, members, tmp_path)
    roll_up(store, now=NOW + timedelta(minutes=2))
    assert arms(store) == []


def test_an_arm_tells_no_rate_and_no_disobedience_of_few_members(
    store: Store, tmp_path: Path
) -> None:
    """Outcomes that only few members know; and who used the other skill, if these are few."""
    TeamOfMaintainer(store, AGREEMENT).publish(PLAN)
    members = rows_of(40)
    keeping = {
        name: [row for row in rows if row[4] == PLAN.skill(PLAN.arm(name))]
        for name, rows in members.items()
    }
    fill(store, keeping, tmp_path)
    roll_up(store, now=NOW)
    assert {(each.arm, each.kept == each.uses) for each in arms(store)} == {
        ("control", True),
        ("treatment", True),
    }

    treated = [name for name in members if PLAN.arm(name) == "treatment"]
    few = {name: members[name] if name in treated[:2] else rows for name, rows in keeping.items()}
    fill(store, few, tmp_path)
    roll_up(store, now=NOW + timedelta(minutes=1))
    assert {each.kept for each in arms(store)} == {None}
    look = report_of(PLAN, arms(store), NOW.date()).look
    assert {each.share_as_assigned for each in look.arms.values()} == {None}

    unknown = {
        name: [
            row if name not in treated[3:] else (*row[:7], "unknown", *row[8:])
            for row in rows
            if name not in treated[3:] or row[7] == "success"
        ]
        for name, rows in keeping.items()
    }
    fill(store, unknown, tmp_path)
    roll_up(store, now=NOW + timedelta(minutes=2))
    assert arms(store) == []


def test_while_arms_are_shown_weeks_that_are_not_hide_the_others(
    store: Store, tmp_path: Path
) -> None:
    """The sum of an arm's weeks and all weeks but one would tell the one that is hidden."""
    TeamOfMaintainer(store, AGREEMENT).publish(PLAN)
    members = rows_of(40)
    thinned = {
        name: [row for row in rows if row[2] != week(3) or name in list(members)[:2]]
        for name, rows in members.items()
    }
    for number, (each, shown_weeks) in enumerate(((members, 6), (thinned, 0))):
        fill(store, each, tmp_path)
        roll_up(store, now=NOW + timedelta(minutes=number))
        assert len(arms(store)) == 2
        assert len(weeks_shown(store, "old")) == shown_weeks


def weeks_shown(store: Store, skill: str) -> list[str]:
    found = current(store)
    assert found is not None
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        path = Path(folder) / "cells.parquet"
        path.write_bytes(store.get(community.key_of(found[0].run, "cells")).data)
        rows = con.read_parquet(str(path)).filter(f"cut = 'week' and skill = '{skill}'").fetchall()
    return [row[1] for row in rows]


def test_nobody_is_named_by_an_experiment(store: Store, tmp_path: Path) -> None:
    """No member's name in what is published, and the team's plan is what was planned."""
    TeamOfMaintainer(store, AGREEMENT).publish(PLAN)
    members = rows_of(40)
    fill(store, members, tmp_path)
    roll_up(store, now=NOW)
    for entry in store.list("community/"):
        data = store.get(entry.key).data
        assert not any(name.encode() in data for name in members)
    assert published(store, AGREEMENT.team_id) == ([PLAN], [])
    assert parse(serialise_experiment(PLAN)) == PLAN
    assert team_of(store.url).agreement == AGREEMENT


DAMAGED = (
    b"",
    b"[]",
    b'{"format": 1}',
    serialise_experiment(PLAN).replace(b'"share": 0.5', b'"share": 5'),
    serialise_experiment(PLAN).replace(b'"weeks": 12', b'"weeks": 5200'),
    serialise_experiment(PLAN).replace(b'"control": "old"', b'"control": "new"'),
    serialise_experiment(PLAN).replace(b'"format": 1', b'"format": 2'),
    serialise_experiment(replace(PLAN, begins_on=PLAN.begins_on + timedelta(days=1))),
    serialise_experiment(replace(PLAN, name="../../members/x")),
)


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_plan_is_named(store: Store, damage: bytes) -> None:
    """Other plans are read all the same."""
    assert damage != serialise_experiment(PLAN)
    with pytest.raises(TeamError):
        parse(damage)
    TeamOfMaintainer(store, AGREEMENT).publish(PLAN)
    store.put("experiments/damaged.json", damage, expected_etag=None)
    assert published(store, AGREEMENT.team_id) == ([PLAN], ["experiments/damaged.json"])


def test_damaged_plans_stop_nothing(store: Store, tmp_path: Path) -> None:
    """The rollup and the other experiment go on, with one of each kind of damage in the store."""
    TeamOfMaintainer(store, AGREEMENT).publish(PLAN)
    for number, damage in enumerate(DAMAGED):
        store.put(f"experiments/damaged-{number}.json", damage, expected_etag=None)
    fill(store, rows_of(40), tmp_path)
    roll_up(store, now=NOW)
    assert len(arms(store)) == 2


def test_a_plan_needs_a_name_that_is_a_key_and_skills_that_are_published(store: Store) -> None:
    """And a name that is free."""
    team = TeamOfMaintainer(store, AGREEMENT)
    with pytest.raises(UsageError, match="small letters"):
        team.check(replace(PLAN, name="../x"))
    with pytest.raises(UsageError, match="does not list 'secret'"):
        team.check(replace(PLAN, treatment="secret"))
    team.check(PLAN)
    team.publish(PLAN)
    with pytest.raises(UsageError, match="already"):
        team.publish(PLAN)
    stopped = replace(PLAN, stopped_at=NOW)
    team.replace(stopped)
    assert published(store, AGREEMENT.team_id) == ([stopped], [])
    assert key_of("review") == "experiments/review.json"
    assert "arms" in community.TABLES
