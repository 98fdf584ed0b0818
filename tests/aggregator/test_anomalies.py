"""``anomalies`` through files: each story found on its day with its projects, and nothing else."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import oracle
from aggregator.calendar import ALL_TIME, Span, span
from aggregator.measures import NOTHING_STORED, Question, scope
from aggregator.refresh import refresh
from aggregator.reports.anomalies import Anomalies, Anomaly, anomalies
from aggregator.reports.anomaly_parts import Parts
from cli.demo.fleet import PLANS, STORIES, spike_day
from command_line import Program, cells, faults
from conftest import NOW, Fleet, execution, invocation, write_executions, write_skills
from fleets import at_more_moments, demo_fleet
from schema.warehouse import Warehouse

pytestmark = pytest.mark.xdist_group("anomalies")

TODAY = NOW.date()
FIRST = TODAY - timedelta(days=150)
BUSY = (10, 12, 11, 11, 8, 0, 0)
"""Uses by weekday of each name in each project; nobody works at weekends."""

SLOW, SPIKE, DROP, COLLAPSE, STOP = (
    date(2026, 10, 29),
    date(2026, 11, 3),
    date(2026, 11, 10),
    date(2026, 11, 12),
    date(2026, 10, 26),
)
Uses = Callable[[str, str, date, int], tuple[int, float, float]]
"""Project, name, day and how many uses are usual; how many there are, which part of them succeeds,
and how many times longer they take."""


def stories(project: str, name: str, day: date, usual: int) -> tuple[int, float, float]:
    """One of each kind, and names with which nothing happens."""
    if (name, day, project) == ("lint", SPIKE, "beta"):
        return 90, 1.0, 1.0
    if (name, day) == ("deploy", DROP):
        return 0, 1.0, 1.0
    if (name, day, project) == ("review", COLLAPSE, "alpha"):
        return usual, 0.1, 1.0
    if (name, day, project) == ("search", SLOW, "alpha"):
        return 2 * usual, 0.9, 30.0
    if name == "draft" and day >= STOP:
        return 0, 1.0, 1.0
    if name == "lint" and day == TODAY:
        return 500, 1.0, 1.0
    return usual, 0.9, 1.0


NAMES = ("lint", "deploy", "review", "draft", "search", "format")


def live(fleet: Fleet, uses: Uses = stories, *, end: date = TODAY, seed: int = 1) -> None:
    """Two projects, five months of the names' days; ``uses`` says what happens."""
    rng = random.Random(seed)
    for project in ("alpha", "beta"):
        records = []
        for offset in range((end - FIRST).days + 1):
            day = FIRST + timedelta(days=offset)
            for name in NAMES:
                usual = BUSY[day.weekday()] + rng.choice((-2, -1, 0, 0, 1, 2))
                count, rate, times = uses(project, name, day, max(0, usual) * (day.weekday() < 5))
                failed = set(rng.sample(range(count), round(count * (1 - rate))))
                records += [
                    invocation(
                        name,
                        f"{day}T{9 + number % 9:02}:{number // 9 % 60:02}:00",
                        completed=number not in failed,
                        error_type="ToolError" if number in failed else None,
                        duration_seconds=times * rng.lognormvariate(3, 0.3),
                    )
                    for number in range(count)
                ]
        write_skills(fleet.project(project), {"invocations": records, "last_updated": ""})
    fleet.collect()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    root = tmp_path_factory.mktemp("lived")
    fleet = Fleet(root / "projects", Warehouse(root / "data" / "warehouse.duckdb", "UTC"))
    live(fleet)
    refresh(fleet.warehouse, now=NOW)
    return fleet


def ask(
    fleet: Fleet,
    *projects: str,
    name: str | None = None,
    now: datetime = NOW,
    over: Span | None = None,
    limit: int = 20,
    warehouse: Warehouse | None = None,
) -> Anomalies:
    over = over or span(TODAY - timedelta(days=30), TODAY - timedelta(days=1))
    with (warehouse or fleet.warehouse).reading() as con:
        question = Question(over, scope(con, projects), "all", now)
        return anomalies(con, question, name=name, limit=limit)


def told(found: Anomalies) -> list[tuple[str | None, str, str, date]]:
    return [(row.skill_name, row.measure, row.what, row.day) for row in found.rows]


def one(found: Anomalies, name: str) -> Anomaly:
    [row] = [row for row in found.rows if row.skill_name == name]
    return row


def test_every_story_is_found_on_its_day_and_nothing_else(lived: Fleet) -> None:
    """The newest first; the open day, with 500 uses already, is not judged."""
    assert told(ask(lived)) == [
        ("review", "success_rate", "drop", COLLAPSE),
        ("deploy", "uses", "drop", DROP),
        ("lint", "uses", "spike", SPIKE),
        ("search", "duration", "spike", SLOW),
        ("draft", "uses", "shift", STOP - timedelta(days=2)),
    ]


