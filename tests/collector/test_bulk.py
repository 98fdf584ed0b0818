"""Reading large files in bulk says exactly what reading them record by record says."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collector.bulk import reader
from conftest import THOROUGH, Fleet, execution, invocation, write_executions, write_skills
from schema.statements import run_all
from schema.warehouse import Warehouse

pytestmark = pytest.mark.all_cores

ODD = st.sampled_from(
    [
        None, True, False, 0, 1, -1, 2.5, 1e-7, 1e308, "", " ", "3", "true", "null", "[]", "{}",
        "x", "12.5", [], ["a"], [None, "b"], ["1", ""], [3], {}, {"a": 1}, "é", "a\nb", "-Infinity",
        float("nan"), float("inf"), 0.01, 0.0000005, 5e-05, 1.25e-05, 123456789012, "2026-08-03",
    ]
)  # fmt: skip
TIMES = st.sampled_from(
    [
        "2026-08-03T09:00:00", "2026-08-03T09:00:00.123456", "2026-08-03T09:00:00+00:00",
        "2026-08-03T09:00:00.5Z", "2026-08-03 09:00:00", "2026-08-03T09:00:00.123456789+02:00",
        "2026-02-30T09:00:00", "2026-11-01T01:30:00", "2026-11-01T00:59:59", "2026-11-01T02:00:00",
        "2026-03-08T03:00:00", "2026-03-08T01:59:59", "2026-03-08T02:30:00", "2026-10-31T12:00:00",
        "2031-01-01T00:00:00Z", "0001-01-01T00:00:00", "2026-08-03T24:00:00", "2026-08-03T09:00",
        "2026-08-03T09:00:00+99:99", "2026-08-03T09:00:00-23:59",
        "2026-08-03T09:00:00+24:00", "2026-08-03T09:00:00-00:00",
        "2026-08-03T09:00:60Z", "١٢٣٤-08-03T09:00:00", "BC",
    ]
)  # fmt: skip
MANY = settings(
    max_examples=5 * THOROUGH,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
READ = (
    "select kind, skill_name, epoch_us(invoked_at), session_id, idempotency_key, occurrence,"
    " outcome, duration_ms, followup_actions, followup_names, quality_score, workflow_path,"
    " error_type, alternatives_considered, selection_rank, time_basis from skill_usage order by all"
)
FILES = (
    "select state, detail, shape, records, rejected, ignored, cast(findings as varchar),"
    " cast(read_totals as varchar), cast(checkpoint as varchar) from source_files"
)
REJECTS = "select position, reason from rejected_records order by all"


def odd_records(base: dict[str, object], time_field: str) -> st.SearchStrategy[list[object]]:
    """Lists of records, most of them plain, some with fields that are not what they should be."""
    odd = st.dictionaries(st.sampled_from(sorted(base)), ODD, max_size=2)
    times = st.fixed_dictionaries({time_field: TIMES})
    plain = st.just(base) | times.map(lambda when: {**base, **when})
    strange = st.tuples(plain, odd).map(lambda pair: {**pair[0], **pair[1]})
    return st.lists(plain | plain | plain | strange | ODD, max_size=12)


class Readings:
    """The same files collected twice: in bulk, with small parts, and record by record."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._root = root
        self._monkeypatch = monkeypatch
        self._count = 0

    def both(self, folder: Path, timezone: str = "America/New_York") -> tuple[Any, Any]:
        """What the warehouse holds after each; everything but the ways there must be equal."""
        return self._read(folder, timezone, 1), self._read(folder, timezone, 1 << 60)

    def _read(self, folder: Path, timezone: str, bulk_from_bytes: int) -> Any:
        self._count += 1
        warehouse = Warehouse(self._root / f"data-{self._count}" / "w.duckdb", "UTC")
        fleet = Fleet(self._root, warehouse)
        self._monkeypatch.setattr(reader, "BULK_FROM_BYTES", bulk_from_bytes)
        self._monkeypatch.setattr(reader, "CHUNK_BYTES", 700)
        fleet.register(folder, timezone)
        done = fleet.collect()
        told = [str(remark) for remark in (*done.problems, *done.notes)]
        files = [(*row[:7], json.loads(str(row[7]))) for row in fleet.query(FILES)]
        return fleet.query(READ), files, fleet.query(REJECTS), told


