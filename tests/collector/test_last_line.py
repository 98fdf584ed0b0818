"""The last line of a file without its newline: it counts when it is whole, and only once."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from collector.bulk import reader
from command_line import Program
from conftest import THOROUGH, Fleet, execution, write_executions
from stored import in_order, stored_rows
from test_collect_properties import AGENT, Copies, put_lines, quick, text_of
from test_collect_properties import LINES as FORM
from test_collect_properties import ZONE as LOCAL

LONG_AGO = 1_780_000_000
READERS = pytest.mark.parametrize("from_bytes", [reader.BULK_FROM_BYTES, 0], ids=["record", "bulk"])
COUNTS = "records, rejected, ignored, cast(findings as varchar), cast(read_totals as varchar)"


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def line(*records: object) -> bytes:
    """Records as lines of a file; text and bytes go in as they are."""
    found = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in records]
    return b"".join(each + b"\n" for each in found)


def at(minute: int, **fields: object) -> dict[str, object]:
    return execution(f"2026-08-03T09:{minute:02}:00Z", **fields)


def put(file: Path, content: bytes, clock: int) -> None:
    """Write a file as it stood long ago, later with each ``clock``."""
    file.write_bytes(content)
    os.utime(file, (LONG_AGO + 60 * clock, LONG_AGO + 60 * clock))


def counts(fleet: Fleet) -> list[tuple[object, ...]]:
    return fleet.query(f"select {COUNTS} from source_files order by path")


def expected(content: bytes) -> list[oracle.Row]:
    return in_order(oracle.read_lines(text_of(content), "app", AGENT, LOCAL))


# ---------------------------------------------------------------- any way a file may grow


records = st.builds(
    at,
    st.sampled_from([0, 1, 2]),
    success=st.sampled_from([True, False, None, 1]),
    idempotency_key=st.sampled_from([None, None, "k"]),
    agent=st.sampled_from([AGENT, "röntgen"]),
)
texts = st.one_of(
    records.map(lambda record: json.dumps(record, sort_keys=True).encode()),
    records.map(lambda record: json.dumps(record, ensure_ascii=False).encode() + b" \r"),
    st.sampled_from(
        [b"", b" ", b"12", b'"x"', b"[1]", b"{}", b'{"success": true}', b'{"event": 1}']
    ),
    # Two records in one line, as after a writer that was stopped before its newline: none is one.
    st.tuples(records, records).map(lambda two: b"".join(json.dumps(r).encode() for r in two)),
)


@READERS
@settings(quick, max_examples=7 * THOROUGH)
@given(lines=st.lists(texts, min_size=1, max_size=4), data=st.data())
def test_a_file_seen_at_any_of_its_lengths_is_read_as_if_once(
    from_bytes: int, lines: list[bytes], data: st.DataObject
) -> None:
    """Whatever was there when a pass came by, the rows and counts are those of one reading."""
    content = b"\n".join(lines) + data.draw(st.sampled_from([b"", b"\n"]))
    cuts = data.draw(st.lists(st.integers(0, len(content)), max_size=4))
    whole = data.draw(st.booleans())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "BULK_FROM_BYTES", from_bytes)
        seen = read_at(content, sorted(cuts), full=whole)
        once = read_at(content, [])

    assert seen == once
    assert seen[0] == expected(content)


def read_at(content: bytes, cuts: list[int], *, full: bool = False) -> Any:
    """The rows, counts and rejects once a file was read at each of these lengths and in full."""
    import tempfile

    from schema.warehouse import Warehouse

    with tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(Path(folder) / "p", Warehouse(Path(folder) / "data" / "w.duckdb", "UTC"))
        project = fleet.project(timezone=LOCAL.key)
        file = put_lines(project, b"")
        for clock, cut in enumerate([*cuts, len(content)]):
            put(file, content[:cut], clock)
            fleet.collect(full=full)
        rejects = fleet.query("select position, reason from rejected_records order by all")
        rows = [replace(row, project="app") for row in stored_rows(fleet.warehouse)]
        return rows, counts(fleet), rejects


def test_a_last_line_cut_at_every_byte_is_one_reading(tmp_path: Path) -> None:
    """Every place at which a reader can meet the writer of the last line."""
    content = line(at(0), at(1)) + line(at(1, quality_score=0.5, note="prüfung"))
    copies = Copies(tmp_path, put_lines, content)
    copies.put(cut=True)
    copies.register()
    copies.fleet.collect()
    copies.put(cut=False)

    copies.fleet.collect()

    assert copies.rows() == [in_order(FORM.read(text_of(content)))] * len(content)
    assert {row[0] for row in counts(copies.fleet)} == {3}


# ---------------------------------------------------------------- single cases


@READERS
def test_a_whole_last_line_counts_and_its_newline_changes_nothing(
    fleet: Fleet, from_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither when the newline comes alone nor when more lines come with it."""
    monkeypatch.setattr(reader, "BULK_FROM_BYTES", from_bytes)
    file = write_executions(fleet.project(), AGENT, b"")
    seen = []
    grown = [line(at(0), at(1))[:-1], line(at(0), at(1)), line(at(0), at(1), at(1), at(2))[:-1]]
    for clock, content in enumerate(grown):
        put(file, content, clock)
        [entry] = fleet.collect().projects
        seen.append((entry.inserted, entry.updated, entry.rejected, entry.problems))

    assert seen == [(2, 0, 0, []), (0, 0, 0, []), (2, 0, 0, [])]
    assert counts(fleet)[0][0] == 4


