"""Cases that are alike: the same sums, and tails that are never lighter than the exact ones."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import reduce
from math import sqrt
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.stratified import NORMAL_FROM, Association, association
from conftest import THOROUGH
from expected_patterns import Stratum, sums


@st.composite
def strata(draw: st.DrawFn, largest: int = 12) -> list[Stratum]:
    found = []
    for _ in range(draw(st.integers(1, 8))):
        total = draw(st.integers(1, largest))
        first, second = draw(st.integers(0, total)), draw(st.integers(0, total))
        both = draw(st.integers(max(0, first + second - total), min(first, second)))
        found.append((both, first, second, total))
    return found


def law(_: int, first: int, second: int, total: int) -> Any:
    """The probabilities of 0, 1, ... cases that have both."""
    return stats.hypergeom.pmf(range(total + 1), total, first, second)


def exact_tail(found: list[Stratum], observed: int) -> float:
    """The probability of so many or more, from the distributions of all strata put together."""
    whole = reduce(numpy.convolve, [law(*each) for each in found])
    return float(whole[observed:].sum())


@settings(max_examples=150 * THOROUGH)
@given(strata())
def test_the_sums_are_those_of_hypergeometric_counts(found: list[Stratum]) -> None:
    """Mean and variance by scipy; bounds and weights in plain Python."""
    ours = association(found)
    laws = [law(*each) for each in found]
    expected, variance, least, most, weight = sums(found)

    assert ours.observed == sum(both for both, *_ in found)
    means = [float(numpy.dot(range(len(each)), each)) for each in laws]
    squares = [float(numpy.dot(numpy.arange(len(each)) ** 2, each)) for each in laws]
    assert ours.expected == pytest.approx(sum(means))
    assert ours.variance == pytest.approx(
        sum(square - mean**2 for square, mean in zip(squares, means, strict=True)), abs=1e-9
    )
    assert (ours.least, ours.most) == (least, most)
    assert (ours.expected, ours.weight) == pytest.approx((expected, weight))
    assert ours.variance == pytest.approx(variance, abs=1e-12)


@settings(max_examples=150 * THOROUGH)
@given(strata())
def test_a_p_value_is_never_smaller_than_the_exact_one(found: list[Stratum]) -> None:
    """On both sides, for any few cases: what is called sure is at least as sure as that."""
    ours = association(found)
    turned = [(first - both, first, total - second, total) for both, first, second, total in found]

    if ours.variance >= NORMAL_FROM:
        return
    assert ours.more >= exact_tail(found, ours.observed) * (1 - 1e-9)
    assert ours.less >= exact_tail(turned, sum(both for both, *_ in turned)) * (1 - 1e-9)
    assert 0 <= ours.either <= 1


def test_many_cases_have_the_tail_of_the_exact_distribution() -> None:
    """Where the normal distribution stands in, the p-value is right to a third down to 2e-4."""
    dice = random.Random(5)
    for _ in range(10):
        found = []
        for _ in range(30):
            total = dice.randrange(15, 60)
            found.append((0, dice.randrange(5, total), dice.randrange(5, total), total))
        ours = association(found)
        for steps in (0, 1, 2, 3, 3.5):
            observed = round(ours.expected + steps * sqrt(ours.variance))
            seen = replace(ours, observed=observed)

            assert seen.variance >= NORMAL_FROM
            assert seen.more == pytest.approx(exact_tail(found, observed), rel=1 / 3)


def test_one_stratum_agrees_with_scipy_on_small_tables() -> None:
    """The bound is not idle: a clear case is sure, and by less than scipy's exact test."""
    ours = association([(18, 20, 25, 100)])
    theirs = stats.fisher_exact([[18, 2], [7, 73]], alternative="greater").pvalue

    assert theirs <= ours.more <= 1e-6


def test_what_stands_between_the_strata_speaks_for_nothing() -> None:
    """Two strata without a difference inside are none together, however they differ."""
    few, many = (1, 10, 10, 100), (81, 90, 90, 100)

    apart, mixed = association([few, many]), association([(82, 100, 100, 200)])

    assert (apart.difference, apart.either) == (0, 1.0)
    assert apart.ratio == 1
    assert mixed.either < 1e-9


def test_the_difference_is_weighed_as_mantel_and_haenszel_do() -> None:
    """From the tables themselves: the sum of n1 n0 / n x (rate - rate), by the sum of n1 n0 / n."""
    tables = [(7, 10, 30, 50), (12, 30, 20, 60), (4, 4, 9, 10)]
    weights = [first * (total - first) / total for _, first, _, total in tables]
    changes = [
        both / first - (second - both) / (total - first) for both, first, second, total in tables
    ]

    wanted = sum(w * c for w, c in zip(weights, changes, strict=True)) / sum(weights)

    assert association(tables).difference == pytest.approx(wanted)
    assert association([(5, 5, 3, 5)][:0]).difference is None


@pytest.mark.parametrize("observed", [0, 1, 5, 10, 40, 200, 5000])
def test_the_interval_of_a_ratio_is_the_exact_one_of_a_poisson_count(observed: int) -> None:
    """Byar's approximation: within 1 % from ten on, and within 0.1 of a case below."""
    z = 1.959963984540054
    found = Association(observed, 8.0, 1.0, 0, 10000, 0.0).ratio_interval(z)
    low = stats.chi2.ppf(0.025, 2 * observed) / 2 if observed else 0.0
    high = stats.chi2.ppf(0.975, 2 * observed + 2) / 2

    assert found is not None
    near = {"rel": 0.01, "abs": 0.0} if observed >= 10 else {"rel": 0.0, "abs": 0.1}
    for ours, theirs in zip(found, (low, high), strict=True):
        assert ours * 8 == pytest.approx(theirs, rel=near["rel"], abs=near["abs"])
    assert Association(0, 0.0, 0.0, 0, 0, 0.0).ratio_interval(z) is None


def test_tries_that_found_nothing_count_in_the_correction() -> None:
    """As if their p-values of 1 stood among the others, as scipy corrects them."""
    dice = random.Random(7)
    p_values = [dice.random() ** 3 for _ in range(40)]

    wanted = stats.false_discovery_control([*p_values, *[1.0] * 260])[:40]

    assert adjusted(p_values, 300) == pytest.approx(list(wanted))


def test_equal_rates_are_told_apart_as_often_as_stated() -> None:
    """Drawn from one rate, both tails together are below 5 % in at most 5 % of 2,000 draws."""
    dice = numpy.random.default_rng(11)
    low = 0
    for _ in range(2000):
        found = []
        for _ in range(12):
            total = int(dice.integers(20, 60))
            first, second = int(total * 0.4), int(total * 0.7)
            both = int(dice.hypergeometric(first, total - first, second))
            found.append((both, first, second, total))
        low += association(found).either <= 0.05

    assert low / 2000 <= 0.05 + 2 * sqrt(0.05 * 0.95 / 2000)