@pytest.fixture
def readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Readings:
    return Readings(tmp_path / "warehouses", monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    return folder


@MANY
@given(records=odd_records(invocation(), "invoked_at"), tops=st.booleans())
@example(records=[invocation(at="2026-08-03T24:00:00")], tops=True)
@example(records=[invocation("\t\n"), invocation("\u3000"), invocation("é")], tops=True)
@example(records=[invocation(duration_seconds=9999999999.5)], tops=False)
def test_documents_read_the_same_in_bulk(
    readings: Readings, project: Path, records: list[object], tops: bool
) -> None:
    """Any records, plain or odd, in the writers' layout: same rows, rejects, findings, remarks."""
    document: dict[str, object] = {"invocations": records}
    if tops:
        document |= {"skills": {}, "last_updated": "2026-08-03T12:00:00"}
    write_skills(project, document)

    in_bulk, carefully = readings.both(project)

    assert in_bulk == carefully


@pytest.mark.parametrize("error", [duckdb.OutOfRangeException, duckdb.InvalidInputException])
def test_a_part_that_breaks_the_query_stops_no_other(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, error: type[duckdb.Error]
) -> None:
    """A part on whose values the bulk query fails is read record by record; all rows are there."""
    monkeypatch.setattr(reader, "BULK_FROM_BYTES", 1)
    monkeypatch.setattr(reader, "CHUNK_BYTES", 700)
    load = reader.BulkReader._load
    alone: list[int] = []

    def fails_on_the_third_part(stage: Any, waiting: list[Any], wanted: Any) -> None:
        if any(each.chunk.number == 3 for each in waiting):
            alone.append(len(waiting))
            raise error("value out of range")
        load(stage, waiting, wanted)

    monkeypatch.setattr(reader.BulkReader, "_load", fails_on_the_third_part)
    folder = fleet.project()
    records = [invocation(at=f"2026-08-03T09:00:{second:02d}") for second in range(40)]
    write_skills(folder, {"invocations": records, "skills": {}})

    done = fleet.collect()

    assert done.problems == []
    assert alone[-1] == 1
    assert fleet.query("select count(*), count(distinct invoked_at) from skill_usage") == [(40, 40)]


@MANY
@given(records=odd_records(execution(execution_time_s=1.5, quality_score=0.5), "timestamp"))
def test_lines_read_the_same_in_bulk(
    readings: Readings, project: Path, records: list[object]
) -> None:
    """Any lines, plain or odd: same rows, rejects with the same line numbers, findings, remarks."""
    write_executions(project, "reviewer", records)

    in_bulk, carefully = readings.both(project)

    assert in_bulk == carefully


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param(lambda text: text.replace("},\n    {", "}\n    {", 1), id="comma-missing"),
        pytest.param(lambda text: text[:-400], id="cut-off"),
        pytest.param(lambda text: text.replace('"s-1"', "'s-1'", 1), id="wrong-quotes"),
        pytest.param(lambda text: text.replace("\n  ]", "\n   ]"), id="another-indent"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="crlf"),
        pytest.param(lambda text: "\ufeff" + text, id="byte-order-mark"),
        pytest.param(lambda text: text + "x", id="more-behind"),
        pytest.param(lambda text: text.replace('"session_id"', '"skill_name"', 1), id="key-twice"),
        pytest.param(
            lambda text: text.replace("  ],", '  ],\n  "invocations": [],'), id="list-twice"
        ),
    ],
)
def test_spoiled_documents_are_told_the_same(
    readings: Readings, project: Path, spoiled: Any
) -> None:
    """A document that is not quite as its writers make it has the same fate either way."""
    records = [invocation(at=f"2026-08-03T09:00:{second:02d}") for second in range(30)]
    text = json.dumps({"invocations": records, "skills": {}}, indent=2)
    write_skills(project, spoiled(text))

    in_bulk, carefully = readings.both(project)

    assert in_bulk == carefully


