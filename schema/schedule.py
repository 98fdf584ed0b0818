"""The schedule in force: nightly at a time of day, or every so often. Kept in the warehouse.

It stands in the file and not in the service, so that whoever asks knows when the next run is due
and whether one was missed, whether or not the service lives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta

from schema.errors import UsageError, WarehouseDamaged
from schema.warehouse import Connection

SETTING = "schedule"
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=31)

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_SPAN = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?", re.ASCII)


@dataclass(frozen=True)
class Schedule:
    """When runs are due: daily at ``at`` on the reporting zone's clock, or ``every`` so often.

    Exactly one of the two is given; ``every`` is whole minutes.
    """

    at: time | None = None
    every: timedelta | None = None

    def __post_init__(self) -> None:
        if (self.at is None) == (self.every is None):
            raise ValueError("a schedule is either at a time of day or every so often")

    @property
    def interval(self) -> timedelta:
        """How far apart two runs are; of a daily one a day, though it may be an hour off."""
        return _DAY if self.every is None else self.every

    def __str__(self) -> str:
        """As a person says it: ``daily at 02:30``, ``every 6h``."""
        if self.every is None:
            return f"daily at {self.at:%H:%M}"
        minutes = self.every // _MINUTE
        hours, rest = divmod(minutes, 60)
        return f"every {f'{hours}h' if hours else ''}{f'{rest}m' if rest else ''}"

    def as_text(self) -> str:
        """The setting's value: ``{"at": "02:30"}`` or ``{"every_minutes": 360}``."""
        import json  # Not at the top: a line for a prompt reads no schedule where there is none.

        if self.every is None:
            return json.dumps({"at": f"{self.at:%H:%M}"})
        return json.dumps({"every_minutes": self.every // _MINUTE})


def daily_at(text: str) -> Schedule:
    """The schedule of ``--at HH:MM``. UsageError for any other form."""
    clock = _CLOCK.fullmatch(text.strip())
    if clock is None:
        raise UsageError(f"{text!r} is no time of day.", "Write --at 02:30, from 00:00 to 23:59.")
    return Schedule(at=time(int(clock[1]), int(clock[2])))


def every(text: str) -> Schedule:
    """The schedule of ``--every 6h``, ``90m``, ``1d`` or ``1h30m``. UsageError otherwise."""
    span = _SPAN.fullmatch(text.strip().lower())
    if span is None or not any(span.groups()):
        raise UsageError(f"{text!r} is no length of time.", "Write --every 6h, 90m or 1d.")
    days, hours, minutes = (int(part or 0) for part in span.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes)
    if not SHORTEST <= length <= LONGEST:
        raise UsageError(f"{text!r} is out of range.", "Between --every 1m and --every 31d.")
    if length > _DAY and length % _DAY:
        raise UsageError(
            f"{text!r} is longer than a day and not whole days.", "Write --every 24h or --every 2d."
        )
    return Schedule(every=length)


def schedule_of(text: str) -> Schedule:
    """The schedule that a setting's value says. ValueError when it says none."""
    import json

    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError(text)
    try:
        if "at" in said:
            return daily_at(str(said["at"]))
        return every(f"{said['every_minutes']}m")
    except (KeyError, UsageError) as exc:
        raise ValueError(text) from exc


def stored_schedule(con: Connection) -> Schedule | None:
    """The schedule in force; None while there is none.

    Raises WarehouseDamaged when the setting cannot be read, which says how to set it anew.
    """
    query = "select value from settings where key = $key"
    found = con.execute(query, {"key": SETTING}).fetchall()
    if not found:
        return None
    try:
        return schedule_of(str(found[0][0]))
    except ValueError:
        raise WarehouseDamaged(
            "The schedule that the warehouse holds cannot be read.",
            "Set it anew: skillhouse schedule install --at 02:30",
        ) from None


def store_schedule(con: Connection, schedule: Schedule | None) -> None:
    """Put ``schedule`` in force, or none, within the caller's transaction."""
    con.execute("delete from settings where key = $key", {"key": SETTING}).fetchall()
    if schedule is not None:
        con.execute(
            "insert into settings values ($key, $value)",
            {"key": SETTING, "value": schedule.as_text()},
        ).fetchall()
