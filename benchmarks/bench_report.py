"""The report of a whole fleet: how long it takes to write, how large it is, when all is drawn.

It is drawn by the browser of this machine, without a network, until the last chart stands.
"""

from __future__ import annotations

from benchmarks.harness import in_turn, middle, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import workspace

SIZE_MB = 5.0
DRAWN_S = 2.0


def run(options: Options) -> Result:
    """Write it, then look at it."""
    result = Result("report", options, options.fleet)
    with workspace(options, "report") as work:
        warehouse = work.collected(work.mixed("tree"), "warehouse")
        step("refresh", warehouse=warehouse, full=True)
        target = work.folder / "report.html"
        samples = in_turn(
            {
                "written": lambda _: step("report", warehouse=warehouse, target=target),
                "drawn": lambda _: step("drawn", file=target),
            },
            options.rounds,
        )
        size = target.stat().st_size / 1_000_000
    result.add("report", samples, baseline="")
    result.goals += [
        Goal("report: size", size, SIZE_MB, unit=" MB"),
        Goal("report: until all is drawn", middle(samples["drawn"]), DRAWN_S, unit=" s"),
    ]
    return result


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
