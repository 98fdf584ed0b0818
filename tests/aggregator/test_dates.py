"""Dates and spans as people write them."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import calendar, dates
from aggregator.measures import measure
from aggregator.refresh import refresh
from cli.query_options import QueryOptions, Window, resolve
from conftest import NOW as COLLECTED
from conftest import Fleet, execution, write_executions
from schema.errors import BadDate

NOW = datetime(2026, 11, 28, 22, 30, tzinfo=UTC)
"""A Saturday; in Auckland it is Sunday the 29th."""

MOMENTS = st.integers(631_152_000, 4_102_444_800).map(lambda at: datetime.fromtimestamp(at, UTC))
"""From 1990 to 2100."""


def span(text: str, now: datetime = NOW, zone: str = "UTC") -> tuple[date, date]:
    named = dates.parse_period(text, now, zone)
    assert named.since is not None
    assert named.until is not None
    return named.since, named.until


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("today", "2026-11-28", "2026-11-28"),
        ("Yesterday", "2026-11-27", "2026-11-27"),
        ("1d", "2026-11-28", "2026-11-28"),
        ("7d", "2026-11-22", "2026-11-28"),
        ("2w", "2026-11-15", "2026-11-28"),
        ("3mo", "2026-08-29", "2026-11-28"),
        ("1y", "2025-11-29", "2026-11-28"),
        ("this-week", "2026-11-23", "2026-11-29"),
        ("last-week", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("this-month", "2026-11-01", "2026-11-30"),
        ("LAST-MONTH", "2026-10-01", "2026-10-31"),
        ("this-quarter", "2026-10-01", "2026-12-31"),
        ("last-quarter", "2026-07-01", "2026-09-30"),
        ("this-year", "2026-01-01", "2026-12-31"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026q1", "2026-01-01", "2026-03-31"),
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2026-W47", "2026-11-16", "2026-11-22"),
        ("2026-w01", "2025-12-29", "2026-01-04"),
        ("20261101", "2026-11-01", "2026-11-01"),
        ("2026-11-20", "2026-11-20", "2026-11-20"),
        ("28 Nov", "2026-11-28", "2026-11-28"),
        ("29 Nov", "2025-11-29", "2025-11-29"),
        ("Nov 3", "2026-11-03", "2026-11-03"),
        ("3. november 2024", "2024-11-03", "2024-11-03"),
        ("dec 24, 2025", "2025-12-24", "2025-12-24"),
        ("29 feb", "2024-02-29", "2024-02-29"),
        (" 1  May ", "2026-05-01", "2026-05-01"),
    ],
)
def test_each_form_names_its_days(text: str, since: str, until: str) -> None:
    """What a text names, counted by hand on a calendar."""
    assert span(text) == (date.fromisoformat(since), date.fromisoformat(until))


@pytest.mark.parametrize("text", dates.EXAMPLES)
def test_each_example_is_read(text: str) -> None:
    """Every text that help and hints offer can be typed, in every place a span is named."""
    assert dates.parse_period(text, NOW, "UTC").days
    assert dates.parse_range(text, None, NOW, "UTC").since is not None


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "0d", "0h", "-3d", "7", "7x", "1m", "2026-13", "2026-W54", "2026-Q5", "2026-02-30",
        "20261301", "30 feb", "32 Nov", "Novem 3", "no 3", "tomorrow", "last-day", "99999y",
        "9999999d", "2026-1", "2026-11-2", "0000", "٣d", "2026-11-20T10:00", "90000h", "1 Mai",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    """The error names the text, the parameter and the forms that can be read."""
    with pytest.raises(BadDate) as refused:
        dates.parse_range(None, text, NOW, "UTC")
    assert repr(text) in str(refused.value)
    assert refused.value.parameter == "until"
    assert "28 Nov" in (refused.value.hint or "")


def test_days_are_those_of_the_reporting_zone() -> None:
    """It is tomorrow already in Auckland."""
    assert span("today", zone="Pacific/Auckland") == (date(2026, 11, 29), date(2026, 11, 29))


@given(count=st.integers(1, 4000), now=MOMENTS)
def test_days_end_today_as_with_the_number_alone(count: int, now: datetime) -> None:
    """``7d`` is what ``--days 7`` is, and ``until 7d`` ends the day before it begins."""
    named = dates.parse_period(f"{count}d", now, "UTC")
    assert named == calendar.last_days(count, now.date())
    before = dates.parse_range(None, f"{count}d", now, "UTC")
    assert named.since is not None
    assert before.until == named.since - timedelta(days=1)


@given(months=st.integers(1, 300), now=MOMENTS)
def test_months_end_today_and_begin_on_the_day_after(months: int, now: datetime) -> None:
    """Months are walked back one by one; the day is the month's last where it has no such day."""
    year, month = now.year, now.month
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    day = now.day
    while True:
        try:
            expected = date(year, month, day)
            break
        except ValueError:
            day -= 1
    assert span(f"{months}mo", now) == (expected + timedelta(days=1), now.date())


