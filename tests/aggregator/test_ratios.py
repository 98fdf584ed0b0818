"""Rates whose units are members: from sums the same as from the members, and seldom wrong."""

from __future__ import annotations

import random
from math import sqrt
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from aggregator.statistics.proportions import wilson
from aggregator.statistics.ratios import (
    between,
    drawn_towards,
    ratio_sums,
    sample_ratio,
    student_quantile,
)
from aggregator.statistics.stratified import association, difference_error
from conftest import THOROUGH
from paired_units import paired_sums

Unit = tuple[int, int]


@st.composite
def units(draw: st.DrawFn, least: int = 2) -> list[Unit]:
    known = draw(st.lists(st.integers(1, 400), min_size=least, max_size=30))
    return [(draw(st.integers(0, n)), n) for n in known]


def linearised(found: list[Unit]) -> tuple[float, float]:
    """Rate and variance from the members themselves, by the delta method on their means."""
    s, n = numpy.array(found, dtype=float).T
    rate = s.sum() / n.sum()
    cov = numpy.cov(s, n, ddof=1)
    spread = cov[0, 0] - 2 * rate * cov[0, 1] + rate**2 * cov[1, 1]
    return float(rate), float(spread / len(s) / n.mean() ** 2)


@settings(max_examples=100 * THOROUGH, deadline=None)
@given(units())
def test_the_rate_and_its_variance_are_those_of_the_members(found: list[Unit]) -> None:
    """Six sums say what numpy's covariances of all members say."""
    rate, variance = linearised(found)
    sums = ratio_sums(found)

    assert sums.rate == pytest.approx(rate, rel=1e-14)
    assert sums.variance == pytest.approx(variance, rel=1e-7, abs=1e-13)


@settings(max_examples=100 * THOROUGH, deadline=None)
@given(units())
def test_the_interval_holds_the_rate_and_is_never_narrower_than_wilson_s(found: list[Unit]) -> None:
    """Clusters take certainty away and never add any; everything stays within 0..1."""
    sums = ratio_sums(found)
    assert sums.rate is not None
    assert sums.interval is not None
    low, high = sums.interval
    plain = wilson(sums.successes, sums.known)
    assert plain is not None

    assert 0 <= low <= plain[0] <= sums.rate + 1e-12
    assert sums.rate - 1e-12 <= plain[1] <= high <= 1


def test_the_interval_of_equal_members_is_student_s() -> None:
    """With members of one size, the effective number is their number."""
    found = [(s, 50) for s in (31, 40, 44, 22, 38, 35, 41)]
    rates = [s / n for s, n in found]
    low, high = stats.t.interval(0.95, 6, numpy.mean(rates), stats.sem(rates))

    assert ratio_sums(found).effective_units == pytest.approx(7)
    assert ratio_sums(found).interval == pytest.approx((low, high), rel=1e-9)


@pytest.mark.parametrize("level", [0.05, 0.045, 0.001, 0.5])
@pytest.mark.parametrize("freedom", [0.4, 1, 2, 2.9, 3, 5.5, 19, 300, 1e5, float("inf")])
def test_quantiles_are_scipy_s(level: float, freedom: float) -> None:
    expected = stats.norm.isf(level / 2) if freedom > 1e9 else stats.t.isf(level / 2, freedom)

    assert student_quantile(level, freedom) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("freedom", [1, 1.5, 1.99, 2, 2.01, 2.4, 4, 7.7, 59.9, 117, 1e6])
def test_the_quantile_of_intervals_is_scipy_s(freedom: float) -> None:
    """To nine digits, from the polynomial that is used from 2 on and from the tail below."""
    assert student_quantile(0.05, freedom) == pytest.approx(stats.t.isf(0.025, freedom), rel=1e-9)


@settings(max_examples=100 * THOROUGH, deadline=None)
@given(units(), units())
def test_two_groups_differ_as_welch_says(one: list[Unit], other: list[Unit]) -> None:
    """Difference and error by the delta method, the p-value by scipy's distribution."""
    found = between(ratio_sums(one), ratio_sums(other))
    (r1, v1), (r0, v0) = linearised(one), linearised(other)
    sums = ratio_sums(one), ratio_sums(other)
    if min(v1, v0) < 1e-12 or min(side.freedom for side in sums) <= 0 or found is None:
        return
    if found.freedom < 0.2:  # hardly any: nothing can be said
        return
    freedom = (v1 + v0) ** 2 / (v1**2 / sums[0].freedom + v0**2 / sums[1].freedom)

    assert found.value == pytest.approx(r1 - r0, abs=1e-12)
    assert found.standard_error == pytest.approx(sqrt(v1 + v0), rel=1e-6)
    assert found.freedom == pytest.approx(freedom, rel=1e-5)
    t = abs(r1 - r0) / sqrt(v1 + v0)
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, freedom), rel=1e-4, abs=1e-9)


