"""What migration 0008 fills in: the local times of rows that were stored as instants alone.

Those rows were read by one of two zone databases: the system's, through Python, for small files,
and DuckDB's own for large ones. Where the two agree about a row, so do its local times. Where they
do not, a record that both have read is there twice; such rows are found and become one again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from schema.engine import duckdb
from schema.statements import run_all, statement

_QUARTER_US = 900_000_000
"""No clock has changed at another time than a quarter of an hour since 1970."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def fill(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Fill in local times and make one of what was read twice; returns what was repaired.

    In the caller's transaction. Files with rows that are not certain are read again by the next
    refresh.
    """
    run_all(con, "schema/local_times_before.sql", {})
    asked = con.execute(statement("schema/asked_quarters.sql")).fetchall()
    rows = [(zone, quarter, _system_offset_us(zone, quarter)) for zone, quarter in asked]
    if rows:
        appender = con.appender("system_offsets")
        for row in rows:
            appender.append_row(*row)
        appender.flush()
    run_all(con, "schema/local_times_after.sql", {})
    doubled = con.execute(statement("schema/doubled.sql")).fetchall()
    [(count, projects)] = doubled
    if not count:
        return []
    where = "1 project" if projects == 1 else f"{projects} projects"
    noun = "row was" if count == 1 else "rows were"
    return [
        f"{count} {noun} stored twice in {where}, because two time zone databases read the same"
        " local time differently. They count once now."
    ]


def _system_offset_us(zone: str, quarter: int) -> int | None:
    """How far a zone was ahead of UTC then, as Python's zoneinfo has it on this machine."""
    try:
        moment = _EPOCH + timedelta(microseconds=quarter * _QUARTER_US)
        offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    except (LookupError, OSError, ValueError):
        return None
    return None if offset is None else offset // timedelta(microseconds=1)
