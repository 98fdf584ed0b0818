"""Reading transcripts against reading their bytes: the first pass, a night, nothing new, discover.

The tree is a heavy user's: 3,142 files, 1.2 GB. Smaller sizes take a part of it. All is read from
the page cache. The cost of a night is what a pass takes longer than one without transcripts.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from benchmarks.harness import (
    MIB,
    Run,
    Sample,
    interleaved,
    median_seconds,
    processor_seconds,
    progress,
    python,
    step,
)
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import Workspace

FIRST_RATIO = 6.0
FIRST_PEAK_MIB = 200
NIGHT_S = 0.1
ANSWER_S = 10.0
SMALL_FILES = {"small": 10_000, "medium": 100_000, "large": 100_000}
SMALL_FILE_US = 20.0
SCALE = {"small": 0.1, "medium": 1.0, "large": 1.0}
CCUSAGE, ANALYTICS = "ccusage", "agent-session-analytics"
PEERS = {CCUSAGE: "npm install ccusage", ANALYTICS: "pip install agent-session-analytics"}
"""Programs that read the same files, and how to get them; measured where they are on the path."""

RAW = "reading the bytes"


def run(options: Options) -> Result:
    """Measure every kind of pass on one tree."""
    result = Result("transcripts", options, options.fleet)
    progress(f"transcripts, {options.size}")
    options.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="transcripts-", dir=options.data) as made:
        folder = Path(made).resolve()
        work, root, code = Workspace(folder, folder), folder / "claude/projects", folder / "code"
        tree = step("make_tree", root=root, code=code, scale=SCALE[options.size], seed=options.seed)
        result.notes.append(
            "{files:,} files, {bytes:,} bytes, {lines:,} lines, {uses:,} uses".format(**tree.detail)
        )
        empty = _enabled(work, "empty", root, code)
        _first(result, work, empty, root)
        _nights(result, work, empty, root, code)
        _discover(result, work, folder)
        _many(result, work, folder / "small/projects", code)
    return result


def _enabled(work: Workspace, name: str, root: Path | None, code: Path) -> Path:
    warehouse = work.empty_place(name)
    step("enable", warehouse=warehouse, root=root, code=code)
    return warehouse


def _first(result: Result, work: Workspace, empty: Path, root: Path) -> None:
    def first(_: int) -> Sample:
        return step("collect_transcripts", warehouse=work.copy_of(empty, "first"))

    variants: dict[str, Run] = {RAW: lambda _: step("read_bytes", root=root), "first pass": first}
    samples = interleaved(variants, result.options.rounds)
    result.add("first pass", samples, baseline=RAW)
    result.limit_ratio(
        "first pass / reading the bytes", samples["first pass"], samples[RAW], FIRST_RATIO
    )
    result.limit_peak("first pass", samples["first pass"], FIRST_PEAK_MIB)


def _nights(result: Result, work: Workspace, empty: Path, root: Path, code: Path) -> None:
    without = _enabled(work, "without", None, code)
    read = work.copy_of(empty, "read")
    step("collect_transcripts", warehouse=read)

    def pass_of(warehouse: Path, name: str) -> Run:
        return lambda _: step("collect_transcripts", warehouse=work.copy_of(warehouse, name))

    def night(number: int) -> Sample:
        step("grow", root=root, code=code, number=number)
        return step("collect_transcripts", warehouse=work.copy_of(read, "night"))

    variants: dict[str, Run] = {
        "without transcripts": pass_of(without, "none"),
        # Before any file of this run grew.
        "nothing new": pass_of(read, "same"),
    }
    samples = interleaved(variants, result.options.rounds)
    grown = interleaved({"one file grew": night}, result.options.rounds)
    samples |= grown
    result.add("night", samples, baseline="without transcripts")
    base = processor_seconds(samples["without transcripts"])
    for name in ("nothing new", "one file grew"):
        more = processor_seconds(samples[name]) - base
        result.goals.append(
            Goal(f"{name}: processor time beside the pass's own", more, NIGHT_S, unit=" s")
        )


def _discover(result: Result, work: Workspace, folder: Path) -> None:
    places = {
        "CLAUDE_CONFIG_DIR": str(folder / "claude"),
        "CODEX_HOME": str(folder / "nothing"),
        "COPILOT_HOME": str(folder / "nothing"),
    }
    os.environ.update(places)

    def discover(_: int) -> Sample:
        warehouse = work.empty_place("discovered")
        words = ("discover", "--register", "--yes")
        return python("-m", "cli", "--warehouse", str(warehouse), *words)

    samples = interleaved({"discover --register --yes": discover}, result.options.rounds)
    found = {name: shutil.which(name) for name in PEERS}
    samples |= interleaved({name: _peer(name, at, folder) for name, at in found.items() if at}, 1)
    result.add("first answer", samples, baseline="discover --register --yes", process=True)
    for name, at in found.items():
        if at is None:
            result.skip("first answer", name, f"not on the path: {PEERS[name]}")
    first = median_seconds(samples["discover --register --yes"], process=True)
    result.goals.append(Goal("discover: first answer", first, ANSWER_S, unit=" s"))


def _peer(name: str, program: str, folder: Path) -> Run:
    """One of the other programs, on the same files, with nothing kept from an earlier run."""
    words = [program, "daily", "--json", "--offline"]
    kept = {"HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "home" / "cache")}
    if name == ANALYTICS:
        words = [program, "ingest"]
        # It looks for the files in the home folder alone.
        (folder / "home").mkdir(exist_ok=True)
        (folder / "home" / ".claude").symlink_to(folder / "claude")
    line = (
        f"import os, subprocess; os.environ.update({kept});"
        f" subprocess.run({words}, check=True, stdout=subprocess.DEVNULL)"
    )
    return lambda _: python("-c", line)


def _many(result: Result, work: Workspace, root: Path, code: Path) -> None:
    """A run over very many small files of which none is new: time and memory for each."""
    count = SMALL_FILES[result.options.size]
    step("make_small_files", root=root, count=count)
    without = _enabled(work, "few", None, code)
    read = _enabled(work, "many", root, code)
    first = step("collect_transcripts", warehouse=read)
    samples = interleaved(
        {
            "without transcripts": lambda _: step(
                "collect_transcripts", warehouse=work.copy_of(without, "none")
            ),
            f"{count:,} small files": lambda _: step(
                "collect_transcripts", warehouse=work.copy_of(read, "same")
            ),
        },
        result.options.rounds,
    )
    base, many = samples.values()
    result.add(
        "small files, nothing new",
        samples,
        baseline="without transcripts",
        notes={f"{count:,} small files": f"first pass {first.peak / MIB:,.0f} MiB"},
    )
    each_us = (processor_seconds(many) - processor_seconds(base)) / count * 1e6
    result.goals.append(
        Goal("an unchanged file: processor time", each_us, SMALL_FILE_US, unit=" µs")
    )


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
