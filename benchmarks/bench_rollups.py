"""Rollups: a rebuild against one exact group by, and a refresh after a night against a rebuild.

Measured on all projects' skills and the agents of one project in ten. The group by is stored, as
the rollups are.
"""

from __future__ import annotations

from benchmarks.generate import write_delta
from benchmarks.harness import in_turn, middle, say, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import workspace

REBUILD_RATIO = 3.0
REFRESH_RATIO = 0.05
PERCENTILE_ERROR = 0.01


def run(options: Options) -> Result:
    """Every round starts from the same two files: before a night, and after it."""
    result = Result("rollups", options, options.fleet)
    with workspace(options, "rollups") as work:
        tree = work.mixed("tree", writable=True)
        before = work.collected(tree, "before")
        step("refresh", warehouse=before)
        write_delta(tree, options.fleet)
        night = work.copied(before, "night")
        say("  collecting the night")
        step("collect", warehouse=night)
        samples = in_turn(
            {
                "one group by": lambda _: step("group_by", warehouse=work.copied(before, "a")),
                "rebuild": lambda _: step("refresh", warehouse=work.copied(before, "b"), full=True),
                "refresh after a night": lambda _: step(
                    "refresh", warehouse=work.copied(night, "c")
                ),
            },
            options.rounds,
        )
        refreshed = samples["refresh after a night"]
        error = step("percentile_error", warehouse=work.folder / "c.duckdb").detail["worst"]
    note = f"{refreshed[-1].detail['buckets']:,} buckets" if refreshed else ""
    result.add("rollups", samples, baseline="one group by", notes={"refresh after a night": note})
    rebuild = middle(samples["rebuild"])
    by_hand, refresh = middle(samples["one group by"]), middle(refreshed)
    assert isinstance(error, float)
    result.goals += [
        Goal("rebuild by one group by", rebuild / by_hand, REBUILD_RATIO, unit="x"),
        Goal("refresh after a night by rebuild", refresh / rebuild, REFRESH_RATIO, unit="x"),
        Goal("largest relative error of a percentile", error, PERCENTILE_ERROR),
    ]
    return result


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
