"""``verify`` finds what is wrong in a file, and nothing in one that is right."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from aggregator.refresh import refresh
from aggregator.retention import apply, store_raw_days
from aggregator.verify import Verdict, verify
from collector.projects.registry import find_project, purge, unregister
from command_line import House, Program
from conftest import NOW, Fleet, invocation, write_skills
from schema.compact import compact
from schema.interpretation import prepare_to_reread
from schema.statements import statement
from schema.warehouse import Warehouse

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three projects, two of them active, collected and aggregated."""
    path = tmp_path_factory.mktemp("house") / "warehouse.duckdb"
    House(tmp_path_factory).copy_to(path)
    return path


@pytest.fixture
def right(model: Path, tmp_path: Path) -> Warehouse:
    path = tmp_path / "data" / "warehouse.duckdb"
    path.parent.mkdir()
    shutil.copyfile(model, path)
    return Warehouse(path, "UTC")


def verdict(warehouse: Warehouse) -> Verdict:
    with warehouse.reading() as con:
        return verify(con)


def found(warehouse: Warehouse) -> set[str]:
    return {check.name for check in verdict(warehouse).checks if check.findings}


def test_a_right_file_keeps_every_promise(right: Warehouse) -> None:
    """All of it is read, nothing is found."""
    checked = verdict(right)

    assert checked.sentences == []
    assert checked.rows > 500
    assert len(checked.checks) == 11


def test_reread_times_are_compared_without_a_join(right: Warehouse) -> None:
    """Not row by row with the offsets of days, which takes forty times as long with many rows."""
    check = statement("aggregator/checks/local_times.sql")

    with right.reading() as con:
        prepare_to_reread(con)
        plan = con.execute(f"explain {check}", {"examples": 3}).fetchall()

    assert "BLOCKWISE_NL_JOIN" not in str(plan).upper().replace(" ", "_")


@pytest.mark.parametrize(
    ("wrong", "checks"),
    [
        (
            "update skill_aggregates set successes = successes - 1, failures = failures + 1"
            " where time_window = 'weekly' and project_id <> '*' and skill_name = 'deploy'",
            {"days_add_up", "projects_add_up", "recomputed"},
        ),
        (
            "update skill_aggregates set sessions = sessions + 1 where time_window = 'all'"
            " and project_id = '*' and skill_name = 'deploy'",
            {"projects_add_up", "recomputed"},
        ),
        (
            "update skill_aggregates set p95_duration_ms = 7 where time_window = 'daily'"
            " and project_id <> '*' and skill_name = 'code-review'",
            {"recomputed"},
        ),
        (
            "delete from skill_aggregates where time_window = 'monthly'",
            {"days_add_up", "paths_add_up", "recomputed"},
        ),
        ("delete from skill_breakdowns where dimension = 'path'", {"paths_add_up"}),
        ("delete from source_files where path like '%jsonl'", {"orphans"}),
        ("update rejected_records set source_file_id = 7", set()),
        (
            "insert into skill_usage select * from skill_usage where skill_name = 'reviewer'",
            {"counted_once", "ledger", "project_days", "recomputed"},
        ),
        ("update skill_usage set month = month + 31", {"days_of_rows", "recomputed"}),
        (
            "delete from skill_usage where skill_name = 'reviewer'",
            {"ledger", "project_days", "recomputed"},
        ),
        ("update project_days set sessions = sessions + 1", {"project_days"}),
        ("delete from recurring_sessions", {"project_days"}),
        (
            "insert into skill_aggregates select * from skill_aggregates"
            " where time_window = 'daily' and project_id = '*'",
            {"counted_once", "days_add_up"},
        ),
    ],
    ids=lambda value: " ".join(value.split()[:3]) if isinstance(value, str) else "",
)
def test_what_is_wrong_is_found(right: Warehouse, wrong: str, checks: set[str]) -> None:
    """Each fault by the checks it breaks, and by no other."""
    with right.writing() as con:
        con.execute(wrong).fetchall()

    assert found(right) == checks


