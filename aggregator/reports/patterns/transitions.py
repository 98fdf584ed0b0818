"""Which skill follows which within a session, how soon, whether more often than in random order,
and how well it then works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aggregator.changes import ENOUGH
from aggregator.measures import Question
from aggregator.outcomes import Outcomes
from aggregator.parameters import IDLE_MINUTES, LIMIT, MIN_TIMES, REPEATS
from aggregator.reports.patterns.contrast import Contrast, Sides, contrasts
from aggregator.reports.patterns.rows import (
    LEVEL,
    Name,
    Scanned,
    check_name,
    idle_us,
    rows_asked,
    scanned,
)
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import wilson
from aggregator.statistics.stratified import Association
from schema.warehouse import Connection

Follows = Literal["more than chance", "no more than chance"]

LEAST_RATIO = 1.5
"""Minimum ratio of observed to expected steps for an order to be reported."""

LEAST_SESSIONS = 5
"""Minimum number of sessions with the step: a loop in one long session is not a habit."""


@dataclass(frozen=True)
class Order:
    """Steps from one name to another against random order within each session.

    ``association.observed`` counts the steps whose order is certain, ``sessions`` those with any.
    """

    association: Association
    sessions: int
    p_value: float
    adjusted_p: float

    @property
    def follows(self) -> Follows:
        association = self.association
        is_sure = self.adjusted_p <= LEVEL and (association.ratio or 0) >= LEAST_RATIO
        is_much = association.observed >= ENOUGH and self.sessions >= LEAST_SESSIONS
        return "more than chance" if is_sure and is_much else "no more than chance"


@dataclass(frozen=True)
class Transition:
    """``then`` was used next after ``first`` in ``times`` of the ``followed`` uses of ``first``
    after which the session went on. ``simultaneous`` of them began at the same moment.

    ``outcomes`` are those of ``then``; ``contrast`` is against following anything else, in the same
    project and month. ``gap_ms`` is the median time between the two beginnings. ``order`` is None
    of a skill or agent that follows itself.
    """

    first: Name
    then: Name
    times: int
    followed: int
    gap_ms: float
    simultaneous: int
    outcomes: Outcomes
    contrast: Contrast
    order: Order | None

    @property
    def is_marked(self) -> bool:
        """Whether ``then`` works better or worse after ``first``."""
        return self.contrast.verdict in ("better", "worse")

    @property
    def is_habit(self) -> bool:
        """Whether ``then`` follows more often than in random order."""
        return self.order is not None and self.order.follows == "more than chance"

    @property
    def is_usual(self) -> bool:
        """Whether ``then`` is what follows mostly, by habit."""
        return self.is_habit and 2 * self.times >= self.followed

    @property
    def share(self) -> float:
        """How often it came next, when anything did."""
        return self.times / self.followed

    @property
    def share_interval(self) -> tuple[float, float]:
        """The Wilson 95 % interval of the share."""
        found = wilson(self.times, self.followed)
        assert found is not None
        return found


@dataclass(frozen=True)
class Transitions:
    """The transitions shown, of ``common`` that were seen often enough; ``total`` counts all.

    After ``marked`` of them something works better or worse than it otherwise does; ``habits`` of
    them are more frequent than in random order. ``repeats`` are uses that follow one of the same
    name, part of ``total`` only if they were asked for.
    """

    rows: list[Transition]
    common: int
    marked: int
    habits: int
    total: int
    repeats: int
    scanned: Scanned


def transitions(
    con: Connection,
    question: Question,
    *,
    name: str | None = None,
    min_times: int = MIN_TIMES.default,
    limit: int = LIMIT.default,
    repeats: bool = REPEATS.default,
    idle_minutes: int = IDLE_MINUTES.default,
) -> Transitions:
    """What follows what, of ``name`` both sides: first that after which something works better or
    worse than it otherwise does, the surest first; then what follows by habit; then by how often.

    ``repeats`` are uses of one after itself; without them a step is from one name to
    another. A session that pauses for more than ``idle_minutes`` counts as two. Adjusted for all
    that are frequent enough, shown or not; habits for every two names used ``min_times`` times.
    Raises UnknownName.
    """
    check_name(con, question, name)
    rows = rows_asked(
        con,
        question,
        "transitions",
        min_times=min_times,
        repeats=repeats,
        idle_us=idle_us(idle_minutes),
    )
    *_, total, repeated, names = rows[0]
    found = _found([row for row in rows if row[0] is not None], names)
    about = [each for each in found if name is None or name in (each.first[1], each.then[1])]
    about.sort(key=_order)
    marked = sum(each.is_marked for each in about)
    habits = sum(each.is_habit for each in about)
    return Transitions(
        about[:limit],
        len(about),
        marked,
        habits,
        total,
        repeated,
        scanned(con, question),
    )


def orders(found: Sequence[tuple[Association, int]], names: int) -> list[Order]:
    """Whether each step is more frequent than in random order; with each, its sessions.

    Adjusted for every ordered pair of ``names``.
    """
    p_values = [association.more for association, _ in found]
    corrected = adjusted(p_values, names * (names - 1))
    return [
        Order(association, sessions, p, q)
        for (association, sessions), p, q in zip(found, p_values, corrected, strict=True)
    ]


def _found(rows: Sequence[tuple[Any, ...]], names: int) -> list[Transition]:
    sides = [_sides(row) for row in rows]
    others = [row for row in rows if row[0:2] != row[2:4]]
    in_order = [(_in_random_order(row), int(row[20])) for row in others]
    judged = {row[:4]: order for row, order in zip(others, orders(in_order, names), strict=True)}
    return [
        Transition(
            (row[0], row[1]),
            (row[2], row[3]),
            row[4],
            int(row[5]),
            row[6],
            row[7],
            Outcomes(*row[8:12]),
            contrast,
            judged.get(row[:4]),
        )
        for row, contrast in zip(rows, contrasts(sides), strict=True)
    ]


def _sides(row: tuple[Any, ...]) -> Sides:
    successes, failures, abandoned = row[8:11]
    elsewhere, known_elsewhere, expected, variance, least, most, weight = row[12:19]
    association = Association(
        successes, float(expected), float(variance), int(least), int(most), float(weight)
    )
    known = successes + failures + abandoned
    return Sides(successes, known, int(elsewhere), int(known_elsewhere), association)


def _in_random_order(row: tuple[Any, ...]) -> Association:
    certain, _, expected, variance, most = row[19:24]
    return Association(int(certain), float(expected), float(variance), 0, int(most), 0.0)


def _order(found: Transition) -> tuple[int, float, int, Name, Name]:
    ties = (-found.times, found.first[::-1], found.then[::-1])
    if found.is_marked:
        return (0, found.contrast.adjusted_p, *ties)
    if found.is_habit and found.order is not None:
        return (1, found.order.adjusted_p, *ties)
    return (2, 0.0, *ties)
