"""The oracle's statistics and its calendar, by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from oracle import (
    Grain,
    Measures,
    average,
    bucket_start,
    in_range,
    measure,
    quantile_cont,
    rollup,
    wilson,
)
from test_oracle import ANGELES, KATHMANDU, UTC_ZONE, row


@pytest.mark.parametrize(
    ("successes", "known", "low", "high"),
    [
        pytest.param(95, 100, 0.8882, 0.9785, id="95-of-100"),
        pytest.param(1, 1, 0.2065, 1.0, id="1-of-1"),
        pytest.param(5, 10, 0.2366, 0.7634, id="5-of-10"),
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        pytest.param(81, 263, 0.2553, 0.3662, id="81-of-263"),
        pytest.param(15, 148, 0.0624, 0.1605, id="15-of-148"),
        pytest.param(0, 20, 0.0, 0.1611, id="0-of-20"),
        pytest.param(1, 29, 0.0061, 0.1718, id="1-of-29"),
    ],
)
def test_wilson(successes: int, known: int, low: float, high: float) -> None:
    """The 95 % interval, as it is printed elsewhere, to four places."""
    assert wilson(successes, known) == pytest.approx((low, high), abs=0.00005)


def test_wilson_of_nothing_is_nothing() -> None:
    """No data, no interval."""
    assert wilson(0, 0) == (None, None)


def test_wilson_is_where_the_score_test_turns() -> None:
    """By definition: its bounds p are the roots of (rate - p)^2 = z^2 p (1 - p) / n."""
    for known in range(1, 41):
        for successes in range(known + 1):
            rate = successes / known
            low, high = wilson(successes, known)

            assert low is not None
            assert high is not None
            assert 0.0 <= low <= rate <= high <= 1.0
            assert low < high
            for p in (low, high):
                assert (rate - p) ** 2 == pytest.approx(1.959963984540054**2 * p * (1 - p) / known)


def test_one_of_one_never_beats_95_of_100() -> None:
    """The lower bound is what effectiveness is ranked by."""
    assert (wilson(1, 1)[0] or 0.0) < (wilson(95, 100)[0] or 0.0)


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [
        pytest.param([], 0.5, None, id="nothing"),
        pytest.param([7], 0.95, 7.0, id="one"),
        pytest.param([3, 1, 2], 0.5, 2.0, id="odd-median"),
        pytest.param([4, 1, 3, 2], 0.5, 2.5, id="even-median"),
        pytest.param([10, 20], 0.95, 19.5, id="between-two"),
        pytest.param([1, 2, 3, 4, 5], 0.95, 4.8, id="p95-of-five"),
        pytest.param([1, 2, 3, 4, 5], 0.0, 1.0, id="least"),
        pytest.param([1, 2, 3, 4, 5], 1.0, 5.0, id="most"),
    ],
)
def test_quantiles_are_interpolated(values: list[int], q: float, expected: float | None) -> None:
    """Linearly, between the two neighbours."""
    result = quantile_cont([Decimal(value) for value in values], q)

    assert result == (None if expected is None else pytest.approx(expected))


def test_the_average_of_nothing_is_nothing() -> None:
    """Never 0."""
    assert average([]) is None
    assert average([1, 2]) == 1.5


def test_measure_by_hand() -> None:
    """Unknowns are outside the rate; sessions are per project; nulls are in no average."""
    rows = [
        row("2026-08-03T09:00+00:00", "success", session_id="a", duration_ms="100", followups=2),
        row("2026-08-03T10:00+00:00", "success", session_id="a", duration_ms="200", followups=0),
        row("2026-08-03T11:00+00:00", "failure", project="q", session_id="a", duration_ms="600"),
        row("2026-08-03T12:00+00:00", "abandoned", project="q", quality_score="0.5"),
        row("2026-08-03T08:00+00:00", "unknown", project="q", quality_score="0.25"),
    ]

    low, high = wilson(2, 4)
    assert measure(rows) == Measures(
        total_invocations=5,
        successes=2,
        failures=1,
        abandoned=1,
        unknown=1,
        success_rate=0.5,
        success_rate_low=low,
        success_rate_high=high,
        avg_duration_ms=300.0,
        p50_duration_ms=200.0,
        p95_duration_ms=560.0,
        avg_quality_score=0.375,
        avg_followup_actions=1.0,
        projects=2,
        sessions=2,
        first_used=datetime(2026, 8, 3, 8, tzinfo=UTC),
        last_used=datetime(2026, 8, 3, 12, tzinfo=UTC),
    )


def test_measure_of_nothing_and_of_unknowns() -> None:
    """Without a verdict there is no rate, without rows there is no time."""
    nothing = measure([])
    unknowns = measure([row(outcome="unknown")])

    assert (nothing.total_invocations, nothing.projects, nothing.sessions) == (0, 0, 0)
    assert (nothing.first_used, nothing.last_used, nothing.avg_duration_ms) == (None, None, None)
    assert (unknowns.success_rate, unknowns.success_rate_low) == (None, None)
    assert unknowns.success_rate_high is None


@pytest.mark.parametrize(
    ("at", "grain", "zone", "expected"),
    [
        # Los Angeles: 2026-11-01 has 25 hours, 2026-03-08 has 23.
        pytest.param("2026-11-01T06:59:59Z", "daily", ANGELES, "2026-10-31", id="before-long"),
        pytest.param("2026-11-01T07:00:00Z", "daily", ANGELES, "2026-11-01", id="long-first"),
        pytest.param("2026-11-02T07:59:59Z", "daily", ANGELES, "2026-11-01", id="long-last"),
        pytest.param("2026-11-02T08:00:00Z", "daily", ANGELES, "2026-11-02", id="after-long"),
        pytest.param("2026-03-08T08:00:00Z", "daily", ANGELES, "2026-03-08", id="short-first"),
        pytest.param("2026-03-09T06:59:59Z", "daily", ANGELES, "2026-03-08", id="short-last"),
        pytest.param("2026-03-09T07:00:00Z", "daily", ANGELES, "2026-03-09", id="after-short"),
        pytest.param("2026-08-02T18:14:59Z", "daily", KATHMANDU, "2026-08-02", id="kathmandu-last"),
        pytest.param("2026-08-02T18:15:00Z", "daily", KATHMANDU, "2026-08-03", id="kathmandu"),
        # 2027-01-01 is a Friday, in the ISO week that began on Monday 2026-12-28.
        pytest.param("2027-01-01T12:00:00Z", "weekly", UTC_ZONE, "2026-12-28", id="new-year"),
        pytest.param("2027-01-03T23:59:59Z", "weekly", UTC_ZONE, "2026-12-28", id="sunday"),
        pytest.param("2027-01-04T00:00:00Z", "weekly", UTC_ZONE, "2027-01-04", id="monday"),
        pytest.param("2027-01-04T07:59:59Z", "weekly", ANGELES, "2026-12-28", id="still-sunday"),
        pytest.param("2027-01-01T00:00:00Z", "monthly", UTC_ZONE, "2027-01-01", id="month"),
        pytest.param("2027-01-01T07:59:59Z", "monthly", ANGELES, "2026-12-01", id="still-december"),
        pytest.param("2027-01-01T07:59:59Z", "all", ANGELES, "1970-01-01", id="all"),
    ],
)
def test_buckets_are_cut_by_the_zone_s_clock(
    at: str, grain: Grain, zone: ZoneInfo, expected: str
) -> None:
    """Local days, ISO weeks from Monday, local months, one bucket for all."""
    start = bucket_start(datetime.fromisoformat(at), grain, zone)

    assert start == date.fromisoformat(expected)


def test_rollup_by_hand() -> None:
    """One skill on two days of two months in one week, in two projects."""
    rows = [
        row("2026-08-31T12:00+00:00", "success", project="p"),
        row("2026-08-31T13:00+00:00", "failure", project="p"),
        row("2026-09-01T12:00+00:00", "success", project="q"),
    ]

    totals = {
        (grain, start.isoformat(), project): (m.total_invocations, m.successes)
        for (grain, start, project, _, _), m in rollup(rows, UTC_ZONE).items()
    }

    assert totals == {
        ("daily", "2026-08-31", "p"): (2, 1),
        ("daily", "2026-08-31", "*"): (2, 1),
        ("daily", "2026-09-01", "q"): (1, 1),
        ("daily", "2026-09-01", "*"): (1, 1),
        ("weekly", "2026-08-31", "p"): (2, 1),
        ("weekly", "2026-08-31", "q"): (1, 1),
        ("weekly", "2026-08-31", "*"): (3, 2),
        ("monthly", "2026-08-01", "p"): (2, 1),
        ("monthly", "2026-08-01", "*"): (2, 1),
        ("monthly", "2026-09-01", "q"): (1, 1),
        ("monthly", "2026-09-01", "*"): (1, 1),
        ("all", "1970-01-01", "p"): (2, 1),
        ("all", "1970-01-01", "q"): (1, 1),
        ("all", "1970-01-01", "*"): (3, 2),
    }


def test_a_rollup_does_not_mix_kinds_or_names() -> None:
    """An agent may be called like a skill."""
    rows = [row(), row(kind="agent"), row(name="pytest-run")]

    totals = rollup(rows, UTC_ZONE)

    assert {key[3:] for key in totals} == {
        ("skill", "ruff-check"),
        ("agent", "ruff-check"),
        ("skill", "pytest-run"),
    }
    assert {m.total_invocations for m in totals.values()} == {1}


def test_a_range_includes_both_its_days() -> None:
    """By the zone's clock, open where a side is None."""
    rows = [
        row(at)
        for at in (
            "2026-11-01T06:59:59+00:00",
            "2026-11-01T07:00:00+00:00",
            "2026-11-02T07:59:59+00:00",
            "2026-11-02T08:00:00+00:00",
        )
    ]
    day = date(2026, 11, 1)

    assert in_range(rows, day, day, ANGELES) == rows[1:3]
    assert in_range(rows, day, None, ANGELES) == rows[1:]
    assert in_range(rows, None, day, ANGELES) == rows[:3]
    assert in_range(rows, None, None, ANGELES) == rows
