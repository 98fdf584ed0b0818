"""Collecting from a project's SQLite database against SQLite's own scan of its table.

The collector copies the database, checks and identifies each record, and stores it; the scan hands
every row to Python and does nothing with it. Throughput is that of many rows. Of few rows, what a
pass costs before the first one shows, and DuckDB stores less than a row group on one processor: a
tenth of them is measured beside, without a goal.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.harness import MIB, Run, Sample, in_turn, middle, say, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.workspace import Workspace

LEAST = 0.5
PEAK_MIB = 2048
ROWS = {"small": 1_000_000, "medium": 3_000_000, "large": 10_000_000}


def run(options: Options) -> Result:
    """One project with nothing but the database; each round collects it anew."""
    result = Result("stores", options, options.fleet)
    say(f"stores, {options.size}")
    options.data.mkdir(parents=True, exist_ok=True)
    many = ROWS[options.size]
    for rows in (many // 10, many):
        with tempfile.TemporaryDirectory(prefix="stores-", dir=options.data) as folder:
            samples = in_turn(_variants(options, Path(folder), rows), options.rounds)
        result.add(f"{rows:,} rows", samples, baseline="SQLite's scan")
    ratio = middle(samples["SQLite's scan"]) / middle(samples["collect"])
    peak = max((sample.peak / MIB for sample in samples["collect"]), default=float("nan"))
    result.goals += [
        Goal("throughput of collecting by SQLite's scan", ratio, LEAST, at_least=True, unit="x"),
        Goal("peak memory", peak, PEAK_MIB, unit=" MiB"),
    ]
    return result


def _variants(options: Options, folder: Path, rows: int) -> dict[str, Run]:
    """The scan of a project's database of so many rows, and collecting it for the first time."""
    work = Workspace(folder / "fleet", folder)
    file = work.root / "project" / ".session-buddy" / "skills.db"
    step("make_store", file=file, rows=rows, seed=options.seed)
    empty = work.registered(work.root, "registered")

    def collect(_: int) -> Sample:
        warehouse = work.copied(empty, "warehouse")
        return step("collect", warehouse, warehouse=warehouse)

    return {"SQLite's scan": lambda _: step("scan_store", file=file), "collect": collect}


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