def test_a_range_goes_from_where_one_begins_to_where_the_other_ends() -> None:
    """Each end may be written in another form."""
    named = dates.parse_range("2026-Q3", "last-month", NOW, "UTC")
    assert (named.since, named.until) == (date(2026, 7, 1), date(2026, 10, 31))
    assert dates.parse_range("2026-11", "2026-11", NOW, "UTC").grain == "monthly"


def test_reversed_dates_are_refused() -> None:
    """A range that ends before it begins is an error, not empty."""
    with pytest.raises(BadDate, match="is after"):
        dates.parse_range("today", "yesterday", NOW, "UTC")


def test_hours_count_back_from_now_where_clocks_change() -> None:
    """24 hours before noon on the day the clocks went back are 13 o'clock the day before."""
    now = datetime(2026, 10, 25, 11, 0, tzinfo=UTC)
    named = dates.parse_period("24h", now, "Europe/Berlin")
    assert named.hours is not None
    assert named.hours.since_at == now - timedelta(hours=24)
    assert (named.since, named.until) == (date(2026, 10, 24), date(2026, 10, 25))
    assert named.label() == "last 24 hours (since 2026-10-24 13:00)"


def test_hours_have_no_other_end() -> None:
    """Hours end now: they are no last day, and take none."""
    for since, until in (("24h", "today"), (None, "24h")):
        with pytest.raises(BadDate):
            dates.parse_range(since, until, NOW, "UTC")


@pytest.mark.parametrize("is_refreshed", [False, True])
def test_hours_count_the_uses_since_that_moment(fleet: Fleet, is_refreshed: bool) -> None:
    """The uses since that moment, itself included, as counted over the records in Python."""
    times = [COLLECTED - timedelta(minutes=7 * number) for number in range(600)]
    times += [COLLECTED - timedelta(hours=hours) for hours in (1, 24, 48)]
    lines = [
        execution(f"{at:%Y-%m-%dT%H:%M:%SZ}", success=number % 3 > 0)
        for number, at in enumerate(sorted(times))
    ]
    write_executions(fleet.project(), "reviewer", lines)
    fleet.collect()
    if is_refreshed:
        refresh(fleet.warehouse, now=COLLECTED)

    with fleet.warehouse.reading() as con:
        for hours in (1, 2, 24, 48, 49, 500):
            begin = f"{COLLECTED - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"
            among = [line for line in lines if str(line["timestamp"]) >= begin]
            for window in (Window(period=f"{hours}h"), Window(since=f"{hours}H")):
                query = resolve(con, COLLECTED, QueryOptions(window))
                [found] = measure(con, query.question)
                assert found.total_invocations == len(among)
                assert found.successes == sum(bool(line["success"]) for line in among)


@given(
    st.dates(date(2023, 11, 1), date(2025, 4, 30)),
    st.integers(0, 500).map(lambda days: timedelta(days=days)),
)
def test_a_span_is_its_whole_months_and_the_days_at_its_ends(since: date, more: timedelta) -> None:
    """Each day is in one part; months are those that are in the span with all their days."""
    until = since + more
    days = [since + timedelta(days=each) for each in range(more.days + 1)]

    before, months, after = calendar.whole_months(calendar.Span(since, until))

    def days_of(part: calendar.Span | None) -> list[date]:
        if part is None:
            return []
        assert part.since is not None and part.until is not None
        return [day for day in days if part.since <= day <= part.until]

    assert [*days_of(before), *days_of(months), *days_of(after)] == days
    whole = {
        (day.year, day.month)
        for day in days
        if day.replace(day=1) in days
        and day.replace(day=monthrange(day.year, day.month)[1]) in days
    }
    assert {(day.year, day.month) for day in days_of(months)} == whole


def test_an_open_span_has_months_on_its_open_side() -> None:
    """Without a first or a last day there are no days before or after."""
    part, end = calendar.Span, date(2025, 3, 10)
    assert calendar.whole_months(calendar.ALL_TIME) == (None, part(None, None), None)
    assert calendar.whole_months(part(end, None)) == (
        part(end, date(2025, 3, 31)),
        part(date(2025, 4, 1), None),
        None,
    )
    assert calendar.whole_months(part(None, end)) == (
        None,
        part(None, date(2025, 2, 28)),
        part(date(2025, 3, 1), end),
    )
