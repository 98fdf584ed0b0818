"""Weekdays on which a skill is used more than others are, or succeeds more or less often.

Uses come in bursts, so each week is one observation: the uses on a weekday minus those expected if
the skill had the rhythm of everything used that week, or the successes minus those expected at the
skill's rate of that week. The mean of these differences is then tested for zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import fsum, sqrt
from typing import Literal, NamedTuple

from aggregator.calendar import Span, bucket
from aggregator.changes import LEVEL
from aggregator.measures import Question, ask
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.tails import student_tail
from aggregator.text import WEEKDAYS
from schema.warehouse import Connection

Name = tuple[str, str]
"""Kind and name."""

Measure = Literal["uses", "success"]

WEEKS = 26
"""Complete weeks that are looked at."""

LEAST_WEEKS = 10
"""Weeks with uses below which nothing is said."""

LEAST_COUNTED = 20
"""Uses, or outcomes, on a weekday below which nothing is said of it."""

LEAST_RATIO = 1.5
"""Minimum ratio of uses on a weekday to those expected."""

LEAST_DIFFERENCE = 0.1
"""Minimum difference between the success rate on a weekday and on the other days."""


class Day(NamedTuple):
    """The uses of a day, the successes, and the uses whose outcome is known."""

    uses: int
    successes: int
    known: int


NO_USE = Day(0, 0, 0)
Week = tuple[Day, Day, Day, Day, Day, Day, Day]
"""Monday first."""


@dataclass(frozen=True)
class Pattern:
    """What is different on a weekday (1 is Monday), over ``weeks`` with uses.

    Of uses, ``value`` is the share of all that fall on this weekday, and ``otherwise`` the share
    expected; ``counted`` are the uses on it. Of success, they are the success rates on this weekday
    and on the others; ``counted`` are the known outcomes on it.
    """

    measure: Measure
    weekday: int
    value: float
    otherwise: float
    counted: int
    weeks: int
    adjusted_p: float


def in_words(pattern: Pattern) -> str:
    """``On Fridays 45% of its uses, expected 20%``: a pattern with its numbers."""
    day = f"On {WEEKDAYS[pattern.weekday - 1]}s"
    if pattern.measure == "uses":
        return f"{day} {pattern.value:.0%} of its uses, expected {pattern.otherwise:.0%}"
    return (
        f"{day} {pattern.value:.0%} of {pattern.counted:,} succeed, on other days"
        f" {pattern.otherwise:.0%}"
    )


def weekday_span(today: date, weeks: int = WEEKS) -> Span:
    """The last complete ISO weeks."""
    monday = bucket("weekly", today).start
    return Span(monday - timedelta(weeks=weeks), monday - timedelta(days=1))


def weekday_patterns(con: Connection, question: Question, today: date) -> dict[Name, list[Pattern]]:
    """What was found of each skill and agent over the last weeks; those without are left out.

    The question's own span is ignored.
    """
    span = weekday_span(today)
    rows = ask(con, "reports/weekdays", question.over(span), by="name")
    weeks: defaultdict[Name, defaultdict[date, list[Day]]] = defaultdict(
        lambda: defaultdict(lambda: [NO_USE] * 7)
    )
    places: dict[date, tuple[date, int]] = {}
    for kind, name, day, *counts in rows:
        if day not in places:
            weekday = day.weekday()
            places[day] = day - timedelta(days=weekday), weekday
        monday, weekday = places[day]
        weeks[kind, name][monday][weekday] = Day._make(counts)
    return judged(
        {name: {at: _week(week) for at, week in of.items()} for name, of in weeks.items()}
    )


def _week(days: Sequence[Day]) -> Week:
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = days
    return monday, tuesday, wednesday, thursday, friday, saturday, sunday


def judged(weeks: Mapping[Name, Mapping[date, Week]]) -> dict[Name, list[Pattern]]:
    """The patterns of each, the surest first, adjusted for all weekdays and names."""
    totals: defaultdict[date, list[int]] = defaultdict(lambda: [0] * 7)
    for of in weeks.values():
        for at, week in of.items():
            totals[at] = [total + day.uses for total, day in zip(totals[at], week, strict=True)]
    every = {at: sum(of_all) for at, of_all in totals.items()}
    found: list[tuple[Name, Pattern]] = []
    for name, of in weeks.items():
        if len(of) < LEAST_WEEKS:
            continue
        rhythms = [_Rhythm(week, _together(week), totals[at], every[at]) for at, week in of.items()]
        whole = _together([each.whole for each in rhythms])
        for weekday in range(7):
            looked = (_uses(rhythms, whole, weekday), _success(rhythms, whole, weekday))
            found += [(name, pattern) for pattern in looked if pattern]
    corrected = adjusted([pattern.adjusted_p for _, pattern in found])
    named: dict[Name, list[Pattern]] = {}
    for (name, pattern), p in zip(found, corrected, strict=True):
        if p <= LEVEL and _is_much(pattern):
            named.setdefault(name, []).append(replace(pattern, adjusted_p=p))
    for patterns in named.values():
        patterns.sort(key=lambda each: (each.adjusted_p, each.measure, each.weekday))
    return named


def _is_much(pattern: Pattern) -> bool:
    if pattern.measure == "uses":
        return pattern.value >= LEAST_RATIO * pattern.otherwise
    return abs(pattern.value - pattern.otherwise) >= LEAST_DIFFERENCE


class _Rhythm(NamedTuple):
    """A week of one name, all its days together, and the uses of all names on each weekday."""

    week: Week
    whole: Day
    of_all: Sequence[int]
    every: int


def _together(days: Sequence[Day]) -> Day:
    uses, successes, known = zip(*days, strict=True)
    return Day(sum(uses), sum(successes), sum(known))


def _uses(of: Sequence[_Rhythm], every: Day, weekday: int) -> Pattern | None:
    """Its share of uses on the weekday; None where too few to tell. The p-value is not adjusted."""
    here = sum([week[weekday].uses for week, *_ in of])
    if here < LEAST_COUNTED:
        return None
    differences, expected = [], 0.0
    for week, whole, of_all, all_uses in of:
        usual = whole.uses * of_all[weekday] / all_uses
        differences.append(week[weekday].uses - usual)
        expected += usual
    p = mean_zero(differences)
    return Pattern("uses", weekday + 1, here / every.uses, expected / every.uses, here, len(of), p)


def _success(of: Sequence[_Rhythm], every: Day, weekday: int) -> Pattern | None:
    """Its success rate on the weekday; None where too few to tell. The p-value is not adjusted."""
    here = _together([week[weekday] for week, *_ in of])
    others = every.known - here.known
    if min(here.known, others) < LEAST_COUNTED:
        return None
    differences = []
    for week, (_, successes, known), *_ in of:
        _, succeeded, counted = week[weekday]
        if counted and known > counted:
            differences.append(succeeded - counted * (successes / known))
    if len(differences) < LEAST_WEEKS:
        return None
    rates = here.successes / here.known, (every.successes - here.successes) / others
    p = mean_zero(differences)
    return Pattern("success", weekday + 1, *rates, here.known, len(differences), p)


def mean_zero(values: Sequence[float]) -> float:
    """The two-sided p-value of Student's test that the mean is zero; 1 where all are equal."""
    if len(values) < 2 or min(values) == max(values):
        return 1.0
    mean = fsum(values) / len(values)
    spread = fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    t = mean / sqrt(spread / len(values))
    return student_tail(t, len(values) - 1)
