"""How a new skill spreads over projects, against plain Python; and when nothing is new."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.answers.effectiveness import effectiveness
from aggregator.reports.adoption import BEFORE_DAYS, NEW_WEEKS, adoption
from cli.commands.effectiveness import _screen as screen
from cli.query_options import QueryOptions, resolve
from cli.screen import Line
from conftest import NOW, invocation
from session_worlds import Record, asked_of, session_world
from worlds import World

TODAY = NOW.date()
PROJECTS = ("a", "b", "c", "d")


def days_ago(days: int, skill: str) -> Record:
    at = (NOW - timedelta(days=days, hours=3)).replace(tzinfo=None)
    return invocation(skill, at.isoformat())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Four projects with an old skill; ``fresh`` came to three of them in the last 60 days."""
    dice = random.Random(5)
    projects: dict[str, list[Record]] = {}
    for place, name in enumerate(PROJECTS):
        projects[name] = [days_ago(dice.randrange(400), "old") for _ in range(40)]
        if place < 3:
            days = [dice.randrange(60 - 15 * place) for _ in range(12)]
            projects[name] += [days_ago(day, "fresh") for day in days]
    projects["gone"] = [days_ago(day, "old") for day in range(200, 300, 10)]
    return session_world(tmp_path_factory.mktemp("adoption"), projects)


@pytest.mark.parametrize("only", [(), ("b", "c")])
def test_weeks_are_those_of_the_records(world: World, only: Sequence[str]) -> None:
    """Each week since the first use: who had it by then, who used it, and who was active since."""
    rows = [row for row in world.rows if not only or row.project in only]
    uses = [(row.invoked_at.date(), row.project) for row in rows if row.name == "fresh"]
    first = min(day for day, _ in uses)
    with world.warehouse.reading() as con:
        found = adoption(con, asked_of(con, world, projects=only), "fresh", TODAY)

    assert found is not None
    assert found.first_day == first
    assert found.active == len({row.project for row in rows if row.invoked_at.date() >= first})
    assert found.weeks[-1].since <= TODAY <= found.weeks[-1].until
    for number, week in enumerate(found.weeks):
        since, until = first + timedelta(weeks=number), first + timedelta(days=7 * number + 6)
        assert (week.since, week.until) == (since, until)
        assert week.projects == len({project for day, project in uses if day <= until})
        assert week.is_open == (until >= TODAY)
        assert week.using == len({project for day, project in uses if since <= day <= until})
    assert found.projects == len({project for _, project in uses})


@pytest.mark.parametrize(
    ("first", "before", "is_new"),
    [
        (7 * NEW_WEEKS - 1, BEFORE_DAYS, True),
        (7 * NEW_WEEKS, BEFORE_DAYS, False),
        (0, BEFORE_DAYS, True),
        (30, BEFORE_DAYS - 1, False),
    ],
)
def test_what_is_old_or_as_old_as_the_records_is_not_new(
    tmp_path: Path, first: int, before: int, is_new: bool
) -> None:
    """Half a year old, or recorded since the records begin: it may have been used before."""
    world = session_world(
        tmp_path, {"a": [days_ago(first, "fresh"), days_ago(first + before, "old")]}
    )
    with world.warehouse.reading() as con:
        found = adoption(con, asked_of(con, world), "fresh", TODAY)

    assert (found is not None) == is_new
    if found is not None:
        assert [week.projects for week in found.weeks] == [1] * (first // 7 + 1)


def test_the_answer_has_the_curve_and_the_screen_a_line(world: World) -> None:
    """``effectiveness``: null for what is old; the numbers of the report for what is new."""
    with world.warehouse.reading() as con:
        query = resolve(con, NOW, QueryOptions())
        fresh, old = (effectiveness(con, query, name) for name in ("fresh", "old"))
        found = adoption(con, query.question, "fresh", TODAY)

    assert found is not None
    assert old.json.data[0].adoption is None
    told = fresh.json.data[0].adoption
    assert told is not None
    assert (told.first_day, told.projects, told.projects_active) == (found.first_day, 3, 4)
    assert [week.projects for week in told.weeks] == [week.projects for week in found.weeks]
    assert [week.projects_using for week in told.weeks] == [week.using for week in found.weeks]
    assert fresh.data is not None
    lines = [block.text for block in screen(fresh.data, query) if isinstance(block, Line)]
    assert any(
        line.startswith(f"New since {found.first_day}: used in 3 of 4 active projects, by week ")
        for line in lines
    )
