"""Whatever states a project's files pass through, the passes add up to one true history.

A writer's life is drawn by hypothesis: it appends, completes, reverts, prunes, reorders, resets,
tears and deletes. A pass sees some of the states. What the warehouse then holds must be what the
oracle makes of the states that were seen, in their order.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import oracle
from collector.files import documents
from collector.projects.registering import register
from conftest import NOW, THOROUGH, Fleet, write_executions, write_skills
from oracle import Row
from schema.warehouse import Warehouse
from stored import in_order, stored_rows

AGENT = "reviewer"
ZONE = ZoneInfo("America/New_York")
EPOCH_S = 1_700_000_000

Record = dict[str, object]

quick = settings(
    max_examples=5 * THOROUGH,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


# ---------------------------------------------------------------- a project that is lived in


class Life:
    """One project, its files' states put down one after the other, each newer than the last."""

    def __init__(self, root: Path) -> None:
        self.fleet = Fleet(root / "projects", Warehouse(root / "data" / "warehouse.duckdb"))
        self.folder = self.fleet.project("app", ZONE.key)
        self.file = self.folder / "none-yet"
        self.clock = EPOCH_S

    def put(self, write: Callable[[Path, bytes], Path], content: bytes | None) -> None:
        """A new state of the file; None deletes it."""
        self.clock += 60
        if content is not None:
            self.file = write(self.folder, content)
            os.utime(self.file, (self.clock, self.clock))
        else:
            self.file.unlink(missing_ok=True)

    def collect(self, full: bool = False) -> tuple[int, int]:
        """One pass; what it inserted and what it updated."""
        [entry] = self.fleet.collect(full=full).projects
        return entry.inserted, entry.updated

    def rows(self) -> list[Row]:
        return stored_rows(self.fleet.warehouse)


@contextmanager
def life() -> Iterator[Life]:
    with tempfile.TemporaryDirectory() as root:
        yield Life(Path(root))


@dataclass(frozen=True)
class Format:
    """How a list of records becomes a file, and the oracle's reading of it."""

    encode: Callable[[list[Record]], bytes]
    write: Callable[[Path, bytes], Path]
    read: Callable[[str], list[Row]]


def put_skills(folder: Path, content: bytes) -> Path:
    return write_skills(folder, content)


def put_lines(folder: Path, content: bytes) -> Path:
    return write_executions(folder, AGENT, content)


DOCUMENT = Format(
    encode=lambda records: json.dumps({"invocations": records}, indent=1).encode(),
    write=put_skills,
    read=lambda text: oracle.read_document(text, "app", ZONE),
)
LINES = Format(
    encode=lambda records: b"".join(
        json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records
    ),
    write=put_lines,
    read=lambda text: oracle.read_lines(text, "app", AGENT, ZONE),
)


# ---------------------------------------------------------------- what writers write

TIMES = ["2026-08-03T09:00:00", "2026-08-03T09:00:00.5", "2026-11-01T01:30:00", "2026-03-08T02:30"]
ZONED_TIMES = ["2026-08-03T13:00:00+00:00", "2026-08-03T09:00:00Z", *TIMES]

invocations: st.SearchStrategy[Record] = st.fixed_dictionaries(
    {
        "skill_name": st.sampled_from(["review", "Review", "röntgen"]),
        "invoked_at": st.sampled_from(TIMES),
        "completed": st.sampled_from([False, False, True, None]),
        "duration_seconds": st.sampled_from([None, 0.01, 1.5, -3600.0]),
        "error_type": st.sampled_from([None, None, "Timeout"]),
    },
    optional={
        "session_id": st.sampled_from(["s-1", "s-2", None]),
        "follow_up_actions": st.sampled_from([[], ["fix"], ["fix", "test"]]),
        "workflow_path": st.sampled_from(["quick", None]),
    },
)
executions: st.SearchStrategy[Record] = st.fixed_dictionaries(
    {
        "timestamp": st.sampled_from(ZONED_TIMES),
        "success": st.sampled_from([True, False, None, 1, 0]),
    },
    optional={
        "agent": st.sampled_from([AGENT, "Prüfer"]),
        "execution_time_s": st.sampled_from([None, 0.25, -1]),
        "quality_score": st.sampled_from([None, 0.9]),
        "idempotency_key": st.sampled_from(["k-1", "k-2"]),
        "session_id": st.sampled_from(["s-1", None]),
    },
)
others: st.SearchStrategy[Record] = st.sampled_from(
    [{"event": "started"}, {"hush": 1}, {"timestamp": "soon"}]
)

completions = st.fixed_dictionaries(
    {
        "completed": st.sampled_from([True, True, False]),
        "duration_seconds": st.sampled_from([None, 2.0, 3.25]),
        "error_type": st.sampled_from([None, "Timeout"]),
    }
)

STEPS = ["append", "mutate", "revert", "prune", "drop", "reset", "reorder", "tear", "delete"]
LINE_STEPS = ["append", "append", "prune", "drop", "reset", "rewrite", "tear", "delete"]


