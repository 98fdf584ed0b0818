"""Rollups: a rebuild against one exact group by, and a refresh after a night against a rebuild.

Measured on all projects' skills and the agents of one project in ten. The group by's result is
stored, as rollups are.
"""

from __future__ import annotations

from benchmarks.generate import write_delta
from benchmarks.harness import interleaved, median_seconds, progress, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import workspace

REBUILD_RATIO = 3.0
REFRESH_RATIO = 0.1
PERCENTILE_ERROR = 0.01


def run(options: Options) -> Result:
    """Start every round from the same two warehouses: before and after a night."""
    result = Result("rollups", options, options.fleet)
    with workspace(options, "rollups") as work:
        tree = work.mixed("tree", writable=True)
        before = work.collected(tree, "before")
        step("refresh", warehouse=before)
        write_delta(tree, options.fleet)
        night = work.copy_of(before, "night")
        progress("  collecting the night")
        step("collect", warehouse=night)
        samples = interleaved(
            {
                "one group by": lambda _: step("group_by", warehouse=work.copy_of(before, "a")),
                "rebuild": lambda _: step(
                    "refresh", warehouse=work.copy_of(before, "b"), full=True
                ),
                "refresh after a night": lambda _: step(
                    "refresh", warehouse=work.copy_of(night, "c")
                ),
            },
            options.rounds,
        )
        refreshed = samples["refresh after a night"]
        error = step("percentile_error", warehouse=work.folder / "c.duckdb").detail["worst"]
    note = f"{refreshed[-1].detail['buckets']:,} buckets" if refreshed else ""
    result.add("rollups", samples, baseline="one group by", notes={"refresh after a night": note})
    rebuild = median_seconds(samples["rebuild"])
    group_by, refresh = median_seconds(samples["one group by"]), median_seconds(refreshed)
    assert isinstance(error, float)
    result.goals += [
        Goal("rebuild / one group by", rebuild / group_by, REBUILD_RATIO, unit="x"),
        Goal("refresh after a night / rebuild", refresh / rebuild, REFRESH_RATIO, unit="x"),
        Goal("largest relative error of a percentile", error, PERCENTILE_ERROR),
    ]
    return result


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
