"""How often experiments are wrong, and how often they find what is there."""

from __future__ import annotations

import random

import pytest

from aggregator.experiments.analysis import LEAST_UNITS, UnitUses, looks
from aggregator.experiments.planning import USUAL, sizes
from conftest import THOROUGH
from experiments import experiment, verdicts

SEEDS = 200 * THOROUGH


@pytest.mark.parametrize(("units", "share"), [(2500, 0.55), (300, 0.65)])
def test_a_broken_assignment_is_refused(units: int, share: float) -> None:
    """Where 55 to 45 of 2,500 units, or 65 to 35 of 300, fall into the arms, 95% get no verdict."""
    of = experiment("broken", weeks=1)
    by_arm: dict[str, list[str]] = {"control": [], "treatment": []}
    for number in range(4 * units):
        by_arm[of.arm(str(number))].append(str(number))
    refused = 0
    for seed in range(SEEDS):
        dice = random.Random(seed)
        treated = sum(dice.random() < share for _ in range(units))
        chosen = by_arm["treatment"][:treated] + by_arm["control"][: units - treated]
        [look] = looks(of, {(unit, 0): UnitUses(1, 0, 1, 1) for unit in chosen}, 1)
        refused += look.verdict(0.045) == "assignment broken"
    assert refused >= 0.95 * SEEDS - 3 * (0.95 * 0.05 * SEEDS) ** 0.5


@pytest.mark.parametrize("units", [20, 30, 50])
def test_where_nothing_differs_hardly_any_verdict_is_wrong(units: int) -> None:
    """At most 6% verdicts with a look a week, though units differ, and what chance adds to it."""
    said = verdicts(range(SEEDS), units, 0.0)
    wrong = said["better"] + said["worse"]
    # Three deviations of a count of which 6% are expected.
    assert wrong <= 0.06 * SEEDS + 3 * (0.06 * 0.94 * SEEDS) ** 0.5


def test_ten_points_are_found() -> None:
    """With 50 units an arm over 12 weeks a difference of 10 points is found in at least 85%."""
    said = verdicts(range(SEEDS // 2), 50, -0.1)
    assert said["worse"] >= 0.85 * (SEEDS // 2)
    assert said["better"] == 0


def test_the_sizes_that_are_said_find_what_they_promise() -> None:
    """With the units that the plan asks for, its difference is found in 85% of experiments."""
    of = experiment(weeks=12)
    found = {each.points: each for each in sizes(USUAL, of)}
    assert found[20].units_per_arm == LEAST_UNITS
    assert found[5].units_per_arm > found[10].units_per_arm > found[20].units_per_arm
    said = verdicts(range(SEEDS // 2), found[10].units_per_arm, -0.1)
    share = said["worse"] / (SEEDS // 2)
    assert share > 0.75
