"""A database's rows are read in ranges of their ids, however those are spread."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.bulk import reader
from collector.bulk.chunks import Chunk
from collector.sources import skills_db
from conftest import Fleet, invocation
from schema.warehouse import Warehouse
from stores import make_store, store

ROWS = """
    select skill_name, epoch_us(invoked_at), session_id, occurrence, duration_ms, error_type
    from skill_usage
    order by all
"""
FIRST_OF_CHAINS = """
    select pageno
    from dbstat
    where name = 'skill_invocation' and pagetype = 'overflow' and path like '%+000000'
    order by path
"""
IDS = st.one_of(
    st.integers(-6, 30), st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from([0, 2**63 - 1])
)


def collected(root: Path, records: list[dict[str, Any]], *, in_bulk: bool) -> list[Any]:
    """What the warehouse holds of a project with these rows, and what was counted and noted."""
    fleet = Fleet(root, Warehouse(root / "data" / "w.duckdb", "UTC"))
    store(make_store(fleet.project(timezone="Europe/Berlin"), (1, 2, 3, 4)), records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skills_db, "BULK_FROM_ROWS", 1 if in_bulk else 1 << 40)
        patch.setattr(skills_db, "CHUNK_ROWS", 3)
        patch.setattr(skills_db, "READ_AHEAD_CHUNKS", 2)
        done = fleet.collect()
    counts = [(p.inserted, p.records_read, p.rejected) for p in done.projects]
    return [fleet.query(ROWS), counts, fleet.query("select records, findings from source_files")]


@pytest.mark.slow
@settings(
    max_examples=8,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ids=st.sets(IDS, min_size=1, max_size=14), odd=st.sets(st.integers(0, 13), max_size=2))
def test_every_id_is_in_one_range(
    tmp_path_factory: pytest.TempPathFactory, ids: set[int], odd: set[int]
) -> None:
    """Equal keys are counted in the order of ids, with rows of bytes between; none is lost."""
    records = [
        invocation("review", "2026-08-03T09:00:00", duration_seconds=float(place))
        | {"id": row_id, "error_type": b"bytes" if place in odd else None}
        for place, row_id in enumerate(sorted(ids))
    ]
    root = tmp_path_factory.mktemp("ids")

    found = collected(root / "bulk", records, in_bulk=True)

    assert found == collected(root / "one", records, in_bulk=False)
    rows, counts, _ = found
    assert counts == [(len(ids), len(ids), 0)]
    assert [(row[3], row[4]) for row in rows] == [
        (place + 1, 1000 * place) for place in range(len(ids))
    ]


def test_a_database_that_breaks_off_between_two_ranges_counts_for_nothing(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first ranges were read and handed on, and then a page turns out to be damaged."""
    monkeypatch.setattr(skills_db, "BULK_FROM_ROWS", 1)
    monkeypatch.setattr(skills_db, "CHUNK_ROWS", 20)
    monkeypatch.setattr(skills_db, "READ_AHEAD_CHUNKS", 1)
    staged: list[int] = []
    add = reader.BulkReader.add

    def counted(self: reader.BulkReader, file: Any, part: Chunk, pieces: Any) -> None:
        staged.append(part.number)
        add(self, file, part, pieces)

    monkeypatch.setattr(reader.BulkReader, "add", counted)
    file = make_store(fleet.project())
    store(
        file,
        [
            invocation("review", f"2026-08-03T09:{n // 60:02}:{n % 60:02}", session_id=f"s-{n}")
            | {"error_type": "words " * 1500}
            for n in range(400)
        ],
    )
    with closing(sqlite3.connect(file)) as con:
        [(page_bytes,)] = con.execute("pragma page_size").fetchall()
        try:
            pages = con.execute(FIRST_OF_CHAINS).fetchall()
        except sqlite3.OperationalError:
            pytest.skip("this SQLite cannot tell its pages")
    with file.open("r+b") as database:
        database.seek((pages[-3][0] - 1) * page_bytes)
        database.write(b"\xff" * 4)  # where the chain would go on

    done = fleet.collect()

    assert len(staged) > 3
    [problem] = [remark.message for project in done.projects for remark in project.problems]
    assert "damaged SQLite database" in problem
    assert fleet.query("select count(*) from skill_usage") == [(0,)]
