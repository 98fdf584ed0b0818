"""Years of nightly refreshes in one process: do its memory and the file's growth stay flat?

Before each refresh, each document gets one record and each JSONL file one line.
"""

from __future__ import annotations

from benchmarks.fleet import Fleet
from benchmarks.harness import MIB, Sample, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import workspace

REFRESHES = {"small": 100, "medium": 300, "large": 1_000}
PROJECTS = 4
BYTES_PER_ROW = 2_000
"""How much a record may add to the file, with its rollups and its part of the run history."""

MEMORY_GROWTH = 2.0


def run(options: Options) -> Result:
    """Measure one run; it takes the place of rounds."""
    count = REFRESHES[options.size]
    result = Result("long_running", options, Fleet(PROJECTS, count, options.seed))
    with workspace(options, "long-running", Fleet(1, 1, options.seed)) as work:
        sample = step(
            "many_refreshes",
            warehouse=work.folder / "warehouse.duckdb",
            folder=work.folder / "fleet",
            projects=PROJECTS,
            count=count,
        )
    points = sample.detail["points"]
    assert isinstance(points, list)
    each = sample.seconds / count
    case = f"{count:,} refreshes of a growing fleet"
    runs = {"one refresh": [Sample(each, each, sample.peak)]}
    result.add(case, runs, baseline="one refresh")
    for number, rows, size, resident, descriptors in points[:: max(len(points) // 5, 1)]:
        result.notes.append(
            f"after {number:,} refreshes: {rows:,} rows, file {size / MIB:.1f} MiB,"
            f" resident {resident / MIB:.0f} MiB, {descriptors} descriptors"
        )
    early, last = points[len(points) // 10], points[-1]
    grown = (last[2] - early[2]) / (last[1] - early[1])
    result.goals += [
        Goal("file growth per new row, bytes", grown, BYTES_PER_ROW),
        Goal("memory, at the end / early on", last[3] / early[3], MEMORY_GROWTH, unit="x"),
        Goal("additional descriptors at the end", last[4] - early[4], 0),
    ]
    return result


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
