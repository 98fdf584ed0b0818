"""The archive: days whose rows were deleted, kept so that no answer about them changes.

Statements read the relation `invocations`: the stored rows, and synthetic ones for archived days.
As long as nothing is archived it is the table of rows itself, at no cost.
"""

from __future__ import annotations

from datetime import date

from schema.errors import UsageError
from schema.statements import has_rows, statement
from schema.warehouse import Connection, stored_zone


def holds_anything(con: Connection) -> bool:
    """Whether any day was archived."""
    return has_rows(con, "archived_days")


def rows_since(con: Connection) -> date | None:
    """The day before which rows may be missing; None when every row is there."""
    [(day,)] = con.execute(statement("aggregator/reports/rows_since.sql")).fetchall()
    return day if isinstance(day, date) else None


def expect_nothing_archived(con: Connection) -> None:
    """UsageError if days are archived: without rows they cannot move to another reporting zone."""
    day = rows_since(con)
    if day is not None:
        raise UsageError(
            f"Days before {day} are archived as days of {stored_zone(con)} and cannot be moved"
            " to another zone.",
            "Keep the zone, or collect into a new warehouse: records still in the projects' files"
            " are read again there.",
        )
