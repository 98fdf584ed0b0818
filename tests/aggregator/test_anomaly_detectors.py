"""How often something is found where nothing happens, and how often what was planted is.

``make figures`` prints the tables of docs/statistics.md.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest

from aggregator.statistics.anomalies import (
    LEAST_HISTORY,
    LEVEL,
    Finding,
    detectors,
    find_anomalies,
    limits,
)
from aggregator.statistics.bands import WEEK
from aggregator.statistics.detectors import STRETCH, Measure, Series
from conftest import THOROUGH
from simulated_days import DAYS, Change, days, quiet_fleet

FLEETS = 120 * THOROUGH
WINDOW = 30
PLANTED_DAY = 126
"""A Monday, 16 days before the last."""
PLANTED_SHIFT = 119
"""A Monday, 23 days before the last."""
AMONG = 900
"""Comparisons beside a planted series: it stands among ten names."""


def found_in(fleet: Sequence[Series], comparisons: int | None = None) -> list[Finding]:
    theirs = [(series, detector) for series in fleet for detector in detectors(series)]
    allowed = limits(len(theirs) * WINDOW if comparisons is None else comparisons)
    return [
        finding
        for series, detector in theirs
        for finding in find_anomalies(
            detector, series.weekday, -1, DAYS - WINDOW, DAYS - 1, allowed
        )
    ]


@cache
def alarms(moody: float, fleets: int = FLEETS) -> float:
    """The share of quiet fleets in which anything is found."""
    return sum(bool(found_in(quiet_fleet(seed, moody=moody))) for seed in range(fleets)) / fleets


@pytest.mark.parametrize(
    "moody",
    [
        pytest.param(
            0.0,
            marks=pytest.mark.skipif(
                THOROUGH == 1, reason="SKILLHOUSE_THOROUGH=2; moody is harder"
            ),
        ),
        0.2,
    ],
    ids=["steady", "moody"],
)
def test_at_most_one_in_twenty_quiet_fleets_shows_anything(moody: float) -> None:
    """Nine names of every size, bursts up to four times as wide as chance, a weekday pattern.

    ``moody``: for days on end a fifth more or less of everything is done.
    """
    assert alarms(moody) <= LEVEL


def on(day: int, instead: Callable[[float, float, float], tuple[float, float, float]]) -> Change:
    return lambda at, *now: instead(*now) if at == day else now


def after(day: int, instead: Callable[[float, float, float], tuple[float, float, float]]) -> Change:
    return lambda at, *now: instead(*now) if at >= day else now


PLANTED: dict[str, tuple[float, float, Change, Measure, str, float]] = {
    # uses on a Monday, success rate, what is planted; where and as what it is found, how often
    "spike: 8 times 3 uses": (
        3, 0.9, on(PLANTED_DAY, lambda m, r, t: (8 * m, r, t)), "uses", "spike", 0.75
    ),
    "spike: 4 times 15 uses": (
        15, 0.9, on(PLANTED_DAY, lambda m, r, t: (4 * m, r, t)), "uses", "spike", 0.85
    ),
    "drop: none of 25 uses": (
        25, 0.9, on(PLANTED_DAY, lambda m, r, t: (0, r, t)), "uses", "drop", 0.95
    ),
    "drop: success of 15 uses from 90 % to 20 %": (
        15, 0.9, on(PLANTED_DAY, lambda m, r, t: (m, 0.2, t)), "success_rate", "drop", 0.6
    ),
    "spike: 15 uses take 8 times as long": (
        15, 0.9, on(PLANTED_DAY, lambda m, r, t: (m, r, 8 * t)), "duration", "spike", 0.85
    ),
    "shift: 6 uses a day become 15": (
        6, 0.9, after(PLANTED_SHIFT, lambda m, r, t: (2.5 * m, r, t)), "uses", "shift", 0.75
    ),
    "shift: 3 uses a day stop": (
        3, 0.9, after(PLANTED_SHIFT, lambda m, r, t: (0, r, t)), "uses", "shift", 0.85
    ),
    "shift: success of 10 uses a day from 92 % to 60 %": (
        10, 0.92, after(PLANTED_SHIFT, lambda m, r, t: (m, 0.6, t)), "success_rate", "shift", 0.75
    ),
    "shift: 6 uses a day take 3 times as long": (
        6, 0.9, after(PLANTED_SHIFT, lambda m, r, t: (m, r, 3 * t)), "duration", "shift", 0.7
    ),
}  # fmt: skip


@cache
def power(name: str, histories: int) -> float:
    """The share of histories in which the planted change is found, on its day or near its start."""
    mean, rate, change, measure, what, _ = PLANTED[name]
    day, room = (PLANTED_SHIFT, 4) if what == "shift" else (PLANTED_DAY, 0)
    hits = 0
    for seed in range(histories):
        series = days(random.Random(1000 + seed), mean, rate=rate, change=change)
        hits += any(
            (each.measure, each.what) == (measure, what) and abs(each.day - day) <= room
            for each in found_in([series], AMONG)
        )
    return hits / histories


@pytest.mark.parametrize("name", PLANTED)
def test_what_was_planted_is_found(name: str) -> None:
    """In at least the stated share, on its day; a shift within four days of its first."""
    assert power(name, 40 * THOROUGH) >= PLANTED[name][-1]


# ---------------------------------------------------------------- what they look like


def steady(uses: Sequence[int], weekday: int = 0) -> Series:
    """Uses that all succeed and take a minute."""
    return Series(weekday, uses, uses, uses, uses, [60_000.0 if n else None for n in uses])


def usual(length: int = DAYS) -> list[int]:
    return [[30, 34, 33, 31, 22, 3, 2][day % WEEK] + (day * 7919) % 5 for day in range(length)]


def all_found(series: Series, born: int = -1) -> list[Finding]:
    return [
        finding
        for detector in detectors(series)
        for finding in find_anomalies(
            detector, series.weekday, born, DAYS - WINDOW, DAYS - 1, limits(AMONG)
        )
    ]


def test_a_day_is_told_with_what_was_expected_of_its_weekday() -> None:
    """A Sunday with a Tuesday's drop: expected is a Sunday's, and the range holds what is usual."""
    uses = usual()
    uses[PLANTED_DAY + 1] = 0

    [drop] = all_found(steady(uses))

    assert (drop.measure, drop.what, drop.day, drop.value, drop.n) == (
        "uses", "drop", PLANTED_DAY + 1, 0, 0
    )  # fmt: skip
    assert drop.expected == pytest.approx(36, abs=2)
    low, high = drop.usual
    assert 15 < low < 30 < 40 < high < 60
    assert not drop.up


def test_a_weekend_without_uses_is_no_drop() -> None:
    """Of a name used on weekdays only; nor is a weekend on which somebody worked a spike."""
    uses = [n if day % WEEK < 5 else 0 for day, n in enumerate(usual())]
    uses[PLANTED_DAY + 5] = 20

    assert all_found(steady(uses)) == []


def test_the_first_spike_does_not_hide_the_next() -> None:
    """One in the history is cut back; a third of the same height is no news any more."""
    uses = usual()
    uses[PLANTED_DAY - 30] = uses[PLANTED_DAY] = 300

    twice = [each for each in all_found(steady(uses)) if each.day == PLANTED_DAY]
    uses[PLANTED_DAY - 44] = 300
    third = [each for each in all_found(steady(uses)) if each.day == PLANTED_DAY]

    assert [each.what for each in twice] == ["spike"]
    assert third == []


def test_a_shift_is_told_once_and_days_after_it_are_judged_by_new_ones() -> None:
    """Not as a drop a day; and one that began before the days asked about is not told at all."""
    later = [n if day < PLANTED_SHIFT else n // 3 for day, n in enumerate(usual())]
    before = [n if day < DAYS - WINDOW - 4 else n // 3 for day, n in enumerate(usual())]

    [shift] = all_found(steady(later))

    assert (shift.what, shift.day, shift.last_day) == (
        "shift", PLANTED_SHIFT, PLANTED_SHIFT + STRETCH - 1
    )  # fmt: skip
    assert shift.value == pytest.approx(shift.expected / 3, rel=0.1)
    assert shift.n == sum(later[PLANTED_SHIFT : PLANTED_SHIFT + STRETCH])
    assert all_found(steady(before)) == []


def test_two_far_days_in_different_weeks_are_no_shift() -> None:
    """A level that moved shows on most days."""
    uses = usual()
    uses[PLANTED_SHIFT + 3] = uses[PLANTED_SHIFT + 8] = 400

    assert [each.what for each in all_found(steady(uses))] == ["spike", "spike"]


def test_one_week_is_no_shift() -> None:
    """Somebody was away for it: days below their bands, and a level that stayed."""
    uses = [
        n // 6 if PLANTED_SHIFT <= day < PLANTED_SHIFT + WEEK else n
        for day, n in enumerate(usual())
    ]

    assert {each.what for each in all_found(steady(uses))} == {"drop"}


@pytest.mark.parametrize("growth", [0.01, 0.02], ids=["1 % a week", "2 % a week"])
def test_slow_growth_alarms_nobody(growth: float) -> None:
    """It is a trend, which `trends` tells."""
    uses = [round(n * (1 + growth) ** (day / WEEK)) for day, n in enumerate(usual())]

    assert all_found(steady(uses)) == []


def test_a_name_is_not_judged_in_its_first_weeks() -> None:
    """Days before it was known are no days without uses."""
    born = DAYS - WINDOW - 10
    uses = [0 if day < born else n for day, n in enumerate(usual())]
    uses[born + LEAST_HISTORY - 2] = 400

    assert all_found(steady(uses), born=born) == []


def test_constant_numbers_alarm_nobody_and_their_end_does() -> None:
    """All the same for months, then twice as many: a shift; without it, nothing."""
    constant = [7] * DAYS
    doubled = [7 if day < PLANTED_SHIFT else 21 for day in range(DAYS)]

    assert all_found(steady(constant)) == []
    assert [(each.what, each.day) for each in all_found(steady(doubled))] == [
        ("shift", PLANTED_SHIFT)
    ]


def test_more_comparisons_need_more() -> None:
    """Each is held to its part of the level."""
    few: Any = limits(100)
    many: Any = limits(10_000)

    assert few.day * 100 + few.shift * 100 == pytest.approx(LEVEL)
    assert many.day == pytest.approx(few.day / 100)


if __name__ == "__main__":
    print("| nothing happens | fleets in which anything is found |\n| --- | --- |")  # noqa: T201
    for moody in (0.0, 0.2, 0.3):
        share = alarms(moody, 200)
        print(f"| for days on end {moody:.0%} more or less of everything | {share:.1%} |")  # noqa: T201
    print("\n| something happens | found |\n| --- | --- |")  # noqa: T201
    for each in PLANTED:
        print(f"| {each} | {power(each, 200):.0%} |")  # noqa: T201
