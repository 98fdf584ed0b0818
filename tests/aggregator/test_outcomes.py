"""``Outcomes``: the one value that says how uses ended, and every rate made of it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aggregator.outcomes import NO_OUTCOMES, Outcomes
from aggregator.series import Period
from aggregator.spans import NOTHING, Counts, total

ENDS = ("success", "failure", "abandoned", "unknown")
some_ends = st.lists(st.sampled_from(ENDS), max_size=60)


def outcomes(ends: list[str]) -> Outcomes:
    counts = Counter(ends)
    return Outcomes(*[counts[end] for end in ENDS])


@given(some_ends)
def test_the_rate_is_of_the_uses_whose_outcome_is_known(ends: list[str]) -> None:
    """Uses without a verdict count as uses, and have no part in the rate or its interval."""
    found = outcomes(ends)
    known = [end for end in ends if end != "unknown"]

    assert (found.total_invocations, found.known) == (len(ends), len(known))
    if not known:
        assert (found.success_rate, found.success_interval) == (None, None)
        return
    assert found.success_rate == known.count("success") / len(known)
    interval = stats.binomtest(known.count("success"), len(known)).proportion_ci(method="wilson")
    assert found.success_interval == pytest.approx((interval.low, interval.high), abs=1e-9)


@given(some_ends, some_ends)
def test_outcomes_add_up_as_the_uses_do(one: list[str], other: list[str]) -> None:
    """The sum is what counting all uses at once gives, and nothing added changes nothing."""
    assert outcomes(one) + outcomes(other) == outcomes([*one, *other])
    assert outcomes(one) + NO_OUTCOMES == outcomes(one)


@given(st.lists(st.tuples(some_ends, st.lists(st.integers(0, 10**6), max_size=5)), max_size=6))
def test_counts_add_their_durations_too(days: list[tuple[list[str], list[int]]]) -> None:
    """Days added up are the counts of all their uses; the percentiles of a period do not add up."""
    periods = [
        Period(
            ends.count("success"),
            ends.count("failure"),
            ends.count("abandoned"),
            ends.count("unknown"),
            duration_count=len(durations),
            duration_sum_ms=Decimal(sum(durations)),
            p50_duration_ms=1.0,
        )
        for ends, durations in days
    ]
    everything = [end for ends, _ in days for end in ends]
    durations = [duration for _, of_day in days for duration in of_day]

    assert total(periods) == Counts(
        everything.count("success"),
        everything.count("failure"),
        everything.count("abandoned"),
        everything.count("unknown"),
        len(durations),
        Decimal(sum(durations)),
    )


def test_counts_take_plain_outcomes() -> None:
    """Outcomes without durations can be added to counts, which keep theirs."""
    counts = Counts(1, 2, 3, 4, 5, Decimal(6))
    assert counts + Outcomes(10, 20, 30, 40) == Counts(11, 22, 33, 44, 5, Decimal(6))
    assert counts + NOTHING == counts
