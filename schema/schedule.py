"""The schedule: how it is written, when its runs are due, and where the warehouse keeps it.

It is stored in the warehouse, so that `status` can say when the next run is due and whether one was
missed, whether or not the service is running.

Due times are times on the clock of the reporting time zone. A schedule at 02:30 is one time a day;
``6h`` means 00:00, 06:00, 12:00 and 18:00. Intervals restart at midnight, so the times are
the same every day and are what cron, systemd and launchd can be told. Where an interval does not
divide the day, a last time less than half an interval before midnight is left out. Intervals longer
than a day are whole days and start at midnight. When the clock changes:

- a skipped time is due at the first instant after the gap;
- a repeated time is due once, the first time; intervals of up to an hour run through both;
- a date that a zone skipped has no runs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schema import zones
from schema.connection import Connection
from schema.errors import UsageError, WarehouseDamaged
from schema.frozen import dataclass
from schema.spelling import command
from schema.stored_settings import store_setting, stored_setting

SETTING = "schedule"
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=31)

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_MIDNIGHT = time(0, 0)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_SPAN = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)


@dataclass(frozen=True)
class Schedule:
    """Daily ``at`` a time of the reporting time zone, or ``every`` whole number of minutes.

    Exactly one of the two is given; ValueError otherwise.
    """

    at: time | None = None
    every: timedelta | None = None

    def __post_init__(self) -> None:
        if (self.at is None) == (self.every is None):
            raise ValueError("a schedule has either a time of day or an interval")

    @property
    def interval(self) -> timedelta:
        """The usual time between two runs; clock changes may add or take an hour."""
        return _DAY if self.every is None else self.every

    @property
    def days_apart(self) -> int:
        """Runs are due on every n-th day: 1 unless the interval is longer than a day."""
        return max(1, self.interval // _DAY)

    def __str__(self) -> str:
        """For people: ``daily at 02:30``, ``every 6h``."""
        if self.every is None:
            return f"daily at {self.at:%H:%M}"
        minutes = self.every // _MINUTE
        hours, rest = divmod(minutes, 60)
        return f"every {f'{hours}h' if hours else ''}{f'{rest}m' if rest else ''}"

    def as_text(self, *, stopped: bool = False) -> str:
        """For the setting: ``{"at": "02:30"}`` or ``{"every_minutes": 360}``."""
        import json  # Not at the top: a prompt needs it only where there is a schedule.

        state = {"stopped": True} if stopped else {}
        if self.every is None:
            return json.dumps({"at": f"{self.at:%H:%M}", **state})
        return json.dumps({"every_minutes": self.every // _MINUTE, **state})


def daily_at(text: str) -> Schedule:
    """The schedule of a time of day, HH:MM. Raises UsageError for any other form."""
    clock = _CLOCK.fullmatch(text.strip())
    if clock is None:
        raise UsageError(
            f"{text!r} is not a time (HH:MM).",
            "Use 00:00 to 23:59, for example 02:30.",
            parameter="at",
        )
    return Schedule(at=time(int(clock[1]), int(clock[2])))


def every(text: str) -> Schedule:
    """The schedule of an interval: 6h, 90m, 1d or 1h30m. Raises UsageError."""
    span = _SPAN.fullmatch(text.strip().lower())
    if span is None or not any(span.groups()):
        raise _refused(f"{text!r} is not an interval.", "For example: 6h, 90m or 1d.")
    days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if length < SHORTEST:
        raise _refused(f"{text!r} is too short (minimum 1m).", "For example: 6h.")
    if length > LONGEST:
        raise _refused(f"{text!r} is too long (maximum 31d).", "For example: 7d.")
    if length % _MINUTE:
        raise _refused(f"{text!r} is not a whole number of minutes.", "For example: 90m.")
    if length > _DAY and length % _DAY:
        raise _refused(
            f"{text!r} is longer than a day but not a whole number of days.", "Use 24h or 2d."
        )
    return Schedule(every=length)


def _refused(message: str, hint: str) -> UsageError:
    return UsageError(message, hint, parameter="every")


DEFAULT = daily_at("02:30")
"""Default schedule: daily at 02:30."""


def times_of_day(schedule: Schedule) -> list[time]:
    """The times at which runs are due on a day with runs, ascending."""
    if schedule.at is not None:
        return [schedule.at]
    length = schedule.interval
    count = max(1, (2 * _DAY + length) // (2 * length))
    midnight = datetime.combine(date.min, _MIDNIGHT)
    return [(midnight + length * number).time() for number in range(count)]


def last_due(schedule: Schedule, zone: str, now: datetime) -> datetime:
    """The latest instant, in UTC, at or before ``now`` at which a run was due."""
    found = _due_around(schedule, zone, now, back=2 * schedule.days_apart + 2, ahead=1)
    return max(instant for instant in found if instant <= now)


def next_due(schedule: Schedule, zone: str, after: datetime) -> datetime:
    """The earliest instant, in UTC, later than ``after`` at which a run is due."""
    found = _due_around(schedule, zone, after, back=2, ahead=2 * schedule.days_apart + 2)
    return min(instant for instant in found if instant > after)


def _due_around(
    schedule: Schedule, zone: str, instant: datetime, *, back: int, ahead: int
) -> Iterator[datetime]:
    """The due instants of the dates around an instant, in no order."""
    today = instant.astimezone(zones.zone(zone)).date()
    for offset in range(-back, ahead + 1):
        yield from _due_on(schedule, zone, today + offset * _DAY)


# The service asks every few seconds, about the same days.
@lru_cache(maxsize=64)
def _due_on(schedule: Schedule, zone: str, day: date) -> tuple[datetime, ...]:
    """The due instants of a date, in no order."""
    tz = zones.zone(zone)
    if day.toordinal() % schedule.days_apart:
        return ()
    if _instant(day, _MIDNIGHT, tz).astimezone(tz).date() != day:  # the zone skipped this date
        return ()
    folds = (0, 1) if schedule.every is not None and schedule.every <= _HOUR else (0,)
    return tuple(_instant(day, at, tz, fold) for at in times_of_day(schedule) for fold in folds)


def _instant(day: date, clock: time, tz: ZoneInfo, fold: int = 0) -> datetime:
    """When the clock in ``tz`` first shows that time, or the end of the gap that skips it.

    ``fold`` 1 asks for the second time the clock shows it, if there is one.
    """
    local = datetime.combine(day, clock)
    instant = local.replace(tzinfo=tz, fold=fold).astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == local:
        return instant
    # In a gap, fold 0 has the offset from before the change and fold 1 the one from after it. The
    # change lies between the two instants that they make of this time.
    before, after = local.replace(tzinfo=tz), local.replace(tzinfo=tz, fold=1)
    seconds = range(int(after.timestamp()), int(before.timestamp()) + 1)
    first = bisect_left(
        seconds,
        True,
        key=lambda second: datetime.fromtimestamp(second, tz).utcoffset() != before.utcoffset(),
    )
    return datetime.fromtimestamp(seconds[first], UTC)


def schedule_of(text: str) -> Schedule:
    """The schedule that a setting's value holds. Raises ValueError where it holds none."""
    import json

    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(text)
    try:
        if "at" in value:
            return daily_at(str(value["at"]))
        return every(f"{value['every_minutes']}m")
    except (KeyError, UsageError) as exc:
        raise ValueError(text) from exc


def stored_schedule(con: Connection) -> Schedule | None:
    """The stored schedule, or None. Raises WarehouseDamaged where the setting cannot be read."""
    text = stored_setting(con, SETTING)
    if text is None:
        return None
    try:
        return schedule_of(text)
    except ValueError:
        raise WarehouseDamaged(
            "The schedule stored in the warehouse is not readable.",
            f"Set it again with `{command('schedule install')}`.",
        ) from None


def store_schedule(con: Connection, schedule: Schedule | None, *, stopped: bool = False) -> None:
    """Store ``schedule``, or remove it (None), within the caller's transaction.

    One that is ``stopped`` is kept for the next service, but no run of it is due until then.
    """
    store_setting(con, SETTING, None if schedule is None else schedule.as_text(stopped=stopped))


def was_stopped(con: Connection) -> bool:
    """Whether the service of the stored schedule was ended and nothing else runs it."""
    return '"stopped": true' in (stored_setting(con, SETTING) or "")
