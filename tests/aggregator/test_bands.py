"""Tails and bands against scipy, which is not shipped, and against what they must withstand."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from aggregator.statistics.bands import (
    CountBand,
    count_band,
    duration_band,
    mad,
    rate_band,
)
from aggregator.statistics.tails import beta_cdf, count_tails, rate_tails, student_tail
from simulated_days import WEEKDAYS, count

CLOSE = pytest.approx


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-6, abs=1e-14)


@given(
    x=st.floats(0, 1),
    a=st.floats(0.05, 5000),
    b=st.floats(0.05, 5000),
)
@settings(max_examples=300)
def test_the_incomplete_beta_function_is_scipys(x: float, a: float, b: float) -> None:
    """Everywhere, and relatively so in the tails."""
    assert beta_cdf(x, a, b) == near(float(special.betainc(a, b, x)))


@given(count=st.integers(0, 3000), mean=st.floats(0.02, 2500), spread=st.floats(1.01, 30))
@settings(max_examples=200)
def test_tails_of_counts_are_those_of_a_negative_binomial(
    count: int, mean: float, spread: float
) -> None:
    """Mean and variance as told."""
    same = stats.nbinom(mean / (spread - 1), 1 / spread)

    at_most, at_least = count_tails(count, mean, spread)

    assert at_most == near(float(same.cdf(count)))
    assert at_least == near(float(same.sf(count - 1)))


@pytest.mark.parametrize("mean", [0.1, 1.0, 7.5, 80.0])
def test_counts_that_only_chance_spreads_are_poisson(mean: float) -> None:
    """A spread of 1 is the floor: nothing is expected to vary less than by chance."""
    for number in {0, round(mean / 3), round(mean), round(mean * 2 + 3)}:
        at_most, at_least = count_tails(number, mean, 1.0)

        assert at_most == CLOSE(float(stats.poisson.cdf(number, mean)), rel=0.01)
        assert at_least == CLOSE(float(stats.poisson.sf(number - 1, mean)), rel=0.01)


@given(known=st.integers(1, 400), share=st.floats(0, 1), rate=st.floats(0.01, 0.99))
@settings(max_examples=200)
def test_tails_of_rates_that_only_chance_spreads_are_binomial(
    known: int, share: float, rate: float
) -> None:
    """And outcomes that are alike count less: both tails become heavier or stay."""
    good = round(share * known)

    at_most, at_least = rate_tails(good, known, rate, 1.0)
    alike = rate_tails(good, known, rate, 3.0)

    assert at_most == near(float(stats.binom.cdf(good, known, rate)))
    assert at_least == near(float(stats.binom.sf(good - 1, known, rate)))
    assert min(alike) >= min(at_most, at_least) * (1 - 1e-9)


@given(t=st.floats(-40, 40), freedom=st.floats(2, 500))
@settings(max_examples=200)
def test_tails_of_standardised_values_are_students(t: float, freedom: float) -> None:
    """Both sides together."""
    assert student_tail(t, freedom) == near(2 * float(stats.t.sf(abs(t), freedom)))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
@settings(max_examples=200)
def test_the_median_absolute_deviation_is_scipys(values: list[float]) -> None:
    """Scaled to the deviation of normal values."""
    same = float(stats.median_abs_deviation(values, scale="normal"))

    assert mad(values) == pytest.approx(same, rel=1e-6, abs=1e-6)


# ---------------------------------------------------------------- bands


def twelve_weeks(seed: int, mean: float, spread: float = 1.6) -> list[int]:
    rng = random.Random(seed)
    return [count(rng, mean * WEEKDAYS[day % 7], spread) for day in range(84)]


def averaged(bands: list[CountBand | None], weekday: int) -> tuple[float, float]:
    kept = [band for band in bands if band is not None]
    return (
        sum(band.means[weekday] for band in kept) / len(kept),
        sum(band.spread for band in kept) / len(kept),
    )


@pytest.mark.parametrize("first", [0, 3, 6])
def test_a_band_knows_each_weekday(first: int) -> None:
    """Wherever the history begins: Saturdays are held against Saturdays, in the right place."""
    counts = [[40, 50, 45, 42, 30, 0, 0][(first + day) % 7] for day in range(84)]

    band = count_band(counts, first)

    assert band is not None
    assert band.means[1] > 1.1 * band.means[3] > 1.3 * band.means[4]
    assert band.means[5] == band.means[6] < 2
    assert band.tails(0, 5)[0] > 0.1
    assert band.tails(0, 1)[0] < 1e-9


def test_means_and_spreads_are_those_of_the_days() -> None:
    """On average over many histories; the spread a little larger, as far as it may well be."""
    bands = [count_band(twelve_weeks(seed, 20.0, 3.0), 0) for seed in range(100)]

    tuesday, spread = averaged(bands, 1)

    assert tuesday == pytest.approx(23.0, rel=0.05)
    assert 3.0 < spread < 4.2


def test_a_band_withstands_a_few_days_far_out() -> None:
    """Two days of twenty times as many hardly move centre or spread; a mean they would."""
    for seed in range(20):
        counts = twelve_weeks(seed, 10.0)
        clean = count_band(counts, 0)
        counts[15] = counts[50] = 200
        band = count_band(counts, 0)

        assert clean is not None
        assert band is not None
        assert band.means[1] < 1.5 * clean.means[1] + 1
        assert band.spread < 3 * clean.spread
        assert band.highest == 200


def test_a_spread_is_never_less_than_chance_makes_it() -> None:
    """Counts that never differ, whose median absolute deviation is 0, still have a band."""
    band = count_band([6] * 84, 0)
    rates = rate_band([9] * 84, [10] * 84)
    durations = duration_band([7.0] * 60, [5] * 60)

    assert band is not None
    assert band.spread >= 1
    assert band.tails(9, 2)[1] > 0.05
    assert rates is not None
    assert rates.spread >= 1
    assert rates.tails(7, 10)[0] > 0.02
    assert durations is not None
    assert durations.tail(7.0 + 0.05, 5) > 0.2


def test_a_day_with_less_behind_it_has_a_wider_band() -> None:
    """Fewer durations than usual; the same failures among fewer outcomes."""
    rng = random.Random(1)
    durations = duration_band([rng.gauss(7, 0.3) for _ in range(60)], [9] * 60)
    rates = rate_band([9] * 84, [10] * 84)

    assert durations is not None
    assert durations.tail(8.2, 1) > 10 * durations.tail(8.2, 9)
    assert durations.tail(8.2, 90) == durations.tail(8.2, 9)
    assert rates is not None
    assert rates.tails(3, 6)[0] > 5 * rates.tails(10, 20)[0]


def test_too_little_history_makes_no_band() -> None:
    """Three weeks; 14 days with uses; nine days, or few outcomes; 19 days with durations."""
    assert count_band([5] * 27, 0) is None
    assert count_band([1] * 14 + [0] * 70, 0) is None
    assert count_band([1] * 15 + [0] * 69, 0) is not None
    assert rate_band([5] * 9 + [0] * 75, [5] * 9 + [0] * 75) is None
    assert rate_band([1] * 29, [1] * 29) is None
    assert rate_band([1] * 30, [1] * 30) is not None
    assert duration_band([1.0] * 19, [3] * 19) is None


def test_a_name_that_always_succeeded_may_fail_once() -> None:
    """A history without a failure does not say that there will be none."""
    band = rate_band([5] * 60, [5] * 60)

    assert band is not None
    assert 0.99 < band.rate < 1
    assert band.tails(4, 5)[0] > 0.005
    assert band.tails(0, 5)[0] < 1e-6
