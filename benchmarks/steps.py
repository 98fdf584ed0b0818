"""Runs one measured step: ``python -m benchmarks.steps NAME VALUES`` (a JSON object).

Prints its seconds, its processor time (``cpu_s``) and results as one line of JSON. Preparation
(imports, a registration) is part of neither.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import clock
from benchmarks.fleet import END, ZONE

StepOutput = dict[str, Any]

NOW = END + timedelta(days=2)
"""The current time in all steps: after the first night."""

_HERE = Path(__file__).resolve().parent
_MODULES = {
    "collect_steps": ("register", "collect", "opened"),
    "baseline_steps": ("load", "group_by"),
    "check_steps": ("verify", "size"),
    "team_steps": ("rollup", "demo_year", "join_team", "member_counters", "member_answers"),
    "refresh_steps": ("refresh", "percentile_error"),
    "answer_steps": ("answers", "raw_answers", "whole_answer", "loaded_modules", "names"),
    "store_steps": ("make_store", "scan_store"),
    "load_steps": ("query_loop", "refresh_loop", "many_refreshes"),
    "transcript_steps": (
        "make_tree",
        "make_small_files",
        "read_bytes",
        "enable",
        "grow",
        "collect_transcripts",
    ),
    "skill_steps": (
        "make_skills",
        "register_all",
        "index_skills",
        "passes",
        "find_skills",
        "answer_known",
    ),
    "report_steps": ("report", "draw"),
    "alternative_steps": ("reference", "executemany", "sqlite", "polars", "dlt"),
}


@cache
def sql(name: str) -> str:
    """The text of a statement in the folder ``sql``."""
    return (_HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def warehouse_at(path: str) -> Any:
    """The warehouse at that path, with the time zone of the fleet."""
    from schema.warehouse import Warehouse

    return Warehouse(Path(path), ZONE)


def timed(work: Callable[[], object]) -> tuple[float, Any]:
    """How long the work took, in seconds on the wall, and its result."""
    return clock.timed(work)


def at(text: str | None) -> datetime:
    """The given time, or ``NOW``."""
    return datetime.fromisoformat(text) if text else NOW


def main() -> None:
    """Run the step named on the command line."""
    name, values = sys.argv[1], json.loads(sys.argv[2])
    module = next(module for module, names in _MODULES.items() if name in names)
    output: StepOutput = getattr(import_module(f"benchmarks.{module}"), name)(**values)
    print(json.dumps({"cpu_s": clock.LAST.cpu_s} | output))


if __name__ == "__main__":
    main()