@st.composite
def lives(
    draw: st.DrawFn, encode: Callable[[list[Record]], bytes], records: st.SearchStrategy[Record],
    steps: list[str],
) -> list[tuple[bytes | None, bool]]:  # fmt: skip
    """States of one file, and after which of them a pass looks."""
    held: list[Record] = []
    earlier: list[Record] = []
    states: list[tuple[bytes | None, bool]] = []
    for _ in range(draw(st.integers(2, 7))):
        step = draw(st.sampled_from(steps)) if held else "append"
        content: bytes | None = None
        if step == "append":
            held = held + draw(st.lists(records, min_size=1, max_size=4))
        elif step == "mutate":
            place = draw(st.integers(0, len(held) - 1))
            earlier = held
            held = [*held[:place], {**held[place], **draw(completions)}, *held[place + 1 :]]
        elif step == "revert":
            held = earlier or held
        elif step == "prune":
            held = held[draw(st.integers(1, len(held))) :]
        elif step == "drop":
            place = draw(st.integers(0, len(held) - 1))
            held = held[:place] + held[place + 1 :]
        elif step == "reset":
            held = []
        elif step == "reorder":
            held = draw(st.permutations(held))
        elif step == "rewrite":
            held = draw(st.lists(records, max_size=3))
        if step != "delete":
            content = encode(held)
            if step == "tear":
                content = content[: draw(st.integers(0, len(content) - 1))]
        states.append((content, draw(st.booleans())))
    return states


skill_lives = lives(DOCUMENT.encode, invocations, STEPS)
line_lives = lives(LINES.encode, st.one_of(executions, executions, others), LINE_STEPS)


