"""Rows that an earlier version stored and that are none: an upgrade takes them out, the next pass
reads again what it did not."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import duckdb

from aggregator.refresh import refresh
from conftest import NOW, Fleet, execution, write_executions, write_skills
from older import write_older
from schema.upgrade import MIGRATIONS
from schema.warehouse import Warehouse
from stored import stored_rows
from stores import insert, make_bridge

BEFORE = MIGRATIONS.index("0007_records")


def as_it_was(warehouse: Warehouse, change: str) -> None:
    """Replace the warehouse by one of the version before the step, changed to what it left."""
    older = warehouse.path.with_name("older.duckdb")
    write_older(warehouse, BEFORE, older)
    with closing(duckdb.connect(older)) as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(change)
        con.execute("delete from dirty_buckets")
    older.replace(warehouse.path)


def upgrade(fleet: Fleet) -> None:
    with fleet.warehouse.writing():
        pass


def test_rows_of_files_of_another_kind_go(fleet: Fleet) -> None:
    """Only those; their days are marked, and an execution that both told of is there again."""
    folder = fleet.project()
    shared = execution("2026-08-03T10:00:00Z")
    file = write_executions(folder, "a", [execution(), shared])
    file.with_name("stage.jsonl").write_text(json.dumps(shared) + "\n")
    fleet.collect()
    [(stage,)] = fleet.query("select source_file_id from source_files where path like '%stage%'")
    change = (
        f"update skill_usage set source_file_id = {stage} where invoked_at = '2026-08-03 10:00Z';"
        f"update source_files set records = 1, ignored = 0 where source_file_id = {stage}"
    )
    as_it_was(fleet.warehouse, change)

    upgrade(fleet)
    left = len(stored_rows(fleet.warehouse))
    marks = fleet.query("select count(*) from dirty_buckets")
    fleet.collect()

    assert (left, marks) == (1, [(1,)])
    assert len(stored_rows(fleet.warehouse)) == 2
    assert fleet.query("select records, ignored from source_files order by path") == [
        (2, 0),
        (0, 1),
    ]


def test_a_last_line_that_was_left_is_read(fleet: Fleet) -> None:
    """Though the file looks as it did."""
    folder = fleet.project()
    file = write_executions(folder, "a", [execution(), execution("2026-08-03T10:00:00Z")])
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    fleet.collect()
    [(kept,)] = fleet.query("select cast(checkpoint as varchar) from source_files")
    kept = {key: value for key, value in json.loads(str(kept)).items() if key != "last_line"}
    as_it_was(
        fleet.warehouse,
        f"update source_files set records = 1, checkpoint = '{json.dumps(kept)}';"
        "delete from skill_usage where invoked_at = '2026-08-03 10:00Z'",
    )

    upgrade(fleet)
    fleet.collect()

    assert len(stored_rows(fleet.warehouse)) == 2
    assert fleet.query("select records from source_files") == [(2,)]


def test_the_bridge_s_durations_come_and_negative_follow_ups_go(fleet: Fleet) -> None:
    """What was stored without them gets them; sums are without what was below zero."""
    file = make_bridge(fleet.project("bridged"))
    with closing(sqlite3.connect(file)) as con, con:
        row = {"session_id": "s", "skill_name": "fix", "created_at": "2026-08-03 09:00:00"}
        done = {"completed": 1, "completed_at": "2026-08-03 09:00:07"}
        insert(con, "skill_invocations", {**row, **done})
    planned = {"invoked_at": "2026-08-03T09:00:00Z", "success": True, "followup_actions": 2}
    write_skills(fleet.project("planned"), {"version": 1, "skills": {"lint": [planned]}})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    as_it_was(
        fleet.warehouse,
        "update skill_usage set duration_ms = null, followup_actions = null"
        " where skill_name = 'fix';"
        "update skill_usage set followup_actions = -4 where skill_name = 'lint'",
    )

    upgrade(fleet)
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)

    query = "select skill_name, cast(duration_ms as integer), followup_actions from skill_usage"
    assert fleet.query(f"{query} order by 1") == [("fix", 7000, 0), ("lint", None, None)]
    summed = "select followup_sum from skill_aggregates where time_window = 'all'"
    assert fleet.query(f"{summed} and project_id = '*' order by skill_name") == [(0,), (0,)]
