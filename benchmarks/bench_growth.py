"""Growth: time and memory of collect, rebuild and answers with 1, 10, 100 and 300 projects.

Plotted as ``benchmarks/growth.png`` at large, where matplotlib is installed.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.fleet import FORMATS, Fleet
from benchmarks.generate import view
from benchmarks.harness import MIB, Sample, median_seconds, processor_seconds, progress, step
from benchmarks.options import Options, parse
from benchmarks.results import PEAK_MIB, Goal, Result
from benchmarks.workspace import Workspace, workspace

PROJECTS = (1, 10, 100, 300)
RECORDS = {"small": 100, "medium": 2_000, "large": 5_000}
"""Records of each format in each project."""

FLAT = 1.2
REPEATS = 20
DRAWN_SIZE = "large"
STEPS = ("collect", "rebuild", "answers")
PICTURE = Path(__file__).resolve().parent / "growth.png"

Found = dict[str, dict[int, list[Sample]]]
"""The samples of each step for each number of projects."""


def run(options: Options) -> Result:
    """In each round, run all steps for every number of projects."""
    result = Result("growth", options, _fleet(options))
    records = RECORDS[options.size] * len(FORMATS)
    with workspace(options, "growth", result.fleet) as work:
        found = _measured(work, options.rounds)
    for name in STEPS:
        samples = {_label(count): runs for count, runs in found[name].items()}
        notes = {_label(n): _cost(runs, n * records) for n, runs in found[name].items()}
        shown = {} if name == "answers" else notes
        result.add(name, samples, baseline=_label(PROJECTS[0]), notes=shown)
    result.goals += [_flat(found[name], name) for name in STEPS[:2]]
    for name in STEPS:
        result.limit_peak(f"{name}, {_label(PROJECTS[-1])}", found[name][PROJECTS[-1]], PEAK_MIB)
    result.notes += [
        "answers: the sum of the medians of all queries that have a rollup",
        _draw(found, records, options.size),
    ]
    return result


def _fleet(options: Options) -> Fleet:
    return Fleet(max(PROJECTS), RECORDS[options.size], options.seed)


def _label(count: int) -> str:
    return f"{count} projects" if count > 1 else "1 project"


def _measured(work: Workspace, rounds: int) -> Found:
    empty = {}
    for count in PROJECTS:
        tree = view(work.root, work.folder / f"tree-{count}", FORMATS, count)
        empty[count] = work.registered(tree, f"registered-{count}")
    found: Found = {name: {count: [] for count in PROJECTS} for name in STEPS}
    for number in range(rounds):
        for count in PROJECTS:
            progress(f"  round {number + 1} of {rounds}: {_label(count)}")
            warehouse = work.copy_of(empty[count], "warehouse")
            found["collect"][count].append(step("collect", warehouse=warehouse))
            rebuilt = step("refresh", warehouse=warehouse, full=True)
            found["rebuild"][count].append(rebuilt)
            asked = step("answers", warehouse=warehouse, repeats=REPEATS, ranged=False)
            found["answers"][count].append(asked)
    return found


def _cost(samples: list[Sample], records: int) -> str:
    return f"{median_seconds(samples) / records * 1e6:.2f} \u00b5s per record"


def _flat(found: dict[int, list[Sample]], name: str) -> Goal:
    """The cost per record must not rise from 100 to 300 projects."""
    most, fewer = PROJECTS[-1], PROJECTS[-2]
    cost = processor_seconds(found[most]) / most / (processor_seconds(found[fewer]) / fewer)
    claim = f"{name}: cost per record, {most} projects / {fewer}, processor time"
    return Goal(claim, cost, FLAT, unit="x")


def _draw(found: Found, records: int, size: str) -> str:
    """Plot time and memory over the number of projects; returns a note: the file, or why not."""
    if size != DRAWN_SIZE:
        return f"no picture: it is drawn at {DRAWN_SIZE}"
    if find_spec("matplotlib") is None:
        return "no picture: matplotlib is not installed (pip install matplotlib)"
    import_module("matplotlib").use("Agg")
    pyplot: Any = import_module("matplotlib.pyplot")
    figure, (times, memory) = pyplot.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    for name in STEPS:
        seconds = [median_seconds(found[name][count]) for count in PROJECTS]
        peaks = [median(s.peak for s in found[name][count]) / MIB for count in PROJECTS]
        times.plot(PROJECTS, seconds, marker="o", label=name)
        memory.plot(PROJECTS, peaks, marker="o", label=name)
    times.set(xlabel="projects", ylabel="seconds", xscale="log", yscale="log", title="time")
    memory.set(xlabel="projects", ylabel="MiB", xscale="log", title="peak memory", ylim=(0, None))
    times.yaxis.set_major_formatter("{x:g}")
    times.yaxis.set_minor_formatter("{x:g}")
    for axes in (times, memory):
        axes.set_xticks(PROJECTS, [str(count) for count in PROJECTS])
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    figure.suptitle(f"{records:,} records in each project")
    figure.savefig(PICTURE, dpi=120)
    return f"picture: {PICTURE.parent.name}/{PICTURE.name}"


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
