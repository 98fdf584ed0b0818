"""The steps that are measured. ``python -m benchmarks.steps NAME VALUES`` runs one and tells its
seconds and what it did, as one line of JSON.

What a step prepares (imports, a registration) lies outside its seconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.fleet import END, ZONE

Told = dict[str, Any]

NOW = END + timedelta(days=2)
"""The moment all steps happen at: the first night is over."""

_HERE = Path(__file__).resolve().parent
_MODULES = {
    "collect_steps": ("register", "collect", "opened"),
    "hand_steps": ("load", "group_by"),
    "refresh_steps": ("refresh", "percentile_error"),
    "answer_steps": ("answers", "raw_answers", "loaded_modules", "names"),
    "store_steps": ("make_store", "scan_store"),
    "load_steps": ("ask", "passes", "long_lived"),
    "report_steps": ("report", "drawn"),
    "rival_steps": ("reference", "executemany", "sqlite", "polars", "dlt"),
}


@cache
def sql(name: str) -> str:
    """The text of a statement in the folder ``sql``."""
    return (_HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def warehouse_at(path: str) -> Any:
    """The warehouse there, with the zone of the fleet."""
    from schema.warehouse import Warehouse

    return Warehouse(Path(path), ZONE)


def seconds(work: Callable[[], object]) -> tuple[float, Any]:
    """How long the work took, and what it gave."""
    began = time.perf_counter()
    given = work()
    return time.perf_counter() - began, given


def at(text: str | None) -> datetime:
    """The given moment, else ``NOW``."""
    return datetime.fromisoformat(text) if text else NOW


def main() -> None:
    """Run the step named on the command line."""
    name, values = sys.argv[1], json.loads(sys.argv[2])
    module = next(module for module, names in _MODULES.items() if name in names)
    told: Told = getattr(import_module(f"benchmarks.{module}"), name)(**values)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
