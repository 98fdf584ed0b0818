"""Collecting from a project's SQLite database against SQLite's own scan of its table.

The collector copies the database, checks and identifies each record, and stores it; the scan hands
every row to Python and does nothing with it. What a pass costs before the first row is measured by
a database of few rows: beside 100,000 rows it shows, beside a million it does not.
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
ROWS = {"small": 100_000, "medium": 1_000_000, "large": 5_000_000}
FEW_ROWS = 1_000


def run(options: Options) -> Result:
    """One project with nothing but the database; each round collects it anew."""
    rows = ROWS[options.size]
    result = Result("stores", options, options.fleet)
    say(f"stores, {options.size}")
    options.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="stores-", dir=options.data) as folder:
        store, empty = _project(options, Path(folder, "many"), rows)
        _, nearly_empty = _project(options, Path(folder, "few"), FEW_ROWS)

        def collected(work: Workspace, registered: Path) -> Run:
            def run(_: int) -> Sample:
                warehouse = work.copied(registered, "warehouse")
                return step("collect", warehouse, warehouse=warehouse)

            return run

        variants: dict[str, Run] = {
            "SQLite's scan": lambda _: step("scan_store", file=store),
            "collect": collected(*empty),
            f"collect {FEW_ROWS:,} rows": collected(*nearly_empty),
        }
        samples = in_turn(variants, options.rounds)
    result.add(f"{rows:,} rows", samples, baseline="SQLite's scan")
    ratio = middle(samples["SQLite's scan"]) / middle(samples["collect"])
    peak = max((sample.peak / MIB for sample in samples["collect"]), default=float("nan"))
    result.goals += [
        Goal("throughput of collecting by SQLite's scan", ratio, LEAST, at_least=True, unit="x"),
        Goal("peak memory", peak, PEAK_MIB, unit=" MiB"),
    ]
    return result


def _project(options: Options, folder: Path, rows: int) -> tuple[Path, tuple[Workspace, Path]]:
    """A project's database of so many rows, and a warehouse in which the project is registered."""
    folder.mkdir()
    work = Workspace(folder / "fleet", folder)
    file = work.root / "project" / ".session-buddy" / "skills.db"
    step("make_store", file=file, rows=rows, seed=options.seed)
    return file, (work, work.registered(work.root, "registered"))


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
