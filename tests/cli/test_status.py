"""``status``: how old the data is, and whether too old, for a person, a monitor and a prompt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.refresh import refresh
from collector.collect import collect
from collector.runs import record_failure
from command_line import Program, Ran, faults, start
from conftest import NOW, Fleet, invocation, lay_empty, write_skills
from holder import held_by_another
from schema.connection import transaction
from schema.schedule import Schedule, daily_at, every, store_schedule
from schema.warehouse import Warehouse

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def scheduled(warehouse: Warehouse, schedule: Schedule) -> Schedule:
    with warehouse.writing() as con, transaction(con):
        store_schedule(con, schedule)
    return schedule


def project(fleet: Fleet, name: str = "app", *more: object) -> Path:
    return write_skills(
        fleet.project(name), {"invocations": [invocation(), *more], "last_updated": ""}
    )


def said(run: Program) -> tuple[dict[str, object], Ran, str]:
    """The fields, the screen with its exit code, and the line, which agrees with the code."""
    answer, screen, line = run("status", "--json"), run("status"), run("status", "--line")
    assert faults(answer.json, "status") == []
    assert answer.code == screen.code == line.code
    problems = [each.removeprefix("Problem: ") for each in screen.err.splitlines()]
    # What is not observed is no problem: it stands on the screen.
    assert [each for each in answer.json["warnings"] if each not in screen.lines] == problems
    assert line.err == ""
    [text] = line.lines
    return answer.json["data"][0], screen, text


# ---------------------------------------------------------------- ages


@pytest.mark.parametrize(
    ("schedule", "after", "overdue"),
    [
        (every("6h"), 12 * HOUR, False),
        (every("6h"), 12 * HOUR + SECOND, True),
        (every("90m"), 3 * HOUR + SECOND, True),
        (daily_at("02:30"), 48 * HOUR, False),
        (daily_at("02:30"), 48 * HOUR + SECOND, True),
        (None, 9999 * HOUR, False),
        (every("6h"), -6 * HOUR, False),
        (every("6h"), -6 * HOUR - SECOND, True),
        (daily_at("02:30"), -365 * 24 * HOUR, True),
    ],
    ids=lambda value: "none" if value is None else str(value),
)
def test_data_older_than_two_intervals_ends_with_1(
    fleet: Fleet, run: Program, schedule: Schedule | None, after: timedelta, overdue: bool
) -> None:
    """To the second; never without a schedule; and a pass from the far future proves nothing."""
    project(fleet)
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    if schedule:
        scheduled(fleet.warehouse, schedule)
    run.now = NOW + after

    fields, screen, line = said(run)

    assert fields["overdue"] == overdue
    assert (screen.code, "overdue" in line) == (int(overdue), overdue)
    assert fields["age_s"] == after.total_seconds()
    assert fields["last_success_at"] == NOW.isoformat()
    assert fields["interval_s"] == (schedule and schedule.interval.total_seconds())
    if overdue:
        told = (
            "a date in the future" if after < timedelta(0) else "The data is from 2026-11-20 12:00"
        )
        assert told in screen.err


def test_only_a_pass_over_all_projects_makes_all_data_fresh(fleet: Fleet, run: Program) -> None:
    """One over a named project counts for that project's lag."""
    project(fleet, "a")
    project(fleet, "b")
    scheduled(fleet.warehouse, every("6h"))
    before = said(run)[0]
    fleet.collect()
    run.now = NOW + 13 * HOUR
    fleet.collect("b", now=run.now)

    fields, screen, _ = said(run)

    assert (before["overdue"], before["age_s"]) == (True, None)
    assert (fields["overdue"], fields["age_s"], screen.code) == (True, 13 * 3600, 1)
    projects = fields["projects"]
    assert isinstance(projects, list)
    assert [(p["project_name"], p["lag_s"]) for p in projects] == [("a", 13 * 3600.0), ("b", 0.0)]


def test_the_last_written_pass_is_the_last_one_whatever_the_clock_said(
    fleet: Fleet, run: Program
) -> None:
    """A clock that was a year ahead for a night does not make the data look fresh for a year."""
    project(fleet)
    scheduled(fleet.warehouse, daily_at("02:30"))
    fleet.collect(now=NOW + 365 * 24 * HOUR)
    ahead = said(run)[0]
    fleet.collect(now=NOW)
    run.now = NOW + HOUR

    fields, _, line = said(run)

    assert (ahead["overdue"], fields["overdue"], fields["age_s"]) == (True, False, 3600)
    assert line == "skillhouse: fine, 1 project, collected 1 hour ago, next 02:30"
    assert "collected 1 hour ago" in run("top-skills").out


