"""The ledger of passes: what each did, and those that failed or were killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

import collector.merge
import schema.upgrade
from aggregator.reports.runs import runs
from collector import batch
from collector.collect import collect
from collector.runs import Trigger, record_failure
from command_line import TOP, Program, faults
from conftest import NOW, Fleet, execution, invocation, write_executions, write_skills
from holder import held_by_another
from schema.connection import transaction
from schema.errors import UnknownName, WarehouseBusy
from schema.schedule import every, store_schedule
from schema.upgrade import MIGRATIONS
from schema.warehouse import Warehouse

HOUR = timedelta(hours=1)
LEDGER = "select collect_run_id, trigger, outcome, error, whole from collect_runs order by 1"


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def furnished(fleet: Fleet, *names: str) -> None:
    """Projects with three records that are taken, one refused and one of another kind."""
    for name in names:
        folder = fleet.project(name)
        records = [invocation(), invocation("plan", completed=False), {"skill_name": "no time"}]
        write_skills(folder, {"invocations": records, "last_updated": ""})
        write_executions(folder, "reviewer", [execution(), {"event": "started"}])


# ---------------------------------------------------------------- what a pass did


def test_a_pass_stands_in_the_ledger_with_what_it_did(fleet: Fleet, run: Program) -> None:
    """Per project and in all, equal to the rows, the refusals and the files themselves."""
    furnished(fleet, "a", "b")
    fleet.collect()
    ended = [invocation(), invocation("plan", completed=True), invocation("new")]
    write_skills(fleet.root / "a", {"invocations": ended, "last_updated": ""})
    collect(fleet.warehouse, ["a"], now=NOW + HOUR, trigger="retry")

    first, second = (run("runs", number, "--json").json["data"][0] for number in "12")

    by_run = fleet.query(
        "select p.project_name, count(*) filter (where collect_run_id = 1),"
        " count(*) filter (where collect_run_id = 2)"
        " from skill_usage join projects p using (project_id) group by 1 order by 1"
    )
    refused = fleet.query("select count(*) from rejected_records where rejected_at >= '2026-11-20'")
    assert [(p["project_name"], p["inserted"]) for p in first["by_project"]] == [("a", 3), ("b", 3)]
    assert by_run == [("a", 2, 2), ("b", 3, 0)]  # Run 2 rewrote one of a's rows and added one.
    [a] = second["by_project"]
    assert (a["inserted"], a["updated"], a["unchanged"]) == (1, 1, 1)
    assert (first["rejected"], first["ignored"], first["files"]) == (2, 2, 4)
    assert refused == [(1,)]  # The records that a's file no longer holds are not counted again.
    for each in (first, second):
        assert each["records_read"] == sum(
            each[name] for name in ("inserted", "updated", "unchanged", "rejected", "ignored")
        )
    assert (first["trigger"], first["outcome"], first["all_projects"]) == (
        "manual",
        "problems",
        True,
    )
    assert (second["trigger"], second["outcome"], second["all_projects"]) == (
        "retry",
        "done",
        False,
    )
    assert "rejected" in first["by_project"][0]["problems"][0]


def test_the_end_of_a_pass_is_on_the_clock_it_began_by(fleet: Fleet) -> None:
    """A clock that jumps meanwhile, or is given, makes no pass of hours or of less than nothing."""
    furnished(fleet, "a")

    fleet.collect(now=NOW - 400 * 24 * HOUR)
    fleet.collect(now=NOW + 400 * 24 * HOUR)

    took = "select ended_at - started_at between interval 0 hour and interval 1 hour"
    assert fleet.query(f"{took} from collect_runs") == [(True,)] * 2


@pytest.mark.parametrize("trigger", get_args(Trigger))
def test_the_ledger_says_what_began_a_pass(fleet: Fleet, trigger: Trigger, run: Program) -> None:
    furnished(fleet, "a")

    collect(fleet.warehouse, now=NOW, trigger=trigger)

    assert [row["trigger"] for row in run("runs", "--json").json["data"]] == [trigger]


def test_the_list_goes_back_as_far_as_asked(fleet: Fleet, run: Program) -> None:
    """The last written first, of one project with its part alone, or only those that failed."""
    furnished(fleet, "a", "b")
    for number, names in enumerate(((), ("a",), (), ("b",))):
        fleet.collect(*names, now=NOW - number * HOUR, full=True)

    def listed(*options: str) -> tuple[list[tuple[int, int, int]], int]:
        done = run("runs", *options, "--json")
        assert (done.code, faults(done.json, "runs")) == (0, [])
        rows = done.json["data"]
        assert all(row["by_project"] is None for row in rows)
        shown = [(row["run_id"], row["projects"], row["records_read"]) for row in rows]
        return shown, done.json["totals"]["runs"]

    assert run("runs", "--failed").out == "No refresh failed or was interrupted.\n"
    record_failure(fleet.warehouse, started_at=NOW, trigger="schedule", error="No space is left.")

    assert listed() == ([(5, 0, 0), (4, 1, 5), (3, 2, 10), (2, 1, 5), (1, 2, 10)], 5)
    assert listed("--limit", "1") == ([(5, 0, 0)], 5)
    assert listed("--limit", "9" * 20) == listed()
    assert listed("--failed") == ([(5, 0, 0)], 1)
    assert listed("--project", "a") == ([(3, 1, 5), (2, 1, 5), (1, 1, 5)], 3)
    assert listed("--project", "b", "--limit", "1") == ([(4, 1, 5)], 3)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["runs", "99"], "There is no refresh 99."),
        (["runs", "0"], "There is no refresh 0."),
        (["runs", "9" * 20], "There is no refresh 9"),
        (["runs", "1", "--failed"], "cannot be combined with the number"),
        (["runs", "--project", "nobody"], "nobody"),
        (["runs", "--limit", "-1"], "--limit"),
        (["runs", "last"], "last"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_request_is_wrong_usage(
    fleet: Fleet, run: Program, line: list[str], told: str
) -> None:
    furnished(fleet, "a")
    fleet.collect()

    done = run(*line)

    assert (done.out, done.code) == ("", 2)
    assert told in done.err


def test_a_person_sees_the_same(fleet: Fleet, run: Program) -> None:
    """The list with the error of what failed; a pass with its projects and their problems."""
    furnished(fleet, "a", "b")
    fleet.collect()
    record_failure(
        fleet.warehouse, started_at=NOW + HOUR, trigger="catch-up", error="No space is left."
    )

    listed, one, failed = run("runs"), run("runs", "1"), run("runs", "2")

    assert [each.code for each in (listed, one, failed)] == [0, 0, 0]
    assert listed.lines[1].split()[:4] == ["2", "2026-11-20", "13:00", "catch-up"]
    assert "2: No space is left." in listed.lines
    assert "2 of 2 refreshes" in listed.out
    assert one.lines[0] == "Refresh 1: problems"
    assert "Problem: a: .session-buddy/skill_metrics.json" in one.out
    assert "Error: No space is left." in failed.lines


# ---------------------------------------------------------------- passes that fail


def test_a_fault_of_ours_is_in_the_ledger_without_any_data(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it happened, and nothing of what it happened on; the next pass makes it good."""
    furnished(fleet, "a")

    def fail(*_: object) -> None:
        raise RuntimeError("my-secret-skill")

    with monkeypatch.context() as broken:
        broken.setattr(collector.merge, "_count_changes", fail)
        with pytest.raises(RuntimeError):
            collect(fleet.warehouse, now=NOW, trigger="schedule")
    fleet.collect(now=NOW + HOUR)

    [(number, trigger, outcome, error, whole), second] = fleet.query(LEDGER)
    assert (number, trigger, outcome, whole) == (1, "schedule", "failed", True)
    assert str(error).startswith("Internal error (RuntimeError, test_runs.py:")
    assert second == (2, "manual", "problems", None, True)
    assert fleet.query("select count(*) from skill_usage") == [(3,)]


