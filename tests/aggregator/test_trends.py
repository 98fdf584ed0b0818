"""``trends``: the planted story is found by name and nothing else, and its screens say so first."""

from __future__ import annotations

import shlex
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.parameters import PeriodGrain
from aggregator.refresh import refresh
from aggregator.reports.trends import trends
from cli import plot, sparkline
from cli.demo.fleet import STORIES
from cli.sparkline import ASCII_BARS, BARS
from command_line import Program, cells, start
from conftest import NOW, Fleet, invocation, write_skills
from fleets import at_each_moment, demo_fleet
from schema.warehouse import Warehouse


@at_each_moment
def test_the_degrading_skill_is_found_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, seed: int, now: datetime
) -> None:
    """By weeks and by months; days are too short for it, and say so instead of guessing."""
    grains: list[tuple[PeriodGrain, int]] = [("weekly", 12), ("monthly", 12), ("daily", 14)]
    news = {}
    with demo_fleet(tmp_path_factory, now, seed).refreshed.reading() as con:
        question = Question(ALL_TIME, scope(con), "all", now)
        for grain, periods in grains:
            found = trends(con, question, grain=grain, periods=periods)
            news[grain] = {
                (row.skill_name, verdict)
                for row in found.rows
                for verdict in (row.rate.verdict, row.pace.verdict)
                if verdict not in ("stable", "steady", "insufficient data")
            }
            assert len(found.rows) == found.names <= 20

    story = {(STORIES.degrading, "degrading")}
    assert news == {"weekly": story, "monthly": story, "daily": set()}


# ---------------------------------------------------------------- screens


def history(days: int = 120) -> list[dict[str, object]]:
    """One that breaks, one that heals, one that slows down, one that is rare; three times a day."""
    records = []
    for day in range(1, days):
        for hour in range(3):
            at = (NOW - timedelta(days=day, hours=hour)).isoformat()
            recent, turn = day < 40, day * 3 + hour
            breaks = turn % 2 == 0 if recent else turn % 20 == 0
            heals = turn % 20 == 0 if recent else turn % 2 == 0
            seconds = (5.0 if recent else 1.0) + (turn * 7 % 13) / 10
            records += [
                invocation("breaks", at, completed=not breaks),
                invocation("heals", at, completed=not heals),
                invocation("slows", at, duration_seconds=seconds),
            ]
    rare = invocation("rare", (NOW - timedelta(days=20)).isoformat())
    today = invocation("breaks", NOW.isoformat(), completed=False)
    odd = invocation("-odd $(name)", (NOW - timedelta(days=30)).isoformat())
    return [*records, rare, today, odd]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with that history."""
    root = tmp_path_factory.mktemp("history")
    fleet = Fleet(root, Warehouse(root / "w.duckdb", "UTC"))
    write_skills(fleet.project("app"), {"invocations": history(), "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    return fleet.warehouse.path


@pytest.fixture
def run(
    tmp_path: Path,
    collected: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    """The program on a copy of it."""
    program = Program(tmp_path, capsys, monkeypatch)
    program.warehouse.parent.mkdir()
    shutil.copyfile(collected, program.warehouse)
    return program


def test_the_first_lines_say_what_was_found(run: Program) -> None:
    """By name, before any number; each claim with its evidence and the command behind it."""
    lines = run("trends").lines

    assert lines[0] == (
        "1 of 5 got worse: breaks. 1 of 5 got better: heals. 1 unchanged, 2 without enough data."
        " 1 became slower: slows."
    )
    assert lines[1].startswith("- breaks: ")
    assert "`skillhouse effectiveness breaks --since 2026-08-24 --until 2026-11-15`" in lines[1]
    assert "95% interval" in lines[1]
    assert lines[3].startswith("- slows: became slower")
    assert [line.split()[0] for line in lines[6:11]] == ["breaks", "heals", "slows", "-odd", "rare"]
    assert lines[-2].endswith("without today. Shown: 12 full weeks (2026-W35 to 2026-W46).")


def test_each_claim_s_command_can_be_typed(run: Program) -> None:
    """A name that looks like an option, or like a substitution, is quoted for the shell."""
    data = run("trends", "--json").json["data"]

    for row in data:
        shown = run("--json", *shlex.split(row["evidence"])[1:])
        assert shown.code == 0
        assert shown.json["data"][0]["total_invocations"] == row["total_invocations"]


def test_the_open_period_is_marked_and_not_compared(run: Program) -> None:
    """It is the last of the periods, and in no sum."""
    row = run("trends", "breaks", "--grain", "daily", "--json").json["data"][0]
    table = run("trends", "breaks", "--grain", "daily").out

    assert [period["is_open"] for period in row["periods"]] == [False] * 12 + [True]
    assert row["periods"][-1]["total_invocations"] == 1
    assert row["total_invocations"] == sum(p["total_invocations"] for p in row["periods"][:-1])
    assert "2026-11-20 (so far)" in table
    assert row["success"]["last"]["known_outcomes"] == row["periods"][-2]["known_outcomes"]


def test_answers_are_the_same_while_marks_wait(run: Program) -> None:
    """Collected and not aggregated yet: from the rows."""
    stored = run("trends", "--json").json["data"]
    with Warehouse(run.warehouse).writing() as con:
        con.execute(
            "insert into dirty_buckets select project_id, kind, skill_name, day"
            " from skill_usage group by all"
        )
        con.execute("delete from skill_aggregates")

    assert run("trends", "--json").json["data"] == stored


def test_a_name_that_was_not_used_of_late_is_said(run: Program) -> None:
    """No trend, and no error; a name that nobody knows is wrong usage."""
    quiet = run("trends", "rare", "--grain", "daily", "--periods", "3")
    unknown = run("trends", "braeks")

    assert quiet.lines[0] == "No uses of rare since 2026-11-17."
    assert quiet.code == 0
    assert (unknown.code, unknown.out) == (2, "")
    assert "Did you mean breaks" in unknown.err


def test_one_name_has_its_plot_and_its_periods(run: Program) -> None:
    """The first line says what was found; dots and labels stand within the width."""
    done = run("trends", "breaks")

    assert done.lines[0] == "breaks (skill): worse"
    assert any("100% |" in line for line in done.lines)
    assert any("o" in line and "90% |" in line for line in done.lines)
    assert "\u2800" not in done.out
    assert sum(line.startswith("2026-W") for line in done.lines) == 13


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("line", [["trends"], ["trends", "slows"]], ids=" ".join)
def test_screens_keep_to_the_width(
    run: Program, monkeypatch: pytest.MonkeyPatch, width: int, line: list[str]
) -> None:
    """Down to 40 columns; below that a table may stick out, and nothing breaks."""
    monkeypatch.setenv("COLUMNS", str(width))

    done = run(*line)

    assert done.code == 0
    if width >= 80:
        assert max(map(cells, done.lines)) <= width


def test_an_output_without_bars_or_dots_gets_ascii(run: Program) -> None:
    """Heights in ASCII, no plot but a word about it, and nothing that had to be escaped."""
    env = {
        "SKILLHOUSE_WAREHOUSE": str(run.warehouse),
        "PYTHONIOENCODING": "ascii",
        "NO_COLOR": "1",
    }

    every, one = start("trends", env=env), start("trends", "breaks", env=env)

    for done in (every, one):
        assert done.code == 0
        assert done.out.isascii()
        assert "\\u" not in done.out
    assert "#" in every.out
    assert "(No plot: the output is not UTF-8.)" in one.out


def test_a_long_read_is_told(run: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr, before it; not to those who want it quiet."""
    import cli.commands.trends

    monkeypatch.setattr(cli.commands.trends, "LONG_READ", 1)

    loud, quiet = run("trends"), run("--quiet", "trends")

    assert loud.err.startswith("Comparing ")
    assert quiet.err == ""
    assert loud.out == quiet.out