def test_groups_of_single_outcomes_are_welch_s_test() -> None:
    """Members with one outcome each are an ordinary sample."""
    one, other = [1] * 14 + [0] * 6, [1] * 9 + [0] * 16
    expected: Any = stats.ttest_ind(one, other, equal_var=False)
    found = between(ratio_sums((s, 1) for s in one), ratio_sums((s, 1) for s in other))

    assert found is not None
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    interval = expected.confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-9)


@pytest.mark.slow
def test_the_difference_agrees_with_tea_tasting() -> None:
    """An implementation of others, which sees every member, comes to the same digits."""
    # It brings a library of queries, which takes seconds to import.
    import pandas
    import tea_tasting as tea

    rng = random.Random(7)
    rows = []
    for member in range(80):
        n = rng.randint(1, 60)
        s = sum(rng.random() < rng.betavariate(6, 3) for _ in range(n))
        rows.append({"variant": member % 2, "s": s, "n": n})
    metric = tea.RatioOfMeans("s", "n", use_t=True, equal_var=False)
    expected = tea.Experiment(rate=metric).analyze(pandas.DataFrame(rows))["rate"]
    arms = [ratio_sums((row["s"], row["n"]) for row in rows if row["variant"] == v) for v in (0, 1)]
    found = between(arms[1], arms[0])

    assert found is not None
    assert found.value == pytest.approx(expected.effect_size, rel=1e-12)
    assert found.value / found.standard_error == pytest.approx(expected.statistic, rel=1e-12)


Looked = tuple[int, int, int, int]


@st.composite
def looked_at_twice(draw: st.DrawFn) -> list[Looked]:
    found = []
    for _ in range(draw(st.integers(2, 25))):
        n1, n0 = draw(st.integers(0, 60)), draw(st.integers(0, 200))
        found.append((draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0))
    return found


@settings(max_examples=100 * THOROUGH, deadline=None)
@given(looked_at_twice())
def test_now_and_before_is_the_sum_of_what_each_member_adds(found: list[Looked]) -> None:
    """Ten products say what the members' own residuals say."""
    change = paired_sums(found).change
    told = numpy.array([each for each in found if each[1] or each[3]], dtype=float)
    if len(told) < 2 or not told[:, 1].sum() or not told[:, 3].sum():
        assert change is None
        return
    s1, n1, s0, n0 = told.T
    r1, r0 = s1.sum() / n1.sum(), s0.sum() / n0.sum()
    residuals = (s1 - r1 * n1) / n1.sum() - (s0 - r0 * n0) / n0.sum()
    error = sqrt(len(told) / (len(told) - 1) * (residuals**2).sum())
    assert change is not None

    assert change.value == pytest.approx(r1 - r0, abs=1e-12)
    if error > 1e-6:
        assert change.standard_error == pytest.approx(error, rel=1e-6)


def test_members_of_one_outcome_now_and_before_are_a_paired_test() -> None:
    """scipy's paired t-test, where each member has one outcome on each side."""
    rng = random.Random(3)
    found = [(rng.randint(0, 1), 1, rng.randint(0, 1), 1) for _ in range(40)]
    expected: Any = stats.ttest_rel([each[0] for each in found], [each[2] for each in found])
    change = paired_sums(found).change

    assert change is not None
    assert change.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_equal_outcomes_of_a_few_are_no_certainty() -> None:
    """Where nobody differs, the variance is that of as many independent uses, and not 0."""
    one, other = ratio_sums([(1, 1)] * 3), ratio_sums([(0, 1)] * 3)
    found = between(one, other)
    change = paired_sums([(1, 1, 0, 1)] * 3).change

    assert found is not None
    assert change is not None
    assert found.p_value > 0.01
    assert change.p_value > 0.01


def test_nobody_has_a_rate_and_one_member_has_no_interval() -> None:
    single = ratio_sums([(3, 4)])

    assert (ratio_sums([]).rate, ratio_sums([]).interval, ratio_sums([]).correlation) == (
        None,
        None,
        None,
    )
    assert (single.rate, single.interval) == (0.75, None)
    assert between(single, single) is None
    assert paired_sums([(1, 2, 3, 4)]).change is None
    assert ratio_sums([(0, 0)]) == ratio_sums([])


@settings(max_examples=50 * THOROUGH, deadline=None)
@given(st.integers(0, 500), st.integers(0, 500), st.sampled_from([0.5, 0.1, 0.3]))
def test_the_sample_ratio_is_scipy_s_chi_square(first: int, second: int, share: float) -> None:
    if not first + second:
        assert sample_ratio([0, 0], [share, 1 - share]) == 1
        return
    total = first + second
    expected = stats.chisquare([first, second], [total * share, total * (1 - share)]).pvalue

    found = sample_ratio([first, second], [share, 1 - share])
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_how_alike_the_uses_of_a_member_are_is_found_again() -> None:
    """Of beta-binomial members the correlation is 1 / (a + b + 1); of equal ones it is near 0."""
    rng = numpy.random.default_rng(5)
    n = rng.integers(5, 200, 4000)
    differ = [(int(rng.binomial(m, rng.beta(6, 2))), int(m)) for m in n]
    alike = [(int(rng.binomial(m, 0.75)), int(m)) for m in n]

    assert ratio_sums(differ).correlation == pytest.approx(1 / 9, rel=0.1)
    assert ratio_sums(alike).correlation == pytest.approx(0, abs=0.002)


