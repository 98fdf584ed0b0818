"""Every statistic equals an independent implementation, on random data."""

from __future__ import annotations

from math import isclose

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import EXACT_UP_TO, difference, equality, wilson
from aggregator.statistics.ranks import RankSum
from aggregator.statistics.ranks import equality as rank_equality
from aggregator.statistics.trend_test import linear_trend
from conftest import THOROUGH

COUNTS = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
"""Successes and observations."""

SOME = COUNTS.filter(lambda pair: pair[1] > 0)
VALUES = st.lists(st.integers(0, 12) | st.floats(0, 1e6), min_size=1, max_size=40)
often = settings(max_examples=60 * THOROUGH, derandomize=True, database=None)


# ---------------------------------------------------------------- proportions


@given(SOME)
@often
def test_wilson_is_that_of_scipy(counts: tuple[int, int]) -> None:
    """The score interval, without continuity correction; ends of nothing and of all included."""
    wanted = stats.binomtest(*counts).proportion_ci(0.95, method="wilson")

    assert wilson(*counts) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_an_interval_of_nothing_is_none() -> None:
    """No observation, no interval; no change either."""
    assert wilson(0, 0) is None
    assert difference(0, 0, 1, 2) is None
    assert difference(1, 2, 0, 0) is None


@pytest.mark.parametrize(
    ("now", "before", "wanted"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
    ids=lambda pair: "-".join(map(str, pair)),
)
def test_the_interval_of_a_change_is_the_published_one(
    now: tuple[int, int], before: tuple[int, int], wanted: tuple[float, float]
) -> None:
    """The eight contrasts (a) to (h) of Newcombe 1998, table II, method 10."""
    assert difference(*now, *before) == pytest.approx(wanted, abs=5e-5)


@given(SOME, SOME)
@often
def test_small_tables_are_judged_as_by_fisher(
    now: tuple[int, int], before: tuple[int, int]
) -> None:
    """All tables that are no likelier, scipy's two-sided definition."""
    table = [[now[0], now[1] - now[0]], [before[0], before[1] - before[0]]]

    assert equality(*now, *before) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-6)


LARGE = st.integers(EXACT_UP_TO, 10**7).flatmap(
    lambda n: st.tuples(st.integers(1, n - 1), st.just(n))
)


@given(LARGE, SOME)
@often
def test_large_tables_are_judged_by_chi_square(
    now: tuple[int, int], before: tuple[int, int]
) -> None:
    """Pearson's, without continuity correction."""
    table = [[now[0], now[1] - now[0]], [before[0], before[1] - before[0]]]
    wanted = stats.chi2_contingency(table, correction=False).pvalue

    assert equality(*now, *before) == pytest.approx(wanted, rel=1e-7, abs=1e-300)


def test_where_nothing_can_differ_nothing_does() -> None:
    """No observation on a side; only successes; only faults."""
    assert equality(0, 0, 3, 4) == equality(3, 4, 0, 0) == 1.0
    assert equality(5, 5, 9, 9) == equality(0, 5, 0, 9) == 1.0


# ---------------------------------------------------------------- a course over periods

PERIODS = st.lists(
    st.integers(0, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=20,
)


@given(PERIODS)
@often
def test_a_course_is_the_correlation_of_outcome_and_period(periods: list[tuple[int, int]]) -> None:
    """Cochran-Armitage is n r^2 on one degree of freedom, and its line is least squares."""
    outcomes = [1.0 * (i < x) for x, n in periods for i in range(n)]
    scores = [float(score) for score, (_, n) in enumerate(periods) for _ in range(n)]
    found = linear_trend([x for x, _ in periods], [n for _, n in periods])

    if len(set(scores)) < 2:
        assert found is None
        return
    assert found is not None
    line = np.polyfit(scores, outcomes, 1)
    length = max(scores) - min(scores)
    assert found.change == pytest.approx(max(-1, min(1, line[0] * length)), abs=1e-9)
    assert found.low <= found.change + 1e-12
    assert found.change <= found.high + 1e-12
    if len(set(outcomes)) < 2:
        assert found.p_value == 1.0
        return
    r = stats.pearsonr(scores, outcomes).statistic
    assert found.p_value == pytest.approx(stats.chi2.sf(len(scores) * r * r, 1), rel=1e-6)


def test_a_course_without_two_periods_is_none() -> None:
    """One period, or one that anything was observed in, has no direction."""
    assert linear_trend([3], [4]) is None
    assert linear_trend([0, 3, 0], [0, 4, 0]) is None


# ---------------------------------------------------------------- ranks


def rank_sums(now: list[float], before: list[float]) -> RankSum:
    """The sums as a statement delivers them, from scipy's ranks."""
    together = [*now, *before]
    ranks = stats.rankdata(together)
    times = np.unique(together, return_counts=True)[1]
    tie_term = sum(int(t) ** 3 - int(t) for t in times)
    return RankSum(len(now), len(before), float(sum(ranks[: len(now)])), tie_term)


@given(VALUES, VALUES)
@often
def test_ranks_are_judged_as_by_mann_and_whitney(now: list[float], before: list[float]) -> None:
    """The normal approximation with both corrections; the share of pairs is U by pairs."""
    sums = rank_sums(now, before)

    assert sums.superiority is not None
    u = stats.mannwhitneyu(now, before).statistic
    assert isclose(sums.superiority, u / (len(now) * len(before)), abs_tol=1e-12)
    if len({*now, *before}) == 1:
        assert rank_equality(sums) == 1.0
        return
    wanted = stats.mannwhitneyu(now, before, use_continuity=True, method="asymptotic").pvalue
    assert rank_equality(sums) == pytest.approx(wanted, rel=1e-9)


def test_ranks_of_nothing_differ_in_nothing() -> None:
    """A side without a value."""
    assert rank_equality(RankSum(0, 3, 0.0)) == rank_equality(RankSum(3, 0, 6.0)) == 1.0
    assert RankSum(0, 3, 0.0).superiority is None


# ---------------------------------------------------------------- many at once


@given(st.lists(st.floats(0, 1), max_size=60))
@often
def test_many_are_corrected_as_by_benjamini_and_hochberg(p_values: list[float]) -> None:
    """Each p-value in its place."""
    wanted = stats.false_discovery_control(p_values, method="bh") if p_values else []

    assert adjusted(p_values) == pytest.approx(list(wanted), rel=1e-12)
