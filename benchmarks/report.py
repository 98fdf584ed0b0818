"""Renders the stored results of all sizes as ``benchmarks/results.md``, and three into the README.

Its introduction, which interprets the figures, is ``benchmarks/introduction.md``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.__main__ import BENCHMARKS, RESULTS
from benchmarks.figures import filled
from benchmarks.fleet import SIZES
from benchmarks.results import GOAL_HEADINGS, ROW_HEADINGS, goal_cells, row_cells

HERE = Path(__file__).resolve().parent
REPORT = HERE / "results.md"
INTRODUCTION = HERE / "introduction.md"
README = HERE.parent / "README.md"

Line = dict[str, Any]


def stored() -> list[Line]:
    """All stored results, smallest size first."""
    found = []
    for size in SIZES:
        path = RESULTS / f"{size}.json"
        if path.exists():
            found += [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    return found


def render(lines: Sequence[Line]) -> str:
    """The page as Markdown."""
    parts = ["# Measured"]
    if INTRODUCTION.exists():
        parts.append(INTRODUCTION.read_text(encoding="utf-8").strip())
    parts += ["## Goals", _goals(lines)]
    flat = _flatness(lines)
    if flat:
        parts += ["## Cost per record at medium and large", flat]
    for name in BENCHMARKS:
        of_benchmark = [line for line in lines if line["benchmark"] == name]
        if of_benchmark:
            parts.append(f"## {name.replace('_', ' ').capitalize()}")
            parts += [_section(line) for line in of_benchmark]
    return "\n\n".join(parts) + "\n"


def _goals(lines: Sequence[Line]) -> str:
    """All goals at each size; they are meant for the large one."""
    cells = [
        (line["benchmark"], line["size"], *goal_cells(goal))
        for line in lines
        for goal in line["goals"]
    ]
    return _table(("benchmark", "size", *GOAL_HEADINGS), cells)


def _section(line: Line) -> str:
    machine, versions = line["machine"], line["versions"]
    about = (
        f"### {line['size']}: {line['projects']} projects, {line['records_per_project']:,} records"
        " of each format in each\n\n"
        f"{line['measured_at'][:10]}, seed {line['seed']}, {line['rounds']} rounds;"
        f" {machine['cpus']} x {machine['model']}, {machine['memory_gib']} GiB,"
        f" {machine['system']}; {', '.join(f'{n} {v}' for n, v in versions.items())}\n\n"
    )
    notes = "".join(f"\n- {note}" for note in line["notes"])
    rows = _table(ROW_HEADINGS, map(row_cells, line["rows"]))
    return about + rows + (f"\n{notes}" if notes else "")


def _flatness(lines: Sequence[Line]) -> str:
    """Cost per record of the same row at medium and large."""
    by_size: dict[tuple[str, str, str], dict[str, float]] = {}
    for line in lines:
        records = line["projects"] * line["records_per_project"]
        for row in line["rows"]:
            counted = _COUNTED.get(line["benchmark"])
            if counted and counted(row) and row["median_s"]:
                place = by_size.setdefault((line["benchmark"], row["case"], row["variant"]), {})
                place[line["size"]] = row["median_s"] / records * 1e6
    cells = [
        (*key, f"{cost['medium']:.2f}", f"{cost['large']:.2f}", _change(cost))
        for key, cost in by_size.items()
        if {"medium", "large"} <= cost.keys()
    ]
    headings = (
        "benchmark",
        "case",
        "variant",
        "medium, \u00b5s per record",
        "large",
        "large / medium",
    )
    return _table(headings, cells) if cells else ""


def _change(cost: dict[str, float]) -> str:
    return f"{cost['large'] / cost['medium']:.2f}"


_COUNTED: dict[str, Callable[[Line], bool]] = {
    "collect": lambda row: row["case"] in ("json", "jsonl"),
    "nightly": lambda row: row["variant"].startswith("first collect"),
    "rollups": lambda row: row["variant"] in ("rebuild", "one group by (baseline)"),
}
"""Which rows' times are for all records of a format (or of all skills and few agents)."""


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def main() -> None:
    """Write the page and the README's figures."""
    lines = stored()
    REPORT.write_text(render(lines), encoding="utf-8")
    README.write_text(filled(README.read_text(encoding="utf-8"), lines), encoding="utf-8")
    print(f"{REPORT.parent.name}/{REPORT.name}, {README.name}")


if __name__ == "__main__":
    main()
