"""Answers in process: from rollups against raw rows, ranges of days, and whole questions.

Measured on all projects' skills and the agents of one project in ten, with the warehouse open and
the query run once before. Times are on the wall; whole questions are compared by processor time.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import cast

from benchmarks.harness import Sample, interleaved, progress, step
from benchmarks.options import Options, parse
from benchmarks.results import PEAK_MIB, Goal, Result, duration
from benchmarks.workspace import prepared

ANSWER_S = 0.015
DAYS_S, RANGE_S = 0.060, 0.200
RAW_RATIO = 20.0
REPEATS, RANGE_REPEATS = 40, 20
RAW_REPEATS = {"small": 5, "medium": 2, "large": 1}
WHOLE = ("health", "recommend", "anomalies", "summary")
WHOLE_REPEATS = 10
WHOLE_RATIO = 10.0
RANKING = "top-skills"
_DAYS = tuple(f"top-skills, last {count} days" for count in (7, 30, 90))

_ANSWERS, _RANGES, _RAW = "from rollups", "from rows of a range", "from raw rows"

Times = dict[str, tuple[float, float]]
"""Median and 95th percentile of each query in seconds, as medians over the rounds."""


def run(options: Options) -> Result:
    """Measure rankings and single skills, then whole questions."""
    result = Result("answers", options, options.fleet)
    progress(f"answers, {options.size}")
    warehouse = prepared(options).warehouse
    _in_process(result, warehouse)
    _whole(result, warehouse)
    return result


def _in_process(result: Result, warehouse: Path) -> None:
    def answers(repeats: int, ranged: bool) -> Sample:
        return step("answers", warehouse=warehouse, repeats=repeats, ranged=ranged)

    samples = interleaved(
        {
            _ANSWERS: lambda _: answers(REPEATS, ranged=False),
            _RANGES: lambda _: answers(RANGE_REPEATS, ranged=True),
        },
        result.options.rounds,
    )
    repeats = RAW_REPEATS[result.options.size]
    samples |= interleaved(
        {_RAW: lambda _: step("raw_answers", warehouse=warehouse, repeats=repeats)}, 1
    )
    rolled, ranges, raw = (_times(samples[name]) for name in (_ANSWERS, _RANGES, _RAW))
    for label in rolled:
        _add(result, label, samples, rolled, raw)
    for label, (_, p95) in ranges.items():
        runs = _as_samples(samples[_RANGES], label)
        result.add(label, {_RANGES: runs}, baseline="", notes={_RANGES: f"p95 {p95 * 1000:.1f} ms"})
    slowest = max(rolled, key=lambda label: rolled[label][1])
    least = min(rolled, key=lambda label: raw[label][0] / rolled[label][0])
    others = [label for label in ranges if label not in _DAYS]
    result.goals += [
        Goal(
            f"stored spans, p95, slowest: {slowest}",
            rolled[slowest][1] * 1000,
            ANSWER_S * 1000,
            unit=" ms",
        ),
        _slowest("--days 7, 30 or 90", _DAYS, ranges, DAYS_S),
        _slowest("other ranges, 700 days among them", others, ranges, RANGE_S),
    ]
    slow = sum(p95 > ANSWER_S for _, p95 in rolled.values())
    below = sum(raw[label][0] < RAW_RATIO * rolled[label][0] for label in rolled)
    result.notes.append(
        f"{slow} of {len(rolled)} answers from rollups over {ANSWER_S * 1000:g} ms (p95),"
        f" {below} less than {RAW_RATIO:g} times as fast as from raw rows, the least: {least}"
    )
    for name in (_ANSWERS, _RANGES):
        result.limit_peak(f"answers {name}", samples[name], PEAK_MIB)


def _slowest(claim: str, labels: Iterable[str], ranges: Times, limit_s: float) -> Goal:
    worst = max(labels, key=lambda label: ranges[label][1])
    return Goal(
        f"{claim}, p95, slowest: {worst}", ranges[worst][1] * 1000, limit_s * 1000, unit=" ms"
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


def _whole(result: Result, warehouse: Path) -> None:
    """Answers that look at every skill in every project, as a multiple of a ranking."""
    samples = interleaved(
        {
            name: lambda _, name=name: step(  # type: ignore[misc]
                "whole_answer", warehouse=warehouse, name=name, repeats=WHOLE_REPEATS
            )
            for name in (RANKING, *WHOLE)
        },
        result.options.rounds,
    )
    result.add("answers to whole questions", samples, baseline=RANKING)
    for name in WHOLE:
        result.limit_ratio(f"{name} / {RANKING}", samples[name], samples[RANKING], WHOLE_RATIO)
    every = [each for runs in samples.values() for each in runs]
    result.limit_peak("answers to whole questions", every, PEAK_MIB)


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
