"""Invented experiments: units with rates of their own, that use one of two skills week by week."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from math import exp, log

from aggregator.experiments.analysis import Report, UnitUses, Verdict, concluded, looks
from aggregator.experiments.experiment import Experiment

BASE_RATE = 0.8
USES_A_WEEK = 5.0


def experiment(salt: str = "salt", *, weeks: int = 12, share: float = 0.5) -> Experiment:
    """An experiment by project that began on a Monday."""
    return Experiment(
        "try",
        salt,
        "old",
        "new",
        "project",
        share,
        weeks,
        date(2026, 1, 5),
        datetime(2026, 1, 1, tzinfo=UTC),
    )


def judged(of: Experiment, weeks: Mapping[tuple[str, int], UnitUses], over: int) -> Report:
    """The report on an experiment of which so many weeks are over."""
    return concluded(of, looks(of, weeks, over), of.begins_on)


def uses_of(
    of: Experiment, seed: int, units: int, difference: float, spread: float = 0.7
) -> dict[tuple[str, int], UnitUses]:
    """The uses of ``units`` in each arm, who keep to what they were assigned.

    Success rates of units differ by a logit's deviation of ``spread``; those of the treatment are
    off by ``difference``. Uses in a week are Poisson.
    """
    dice = random.Random(seed)
    counts: Counter[str] = Counter()
    found: dict[tuple[str, int], UnitUses] = {}
    number = 0
    while sum(counts.values()) < 2 * units:
        unit, number = f"unit-{seed}-{number}", number + 1
        arm = of.arm(unit)
        if counts[arm] == units:
            continue
        counts[arm] += 1
        rate = 1 / (1 + exp(-(log(BASE_RATE / (1 - BASE_RATE)) + dice.gauss(0, spread))))
        if arm == "treatment":
            rate = min(1.0, max(0.0, rate + difference))
        for week in range(of.weeks):
            uses = _poisson(dice, USES_A_WEEK)
            successes = sum(dice.random() < rate for _ in range(uses))
            if uses:
                mine = (0, uses) if arm == "treatment" else (uses, 0)
                found[unit, week] = UnitUses(*mine, successes, uses)
    return found


def _poisson(dice: random.Random, mean: float) -> int:
    count, product, bound = 0, dice.random(), exp(-mean)
    while product > bound:
        product *= dice.random()
        count += 1
    return count


def verdicts(seeds: range, units: int, difference: float) -> Counter[Verdict]:
    """How often each verdict is said, with a look a week."""
    said: Counter[Verdict] = Counter()
    for seed in seeds:
        of = experiment(f"{seed:x}")
        said[judged(of, uses_of(of, seed, units, difference), of.weeks).verdict] += 1
    return said
