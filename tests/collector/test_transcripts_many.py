"""Very many small transcripts: a run's time and memory grow with their number, and no faster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest

from collector.transcripts.scan import (
    Before,
    Known,
    KnownTranscript,
    Root,
    Scan,
    nothing_known,
    scan,
)

MOST_BYTES_A_FILE = 2_000
"""While a part is read; what its files look like is held as well."""

FEW, MANY = 500, 2_000
PART_FILES = 2_000
MOST_MIB_MORE = 40
"""What 15,000 files more may take. Held all at once they took 60 MiB more, or 4 KiB each."""

PASS = """
import json, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from collector.collect import collect
from collector.transcripts import opt_in, scan
from schema.warehouse import Warehouse

path, root, scan.PART_FILES = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
warehouse, now = Warehouse(path, "UTC"), datetime(2026, 11, 1, tzinfo=UTC)
if not warehouse.exists():
    with warehouse.writing() as con:
        opt_in.enable(con, [opt_in.Place("claude_code", root)], now)
done = collect(warehouse, now=now).transcripts
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
print(json.dumps([done.files, done.files_unchanged, peak >> 20]))
"""

opened: list[str] | None = None


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if opened is not None and event == "open":
        opened.append(str(arguments[0]))


def lay(root: Path, count: int) -> None:
    for number in range(count):
        folder = root / f"-work-p{number // 100}"
        folder.mkdir(parents=True, exist_ok=True)
        line = f'{{"type":"user","cwd":"/w","sessionId":"s{number}","version":"2.1.0"}}\n'
        (folder / f"{number:036d}.jsonl").write_text(line)


def answers(files: Mapping[str, KnownTranscript]) -> Known:
    return lambda root, paths: files


def measured(before: Before) -> tuple[Scan, int]:
    """What a run reads, and the most memory it takes meanwhile, in bytes."""
    tracemalloc.start()
    try:
        (found,) = scan(before)
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_a_run_grows_with_the_number_of_files(tmp_path: Path) -> None:
    """So much memory a file at most, read or unchanged; unchanged ones are not opened."""
    global opened
    took: dict[int, tuple[int, int]] = {}
    sys.addaudithook(_note)
    for count in (FEW, MANY):
        root = tmp_path / str(count)
        lay(root, count)
        place = Root("claude_code", os.path.realpath(root), None)
        nothing = Before([place], nothing_known, {}, frozenset(), {})
        list(scan(nothing))
        first, read_peak = measured(nothing)
        files = {
            each.path: KnownTranscript("read", each.fingerprint, each.checkpoint)
            for each in first.read
        }
        known = Before(
            [Root(place.source, place.path, nothing.digest())],
            answers(files),
            {},
            frozenset(),
            {},
        )
        opened = []
        again, unchanged_peak = measured(known)
        touched, opened = opened, None

        assert (first.files, len(first.read)) == (count, count)
        assert (again.files_unchanged, again.read) == (count, [])
        assert not [path for path in touched if path.endswith(".jsonl")]
        took[count] = (read_peak, unchanged_peak)

    for few, many in zip(took[FEW], took[MANY], strict=True):
        assert (many - few) / (MANY - FEW) <= MOST_BYTES_A_FILE


def passed(folder: Path, root: Path) -> tuple[int, int, int]:
    """Files, files unchanged, and the peak of memory in MiB, of a run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PASS, str(folder / "w.duckdb"), str(root), str(PART_FILES)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    files, unchanged, peak = json.loads(done.stdout)
    return files, unchanged, peak


@pytest.mark.slow
def test_memory_is_that_of_a_part(tmp_path: Path) -> None:
    """Four times as many files take hardly more memory, in a first run and where nothing is new."""
    first: list[int] = []
    again: list[int] = []
    for count in (5_000, 20_000):
        root = tmp_path / str(count) / "projects"
        lay(root, count)
        for peaks, unchanged in ((first, 0), (again, count)):
            files, same, peak = passed(root.parent, root)
            assert (files, same) == (count, unchanged)
            peaks.append(peak)

    for few, many in (first, again):
        assert many - few <= MOST_MIB_MORE
