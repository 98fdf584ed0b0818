"""Collecting from a project's SQLite database against SQLite's own scan of its table.

The collector copies the database, validates and identifies each record, and stores it. The scan
only hands every row to Python. The goal holds for many rows. A tenth of them is measured as well,
without a goal: there the fixed cost of a collect shows, and DuckDB stores less than a row group on
one processor.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.harness import Run, Sample, interleaved, median_seconds, progress, step
from benchmarks.options import Options, parse
from benchmarks.results import PEAK_MIB, Goal, Result
from benchmarks.workspace import Workspace

LEAST = 0.5
ROWS = {"small": 300_000, "medium": 1_000_000, "large": 5_000_000}


def run(options: Options) -> Result:
    """Collect a project that only has the database, from the beginning in each round."""
    result = Result("stores", options, options.fleet)
    progress(f"stores, {options.size}")
    options.data.mkdir(parents=True, exist_ok=True)
    many = ROWS[options.size]
    for rows in (many // 10, many):
        with tempfile.TemporaryDirectory(prefix="stores-", dir=options.data) as folder:
            samples = interleaved(_variants(options, Path(folder), rows), options.rounds)
        result.add(f"{rows:,} rows", samples, baseline="SQLite's scan")
    ratio = median_seconds(samples["SQLite's scan"]) / median_seconds(samples["collect"])
    result.goals.append(
        Goal("throughput, collect / SQLite's scan", ratio, LEAST, at_least=True, unit="x")
    )
    result.limit_peak("collecting a database", samples["collect"], PEAK_MIB)
    return result


def _variants(options: Options, folder: Path, rows: int) -> dict[str, Run]:
    """Scanning a database of so many rows, and collecting it for the first time."""
    work = Workspace(folder / "fleet", folder)
    file = work.root / "project" / ".session-buddy" / "skills.db"
    step("make_store", file=file, rows=rows, seed=options.seed)
    empty = work.registered(work.root, "registered")

    def collect(_: int) -> Sample:
        warehouse = work.copy_of(empty, "warehouse")
        return step("collect", warehouse, warehouse=warehouse)

    return {"SQLite's scan": lambda _: step("scan_store", file=file), "collect": collect}


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
