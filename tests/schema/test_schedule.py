"""The schedule as it is given, as it is kept in the warehouse, and as it is said."""

from __future__ import annotations

import json
from datetime import time, timedelta

import pytest

from schema.connection import transaction
from schema.errors import UsageError, WarehouseDamaged
from schema.schedule import Schedule, daily_at, every, store_schedule, stored_schedule
from schema.warehouse import Warehouse


@pytest.mark.parametrize(
    ("schedule", "kept", "said", "interval"),
    [
        (daily_at("02:30"), {"at": "02:30"}, "daily at 02:30", timedelta(days=1)),
        (daily_at("0:05"), {"at": "00:05"}, "daily at 00:05", timedelta(days=1)),
        (daily_at("23:59"), {"at": "23:59"}, "daily at 23:59", timedelta(days=1)),
        (every("6h"), {"every_minutes": 360}, "every 6h", timedelta(hours=6)),
        (every("90m"), {"every_minutes": 90}, "every 1h30m", timedelta(minutes=90)),
        (every("1H30M"), {"every_minutes": 90}, "every 1h30m", timedelta(minutes=90)),
        (every("1d"), {"every_minutes": 1440}, "every 24h", timedelta(days=1)),
        (every("1m"), {"every_minutes": 1}, "every 1m", timedelta(minutes=1)),
    ],
    ids=str,
)
def test_a_schedule_is_kept_and_said(
    warehouse: Warehouse, schedule: Schedule, kept: object, said: str, interval: timedelta
) -> None:
    """What goes into the file comes out of it, in the agreed form; the last one is in force."""
    with warehouse.writing() as con, transaction(con):
        store_schedule(con, daily_at("12:00"))
        store_schedule(con, schedule)
    with warehouse.reading() as con:
        found = stored_schedule(con)
        values = con.execute("select value from settings where key = 'schedule'").fetchall()

    assert found == schedule
    assert [json.loads(value) for (value,) in values] == [kept]
    assert (str(schedule), schedule.interval) == (said, interval)


def test_a_schedule_can_be_taken_back(warehouse: Warehouse) -> None:
    """There is none before, and none after."""
    with warehouse.writing() as con:
        before = stored_schedule(con)
        store_schedule(con, every("6h"))
        store_schedule(con, None)
        after = stored_schedule(con)

    assert (before, after) == (None, None)


@pytest.mark.parametrize("text", ["", "24:00", "2", "02:60", "2:5", "02:30:00", "٠٢:٣٠", "noon"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a time"):
        daily_at(text)


@pytest.mark.parametrize(
    "text", ["", "6", "h", "-1h", "0m", "1.5h", "32d", "999999h", "30m1h", "6 h", "٦h", "1s"]
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        every(text)


def test_a_schedule_is_one_of_the_two() -> None:
    """Neither none nor both, whoever makes it."""
    with pytest.raises(ValueError, match="either"):
        Schedule()
    with pytest.raises(ValueError, match="either"):
        Schedule(at=time(2, 30), every=timedelta(hours=6))


@pytest.mark.parametrize(
    "value", ["", "null", "[]", "{}", '{"at": 5}', '{"every_minutes": 0}', '{"every_minutes": "x"}']
)
def test_a_setting_that_says_no_schedule_is_told(warehouse: Warehouse, value: str) -> None:
    """A sentence with the way out, for a file that something else has written into."""
    with warehouse.writing() as con:
        con.execute("insert into settings values ('schedule', $value)", {"value": value}).fetchall()

        with pytest.raises(WarehouseDamaged) as told:
            stored_schedule(con)

    assert "schedule install" in told.value.hint