def text_of(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", errors="surrogateescape")


def check_life(form: Format, states: list[tuple[bytes | None, bool]]) -> None:
    """Live through the states, and hold the warehouse to the oracle after every pass."""
    seen: list[Row] = []
    successes: set[oracle.Key] = set()
    with life() as lived:
        for content, is_collected in states:
            lived.put(form.write, content)
            if not is_collected:
                continue
            seen += form.read(text_of(content))

            lived.collect()

            rows = lived.rows()
            assert rows == in_order(list(oracle.merge(seen).values()))
            assert len({row.key for row in rows}) == len(rows)
            still = {row.key for row in rows if row.outcome == "success"}
            assert successes <= still
            successes = still
            assert lived.collect() == (0, 0)
            assert lived.rows() == rows
        if states[-1][1]:
            assert lived.collect(full=True) == (0, 0)


@quick
@given(skill_lives)
def test_a_document_s_life(states: list[tuple[bytes | None, bool]]) -> None:
    """Nothing seen is lost or counted twice, success sticks, and a second pass changes nothing."""
    check_life(DOCUMENT, states)


@quick
@given(line_lives)
def test_a_line_file_s_life(states: list[tuple[bytes | None, bool]]) -> None:
    """The same for lines that are appended, pruned, rewritten, torn and deleted."""
    check_life(LINES, states)


@pytest.mark.parametrize("form", [DOCUMENT, LINES], ids=["document", "lines"])
@settings(quick, max_examples=4 * THOROUGH)
@given(data=st.data())
def test_many_passes_equal_one_over_the_union(form: Format, data: st.DataObject) -> None:
    """A fresh warehouse that is fed the merged history at once holds the same rows."""
    states = data.draw(skill_lives if form is DOCUMENT else line_lives)
    seen: list[Row] = []
    with life() as lived:
        for content, is_collected in states:
            lived.put(form.write, content)
            if is_collected:
                seen += form.read(text_of(content))
                lived.collect()
        rows = lived.rows()
    union = form.encode([record_of(row) for row in oracle.merge(seen).values()])

    with life() as fresh:
        fresh.put(form.write, union)
        fresh.collect()
        again = fresh.rows()

    assert again == rows


def record_of(row: Row) -> Record:
    """A writer's record that says what the row says."""
    milliseconds = None if row.duration_ms is None else float(row.duration_ms / 1000)
    common: Record = {"session_id": row.session_id}
    if row.kind == "skill":
        verdict = None if row.outcome == "unknown" else row.outcome == "success"
        return {
            **common,
            "skill_name": row.name,
            "invoked_at": row.invoked_at.isoformat(),
            "completed": verdict,
            "duration_seconds": milliseconds,
            "error_type": row.error_type,
            "follow_up_actions": row.followup_actions,
            "workflow_path": row.workflow_path,
        }
    return {
        **common,
        "agent": row.name,
        "timestamp": row.invoked_at.isoformat(),
        "success": {"success": True, "failure": False}.get(row.outcome),
        "execution_time_s": milliseconds,
        "quality_score": None if row.quality_score is None else float(row.quality_score),
        "idempotency_key": row.idempotency_key,
    }


# ---------------------------------------------------------------- cut at every byte


# Short, because each byte is a project of its own.
SIX_LINES = (
    '{"timestamp":"2026-08-03T09:00Z","success":1}\n'
    '{"timestamp":"2026-08-03T09:00Z","success":1}\n'
    '{"agent":"ü😀","timestamp":"2026-08-03T09:01Z","success":0}\n'
    "{oops}\n"
    '{"timestamp":"2026-08-03T09:02Z","success":true,"idempotency_key":"k"}\n'
    '{"timestamp":"2026-08-03T09:00Z","success":false}\n'
).encode()


DOCUMENT_TEXT = json.dumps(
    {
        "invocations": [
            {"skill_name": "a", "invoked_at": "2026-08-03T09:00:00", "duration_seconds": 1.25},
            {"skill_name": "é", "invoked_at": "2026-08-03T09:00:00", "completed": True},
        ]
    },
    ensure_ascii=False,
    indent=1,
).encode()
ODD_DOCUMENT = (
    '{"a": [1.5, -2e-07, 1e+22, NaN, -Infinity, null, true, false, "\\u00e9\\"\\n😀]}[{", 12],'
    ' "b": {"c": ' + "9" * 4400 + ', "d": ""}}'
).encode()
DEEP_DOCUMENT = ('{"a": ["]", ' + "[" * 1500 + '"]]{"' + "]" * 1500 + ', "[[\\"["]}').encode()


class Copies:
    """One project per cut of a file, so that all cuts are collected in one pass."""

    def __init__(self, root: Path, write: Callable[[Path, bytes], Path], content: bytes) -> None:
        self.fleet = Fleet(root / "projects", Warehouse(root / "data" / "warehouse.duckdb"))
        self.write = write
        self.content = content
        self.folders = [self.fleet.root / f"at-{cut:03}" for cut in range(len(content))]
        self.clock = EPOCH_S

    def put(self, *, cut: bool) -> None:
        """A new state of every copy: cut off at its own byte, or whole."""
        self.clock += 60
        for at, folder in enumerate(self.folders):
            file = self.write(folder, self.content[:at] if cut else self.content)
            os.utime(file, (self.clock, self.clock))

    def register(self) -> None:
        with self.fleet.warehouse.writing() as con:
            for folder in self.folders:
                register(con, folder, now=NOW, default_timezone=ZONE.key)

    def rows(self) -> list[list[Row]]:
        """The rows of every copy, as if each were the project ``app``."""
        rows: dict[str, list[Row]] = {folder.name: [] for folder in self.folders}
        for row in stored_rows(self.fleet.warehouse):
            rows[row.project].append(replace(row, project="app"))
        return list(rows.values())


def test_lines_cut_at_every_byte_and_completed_equal_one_reading(tmp_path: Path) -> None:
    """Wherever a reader meets the writer, no line is lost, split or read twice."""
    copies = Copies(tmp_path, put_lines, SIX_LINES)
    copies.put(cut=True)
    copies.register()

    copies.fleet.collect()
    after_cut = copies.rows()
    copies.put(cut=False)
    copies.fleet.collect()

    cuts = range(len(SIX_LINES))
    assert after_cut == [in_order(LINES.read(text_of(SIX_LINES[:cut]))) for cut in cuts]
    assert copies.rows() == [in_order(LINES.read(text_of(SIX_LINES)))] * len(SIX_LINES)
    rejects = copies.fleet.query("select position from rejected_records")
    assert rejects == [(4,)] * len(SIX_LINES)


def test_a_document_cut_at_every_byte_loses_nothing(tmp_path: Path) -> None:
    """A document that is seen half written is torn, and what was read before stays as it was."""
    copies = Copies(tmp_path, put_skills, DOCUMENT_TEXT)
    expected = [in_order(DOCUMENT.read(text_of(DOCUMENT_TEXT)))] * len(DOCUMENT_TEXT)
    copies.put(cut=False)
    copies.register()
    copies.fleet.collect()
    copies.put(cut=True)

    done = copies.fleet.collect()

    assert copies.rows() == expected
    assert copies.fleet.query("select distinct state from source_files") == [("torn",)]
    assert len(done.notes) == len(DOCUMENT_TEXT)
    assert done.problems == []


def test_a_document_cut_at_every_byte_and_completed_equals_one_reading(tmp_path: Path) -> None:
    """Nothing is taken from half a document, and everything from the whole one."""
    copies = Copies(tmp_path, put_skills, DOCUMENT_TEXT)
    copies.put(cut=True)
    copies.register()

    copies.fleet.collect()
    after_cut = copies.rows()
    copies.put(cut=False)
    copies.fleet.collect()

    assert after_cut == [[]] * len(DOCUMENT_TEXT)
    expected = in_order(DOCUMENT.read(text_of(DOCUMENT_TEXT)))
    assert copies.rows() == [expected] * len(DOCUMENT_TEXT)


@pytest.mark.parametrize("content", [ODD_DOCUMENT, DEEP_DOCUMENT], ids=["odd-values", "deep"])
def test_any_document_cut_at_any_byte_is_torn(content: bytes) -> None:
    """Inside numbers, words, escapes, characters and depths: torn, never malformed."""
    assert not isinstance(documents.parse_document(content), documents.Fault)

    for cut in range(len(content)):
        fault = documents.parse_document(content[:cut])
        assert isinstance(fault, documents.Fault)
        assert fault.kind == "torn"
