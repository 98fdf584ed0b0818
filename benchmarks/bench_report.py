"""The HTML report of a whole fleet: time to write it, its size, time until all charts are drawn.

It is drawn by this machine's browser, offline.
"""

from __future__ import annotations

from benchmarks.harness import interleaved, median_seconds, step
from benchmarks.options import Options, parse
from benchmarks.results import PEAK_MIB, Goal, Result
from benchmarks.workspace import prepared, workspace

SIZE_MB = 2.0
DRAWN_S = 1.0


def run(options: Options) -> Result:
    """Write it, then open it in the browser."""
    result = Result("report", options, options.fleet)
    with workspace(options, "report") as work:
        warehouse = prepared(options).warehouse
        target = work.folder / "report.html"
        samples = interleaved(
            {
                "written": lambda _: step("report", warehouse=warehouse, target=target),
                "drawn": lambda _: step("draw", file=target),
            },
            options.rounds,
        )
        size = target.stat().st_size / 1_000_000
    result.add("report", samples, baseline="")
    result.goals += [
        Goal("report: size", size, SIZE_MB, unit=" MB"),
        Goal(
            "report: time until all charts are drawn",
            median_seconds(samples["drawn"]),
            DRAWN_S,
            unit=" s",
        ),
    ]
    result.limit_peak("report, written", samples["written"], PEAK_MIB)
    return result


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
