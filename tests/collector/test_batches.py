"""A pass that reads a great deal is merged in several batches; the rows do not show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.refresh import refresh
from collector import batch
from conftest import NOW, Fleet, execution, invocation, write_executions, write_skills
from schema.connection import transaction
from schema.warehouse import Connection, Warehouse

pytestmark = [pytest.mark.all_cores, pytest.mark.slow]

ROW_GROUPS = """
    select count(distinct row_group_id)
    from pragma_storage_info('skill_usage')
    where column_name = 'kind'
"""


@pytest.mark.parametrize("limit", [pytest.param(n, id=f"limit-{n}") for n in (1, 7, 1_000_000)])
def test_batches_of_any_size_end_in_the_same_rows(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """Rows, counts and the ledger are those of a single batch; there is one pass, and it ended."""
    monkeypatch.setattr(batch, "HELD_ROWS", limit)
    monkeypatch.setattr(batch, "BATCH_ROWS", limit)
    for name in ("a", "b", "c", "d"):
        folder = fleet.project(name)
        write_skills(folder, {"invocations": [invocation()] * 3, "skills": {}})
        write_executions(folder, "reviewer", [execution(), "broken", execution()])

    first, second = fleet.collect(), fleet.collect(full=True)

    assert [(p.project_name, p.inserted, p.rejected) for p in first.projects] == [
        (name, 5, 1) for name in ("a", "b", "c", "d")
    ]
    assert [(p.inserted, p.updated, p.unchanged) for p in second.projects] == [(0, 0, 5)] * 4
    assert fleet.query("select count(*), count(distinct project_id) from skill_usage") == [(20, 4)]
    assert fleet.query("select count(*) from rejected_records") == [(4,)]
    assert fleet.query("select collect_run_id, outcome from collect_runs order by all") == [
        (1, "problems"),
        (2, "problems"),
    ]
    assert fleet.query("select distinct collect_run_id from skill_usage") == [(1,)]


@pytest.mark.parametrize("few", [0, 1_000_000], ids=["large", "small"])
def test_passes_leave_few_row_groups(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """In a large warehouse they are joined every so many passes, in a small one at once."""
    monkeypatch.setattr("collector.merge.FEW_ROWS", few)
    monkeypatch.setattr("aggregator.refresh.FEW_ROWS", few)
    monkeypatch.setattr("collector.merge.COMPACT_EVERY", 4)
    folder = fleet.project()
    counts = []
    for last in range(1, 10):
        runs = [execution(f"2026-08-03T09:00:{second:02}Z") for second in range(last)]
        write_executions(folder, "reviewer", runs)
        fleet.collect()
        counts += fleet.query(ROW_GROUPS)
    for full in (False, True):
        refresh(fleet.warehouse, now=NOW, full=full)
        counts += fleet.query(ROW_GROUPS)

    many = [1, 2, 3, 1, 2, 3, 4, 1, 2, 2, 2]
    assert [count for (count,) in counts] == ([1] * 11 if few else many)
    assert fleet.query("select count(*) from skill_usage") == [(9,)]


def test_the_memory_of_a_merged_batch_is_freed(tmp_path: Path) -> None:
    """Batch after batch, on one connection: otherwise a large first pass would hold them all."""
    rows = (
        "insert into staged (skill_name, source_file_id)"
        " select md5(i::varchar), i from range(200_000) as r(i)"
    )
    held = "select sum(memory_usage_bytes) from duckdb_memory() where tag = 'IN_MEMORY_TABLE'"

    def mib(con: Connection) -> float:
        [(used,)] = con.execute(held).fetchall()
        return float(used) / (1 << 20)

    with Warehouse(tmp_path / "w.duckdb").staging_connection() as con:
        staging = batch.Batch(con, now=NOW, full=False)
        filled, left = [], []
        for _ in range(3):
            con.execute(rows).fetchall()
            filled.append(mib(con))
            with transaction(con):
                con.execute("delete from staged where source_file_id < 10").fetchall()
                staging.forget_rows()
            staging.clear()
            left.append(mib(con))
        staging.close()

    assert min(filled) > 5
    assert max(left) < 1
    assert max(filled) < 1.5 * min(filled)
