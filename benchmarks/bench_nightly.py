"""Nightly collects: no changes, a day's changes in every file, ten times the history.

A day's changes are 100 new records in every file, and in a document 5 changed ones.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.fleet import Fleet
from benchmarks.generate import ensure, working_copy, write_delta
from benchmarks.harness import Sample, command, interleaved, median_seconds, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import Workspace, workspace

UNCHANGED_RATIO = 2.0
DELTA_RATIO = 0.1
HISTORY_RATIO = 1.3
LOCK_S = 1.0
COMMAND_ROUNDS = 5
"""Whole commands are short, so they run so many times as many rounds."""

HISTORY_PROJECTS = {"small": 4, "medium": 5, "large": 10}


def run(options: Options) -> Result:
    """Measure all kinds of nights."""
    result = Result("nightly", options, options.fleet)
    with workspace(options, "nightly") as work:
        for file_format in ("json", "jsonl"):
            _delta(result, work, file_format)
        _no_changes(result, work)
        _history(result, work)
    return result


def _delta(result: Result, work: Workspace, file_format: str) -> None:
    """Collecting a day's changes against a first collect; leaves an up-to-date warehouse."""
    options = result.options
    tree = working_copy(work.root, work.folder / file_format, (file_format,))
    before = work.collected(tree, f"before-{file_format}")
    empty = work.registered(tree, "registered")
    write_delta(tree, options.fleet)
    after = work.folder / f"after-{file_format}.duckdb"

    def first_collect(number: int) -> Sample:
        return step("collect", warehouse=work.copy_of(empty, "cold"))

    def delta(number: int) -> Sample:
        work.copy_of(before, after.stem)
        return step("collect", after, warehouse=after)

    samples = interleaved({"first collect": first_collect, "changes": delta}, options.rounds)
    case = f"night, {file_format}"
    held = max((sample.locked_s for sample in samples["changes"]), default=float("nan"))
    result.add(
        case, samples, baseline="first collect", notes={"changes": _changes(samples["changes"])}
    )
    ratio = median_seconds(samples["changes"]) / median_seconds(samples["first collect"])
    result.goals.append(Goal(f"{case}: changes / first collect", ratio, DELTA_RATIO, unit="x"))
    result.goals.append(Goal(f"{case}: readers blocked", held, LOCK_S, unit=" s"))


def _changes(samples: list[Sample]) -> str:
    if not samples:
        return ""
    counts = samples[-1].detail
    return "{inserted} inserted, {updated} updated, {records_read} read".format(**counts)


def _no_changes(result: Result, work: Workspace) -> None:
    warehouse, empty = str(work.folder / "after-json.duckdb"), str(work.registered(None, "empty"))
    step("refresh", warehouse=Path(warehouse))
    samples = interleaved(
        {
            "projects, empty": lambda _: command("--warehouse", empty, "--json", "projects"),
            "collect": lambda _: command("--warehouse", warehouse, "--json", "collect"),
            "refresh": lambda _: command("--warehouse", warehouse, "--json", "refresh"),
        },
        result.options.rounds * COMMAND_ROUNDS,
    )
    opened = step("opened", warehouse=Path(warehouse)).detail["opened"]
    assert isinstance(opened, int)
    case = "no changes, whole command"
    result.add(case, samples, baseline="projects, empty")
    base = median_seconds(samples["projects, empty"])
    for name in ("collect", "refresh"):
        ratio = median_seconds(samples[name]) / base
        claim = f"no changes: {name} / an empty `projects`"
        result.goals.append(Goal(claim, ratio, UNCHANGED_RATIO, unit="x"))
    result.goals.append(Goal("no changes: files opened", opened, 0))


def _history(result: Result, work: Workspace) -> None:
    """The same new lines after a short and a long history."""
    options = result.options
    projects, records = HISTORY_PROJECTS[options.size], options.fleet.records
    prepared = {}
    for times in (1, 10):
        fleet = Fleet(projects, records * times, options.seed, ("jsonl",))
        tree = working_copy(ensure(options.data, fleet), work.folder / f"x{times}", ("jsonl",))
        prepared[f"{times}x"] = work.collected(tree, f"history-{times}")
        write_delta(tree, fleet)
    samples = interleaved(
        {
            name: lambda _, known=known: step(  # type: ignore[misc]
                "collect", warehouse=work.copy_of(known, "history")
            )
            for name, known in prepared.items()
        },
        options.rounds,
    )
    case = f"100 new lines in {projects} files after a history of {records:,} each"
    result.add(case, samples, baseline="1x")
    ratio = median_seconds(samples["10x"]) / median_seconds(samples["1x"])
    result.goals.append(
        Goal("jsonl: 10 times the history / 1 time", ratio, HISTORY_RATIO, unit="x")
    )


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
