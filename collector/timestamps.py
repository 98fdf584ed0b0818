"""A writer's timestamp as an instant, and the rule by which it became one.

Read are the forms that ISO 8601 and RFC 3339 share: a date, ``T`` or a space, hours and minutes,
optionally seconds with a fraction, optionally ``Z`` or an offset. Everything else (a date alone, a
bare number, a word) names no instant and is refused; guessing would invent history. The grammar is
our own expression because what ``datetime.fromisoformat`` accepts differs between Python versions.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal, NamedTuple

TimeBasis = Literal["offset", "local", "local_first_pass", "local_gap"]

EARLIEST_YEAR = 1970
LATEST_YEAR = 2199

_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?"
    r" ?(?:([Zz])|([+-])(\d\d):?(\d\d)?(?::?(\d\d))?)?",
    re.ASCII,
)


class Moment(NamedTuple):
    """A time as it was read. ``local`` is what was written, where that has no offset."""

    instant: datetime
    basis: TimeBasis
    local: datetime | None = None

    @property
    def written(self) -> datetime:
        """What identifies it in any zone: its local time, otherwise its instant, without zone."""
        return self.local if self.local is not None else self.instant.replace(tzinfo=None)


class NotATimestamp(ValueError):
    """The text names no instant; the argument says why of its record, without the text."""


def parse_timestamp(value: object, zone: tzinfo) -> Moment:
    """The instant, in UTC, that ``value`` names, and how it was read.

    A value without an offset is local time in ``zone``: in a repeated hour its first pass, in a
    skipped hour counted on from before the gap (PEP 495, ``fold=0``). Fractions are cut to
    microseconds. Raises NotATimestamp.
    """
    if not isinstance(value, str):
        missing = value is None
        raise NotATimestamp("has no timestamp" if missing else "has a timestamp that is not text")
    match = _TIMESTAMP.fullmatch(value.strip())
    if match is None:
        raise NotATimestamp("has a timestamp in an unknown format")
    year, month, day, hour, minute, second, fraction, zulu, sign, oh, om, os = match.groups()
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        raise NotATimestamp(f"has a year that is not between {EARLIEST_YEAR} and {LATEST_YEAR}")
    micros = int(fraction[:6].ljust(6, "0")) if fraction else 0
    try:
        wall = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micros
        )
        if zulu:
            return Moment(wall.replace(tzinfo=UTC), "offset")
        if sign:
            offset = timedelta(hours=int(oh), minutes=int(om or 0), seconds=int(os or 0))
            if int(om or 0) > 59 or int(os or 0) > 59:
                raise ValueError
            fixed = timezone(offset if sign == "+" else -offset)
            return Moment(wall.replace(tzinfo=fixed).astimezone(UTC), "offset")
    except (ValueError, OverflowError):
        raise NotATimestamp("has a timestamp that is not a valid date and time") from None
    return _from_local(wall, zone)


def _from_local(wall: datetime, zone: tzinfo) -> Moment:
    first = wall.replace(tzinfo=zone)
    second = wall.replace(tzinfo=zone, fold=1)
    instant = first.astimezone(UTC)
    before, after = first.utcoffset(), second.utcoffset()
    if before == after or before is None or after is None:
        return Moment(instant, "local", wall)
    return Moment(instant, "local_first_pass" if before > after else "local_gap", wall)
