"""``health``: its numbers are those of the records, and it names what is wrong and nothing else."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.outcomes import Outcomes
from aggregator.presence import Presence, new, unused
from aggregator.reports.health import Board, Dashboard, Detail, detail, health, top_performers
from cli.demo.fleet import STORIES
from command_line import Program, cells, is_command
from conftest import Fleet, execution, invocation, write_executions, write_skills
from fleets import DEMO, SEED, Demo, at_more_moments, demo_fleet
from oracle import Outcome, Row, local_day
from pauses import pauses_of
from schema.warehouse import Connection, Warehouse
from worlds import LATER, World, generated_world, in_state

DAY = timedelta(days=1)
OUTCOMES: tuple[Outcome, ...] = ("success", "failure", "abandoned", "unknown")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return generated_world(tmp_path_factory, "Asia/Kathmandu")


@pytest.fixture(scope="module")
def fleet_of_the_demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo_fleet(tmp_path_factory)


@pytest.fixture(scope="module")
def demo(fleet_of_the_demo: Demo) -> Warehouse:
    return fleet_of_the_demo.refreshed


@pytest.fixture
def program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def look(con: Connection, now: datetime, *projects: str, **options: int) -> Dashboard:
    return health(con, Question(ALL_TIME, scope(con, projects), "all", now), **options)


# ---------------------------------------------------------------- numbers, told a second time


def within(rows: Iterable[Row], today: date, last: int, first: int, zone: ZoneInfo) -> list[Row]:
    """The rows of the days from ``last`` to ``first`` days before ``today``."""
    days = (today - last * DAY, today - first * DAY)
    return [row for row in rows if days[0] <= local_day(row.invoked_at, zone) <= days[1]]


def counted(rows: list[Row]) -> tuple[int, ...]:
    outcomes = Counter(row.outcome for row in rows)
    return (len(rows), *(outcomes[each] for each in OUTCOMES))


def numbers(counts: Outcomes) -> tuple[int, ...]:
    return (
        counts.total_invocations,
        counts.successes,
        counts.failures,
        counts.abandoned,
        counts.unknown,
    )


def assert_board(board: Board, rows: list[Row], today: date, zone: ZoneInfo) -> None:
    whole = within(rows, today, 120, 1, zone)
    assert numbers(board.whole) == counted(whole)
    assert numbers(board.recent) == counted(within(rows, today, 30, 1, zone))
    assert numbers(board.week) == counted(within(rows, today, 7, 1, zone))
    assert numbers(board.change.before) == counted(within(rows, today, 120, 31, zone))
    errors = Counter(r.error_type for r in whole if r.outcome == "failure" and r.error_type)
    assert board.errors == sorted(errors.items(), key=lambda each: (-each[1], each[0]))
    known = sum(counted(whole)[1:4])
    assert (board.score is None) == (known < 10)
    if board.score is not None:
        recent = counted(within(rows, today, 30, 1, zone))
        rate = counted(whole)[1] / known
        late = recent[1] / sum(recent[1:4]) if sum(recent[1:4]) >= 10 else rate
        plain = 50 * rate + 30 * late + 20 * (1 - min(0.05 * len(errors), 0.25))
        assert float(board.score.points) == pytest.approx(plain)


@pytest.mark.parametrize("state", ["collected", "refreshed"])
@pytest.mark.parametrize("projects", [(), ("home",), ("home", "agents")], ids=" ".join)
def test_every_number_is_that_of_the_records(
    world: World, state: str, projects: tuple[str, ...]
) -> None:
    """Of every name and each of its projects, from rows and from rollups, in an odd zone."""
    today = local_day(LATER, world.zone)
    known = [row for row in world.asked(None, None, projects) if row.invoked_at <= LATER + DAY]

    with in_state(world, state) as con:
        question = Question(ALL_TIME, scope(con, projects), "all", LATER)
        found = health(con, question)
        names = {label.project_id: label.name for label in question.scope.projects}
        details: dict[tuple[str, str], Detail] = {
            (kind, name): detail(con, replace(question, kind=kind), found, name)
            for kind, name in {(row.kind, row.name) for row in known}
        }

    assert {(n.board.kind, n.board.skill_name) for n in found.names} == set(details)
    for each in found.names:
        rows = [r for r in known if (r.kind, r.name) == (each.board.kind, each.board.skill_name)]
        assert_board(each.board, rows, today, world.zone)
        days = {local_day(row.invoked_at, world.zone) for row in rows}
        assert each.presence == Presence(min(days), max(days), len(days), len(rows))
        lately = within(rows, today, 120, 1, world.zone)
        by_project = details[each.board.kind, each.board.skill_name].by_project
        assert {names[board.group] for board in by_project} == {row.project for row in lately}
        for board in by_project:
            there = [row for row in rows if row.project == names[board.group]]
            assert_board(board, there, today, world.zone)


# ---------------------------------------------------------------- the fleet's stories


@at_more_moments
def test_the_stories_are_found_by_name_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, seed: int, now: datetime
) -> None:
    """One gets worse, one fails in a project, one is unused, one has too little data; no other."""
    fleet = demo_fleet(tmp_path_factory, now, seed)

    with (fleet.refreshed if seed == SEED else fleet.collected).reading() as con:
        found = look(con, now)
        names = {label.project_id: label.name for label in scope(con).projects}

    by_name = {each.board.skill_name: each for each in found.names}
    worse = [n for n, each in by_name.items() if each.board.change.verdict == "degrading"]
    failing = {
        n: [names[project] for project in one.group.projects]
        for n, each in by_name.items()
        for one in each.verdict.sure
        if one.matter == "failing"
    }
    assert worse == [STORIES.degrading]
    assert failing == {STORIES.failing: [STORIES.failing_project]}
    assert {n for n, each in by_name.items() if each.needs_attention} == {*worse, *failing}
    assert [n for n, each in by_name.items() if each.unused] == [STORIES.dormant]
    assert [n for n, each in by_name.items() if each.new] == []
    unjudged = {n for n, each in by_name.items() if each.board.score is None}
    assert unjudged == {STORIES.rare, STORIES.dormant}
    assert {"improving"} & {each.board.change.verdict for each in found.names} == set()


# ---------------------------------------------------------------- rules


def day(back: int, hour: int = 9) -> str:
    return (datetime(2026, 11, 20, hour) - back * DAY).isoformat()  # noqa: DTZ001 # as written


def test_ten_known_outcomes_make_a_score_and_nine_do_not(fleet: Fleet) -> None:
    """Unknown ones and those of today do not count."""
    app = fleet.project()
    runs = [execution(day(back) + "Z", agent="ten") for back in range(1, 11)]
    runs += [execution(day(back) + "Z", agent="nine") for back in range(1, 10)]
    runs += [execution(day(3, 7) + "Z", agent="nine", success=None)]
    runs += [execution(day(0) + "Z", agent="nine")]
    write_executions(app, "all", runs)
    fleet.collect()

    with fleet.warehouse.reading() as con:
        found = look(con, DEMO)

    scores = {each.board.skill_name: each.board.score for each in found.names}
    assert scores["nine"] is None
    assert scores["ten"] is not None
    assert scores["ten"].value == 100


def test_a_name_low_everywhere_needs_attention_and_one_barely_below_good_does_not(
    fleet: Fleet,
) -> None:
    """20 of 60 is surely low; 39 of 60 may be chance."""
    app = fleet.project()
    records = [
        invocation(name, day(1 + number), completed=number % 60 < good, error_type="E")
        for name, good in (("low", 20), ("barely", 39))
        for number in range(60)
    ]
    # Failures stand after successes, so in the past; the recent month is the better one.
    write_skills(app, {"invocations": records})
    fleet.collect()

    with fleet.warehouse.reading() as con:
        found = {each.board.skill_name: each for each in look(con, DEMO).names}

    assert [e.matter for e in found["low"].verdict.findings if e.level] == ["low"]
    assert found["low"].needs_attention
    assert not found["barely"].verdict.needs_attention


def used(first: int, last: int, days: int, uses: int = 40) -> Presence:
    """From so many days ago to so many days ago."""
    today = DEMO.date()
    return Presence(today - first * DAY, today - last * DAY, days, uses)


@pytest.mark.parametrize(
    ("presence", "called"),
    [
        (used(300, 60, 100), True),
        (used(300, 59, 100), False),
        (used(300, 60, 4, 9), False),
        (used(300, 60, 9, 10), False),
        (used(300, 150, 9, 10), True),
        (used(300, 0, 100), False),
        (used(61, 60, 2), True),
        (used(60, 60, 1), False),
    ],
    ids=[
        "just long enough",
        "a day too short",
        "never in real use",
        "rare, and rests as it does",
        "rare, and rests for too long",
        "used today",
        "two days of bustle and nothing since",
        "one day only",
    ],
)
def test_unused_is_what_was_in_use_and_rests_longer_than_its_pace_lets_expect(
    presence: Presence, called: bool
) -> None:
    """Sixty days without a use are news of one that was used every third day."""
    found = {("skill", "it"): presence}

    assert bool(unused(found, pauses_of(found, DEMO.date(), 60))) is called


def test_new_is_what_began_lately_where_others_are_older() -> None:
    """Where everything began lately, nothing is new."""
    old, fresh = used(200, 1, 50), used(29, 1, 5)
    names = {("skill", "old"): old, ("skill", "fresh"): fresh}

    assert new(names, DEMO.date(), 30) == {("skill", "fresh")}
    assert new(names, DEMO.date(), 29) == set()
    assert new({("skill", "fresh"): fresh}, DEMO.date(), 30) == set()
    assert new({}, DEMO.date(), 30) == set()


def test_the_best_are_those_that_are_surely_good(demo: Warehouse) -> None:
    """By the lower bound of the rate, none that needs attention, and at most so many."""
    with demo.reading() as con:
        names = look(con, DEMO).names

    best = top_performers(names, 4)

    bounds = [(each.board.whole.success_interval or (0,))[0] for each in best]
    assert len(best) == 4
    assert bounds == sorted(bounds, reverse=True)
    assert {STORIES.degrading, STORIES.failing, STORIES.dormant} & {
        each.board.skill_name for each in top_performers(names, 99)
    } == set()


# ---------------------------------------------------------------- the command


@pytest.fixture
def asking(program: Program, demo: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program on the demo's warehouse, at its moment."""
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(demo.path))
    program.now = DEMO
    return program


