"""Dates and spans as people write them: ``7d``, ``last-week``, ``2026-Q4``, ``28 Nov``.

One language for every front end. Case does not matter. A text names a span of days; as a first day
it means where that span begins, as a last day where it ends. So many days, weeks, months or years
end today, and so many hours end now.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal

from aggregator import calendar
from aggregator.calendar import Hours, Span
from schema import zones
from schema.errors import BadDate

Parameter = Literal["period", "since", "until"]

EXAMPLES = (
    "24h", "today", "yesterday", "7d", "2w", "3mo", "1y", "this-week", "last-week", "this-month",
    "last-month", "this-quarter", "last-quarter", "this-year", "last-year", "2026", "2026-Q4",
    "2026-11", "2026-W47", "2026-11-20", "20261120", "28 Nov",
)  # fmt: skip
"""One text of each form."""

FORMS = (
    "Use a day (2026-11-20, 28 Nov, today, yesterday), a week (2026-W47, last-week), a month"
    " (2026-11, this-month), a quarter (2026-Q4), a year (2026), or the last days or hours"
    " (7d, 2w, 3mo, 24h)."
)

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_LONGEST_HOURS = 24 * 366

_Parsed = Callable[..., Span]


def parse_period(text: str, now: datetime, zone: str) -> Span:
    """The span that ``text`` names at the moment ``now`` in ``zone``. BadDate names the forms."""
    return _parse(text, now, zone, "period")


def parse_range(since: str | None, until: str | None, now: datetime, zone: str) -> Span:
    """The span from where ``since`` begins to where ``until`` ends; None is open on that side.

    As a last day, so many days (weeks, months, years) mean the day before they begin: ``until 7d``
    ends where ``since 7d`` begins. BadDate for a text that names no date, for reversed dates and
    for hours as an end.
    """
    first = None if since is None else _parse(since, now, zone, "since")
    last = None if until is None else _last_day(until, now, zone)
    if first is not None and first.hours is not None:
        if last is not None:
            raise BadDate(
                f"{since!r} ends now and cannot be combined with a last day.",
                FORMS,
                parameter="since",
            )
        return first
    return calendar.span(None if first is None else first.since, last)


def _last_day(text: str, now: datetime, zone: str) -> date:
    named = _parse(text, now, zone, "until")
    if named.hours is not None:
        raise BadDate(
            f"{text!r} is a number of hours; the last day has to be a day.",
            "Use a day, such as today or 2026-11-20.",
            parameter="until",
        )
    assert named.since is not None and named.until is not None
    is_relative = re.fullmatch(_RELATIVE, _normal(text)) is not None
    return named.since - timedelta(days=1) if is_relative else named.until


def _normal(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip()).lower()


def _parse(text: str, now: datetime, zone: str, parameter: Parameter) -> Span:
    normal = _normal(text)
    local_now = now.astimezone(zones.zone(zone))
    try:
        for pattern, parsed in _PATTERNS:
            match = re.fullmatch(pattern, normal, re.ASCII)
            if match is not None:
                return parsed(local_now, *match.groups())
    except (ValueError, OverflowError):
        pass
    raise BadDate(
        f"{text!r} is not a {'period' if parameter == 'period' else 'day'}.",
        FORMS,
        parameter=parameter,
    )


def _hours(now: datetime, count: str) -> Span:
    hours = int(count)
    if not 1 <= hours <= _LONGEST_HOURS:
        raise ValueError(count)
    # Through UTC, so that an hour is an hour where clocks change.
    since_at = (now.astimezone(zones.zone("UTC")) - timedelta(hours=hours)).astimezone(now.tzinfo)
    return Span(since_at.date(), now.date(), None, Hours(hours, since_at))


def _last(now: datetime, count: str, unit: str) -> Span:
    number, today = int(count), now.date()
    if number < 1:
        raise ValueError(count)
    if unit in ("d", "w"):
        first = today - timedelta(days=number * (7 if unit == "w" else 1) - 1)
    else:
        # The same day of that month, or its last one, is outside: three months end today.
        first = _months_before(today, number * (12 if unit == "y" else 1)) + timedelta(days=1)
    return calendar.span(first, today)


def _months_before(day: date, months: int) -> date:
    year, month0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def _named_day(now: datetime, name: str) -> Span:
    return calendar.bucket("daily", now.date() - timedelta(days=name == "yesterday"))


def _named(now: datetime, which: str, unit: str) -> Span:
    this = _unit_of(unit, now.date())
    if which == "this":
        return this
    assert this.since is not None
    return _unit_of(unit, this.since - timedelta(days=1))


def _unit_of(unit: str, day: date) -> Span:
    if unit == "week":
        return calendar.bucket("weekly", day)
    if unit == "month":
        return calendar.bucket("monthly", day)
    return _quarter(day.year, (day.month + 2) // 3) if unit == "quarter" else _year(day.year)


def _quarter(year: int, quarter: int) -> Span:
    last = quarter * 3
    return Span(date(year, last - 2, 1), date(year, last, monthrange(year, last)[1]))


def _year(year: int) -> Span:
    return Span(date(year, 1, 1), date(year, 12, 31))


def _day(year: str, month: str, day: str) -> Span:
    return calendar.bucket("daily", date(int(year), int(month), int(day)))


def _day_of_month(now: datetime, day: str, month: str, year: str | None) -> Span:
    """Without a year the latest such day that is not in the future."""
    [number] = [place for place, name in enumerate(_MONTHS, 1) if name.startswith(month)]
    if year is not None:
        return _day(year, str(number), day)
    # A leap day may be eight years ago.
    for tried in range(now.year, now.year - 9, -1):
        try:
            found = date(tried, number, int(day))
        except ValueError:
            continue
        if found <= now.date():
            return calendar.bucket("daily", found)
    raise ValueError(day)


_RELATIVE = r"(\d{1,5})(d|w|mo|y)"
_MONTH_NAME = "(" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + ")"
_PATTERNS: tuple[tuple[str, _Parsed], ...] = (
    (r"(\d{1,5})h", _hours),
    (_RELATIVE, _last),
    (r"(today|yesterday)", _named_day),
    (r"(this|last)[- ](week|month|quarter|year)", _named),
    (r"(\d{4})", lambda _, year: _year(int(year))),
    (r"(\d{4})-?q([1-4])", lambda _, year, quarter: _quarter(int(year), int(quarter))),
    (
        r"(\d{4})-?w(\d\d)",
        lambda _, year, week: calendar.bucket(
            "weekly", date.fromisocalendar(int(year), int(week), 1)
        ),
    ),
    (
        r"(\d{4})-(\d\d)",
        lambda _, year, month: calendar.bucket("monthly", date(int(year), int(month), 1)),
    ),
    (r"(\d{4})-(\d\d)-(\d\d)", lambda _, *parts: _day(*parts)),
    (r"(\d{4})(\d\d)(\d\d)", lambda _, *parts: _day(*parts)),
    (rf"(\d{{1,2}})\.? {_MONTH_NAME}\.?(?:,? (\d{{4}}))?", _day_of_month),
    (
        rf"{_MONTH_NAME}\.? (\d{{1,2}})(?:,? (\d{{4}}))?",
        lambda now, month, day, year: _day_of_month(now, day, month, year),
    ),
)