@pytest.fixture
def thinned(right: Warehouse) -> Warehouse:
    """The same, with most rows in the archive."""
    with right.writing() as con:
        store_raw_days(con, 7)
    assert apply(right, now=NOW) > 50
    return right


def test_a_file_whose_rows_went_keeps_every_promise(thinned: Warehouse) -> None:
    """At once, of all projects or fewer, when all was computed anew, and written anew."""
    checked = [verdict(thinned)]
    with thinned.writing() as con:
        unregister(con, find_project(con, "beta"))
    checked.append(verdict(thinned))
    refresh(thinned, now=NOW, full=True)
    checked.append(verdict(thinned))
    compact(thinned)
    checked.append(verdict(thinned))
    with thinned.writing() as con:
        purge(con, find_project(con, "beta"))
    refresh(thinned, now=NOW)
    checked.append(verdict(thinned))

    assert [each.sentences for each in checked] == [[]] * 5


@pytest.mark.parametrize(
    ("wrong", "checks"),
    [
        (
            "update archived_days set successes = successes + 1",
            {"ledger", "project_days", "recomputed"},
        ),
        ("update archived_days set durations_ms = [7]", {"recomputed"}),
        (
            "update archived_days set first_used = first_used - interval 1 day",
            {"days_of_rows", "recomputed"},
        ),
        (
            "delete from archived_days where skill_name = 'reviewer'",
            {"ledger", "project_days", "recomputed"},
        ),
        ("update archived_projects set project_id = 'x' || project_id", {"orphans"}),
        (
            "update archived_days set project_id = 'x' where skill_name = 'reviewer'",
            {"ledger", "orphans", "project_days", "recomputed"},
        ),
    ],
)
def test_what_is_wrong_in_the_archive_is_found(
    thinned: Warehouse, wrong: str, checks: set[str]
) -> None:
    """Archived uses are held to what rows are held to."""
    with thinned.writing() as con:
        con.execute(wrong).fetchall()

    assert found(thinned) == checks


def test_stale_buckets_are_not_held_to_anything(right: Warehouse) -> None:
    """Between collect and aggregate the rollups may differ; the marks say where."""
    with right.writing() as con:
        con.execute("delete from skill_aggregates where skill_name = 'deploy'").fetchall()
        con.execute("delete from skill_breakdowns where skill_name = 'deploy'").fetchall()
        con.execute(
            "insert into dirty_buckets select distinct project_id, kind, skill_name, day"
            " from skill_usage where skill_name = 'deploy'"
        ).fetchall()

    assert found(right) == set()
    assert verdict(right).marked > 0


def test_nothing_is_found_whatever_was_done_to_the_registry(right: Warehouse) -> None:
    """Unregistered, purged, and both again after a refresh."""
    for leave in (unregister, purge):
        with right.writing() as con:
            leave(con, find_project(con, "beta"))
        assert found(right) == set()
        refresh(right, now=NOW)
        assert found(right) == set()


def test_rows_of_the_future_are_no_finding(fleet: Fleet) -> None:
    """They are kept out of the rollups until their time comes."""
    write_skills(
        fleet.project(), {"invocations": [invocation(), invocation(at="2027-08-03T09:00:00")]}
    )
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)

    assert found(fleet.warehouse) == set()


def test_the_command_ends_with_1_and_sentences(
    right: Warehouse,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each finding on stderr; a block that was changed on the disk is a sentence as well."""
    run = Program(tmp_path, capsys, monkeypatch)
    fine = run("verify")
    with right.writing() as con:
        con.execute("update skill_aggregates set failures = failures + 1").fetchall()

    wrong = run("verify")
    size = right.path.stat().st_size
    with open(right.path, "r+b") as file:
        for at in range(3 * 4096, size, 262_144):
            os.pwrite(file.fileno(), bytes(64), at + 100_000)
            os.pwrite(file.fileno(), b"\\xff" * 64, at + 1000)
    spoiled = run("verify")

    assert (fine.code, fine.err) == (0, "")
    assert wrong.code == 1
    assert "failures is " in wrong.err
    assert spoiled.code == 1
    assert "cannot be read" in spoiled.err
    assert "Traceback" not in spoiled.err
