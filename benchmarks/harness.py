"""Measures steps: each runs in its own process, and each round runs every variant once.

The seconds of a step exclude start-up and imports; those of a command are the whole process. Memory
is the largest sampled sum of resident sizes over the process tree, and at least the peak that the
system reports for the step itself. Steps share no state except the files they are given.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import IO

from benchmarks.probes import is_write_locked, peak_resident_bytes, resident_bytes

ROOT = Path(__file__).resolve().parent.parent
MIB = 1 << 20
_SAMPLE_S = 0.004
_MEMORY_EVERY = 3
"""Memory is sampled every third time, the lock every time."""


class StepFailed(Exception):
    """A step failed; the argument is the last line it wrote to stderr."""


@dataclass(frozen=True)
class Sample:
    """One run: seconds of the step and of its process, peak bytes, and the rest of its output.

    ``locked_s`` is the longest time in seconds for which the watched file was locked for readers,
    ``cpu_s`` the processor time of the step, or of the whole process where it is a command.
    """

    seconds: float
    process_s: float
    peak: int
    locked_s: float = 0.0
    detail: Mapping[str, object] = field(default_factory=dict)
    cpu_s: float = 0.0


@dataclass
class _Watch:
    """What was observed while a process ran."""

    peak: int = 0
    locked_s: float = 0.0
    processor_s: float = 0.0


Run = Callable[[int], Sample]
"""Runs a variant once, given the number of the round. Its preparation is not measured."""


def step(name: str, watched: Path | None = None, /, **values: object) -> Sample:
    """Run a step of ``benchmarks.steps`` with these values. Raises StepFailed.

    ``watched``: a warehouse whose lock is sampled meanwhile.
    """
    plain = {key: _plain(value) for key, value in values.items()}
    arguments = ["-m", "benchmarks.steps", name, json.dumps(plain)]
    sample, output = _run([sys.executable, *arguments], watched)
    printed = json.loads(output.strip().rsplit("\n", 1)[-1])
    seconds, cpu_s = printed.pop("seconds"), printed["cpu_s"]
    return Sample(seconds, sample.process_s, sample.peak, sample.locked_s, printed, cpu_s)


def command(*arguments: str) -> Sample:
    """Run ``skillhouse`` with these arguments. Raises StepFailed."""
    return python("-m", "cli", *arguments)


def python(*arguments: str) -> Sample:
    """Run this Python with these arguments. Raises StepFailed."""
    return _run([sys.executable, *arguments], None)[0]


def interleaved(variants: Mapping[str, Run], rounds: int) -> dict[str, list[Sample]]:
    """Run all variants once per round, so that changing load affects all of them alike.

    A variant that fails is not run again and has no samples.
    """
    found: dict[str, list[Sample]] = {name: [] for name in variants}
    failed: set[str] = set()
    for number in range(rounds):
        for name, run in variants.items():
            if name in failed:
                continue
            progress(f"  round {number + 1} of {rounds}: {name}")
            try:
                found[name].append(run(number))
            except StepFailed as exc:
                progress(f"  {name} failed: {exc}")
                failed.add(name)
                found[name] = []
    return found


def progress(text: str) -> None:
    """Print a progress message to stderr."""
    print(text, file=sys.stderr, flush=True)


def median_seconds(samples: Sequence[Sample], *, process: bool = False) -> float:
    """The median seconds of the steps, or of their processes; NaN without samples."""
    if not samples:
        return float("nan")
    return median(s.process_s if process else s.seconds for s in samples)


def processor_seconds(samples: Sequence[Sample]) -> float:
    """The median processor time in seconds; NaN without samples."""
    return median(each.cpu_s for each in samples) if samples else float("nan")


def peak_mib(samples: Iterable[Sample]) -> float:
    """The largest peak of memory in MiB; NaN without samples."""
    return max((each.peak / MIB for each in samples), default=float("nan"))


def blocked_seconds(samples: Iterable[Sample]) -> float:
    """The longest time for which readers were kept out of the watched file; NaN without samples."""
    return max((each.locked_s for each in samples), default=float("nan"))


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _run(arguments: Sequence[str], watched: Path | None) -> tuple[Sample, str]:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen(arguments, cwd=ROOT, stdout=out, stderr=err, env=_environment())
        watch = _watch(process, watched)
        process_s = time.perf_counter() - began
        if process.returncode:
            raise StepFailed(_last_line(err) or f"exit code {process.returncode}")
        out.seek(0)
        return Sample(
            process_s, process_s, watch.peak, watch.locked_s, cpu_s=watch.processor_s
        ), out.read()


def _watch(process: subprocess.Popen[bytes], watched: Path | None) -> _Watch:
    """Sample the process until it ends."""
    watch = _Watch()
    held_since: float | None = None
    count = 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            watch.processor_s = usage.ru_utime + usage.ru_stime
            # Only when there is no sample: ru_maxrss includes our own memory before the exec.
            watch.peak = watch.peak or usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            return watch
        if count % _MEMORY_EVERY == 0:
            seen = max(resident_bytes(process.pid), peak_resident_bytes(process.pid))
            watch.peak = max(watch.peak, seen)
        if watched is not None and is_write_locked(watched):
            now = time.perf_counter()
            held_since = held_since or now
            watch.locked_s = max(watch.locked_s, now - held_since)
        else:
            held_since = None
        count += 1
        time.sleep(_SAMPLE_S if count > 5 or watched else 0.001)


def _environment() -> dict[str, str]:
    """This environment without variables that would change the measurement."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SKILLHOUSE_")}
    # With it our modules would be compiled in every run; an installed program's are compiled once.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {"NO_COLOR": "1", "COLUMNS": "120", "PYTHONPATH": str(ROOT)}


def _last_line(file: IO[str]) -> str:
    file.seek(0)
    lines = [line for line in file.read().splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
