"""How often a member like everybody is called different, and how often a real one is found."""

from __future__ import annotations

from math import sqrt

import numpy
import pytest

from aggregator.statistics.multiple_testing import adjusted
from aggregator.team.comparing import LEAST_DIFFERENCE, LEVEL, Stratum, difference_of, expected_rate
from conftest import THOROUGH

TRIES = 300 * THOROUGH
SKILLS, TYPES = 8, 3


def strata_of(
    rng: numpy.random.Generator, rates: numpy.ndarray, shift: float, known: int
) -> list[Stratum]:
    """A member in one main type of project, beside 20 members in all types; rates by type."""
    found = []
    main = int(rng.integers(TYPES))
    for place in range(TYPES):
        n = max(1, int(known * (0.8 if place == main else 0.1)))
        all_n = int(20 * rng.integers(5, 40))
        mine = int(rng.binomial(n, min(1.0, max(0.0, rates[place] + shift))))
        found.append((mine, n, mine + int(rng.binomial(all_n, rates[place])), n + all_n))
    return found


def named(strata: list[list[Stratum]]) -> list[bool]:
    """Which skills are called different, as ``team baselines`` does."""
    tests = [difference_of(each) for each in strata]
    told = [test for test in tests if test is not None]
    corrected = iter(adjusted([test[3] for test in told]))
    return [
        test is not None and next(corrected) <= LEVEL and abs(test[0]) >= LEAST_DIFFERENCE
        for test in tests
    ]


@pytest.mark.parametrize("known", [15, 60, 300])
def test_a_member_like_everybody_is_seldom_called_different(known: int) -> None:
    """Any of eight skills, in 5 % of members, whose types of projects are other than the team's;
    without types it would be several times as many, so this would be noticed."""
    rng = numpy.random.default_rng(known)
    wrong = without = 0
    for _ in range(TRIES):
        strata = []
        for _ in range(SKILLS):
            rates = rng.uniform(0.6, 0.95, TYPES)
            strata.append(strata_of(rng, rates, 0.0, known))
        wrong += any(named(strata))
        together = [[tuple(map(sum, zip(*each, strict=True)))] for each in strata]
        without += any(named(together))  # type: ignore[arg-type]
    assert wrong / TRIES <= 0.05 + 2.6 * sqrt(0.05 * 0.95 / TRIES)
    if known == 300:
        assert without / TRIES > 0.3


def test_a_member_who_differs_is_found() -> None:
    """Twenty points with 200 known outcomes, in one of eight skills: in nine of ten cases."""
    rng = numpy.random.default_rng(9)
    found = 0
    for _ in range(TRIES):
        rates = rng.uniform(0.7, 0.85, TYPES)
        strata = [strata_of(rng, rates, -0.2 if not place else 0.0, 200) for place in range(SKILLS)]
        found += named(strata)[0]
    assert found / TRIES > 0.85


def test_the_expected_rate_is_the_community_s_at_my_types() -> None:
    strata = [(9, 10, 40, 100), (1, 30, 90, 100)]

    assert expected_rate(strata) == pytest.approx((10 * 0.4 + 30 * 0.9) / 40)
    assert expected_rate([]) is None
    assert difference_of([(9, 9, 90, 100)]) is None
