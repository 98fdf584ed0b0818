"""``summary``: what is news stands on it by name and with its numbers, and nothing else does."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli.demo.fleet import STORIES
from command_line import Program, cells, faults, is_command
from conftest import NOW, invocation, write_skills
from fleets import DEMO, demo_fleet
from oracle import Row, in_range, measure

ZONE = ZoneInfo("UTC")
MONDAY = date(2026, 11, 16)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    return demo_fleet(tmp_path_factory).rows()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_fleet(tmp_path_factory).refreshed.path


@pytest.fixture
def run(
    demo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    """The program on the demo's fleet, at its moment."""
    program = Program(tmp_path, capsys, monkeypatch)
    program.warehouse = demo
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(demo))
    program.now = DEMO
    return program


def test_weeks_are_those_of_the_records(run: Program, rows: list[Row]) -> None:
    """Twelve complete ones, Monday to Sunday, and the open one, each counted and rated."""
    told = run("summary", "--json").json
    weeks = told["data"][0]["weeks"]

    assert faults(told, "summary") == []
    assert [week["is_open"] for week in weeks] == [False] * 12 + [True]
    for ago, week in enumerate(reversed(weeks)):
        since = MONDAY - timedelta(weeks=ago)
        until = since + timedelta(days=6)
        wanted = measure(in_range(rows, since, until, ZONE))
        assert (week["since"], week["until"]) == (str(since), str(until))
        assert week["total_invocations"] == wanted.total_invocations
        assert week["success_rate"] == pytest.approx(wanted.success_rate)


def test_what_changed_is_what_was_planted(run: Program, rows: list[Row]) -> None:
    """The degrading skill alone, with both rates as the records have them, as ``health`` has it."""
    [changed] = run("summary", "--json").json["data"][0]["changed"]
    health = run("health", "--json").json["data"]
    of = [row for row in rows if row.name == STORIES.degrading]
    recent = measure(in_range(of, date(2026, 10, 21), date(2026, 11, 19), ZONE))
    before = measure(in_range(of, date(2026, 7, 23), date(2026, 10, 20), ZONE))

    assert changed["skill_name"] == STORIES.degrading
    assert changed["change"]["verdict"] == "degrading"
    assert changed["change"]["current"]["success_rate"] == pytest.approx(recent.success_rate)
    assert changed["change"]["previous"]["success_rate"] == pytest.approx(before.success_rate)
    [same] = [each for each in health if each["skill_name"] == STORIES.degrading]
    assert changed["change"] == same["trend"]


def test_what_to_do_next_is_the_beginning_of_recommend(run: Program) -> None:
    """The same first three, in the same words; each says the line that shows more."""
    told = run("summary", "--json").json["data"][0]["next"]
    ours = [row for row in run("recommend", "--json").json["data"] if row["origin"] == "skillhouse"]

    assert [each["statement"] for each in told] == [each["statement"] for each in ours[:3]]
    assert Counter(each["skill_name"] for each in told)[STORIES.degrading] == 1
    for each in told:
        words = each["evidence"].split()
        assert run(*words[1:]).code == 0


@pytest.mark.parametrize("columns", ["80", "200"])
def test_the_screen_fits_and_says_the_news(
    run: Program, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    done = run("summary")

    assert all(cells(line) <= int(columns) or is_command(line) for line in done.lines)
    assert len(done.lines) <= 40
    assert any(line.startswith("By week ") for line in done.lines)
    assert any(
        line.startswith(f"- {STORIES.degrading} got worse") or "What changed" in line
        for line in done.lines
    )
    assert "What to do next (all: skillhouse recommend)" in done.lines


def test_where_nothing_is_news_nothing_is_said_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A skill that always works, in one week: no weeks to compare, no change, nothing to do."""
    run = Program(tmp_path, capsys, monkeypatch)
    day = NOW.date() - timedelta(days=1)
    at = [f"{day}T09:{minute:02}:00+00:00" for minute in range(20)]
    write_skills(tmp_path / "p", {"invocations": [invocation("deploy", each) for each in at]})
    run("register-project", str(tmp_path / "p"))
    run("refresh")

    done = run("summary")
    told = run("summary", "--json").json["data"][0]

    assert done.lines[0] == "This week so far: 20 uses, 100.0% succeeded."
    assert done.lines[1] == "20 uses of 1 skill and 0 agents in 1 project"
    assert (told["changed"], told["next"]) == ([], [])
    for quiet in ("By week", "Changed", "What to do"):
        assert quiet not in done.out
