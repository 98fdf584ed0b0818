"""The result of a benchmark: rows and goals, as tables and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.fleet import Fleet
from benchmarks.harness import Sample, peak_mib, processor_seconds
from benchmarks.options import Options

FAILED = "failed"
PEAK_MIB = 1536
"""What any step may need of memory, at any size."""

LIBRARIES = ("duckdb", "polars", "dlt", "xxhash", "typer")


@dataclass(frozen=True)
class Row:
    """A variant of a case, in seconds; ``ratio`` is its median / the baseline's of the same run.

    ``processor_s`` is the median processor time in seconds and ``processor_ratio`` that ratio of
    it; None where it was not measured. ``note``: how it was measured, or why it was not.
    """

    case: str
    variant: str
    runs: int
    median_s: float | None
    low_s: float | None
    high_s: float | None
    peak_mib: float | None
    ratio: float | None
    note: str = ""
    processor_s: float | None = None
    processor_ratio: float | None = None


@dataclass(frozen=True)
class Goal:
    """A number that should be at most ``limit``, or with ``at_least`` at least that."""

    claim: str
    value: float
    limit: float
    at_least: bool = False
    unit: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None when it could not be measured."""
        if not isfinite(self.value):
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def fields(self) -> dict[str, object]:
        value = round(self.value, 4) if isfinite(self.value) else None
        bound = "at least" if self.at_least else "at most"
        return {
            "claim": self.claim,
            "value": value,
            "goal": f"{bound} {self.limit:g}{self.unit}",
            "unit": self.unit,
            "met": self.met,
        }


@dataclass
class Result:
    """All rows, goals and notes of one benchmark run."""

    benchmark: str
    options: Options
    fleet: Fleet
    rows: list[Row] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        case: str,
        samples: dict[str, list[Sample]],
        *,
        baseline: str,
        process: bool = False,
        notes: dict[str, str] | None = None,
        hidden: str | None = None,
    ) -> None:
        """Add a row for each variant of a case except ``hidden``, compared with ``baseline``."""
        seconds = {
            name: [s.process_s if process else s.seconds for s in runs]
            for name, runs in samples.items()
        }
        base = median(seconds[baseline]) if seconds.get(baseline) else None
        base_s = processor_seconds(samples.get(baseline, ()))
        for name, runs in samples.items():
            note = (notes or {}).get(name, "")
            if name == hidden:
                continue
            if not runs:
                self.rows.append(_empty(case, name, FAILED))
                continue
            times = seconds[name]
            ratio = round(median(times) / base, 3) if base else None
            peak = peak_mib(runs)
            self.rows.append(
                Row(
                    case,
                    name + (" (baseline)" if name == baseline else ""),
                    len(runs),
                    round(median(times), 5),
                    round(min(times), 5),
                    round(max(times), 5),
                    round(peak, 1),
                    ratio,
                    note,
                    *_processor(runs, base_s),
                )
            )

    def limit_peak(self, claim: str, samples: Iterable[Sample], limit_mib: float) -> None:
        """Add the goal that none of the samples needs more memory."""
        self.goals.append(Goal(f"{claim}: peak memory", peak_mib(samples), limit_mib, unit=" MiB"))

    def limit_ratio(
        self, claim: str, samples: Sequence[Sample], base: Sequence[Sample], limit: float
    ) -> None:
        """Add the goal for a multiple of the baseline's processor time."""
        ratio = processor_seconds(samples) / processor_seconds(base)
        self.goals.append(Goal(f"{claim}, processor time", ratio, limit, unit="x"))

    @property
    def failures(self) -> list[str]:
        """The variants that could not be measured because they failed."""
        return [f"{row.case}: {row.variant}" for row in self.rows if row.note == FAILED]

    def skip(self, case: str, variant: str, reason: str) -> None:
        """Add a variant that was not measured, with the reason."""
        self.rows.append(_empty(case, variant, reason))

    def line(self) -> str:
        """The result as one line of JSON."""
        return json.dumps(
            {
                "benchmark": self.benchmark,
                "size": self.options.size,
                "projects": self.fleet.projects,
                "records_per_project": self.fleet.records,
                "seed": self.options.seed,
                "rounds": self.options.rounds,
                "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "machine": machine(),
                "versions": versions(),
                "rows": [row.__dict__ for row in self.rows],
                "goals": [goal.fields() for goal in self.goals],
                "notes": self.notes,
            }
        )

    def show(self) -> None:
        """Print the tables, then the line of JSON."""
        print(
            f"\n{self.benchmark}, {self.options.size}: {self.fleet.projects} projects,"
            f" {self.fleet.records:,} records of each format in each, seed {self.fleet.seed}"
        )
        print(table(ROW_HEADINGS, map(row_cells, (row.__dict__ for row in self.rows))))
        if self.goals:
            print("\n" + table(GOAL_HEADINGS, map(goal_cells, (g.fields() for g in self.goals))))
        for note in self.notes:
            print(f"- {note}")
        print(self.line(), flush=True)


ROW_HEADINGS = (
    "case",
    "variant",
    "median",
    "min - max",
    "processor",
    "peak MiB",
    "x baseline",
    "x processor",
    "note",
)
"""``processor`` is processor time, and ``x processor`` its multiple of the baseline's."""
GOAL_HEADINGS = ("claim", "measured", "goal", "met")


def row_cells(row: dict[str, Any]) -> tuple[str, ...]:
    """The cells of a row, given its fields."""
    if row["median_s"] is None:
        return (row["case"], row["variant"], *["-"] * 6, row["note"])
    spent = row.get("processor_s")
    return (
        row["case"],
        row["variant"],
        duration(row["median_s"]),
        f"{duration(row['low_s'])} - {duration(row['high_s'])}",
        duration(spent) if spent else "",
        f"{row['peak_mib']:,.0f}" if row["peak_mib"] else "",
        _times(row["ratio"]),
        _times(row.get("processor_ratio")),
        row["note"],
    )


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def goal_cells(goal: dict[str, Any]) -> tuple[str, ...]:
    """The cells of a goal, given its fields."""
    value = "-" if goal["value"] is None else f"{number(goal['value'])}{goal['unit']}"
    return (goal["claim"], value, goal["goal"], {True: "yes", False: "no", None: "-"}[goal["met"]])


def number(value: float) -> str:
    """Three significant digits, or all digits of a large number."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """A duration in seconds, milliseconds or microseconds."""
    if seconds >= 1:
        return f"{seconds:,.2f} s"
    return f"{seconds * 1000:.3g} ms" if seconds >= 0.001 else f"{seconds * 1e6:.3g} \u00b5s"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A text table with aligned columns."""
    lines = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


@cache
def machine() -> dict[str, object]:
    """Processors, their model, memory and system of this machine."""
    return {
        "cpus": os.cpu_count(),
        "model": _cpu_model(),
        "memory_gib": round(_memory_bytes() / (1 << 30), 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the installed libraries."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _processor(runs: Sequence[Sample], base_s: float) -> tuple[float | None, float | None]:
    """The median processor time in seconds, and its multiple of the baseline's, as far as known."""
    spent = processor_seconds(runs)
    if not spent:
        return None, None
    return round(spent, 5), round(spent / base_s, 3) if base_s > 0 else None


def _empty(case: str, variant: str, note: str) -> Row:
    return Row(case, variant, 0, None, None, None, None, None, note)
