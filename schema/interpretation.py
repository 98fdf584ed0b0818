"""What local times mean: they are read again when a zone or the zone database changes.

A row's local time is what its file says and never changes; ``invoked_at`` and the days are what
the zones make of it. Reading them again moves rows, and marks their old and new days dirty.
"""

from __future__ import annotations

from schema import zones
from schema.statements import has_rows, row_count, run_all, statement
from schema.stored_settings import store_setting, stored_setting
from schema.warehouse import Connection, reporting_zone


def reread_if_zones_changed(con: Connection) -> int:
    """Read everything again if it was read by another zone database; in the caller's transaction.

    Returns how many rows moved. Raises UsageError if the reporting zone is not a valid zone.
    """
    version = zones.zones_version()
    if stored_setting(con, zones.VERSION_SETTING) == version:
        return 0
    moved = reread_local_times(con) if has_rows(con, "skill_usage") else 0
    store_setting(con, zones.VERSION_SETTING, version)
    return moved


def reread_local_times(con: Connection) -> int:
    """Read every local time in its project's zone and cut every row's day; returns how many moved.

    Rows of a project whose zone is invalid stay as they are.
    """
    prepare_to_reread(con)
    run_all(con, "schema/reread.sql", {})
    return row_count(con, "moved_rows")


def prepare_to_reread(con: Connection) -> None:
    """Give ``con`` the reporting zone, as the first, and those of all projects that are zones."""
    named = con.execute(statement("schema/project_zones.sql")).fetchall()
    known = [zone for (zone,) in named if zone in zones.database.names]
    zones.prepare(con, [reporting_zone(con), *known], local=True, many=True)
    run_all(con, "schema/constant_days.sql", {})
