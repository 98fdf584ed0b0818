"""A year and more of nights in one process: whether its memory and the file stay flat.

The fleet grows by one record in each document and one line in each file of lines before each pass.
"""

from __future__ import annotations

from benchmarks.fleet import Fleet
from benchmarks.harness import MIB, Sample, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import workspace

PASSES = {"small": 100, "medium": 1_000, "large": 1_000}
PROJECTS = 4
BYTES_A_ROW = 2_000
"""What a record may add to the file with all that is kept of it: rollups, and the ledger's part."""

MEMORY_GROWTH = 2.0


def run(options: Options) -> Result:
    """One run; the rounds are the passes in it."""
    count = PASSES[options.size]
    result = Result("passes", options, Fleet(PROJECTS, count, options.seed))
    with workspace(options, "passes", Fleet(1, 1, options.seed)) as work:
        sample = step(
            "long_lived",
            warehouse=work.folder / "passes.duckdb",
            folder=work.folder / "fleet",
            projects=PROJECTS,
            count=count,
        )
    points = sample.detail["points"]
    assert isinstance(points, list)
    each = sample.seconds / count
    case = f"{count:,} passes, collect and refresh, over a growing fleet"
    runs = {"a pass": [Sample(each, each, sample.peak)]}
    result.add(case, runs, baseline="a pass")
    for number, rows, size, resident, descriptors in points[:: max(len(points) // 5, 1)]:
        result.notes.append(
            f"after {number:,} passes: {rows:,} rows, file {size / MIB:.1f} MiB,"
            f" resident {resident / MIB:.0f} MiB, {descriptors} descriptors"
        )
    early, last = points[len(points) // 10], points[-1]
    grown = (last[2] - early[2]) / (last[1] - early[1])
    result.goals += [
        Goal("bytes of the file for each row that came", grown, BYTES_A_ROW),
        Goal("memory at the end by that early on", last[3] / early[3], MEMORY_GROWTH, unit="x"),
        Goal("descriptors more at the end", last[4] - early[4], 0),
    ]
    return result


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