def test_numbers_are_those_of_the_files(lived: Fleet) -> None:
    """Value, n and each project's share, counted a second time in plain Python."""
    found = ask(lived)
    rows = [
        row
        for project in ("alpha", "beta")
        for row in oracle.read_project(lived.root / project, project, ZoneInfo("UTC"))
    ]

    def of(name: str, day: date, project: str | None = None) -> list[oracle.Row]:
        return [
            row
            for row in rows
            if row.name == name and row.invoked_at.date() == day and project in (None, row.project)
        ]

    lint, review, search = (one(found, name) for name in ("lint", "review", "search"))
    took = [row.duration_ms for row in of("search", SLOW) if row.duration_ms is not None]
    tuesdays = [len(of("lint", SPIKE - timedelta(weeks=week))) for week in range(1, 13)]
    good = [row for row in of("review", COLLAPSE) if row.outcome == "success"]

    assert lint.value == lint.n == len(of("lint", SPIKE))
    assert lint.expected == pytest.approx(sum(tuesdays) / 12, rel=0.06)
    assert lint.low <= min(tuesdays) <= max(tuesdays) <= lint.high < lint.value / 2
    assert review.n == len(of("review", COLLAPSE))
    assert review.value == len(good) / review.n
    assert review.expected == pytest.approx(0.9, abs=0.02)
    assert search.value == pytest.approx(oracle.quantile_cont(took, 0.5))
    assert search.n == len(took)
    assert search.expected == pytest.approx(1000 * math.exp(3), rel=0.05)
    assert [cause.project_name for cause in search.causes] == ["alpha"]
    [beta] = lint.causes
    assert (beta.project_name, beta.value) == ("beta", len(of("lint", SPIKE, "beta")))
    assert beta.expected == pytest.approx(lint.expected / 2, rel=0.1)
    assert beta.share > 0.9
    assert [cause.project_name for cause in review.causes] == ["alpha"]
    assert {cause.project_name for cause in one(found, "deploy").causes} == {"alpha", "beta"}


def test_the_answer_is_the_same_from_rows(tmp_path: Path, lived: Fleet) -> None:
    """While marks wait; and for both projects by name, whose medians no bucket holds."""
    fleet = Fleet(tmp_path / "projects", Warehouse(tmp_path / "w.duckdb", "UTC"))
    live(fleet)
    stored = ask(lived)

    waiting = ask(fleet)
    named = ask(lived, "alpha", "beta")

    assert numbers(waiting) == numbers(named) == numbers(stored)


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ("update skill_usage set source = source", {"skill": 1, "agent": 1}),
        ("update skill_usage set source = null where kind = 'agent'", {"skill": 1, "agent": 1}),
        # A source that ends: no day has two, but skills have.
        (
            "update skill_usage set source = 'skills_db'"
            " where kind = 'skill' and day < '2026-11-10'",
            {"skill": 2, "agent": 1},
        ),
        # Two on one day, which only the rows tell apart.
        (
            "update skill_usage set source = 'skills_db'"
            " where kind = 'skill' and session_id = 's-1'",
            {"skill": 2, "agent": 1},
        ),
    ],
    ids=["one source each", "one unknown", "one after another", "two on a day"],
)
def test_days_of_sources_are_the_same_from_statistics_and_rows(
    fleet: Fleet, change: str, kinds: dict[str, int]
) -> None:
    """Since any day, by project and source; and which sources each kind has."""
    days = [date(2026, 11, day) for day in (2, 3, 5, 9, 11, 12)]
    uses = [
        invocation("a", f"{day}T09:0{number}:00", session_id=f"s-{number}")
        for day in days
        for number in range(2)
    ]
    write_skills(fleet.project("app"), {"invocations": uses, "last_updated": ""})
    runs = [execution(f"{day}T10:00:00Z") for day in days[2:]]
    write_executions(fleet.project("agents"), "reviewer", runs)
    write_executions(fleet.root / "app", "reviewer", runs)
    fleet.collect()
    with fleet.warehouse.writing() as con:
        con.execute(change).fetchall()
    refresh(fleet.warehouse, now=NOW, full=True)

    with fleet.warehouse.reading() as con:
        stored = Question(ALL_TIME, scope(con), "all", NOW)
        begin = days[0] - timedelta(days=1)
        found = [
            [Parts(con, question, begin).days_since(day) for day in (begin, *days[:-1])]
            for question in (stored, replace(stored, watermark=NOTHING_STORED))
        ]
        [app] = [p.project_id for p in stored.scope.projects if p.name == "app"]

    assert found[0] == found[1]
    assert {kind: len(each) for kind, each in found[0][0].sources[app].items()} == kinds


