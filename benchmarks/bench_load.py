"""Load: eight processes ask in a loop while passes run back to back, and on an idle file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from typing import Any

from benchmarks.generate import working_copy
from benchmarks.harness import Sample, say, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import Workspace, workspace

READERS = 8
LASTING_S = {"small": 10.0, "medium": 60.0, "large": 60.0}


def run(options: Options) -> Result:
    """The same questions twice; rows are single questions and passes, not processes."""
    result = Result("load", options, options.fleet)
    with workspace(options, "load") as work:
        tree = working_copy(work.root, work.folder / "tree", ("json", "jsonl"))
        warehouse = work.collected(tree, "load")
        step("refresh", warehouse=warehouse)
        say("  asking while nobody writes")
        idle = _asked(work, options, passes=False)
        say("  asking while passes run")
        busy = _asked(work, options, passes=True)
    case = f"{READERS} processes asking for {LASTING_S[options.size]:.0f} s"
    passes = busy.pop("passes")
    for name, samples in (("idle file", idle["ask"]), ("passes back to back", busy["ask"])):
        result.add(case, {name: _each(samples)}, baseline=name, notes={name: _tails(samples)})
    result.add(
        "a pass, collect and refresh",
        {"beside them": _each(passes)},
        baseline="",
        notes={"beside them": _tails(passes)},
    )
    result.goals += [
        Goal("reads that failed beside passes", _failed(busy["ask"]), 0),
        Goal("passes that failed beside readers", _failed(passes), 0),
        Goal(
            "p95 of a read, beside passes by idle",
            _p95(busy["ask"]) / _p95(idle["ask"]),
            20,
            unit="x",
        ),
    ]
    return result


def _asked(work: Workspace, options: Options, *, passes: bool) -> dict[str, list[Sample]]:
    """All processes at once; what each of them tells."""
    shared = {"warehouse": work.folder / "load.duckdb", "lasting_s": LASTING_S[options.size]}
    with ThreadPoolExecutor(READERS + 1) as pool:
        asking = [
            pool.submit(step, "ask", **shared, seed=options.seed + number)
            for number in range(READERS)
        ]
        found = {}
        if passes:
            tree = work.folder / "tree"
            writing = pool.submit(step, "passes", **shared, root=tree, seed=options.seed)
            found["passes"] = [writing.result()]
        return found | {"ask": [each.result() for each in asking]}


def _times(samples: list[Sample]) -> list[float]:
    return [took for sample in samples for took in _told(sample, "took")]


def _told(sample: Sample, name: str) -> list[Any]:
    told = sample.detail[name]
    assert isinstance(told, list)
    return told


def _each(samples: list[Sample]) -> list[Sample]:
    """Every question, or pass, as a sample of its own."""
    peak = max(sample.peak for sample in samples)
    return [Sample(took, took, peak) for took in _times(samples)]


def _p95(samples: list[Sample]) -> float:
    return quantiles(_times(samples), n=20)[-1]


def _failed(samples: list[Sample]) -> int:
    return sum(len(_told(sample, "failed")) for sample in samples)


def _tails(samples: list[Sample]) -> str:
    times = _times(samples)
    p99 = quantiles(times, n=100)[-1]
    told = f"p95 {_p95(samples) * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms, {_failed(samples)} failed"
    if "opened" not in samples[0].detail:
        return told
    opened = [took for sample in samples for took in _told(sample, "opened")]
    p95 = quantiles(opened, n=20)[-1]
    return f"{told}; until it was open p95 {p95 * 1e3:.0f} ms, at worst {max(opened) * 1e3:.0f} ms"


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
