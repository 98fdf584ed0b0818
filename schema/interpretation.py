"""What local times mean: they are read again when a zone or the zone database changes.

A row's local time is what its file says and never changes; ``invoked_at`` and the days are what
the zones make of it. Reading them again moves rows, and marks their old and new days dirty.
"""

from __future__ import annotations

from collections.abc import Mapping

from schema import zones
from schema.statements import run_all
from schema.warehouse import Connection, reporting_zone


def reread_if_zones_changed(con: Connection) -> int:
    """Read everything again if it was read by another zone database; in the caller's transaction.

    Returns how many rows moved. Raises UsageError if the reporting zone is not a valid zone.
    """
    stored = con.execute(
        "select value from settings where key = $key", {"key": zones.VERSION_SETTING}
    ).fetchall()
    version = zones.zones_version()
    if stored == [(version,)]:
        return 0
    has_rows = con.execute("select 1 from skill_usage limit 1").fetchall()
    moved = reread_local_times(con) if has_rows else 0
    values: Mapping[str, object] = {"key": zones.VERSION_SETTING, "version": version}
    con.execute("insert or replace into settings values ($key, $version)", values).fetchall()
    return moved


def reread_local_times(con: Connection) -> int:
    """Read every local time in its project's zone and cut every row's day; returns how many moved.

    Rows of a project whose zone is invalid stay as they are.
    """
    prepare_to_reread(con)
    run_all(con, "schema/reread.sql", {})
    [(moved,)] = con.execute("select count(*) from moved_rows").fetchall()
    return int(moved)


def prepare_to_reread(con: Connection) -> None:
    """Give ``con`` the reporting zone, as the first, and those of all projects that are zones."""
    named = con.execute("select distinct timezone from projects order by timezone").fetchall()
    known = [zone for (zone,) in named if zone in zones.database.names]
    zones.prepare(con, [reporting_zone(con), *known], local=True, many=True)
    run_all(con, "schema/constant_days.sql", {})