# ---------------------------------------------------------------- the next run


@pytest.mark.parametrize(
    ("zone", "schedule", "now", "next_run"),
    [
        ("America/New_York", "02:30", "2026-03-07T12:00Z", "2026-03-08T03:00:00-04:00"),
        ("America/New_York", "01:30", "2026-11-01T04:00Z", "2026-11-01T01:30:00-04:00"),
        ("America/New_York", "01:30", "2026-11-01T06:00Z", "2026-11-02T01:30:00-05:00"),
        ("Australia/Lord_Howe", "02:10", "2026-10-03T12:00Z", "2026-10-04T02:30:00+11:00"),
        ("Asia/Kathmandu", "02:30", "2026-11-20T12:00Z", "2026-11-21T02:30:00+05:45"),
    ],
    ids=["gap", "repeated-first", "repeated-over", "half-hour-gap", "odd-offset"],
)
def test_the_next_run_is_on_the_clock_of_the_reporting_zone(
    run: Program, zone: str, schedule: str, now: str, next_run: str
) -> None:
    """On both days on which the clock changes as well."""
    scheduled(Warehouse(run.warehouse, zone), daily_at(schedule))
    run.now = datetime.fromisoformat(now)

    fields, screen, line = said(run)

    assert fields["next_run_at"] == next_run
    assert f"{next_run[:10]} {next_run[11:16]} {zone} (daily at {schedule})" in screen.out
    assert line == "skillhouse: no projects"


# ---------------------------------------------------------------- what went wrong last


def test_a_failure_is_told_until_a_pass_over_as_much_has_ended_well(
    fleet: Fleet, run: Program
) -> None:
    """Then it is history: still named, and no reason to end with 1."""
    project(fleet, "a")
    project(fleet, "b")
    fleet.collect()
    run.now = NOW + 2 * HOUR
    record_failure(
        fleet.warehouse, started_at=NOW + HOUR, trigger="schedule", error="No space is left."
    )
    broken = said(run)
    fleet.collect("a", now=run.now)
    half = said(run)
    collect(fleet.warehouse, now=run.now, trigger="retry")
    whole = said(run)

    assert [each[1].code for each in (broken, half, whole)] == [1, 1, 0]
    assert broken[0]["last_error"] == {
        "run_id": 2,
        "at": "2026-11-20T13:00:00+00:00",
        "trigger": "schedule",
        "outcome": "failed",
        "error": "No space is left.",
        "is_open": True,
    }
    assert (
        broken[1].err == "Problem: The refresh of 2026-11-20 13:00 (schedule, number 2) failed:"
        " No space is left.\n"
    )
    assert [each[2] for each in (broken, half, whole)] == [
        "skillhouse: failed, 2 projects, collected 2 hours ago",
        "skillhouse: failed, 2 projects, collected 2 hours ago",
        "skillhouse: fine, 2 projects, collected just now",
    ]
    assert (whole[0]["last_outcome"], whole[0]["last_trigger"]) == ("done", "retry")
    assert "Last error 1 hour ago (2026-11-20 13:00 UTC): No space is left." in whole[1].out


def test_a_failed_pass_over_a_named_project_is_over_with_the_next(
    fleet: Fleet, run: Program
) -> None:
    project(fleet)
    fleet.collect()
    record_failure(
        fleet.warehouse, started_at=NOW + SECOND, trigger="manual", error="It broke.", whole=False
    )
    before = said(run)[1].code
    fleet.collect("app", now=NOW + HOUR)

    assert (before, said(run)[1].code) == (1, 0)


# ---------------------------------------------------------------- sizes and rollups


