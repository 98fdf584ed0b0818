"""Passes while everybody is at work: writers that never rest, readers that never stop asking.

Short here; ``SKILLHOUSE_LOAD=20`` makes each run twenty times as long.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.refresh import refresh
from collector.collect import collect
from collector.files import reading
from collector.files.trees import Candidate
from conftest import NOW, Fleet, execution, invocation, write_executions, write_skills
from oracle import Row, merge, read_document, read_lines
from places import SUPPORT, TOP
from stored import in_order, stored_rows

pytestmark = pytest.mark.all_cores

LOAD = int(os.environ.get("SKILLHOUSE_LOAD", "1"))
SEED = 20261121
UTC = ZoneInfo("UTC")
WRITERS = (("one", "ann"), ("two", "bob"), ("shared", "cat"), ("shared", "dan"))
"""Project and agent of each writer; two of them write the same document."""
BYTES_A_ROW = 2_000
GIVEN_BACK = 16 << 20
"""What DuckDB may keep at hand, in the file and in memory; leaks of a pass would add up to more."""

Shown = dict[str, list[str]]


@contextmanager
def running(*lines: list[str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are gone when the block ends."""
    with ExitStack() as stack:
        started = []
        for line in lines:
            process = subprocess.Popen(
                [sys.executable, *line],
                cwd=TOP,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            started.append(process)
        yield started


@pytest.fixture
def shown(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What each look at a project's document read, in order; the reading itself is as it is."""
    texts: Shown = {}

    def read(candidate: Candidate) -> bytes:
        data = reading.read_document(candidate)
        project = Path(candidate.real).parent.parent.name
        texts.setdefault(project, []).append(data.decode("utf-8", errors="surrogateescape"))
        return data

    monkeypatch.setattr("collector.sources.whole_document.read_document", read)
    return texts


def rows_shown(shown: Shown) -> list[Row]:
    """What the documents said that were shown to a pass: the merge of all of them."""
    return [
        row
        for project, texts in shown.items()
        for row in merge(r for text in texts for r in read_document(text, project, UTC)).values()
    ]


def rows_of_lines(root: Path) -> list[Row]:
    """What the files of lines say at the end."""
    rows: list[Row] = []
    for file in sorted(root.rglob("executions.jsonl")):
        project = file.relative_to(root).parts[0]
        rows += read_lines(file.read_text(encoding="utf-8"), project, file.parent.name, UTC)
    return list(merge(rows).values())


def test_nothing_that_a_pass_was_shown_is_lost_or_counted_twice(
    fleet: Fleet, shown: Shown, tmp_path: Path
) -> None:
    """While writers tear their files, revert them and append, and after one pass in quiet."""
    steps = 90 * LOAD
    for project in {project for project, _ in WRITERS}:
        fleet.project(project)
    lines = [
        [
            str(SUPPORT / "restless_writer.py"),
            str(fleet.root / project),
            agent,
            str(SEED),
            str(steps),
            str(tmp_path / f"{agent}.log"),
        ]
        for project, agent in WRITERS
    ]

    passes = 0
    with running(*lines) as writers:
        while any(writer.poll() is None for writer in writers):
            fleet.collect()
            if passes % 3 == 0:
                refresh(fleet.warehouse, now=NOW)
            passes += 1
        assert [writer.returncode for writer in writers] == [0] * len(WRITERS)
    fleet.collect()

    stored = stored_rows(fleet.warehouse)
    assert passes > 0
    assert [row for row in stored if row.kind == "skill"] == in_order(rows_shown(shown))
    assert [row for row in stored if row.kind == "agent"] == in_order(rows_of_lines(fleet.root))
    for project, agent in WRITERS[:2]:
        log = (tmp_path / f"{agent}.log").read_text(encoding="utf-8").splitlines()
        written = {row for text in log for row in read_document(json.loads(text), project, UTC)}
        ours = {row for row in stored if row.project == project and row.kind == "skill"}
        last = read_document(json.loads(log[-1]), project, UTC)
        assert ours <= written
        assert {row.key for row in last} <= {row.key for row in ours}


_READER = """
import sys
from datetime import datetime
from pathlib import Path
from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.reports.effectiveness import effectiveness
from aggregator.reports.top_skills import top_skills
from schema.warehouse import Warehouse

warehouse, now = Warehouse(Path(sys.argv[1])), datetime.fromisoformat(sys.argv[2])
asked, totals = 0, [0]
print("ready", flush=True)
while not Path(sys.argv[3]).exists():
    with warehouse.reading() as con:
        question = Question(ALL_TIME, scope(con), "all", now)
        ranked = top_skills(con, question)
        told = effectiveness(con, question, "code-review")
    assert told is not None
    assert ranked.total_invocations == sum(r.measures.total_invocations for r in ranked.rows)
    totals.append(ranked.total_invocations)
    asked += 1
assert totals == sorted(totals), "an answer fell behind an earlier one"
print(asked, flush=True)
"""


@pytest.mark.slow
def test_neither_readers_nor_passes_fail_while_both_go_on(fleet: Fleet, tmp_path: Path) -> None:
    """Every question is answered, consistently and never with less than before; every pass ends."""
    folder, finished = fleet.project(), tmp_path / "finished"
    records, runs = [invocation()], [execution()]
    write_skills(folder, {"invocations": records})
    fleet.collect()
    line = ["-c", _READER, str(fleet.warehouse.path), NOW.isoformat(), str(finished)]

    with running(*[line] * 4) as readers:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        for night in range(5 * LOAD):
            records.append(invocation(at=f"2026-08-04T{night // 60 % 24:02}:{night % 60:02}:00"))
            runs.append(execution(f"2026-08-05T{night // 60 % 24:02}:{night % 60:02}:00Z"))
            write_skills(folder, {"invocations": records})
            write_executions(folder, "reviewer", runs)
            assert collect(fleet.warehouse, now=NOW).problems == []
            refresh(fleet.warehouse, now=NOW)
        finished.touch()
        asked = [int(reader.communicate(timeout=60)[0]) for reader in readers]
        codes = [reader.returncode for reader in readers]

    assert codes == [0] * len(readers)
    assert min(asked) > 0
    assert fleet.query("select count(*) from skill_usage") == [(len(records) + len(runs),)]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory and descriptors are read from /proc")
def test_passes_in_one_process_leave_memory_and_file_flat(fleet: Fleet) -> None:
    """A service that runs for years: what a pass takes it gives back, and rows are what stays."""
    count = 24 * LOAD
    folders = fleet.projects("one", "two", "three")
    records: dict[Path, list[dict[str, object]]] = {folder: [] for folder in folders}
    seen: list[tuple[int, int, int]] = []

    for night in range(count):
        for place, folder in enumerate(folders):
            at = f"2026-08-04T{night // 60 % 24:02}:{night % 60:02}:{place:02}"
            records[folder].append(invocation(at=at))
            write_skills(folder, {"invocations": records[folder]})
        fleet.collect()
        refresh(fleet.warehouse, now=NOW)
        resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
        descriptors = len(os.listdir("/proc/self/fd"))
        seen.append((fleet.warehouse.path.stat().st_size, resident, descriptors))

    early, last = seen[count // 4], seen[-1]
    rows = len(folders) * (count - count // 4)
    assert fleet.query("select count(*) from skill_usage") == [(len(folders) * count,)]
    assert last[0] - early[0] <= rows * BYTES_A_ROW + GIVEN_BACK
    assert last[1] - early[1] <= GIVEN_BACK
    assert last[2] == early[2]
