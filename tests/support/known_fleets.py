"""Fleets whose truth is known: in some nothing happens, in others one thing does.

Made as the cells that the statistics see, so that hundreds of them take a minute. Not related to
the fleet of the demo.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from math import log
from statistics import median
from typing import Literal

from aggregator.findings.sample import Cell, Half
from aggregator.presence import Name

Cells = dict[Name, dict[str, Cell]]

TYPES = ("web", "cli", "library", "data")
PROJECTS = tuple(f"p{number:02}" for number in range(48))
TYPE_OF = {project: TYPES[number % 4] for number, project in enumerate(PROJECTS)}
WEB = frozenset(PROJECTS[0::4])
EIGHT = frozenset(PROJECTS[number] for number in (0, 5, 10, 15, 18, 23, 28, 33))
"""Eight projects of no common type."""

PLANTED: Name = ("skill", "planted")
DAYS = (30, 90)


def half(
    dice: random.Random, uses: int, days: int, rate: float, typical: float, alike: float = 0.0
) -> Half:
    """That many uses on days chosen at random. ``alike``: how much the days' rates differ, 0..1."""
    by_day: dict[int, int] = {}
    for _ in range(uses):
        day = dice.randrange(days)
        by_day[day] = by_day.get(day, 0) + 1
    counts: list[tuple[int, int]] = []
    logs: list[tuple[float, int]] = []
    for known in by_day.values():
        chance = rate
        if alike:
            weight = 1 / alike - 1
            chance = dice.betavariate(rate * weight, (1 - rate) * weight)
        counts.append((sum(dice.random() < chance for _ in range(known)), known))
        took = [dice.lognormvariate(log(typical), 0.7) for _ in range(known)]
        logs.append((log(median(took)), known))
    good = sum(x for x, _ in counts)
    residual = expected = 0.0
    if uses > 1:
        p = good / uses
        residual = sum((x - p * n) ** 2 for x, n in counts)
        expected = p * (1 - p) * (uses - sum(n * n for _, n in counts) / uses) * uses / (uses - 1)
    mean = sum(y * n for y, n in logs) / uses if uses else 0.0
    squares = sum(n * (y - mean) ** 2 for y, n in logs)
    return Half(
        successes=good,
        failures=uses - good,
        duration_count=uses,
        residual=residual,
        expected=expected,
        weight=float(uses),
        log_mean=mean,
        log_squares=squares,
        log_freedom=max(0, len(logs) - 1),
    )


def poisson(dice: random.Random, mean: float) -> int:
    """A Poisson number, as the count of exponential steps that fit."""
    count, left = 0, mean
    while (left := left - dice.expovariate(1)) > 0:
        count += 1
    return count


Kind = Literal["independent", "different projects", "good and bad days"]
KINDS: tuple[Kind, ...] = ("independent", "different projects", "good and bad days")


def quiet(dice: random.Random, kind: Kind, names: int = 20) -> Cells:
    """A fleet in which nothing happens: every rate and duration stays what it was.

    In ``different projects`` each project has its own rates, durations and growth, so that which
    projects use a skill changes; in ``good and bad days`` the uses of a day are alike.
    """
    cells: Cells = {}
    for number in range(names):
        rate, typical = dice.uniform(0.75, 0.98), dice.uniform(500, 20_000)
        share = dice.choice((0.2, 0.6, 1.0))
        cells["skill", f"s{number}"] = {
            project: _still(dice, kind, rate, typical)
            for project in PROJECTS
            if dice.random() < share
        }
    return {name: by_project for name, by_project in cells.items() if by_project}


def _still(dice: random.Random, kind: Kind, rate: float, typical: float) -> Cell:
    pace, alike = dice.choice((1, 3, 8)), 0.0
    now, before = float(pace), 3.0 * pace
    if kind == "different projects":
        rate = min(0.99, max(0.3, dice.gauss(rate, 0.04)))
        typical *= dice.lognormvariate(0, 0.5)
        now *= dice.choice((0.2, 1, 3))
    elif kind == "good and bad days":
        now, alike = pace * dice.choice((0, 1, 2)), 0.2
    return Cell(
        half(dice, poisson(dice, now), DAYS[0], rate, typical, alike),
        half(dice, poisson(dice, before), DAYS[1], rate, typical, alike),
    )


def planted(
    dice: random.Random,
    where: Collection[str],
    known: int,
    now: tuple[float, float],
    before: tuple[float, float],
) -> Cells:
    """Nineteen skills to which nothing happens, and one that changed in the projects ``where``.

    There it has about ``known`` outcomes in the 30 days and three times as many in the 90 before,
    with the (rate, typical duration in ms) ``now`` and ``before``; elsewhere it goes on at 92% and
    4 s with as many in each project.
    """
    pace = known / len(where)
    cells = quiet(dice, "independent", names=19)
    cells[PLANTED] = {
        project: Cell(
            half(dice, poisson(dice, pace), DAYS[0], *(now if project in where else (0.92, 4000))),
            half(
                dice,
                poisson(dice, 3 * pace),
                DAYS[1],
                *(before if project in where else (0.92, 4000)),
            ),
        )
        for project in PROJECTS
    }
    return cells


def share(seeds: int, label: str, holds: Callable[[random.Random], bool]) -> float:
    """In which part of the seeded fleets it holds."""
    return sum(holds(random.Random(f"{label} {seed}")) for seed in range(seeds)) / seeds