def test_sizes_are_those_of_the_files_and_tables(fleet: Fleet, run: Program) -> None:
    """Rows as they are stored, bytes as the file system has them, links not followed."""
    project(fleet, "app", {"skill_name": "no time"})
    fleet.collect()
    folder = run.warehouse.parent
    (folder / "backups").mkdir()
    weekly = "warehouse-20261115T023000Z-weekly.duckdb"
    (folder / "backups" / weekly).write_bytes(b"x" * 1000)
    (folder / "backups" / weekly.replace("15T", "08T")).symlink_to(run.warehouse)
    (folder / "backups" / f".{weekly}.1234.unfinished").write_bytes(b"x" * 4)
    (folder / "backups" / "other-20261115T023000Z.duckdb").write_bytes(b"x" * 7)
    (folder / f"{run.warehouse.name}.before-0003").write_bytes(b"x" * 500)
    (folder / ".spill").mkdir(exist_ok=True)
    (folder / ".spill" / "left").write_bytes(b"x" * 70)
    (folder / "other.duckdb").write_bytes(b"x" * 9)
    stale = said(run)[0]
    refresh(fleet.warehouse, now=NOW - HOUR)
    # A second one finds nothing to do, and the rollups are as of then all the same.
    refresh(fleet.warehouse, now=NOW)

    fields, screen, _ = said(run)

    [(rollups,)] = fleet.query(
        "select (from (select count(*) from skill_aggregates))"
        " + (from (select count(*) from skill_breakdowns))"
    )
    assert fields["warehouse_bytes"] == run.warehouse.stat().st_size
    assert (fields["backup_bytes"], fields["temporary_bytes"]) == (1500, 74)
    assert (fields["rows"], fields["rejected_records"]) == (1, 1)
    assert (stale["rollup_rows"], fields["rollup_rows"]) == (0, rollups)
    assert (stale["stale_buckets"], stale["aggregates_refreshed_at"]) == (1, None)
    assert (fields["stale_buckets"], fields["aggregates_refreshed_at"]) == (0, NOW.isoformat())
    assert "1.5 kB backups" in screen.out


# ---------------------------------------------------------------- the line


@pytest.mark.parametrize(
    ("prepare", "line", "code"),
    [
        (lambda fleet: lay_empty(fleet.warehouse), "no projects", 0),
        (lambda fleet: project(fleet), "1 project, never collected", 0),
        (lambda fleet: (project(fleet), fleet.collect()), "fine, 1 project, collected just now", 0),
        (
            lambda fleet: (project(fleet, "app", 7, 8), fleet.collect()),
            "1 problem, 1 project, collected just now",
            1,
        ),
        (
            lambda fleet: (project(fleet), fleet.collect("app", now=NOW - 50 * HOUR)),
            "fine, 1 project, collected 2 days ago",
            0,
        ),
        (
            lambda fleet: (project(fleet), scheduled(fleet.warehouse, every("6h"))),
            "overdue, 1 project, never collected, next 18:00",
            1,
        ),
        (
            lambda fleet: (
                project(fleet),
                fleet.collect(now=NOW - HOUR),
                scheduled(fleet.warehouse, every("7d")),
            ),
            "fine, 1 project, collected 1 hour ago, next 2026-11-22 00:00",
            0,
        ),
    ],
    ids=["nothing", "registered", "fresh", "problems", "named-only", "overdue", "weekly"],
)
def test_the_line_is_short_and_says_the_worst_first(
    fleet: Fleet, run: Program, prepare: Callable[[Fleet], object], line: str, code: int
) -> None:
    prepare(fleet)

    done = run("status", "--line")

    assert (done.out, done.err, done.code) == (f"skillhouse: {line}\n", "", code)


def test_the_line_of_a_warehouse_that_cannot_be_read_is_a_line(fleet: Fleet, run: Program) -> None:
    """Held by another: exit code 75 without a wait. Damaged: 1. Nothing on stderr."""
    project(fleet)
    fleet.collect()

    with held_by_another(run.warehouse):
        busy = run("status", "--line")
    run.warehouse.write_bytes(b"no database" * 1000)
    damaged = run("status", "--line")
    both = run("status", "--line", "--json")

    assert (busy.out, busy.err, busy.code) == ("skillhouse: busy\n", "", 75)
    assert (damaged.out, damaged.err, damaged.code) == (
        "skillhouse: unusable, see skillhouse status\n",
        "",
        1,
    )
    assert (both.out, both.code) == ("", 2)


def test_the_line_is_plain_in_a_pipe(fleet: Fleet, run: Program) -> None:
    """As a process, where a prompt asks for colors of everybody."""
    project(fleet)
    fleet.collect(now=datetime.now(UTC))

    done = start(
        "status",
        "--line",
        env={"SKILLHOUSE_WAREHOUSE": str(run.warehouse), "FORCE_COLOR": "1", "LC_ALL": "C"},
    )

    assert (done.out, done.err, done.code) == (
        "skillhouse: fine, 1 project, collected just now\n",
        "",
        0,
    )
