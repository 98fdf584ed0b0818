"""An edit that makes a skill worse is told, from files to the answer: as often as is promised.

One warehouse for each seed, with two edited skills and one that nobody touched. A tenth of the
seeds are tried every time, all of them in `make long`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.skills.versions import version_changes
from collector.collect import collect
from collector.projects.registering import register
from conftest import NOW, THOROUGH, invocation, lay_empty, write_skills
from schema.warehouse import Warehouse
from skill_trees import write_skill

SEEDS = 10 * THOROUGH
EDITED = NOW - timedelta(days=30)
BEFORE, AFTER = 0.84, 0.59
OUTCOMES = {"edited": 150, "seldom": 75}
"""Outcomes on each side of an edit."""


def uses(dice: random.Random, name: str, since: datetime, rate: float) -> Iterator[object]:
    for number in range(OUTCOMES.get(name, 100)):
        done = dice.random() < rate
        yield invocation(
            name,
            (since + timedelta(minutes=97 * number)).isoformat()[:19],
            completed=done,
            error_type=None if done else "TimeoutError",
        )


@cache
def levels(seed: int) -> dict[str, str | None]:
    """How much each edit that was found deserves a person."""
    dice = random.Random(seed)
    with TemporaryDirectory() as folder:
        app = Path(folder) / "app"
        warehouse = Warehouse(Path(folder) / "w.duckdb", "UTC")
        lay_empty(warehouse)
        for name in (*OUTCOMES, "left"):
            file = write_skill(app, name, "Deploy the service.", "Version one.")
            first = (EDITED - timedelta(days=20)).timestamp()
            os.utime(file, (first, first))
        with warehouse.writing() as con:
            register(con, app, now=EDITED, default_timezone="UTC", name="app")
        collect(warehouse, now=EDITED - timedelta(days=1))
        records: list[object] = []
        for name in (*OUTCOMES, "left"):
            changed = name in OUTCOMES
            if changed:
                file = write_skill(app, name, "Deploy the service.", "Version two.")
                os.utime(file, (EDITED.timestamp(), EDITED.timestamp()))
            records += uses(dice, name, EDITED - timedelta(days=15), BEFORE)
            records += uses(dice, name, EDITED, AFTER if changed else BEFORE)
        write_skills(app, {"invocations": records})
        collect(warehouse, now=NOW)
        with warehouse.reading() as con:
            question = Question(ALL_TIME, scope(con), "all", NOW)
            return {each.name: each.level for each in version_changes(con, question)}


@pytest.mark.slow
def test_a_planted_edit_is_told_from_files_to_the_answer() -> None:
    """84 to 59 %: needs attention with 150 outcomes a side, at least a look with 75; in 90 %."""
    found = [levels(seed) for seed in range(SEEDS)]
    assert all(set(each) == set(OUTCOMES) for each in found)
    # Of a tenth of the seeds one more may be missed by chance.
    missed = SEEDS * 0.1 + (1 if SEEDS < 100 else 0)
    assert sum(each["edited"] != "needs attention" for each in found) <= missed
    assert sum(each["seldom"] is None for each in found) <= missed
