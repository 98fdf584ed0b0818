"""The bulk reader's local times are those of the careful one, minute by minute around changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest

from collector.timestamps import parse_timestamp
from schema.statements import run_all
from schema.warehouse import from_micros

ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "Europe/Berlin",
    "Europe/Dublin",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "UTC",
)


def walls(zone: ZoneInfo) -> list[str]:
    """Local times every five minutes for some hours around each change of 2025 and 2026."""
    found = set()
    hour = datetime(2025, 1, 1, tzinfo=UTC)
    while hour.year < 2027:
        later = hour + timedelta(hours=1)
        if hour.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            around = hour.astimezone(zone).replace(tzinfo=None)
            found |= {around + timedelta(minutes=5 * step) for step in range(-60, 61)}
            found |= {around + timedelta(hours=step) for step in range(-80, 81, 2)}
        hour = later
    found.add(datetime.fromisoformat("2026-08-03T09:00:00"))
    return sorted(wall.isoformat() for wall in found)


def prepared(*zones: str) -> duckdb.DuckDBPyConnection:
    """A connection with what the bulk reader knows of these zones until the end of 2026."""
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'").fetchall()
    run_all(con, "collector/sql/bulk/prepare.sql", {})
    values = {"zones": list(zones), "horizon": "2026-12-31T12:00:00+00:00"}
    run_all(con, "collector/sql/bulk/zone_offsets.sql", values)
    return con


@pytest.mark.parametrize("place", range(len(ZONES)), ids=ZONES)
def test_local_times_around_changes_are_read_the_same(place: int) -> None:
    """Instant and basis are equal for repeated, skipped and plain local times of a zone."""
    con = prepared(*ZONES)
    name = ZONES[place]
    zone = ZoneInfo(name)
    texts = walls(zone)

    read = con.execute(
        "select epoch_us(instant_of(value, $zone, wall, before, after)),"
        " basis_of($zone, wall, before, after)"
        " from (select *, known_offset($place, wall) as known,"
        " offset_at(known, $zone, wall - interval 1 day) as before,"
        " offset_at(known, $zone, wall + interval 1 day) as after"
        " from (select unnest($walls) as value, wall_of(value) as wall))",
        {"zone": name, "place": place, "walls": texts},
    ).fetchall()

    found = [(from_micros(us), basis) for us, basis in read]
    assert found == [parse_timestamp(text, zone) for text in texts]


def test_the_calendar_is_asked_for_few_days_only() -> None:
    """Those around a zone's changes, those of long ago, and those that are still to come."""
    con = prepared("UTC", "Europe/Berlin")

    unknown = con.execute(
        "select day from (select unnest(generate_series(timestamp '2025-01-01 23:59:59',"
        " timestamp '2027-01-01 23:59:59', interval 1 day)) as day)"
        " where known_offset(1, day) is null order by day"
    ).fetchall()
    places = con.execute(
        "select known_offset(0, day), known_offset(1, day), known_offset(1, timestamp '2010-01-01')"
        " from (select timestamp '2026-12-31 23:59:59' as day)"
    ).fetchall()

    changes = [date(2025, 3, 30), date(2025, 10, 26), date(2026, 3, 29), date(2026, 10, 25)]
    around = [change + timedelta(days=days) for change in changes for days in (-1, 0, 1)]
    assert [day.date() for (day,) in unknown] == [*around, date(2027, 1, 1)]
    assert places == [(0, 3_600_000_000, None)]
