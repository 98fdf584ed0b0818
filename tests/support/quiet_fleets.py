"""Days of use of projects in which nothing happens, each kind with a rhythm of its own."""

from __future__ import annotations

import random
from collections.abc import Callable

PROJECTS = 48
Days = list[bool]


def steady(dice: random.Random, length: int) -> Days:
    """Working days, at a pace from nearly daily to once in two months."""
    pace = dice.choice((0.95, 0.7, 0.4, 0.2, 0.1, 0.05, 0.02))
    return [day % 7 < 5 and dice.random() < pace for day in range(length)]


def calendar(dice: random.Random, length: int) -> Days:
    """Once a week, once a month, or on most working days."""
    how = dice.random()
    if how < 0.4:
        weekday = dice.randrange(5)
        return [day % 7 == weekday and dice.random() < 0.9 for day in range(length)]
    if how < 0.6:
        first = dice.randrange(30)
        return [day % 30 == first for day in range(length)]
    pace = dice.choice((0.9, 0.5))
    return [day % 7 < 5 and dice.random() < pace for day in range(length)]


def bursts(dice: random.Random, length: int) -> Days:
    """Some days or weeks of work, then days or weeks of none, both of any length."""
    busy, idle = dice.choice((3, 5, 10, 20)), dice.choice((5, 10, 20, 40))
    at_work, days = dice.random() < busy / (busy + idle), []
    for day in range(length):
        if day % 7 < 5 and dice.random() < 1 / (busy if at_work else idle):
            at_work = not at_work
        days.append(at_work and day % 7 < 5 and dice.random() < 0.8)
    return days


def leaves(dice: random.Random, length: int) -> Days:
    """Working days, with two to four leaves of one to two weeks."""
    pace = dice.choice((0.95, 0.7, 0.4, 0.2))
    days = [day % 7 < 5 and dice.random() < pace for day in range(length)]
    for _ in range(dice.choice((2, 3, 4))):
        first = dice.randrange(length)
        for day in range(first, min(length, first + dice.randint(7, 16))):
            days[day] = False
    return days


def active(dice: random.Random, length: int) -> Days:
    """On three to nine of ten working days."""
    pace = dice.uniform(0.3, 0.9)
    return [day % 7 < 5 and dice.random() < pace for day in range(length)]


def any_of_them(dice: random.Random, length: int) -> Days:
    return dice.choice((steady, calendar, bursts, leaves))(dice, length)


Kind = Callable[[random.Random, int], Days]


def fleet(kind: Kind, seed: int, *, silent: int = 0, quiet: int = 0) -> list[Days]:
    """Projects of one kind over some months up to a day of any weekday.

    Holidays of ten days of all of them are part of the fleets with leaves; the first ``silent``
    projects have been quiet for ``quiet`` days.
    """
    dice = random.Random(f"{kind.__name__} {seed}")
    length, begin = dice.randint(150, 365), dice.randrange(7)
    found = [kind(dice, length + begin)[begin:] for _ in range(PROJECTS)]
    holidays = (dice.randrange(length), length - dice.randint(1, 40)) if kind is leaves else ()
    for first in holidays:
        for days in found:
            days[first : first + 10] = [False] * len(days[first : first + 10])
    for days in found[:silent]:
        days[length - quiet :] = [False] * quiet
    return found
