"""``baseline``: a snapshot stays what it was, and says what changed since and nothing else."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.baselines.snapshots import Kept, baselines, find, kept, save
from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from aggregator.reports.baseline import Comparison, compare
from aggregator.retention import apply, store_raw_days
from aggregator.spans import Counts, Key
from aggregator.verify import verify
from cli.demo.fleet import STORIES
from collector.projects.registry import find_project, purge, unregister
from command_line import Program, cells
from conftest import Fleet, execution, invocation, write_executions, write_skills
from fleets import DEMO, at_more_moments, demo_fleet
from oracle import Row, in_range, local_day, measure
from schema.backups import backup
from schema.compact import compact
from schema.restore import restore
from schema.warehouse import Connection, Warehouse
from worlds import LATER, World, generated_world, in_state

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return generated_world(tmp_path_factory, "Australia/Sydney")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The demo's fleet with a snapshot of a hundred days before."""
    path = tmp_path_factory.mktemp("demo") / "warehouse.duckdb"
    warehouse = demo_fleet(tmp_path_factory).copied_to(path)
    with warehouse.writing() as con:
        save(con, asked(con, DEMO - 100 * DAY), "then")
    return warehouse


@pytest.fixture
def demo(model: Warehouse, tmp_path: Path) -> Warehouse:
    path = tmp_path / "data" / "warehouse.duckdb"
    path.parent.mkdir()
    shutil.copyfile(model.path, path)
    return Warehouse(path)


