"""First collect against the practical limit: DuckDB alone loading the same files.

The collector validates, identifies and counts every record and marks its bucket dirty. The limit
only reads the same stored fields into a table and checkpoints it.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.fleet import Fleet
from benchmarks.generate import ensure, view
from benchmarks.harness import Run, Sample, blocked_seconds, interleaved, step
from benchmarks.options import Options, parse
from benchmarks.results import PEAK_MIB, Result
from benchmarks.workspace import Workspace, workspace

RATIO = 2.0
MANY = 3_000_000
"""A file of so many records is read in one round only."""

HUGE = {
    "small": {"json": 10_000, "jsonl": 20_000},
    "medium": {"json": 300_000, "jsonl": 1_000_000},
    "large": {"json": 3_150_000, "jsonl": 10_000_000},
}
"""Records in the single huge file: at large about 1.5 GB of JSON and 2 GB of JSONL."""


def run(options: Options) -> Result:
    """Measure each format as many files, then as one huge file."""
    result = Result("collect", options, options.fleet)
    with workspace(options, "collect") as work:
        for file_format in ("json", "jsonl"):
            tree = view(work.root, work.folder / file_format, (file_format,))
            _case(result, work, file_format, file_format, tree, options.rounds)
        for file_format, records in HUGE[options.size].items():
            fleet = Fleet(1, records, options.seed, (file_format,))
            tree = ensure(options.data, fleet)
            case = f"one file of {records:,} records, {file_format}"
            rounds = 1 if records >= MANY else options.rounds
            _case(result, work, case, file_format, tree, rounds)
    return result


def _case(
    result: Result, work: Workspace, case: str, file_format: str, tree: Path, rounds: int
) -> None:
    empty = work.registered(tree, "registered")

    def limit(number: int) -> Sample:
        target = work.empty_place("limit")
        return step("load", root=tree, file_format=file_format, target=target)

    def collect(number: int) -> Sample:
        warehouse = work.copy_of(empty, "warehouse")
        return step("collect", warehouse, warehouse=warehouse)

    variants: dict[str, Run] = {"DuckDB alone": limit, "collect": collect}
    samples = interleaved(variants, rounds)
    result.add(case, samples, baseline="DuckDB alone", notes={"collect": _lock(samples)})
    result.limit_ratio(
        f"{case}: first collect / DuckDB alone", samples["collect"], samples["DuckDB alone"], RATIO
    )
    result.limit_peak(case, samples["collect"], PEAK_MIB)


def _lock(samples: dict[str, list[Sample]]) -> str:
    return f"readers blocked for {blocked_seconds(samples['collect']):.2f} s"


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
