"""Invented days of a name: bursts of uses, a weekday pattern, outcomes that are alike on a day.

Nothing of the product computes them; ``change`` plants what a test wants to be found.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from aggregator.statistics.detectors import Series

WEEKDAYS = (1.0, 1.15, 1.1, 1.05, 0.75, 0.12, 0.1)
"""How busy each is, Monday first: the demo fleet's."""

MEANS = (0.1, 0.3, 0.8, 1.5, 3, 6, 15, 40, 120)
"""Uses on a Monday of each name of a fleet: from one that is hardly used to one always at work."""

DAYS = 142
"""A window of 30 days, 28 before it that are looked at as well, and 84 of history."""

Change = Callable[[int, float, float, float], tuple[float, float, float]]
"""Day, mean uses, success rate and median in ms; and what they are instead."""


def count(rng: random.Random, mean: float, spread: float) -> int:
    """A count whose variance is ``spread`` times its mean: a Poisson one of a gamma mean."""
    if spread > 1 and mean > 0:
        mean = rng.gammavariate(mean / (spread - 1), spread - 1)
    if mean > 150:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    left, found, chance = math.exp(-mean), 0, rng.random
    product = chance()
    while product > left:
        found += 1
        product *= chance()
    return found


def days(
    rng: random.Random,
    mean: float,
    *,
    spread: float = 1.6,
    rate: float = 0.9,
    alike: float = 40.0,
    moody: float = 0.0,
    weekday: int = 0,
    length: int = DAYS,
    change: Change | None = None,
) -> Series:
    """Days of one name. The smaller ``alike``, the more the success rate differs from day to day.

    ``moody`` is how much more or less, as a logarithm, is done for days on end.
    """
    uses, successes, known, durations, medians = [], [], [], [], []
    chance, gauss, exp = rng.random, rng.gauss, math.exp
    mood = gauss(0, 1)
    for day in range(length):
        mood = 0.7 * mood + math.sqrt(1 - 0.49) * gauss(0, 1)
        ordinary = mean * WEEKDAYS[(weekday + day) % 7] * exp(moody * mood - moody**2 / 2)
        now = (ordinary, rate, 60_000.0)
        expected, good, usual_ms = change(day, *now) if change else now
        n = count(rng, expected, spread)
        told = sum([chance() < 0.98 for _ in range(n)])
        today = rng.betavariate(good * alike, (1 - good) * alike) if 0 < good < 1 else good
        took = sorted([usual_ms * exp(gauss(0, 0.7)) for _ in range(min(n, 40))])
        uses.append(n)
        known.append(told)
        successes.append(sum([chance() < today for _ in range(told)]))
        durations.append(len(took))
        medians.append((took[(len(took) - 1) // 2] + took[len(took) // 2]) / 2 if took else None)
    return Series(weekday, uses, successes, known, durations, medians)


def quiet_fleet(seed: int, *, moody: float = 0.0) -> Sequence[Series]:
    """Names of every size with which nothing happens."""
    rng = random.Random(seed)
    return [
        days(
            rng,
            mean,
            spread=rng.choice((1.0, 1.6, 2.5, 4.0)),
            rate=rng.choice((0.5, 0.8, 0.9, 0.97, 1.0)),
            weekday=seed % 7,
            moody=moody,
        )
        for mean in MEANS
    ]
