"""The parts in which a rebuild computes what would otherwise need memory for all rows at once.

Groups are never parted. Small hash tables also take less processor time a row than large ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from schema.statements import statement
from schema.warehouse import Connection

PART_ROWS = 1_000_000
"""A part ends with the month, or the project, that reaches so many rows."""

Part = dict[str, object]


def parts_by_month(con: Connection) -> list[Part]:
    """Each part's ``first_day``, and ``until``, the day after its last; None where it is open."""
    begins = [first for first, _ in _ranges(con, "rows_by_month")]
    return [{"first_day": first, "until": end} for first, end in pairwise([*begins, None])]


def parts_by_project(con: Connection) -> list[Part]:
    """Each part's projects, as the first and the last id of a range."""
    ranges = _ranges(con, "rows_by_project")
    return [{"first_project": first, "last_project": last} for first, last in ranges]


def _ranges(con: Connection, file: str) -> list[tuple[Any, Any]]:
    """The first and the last key of each part, by a file that counts the rows of each key."""
    rows: Iterable[tuple[Any, int]] = con.execute(
        statement(f"aggregator/rollups/{file}.sql")
    ).fetchall()
    ranges: list[tuple[Any, Any]] = []
    held = PART_ROWS
    for key, count in rows:
        if held >= PART_ROWS:
            ranges.append((key, key))
            held = 0
        ranges[-1] = (ranges[-1][0], key)
        held += count
    return ranges
