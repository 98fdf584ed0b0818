"""Seeded histories of which it is known whether anything changed; what a label makes of them.

Rates of 0.9, which most skills come near, and durations that are lognormal with a sigma of 0.7,
as those of real skills: the slowest twentieth takes three times the median.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from operator import mul
from statistics import median

import numpy as np

from aggregator.changes import Change, History, changes, histories
from aggregator.durations import DurationHistory, Sides, judged
from aggregator.spans import Counts, Key
from aggregator.statistics.ranks import RankSum

WEEKS = 12
SIGMA = 0.7
SINGLE: Key = ("*", "skill", "one")


def counts(dice: np.random.Generator, rate: float, known: int) -> Counts:
    successes = int(dice.binomial(known, rate))
    return Counts(successes, known - successes, 0, 0)


def names(count: int) -> list[Key]:
    return [("*", "skill", f"skill-{number}") for number in range(count)]


def changed(
    seed: int, rates: Sequence[float], recent: float = 0.9, known: int = 30
) -> dict[Key, Change]:
    """Names whose rate was one of ``rates``, then ``recent`` for the first of them.

    About ``known`` outcomes in the last 30 days, and three times as many in the 90 before.
    """
    dice = np.random.default_rng(seed)
    return changes(
        (
            key,
            counts(dice, recent if place == 0 else rate, int(dice.poisson(known))),
            counts(dice, rate, int(dice.poisson(3 * known))),
        )
        for place, (key, rate) in enumerate(zip(names(len(rates)), rates, strict=True))
    )


def course_of(
    seed: int, rates: Sequence[float], known: int = 20, beside: int = 0
) -> dict[Key, History]:
    """One name with these rates week by week, and others that keep to 0.9."""
    dice = np.random.default_rng(seed)
    courses = [rates, *([0.9] * len(rates) for _ in range(beside))]
    return histories(
        {
            key: [counts(dice, rate, int(dice.poisson(known))) for rate in course]
            for key, course in zip(names(1 + beside), courses, strict=True)
        }
    )


def paces_of(
    seed: int, medians: Sequence[float], known: int = 20, beside: int = 0
) -> dict[Key, DurationHistory]:
    """One name with these median durations week by week, and others that keep to 1000 ms."""
    dice = np.random.default_rng(seed)
    compared: dict[str, dict[Key, Sides]] = {"last": {}, "halves": {}}
    sums: dict[tuple[str, Key], RankSum] = {}
    courses = [medians, *([1000.0] * len(medians) for _ in range(beside))]
    for key, course in zip(names(1 + beside), courses, strict=True):
        weeks = [
            np.round(dice.lognormal(np.log(usual), SIGMA, 2 + int(dice.poisson(known))), 3)
            for usual in course
        ]
        half = len(weeks) // 2
        for way, before, now in (
            ("last", weeks[-2:-1], weeks[-1:]),
            ("halves", weeks[:half], weeks[half:]),
        ):
            sides = Sides(sum(map(len, now)), sum(map(len, before)), typical(now) / typical(before))
            compared[way][key] = sides
            if sides.is_enough and sides.is_far:
                sums[way, key] = ranked(np.concatenate(now), np.concatenate(before))
    return judged(compared, sums)


def typical(weeks: Sequence[np.ndarray]) -> float:
    # For weeks of some twenty durations, numpy takes ten times as long as this.
    sizes = [len(week) for week in weeks]
    logs = [log(median(week.tolist())) for week in weeks]
    return exp(sum(map(mul, logs, sizes)) / sum(sizes))


def ranked(now: np.ndarray, before: np.ndarray) -> RankSum:
    """What the statement delivers, by numpy."""
    _, places, times = np.unique(
        np.concatenate([now, before]), return_inverse=True, return_counts=True
    )
    middles = np.cumsum(times) - (times - 1) / 2
    tie_term = int((times**3 - times).sum())
    return RankSum(len(now), len(before), float(middles[places][: len(now)].sum()), tie_term)
