"""The collector beside other usual ways to load the same documents.

Ratios compare the cost per record. Slow ways are measured on the first records only, as their notes
say; their cost per record grows with the amount, so the ratio flatters them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.generate import view
from benchmarks.harness import Run, Sample, interleaved, median_seconds, step
from benchmarks.options import Options, parse
from benchmarks.results import Result, duration
from benchmarks.workspace import Workspace, workspace

MEASURED = ("small", "medium")


@dataclass(frozen=True)
class Alternative:
    """Another way to load. ``limit``: records measured, None for all; ``needs``: a library."""

    label: str
    name: str
    limit: int | None = None
    needs: str | None = None


ALTERNATIVES = (
    Alternative("a connection and an insert per record", "reference", 200),
    Alternative("Python json, DuckDB executemany (no merge)", "executemany", 5_000),
    Alternative("Python json, sqlite executemany", "sqlite"),
    Alternative("polars, then DuckDB (no merge)", "polars", needs="polars"),
    Alternative("dlt merge into DuckDB", "dlt", 50_000, needs="dlt"),
)


def run(options: Options) -> Result:
    """Measure the collector and all alternatives that are installed."""
    result = Result("side_by_side", options, options.fleet)
    if options.size not in MEASURED:
        result.notes.append(f"Not measured at {options.size}: some alternatives take hours.")
        return result
    with workspace(options, "side-by-side") as work:
        tree = view(work.root, work.folder / "tree", ("json",))
        variants = _variants(work, tree, result)
        samples = interleaved(variants, options.rounds)
    result.add(
        "all documents",
        _per_record(samples, options.fleet.projects * options.fleet.records),
        baseline="skillhouse collect",
        notes=_notes(samples, options),
    )
    result.notes.append("Times are the measured cost per record, scaled to all records.")
    return result


def _variants(work: Workspace, tree: Path, result: Result) -> dict[str, Run]:
    empty = work.registered(tree, "registered")

    def duckdb_alone(_: int) -> Sample:
        target = work.empty_place("limit")
        return step("load", root=tree, file_format="json", target=target)

    variants: dict[str, Run] = {
        "skillhouse collect": lambda _: step("collect", warehouse=work.copy_of(empty, "warehouse")),
        "DuckDB alone (no merge)": duckdb_alone,
    }
    for alternative in ALTERNATIVES:
        if alternative.needs and find_spec(alternative.needs) is None:
            reason = (
                f"skipped: {alternative.needs} is not installed (pip install {alternative.needs})"
            )
            result.skip("all documents", alternative.label, reason)
        else:
            variants[alternative.label] = _runner(work, tree, alternative)
    return variants


def _runner(work: Workspace, tree: Path, alternative: Alternative) -> Run:
    def run_one(number: int) -> Sample:
        target = work.empty_place(f"{alternative.name}-{number}")
        try:
            return step(alternative.name, root=tree, target=target, limit=alternative.limit)
        finally:
            work.empty_place(target.stem)

    return run_one


def _records(sample: Sample) -> int:
    for name in ("records", "rows", "records_read"):
        if name in sample.detail:
            return int(str(sample.detail[name]))
    raise KeyError("records")


def _per_record(samples: dict[str, list[Sample]], total: int) -> dict[str, list[Sample]]:
    """The samples, scaled to all records at their cost per record."""
    return {
        name: [
            Sample(
                s.seconds * total / _records(s),
                s.process_s,
                s.peak,
                detail=s.detail,
                cpu_s=s.cpu_s * total / _records(s),
            )
            for s in runs
        ]
        for name, runs in samples.items()
    }


def _notes(samples: dict[str, list[Sample]], options: Options) -> dict[str, str]:
    total = options.fleet.projects * options.fleet.records
    notes = {}
    for name, runs in samples.items():
        if not runs:
            notes[name] = "failed"
            continue
        count = _records(runs[0])
        note = f"{duration(median_seconds(runs) / count)} per record"
        if count < total:
            note += f", measured on {count:,} of {total:,} in {duration(median_seconds(runs))}"
        notes[name] = note
    return notes


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
