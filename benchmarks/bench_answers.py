"""Answers: from rollups against raw rows, ranges of days, and whole commands.

Measured on all projects' skills and the agents of one project in ten. In-process times have the
warehouse open and the query run once before; a command is a process of its own.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import cast

from benchmarks.harness import Sample, command, interleaved, median_seconds, python, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result, duration
from benchmarks.workspace import workspace

ANSWER_S = 0.015
RANGE_S = 0.200
RAW_RATIO = 20.0
COMMAND_RATIO = 1.25
COMMAND_ROUNDS = 7
REPEATS, RANGE_REPEATS, RAW_REPEATS = 40, 20, 5

_OPEN = "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True).sql('select 1').fetchall()"
_ANSWERS, _RANGES, _RAW = "from rollups", "from rows of a range", "from raw rows"

Times = dict[str, tuple[float, float]]
"""Median and 95th percentile of each query in seconds, as medians over the rounds."""


def run(options: Options) -> Result:
    """Measure in process, then whole commands."""
    result = Result("answers", options, options.fleet)
    with workspace(options, "answers") as work:
        warehouse = work.collected(work.mixed("tree"), "warehouse")
        step("refresh", warehouse=warehouse, full=True)
        _in_process(result, warehouse)
        _commands(result, warehouse)
    return result


def _in_process(result: Result, warehouse: Path) -> None:
    def answers(repeats: int, ranged: bool) -> Sample:
        return step("answers", warehouse=warehouse, repeats=repeats, ranged=ranged)

    samples = interleaved(
        {
            _ANSWERS: lambda _: answers(REPEATS, ranged=False),
            _RANGES: lambda _: answers(RANGE_REPEATS, ranged=True),
            _RAW: lambda _: step("raw_answers", warehouse=warehouse, repeats=RAW_REPEATS),
        },
        result.options.rounds,
    )
    rolled, ranges, raw = (_times(samples[name]) for name in (_ANSWERS, _RANGES, _RAW))
    for label in rolled:
        _add(result, label, samples, rolled, raw)
    for label, (_, p95) in ranges.items():
        runs = _as_samples(samples[_RANGES], label)
        result.add(label, {_RANGES: runs}, baseline="", notes={_RANGES: f"p95 {p95 * 1000:.1f} ms"})
    slowest = max(rolled, key=lambda label: rolled[label][1])
    least = min(rolled, key=lambda label: raw[label][0] / rolled[label][0])
    longest = max(ranges, key=lambda label: ranges[label][1])
    result.goals += [
        Goal(
            f"slowest answer from rollups, p95: {slowest}",
            rolled[slowest][1] * 1000,
            ANSWER_S * 1000,
            unit=" ms",
        ),
        Goal(
            f"smallest speedup over raw rows: {least}",
            raw[least][0] / rolled[least][0],
            RAW_RATIO,
            True,
            "x",
        ),
        Goal(
            f"slowest range, p95: {longest}", ranges[longest][1] * 1000, RANGE_S * 1000, unit=" ms"
        ),
    ]
    slow = sum(p95 > ANSWER_S for _, p95 in rolled.values())
    below = sum(raw[label][0] < RAW_RATIO * rolled[label][0] for label in rolled)
    result.notes.append(
        f"{slow} of {len(rolled)} answers from rollups over {ANSWER_S * 1000:g} ms (p95),"
        f" {below} less than {RAW_RATIO:g} times as fast as from raw rows"
    )


def _add(
    result: Result, label: str, samples: dict[str, list[Sample]], rolled: Times, raw: Times
) -> None:
    both = {name: _as_samples(samples[name], label) for name in (_ANSWERS, _RAW)}
    gain = raw[label][0] / rolled[label][0]
    p95, raw_time = (duration(seconds) for seconds in (rolled[label][1], raw[label][0]))
    note = f"p95 {p95}; {raw_time} from raw rows, {gain:.1f}x"
    result.add(label, both, baseline=_RAW, notes={_ANSWERS: note}, hidden=_RAW)


def _times(samples: list[Sample]) -> Times:
    cases = [cast(Times, sample.detail["cases"]) for sample in samples]
    return {
        label: (median(c[label][0] for c in cases), median(c[label][1] for c in cases))
        for label in cases[0]
    }


def _as_samples(samples: list[Sample], label: str) -> list[Sample]:
    """The medians of one query as samples."""
    medians = [cast(Times, sample.detail["cases"])[label][0] for sample in samples]
    return [Sample(s, s, sample.peak) for s, sample in zip(medians, samples, strict=True)]


def _commands(result: Result, warehouse: Path) -> None:
    file = str(warehouse)
    name = str(step("names", warehouse=warehouse).detail["top skill"])
    samples = interleaved(
        {
            "open and select 1": lambda _: python("-c", _OPEN, file),
            "top-skills": lambda _: command("--warehouse", file, "top-skills"),
            "top-skills --json": lambda _: command("--warehouse", file, "--json", "top-skills"),
            "effectiveness": lambda _: command("--warehouse", file, "effectiveness", name),
        },
        result.options.rounds * COMMAND_ROUNDS,
    )
    result.add("whole command", samples, baseline="open and select 1")
    base = median_seconds(samples["open and select 1"])
    for variant in list(samples)[1:]:
        claim = f"whole command: {variant} / opening the file"
        result.goals.append(
            Goal(claim, median_seconds(samples[variant]) / base, COMMAND_RATIO, unit="x")
        )
    loaded: set[str] = set()
    for arguments in (["top-skills"], ["effectiveness", name]):
        found = step("loaded_modules", warehouse=warehouse, arguments=arguments).detail["loaded"]
        loaded |= set(cast(list[str], found))
    result.goals.append(Goal("unneeded libraries loaded", len(loaded), 0))
    if loaded:
        result.notes.append(f"unneeded libraries loaded: {', '.join(sorted(loaded))}")


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
