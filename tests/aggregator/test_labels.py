"""How often a word is said where nothing happened, and where something did: docs/statistics.md.

The shares stated there are those that this finds, on 200 seeds.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from places import TOP
from simulated import WEEKS, changed, course_of, names, paces_of

SEEDS = 200
LEVEL = 0.05
OTHER_DICE = 0.025
"""How far the same seeds may lead with another version of the library that throws the dice."""

RATES = ("improving", "degrading")
PACES = ("slower", "faster")
PAGE = TOP / "docs" / "statistics.md"
FIRST = names(1)[0]


def share(happens: Callable[[int], bool]) -> float:
    return sum(map(happens, range(SEEDS))) / SEEDS


def step(before: float, after: float, weeks_after: int) -> list[float]:
    return [before] * (WEEKS - weeks_after) + [after] * weeks_after


def slide(before: float, after: float) -> list[float]:
    return [before + (after - before) * week / (WEEKS - 1) for week in range(WEEKS)]


QUIET: dict[str, Callable[[int], bool]] = {
    "30 days against 90, one name": lambda seed: any(
        change.verdict in RATES for change in changed(seed, [0.9]).values()
    ),
    "30 days against 90, 20 names, any of them": lambda seed: any(
        change.verdict in RATES
        for change in changed(seed, [0.9] + [0.5, 0.7, 0.8, 0.95, 0.98] * 4).values()
    ),
    "12 weeks, one name": lambda seed: any(
        history.verdict in RATES for history in course_of(seed, [0.9] * WEEKS).values()
    ),
    "12 weeks, 20 names, any of them": lambda seed: any(
        history.verdict in RATES for history in course_of(seed, [0.9] * WEEKS, beside=19).values()
    ),
    "durations, one name": lambda seed: any(
        pace.verdict in PACES for pace in paces_of(seed, [1000.0] * WEEKS).values()
    ),
    "durations, 20 names, any of them": lambda seed: any(
        pace.verdict in PACES for pace in paces_of(seed, [1000.0] * WEEKS, beside=19).values()
    ),
}
"""Histories in which nothing happens, and whether anything is said of them."""


def worse(rates: list[float], beside: int = 0) -> Callable[[int], bool]:
    return lambda seed: course_of(seed, rates, beside=beside)[FIRST].verdict == "degrading"


def slower(medians: list[float], beside: int = 0) -> Callable[[int], bool]:
    return lambda seed: paces_of(seed, medians, beside=beside)[FIRST].verdict == "slower"


FOUND: dict[str, Callable[[int], bool]] = {
    "30 days against 90, 90 % to 60 %, one name": lambda seed: (
        changed(seed, [0.9], 0.6)[FIRST].verdict == "degrading"
    ),
    "30 days against 90, 90 % to 60 %, among 20": lambda seed: (
        changed(seed, [0.9] * 20, 0.6)[FIRST].verdict == "degrading"
    ),
    "12 weeks, a slide from 90 % to 60 %, one name": worse(slide(0.9, 0.6)),
    "12 weeks, a slide from 90 % to 60 %, among 20": worse(slide(0.9, 0.6), 19),
    "12 weeks, 92 % to 60 % after four, among 20": worse(step(0.92, 0.6, 8), 19),
    "12 weeks, 90 % to 50 % in the last, one name": worse(step(0.9, 0.5, 1)),
    "12 weeks, 90 % to 50 % in the last, among 20": worse(step(0.9, 0.5, 1), 19),
    "durations, half as long again for six weeks, one name": slower(step(1000, 1500, 6)),
    "durations, half as long again for six weeks, among 20": slower(step(1000, 1500, 6), 19),
    "durations, three times as long in the last, one name": slower(step(1000, 3000, 1)),
    "durations, three times as long in the last, among 20": slower(step(1000, 3000, 1), 19),
}
"""Histories in which something happens, and whether it is found by name."""


@pytest.mark.parametrize("what", QUIET)
def test_where_nothing_happens_nothing_is_said(what: str) -> None:
    """In at most one history of twenty, and as often as the page says."""
    found = share(QUIET[what])

    assert found <= LEVEL
    assert found == pytest.approx(stated(what), abs=OTHER_DICE)


@pytest.mark.parametrize("what", FOUND)
def test_what_happens_is_found_as_often_as_the_page_says(what: str) -> None:
    """And neither less often nor much more."""
    assert share(FOUND[what]) == pytest.approx(stated(what), abs=OTHER_DICE)


def stated(what: str) -> float:
    row = re.search(rf"^\| {re.escape(what)} \| ([\d.]+%) \|$", PAGE.read_text("utf-8"), re.M)
    assert row, f"not on the page: {what}"
    return float(row[1][:-1]) / 100


if __name__ == "__main__":
    for table in (QUIET, FOUND):
        for label, happens in table.items():
            print(f"| {label} | {share(happens):.1%} |")  # noqa: T201
