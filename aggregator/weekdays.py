"""Weekdays on which a skill is used more than others are, or succeeds more or less often.

Uses come in bursts, so each week is one observation: the uses on a weekday minus those expected if
the skill had the rhythm of everything used that week, or the successes minus those expected at the
skill's rate of that week. The mean of these differences is then tested for zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


SURELY_CHANCE = 1.95
"""A t nearer to zero than this has a p-value above ``LEVEL``, whatever the number of weeks."""


class Days(NamedTuple):
    """The uses of each day, the successes, and the uses whose outcome is known.

    Whole weeks, the first day is a Monday.
    """

    uses: list[int]
    successes: list[int]
    known: list[int]


class Pattern(NamedTuple):
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
    days: dict[Name, Days] = {}
    for kind, name, day, uses, successes, known in rows:
        of = days.get((kind, name))
        if of is None:
            nothing = [0] * (7 * WEEKS)
            of = days[kind, name] = Days(nothing, nothing.copy(), nothing.copy())
        of.uses[day], of.successes[day], of.known[day] = uses, successes, known
    return judged(days)


def judged(days: Mapping[Name, Days]) -> dict[Name, list[Pattern]]:
    """The patterns of each, the surest first, adjusted for all weekdays and names.

    All have days of the same weeks.
    """
    totals = [sum(column) for column in zip(*(of.uses for of in days.values()), strict=True)]
    # For each weekday the share of each week's uses that falls on it.
    rhythm = [
        [
            used / week if week else 0.0
            for used, week in zip(totals[at::7], _weeks(totals), strict=True)
        ]
        for at in range(7)
    ]
    found: list[tuple[Name, Pattern]] = []
    for name, of in days.items():
        weeks = Days(_weeks(of.uses), _weeks(of.successes), _weeks(of.known))
        if sum(map(bool, weeks.uses)) < LEAST_WEEKS:
            continue
        for at in range(7):
            on = Days(of.uses[at::7], of.successes[at::7], of.known[at::7])
            looked = (_uses(at + 1, on, weeks, rhythm[at]), _success(at + 1, on, weeks))
            found += [(name, pattern) for pattern in looked if pattern]
    corrected = adjusted([pattern.adjusted_p for _, pattern in found])
    named: dict[Name, list[Pattern]] = {}
    for (name, pattern), p in zip(found, corrected, strict=True):
        if p <= LEVEL and _is_much(pattern):
            named.setdefault(name, []).append(pattern._replace(adjusted_p=p))
    for patterns in named.values():
        patterns.sort(key=lambda each: (each.adjusted_p, each.measure, each.weekday))
    return named


def _weeks(days: Sequence[int]) -> list[int]:
    """Those of each week together."""
    return [sum(days[monday : monday + 7]) for monday in range(0, len(days), 7)]


def _is_much(pattern: Pattern) -> bool:
    if pattern.measure == "uses":
        return pattern.value >= LEAST_RATIO * pattern.otherwise
    return abs(pattern.value - pattern.otherwise) >= LEAST_DIFFERENCE


def _uses(weekday: int, on: Days, weeks: Days, share: Sequence[float]) -> Pattern | None:
    """Its share of uses on the weekday; None where too few to tell. The p-value is not adjusted.

    ``share``: of each week's uses of everything, those on the weekday.
    """
    here = sum(on.uses)
    if here < LEAST_COUNTED:
        return None
    usual = [whole * part for whole, part in zip(weeks.uses, share, strict=True)]
    differences = [
        used - expected
        for used, expected, whole in zip(on.uses, usual, weeks.uses, strict=True)
        if whole
    ]
    every = sum(weeks.uses)
    p = _p_value(differences)
    return Pattern("uses", weekday, here / every, fsum(usual) / every, here, len(differences), p)


def _success(weekday: int, on: Days, weeks: Days) -> Pattern | None:
    """Its success rate on the weekday; None where too few to tell. The p-value is not adjusted."""
    here, succeeded = sum(on.known), sum(on.successes)
    others = sum(weeks.known) - here
    if min(here, others) < LEAST_COUNTED:
        return None
    differences = [
        successes - known * (all_successes / all_known)
        for _, successes, known, _, all_successes, all_known in zip(*on, *weeks, strict=True)
        if known and all_known > known
    ]
    if len(differences) < LEAST_WEEKS:
        return None
    rates = succeeded / here, (sum(weeks.successes) - succeeded) / others
    p = _p_value(differences)
    return Pattern("success", weekday, *rates, here, len(differences), p)


def _p_value(differences: Sequence[float]) -> float:
    """That of the test whether their mean is zero, exact where it may count.

    1 where it is above ``LEVEL``: adjusted, it stays above, and the adjusted ones that are not
    above do not depend on it. Nearly all are such, and computing them would take the most time.
    """
    t = t_of(differences)
    return student_tail(t, len(differences) - 1) if abs(t) >= SURELY_CHANCE else 1.0


def t_of(values: Sequence[float]) -> float:
    """Student's t of the test that the mean is zero; 0 where all are equal, which says nothing."""
    if len(values) < 2 or min(values) == max(values):
        return 0.0
    mean = fsum(values) / len(values)
    spread = fsum([(value - mean) ** 2 for value in values]) / (len(values) - 1)
    return mean / sqrt(spread / len(values))
