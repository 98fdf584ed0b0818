"""From when to when projects were observed, and that nothing is said of other days."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.observation import observation
from aggregator.refresh import refresh
from collector.collect import collect
from conftest import THOROUGH, Fleet, execution, invocation, write_executions, write_skills
from observed import observed_until, open_day
from oracle import Row, local_day, read_project

ZONE = ZoneInfo("UTC")
START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def lay(folder: Path, days: Iterable[int], minute: int, name: str = "lint") -> None:
    """One use of a skill on each of these days after ``START``, at that minute of its hour.

    Projects with equal records would be copies of each other.
    """
    start = (START + timedelta(minutes=minute)).replace(tzinfo=None)
    records = [invocation(name, (start + timedelta(days=day)).isoformat()) for day in days]
    write_skills(folder, {"invocations": records})


def random_days(dice: random.Random) -> list[int]:
    """Days of use at a pace of its own, with or without weekends, for up to 300 days."""
    pace, length = dice.choice((1.0, 0.7, 0.2, 0.05)), dice.randint(1, 300)
    weekdays = 5 if dice.random() < 0.5 else 7
    return [d for d in range(length) if d % 7 < weekdays and dice.random() < pace] or [0]


@pytest.mark.parametrize("refreshed", [True, False])
@pytest.mark.parametrize("seed", range(3 * THOROUGH))
def test_what_is_observed_is_what_the_files_and_passes_say(
    fleet: Fleet, seed: int, refreshed: bool
) -> None:
    """Of any project, of several and of both kinds, as plain Python counts it from the files."""
    dice = random.Random(seed)
    rows: list[Row] = []
    for number in range(4):
        folder = fleet.project(f"p{number}")
        lay(folder, random_days(dice), number)
        if dice.random() < 0.5:
            lines = [
                execution((START + timedelta(days=day, minutes=number)).isoformat())
                for day in random_days(dice)
            ]
            write_executions(folder, "reviewer", lines)
        rows += read_project(folder, f"p{number}", ZONE)
    collected = START + timedelta(days=dice.randint(300, 310))
    now = collected + timedelta(days=dice.choice((0, 1, 40)))
    collect(fleet.warehouse, now=collected)
    if refreshed:
        refresh(fleet.warehouse, now=collected)

    with fleet.warehouse.reading() as con:
        everywhere = scope(con)
        ids = {p.name: p.project_id for p in everywhere.projects}
        found = observation(con, Question(ALL_TIME, everywhere, "all", now))

        assert found.open_day == open_day(rows, ZONE, now, collected)
        for names in (["p0"], ["p1", "p2"], list(ids)):
            for kind in ("skill", "agent", None):
                these = [r for r in rows if r.project in names and kind in (None, r.kind)]
                observed = found.of((ids[name] for name in names), kind)
                days = [local_day(row.invoked_at, ZONE) for row in these]

                assert (observed and (observed.since, observed.until, observed.last_day)) == (
                    (min(days), observed_until(these, ZONE, now, collected), max(days))
                    if days
                    else None
                )