def test_the_first_line_says_what_was_found(asking: Program) -> None:
    """The names that need attention and why, and the unused one."""
    done = asking("health")

    assert done.code == 0
    first = done.lines[0]
    assert first.startswith("2 of 19 skills and agents need attention: ")
    for words in (
        "test-runner got worse",
        "dependency-upgrade fails in payments-service",
        "1 is unused (api-design)",
    ):
        assert words in first
    assert "Not enough data: security-audit (2 of 10 outcomes)" in done.out
    assert "Today is excluded." in done.out


def test_every_statement_comes_with_a_command_that_shows_its_rows(asking: Program) -> None:
    """Each line runs, and its numbers are those that the statement gave."""
    rows = asking("health", "--json").json["data"]
    reasons = {row["skill_name"]: (row, reason) for row in rows for reason in row["attention"]}

    row, reason = reasons[STORIES.degrading]
    shown = asking(*shlex.split(reason["evidence"])[1:], "--json").json["data"][0]
    assert shown["total_invocations"] == row["trend"]["current"]["total_invocations"]
    assert shown["success_rate"] == row["trend"]["current"]["success_rate"]
    row, reason = reasons[STORIES.failing]
    there = [
        each
        for each in asking(*shlex.split(reason["evidence"])[1:], "--json").json["data"]
        if each["project_id"] == reason["project_id"]
    ]
    assert (
        f"{there[0]['success_rate']:.1%} of {there[0]['total_invocations']}" in reason["sentence"]
    )
    for row in rows:
        shown = asking(*shlex.split(row["evidence"])[1:], "--json").json
        assert shown["totals"]["total_invocations"] == row["total_invocations"]


