"""Parts of a document that did not change are not parsed again, and nobody can tell by the rows."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.bulk import reader
from collector.bulk.chunk_index import ChunkIndex, KnownChunk, unpack_index
from collector.file_records import NameTotals
from collector.files.reading import ChangedMeanwhile
from conftest import THOROUGH, Fleet, invocation, write_skills
from schema.warehouse import Warehouse

pytestmark = pytest.mark.all_cores

FACTS = (
    "select kind, skill_name, epoch_us(invoked_at), session_id, occurrence, outcome, duration_ms,"
    " followup_names, workflow_path, error_type, alternatives_considered, selection_rank"
    " from skill_usage order by all"
)
FILES = (
    "select state, detail, shape, records, rejected, ignored, cast(findings as varchar),"
    " cast(read_totals as varchar) from source_files"
)
REJECTS = "select position, reason from rejected_records order by all"

Edit = tuple[str, int, int]

# Few names, sessions and moments: records that are equal in their key are common, in one part and
# across parts.
RECORDS = st.builds(
    lambda name, minute, session, ended: invocation(
        name,
        at=f"2026-08-{1 + minute // 600:02d}T{minute // 60 % 10:02d}:{minute % 60:02d}:00",
        session_id=session,
        completed=ended,
        duration_seconds=1.5 if ended else None,
    ),
    st.sampled_from(["lint", "plan"]),
    st.integers(0, 900),
    st.sampled_from(["s1", "s2"]),
    st.booleans(),
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["end", "end", "append", "append", "insert", "drop", "repeat", "spoil"]),
        st.integers(0, 10**6),
        st.integers(0, 10**6),
    ),
    max_size=3,
)


def edited(records: list[Any], edits: list[Edit]) -> list[Any]:
    """The records after a night's work: most of it at the end, some of it anywhere."""
    after = [dict(record) if isinstance(record, dict) else record for record in records]
    for what, where, which in edits:
        place = where % len(after)
        if what == "end" and isinstance(after[place], dict):
            after[place] |= {"completed": True, "duration_seconds": 2.5 + which % 7}
        elif what == "append":
            last = max(str(r["invoked_at"]) for r in after if isinstance(r, dict))
            after.append(invocation("plan", at=last[:17] + f"{which % 60:02d}"))
        elif what == "insert":
            after.insert(place, invocation("lint", at="2026-08-01T00:30:00", session_id="s1"))
        elif what == "drop" and len(after) > 1:
            del after[place]
        elif what == "repeat":
            after.append(after[place])
        elif what == "spoil":
            after[place] = 7 if which % 2 else invocation("", at="2026-08-01T00:30:00")
    return after if any(isinstance(record, dict) for record in after) else records


class Reader:
    """A warehouse that collects one project again and again, in one way of reading."""

    def __init__(self, root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._fleet = Fleet(root, Warehouse(root / "data" / "w.duckdb", "UTC"))
        self._fleet.register(folder, "America/New_York")

    def collect(self, bulk_from_bytes: int) -> Any:
        self._monkeypatch.setattr(reader, "BULK_FROM_BYTES", bulk_from_bytes)
        done = self._fleet.collect()
        told = [str(remark) for remark in (*done.problems, *done.notes)]
        counts = [
            (p.inserted, p.updated, p.unchanged, p.rejected, p.records_read) for p in done.projects
        ]
        files = [(*row[:7], json.loads(str(row[7]))) for row in self._fleet.query(FILES)]
        return self._fleet.query(FACTS), files, self._fleet.query(REJECTS), told, counts


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "CHUNK_BYTES", 1500)
    monkeypatch.setattr(reader, "RECENT_CHUNK_BYTES", 900)
    monkeypatch.setattr(reader, "RECENT_BYTES", 4000)


@settings(
    max_examples=5 * THOROUGH,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    records=st.lists(RECORDS, min_size=4, max_size=30),
    in_order=st.booleans(),
    nights=st.lists(EDITS, min_size=1, max_size=3),
)
def test_nights_read_part_by_part_equal_nights_read_whole(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    small_parts: None,
    records: list[Any],
    in_order: bool,
    nights: list[list[Edit]],
) -> None:
    """Whatever is edited where, with keys repeated within and across parts."""
    root = tmp_path_factory.mktemp("nights")
    folder = root / "app"
    folder.mkdir()
    if in_order:
        records = sorted(records, key=lambda record: str(record["invoked_at"]))
    by_part = Reader(root / "parts", folder, monkeypatch)
    whole = Reader(root / "whole", folder, monkeypatch)
    for edits in [[], *nights]:
        records = edited(records, edits)
        write_skills(folder, {"invocations": records, "skills": {}, "last_updated": "x"})
        assert by_part.collect(1) == whole.collect(1 << 60)


def numbered(count: int) -> list[dict[str, object]]:
    return [
        invocation("lint", at=f"2026-08-03T{n // 60:02d}:{n % 60:02d}:00", session_id=f"s{n}")
        for n in range(count)
    ]


