"""Whether a run is due, over whole histories of clocks that jump, sleep and are wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.nightly.due import CollectRun, Trigger, due_state
from schema.schedule import Schedule, daily_at, every, last_due

NIGHTLY = daily_at("02:30")
ZONE = "America/New_York"
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HALF_MINUTE = timedelta(seconds=30)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@dataclass
class Machine:
    """A machine whose service looks every half minute while it is awake; passes take no time."""

    schedule: Schedule = NIGHTLY
    zone: str = ZONE
    now: datetime = START
    runs: list[CollectRun] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)

    def look(self, outcome: str = "done") -> Trigger | None:
        month = self.now - timedelta(days=40)
        runs = [each for each in self.runs if each.started_at >= month]
        trigger = due_state(self.schedule, self.zone, runs, self.now).trigger
        if trigger:
            self.write(outcome)
            self.triggers.append(trigger)
        return trigger

    def write(self, outcome: str) -> None:
        self.runs.append(CollectRun(len(self.runs) + 1, self.now, outcome))

    def live(self, length: timedelta, step: timedelta = HALF_MINUTE) -> None:
        end = self.now + length
        while self.now < end:
            self.look()
            self.now += min(step, end - self.now)

    @property
    def served(self) -> list[datetime]:
        """The due times for which there were runs."""
        return [last_due(self.schedule, self.zone, each.started_at) for each in self.runs]


def test_every_night_runs_once_and_in_time() -> None:
    """The first look catches up; then one run a night, within half a minute of its time."""
    machine = Machine()

    machine.live(2 * DAY)

    assert machine.triggers == ["catch-up"] + ["schedule"] * 2
    assert len(set(machine.served)) == 3
    assert all(
        each.started_at - due <= HALF_MINUTE
        for each, due in zip(machine.runs[1:], machine.served[1:], strict=True)
    )


@pytest.mark.parametrize(
    ("zone", "at", "start"),
    [
        ("America/New_York", "02:30", datetime(2026, 3, 6, 12, 0, tzinfo=UTC)),
        ("America/New_York", "01:30", datetime(2026, 10, 30, 12, 0, tzinfo=UTC)),
        ("Australia/Lord_Howe", "02:15", datetime(2026, 10, 2, 12, 0, tzinfo=UTC)),
        ("Australia/Lord_Howe", "01:45", datetime(2026, 4, 3, 12, 0, tzinfo=UTC)),
    ],
    ids=["New York forward", "New York back", "Lord Howe forward", "Lord Howe back"],
)
def test_nights_with_a_change_of_clock_run_once(zone: str, at: str, start: datetime) -> None:
    """One run for each of the dates around it."""
    machine = Machine(daily_at(at), zone, start)

    machine.live(4 * DAY, step=timedelta(minutes=2))

    assert machine.triggers == ["catch-up"] + ["schedule"] * 4
    assert all(22 * HOUR < b - a < 26 * HOUR for a, b in pairwise(machine.served[1:]))


def test_three_days_of_sleep_are_made_up_for_by_one_run() -> None:
    """At the first look after waking."""
    machine = Machine()
    machine.live(DAY, step=timedelta(minutes=2))
    woken = machine.now + 3 * DAY
    machine.now = woken

    machine.live(HOUR)

    assert machine.triggers == ["catch-up", "schedule", "catch-up"]
    assert machine.runs[-1].started_at == woken


@pytest.mark.parametrize("minutes", [1, 20, 45, 59])
def test_an_hour_back_repeats_nothing(minutes: int) -> None:
    """Set back soon after the run, so that its time comes again."""
    machine = Machine(now=datetime(2026, 11, 20, 7, 0, tzinfo=UTC))
    machine.live(timedelta(minutes=30 + minutes))
    machine.now -= HOUR

    machine.live(DAY, step=timedelta(minutes=2))

    assert machine.triggers == ["catch-up", "schedule"]
    assert len(set(machine.served)) == len(machine.served)


def test_a_manual_pass_in_the_repeated_hour_changes_nothing() -> None:
    """What was written later, an hour earlier, does not take the night's run away."""
    machine = Machine(now=datetime(2026, 11, 20, 7, 0, tzinfo=UTC))
    machine.live(timedelta(minutes=40))
    machine.now -= HOUR
    machine.write("done")

    machine.live(3 * HOUR)

    assert machine.triggers == ["catch-up", "schedule"]


def test_a_year_forward_and_back_repeats_and_loses_nothing() -> None:
    """One run for the wrong time; back again none; and a year later that night has its own."""
    machine = Machine()
    machine.live(2 * DAY, step=timedelta(minutes=2))
    machine.now += YEAR
    machine.live(HOUR)
    wrong = machine.served[-1]
    machine.now -= YEAR
    before = len(machine.runs)
    machine.live(HOUR)
    unchanged = len(machine.runs)
    machine.live(YEAR + DAY, step=6 * HOUR)

    nights = machine.served[unchanged:]

    assert unchanged == before
    assert wrong in nights
    assert len(set(nights)) == len(nights)
    assert len(nights) in (365, 366, 367)
    assert all(22 * HOUR < b - a < 26 * HOUR for a, b in pairwise(nights))


def test_a_start_in_1970_is_over_when_the_clock_is_right() -> None:
    """A machine without a battery: nothing that was done is done again."""
    machine = Machine()
    machine.live(DAY, step=timedelta(minutes=2))
    right = machine.now
    machine.now = datetime(1970, 1, 2, tzinfo=UTC)
    machine.live(HOUR)
    machine.now = right
    before = len(machine.runs)

    machine.live(HOUR)

    assert len(machine.runs) == before


@pytest.mark.parametrize("outcome", ["failed", "running"])
def test_what_failed_or_was_killed_is_due_again(outcome: str) -> None:
    """As a retry, until one succeeds; the next night is on schedule."""
    machine = Machine()

    tried = [machine.look(outcome), machine.look(outcome), machine.look("problems"), machine.look()]

    assert tried == ["catch-up", "retry", "retry", None]


def test_a_failure_handed_in_late_takes_no_run_back() -> None:
    """It is written after the success, and began a day and more before it."""
    machine = Machine()
    machine.look()
    machine.runs.append(CollectRun(2, machine.now - 2 * DAY, "failed"))

    assert machine.look() is None


JUMPS = st.one_of(
    st.timedeltas(timedelta(0), timedelta(days=4)),
    st.timedeltas(timedelta(hours=-1), timedelta(hours=1)),
)


@settings(max_examples=40)
@given(
    jumps=st.lists(st.tuples(JUMPS, st.timedeltas(timedelta(0), timedelta(hours=8))), max_size=6),
    schedule=st.sampled_from([NIGHTLY, every("6h"), daily_at("01:30")]),
    start=st.sampled_from([START, datetime(2026, 10, 30, tzinfo=UTC)]),
)
def test_no_due_time_is_served_twice_and_none_is_left(
    jumps: list[tuple[timedelta, timedelta]], schedule: Schedule, start: datetime
) -> None:
    """Whatever sleeps and jumps of up to an hour there are."""
    machine = Machine(schedule, now=start)
    machine.look()
    for jump, awake in jumps:
        machine.now += jump
        machine.live(awake, step=timedelta(minutes=15))
        machine.look()

        assert last_due(schedule, ZONE, machine.now) in machine.served
    assert len(set(machine.served)) == len(machine.served)