@pytest.fixture
def run(
    demo: Warehouse,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    """The program on a copy of that warehouse, at the demo's moment."""
    program = Program(tmp_path, capsys, monkeypatch)
    assert program.warehouse == demo.path
    program.now = DEMO
    return program


def asked(con: Connection, now: datetime, *projects: str) -> Question:
    return Question(ALL_TIME, scope(con, projects), "all", now)


def held(warehouse: Warehouse, name: str = "then") -> dict[Key, Kept]:
    with warehouse.reading() as con:
        return kept(con, find(con, name))


def compared(warehouse: Warehouse, now: datetime = DEMO, *projects: str) -> Comparison:
    with warehouse.reading() as con:
        return compare(con, asked(con, now, *projects), "then")


def findings(comparison: Comparison) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in comparison.rows:
        found.setdefault(row.finding, set()).add(row.skill_name)
    return found


# ---------------------------------------------------------------- what is kept


def plain(rows: list[Row], since: date, zone: ZoneInfo) -> Kept:
    m = measure(rows)
    durations = [row.duration_ms for row in rows if row.duration_ms is not None]
    days = {(local_day(row.invoked_at, zone) - since).days for row in rows}
    return Kept(
        Counts(
            m.successes,
            m.failures,
            m.abandoned,
            m.unknown,
            len(durations),
            sum(durations, Decimal(0)),
        ),
        sum(1 << 89 - day for day in days),
        m.p50_duration_ms,
    )


@pytest.mark.parametrize("state", ["collected", "refreshed"])
def test_a_snapshot_holds_what_the_records_of_its_days_say(
    world: World, state: str, tmp_path: Path
) -> None:
    """Counts, days of use and medians of each project and of all, from rows and from rollups."""
    path = tmp_path / "w.duckdb"
    with in_state(world, state):
        shutil.copyfile(world.warehouse.path.with_name(f"{state}.duckdb"), path)
    today = local_day(LATER, world.zone)

    with Warehouse(path).writing() as con:
        saved = save(con, asked(con, LATER), None)
        found = kept(con, saved)
        names = {label.project_id: label.name for label in scope(con).projects}

    rows = in_range(world.rows, today - 90 * DAY, today - DAY, world.zone)
    assert saved.name == today.isoformat()
    assert (saved.span.since, saved.span.until) == (today - 90 * DAY, today - DAY)
    assert (saved.timezone, set(saved.projects)) == (str(world.zone), set(names))
    assert saved.total_invocations == len(rows)
    expected: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        for group in ("*", row.project):
            expected.setdefault((group, row.kind, row.name), []).append(row)
    told = {(names.get(group, group), *rest): each for (group, *rest), each in found.items()}
    assert set(told) == set(expected)
    for key, each in told.items():
        wanted = plain(expected[key[0], key[1], key[2]], today - 90 * DAY, world.zone)
        assert replace(each, p50_duration_ms=None) == replace(wanted, p50_duration_ms=None)
        assert each.p50_duration_ms == pytest.approx(wanted.p50_duration_ms)


def test_a_snapshot_stays_what_it_was(demo: Warehouse, tmp_path: Path) -> None:
    """After its rows went, all was computed anew in another file, copied, and put back."""
    before = held(demo)
    with demo.writing() as con:
        store_raw_days(con, 7)
    assert apply(demo, now=DEMO) > 1000
    after = [held(demo)]
    refresh(demo, now=DEMO, full=True)
    compact(demo)
    after.append(held(demo))
    copy = backup(demo, tmp_path / "kept.duckdb", now=DEMO)
    with demo.writing() as con:
        con.execute("delete from baseline_counts").fetchall()
    restore(demo, copy.path, now=DEMO)
    after.append(held(demo))

    assert after == [before] * 3
    assert findings(compared(demo))["regression"] == {STORIES.degrading}


def test_late_records_of_its_days_do_not_change_it(fleet: Fleet) -> None:
    """What was not known when it was taken is not in it."""
    app = fleet.project()
    runs = [execution(f"2026-11-{n:02}T09:00:00Z") for n in range(1, 19)]
    write_executions(app, "reviewer", runs)
    fleet.collect()
    with fleet.warehouse.writing() as con:
        save(con, asked(con, DEMO), "then")
    before = held(fleet.warehouse)
    late = [execution("2026-11-18T10:00:00Z", success=False)]
    write_executions(app, "reviewer", [*runs, *late])
    fleet.collect()
    refresh(fleet.warehouse, now=DEMO)

    assert held(fleet.warehouse) == before


# ---------------------------------------------------------------- what changed


@at_more_moments
def test_the_stories_are_found_by_name_and_nothing_else(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, seed: int, now: datetime
) -> None:
    """Since a hundred days: one got worse, one is gone, nothing got better or is new."""
    fleet = demo_fleet(tmp_path_factory, now, seed)
    warehouse = fleet.copied_to(tmp_path / "w.duckdb", refreshed=seed == 7)
    with warehouse.writing() as con:
        save(con, asked(con, now - 130 * DAY), "then")

    found = findings(compared(warehouse, now))

    assert found.pop("regression") == {STORIES.degrading}
    assert found.pop("gone") == {STORIES.dormant}
    assert STORIES.rare in found.pop("insufficient data", {STORIES.rare})
    assert set(found) == {"stable"}


def test_rows_and_rollups_give_one_comparison(demo: Warehouse) -> None:
    """Also the medians, which are read from rows in either case."""
    with demo.reading() as con:
        question = asked(con, DEMO)
        stored = compare(con, question, "then", durations=True)
        rows = compare(con, replace(question, watermark=date.min), "then", durations=True)

    assert stored == rows
    assert any(row.p50_duration_ms is not None for row in stored.rows)


@pytest.mark.parametrize(
    ("passed", "since", "until"),
    [
        (1, None, None),
        (2, date(2026, 8, 12), date(2026, 8, 12)),
        (21, date(2026, 8, 12), date(2026, 8, 31)),
        (40, date(2026, 8, 21), date(2026, 9, 19)),
    ],
    ids=["a day later", "two days", "three weeks", "long after"],
)
def test_no_day_is_on_both_sides(
    demo: Warehouse, passed: int, since: date | None, until: date | None
) -> None:
    """Compared are the days since while there are fewer than thirty, then the last thirty."""
    taken = DEMO - 100 * DAY
    comparison = compared(demo, taken + (passed - 1) * DAY)

    span = comparison.now
    assert comparison.baseline.span.until == date(2026, 8, 11)
    assert (span and span.since, span and span.until) == (since, until)
    if span is None:
        assert {row.finding for row in comparison.rows} == {"insufficient data"}


def test_like_is_compared_with_like(demo: Warehouse, tmp_path: Path) -> None:
    """A project that came later, in which everything fails, is left out and said so."""
    before = findings(compared(demo))
    fleet = Fleet(tmp_path / "more", demo)
    bad = [
        invocation(name, f"2026-11-{1 + n % 19:02}T09:00:00", completed=False, error_type="E")
        for name in ("ruff-check", "brand-new")
        for n in range(60)
    ]
    write_skills(fleet.project("latecomer"), {"invocations": bad})
    fleet.collect("latecomer", now=DEMO)
    refresh(demo, now=DEMO)

    comparison = compared(demo)

    assert [project.name for project in comparison.added] == ["latecomer"]
    assert findings(comparison) == before


def test_a_name_is_new_only_when_it_was_never_there_before(fleet: Fleet) -> None:
    """One that rested during the snapshot's days is not new; it cannot be compared."""
    app = fleet.project()
    old = [invocation("rested", f"2026-01-{n:02}T09:00:00") for n in range(1, 20)]
    steady = [invocation("steady", f"2026-09-{n:02}T09:00:00") for n in range(1, 28)]
    now = [
        invocation(name, f"2026-11-{n:02}T09:00:00")
        for name in ("rested", "steady", "fresh")
        for n in range(1, 20)
    ]
    write_skills(app, {"invocations": [*old, *steady, *now]})
    fleet.collect()
    with fleet.warehouse.writing() as con:
        save(con, asked(con, datetime(2026, 10, 1, tzinfo=UTC)), "then")

    assert findings(compared(fleet.warehouse)) == {
        "new": {"fresh"},
        "stable": {"steady"},
        "insufficient data": {"rested"},
    }


def test_a_part_of_the_projects_can_be_compared(demo: Warehouse) -> None:
    """The counts of two projects are added; of all of them the stored median is known."""
    both = compared(demo, DEMO, "atlas-cli", "payments-service")
    one = [compared(demo, DEMO, name) for name in ("atlas-cli", "payments-service")]

    def uses(comparison: Comparison) -> int:
        return sum(row.before.counts.total_invocations for row in comparison.rows)

    assert uses(both) == sum(map(uses, one)) > 0
    assert {row.before.p50_duration_ms for row in both.rows if row.skill_name == "ruff-check"} == {
        None
    }
    assert None not in {r.before.p50_duration_ms for r in compared(demo).rows if r.kind == "agent"}


# ---------------------------------------------------------------- projects that go


def test_a_purge_takes_the_projects_part_out(demo: Warehouse) -> None:
    """Nothing of it is left, the rest adds up and can still be compared."""
    before = held(demo)
    with demo.writing() as con:
        gone = find_project(con, STORIES.failing_project)
        purge(con, gone)
    refresh(demo, now=DEMO)

    after = held(demo)

    with demo.reading() as con:
        [baseline] = baselines(con)
        assert verify(con).sentences == []
    assert gone.project_id not in baseline.projects
    assert after == {
        key: each
        for key, each in before.items()
        if key[0] != gone.project_id
        and not (key[0] == "*" and (gone.project_id, *key[1:]) in before)
    }
    assert findings(compared(demo))["gone"] == {STORIES.dormant}


def test_an_unregistered_project_leaves_both_sides(demo: Warehouse) -> None:
    """Its counts are kept, and compared only when it is asked for."""
    whole = compared(demo)
    with demo.writing() as con:
        unregister(con, find_project(con, "storefront-web"))
    refresh(demo, now=DEMO)

    part = compared(demo)

    assert len(part.projects) == len(whole.projects) - 1
    assert sum(row.before.counts.known for row in part.rows) < sum(
        row.before.counts.known for row in whole.rows
    )
    assert "improvement" not in findings(part)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        ("update baseline_counts set successes = successes + 1 where project_id = '*'", 1),
        ("delete from baseline_counts where project_id <> '*'", 1),
        ("update baseline_counts set project_id = 'x' where project_id <> '*'", 1),
        ("delete from baselines", 1),
    ],
    ids=["a sum", "its parts", "a project", "the snapshot"],
)
def test_verify_finds_what_is_wrong_in_a_snapshot(demo: Warehouse, wrong: str, check: int) -> None:
    """Sums that do not add up, projects and snapshots that are not there."""
    with demo.writing() as con:
        con.execute(wrong).fetchall()

    with demo.reading() as con:
        found = {each.name for each in verify(con).checks if each.findings}

    assert len(found) == check
    assert found <= {"orphans", "baselines_add_up"}