def test_only_parts_that_changed_are_read(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, small_parts: None
) -> None:
    """One record that ended and one that is new: two parts and what may share a moment."""
    monkeypatch.setattr(reader, "BULK_FROM_BYTES", 1)
    read: list[int] = []
    load = reader.BulkReader._load

    def counting(self: Any, waiting: list[Any], wanted: Any) -> None:
        read.append(len(waiting))
        load(self, waiting, wanted)

    monkeypatch.setattr(reader.BulkReader, "_load", counting)
    records = numbered(200)
    records[50] = records[50] | {"completed": False, "duration_seconds": None}
    folder = fleet.project("app")
    write_skills(folder, {"invocations": records, "skills": {}})
    fleet.register(folder)
    fleet.collect()
    [first] = read
    records[50] = records[50] | {"completed": True, "duration_seconds": 2.5}
    write_skills(folder, {"invocations": [*records, *numbered(201)[200:]], "skills": {}})
    done = fleet.collect()

    assert first > 30
    assert read[1:] == [3]  # The part that changed, the end that grew, and the part before it.
    assert [(p.inserted, p.updated, p.unchanged) for p in done.projects] == [(1, 1, 199)]
    assert fleet.query("select records from source_files") == [(201,)]


def test_a_record_repeated_far_from_its_like_counts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_parts: None
) -> None:
    """What is new is equal in its key to a record in a part that nobody would have read again."""
    folder = tmp_path / "app"
    folder.mkdir()
    by_part, whole = (Reader(tmp_path / name, folder, monkeypatch) for name in ("a", "b"))
    records = numbered(100)
    write_skills(folder, {"invocations": records, "skills": {}})
    assert by_part.collect(1) == whole.collect(1 << 60)
    write_skills(folder, {"invocations": [*records, records[5]], "skills": {}})
    facts, *told, counts = by_part.collect(1)

    assert (facts, *told, counts) == whole.collect(1 << 60)
    assert counts == [(1, 0, 100, 0, 101)]


def test_pairs_that_stand_in_two_parts_keep_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_parts: None
) -> None:
    """Every part ends within a pair of equal keys: the parts beside a changed one are no change."""
    folder = tmp_path / "app"
    folder.mkdir()
    by_part, whole = (Reader(tmp_path / name, folder, monkeypatch) for name in ("a", "b"))
    records = [r | {"duration_seconds": n + 1.5} for r in numbered(60) for n in (0, 1)][1:]
    for ended in (False, True):
        records[60] = records[60] | {"completed": ended}
        write_skills(folder, {"invocations": records, "skills": {}})
        told = by_part.collect(1)
        assert told == whole.collect(1 << 60)
    assert told[-1] == [(0, 1, 118, 0, 119)]


def test_a_change_under_the_second_look_is_noticed(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, small_parts: None
) -> None:
    """Bytes that are read twice must be the same both times, or the file is tried again."""
    from collector.bulk.document import DocumentFile

    monkeypatch.setattr(reader, "BULK_FROM_BYTES", 1)
    folder = fleet.project("app")
    write_skills(folder, {"invocations": numbered(60), "skills": {}})
    fleet.register(folder)
    fleet.collect()
    read_again = DocumentFile.read_again
    tried: list[int] = []

    def changed_once(self: DocumentFile, run: Any) -> bytes:
        tried.append(run.at)
        if len(tried) == 1:
            raise ChangedMeanwhile
        return read_again(self, run)

    monkeypatch.setattr(DocumentFile, "read_again", changed_once)
    write_skills(folder, {"invocations": numbered(61), "skills": {}})
    done = fleet.collect()

    assert len(tried) == 2
    assert [(p.inserted, p.unchanged, len(p.problems)) for p in done.projects] == [(1, 60, 0)]


def test_parts_read_under_other_terms_are_not_taken_as_known() -> None:
    """A ledger is for the zone and the layout it was made under, and says so when unpacked."""
    part = KnownChunk(10, "d", "h", 1, (0, 0, 0), 5, 6, '{"lint":[1,1,0]}')
    ledger = ChunkIndex((part,), {"lint": NameTotals(1, 1, 0)})

    assert unpack_index(ledger.packed("UTC True"), "UTC True").chunks[0].totals == part.totals
    assert unpack_index(ledger.packed("UTC True"), "UTC False") == ChunkIndex()
    assert unpack_index({"content": "x", "records": 3}, "UTC True") == ChunkIndex()


@given(
    st.lists(
        st.dictionaries(st.sampled_from("abc"), st.tuples(*[st.integers(0, 9)] * 3), max_size=3),
        max_size=5,
    ),
    st.data(),
)
def test_totals_without_parts_are_those_of_the_others(
    parts: list[dict[str, tuple[int, int, int]]], data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.integers(0, 4)))

    def total(numbers: set[int]) -> dict[str, list[int]]:
        summed: dict[str, Counter[int]] = {}
        for index in numbers:
            for name, triple in parts[index].items():
                summed.setdefault(name, Counter()).update(dict(enumerate(triple)))
        return {name: [c[0], c[1], c[2]] for name, c in summed.items() if c[0]}

    every = set(range(len(parts)))
    known = tuple(KnownChunk(1, "", "", 1, (), None, None, json.dumps(part)) for part in parts)
    summed = {name: NameTotals(*numbers) for name, numbers in total(every).items()}
    zero = {name: NameTotals() for part in parts for name in part}
    left = ChunkIndex(known, zero | summed).totals_without(known[i] for i in sorted(gone & every))

    assert {n: list(vars(t).values()) for n, t in left.items()} == total(every - gone)
