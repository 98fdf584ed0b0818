"""The same documents loaded in the ways people would otherwise choose, beside the collector.

Ratios are of cost per record: what is slow is measured on the first records only, as its row says,
and costs more per record the more there are, so that its ratio is too kind to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.generate import view
from benchmarks.harness import Run, Sample, in_turn, middle, step
from benchmarks.options import Options, parse
from benchmarks.results import Result, duration
from benchmarks.workspace import Workspace, workspace

MEASURED = ("small", "medium")


@dataclass(frozen=True)
class Rival:
    """``limit`` records are measured at each size, all when it is None; it may need a library."""

    label: str
    name: str
    limit: int | None = None
    needs: str | None = None


RIVALS = (
    Rival("a connection and an insert per record", "reference", 200),
    Rival("Python json, DuckDB executemany (no merge)", "executemany", 5_000),
    Rival("Python json, sqlite executemany", "sqlite"),
    Rival("polars, then DuckDB (no merge)", "polars", needs="polars"),
    Rival("dlt merge into DuckDB", "dlt", 50_000, needs="dlt"),
)


def run(options: Options) -> Result:
    """All rivals that are there, each in turn with the collector."""
    result = Result("side_by_side", options, options.fleet)
    if options.size not in MEASURED:
        result.notes.append(f"Not measured at {options.size}: some would take hours.")
        return result
    with workspace(options, "side-by-side") as work:
        tree = view(work.root, work.folder / "tree", ("json",))
        variants = _variants(work, tree, result)
        samples = in_turn(variants, options.rounds)
    result.add(
        "all documents",
        _per_record(samples, options.fleet.projects * options.fleet.records),
        baseline="skillhouse collect",
        notes=_notes(samples, options),
    )
    result.notes.append("Times are scaled to all records from the cost per record measured.")
    return result


def _variants(work: Workspace, tree: Path, result: Result) -> dict[str, Run]:
    empty = work.registered(tree, "registered")

    def by_hand(_: int) -> Sample:
        target = work.cleared("by-hand")
        return step("load", root=tree, file_format="json", target=target)

    variants: dict[str, Run] = {
        "skillhouse collect": lambda _: step("collect", warehouse=work.copied(empty, "warehouse")),
        "DuckDB by hand (no merge)": by_hand,
    }
    for rival in RIVALS:
        if rival.needs and find_spec(rival.needs) is None:
            reason = f"skipped: {rival.needs} is not installed (pip install {rival.needs})"
            result.skip("all documents", rival.label, reason)
        else:
            variants[rival.label] = _runner(work, tree, rival)
    return variants


def _runner(work: Workspace, tree: Path, rival: Rival) -> Run:
    def run_one(number: int) -> Sample:
        target = work.cleared(f"{rival.name}-{number}")
        try:
            return step(rival.name, root=tree, target=target, limit=rival.limit)
        finally:
            work.cleared(target.stem)

    return run_one


def _records(sample: Sample) -> int:
    for name in ("records", "rows", "records_read"):
        if name in sample.detail:
            return int(str(sample.detail[name]))
    raise KeyError("records")


def _per_record(samples: dict[str, list[Sample]], total: int) -> dict[str, list[Sample]]:
    """The samples as if all records had been loaded at their cost."""
    return {
        name: [
            Sample(s.seconds * total / _records(s), s.process_s, s.peak, detail=s.detail)
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
        note = f"{duration(middle(runs) / count)} a record"
        if count < total:
            note += f", measured on {count:,} of {total:,} in {duration(middle(runs))}"
        notes[name] = note
    return notes


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