# ---------------------------------------------------------------- the commands


def test_a_snapshot_is_called_after_the_day_and_never_overwritten(run: Program) -> None:
    """A second one of the day needs a name; no name is no name either."""
    first, again = run("baseline", "save"), run("baseline", "save")
    named, empty = run("baseline", "save", "v1.2 before"), run("baseline", "save", " ")
    long = run("baseline", "save", "x" * 101)
    listed = run("baseline", "list", "--json").json

    assert first.lines[0].startswith("Saved baseline 2026-11-20: 18 skills and agents")
    assert (again.out, again.code) == ("", 2)
    assert "not overwritten" in again.err
    assert (named.code, empty.code, long.code) == (0, 2, 2)
    assert [each["baseline"] for each in listed["data"]] == ["2026-11-20", "v1.2 before", "then"]


def test_comparing_says_first_what_was_found_and_shows_the_rows(run: Program) -> None:
    """By default with the newest; every row's command runs and has its numbers."""
    done = run("baseline", "compare")
    answer = run("baseline", "compare", "--json").json

    assert done.code == 0
    assert done.lines[0].startswith(
        "Since baseline then: 1 got worse (test-runner), 1 is gone (api-design);"
    )
    assert "the last 30 days" in done.out
    assert answer["totals"]["regression"] == answer["totals"]["gone"] == 1
    assert answer["data"][0]["skill_name"] == STORIES.degrading
    for row in answer["data"]:
        shown = run("--json", *shlex.split(row["evidence"])[1:]).json["totals"]
        assert shown["total_invocations"] == (row["uses_now"] or row["uses_before"])