def test_a_failure_that_cannot_be_written_is_handed_in_later(fleet: Fleet) -> None:
    """While another holds the file it is not written; afterwards it is, and only once."""
    furnished(fleet, "a")
    fleet.collect()
    hasty = replace(fleet.warehouse, read_wait_s=0.1, write_wait_s=0.1)
    began = NOW + HOUR

    with held_by_another(fleet.warehouse.path) as pid:
        with pytest.raises(WarehouseBusy) as busy:
            collect(hasty, now=began, trigger="schedule")
        refused = record_failure(hasty, started_at=began, trigger="schedule", error=busy.value)
    before = fleet.query(LEDGER)
    handed_in = [
        record_failure(fleet.warehouse, started_at=began, trigger="schedule", error=busy.value)
        for _ in range(2)
    ]

    assert (refused, handed_in, len(before)) == (False, [True, True], 1)
    [_, (number, trigger, outcome, error, _)] = fleet.query(LEDGER)
    assert (number, trigger, outcome) == (2, "schedule", "failed")
    assert f"in use by process {pid}" in str(error)


def test_a_wrong_request_and_a_missing_warehouse_leave_no_failure(
    fleet: Fleet, tmp_path: Path
) -> None:
    """A name that nobody has began no pass; and no file is made to write a failure into."""
    furnished(fleet, "a")
    nowhere = Warehouse(tmp_path / "gone" / "w.duckdb")

    with pytest.raises(UnknownName):
        fleet.collect("nobody")

    assert fleet.query(LEDGER) == []
    assert not record_failure(nowhere, started_at=NOW, trigger="manual", error="It is gone.")
    assert not nowhere.path.parent.exists()