def test_a_limit_leaves_the_most_urgent_and_says_how_many_more(asking: Program) -> None:
    """What needs attention comes first, by score, in JSON as on the screen; without: by name."""
    every = asking("health", "--json").json
    first = asking("health", "--json", "--limit", "1").json

    worst = min(
        (row for row in every["data"] if row["attention"]), key=lambda row: row["score"] or 101
    )
    assert first["data"] == [worst]
    assert (first["filters"]["limit"], every["filters"]["limit"]) == (1, None)
    assert first["totals"] == every["totals"]
    assert asking("health", "--json", "--all").json["data"] == every["data"]
    assert [row["skill_name"] for row in every["data"]] != [worst["skill_name"]]
    screen = asking("health", "--limit", "1")
    reasons = [line for line in screen.lines if "(score " in line]
    assert len(reasons) == 1
    assert reasons[0].startswith(worst["skill_name"])
    assert "1 more: --limit 0" in screen.lines
    assert "more: --limit" not in asking("health").out


def test_explain_derives_the_score_number_by_number(asking: Program) -> None:
    """The parts that are shown add up to the score that is shown, before it is cut."""
    told = asking("health", "test-runner", "--explain")
    row = asking("health", "test-runner", "--json").json["data"][0]

    parts = row["parts"]
    sum_line = next(line for line in told.lines if line.startswith("- Score: "))
    terms = [float(each) for each in sum_line.split(": ")[1].split(" = ")[0].split(" + ")]
    assert terms == pytest.approx(
        [parts[f"{part}_points"] for part in ("success", "recent", "error")], abs=0.005
    )
    assert int(sum(terms)) == row["score"]
    assert f"rounded down to {row['score']}: {row['band']}" in sum_line
    assert f"{row['successful_completions']} of {row['known_outcomes']}" in told.out
    assert [line[2:] for line in told.lines if line.startswith("- ")][:5] == row["explanation"]