def test_showing_it_lists_what_it_holds(run: Program) -> None:
    """By name, the most used first, and each project in JSON."""
    done = run("baseline", "show", "then")
    answer = run("baseline", "show", "--json").json

    assert done.lines[0].startswith("Baseline then: 1")
    for row in answer["data"]:
        assert (
            sum(part["total_invocations"] for part in row["by_project"])
            == (row["total_invocations"])
        )
    assert answer["totals"]["total_invocations"] == sum(
        row["total_invocations"] for row in answer["data"]
    )


def test_deleting_asks_and_takes_all_of_it(run: Program, demo: Warehouse) -> None:
    """Where nobody can be asked it needs --yes; what is not there is said with the nearest."""
    refused = run("baseline", "delete", "then")
    unknown = run("baseline", "delete", "them", "--yes")
    done = run("baseline", "delete", "then", "--yes")
    after = run("baseline", "compare")

    assert [(each.out, each.code) for each in (refused, unknown, after)] == [("", 2)] * 3
    assert "--yes" in refused.err
    assert "Did you mean then?" in unknown.err
    assert done.out == "Deleted baseline then.\n"
    assert "skillhouse baseline save" in after.err
    with demo.reading() as con:
        assert con.execute("select count(*) from baseline_counts").fetchall() == [(0,)]


def test_a_change_of_the_zone_is_said(run: Program) -> None:
    """The snapshot keeps the days it was cut in."""
    run("aggregate", "--timezone", "Asia/Tokyo")

    done = run("baseline", "compare", "--json").json

    assert done["totals"]["baseline"]["timezone"] == "UTC"
    assert any("reporting zone UTC" in warning for warning in done["warnings"])


def test_a_project_it_does_not_know_cannot_be_compared(run: Program) -> None:
    """A sentence with what to do."""
    app = run.folder("fresh-app")
    write_skills(app, {"invocations": [invocation()]})
    run("register-project", str(app))

    done = run("baseline", "compare", "--project", "fresh-app")

    assert (done.out, done.code) == ("", 2)
    assert "fresh-app" in done.err
    assert "baseline save" in done.err


@pytest.mark.parametrize("width", ["60", "80", "200"])
@pytest.mark.parametrize("words", ["list", "show", "compare", "compare --durations"])
def test_it_fits_the_terminal(
    run: Program, monkeypatch: pytest.MonkeyPatch, width: str, words: str
) -> None:
    """No line is wider, whatever the name."""
    run("baseline", "save", "a name\x1b[31m that is rather long for a baseline " * 2)
    monkeypatch.setenv("COLUMNS", width)

    done = run("baseline", *words.split())

    assert done.code == 0
    assert "\x1b" not in done.out
    assert [line for line in done.lines if cells(line) > int(width)] == []


def test_nothing_is_saved_where_nothing_was_collected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is made for it, and no empty snapshot."""
    program = Program(tmp_path, capsys, monkeypatch)
    without = program("baseline", "save")
    made = program.warehouse.exists()
    program("register-project", str(program.folder("app")))
    empty = program("baseline", "save")
    listed = program("baseline", "list")

    assert [(each.out, each.code) for each in (without, empty)] == [("", 1), ("", 2)]
    assert not made
    assert "nothing to save" in empty.err
    assert (listed.code, listed.lines[0][:10]) == (0, "No baseline"[:10])
