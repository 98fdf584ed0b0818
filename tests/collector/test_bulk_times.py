"""The bulk reader's local times are those of the careful one, minute by minute around changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest

from collector.timestamps import parse_timestamp
from schema import zones
from schema.statements import run_all
from schema.warehouse import from_micros

pytestmark = pytest.mark.slow

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


@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
@pytest.mark.parametrize("place", range(len(ZONES)), ids=ZONES)
def test_local_times_around_changes_are_read_the_same(place: int, many: bool) -> None:
    """Instant and basis are equal for repeated, skipped and plain local times of a zone."""
    name = ZONES[place]
    texts = walls(ZoneInfo(name))
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'").fetchall()
        run_all(con, "collector/sql/bulk/macros.sql", {})
        zones.prepare(con, ZONES, local=True, many=many)

        read = con.execute(
            "select epoch_us(instant_of(value, $place, wall)), basis_of($place, wall)"
            " from (select unnest($walls) as value, wall_of(value) as wall)",
            {"place": place + 1, "walls": texts},
        ).fetchall()

    expected = [parse_timestamp(text, zones.zone(name)) for text in texts]
    assert [(from_micros(us), basis) for us, basis in read] == [
        (moment.instant, moment.basis) for moment in expected
    ]
