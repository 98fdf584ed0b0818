"""The table ``settings`` of a warehouse: texts by key, in the caller's transaction."""

from __future__ import annotations

from schema.engine import duckdb
from schema.statements import run, statement

ZONE_SETTING = "timezone"
"""The reporting zone, by which days are cut."""


def stored_setting(con: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """The text stored under ``key``; None where there is none."""
    found = run(con, statement("schema/setting.sql"), {"key": key}).fetchall()
    return str(found[0][0]) if found else None


def store_setting(con: duckdb.DuckDBPyConnection, key: str, value: str | None) -> None:
    """Store a text under ``key`` in place of the one that is there, or remove that one (None)."""
    name = "schema/remove_setting.sql" if value is None else "schema/store_setting.sql"
    run(con, statement(name), {"key": key, "value": value}).fetchall()
