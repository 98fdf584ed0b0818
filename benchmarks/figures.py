"""The three figures of the README, from the stored results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

HEADING = "## How fast"
ABOUT = (
    "- These are ratios within one run, of processor time where it is stored;"
    " [benchmarks/results.md](benchmarks/results.md) has all figures, and says which goals are"
    " missed."
)
_SECTION = re.compile(f"{HEADING}\n\n.*?\n\n(?=## )", re.DOTALL)
_LOADED = {
    "DuckDB alone (no merge)": "DuckDB alone, which checks nothing",
    "Python json, sqlite executemany": "Python's json and SQLite",
    "dlt merge into DuckDB": "a merge by dlt",
}

Line = dict[str, Any]


def filled(readme: str, lines: Sequence[Line]) -> str:
    """The README with these figures; that section of it is written as a whole."""
    section = "\n".join([HEADING, "", *figures(lines), ABOUT, "", ""])
    return _SECTION.sub(lambda _: section, readme)


def figures(lines: Sequence[Line]) -> list[str]:
    """A line for each figure that was measured."""
    return [*_loading(lines), *_night(lines), *_start(lines)]


def _loading(lines: Sequence[Line]) -> Iterator[str]:
    """Collecting, as a multiple of other ways to load the same documents."""
    for line in _of(lines, "side_by_side", "medium"):
        found = {row["variant"]: _ratio(row) for row in line["rows"]}
        parts = [
            f"{_times(1 / ratio)} times {words}"
            for name, words in _LOADED.items()
            if (ratio := found.get(name))
        ]
        if parts:
            count = line["projects"] * line["records_per_project"]
            yield f"- Collecting {count:,} records costs {_listed(parts)} (`side_by_side`, medium)."


def _night(lines: Sequence[Line]) -> Iterator[str]:
    """What changed in a night, as a multiple of the first collect."""
    for line in _of(lines, "nightly", "large"):
        for row in line["rows"]:
            ratio = _ratio(row)
            if row["case"] == "night, json" and row["variant"] == "changes" and ratio:
                count = line["projects"] * line["records_per_project"]
                yield (
                    f"- A night's changes in {line['projects']} documents with {count:,} records"
                    f" cost {_times(ratio)} times the first collect (`nightly`, large)."
                )


def _start(lines: Sequence[Line]) -> Iterator[str]:
    """A whole command, as a multiple of opening the warehouse file from Python."""
    for line in _of(lines, "start", "large"):
        for row in line["rows"]:
            ratio = _ratio(row)
            if row["variant"] == "top-skills" and ratio:
                count = line["projects"] * line["records_per_project"]
                yield (
                    f"- The whole command `top-skills` over more than {count:,} records costs"
                    f" {_times(ratio)} times opening the file from Python (`start`, large)."
                )


def _of(lines: Sequence[Line], benchmark: str, size: str) -> list[Line]:
    return [each for each in lines if (each["benchmark"], each["size"]) == (benchmark, size)]


def _ratio(row: Line) -> float | None:
    """Of processor time, and of the time on the wall where that was not measured."""
    ratio: float | None = row.get("processor_ratio") or row["ratio"]
    return ratio


def _times(ratio: float) -> str:
    """Two significant digits, and no exponent."""
    return f"{ratio:.2g}" if ratio < 10 else f"{ratio:.0f}"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
