"""Rollups: a rebuild against one exact group by, and a refresh after a night against a rebuild.

Measured on all projects' skills and the agents of one project in ten. The group by's result is
stored, as rollups are.
"""

from __future__ import annotations

from benchmarks.harness import Sample, blocked_seconds, interleaved, progress, step
from benchmarks.options import Options, parse
from benchmarks.results import PEAK_MIB, Goal, Result
from benchmarks.workspace import prepared, workspace, write_night

REBUILD_RATIO = 3.0
REFRESH_RATIO = 0.1
PERCENTILE_ERROR = 0.01
BLOCKED_S = 1.0


def run(options: Options) -> Result:
    """Start every round from the same two warehouses: before and after a night."""
    result = Result("rollups", options, options.fleet)
    with workspace(options, "rollups") as work:
        before = prepared(options).warehouse
        write_night(options)
        night = work.copy_of(before, "night")
        progress("  collecting the night")
        step("collect", warehouse=night)

        def refresh(_: int) -> Sample:
            after = work.copy_of(night, "c")
            return step("refresh", after, warehouse=after)

        samples = interleaved(
            {
                "one group by": lambda _: step("group_by", warehouse=work.copy_of(before, "a")),
                "rebuild": lambda _: step(
                    "refresh", warehouse=work.copy_of(before, "b"), full=True
                ),
                "refresh after a night": refresh,
            },
            options.rounds,
        )
        refreshed = samples["refresh after a night"]
        error = step("percentile_error", warehouse=work.folder / "c.duckdb").detail["worst"]
    note = f"{refreshed[-1].detail['buckets']:,} buckets" if refreshed else ""
    result.add("rollups", samples, baseline="one group by", notes={"refresh after a night": note})
    assert isinstance(error, float)
    rebuilt = samples["rebuild"]
    result.limit_ratio("rebuild / one group by", rebuilt, samples["one group by"], REBUILD_RATIO)
    result.limit_ratio("refresh after a night / rebuild", refreshed, rebuilt, REFRESH_RATIO)
    result.goals += [
        Goal(
            "refresh after a night: readers blocked",
            blocked_seconds(refreshed),
            BLOCKED_S,
            unit=" s",
        ),
        Goal("largest relative error of a percentile", error, PERCENTILE_ERROR),
    ]
    for name in ("rebuild", "refresh after a night"):
        result.limit_peak(name, samples[name], PEAK_MIB)
    return result


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
