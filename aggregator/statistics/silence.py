"""Which of several projects fell silent, where their own pace and the others let expect uses.

All projects share a clock: the days on which anything was recorded in any of them. So a holiday, or
a night on which nothing was collected, is not the silence of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil, exp, sqrt

from aggregator.statistics.inactivity import p_value_of_pause

LEVEL = 0.05
LEAST_USED = 10
"""Days of use before which nothing is said of a project."""

LEAST_DAYS = 14
"""A silence of fewer days is not named, however surprising: two weeks are a leave."""

LONGER = 1.5
"""A silence is surprising only if it is so many times as long as the longest pause before."""


@dataclass
class _Past:
    """Earlier pauses of all projects that would have been called a silence, until they ended.

    How many, and on how many days of the clock together.
    """

    pauses: int = 0
    days: int = 0

    def expected(self, clock: int) -> float:
        """How many projects are in such a pause on any day, with two standard errors added."""
        if not self.pauses:
            return 0.0
        return self.days / clock * (1 + 2 / sqrt(self.pauses))


def silent(projects: Mapping[str, Sequence[int]], end: Mapping[str, int]) -> list[str]:
    """The projects that are silent, longest first; none where pauses are usual among them.

    ``projects`` are the days of use in ascending order, as numbers; ``end`` is the last day known
    of each project. A pause is surprising when a project that is used on random days of the clock
    would not make it (Solow 1993) at a level adjusted for all projects (Bonferroni), and it is
    longer than its pauses before. Where projects pause in their own ways, surprising pauses ended
    by themselves before: then projects are named only if more of them are silent now than that lets
    expect (Poisson).
    """
    used = {project: days for project, days in projects.items() if days}
    if not any(end[project] - days[-1] >= LEAST_DAYS for project, days in used.items()):
        return []
    active = sorted(set().union(*used.values()))
    counted = _clock(active, max(active[-1], *(end[project] for project in used)))
    level = LEVEL / len(used)
    named = []
    for project, days in used.items():
        until = max(days[-1], end[project]) + 1
        pauses = [*_lengths(days, counted), counted(until - 1) - counted(days[-1])]
        if _surprising(days, len(days) - 1, until, pauses, counted, level):
            named.append(project)
    if not named:
        return []
    past = _past(used.values(), counted, level)
    if _at_least(len(named), past.expected(counted(active[-1]))) > LEVEL:
        return []
    return sorted(named, key=lambda project: (projects[project][-1], project))


def _past(projects: Iterable[Sequence[int]], counted: Callable[[int], int], level: float) -> _Past:
    past = _Past()
    for days in projects:
        pauses = _lengths(days, counted)
        for number in range(LEAST_USED - 1, len(pauses)):
            if days[number + 1] - days[number] > LEAST_DAYS and (
                surprising := _surprising(
                    days, number, days[number + 1], pauses[: number + 1], counted, level
                )
            ):
                past.pauses += 1
                past.days += surprising
    return past


def _lengths(days: Sequence[int], counted: Callable[[int], int]) -> list[int]:
    """The pauses between days of use, as days of the clock."""
    clock = [counted(day) for day in days]
    return [later - earlier - 1 for earlier, later in pairwise(clock)]


def _clock(active: Sequence[int], end: int) -> Callable[[int], int]:
    """How many days of the clock there were up to a day, that day included."""
    begin, ticks = active[0], set(active)
    counts = list(accumulate(int(day in ticks) for day in range(begin, end + 1)))
    return lambda day: counts[min(day, end) - begin]


def _surprising(
    days: Sequence[int],
    number: int,
    until: int,
    pauses: Sequence[int],
    counted: Callable[[int], int],
    level: float,
) -> int:
    """On how many of the last days of a pause its length so far was surprising.

    The pause begins with the day of use ``number`` of ``days`` and ends before the day ``until``;
    it is the last of ``pauses``.
    """
    last, used = days[number], number + 1
    if used < LEAST_USED or until - last <= LEAST_DAYS:
        return 0
    since, length = counted(last) - counted(days[0]), pauses[-1]
    # Longer pauses are less likely, so the shortest surprising one is found by halving.
    low = max(
        1,
        counted(last + LEAST_DAYS) - counted(last),
        ceil(LONGER * max(pauses[:-1], default=0)),
    )
    high = length + 1
    while low < high:
        middle = (low + high) // 2
        if p_value_of_pause(used, since + middle, middle) <= level:
            high = middle
        else:
            low = middle + 1
    return max(0, length - low + 1)


def _at_least(number: int, mean: float) -> float:
    """The chance of at least so many, of a Poisson distribution."""
    below, term = 0.0, exp(-mean)
    for count in range(number):
        below += term
        term *= mean / (count + 1)
    return max(0.0, 1.0 - below)