def numbers(found: Anomalies) -> list[Any]:
    rows = [
        (
            (row.skill_name, row.measure, row.what, row.day, row.n),
            [round(each, 9) for each in (row.value, row.expected, row.low, row.high)],
            sorted((cause.project_name, round(cause.share, 9)) for cause in row.causes),
        )
        for row in found.rows
    ]
    return [rows, found.comparisons, found.judged, found.names]


def test_one_project_is_judged_by_its_own_days(lived: Fleet) -> None:
    """The spike is beta's, so alpha has none; and one name is judged alone, with fewer tries."""
    alpha, beta = ask(lived, "alpha"), ask(lived, "beta")
    lint = ask(lived, name="lint")

    assert "lint" not in {row.skill_name for row in alpha.rows}
    assert "review" not in {row.skill_name for row in beta.rows}
    assert one(beta, "lint").causes[0].share == 1
    assert told(lint) == [("lint", "uses", "spike", SPIKE)]
    assert lint.comparisons * len(NAMES) == ask(lived).comparisons


def test_only_days_that_are_over_and_collected_are_judged(lived: Fleet) -> None:
    """A pass at noon has not seen the whole day, whatever day it is when somebody asks."""
    weekend = ask(lived, now=NOW + timedelta(days=3), over=ALL_TIME)
    asked_for_today = ask(lived, over=Span(TODAY, None))

    assert weekend.span is not None
    assert weekend.span.until == TODAY - timedelta(days=1)
    assert (asked_for_today.span, asked_for_today.rows) == (None, [])


def test_a_limit_hides_rows_and_counts_them(lived: Fleet) -> None:
    """The newest are shown."""
    found = ask(lived, limit=1)

    assert told(found) == [("review", "success_rate", "drop", COLLAPSE)]
    assert found.found == 5


# ---------------------------------------------------------------- what is nobody's fault


def test_a_holiday_is_told_once(fleet: Fleet) -> None:
    """Everything was quiet: one row for all names, which none of them is blamed for."""
    holiday = date(2026, 11, 11)
    live(fleet, lambda project, name, day, usual: (0 if day == holiday else usual, 0.9, 1.0))

    found = ask(fleet)
    alone = ask(fleet, name="lint")

    assert told(found) == [(None, "uses", "drop", holiday)]
    assert found.rows[0].names == len(NAMES)
    assert found.rows[0].value == 0
    assert found.rows[0].expected == pytest.approx(2 * 11 * len(NAMES), rel=0.1)
    assert told(alone) == told(found)


def test_three_weeks_of_leave_are_told_once(fleet: Fleet) -> None:
    """From their first day on, as one shift, when work has begun again."""
    leave, back = date(2026, 10, 24), date(2026, 11, 16)
    live(fleet, lambda _, name, day, usual: (0 if leave <= day < back else usual, 0.9, 1.0))

    found = ask(fleet)

    assert [(row.skill_name, row.what) for row in found.rows] == [(None, "shift")]
    assert abs((found.rows[0].day - leave).days) <= 1


@pytest.mark.parametrize("project", ["beta", "both"])
def test_silence_is_no_anomaly(fleet: Fleet, project: str) -> None:
    """One project, or all, recorded nothing any more: what was done since is not known."""
    away = date(2026, 11, 2)

    def uses(where: str, name: str, day: date, usual: int) -> tuple[int, float, float]:
        return (0 if project in (where, "both") and day >= away else usual, 0.9, 1.0)

    live(fleet, uses)
    found = ask(fleet)

    assert found.rows == []
    assert bool(found.unobserved) is (project == "beta")


def test_a_project_that_was_not_collected_makes_no_drop(fleet: Fleet) -> None:
    """Its uses are missing, not gone; the answer says so."""
    away = date(2026, 11, 2)

    def uses(project: str, name: str, day: date, usual: int) -> tuple[int, float, float]:
        return (0 if project == "beta" and day >= away else usual, 0.9, 1.0)

    live(fleet, uses)
    known = ask(fleet)
    with fleet.warehouse.writing() as con:
        con.execute(
            "update projects set last_sync_at = timestamptz '2026-11-02 03:00:00+00'"
            " where project_name = 'beta'"
        )
    unknown = ask(fleet)

    assert known.rows == unknown.rows == []
    assert unknown.stale == ("beta",)
    assert unknown.untold == known.unobserved > 0


# ---------------------------------------------------------------- the command


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def at_home(run: Program, lived: Fleet, monkeypatch: pytest.MonkeyPatch) -> Program:
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(lived.warehouse.path))
    return run