@READERS
@pytest.mark.parametrize("full", [False, True])
def test_a_row_of_a_line_that_goes_on_is_taken_back(
    fleet: Fleet, from_bytes: int, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line is no record then; an equal record on another line stays."""
    monkeypatch.setattr(reader, "BULK_FROM_BYTES", from_bytes)
    file = write_executions(fleet.project(), AGENT, b"")
    put(file, line(at(0), at(1), at(1))[:-1], 0)
    fleet.collect()
    before = len(stored_rows(fleet.warehouse))
    put(file, line(at(0), at(1), at(1))[:-1] + line(at(2)), 1)

    fleet.collect(full=full)

    assert (before, len(stored_rows(fleet.warehouse))) == (3, 2)
    assert fleet.query("select position from rejected_records") == [(3,)]
    assert fleet.query("select count(*) from dirty_buckets where day = '2026-08-03'") == [(1,)]


def test_an_entry_of_an_optimizer_is_taken_back_as_well(fleet: Fleet) -> None:
    """What is true of executions is true of recommendations."""
    entry = {"agent": "a", "timestamp": "2026-08-03T09:00:00Z", "recommendations": [{"type": "x"}]}
    file = write_executions(fleet.project(), "optimizer", b"").with_name("recommendations.jsonl")
    put(file, line(entry)[:-1], 0)
    fleet.collect()
    before = fleet.query("select count(*) from agent_recommendations")
    put(file, line(line(entry)[:-1] + b"x"), 1)
    fleet.collect()

    assert (before, fleet.query("select count(*) from agent_recommendations")) == ([(1,)], [(0,)])


def test_history_stays_where_the_writer_rewrites_the_file(fleet: Fleet) -> None:
    """Other bytes in the place of a last line are a rewritten file, which takes nothing back."""
    file = write_executions(fleet.project(), AGENT, b"")
    put(file, line(at(0), at(1))[:-1], 0)
    fleet.collect()
    put(file, line(at(0), at(2)), 1)
    fleet.collect()

    assert [row.invoked_at.minute for row in stored_rows(fleet.warehouse)] == [0, 1, 2]


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(b'{"agent": "hu', id="torn"),
        pytest.param(b"12", id="a-number-may-grow"),
        pytest.param(b'"x"', id="text"),
        pytest.param('{"agent": "ü'.encode()[:-1], id="half-a-character"),
    ],
)
def test_what_is_withheld_is_told(run: Program, rest: bytes) -> None:
    """As a note while its writer may be at work, as a problem once it has stood still."""
    project = run.root / "app"
    put(write_executions(project, AGENT, b""), line(at(0)) + rest, 0)
    run("register-project", str(project))
    told = f"executions.jsonl its last line of {len(rest)} bytes is not a complete record"

    first, second = run("refresh"), run("refresh")
    doctor = run("doctor")
    [file] = run("doctor", "--json").json["data"][0]["files"]

    assert (first.code, second.code, doctor.code) == (0, 1, 1)
    assert f"{told}; the rest was read" in first.err
    assert f"Problem: app: .kaizen/metrics/{AGENT}/{told}, as at the last refresh" in second.err
    assert f"its last line of {len(rest)} bytes is not a complete record" in doctor.err
    assert [each["finding"] for each in file["findings"]] == ["last_line_unfinished"]
    assert (file["records"], file["rejected"]) == (1, 0)


def test_a_finding_goes_when_the_line_is_whole(fleet: Fleet) -> None:
    """Nothing is left to be told."""
    file = write_executions(fleet.project(), AGENT, b"")
    content = line(at(0), at(1))
    for clock, cut in enumerate([len(content) - 5, len(content)]):
        put(file, content[:cut], clock)
        fleet.collect()

    assert counts(fleet)[0][:4] == (2, 0, 0, "{}")
    assert fleet.query("select detail from source_files") == [(None,)]
