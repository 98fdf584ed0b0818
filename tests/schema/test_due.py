"""When runs are due: held to a clock that is watched minute by minute, and to known change days."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.schedule import Schedule, daily_at, every, last_due, next_due, times_of_day

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

CHANGES = {
    "New York, forward": ("America/New_York", date(2025, 3, 9)),
    "New York, back": ("America/New_York", date(2025, 11, 2)),
    "Lord Howe, forward by 30 minutes": ("Australia/Lord_Howe", date(2025, 10, 5)),
    "Lord Howe, back by 30 minutes": ("Australia/Lord_Howe", date(2025, 4, 6)),
    "Havana, forward at midnight": ("America/Havana", date(2025, 3, 9)),
    "Havana, back to midnight": ("America/Havana", date(2025, 11, 2)),
    "Sao Paulo, back over midnight": ("America/Sao_Paulo", date(2019, 2, 16)),
    "St John's, back over midnight": ("America/St_Johns", date(2010, 11, 7)),
    "Apia, a day left out": ("Pacific/Apia", date(2011, 12, 30)),
    "Kathmandu, never": ("Asia/Kathmandu", date(2026, 5, 5)),
}
"""Past changes: those to come may be called off, and zone databases then disagree about them."""


@cache
def minutes(zone: str, around: date) -> list[tuple[datetime, datetime, datetime]]:
    """Each minute of five days: the instant, what the clock on the wall shows, and the latest that
    it has shown so far."""
    tz = ZoneInfo(zone)
    instant = datetime.combine(around - 2 * DAY, time(0, 0), tzinfo=UTC)
    instants = [instant + number * MINUTE for number in range(5 * 24 * 60)]
    walls = [each.astimezone(tz).replace(tzinfo=None) for each in instants]
    return list(zip(instants, walls, accumulate(walls, max), strict=True))


def watched(schedule: Schedule, zone: str, around: date) -> list[datetime]:
    """The due instants that someone finds who looks at the wall clock every minute.

    They note, for every date that comes, each named time when the clock first shows it or a later
    one; for short intervals also when it shows it again.
    """
    seen = minutes(zone, around)
    shown: defaultdict[datetime, list[datetime]] = defaultdict(list)
    for instant, wall, _ in seen:
        shown[wall].append(instant)
    both = schedule.every is not None and schedule.every <= timedelta(hours=1)
    found = set()
    for day in {wall.date() for _, wall, _ in seen}:
        for clock in times_of_day(schedule):
            named = datetime.combine(day, clock)
            first = bisect_left(seen, named, key=lambda minute: minute[2])
            if 0 < first < len(seen):
                found.add(seen[first][0])
            if both:
                found.update(shown[named])
    return sorted(found)


SCHEDULES = st.one_of(
    st.times().map(lambda at: Schedule(at=at.replace(second=0, microsecond=0))),
    st.integers(20, 24 * 60).map(lambda length: Schedule(every=length * MINUTE)),
)


@settings(max_examples=60)
@given(schedule=SCHEDULES, place=st.sampled_from(sorted(CHANGES)), after=st.integers(0, 3 * 1440))
def test_due_instants_are_those_of_the_wall_clock(
    schedule: Schedule, place: str, after: int
) -> None:
    """Last and next, at any minute around any kind of clock change."""
    zone, day = CHANGES[place]
    due = watched(schedule, zone, day)
    now = datetime.combine(day - DAY, time(0, 0), tzinfo=UTC) + after * MINUTE

    later = [each for each in due if each > now]
    earlier = [each for each in due if each <= now]

    if later:
        assert next_due(schedule, zone, now) == later[0]
    if earlier:
        assert last_due(schedule, zone, now) == earlier[-1]


@settings(max_examples=60)
@given(
    schedule=SCHEDULES,
    zone=st.sampled_from(sorted({zone for zone, _ in CHANGES.values()})),
    minute=st.integers(0, 5 * 366 * 24 * 60),
)
def test_one_run_follows_another(schedule: Schedule, zone: str, minute: int) -> None:
    """None is skipped between last and next, and they are at most two intervals apart."""
    at = datetime(2025, 1, 1, tzinfo=UTC) + minute * MINUTE
    last, following = last_due(schedule, zone, at), next_due(schedule, zone, at)

    assert last <= at < following
    assert next_due(schedule, zone, last) == following
    assert last_due(schedule, zone, following) == following
    assert last_due(schedule, zone, following - timedelta(seconds=1)) == last
    assert following - last <= 2 * schedule.interval + timedelta(hours=1)


@pytest.mark.parametrize(
    ("place", "at", "expected"),
    [
        ("New York, forward", "02:30", "2025-03-09T07:00:00+00:00"),
        ("New York, back", "01:30", "2025-11-02T05:30:00+00:00"),
        ("Lord Howe, forward by 30 minutes", "02:15", "2025-10-04T15:30:00+00:00"),
        ("Lord Howe, back by 30 minutes", "01:45", "2025-04-05T14:45:00+00:00"),
        ("Havana, forward at midnight", "00:30", "2025-03-09T05:00:00+00:00"),
    ],
)
def test_a_changed_night_has_exactly_one_run(place: str, at: str, expected: str) -> None:
    """At the end of the gap, or in the first pass of the repeated hour; then the next night."""
    zone, day = CHANGES[place]
    schedule = daily_at(at)
    noon = datetime.combine(day, time(12, 0), tzinfo=ZoneInfo(zone))

    due = last_due(schedule, zone, noon)

    assert due.isoformat() == expected
    assert next_due(schedule, zone, noon - DAY) == due
    assert timedelta(hours=22) < next_due(schedule, zone, due) - due < timedelta(hours=26)


@pytest.mark.parametrize(("text", "runs"), [("30m", 50), ("1h", 25), ("2h", 12), ("24h", 1)])
def test_short_intervals_go_on_through_a_repeated_hour(text: str, runs: int) -> None:
    """A day of 25 hours has as many runs as it has intervals; longer ones run once a time."""
    zone = "America/New_York"
    at = datetime(2026, 11, 1, 3, 59, tzinfo=UTC)
    found = []
    while (at := next_due(every(text), zone, at)) < datetime(2026, 11, 2, 5, 0, tzinfo=UTC):
        found.append(at)

    assert len(found) == runs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6h", ["00:00", "06:00", "12:00", "18:00"]),
        ("7h", ["00:00", "07:00", "14:00"]),
        ("24h", ["00:00"]),
        ("23h", ["00:00"]),
        ("2d", ["00:00"]),
    ],
)
def test_an_interval_counts_from_midnight(text: str, expected: list[str]) -> None:
    """A remainder shorter than half an interval joins the run before it."""
    assert [f"{each:%H:%M}" for each in times_of_day(every(text))] == expected


def test_a_week_is_seven_days_apart() -> None:
    """An interval longer than a day is whole days, also over a change of the clock."""
    at = datetime(2026, 2, 20, 12, 0, tzinfo=UTC)
    found = []
    for _ in range(4):
        at = next_due(every("7d"), "America/New_York", at)
        found.append(at.astimezone(ZoneInfo("America/New_York")))

    assert {each.time() for each in found} == {time(0, 0)}
    assert [(b.date() - a.date()).days for a, b in pairwise(found)] == [7, 7, 7]
    assert last_due(every("7d"), "America/New_York", at + 6 * DAY) == at