def test_the_limit_hides_rows_and_no_news(run: Program) -> None:
    """The first line counts all names, shown or not; those not shown are counted below."""
    done = run("trends", "--limit", "1")

    assert done.lines[0].startswith("1 of 5 got worse: breaks. 1 of 5 got better. ")
    assert any(line == "4 more: --limit 5" for line in done.lines)


# ---------------------------------------------------------------- bars and dots


@pytest.fixture
def shows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparkline, "can_show", lambda text: True)
    monkeypatch.setattr(plot, "can_show", lambda text: True)


@pytest.mark.usefixtures("shows_all")
@pytest.mark.parametrize(
    ("values", "bounds", "wanted"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7], (None, None), BARS),
        ([0.0, 0.5, 1.0], (0, 1), "▁▅█"),
        ([None, 3, None], (0, 3), "·█·"),
        ([5, 5, 5], (None, None), "▅▅▅"),
        ([-1, 9], (0, 1), "▁█"),
        ([], (None, None), ""),
        ([None], (None, None), "·"),
    ],
    ids=["ramp", "rates", "gaps", "equal", "outside", "none", "nothing"],
)
def test_a_sparkline_is_as_high_as_its_values(
    values: list[float | None], bounds: tuple[float | None, float | None], wanted: str
) -> None:
    """A character each."""
    assert sparkline.sparkline(values, *bounds) == wanted


def test_without_bars_a_sparkline_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same heights in order, and a space for nothing."""
    monkeypatch.setattr(sparkline, "can_show", lambda text: False)

    assert sparkline.sparkline([*range(8), None]) == f"{ASCII_BARS} "
    assert ASCII_BARS.isascii()


@pytest.mark.usefixtures("shows_all")
def test_a_plot_fits_and_leaves_gaps() -> None:
    """At any width; nothing is drawn over periods of which nothing is known."""
    rates = [1.0, None, None, 0.5, 0.0]
    labels = [f"2026-W{week}" for week in range(10, 15)]

    for width in (34, 60, 80, 200):
        lines = plot.plot_of_rate(rates, labels, "week", width)
        assert lines
        assert max(map(len, lines)) <= width
    assert any(label in lines[-1] for label in labels)
    drawn = "".join(line.partition("|")[2] for line in lines[1:-2])
    assert drawn.count("o") == 3
    alone = plot.plot_of_rate([0.9, None, 0.1], labels, "week", 80)
    assert set("".join(line.partition("|")[2] for line in alone[1:-2])) == {" ", "o"}
    assert plot.plot_of_rate(rates, labels, "week", 20) == []
    assert plot.plot_of_rate([0.5, None], labels, "week", 80) == []


def test_a_query_without_a_plot_does_not_import_its_library(run: Program) -> None:
    """Nor does the list of all names."""
    sys.modules.pop("plotille", None)

    run("trends", "--json")
    run("trends")

    assert "plotille" not in sys.modules
