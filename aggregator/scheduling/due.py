"""The instants at which runs are due, on the wall clock of the reporting zone.

A schedule names times of day. ``--at 02:30`` names one; ``--every 6h`` names 00:00, 06:00, 12:00
and 18:00: counting starts anew at each midnight, so the times stay the same all year and are those
that cron, systemd and launchd understand. When the clock changes:

- a time that is skipped is due at the first instant after the gap;
- a time that is repeated is due in its first pass only, but for intervals of up to an hour, which
  go on through both passes;
- a date that a zone left out altogether has no runs.

Where an interval does not divide the day, a last time that would come less than half an interval
before midnight is left out. An interval longer than a day is whole days and begins at midnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schema import zones
from schema.schedule import Schedule

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_MIDNIGHT = time(0, 0)


def last_due(schedule: Schedule, zone: str, now: datetime) -> datetime:
    """The latest instant, in UTC, that is not after ``now`` and at which a run was due."""
    days = _days(schedule, zone, now, back=2 * day_step(schedule) + 2, ahead=1)
    return max(instant for instant in days if instant <= now)


def next_due(schedule: Schedule, zone: str, after: datetime) -> datetime:
    """The earliest instant, in UTC, that is later than ``after`` and at which a run is due."""
    days = _days(schedule, zone, after, back=2, ahead=2 * day_step(schedule) + 2)
    return min(instant for instant in days if instant > after)


def times_of_day(schedule: Schedule) -> list[time]:
    """The times on the clock that a schedule names, ascending."""
    if schedule.at is not None:
        return [schedule.at]
    length = schedule.interval
    if length >= _DAY:
        return [_MIDNIGHT]
    starts = [length * count for count in range(-(-_DAY // length))]
    if len(starts) > 1 and (_DAY - starts[-1]) * 2 < length:
        starts.pop()
    midnight = datetime.combine(date.min, _MIDNIGHT)
    return [(midnight + start).time() for start in starts]


def day_step(schedule: Schedule) -> int:
    """On every how many days there are runs: 1 for all but intervals longer than a day."""
    return max(1, round(schedule.interval / _DAY))


def _days(
    schedule: Schedule, zone: str, around: datetime, *, back: int, ahead: int
) -> Iterator[datetime]:
    """What is due on the dates around an instant, in no order."""
    today = around.astimezone(zones.zone(zone)).date()
    for offset in range(-back, ahead + 1):
        yield from _day(schedule, zone, today + offset * _DAY)


# A service looks twice a minute, at the same days all day.
@lru_cache(maxsize=64)
def _day(schedule: Schedule, zone: str, day: date) -> tuple[datetime, ...]:
    """What is due on a date, in no order."""
    tz = zones.zone(zone)
    both = schedule.every is not None and schedule.every <= _HOUR
    if day.toordinal() % day_step(schedule):
        return ()
    if _instant(day, _MIDNIGHT, tz).astimezone(tz).date() != day:
        return ()
    folds = (0, 1) if both else (0,)
    return tuple(_instant(day, at, tz, fold) for at in times_of_day(schedule) for fold in folds)


def _instant(day: date, clock: time, tz: ZoneInfo, fold: int = 0) -> datetime:
    """When the clock in ``tz`` shows that time: in its first pass, or after the gap that skips it.

    ``fold`` 1 asks for the second pass, where there is one.
    """
    local = datetime.combine(day, clock)
    named = local.replace(tzinfo=tz, fold=fold)
    instant = named.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == local:
        return instant
    # In a gap, fold 0 has the offset from before the change and fold 1 the one from after it: the
    # change lies between the two instants they make of this time.
    before = local.replace(tzinfo=tz, fold=0)
    early = local.replace(tzinfo=tz, fold=1).astimezone(UTC)
    late = before.astimezone(UTC)
    while late - early > _SECOND:
        middle = early + (late - early) // _SECOND // 2 * _SECOND
        if middle.astimezone(tz).utcoffset() == before.utcoffset():
            early = middle
        else:
            late = middle
    return late
