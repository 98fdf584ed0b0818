"""Days, ISO weeks and months in the reporting zone, and the spans that questions name.

Days are inclusive on both ends. A span that is exactly one bucket is known as that bucket, because
the numbers of a bucket stand ready.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import get_args

from aggregator.parameters import EARLIER_DAYS as EARLIER_DAYS
from aggregator.parameters import MAX_DAYS, Grain
from aggregator.parameters import RECENT_DAYS as RECENT_DAYS
from schema import zones
from schema.errors import BadDate, UsageError
from schema.frozen import dataclass

GRAINS: tuple[Grain, ...] = get_args(Grain)
ALL_TIME_START = date(1970, 1, 1)

FUTURE_LIMIT = timedelta(hours=24)
"""Rows dated further in the future are left out of every answer until their time comes."""


@dataclass(frozen=True)
class Hours:
    """The last ``count`` hours: what came at ``since_at`` or later."""

    count: int
    since_at: datetime


@dataclass(frozen=True)
class Span:
    """The days from ``since`` to ``until``, both included; None is open on that side.

    ``grain`` is set when the span is one bucket, which then starts at ``start``. With ``hours``
    what came earlier on the first day is left out.
    """

    since: date | None
    until: date | None
    grain: Grain | None = None
    hours: Hours | None = None

    @property
    def start(self) -> date:
        return self.since if self.since is not None and self.grain != "all" else ALL_TIME_START

    @property
    def days(self) -> int | None:
        """How many days it has; None when it is open on a side."""
        if self.since is None or self.until is None:
            return None
        return (self.until - self.since).days + 1

    def label(self) -> str:
        """The span in words."""
        if self.hours is not None:
            hours = "hour" if self.hours.count == 1 else f"{self.hours.count} hours"
            return f"last {hours} (since {self.hours.since_at:%Y-%m-%d %H:%M})"
        if self.since is None and self.until is None:
            return "all time"
        if self.grain == "weekly" and self.since is not None:
            year, week, _ = self.since.isocalendar()
            return f"week {year:04d}-W{week:02d} ({self.since} to {self.until})"
        if self.grain == "monthly" and self.since is not None:
            return f"month {self.since.isoformat()[:7]}"
        if self.since == self.until:
            return f"day {self.since}"
        if self.since is None:
            return f"until {self.until}"
        return f"{self.since} to {self.until}" if self.until else f"since {self.since}"


ALL_TIME = Span(None, None, "all")


def today(now: datetime, zone: str) -> date:
    """The day that ``now`` falls on in ``zone``."""
    return now.astimezone(zones.zone(zone)).date()


def bucket(grain: Grain, day: date) -> Span:
    """The bucket of that grain that holds ``day``."""
    if grain == "all":
        return ALL_TIME
    if grain == "daily":
        return Span(day, day, grain)
    if grain == "weekly":
        monday = day - timedelta(days=day.weekday())
        return Span(monday, _day(monday.toordinal() + 6), grain)
    return Span(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]), grain)


def span(since: date | None, until: date | None) -> Span:
    """The days between, as a bucket where they are exactly one. BadDate when they are reversed."""
    if since is not None and until is not None:
        if since > until:
            raise BadDate(
                f"{since} is after {until}.", "Swap the first and the last day.", parameter="since"
            )
        for grain in ("daily", "weekly", "monthly"):
            whole = bucket(grain, since)
            if (whole.since, whole.until) == (since, until):
                return whole
    return Span(since, until, "all" if since is None and until is None else None)


def whole_months(of: Span) -> tuple[Span | None, Span | None, Span | None]:
    """The days before the whole months of a span, these months, and the days after; None: no days.

    Without a whole month, all days are before.
    """
    since, until = of.since, of.until
    # The first day of a month, and the last day of one; those of the span where they are whole.
    first = since
    if since is not None and since.day > 1:
        first = _day(since.toordinal() + monthrange(since.year, since.month)[1] - since.day + 1)
    last = until
    if until is not None and until.day < monthrange(until.year, until.month)[1]:
        last = None if until.toordinal() <= until.day else until - timedelta(days=until.day)
        if last is None:
            return of, None, None
    if first is not None and last is not None and first > last:
        return of, None, None
    before = None if first is None or first == since else Span(since, first - timedelta(days=1))
    after = None if last is None or last == until else Span(last + timedelta(days=1), until)
    return before, Span(first, last), after


def last_days(count: int, day: date) -> Span:
    """``day`` and the ``count - 1`` days before it. UsageError unless 1 to ``MAX_DAYS``."""
    if not 1 <= count <= MAX_DAYS:
        raise UsageError(
            f"{count} is not between 1 and {MAX_DAYS}.", "For example: 30", parameter="days"
        )
    return span(day - timedelta(days=count - 1), day)


def previous(of: Span) -> Span | None:
    """The bucket before a bucket, or as many days before a span of days.

    None for open spans, and for hours.
    """
    if of.since is None or of.until is None or of.hours is not None:
        return None
    if of.since.toordinal() <= (of.until - of.since).days + 1:
        return None
    if of.grain in ("daily", "weekly", "monthly"):
        return bucket(of.grain, of.since - timedelta(days=1))
    return span(of.since - timedelta(days=of.days or 0), of.since - timedelta(days=1))


def _day(ordinal: int) -> date:
    """That day, or the last one there is."""
    return date.fromordinal(min(ordinal, date.max.toordinal()))