def test_the_screen_begins_with_what_was_found(
    at_home: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In 80 columns as well; each row with value, range and projects; and what shows more."""
    wide = at_home("anomalies")
    monkeypatch.setenv("COLUMNS", "80")
    narrow = at_home("anomalies")
    nothing = at_home("anomalies", "format")

    assert wide.lines[0] == (
        "5 unusual days or shifts of 5 skills and agents; latest: review: 52.4% of 21 succeeded on"
        " 12 Nov (usually 90.3%)"
    )
    assert any(
        line.startswith("2026-11-03  lint    spike in uses") and line.endswith("beta 100%")
        for line in wide.lines
    )
    assert max(cells(line) for line in narrow.lines) <= 80
    assert nothing.lines[0] == "No unusual days for 1 skill or agent"
    command = "skillhouse effectiveness review --since 2026-11-12 --until 2026-11-12"
    assert f"Details of the first: `{command}`" in wide.lines


def test_json_holds_every_kind(at_home: Program) -> None:
    """By the schema, with projects and a command that runs."""
    done = at_home("anomalies", "--json")
    rows = {row["skill_name"]: row for row in done.json["data"]}
    words = rows["lint"]["evidence"].split()[1:]

    assert faults(done.json, "anomalies") == []
    assert [rows[n]["anomaly"] for n in ("lint", "deploy", "draft")] == ["spike", "drop", "shift"]
    assert rows["lint"]["projects"][0]["project_name"] == "beta"
    assert (rows["deploy"]["value"], rows["deploy"]["direction"]) == (0, "down")
    assert done.json["totals"]["judged_until"] == "2026-11-19"
    assert at_home(*words, "--json").json["totals"]["total_invocations"] == rows["lint"]["n"]


@pytest.mark.parametrize(
    ("options", "days"),
    [
        ([], ("2026-10-21", "2026-11-19")),
        (["--days", "7"], ("2026-11-13", "2026-11-19")),
        (["--since", "2026-11-01", "--until", "2026-11-20"], ("2026-11-01", "2026-11-19")),
        (["--until", "2026-11-05"], ("2026-06-23", "2026-11-05")),
    ],
    ids=["default", "days", "range", "until"],
)
def test_days_are_those_that_were_named(
    at_home: Program, options: list[str], days: tuple[str, str]
) -> None:
    """N complete days before today; never the open one."""
    totals = at_home("anomalies", *options, "--json").json["totals"]

    assert (totals["judged_since"], totals["judged_until"]) == days


def test_wrong_usage_is_a_sentence(at_home: Program) -> None:
    """An unknown name gets the nearest; two spans are one too many."""
    unknown = at_home("anomalies", "lintt")
    twice = at_home("anomalies", "--days", "3", "--since", "2026-11-01")

    assert (unknown.code, twice.code) == (2, 2)
    assert "Did you mean lint" in unknown.err
    assert "More than one span" in twice.err


def test_too_little_history_is_an_answer(run: Program, fleet: Fleet) -> None:
    """Three weeks of uses; and before anything was collected."""
    with fleet.warehouse.writing():
        pass  # an empty warehouse
    never = run("anomalies")
    app = run.folder("app")
    records = [invocation("new", f"2026-11-{day:02}T09:00:00") for day in range(1, 21)]
    write_skills(app, {"invocations": records, "last_updated": ""})
    run("register-project", str(app))
    registered = run("anomalies")
    run("refresh")
    young = run("anomalies")

    assert "No project is registered yet" in never.lines[0]
    assert "Nothing has been collected yet" in registered.lines[0]
    assert young.lines[0].startswith("Not enough history yet to tell what is unusual")
    assert [each.code for each in (never, registered, young)] == [0, 0, 0]


# ---------------------------------------------------------------- the demo's stories


@at_more_moments
def test_the_demo_shows_its_spike_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, seed: int, now: datetime
) -> None:
    """In the last month; over the half year before it, also that a skill was given up."""
    with demo_fleet(tmp_path_factory, now, seed).refreshed.reading() as con:
        question = Question(ALL_TIME, scope(con), "all", now)
        yesterday = now.date() - timedelta(days=1)
        month = anomalies(con, question.over(span(now.date() - timedelta(days=30), yesterday)))
        year = anomalies(con, question.over(span(now.date() - timedelta(days=250), yesterday)))

    spike = (STORIES.spike, "uses", "spike", spike_day(now))
    ended = now.date() - timedelta(days=STORIES.dormant_days)
    rest = [row for row in year.rows if row.skill_name not in (STORIES.spike, STORIES.degrading)]
    assert told(month) == [spike]
    assert month.rows[0].value >= 15
    assert 1 < len(month.rows[0].causes) <= len(PLANS)
    assert {(row.skill_name, row.what) for row in rest} <= {(STORIES.dormant, "shift")}
    assert all(abs((row.day - ended).days) <= 7 for row in rest)