def test_a_drawn_rate_lies_between_one_s_own_and_that_of_all() -> None:
    """It is scipy's mean of the beta posterior, and moves with what is known."""
    correlation, towards = 0.2, 0.7
    prior = (1 - correlation) / correlation
    expected = stats.beta(prior * towards + 3, prior * (1 - towards) + 7).mean()

    assert drawn_towards(3, 10, towards, correlation) == pytest.approx(expected)
    assert drawn_towards(0, 0, towards, correlation) == towards
    assert drawn_towards(3, 10, towards, 0.0) == towards
    assert drawn_towards(3, 10, towards, None) is None
    few, many = (drawn_towards(3 * k, 10 * k, towards, correlation) for k in (1, 50))
    assert few is not None
    assert many is not None
    assert 0.3 < many < few < 0.7


def test_the_error_of_a_stratified_difference_is_that_of_two_rates_in_one_stratum() -> None:
    """And of more strata it is what many samples of them spread."""
    error = difference_error([(30, 40, 80, 140)])
    assert error == pytest.approx(sqrt(0.75 * 0.25 / 40 + 0.5 * 0.5 / 100))
    assert difference_error([(3, 4, 3, 4)]) is None
    rng = numpy.random.default_rng(11)
    sizes, rates = ((40, 300), (12, 50), (90, 60)), (0.9, 0.5, 0.7)
    values: list[float] = []
    errors: list[float] = []
    for _ in range(3000):
        strata = []
        for (mine, others), rate in zip(sizes, rates, strict=True):
            a, c = int(rng.binomial(mine, rate)), int(rng.binomial(others, rate))
            strata.append((a, mine, a + c, mine + others))
        value, one_error = association(strata).difference, difference_error(strata)
        assert value is not None
        assert one_error is not None
        values.append(value)
        errors.append(one_error)
    assert numpy.mean(errors) == pytest.approx(numpy.std(values), rel=0.05)


# ------------------------------------------------------------------ how often they are wrong

TRIES = 500 * THOROUGH


def alarms(wrong: int) -> None:
    """At most 5 %, and what so many histories allow."""
    assert wrong / TRIES <= 0.05 + 2.6 * sqrt(0.05 * 0.95 / TRIES)


def members(rng: numpy.random.Generator, count: int, rate: float) -> list[Unit]:
    """Members who differ: their sizes lognormal, their rates beta around ``rate``."""
    n = 1 + rng.lognormal(2.5, 1.0, count).astype(int)
    rates = rng.beta(8 * rate, 8 * (1 - rate), count)
    return list(zip(rng.binomial(n, rates).tolist(), n.tolist(), strict=True))


@pytest.mark.parametrize("count", [20, 60])
def test_groups_without_a_difference_are_seldom_called_different(count: int) -> None:
    """By members in 5 %; a test that takes each use for independent is wrong several times as
    often, so this check would notice it."""
    rng = numpy.random.default_rng(count)
    wrong = naive = 0
    for _ in range(TRIES):
        one, other = ratio_sums(members(rng, count, 0.8)), ratio_sums(members(rng, count, 0.8))
        found = between(one, other)
        wrong += found is not None and found.p_value < 0.05
        error = sqrt(sum(s.rate * (1 - s.rate) / s.known for s in (one, other) if s.rate))
        assert one.rate is not None
        assert other.rate is not None
        naive += abs(one.rate - other.rate) > 1.96 * error
    alarms(wrong)
    assert naive / TRIES > 0.25


@pytest.mark.parametrize("count", [5, 12, 40])
def test_a_community_that_stays_as_it_is_seldom_changes(count: int) -> None:
    """Paired by member, also where their amounts change from one month to the next."""
    rng = numpy.random.default_rng(100 + count)
    wrong = 0
    for _ in range(TRIES):
        rates = rng.beta(6.4, 1.6, count)
        n1 = rng.poisson(rng.lognormal(2, 0.8, count))
        n0 = rng.poisson(rng.lognormal(3, 0.8, count))
        now, before = rng.binomial(n1, rates), rng.binomial(n0, rates)
        told = zip(now.tolist(), n1.tolist(), before.tolist(), n0.tolist(), strict=True)
        change = paired_sums(told).change
        wrong += change is not None and change.p_value < 0.05
    alarms(wrong)
