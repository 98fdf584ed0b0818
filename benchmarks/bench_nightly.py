"""Nightly collects: no changes, a day's changes in every file, ten times the history.

A day's changes are 100 new records in every file, and in a document 5 changed ones.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.fleet import Fleet
from benchmarks.generate import ensure, working_copy, write_delta
from benchmarks.harness import Sample, blocked_seconds, command, interleaved, step
from benchmarks.options import Options, parse
from benchmarks.results import PEAK_MIB, Goal, Result
from benchmarks.workspace import Workspace, workspace

UNCHANGED_RATIO = 2.0
DELTA_RATIO = 0.1
HISTORY_RATIO = 1.3
LOCK_S = 1.0
COMMAND_ROUNDS = 5
"""Whole commands are short, so they run so many times as many rounds."""

HISTORY_PROJECTS = {"small": 4, "medium": 5, "large": 5}


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
    before = work.registered(tree, f"before-{file_format}")
    first = interleaved({"first collect": lambda _: step("collect", warehouse=before)}, 1)
    write_delta(tree, options.fleet)
    after = work.folder / f"after-{file_format}.duckdb"

    def delta(number: int) -> Sample:
        work.copy_of(before, after.stem)
        return step("collect", after, warehouse=after)

    samples = first | interleaved({"changes": delta}, options.rounds)
    case = f"night, {file_format}"
    held = blocked_seconds(samples["changes"])
    result.add(
        case, samples, baseline="first collect", notes={"changes": _changes(samples["changes"])}
    )
    claim = f"{case}: changes / first collect"
    result.limit_ratio(claim, samples["changes"], samples["first collect"], DELTA_RATIO)
    result.goals.append(Goal(f"{case}: readers blocked", held, LOCK_S, unit=" s"))
    result.limit_peak(case, samples["changes"], PEAK_MIB)


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
    for name in ("collect", "refresh"):
        claim = f"no changes: {name} / an empty `projects`"
        result.limit_ratio(claim, samples[name], samples["projects, empty"], UNCHANGED_RATIO)
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
    claim = "jsonl: 10 times the history / 1 time"
    result.limit_ratio(claim, samples["10x"], samples["1x"], HISTORY_RATIO)


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
