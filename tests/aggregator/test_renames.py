"""A skill that goes on under another name, found in fleets whose truth is known.

The figures stand in docs/statistics.md: ``python tests/aggregator/test_renames.py`` prints them.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import date, timedelta

import pytest

from aggregator.findings.renames import Rename, candidates, confirmed
from aggregator.presence import Name, Presence
from conftest import THOROUGH
from known_fleets import EIGHT, PROJECTS, WEB

TODAY = date(2026, 11, 20)
HISTORY = 220
"""Days."""

SEEDS = 10 * THOROUGH
EVERYWHERE = frozenset(PROJECTS)
WHERE = {"one type": WEB, "eight projects": EIGHT, "everywhere": EVERYWHERE}
Uses = dict[Name, dict[str, list[int]]]
"""By name and project the days of its uses, as days before today."""


def uses(dice: random.Random, pace: float, begin: int, end: int) -> list[int]:
    """Days of use, ``pace`` a day on average, from ``begin`` days ago until ``end`` days ago."""
    return [day for day in range(begin, end - 1, -1) if dice.random() < pace]


def quiet(dice: random.Random, names: int = 20) -> Uses:
    """Skills that begin and end nowhere, each in some of the projects at a pace of its own."""
    found: Uses = {}
    for number in range(names):
        share, pace = dice.choice((0.2, 0.6, 1.0)), dice.choice((0.03, 0.1, 0.25))
        found["skill", f"s{number}"] = {
            project: uses(dice, pace, HISTORY, 1) for project in PROJECTS if dice.random() < share
        }
    return found


def renamed(seed: str, where: Collection[str], known: int) -> Uses:
    """One of the skills has been called otherwise for 30 days, with ``known`` uses since."""
    dice = random.Random(seed)
    fleet = quiet(dice, 19)
    pace = min(0.9, known / 30 / len(where))
    fleet["skill", "old"] = {project: uses(dice, pace, HISTORY, 31) for project in where}
    fleet["skill", "new"] = {project: uses(dice, pace, 30, 1) for project in where}
    return fleet


def found_in(fleet: Uses) -> list[Rename]:
    seen: dict[Name, Presence] = {}
    days: dict[Name, dict[str, tuple[date, date]]] = {}
    for name, by_project in fleet.items():
        used = {project: each for project, each in by_project.items() if each}
        if not used:
            continue
        every = {day for each in used.values() for day in each}
        total = sum(map(len, used.values()))
        seen[name] = Presence(ago(max(every)), ago(min(every)), len(every), total)
        days[name] = {project: (ago(max(e)), ago(min(e))) for project, e in used.items()}
    return list(confirmed(candidates(seen, TODAY), days))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def power(story: str, known: int, seeds: int) -> float:
    """In which part of the fleets it is told, with projects of the planted ones only."""
    where = WHERE[story]
    right = 0
    for seed in range(seeds):
        told = found_in(renamed(f"{story} {known} {seed}", where, known))
        right += [(e.old, e.new) for e in told] == [("old", "new")] and set(
            told[0].projects
        ) <= where
    return right / seeds


def alarms(seeds: int) -> float:
    """In which part of quiet fleets anything is told; in half of them one skill was given up."""
    wrong = 0
    for seed in range(seeds):
        dice = random.Random(f"quiet {seed}")
        fleet = quiet(dice)
        if seed % 2:
            name = dice.choice(sorted(fleet))
            end = dice.randrange(20, 120)
            fleet[name] = {p: [day for day in e if day >= end] for p, e in fleet[name].items()}
        wrong += bool(found_in(fleet))
    return wrong / seeds


@pytest.mark.parametrize("story", WHERE)
@pytest.mark.parametrize("known", [120, 60])
def test_a_rename_is_told(story: str, known: int) -> None:
    """By both names, in nine of ten fleets."""
    assert power(story, known, SEEDS) >= 0.9


def test_where_nothing_was_renamed_nothing_is_told() -> None:
    """Not in quiet fleets, nor where a skill was given up."""
    assert alarms(2 * SEEDS) <= 0.02


if __name__ == "__main__":
    for story in WHERE:
        print(story, [power(story, known, 50) for known in (120, 60)])  # noqa: T201
    print("alarms", alarms(200))  # noqa: T201
