"""The statistics of all your projects' skills and agents, for Python: ``skillhouse.open()``.

    import skillhouse

    warehouse = skillhouse.open()
    for row in warehouse.top_skills(days=30):
        print(row.rank, row.skill_name, row.success_rate)
    frame = warehouse.top_skills(days=30).pl()  # a polars frame; needs skillhouse[frames]
    uses = warehouse.sql("select kind, count(*) as uses from skill_usage group by kind").rows

Importing it imports nothing else: every command of the program starts with this package.
"""

from __future__ import annotations

# Type checkers take it for true; the module `typing` imports two dozen others.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from schema.errors import SkillhouseError
    from skillhouse.result import Result
    from skillhouse.table import Table
    from skillhouse.warehouse import Warehouse, open

__all__ = ["Result", "SkillhouseError", "Table", "Warehouse", "open"]

_PLACES = {
    "Result": "skillhouse.result",
    "SkillhouseError": "schema.errors",
    "Table": "skillhouse.table",
    "Warehouse": "skillhouse.warehouse",
    "open": "skillhouse.warehouse",
}


def __getattr__(name: str) -> Any:
    """What is asked for, imported now. ImportError where a package found is not skillhouse's."""
    if name not in _PLACES:
        raise AttributeError(f"module 'skillhouse' has no attribute {name!r}")
    from importlib import import_module

    from skillhouse.start import expect_own_packages

    expect_own_packages()
    found = getattr(import_module(_PLACES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