def test_repeated_records_are_counted_through_across_parts(
    readings: Readings, project: Path
) -> None:
    """Equal records are numbered in the order of the file, wherever a part ends."""
    records = [invocation(duration_seconds=float(number)) for number in range(40)]
    write_skills(project, {"invocations": records, "skills": {}})

    (rows, *_), carefully = readings.both(project)

    assert rows == carefully[0]
    assert [(row[5], int(row[7])) for row in rows] == [(n + 1, n * 1000) for n in range(40)]


def test_plain_files_really_go_through_in_bulk(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files above the real threshold are not read record by record, and none of them is missed."""
    folder = fleet.project()
    records = [invocation(at=f"2026-08-03T09:{i // 60 % 60:02d}:{i % 60:02d}") for i in range(9000)]
    records[7] |= {"duration_seconds": 0.000057}
    runs = [execution(f"2026-08-03T09:{i // 60 % 60:02d}:{i % 60:02d}Z") for i in range(20000)]
    write_skills(folder, {"invocations": records, "skills": {}})
    write_executions(folder, "reviewer", runs)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a record was read by itself")

    monkeypatch.setattr("collector.file_records.FileRecords.add", refuse)
    done = fleet.collect()

    assert done.problems == []
    assert fleet.query("select kind, count(*) from skill_usage group by kind order by kind") == [
        ("agent", 20000),
        ("skill", 9000),
    ]


def test_small_numbers_are_taken_as_they_are_written() -> None:
    """Millionths are plain, by Python or by SQLite; what six decimals do not hold is not."""
    con = duckdb.connect()
    run_all(con, "collector/sql/bulk/macros.sql", {})
    millionths = [*range(1, 200), 990, 999, 1_000, 1_234, 12_345]
    with closing(sqlite3.connect(":memory:")) as lite:
        pairs = [
            (written, number)
            for number in millionths
            for written in (
                json.dumps(number / 1_000_000),
                lite.execute("select json_array(?)", (number / 1_000_000,)).fetchone()[0][1:-1],
            )
        ]
    finer = [
        "5e-07",
        "5.0e-07",
        "1.5e-06",
        "1.25e-05",
        "1.005e-04",
        "1e+22",
        "1e5",
        "-1e-05",
        "e-05",
    ]

    found = con.execute(
        "select number_of(value) from (select unnest($values) as value)",
        {"values": [written for written, _ in pairs] + finer},
    ).fetchall()

    assert any("e-" in written for written, _ in pairs)
    assert [number for (number,) in found] == [
        *(Decimal(number) / 1_000_000 for _, number in pairs),
        *[None] * len(finer),
    ]


def test_parts_stand_in_a_private_folder_where_memory_has_no_files(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS: the rows are the same, the parts the owner's alone, and nothing is left."""
    seen: list[int] = []
    load = reader.BulkReader._load

    def looking(self: Any, waiting: Any, wanted: Any) -> None:
        seen.extend(Path(each.path).stat().st_mode & 0o777 for each in waiting)
        folders.update(Path(each.path).parent for each in waiting)
        load(self, waiting, wanted)

    folders: set[Path] = set()
    monkeypatch.delattr("os.memfd_create", raising=False)
    monkeypatch.setattr(reader, "BULK_FROM_BYTES", 1)
    monkeypatch.setattr(reader.BulkReader, "_load", looking)
    folder = fleet.project()
    write_skills(folder, {"invocations": [invocation()], "skills": {}})
    write_executions(folder, "reviewer", [execution("2026-08-03T09:00:00Z")])
    fleet.collect()

    assert fleet.query("select count(*) from skill_usage") == [(2,)]
    assert seen == [0o600, 0o600]
    assert folders
    assert not any(each.exists() for each in folders)


def test_lines_are_read_on_in_bulk(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is appended to a file goes on from its checkpoint in bulk too, and counts once."""
    monkeypatch.setattr(reader, "BULK_FROM_BYTES", 1)
    monkeypatch.setattr(reader, "CHUNK_BYTES", 500)
    folder = fleet.project()
    runs = [execution(f"2026-08-03T09:00:{i // 2:02d}Z") for i in range(100)]

    for end in (30, 31, 60, 100):
        write_executions(folder, "reviewer", runs[:end])
        fleet.collect()

    counted = fleet.query("select occurrence, count(*) from skill_usage group by all order by all")
    assert counted == [(1, 50), (2, 50)]