def test_a_board_agrees_with_the_dashboard(asking: Program) -> None:
    """The same numbers, verdicts and reasons of a name, asked for alone or among all."""
    everything = {row["skill_name"]: row for row in asking("health", "--json").json["data"]}

    for name in (STORIES.degrading, STORIES.failing, STORIES.rare, "orchestrator"):
        alone = asking("health", name, "--json").json["data"][0]
        assert {**alone, "by_project": [], "by_type": [], "explanation": []} == everything[name]
        assert (
            sum(each["known_outcomes"] for each in alone["by_project"]) == (alone["known_outcomes"])
        )


def test_one_name_says_in_its_first_line_how_it_is(asking: Program) -> None:
    """Worse, failing somewhere, unused, too rare to judge, or fine."""
    first = {
        name: asking("health", name).lines[0]
        for name in (*vars(STORIES).values(), "ruff-check")
        if isinstance(name, str) and name.count("-") == 1 and name != STORIES.failing_project
    }

    assert first[STORIES.degrading] == "test-runner (skill) got worse"
    assert first[STORIES.failing] == "dependency-upgrade (skill) fails in payments-service"
    assert first[STORIES.dormant].startswith("api-design (skill) has been unused for 127 days")
    assert first[STORIES.rare] == "security-audit (skill) does not have enough data"
    assert first["ruff-check"] == "ruff-check (skill) is excellent (no clear change)"


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_it_fits_the_terminal(asking: Program, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    """No line of the dashboard or a board is wider."""
    monkeypatch.setenv("COLUMNS", width)

    for words in (["health"], ["health", STORIES.failing, "--explain"]):
        for line in asking(*words).lines:
            assert cells(line) <= int(width) or is_command(line) or " " not in line.strip()


def test_wrong_usage_is_a_sentence(asking: Program) -> None:
    """An unknown name with the nearest, and --explain without one."""
    unknown, nothing = asking("health", "code-reviw"), asking("health", "--explain")

    assert (unknown.out, unknown.code, nothing.out, nothing.code) == ("", 2, "", 2)
    assert "code-review" in unknown.err
    assert "skillhouse health NAME --explain" in nothing.err


def test_before_anything_is_there_it_says_what_to_do(program: Program) -> None:
    """Where nothing is registered, and with a project that was never collected."""
    empty = program.lay_empty()("health")
    app = program.folder("app")
    write_skills(app, {"invocations": [invocation()]})
    program("register-project", str(app))
    before = program("health")

    assert (empty.code, before.code) == (0, 0)
    assert "register-project" in empty.lines[0]
    assert "refresh" in before.lines[0]


def test_a_name_with_a_dash_a_space_and_a_quote_can_be_followed(
    program: Program, fleet: Fleet
) -> None:
    """Its evidence is quoted, and runs; where it is a skill and an agent, the kind is said."""
    odd = "-it's; odd"
    app = program.folder("app")
    records = [invocation(odd, f"2026-11-{1 + n % 19:02}T09:00:00") for n in range(40)]
    write_skills(app, {"invocations": [{**r, "completed": False} for r in records]})
    runs = [execution(f"2026-11-{1 + n:02}T09:00:00Z", agent=odd) for n in range(3)]
    write_executions(app, "odd", runs)
    program("register-project", str(app))
    program("refresh")

    rows = program("health", "--json").json["data"]

    assert [row["kind"] for row in rows] == ["agent", "skill"]
    assert [reason["reason"] for row in rows for reason in row["attention"]] == ["low"]
    for row in rows:
        shown = program("--json", *shlex.split(row["evidence"])[1:])
        assert shown.code == 0, shown.err
        assert shown.json["data"][0]["kind"] == row["kind"]
        assert shown.json["totals"]["total_invocations"] == row["total_invocations"]
