"""Steps that make, read and collect a tree of transcripts. ``cpu_s`` is processor time."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks.fleet import ZONE
from benchmarks.steps import NOW, StepOutput, timed, warehouse_at
from benchmarks.transcript_tree import PROJECTS, append_turn, make
from collector.collect import collect
from collector.projects.registering import register
from collector.transcripts import opt_in

_BUFFER_BYTES = 1 << 20
_IN_A_FOLDER = 500


def make_tree(root: str, code: str, scale: float, seed: int) -> StepOutput:
    """Write the tree below ``root``, of sessions in projects below ``code``."""
    took, tree = timed(lambda: make(Path(root), scale, seed, Path(code)))
    return {"seconds": took, **asdict(tree)}


def make_small_files(root: str, count: int) -> StepOutput:
    """Write so many transcripts of one line each."""

    def work() -> None:
        for number in range(count):
            folder = os.path.join(root, f"-work-{number // _IN_A_FOLDER}")
            if not number % _IN_A_FOLDER:
                os.makedirs(folder)
            line = {
                "type": "user",
                "cwd": "/nowhere",
                "sessionId": f"s{number}",
                "version": "2.1.0",
            }
            with open(os.path.join(folder, f"{number:036d}.jsonl"), "w", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    took, _ = timed(work)
    return {"seconds": took, "files": count}


def read_bytes(root: str) -> StepOutput:
    """Read every byte of the tree, and do nothing with it."""
    buffer = bytearray(_BUFFER_BYTES)

    def work() -> int:
        total = 0
        for folder, _, names in os.walk(root):
            for name in names:
                descriptor = os.open(os.path.join(folder, name), os.O_RDONLY)
                while size := os.readv(descriptor, [buffer]):
                    total += size
                os.close(descriptor)
        return total

    return _measured(work, "bytes")


def enable(warehouse: str, root: str | None, code: str) -> StepOutput:
    """Register the projects in a new warehouse, and let the transcripts be read, if any."""
    with warehouse_at(warehouse).writing() as con:

        def work() -> None:
            for number in range(PROJECTS):
                folder = Path(code) / f"project{number}"
                # A repository, so that discover registers it.
                (folder / ".git").mkdir(parents=True, exist_ok=True)
                register(con, folder, now=NOW, default_timezone=ZONE)
            if root is not None:
                opt_in.enable(con, [opt_in.Place("claude_code", root)], NOW)

        took, _ = timed(work)
    return {"seconds": took}


def grow(root: str, code: str, number: int) -> StepOutput:
    """Let one session of a middling size go on for a turn with a use."""
    took, path = timed(lambda: append_turn(Path(root), number, Path(code)))
    return {"seconds": took, "bytes": Path(path).stat().st_size}


def collect_transcripts(warehouse: str) -> StepOutput:
    """A pass, until the warehouse is closed again."""
    target = warehouse_at(warehouse)

    def work() -> dict[str, int]:
        told = collect(target, now=NOW).transcripts
        return {} if told is None else told.counts()

    return _measured(work, "counts")


def _measured(work: Callable[[], object], name: str) -> StepOutput:
    cpu = time.process_time()
    took, found = timed(work)
    more = found if isinstance(found, dict) else {name: found}
    return {"seconds": took, "cpu_s": time.process_time() - cpu, **more}
