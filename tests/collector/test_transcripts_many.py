"""Very many small transcripts: a run's time and memory grow with their number, and no faster."""

from __future__ import annotations

import os
import sys
import tracemalloc
from pathlib import Path

import pytest

from collector.transcripts.scan import Before, KnownTranscript, Root, Scan, scan

MOST_BYTES_A_FILE = 1500
FEW, MANY = 500, 2_000

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


def measured(before: Before) -> tuple[Scan, int]:
    """What a run reads, and the most memory it takes meanwhile, in bytes."""
    tracemalloc.start()
    try:
        found = scan(before)
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
        nothing = Before([place], {}, {}, frozenset(), {})
        scan(nothing)
        first, read_peak = measured(nothing)
        files = {
            each.path: KnownTranscript("read", each.fingerprint, each.checkpoint)
            for each in first.read
        }
        known = Before(
            [Root(place.source, place.path, nothing.digest())],
            {(place.source, place.path): files},
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
