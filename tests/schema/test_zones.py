"""One source of time zones: Python's reader of zone files and the data that DuckDB gets agree."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from conftest import THOROUGH
from schema import zones
from schema.pool import pooled_connection
from schema.tzif import local_steps, read_steps

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 # local times have no zone
TURN = 1 if THOROUGH > 1 else 7
ALL = sorted(zones.database.names)[date.today().toordinal() % TURN :: TURN]  # noqa: DTZ011
"""Each day another part of all zones; all of them where tests are to be thorough."""


def expected(zone: ZoneInfo, clock_us: int) -> tuple[int, str]:
    """The instant of a local time, and how it was read, by Python's own zoneinfo."""
    clock = (EPOCH + timedelta(microseconds=clock_us)).replace(tzinfo=zone)
    instant = clock.astimezone(UTC)
    first, second = clock.utcoffset(), clock.replace(fold=1).utcoffset()
    assert first is not None
    assert second is not None
    basis = "local" if first == second else "local_first_pass" if first > second else "local_gap"
    return (instant.replace(tzinfo=None) - EPOCH) // timedelta(microseconds=1), basis


def near_changes(name: str, dice: random.Random, count: int) -> list[int]:
    """Microseconds at and around changes of a zone, by its clock or by UTC, and anywhere."""
    steps = read_steps(zones.database.content(name))
    changes = [
        start
        for each in (steps, local_steps(steps))
        for start in each.starts[1:]
        if 0 < start < 7_200_000_000_000_000
    ]
    anywhere = [dice.randrange(7_258_000_000_000_000) for _ in range(count)]
    anywhere += [dice.randrange(1_500_000_000_000_000, 1_900_000_000_000_000) for _ in anywhere]
    chosen = dice.sample(changes, min(count, len(changes)))
    return anywhere + [start + off for start in chosen for off in (-1, 0, 1, 3_600_000_000)]


def test_every_zone_is_the_same_to_python_and_to_duckdb(tmp_path: Path) -> None:
    """At and around its changes, and anywhere up to 2199: offsets, local times and their basis."""
    dice = random.Random(7)
    with pooled_connection(tmp_path) as con:
        for at in range(0, len(ALL), 40):
            names = ALL[at : at + 40]
            zones.prepare(con, names, local=True, many=at % 80 == 0)
            times = [(name, us) for name in names for us in near_changes(name, dice, 10)]
            con.execute("create or replace temp table asked (name varchar, us bigint)").fetchall()
            appender = con.appender("asked")
            for row in times:
                appender.append_row(*row)
            appender.flush()
            found = con.execute(
                "select epoch_us(zone_clock(zone_place(name), make_timestamptz(us))),"
                " epoch_us(local_instant(zone_place(name), make_timestamp(us))),"
                " local_basis(zone_place(name), make_timestamp(us)) from asked order by rowid"
            ).fetchall()
            for (name, us), (clock, instant, basis) in zip(times, found, strict=True):
                zone = zones.zone(name)
                moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
                local = moment.astimezone(zone).replace(tzinfo=None) - EPOCH
                assert clock == local // timedelta(microseconds=1), (name, us)
                assert (instant, basis) == expected(zone, us), (name, us)
