"""Load: eight processes query in a loop, on an idle warehouse and during constant refreshes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from typing import Any

from benchmarks.harness import Sample, progress, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import Workspace, prepared, workspace

READERS = 8
DURATION_S = {"small": 10.0, "medium": 30.0, "large": 30.0}


def run(options: Options) -> Result:
    """Measure the same queries twice; a sample is one query or one refresh, not a process."""
    result = Result("load", options, options.fleet)
    with workspace(options, "load") as work:
        warehouse = work.copy_of(prepared(options).warehouse, "load")
        # A night may have been written meanwhile.
        step("collect", warehouse=warehouse)
        step("refresh", warehouse=warehouse)
        progress("  querying an idle warehouse")
        idle = _measured(work, options, refreshing=False)
        progress("  querying during refreshes")
        busy = _measured(work, options, refreshing=True)
    case = f"{READERS} processes querying for {DURATION_S[options.size]:.0f} s"
    refreshes = busy.pop("refreshes")
    for name, samples in (("idle", idle["queries"]), ("during refreshes", busy["queries"])):
        result.add(case, {name: _each(samples)}, baseline=name, notes={name: _percentiles(samples)})
    result.add(
        "refreshes during the queries",
        {"refresh": _each(refreshes)},
        baseline="",
        notes={"refresh": _percentiles(refreshes)},
    )
    result.goals += [
        Goal("failed queries during refreshes", _failed(busy["queries"]), 0),
        Goal("failed refreshes", _failed(refreshes), 0),
        Goal(
            "p95 of a query, during refreshes / idle",
            _p95(busy["queries"]) / _p95(idle["queries"]),
            20,
            unit="x",
        ),
    ]
    return result


def _measured(work: Workspace, options: Options, *, refreshing: bool) -> dict[str, list[Sample]]:
    """Run all processes at once."""
    shared = {"warehouse": work.folder / "load.duckdb", "duration_s": DURATION_S[options.size]}
    with ThreadPoolExecutor(READERS + 1) as pool:
        querying = [
            pool.submit(step, "query_loop", **shared, seed=options.seed + number)
            for number in range(READERS)
        ]
        found = {}
        if refreshing:
            tree = prepared(options).tree
            writing = pool.submit(step, "refresh_loop", **shared, root=tree, seed=options.seed)
            found["refreshes"] = [writing.result()]
        return found | {"queries": [each.result() for each in querying]}


def _times(samples: list[Sample]) -> list[float]:
    return [took for sample in samples for took in _values(sample, "took")]


def _values(sample: Sample, name: str) -> list[Any]:
    values = sample.detail[name]
    assert isinstance(values, list)
    return values


def _each(samples: list[Sample]) -> list[Sample]:
    """Each query, or refresh, as a sample."""
    peak = max(sample.peak for sample in samples)
    return [Sample(took, took, peak) for took in _times(samples)]


def _p95(samples: list[Sample]) -> float:
    return quantiles(_times(samples), n=20)[-1]


def _failed(samples: list[Sample]) -> int:
    return sum(len(_values(sample, "failed")) for sample in samples)


def _percentiles(samples: list[Sample]) -> str:
    times = _times(samples)
    p99 = quantiles(times, n=100)[-1]
    note = f"p95 {_p95(samples) * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms, {_failed(samples)} failed"
    if "opened" not in samples[0].detail:
        return note
    opened = [took for sample in samples for took in _values(sample, "opened")]
    p95 = quantiles(opened, n=20)[-1]
    return f"{note}; to open: p95 {p95 * 1e3:.0f} ms, max {max(opened) * 1e3:.0f} ms"


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
