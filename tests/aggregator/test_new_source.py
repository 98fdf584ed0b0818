"""Transcripts that are enabled on some day change what is observed, and nothing else."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from aggregator.calendar import ALL_TIME, span
from aggregator.findings.sample import NO_HALF, Cell, Half
from aggregator.findings.sources import between_projects, within_sources
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from aggregator.reports.anomalies import anomalies
from aggregator.reports.health import health
from aggregator.reports.recommendations.recommend import recommend
from aggregator.reports.trends import trends
from collector.collect import collect
from collector.transcripts.opt_in import Place, enable
from conftest import THOROUGH, Fleet, invocation, write_skills
from schema.warehouse import Warehouse
from transcript_worlds import NAMES, Claude, World, write

LEVEL = 0.05
"""Of fleets in which nothing happens, so many may have something of a kind said of them."""

SURE = 0.01
SEEDS = 3 if THOROUGH == 1 else 10 * THOROUGH
FIRST = datetime(2026, 1, 5, tzinfo=UTC)
KEPT_DAYS = 30
"""So many days of transcripts are still there when they are enabled."""

OWN_RATE, TRANSCRIPTS_RATE = 0.75, 0.95
"""The two kinds of sources do not mean the same by success."""


def own_files(fleet: Fleet, dice: random.Random, name: str, days: int) -> Path:
    """A project's own file: uses on most working days, failing now and then."""
    folder = fleet.project(name)
    records = []
    for day in range(days):
        if day % 7 < 5:
            for number in range(dice.choice((0, 1, 2, 3))):
                at = FIRST + timedelta(days=day, hours=9, minutes=60 * number + dice.randint(0, 59))
                good = dice.random() < OWN_RATE
                records.append(
                    invocation(
                        dice.choice(NAMES),
                        at.replace(tzinfo=None, microsecond=dice.randint(1, 10**6 - 1)).isoformat(),
                        completed=good,
                        error_type=None if good else "ToolError",
                        duration_seconds=dice.lognormvariate(2, 0.5),
                    )
                )
    write_skills(folder, {"invocations": records})
    return folder


def sessions(fleet: Fleet, dice: random.Random, names: list[str], days: range) -> Path:
    """Sessions of Claude Code in the projects on the working days, one turn for each use."""
    world = World(str(fleet.root), dice)
    for day in days:
        if day % 7 < 5:
            for name in names:
                for number in range(dice.choice((0, 1, 2))):
                    date = (FIRST + timedelta(days=day)).date()
                    world.now = datetime.combine(date, time(9 + number), UTC)
                    good = dice.random() < TRANSCRIPTS_RATE
                    Claude(world, cwd=name).turn("rest" if good else "interrupt", ("skill",))
    home = fleet.root.parent / "home"
    write(world, home)
    return home


def said(fleet: Fleet, now: datetime) -> Counter[str]:
    """What is said of skills, by the word that says it."""
    with fleet.warehouse.reading() as con:
        day = now.date()
        over = span(day - timedelta(days=90), day - timedelta(days=1))
        question = Question(over, scope(con), "all", now)
        whole = question.over(ALL_TIME)
        found: Counter[str] = Counter()
        for each in health(con, whole).names:
            found["changed"] += each.board.change.verdict in ("degrading", "improving")
            found["unused"] += each.unused
            found["new"] += each.new
        advice = recommend(con, whole, limit=100).rows
        found["advice"] = len(advice)
        for row in trends(con, whole).rows:
            found["trend"] += row.verdict.change.verdict in ("degrading", "improving")
            found["trend of durations"] += row.verdict.pace.verdict in ("slower", "faster")
        found["anomaly"] = len(anomalies(con, question).rows)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("own", [True, False], ids=["beside own files", "alone"])
def test_transcripts_enabled_on_any_day_are_no_change(tmp_path: Path, own: bool) -> None:
    """No worse, no better, nothing to do, no new, no anomaly: in at most 5% of quiet fleets.

    Three projects; with ``own``, two of them have files of their own, from the first day on. How
    many of so few fleets may be wrong is what a rate of 5% gives in 99 of 100 runs.
    """
    wrong: Counter[str] = Counter()
    for seed in range(SEEDS):
        dice = random.Random(f"{own} {seed}")
        root = tmp_path / str(seed)
        fleet = Fleet(root / "projects", Warehouse(root / "data" / "warehouse.duckdb", "UTC"))
        enabled = dice.randint(60, 160)
        asked = enabled + dice.choice((0, 1, 3, 7, 14, 30, 60, 100))
        if own:
            for name in ("alpha", "beta"):
                own_files(fleet, dice, name, asked)
        fleet.project("gamma")
        if not own:
            fleet.projects("alpha", "beta")
        home = sessions(fleet, dice, ["alpha", "beta", "gamma"], range(enabled - KEPT_DAYS, asked))
        now = FIRST + timedelta(days=asked, hours=20)
        with fleet.warehouse.writing() as con:
            enable(con, [Place("claude_code", str(home / ".claude"))], now)
        collect(fleet.warehouse, now=now)
        refresh(fleet.warehouse, now=now)

        wrong.update({word for word, times in said(fleet, now).items() if times})

    assert all(times <= most_of(SEEDS, LEVEL) for times in wrong.values()), wrong


def most_of(fleets: int, rate: float) -> int:
    """The fewest that are passed in one of a hundred runs at most, by the binomial distribution."""
    more = 1.0
    for count in range(fleets):
        more -= math.comb(fleets, count) * rate**count * (1 - rate) ** (fleets - count)
        if more <= SURE:
            return count
    return fleets


def half(successes: int, known: int) -> Half:
    return Half(successes, known - successes)


def test_a_source_on_one_side_is_left_out() -> None:
    """What began between the two sides says nothing about before."""
    own = Cell(half(15, 20), half(45, 60))

    found = within_sources({"own": own, "claude_code": Cell(half(95, 100), NO_HALF)})

    assert (found.now.successes, found.now.known) == (15, 20)
    assert (found.before.successes, found.before.known) == (45, 60)
    assert within_sources({"own": own}) == own


def test_another_mix_of_sources_is_no_change() -> None:
    """Each source succeeds as it did: so does the project, whatever the parts of the sources."""
    found = within_sources(
        {
            "own": Cell(half(15, 20), half(75, 100)),
            "claude_code": Cell(half(95, 100), half(19, 20)),
        }
    )

    now, before = found
    assert now.successes / now.known == pytest.approx(before.successes / before.known, abs=0.005)
    assert (found.now.known, found.before.known) == (120, 120)


def test_projects_with_different_sources_are_alike_where_each_source_is() -> None:
    """Neither fails beside the other; one that is worse within its source still does."""
    projects = {
        "a": {"own": Cell(half(15, 20), half(60, 80))},
        "b": {"claude_code": Cell(half(19, 20), half(76, 80))},
        "c": {"claude_code": Cell(half(19, 20), half(76, 80)), "own": Cell(half(15, 20), NO_HALF)},
    }
    rates = {name: rate(cell) for name, cell in between_projects(projects).items()}
    assert max(rates.values()) - min(rates.values()) < 0.02

    projects["b"] = {"claude_code": Cell(half(10, 20), half(40, 80))}
    rates = {name: rate(cell) for name, cell in between_projects(projects).items()}
    assert rates["b"] < min(rates["a"], rates["c"]) - 0.1


def rate(cell: Cell) -> float:
    both = [cell.now, cell.before]
    return sum(each.successes for each in both) / sum(each.known for each in both)