def test_rollups_that_fail_are_the_failure_of_their_pass(
    fleet: Fleet, run: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``refresh`` is one pass: it failed, and what it had collected is still said."""
    furnished(fleet, "a")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    with monkeypatch.context() as broken:
        broken.setattr("aggregator.refresh._refresh_stale", fail)
        failed = run("refresh")
    row = run("runs", "--failed", "--json").json["data"][0]

    assert failed.code == 70
    assert (row["run_id"], row["outcome"], row["inserted"]) == (1, "failed", 3)
    assert row["error"].startswith("Internal error (RuntimeError")
    assert run("top-skills", "--json").json["totals"]["total_invocations"] == 3


def test_a_pass_that_fails_after_a_part_was_stored_is_one_pass(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, run: Program
) -> None:
    """Its row says so, with the projects whose rows are there."""
    furnished(fleet, "a", "b", "c")
    monkeypatch.setattr(batch, "HELD_ROWS", 1)

    def stop(done: int, _: int) -> None:
        if done == 2:
            raise OSError("it broke")

    with pytest.raises(OSError, match="broke"):
        collect(fleet.warehouse, now=NOW, progress=stop)
    [row] = run("runs", "1", "--json").json["data"]

    stored = fleet.query("select count(*) from skill_usage where collect_run_id = 1")
    assert (row["outcome"], row["projects"], row["inserted"]) == ("failed", 2, 6)
    assert stored == [(6,)]


# ---------------------------------------------------------------- passes that were killed

_WAITING_PASS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from collector import batch
from collector.collect import collect
from schema.warehouse import Warehouse
batch.HELD_ROWS = 1
def wait(done, total):
    if done == 2:
        print("stored", flush=True)
        input()
moment = datetime.fromisoformat(sys.argv[2])
collect(Warehouse(Path(sys.argv[1])), now=moment, trigger="schedule", progress=wait)
"""


def test_a_killed_pass_is_told_as_interrupted(fleet: Fleet, run: Program) -> None:
    """Running while its process lives, interrupted once it is gone, and history after the next."""
    furnished(fleet, "a", "b", "c")
    with fleet.warehouse.writing() as con:
        store_schedule(con, every("6h"))

    def told() -> tuple[str, int, object]:
        status = run("status", "--json")
        [row] = run("runs", "1", "--json").json["data"]
        assert faults(status.json, "status") == []
        error = status.json["data"][0]["last_error"]
        return row["outcome"], status.code, error and error["is_open"]

    with subprocess.Popen(
        [sys.executable, "-c", _WAITING_PASS, str(fleet.warehouse.path), NOW.isoformat()],
        cwd=TOP,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as passing:
        assert passing.stdout is not None
        assert passing.stdout.readline() == "stored\n"
        alive = told()
        passing.send_signal(signal.SIGKILL)
    killed = told()
    line = run("status", "--line")
    run.now = NOW + HOUR
    fleet.collect(now=run.now)
    after = told()

    assert alive == ("running", 0, None)
    assert killed == ("interrupted", 1, True)
    assert (line.out, line.code) == (
        "skillhouse: interrupted, overdue, 3 projects, never collected, next 18:00\n",
        1,
    )
    assert after == ("interrupted", 1, False)  # 1 for the refused records, as ever.
    assert [row["run_id"] for row in run("runs", "--failed", "--json").json["data"]] == [1]
    assert fleet.query("select count(*) from skill_usage") == [(9,)]


@pytest.mark.parametrize(
    ("process_id", "seen", "later", "outcome"),
    [
        (os.getpid(), NOW, None, "running"),
        (os.getpid(), NOW - 59 * HOUR / 60, None, "running"),
        (os.getpid(), NOW - 61 * HOUR / 60, None, "interrupted"),
        (os.getpid(), NOW, os.getpid(), "interrupted"),
        (os.getpid(), NOW, 1, "running"),
        (os.getpid(), NOW + HOUR, None, "running"),
        (None, NOW, None, "interrupted"),
    ],
    ids=["alive", "quiet", "silent", "followed", "beside-another", "clock-back", "of-old"],
)
def test_who_is_at_work_is_judged_by_process_and_by_signs_of_life(
    warehouse: Warehouse, process_id: int | None, seen: object, later: int | None, outcome: str
) -> None:
    """A process number may be given out again, and one process runs one pass after the other."""
    row = (
        "insert into collect_runs by name select $id as collect_run_id, $began::timestamptz as"
        " started_at, $seen::timestamptz as ended_at, $outcome as outcome, '[]' as projects,"
        " 'manual' as trigger, true as whole, $process::bigint as process_id"
    )
    values = {"began": str(NOW - 90 * HOUR), "seen": str(seen), "process": process_id}
    with warehouse.writing() as con, transaction(con):
        con.execute(row, values | {"id": 1, "outcome": "running"}).fetchall()
        if later:
            values |= {"process": later, "id": 2, "outcome": "done"}
            con.execute(row, values).fetchall()
    with warehouse.reading() as con:
        found = runs(con, now=NOW, limit=9).shown

    assert found[-1].outcome == outcome


# ---------------------------------------------------------------- ledgers of earlier versions


@pytest.mark.parametrize("version", [1, 2])
def test_the_passes_of_an_earlier_version_stay(
    fleet: Fleet, run: Program, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    """They were begun by a person and did not fail; what they did is told as it was."""
    entry = (
        '[{"project_id": "0123abcd", "project_name": "old", "files": 2, "files_unchanged": 1,'
        ' "records_read": 9, "inserted": 5, "updated": 1, "unchanged": 1, "rejected": 1,'
        ' "ignored": 1, "duration_ms": 12, "problems": ["old: look"], "notes": []}]'
    )
    with monkeypatch.context() as earlier:
        earlier.setattr(schema.upgrade, "MIGRATIONS", MIGRATIONS[:version])
        with fleet.warehouse.writing() as con:
            con.execute(
                "insert into collect_runs values"
                " (7, '2026-11-19 12:00:00+00', '2026-11-19 12:00:03+00', 'problems', $entry),"
                " (8, '2026-11-19 13:00:00+00', '2026-11-19 13:00:01+00', 'running', '[]')",
                {"entry": entry},
            ).fetchall()
    [killed, old] = run("runs", "--json").json["data"]
    status = run("status", "--json")
    furnished(fleet, "a")
    fleet.collect()

    assert (old["run_id"], old["trigger"], old["error"], old["all_projects"]) == (
        7,
        "manual",
        None,
        True,
    )
    assert (old["duration_ms"], old["inserted"], old["outcome"]) == (3000, 5, "problems")
    assert killed["outcome"] == "interrupted"
    assert status.json["data"][0]["last_success_at"] == "2026-11-19T12:00:00+00:00"
    assert [row[:3] for row in fleet.query(LEDGER)] == [
        (7, "manual", "problems"),
        (8, "manual", "running"),
        (9, "manual", "problems"),
    ]
