"""What is used together in a session, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aggregator.measures import Question
from aggregator.parameters import IDLE_MINUTES, LIMIT, MIN_SESSIONS, PAIR_SORT, PairSort
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
from aggregator.statistics.proportions import Z_95, wilson
from aggregator.statistics.stratified import Association
from schema.warehouse import Connection

Verdict = Literal["together", "no more than chance"]

LEAST_EXCESS = 1.1
"""Minimum ratio of observed to expected sessions for a pair to be reported."""


@dataclass(frozen=True)
class Met:
    """Two names, the sessions of each, and how often both were used in comparable sessions."""

    first: Name
    second: Name
    sessions_first: int
    sessions_second: int
    association: Association


@dataclass(frozen=True)
class Pair:
    """Two names used in the same session ``times`` times, of all ``sessions``.

    ``association`` is among comparable sessions: of one project, with equally many uses.
    """

    first: Name
    second: Name
    sessions_first: int
    sessions_second: int
    times: int
    sessions: int
    association: Association
    p_value: float
    adjusted_p: float

    @property
    def support(self) -> float:
        """The share of all sessions that have both."""
        return self.times / self.sessions

    @property
    def support_interval(self) -> tuple[float, float]:
        """The Wilson 95 % interval of the support."""
        found = wilson(self.times, self.sessions)
        assert found is not None
        return found

    @property
    def lift(self) -> float:
        """Support by the product of both shares: 1 where neither says anything of the other.

        S. Brin, R. Motwani, J. D. Ullman, S. Tsur, SIGMOD (1997) 255, there called interest. Long
        sessions and projects with habits of their own raise it for every pair.
        """
        return self.times * self.sessions / (self.sessions_first * self.sessions_second)

    @property
    def excess(self) -> float | None:
        """Observed divided by expected sessions with both, among comparable sessions."""
        return self.association.ratio

    @property
    def excess_interval(self) -> tuple[float, float] | None:
        return self.association.ratio_interval(Z_95)

    @property
    def verdict(self) -> Verdict:
        sure = self.adjusted_p <= LEVEL and (self.excess or 0) >= LEAST_EXCESS
        return "together" if sure else "no more than chance"


@dataclass(frozen=True)
class Pairs:
    """The pairs shown, of ``common`` that came together often enough; ``compared`` were possible.

    ``names`` are those of enough sessions; ``together`` counts the pairs that are more than chance.
    """

    rows: list[Pair]
    common: int
    together: int
    compared: int
    names: int
    sessions: int
    scanned: Scanned


def pairs(
    con: Connection,
    question: Question,
    *,
    name: str | None = None,
    min_sessions: int = MIN_SESSIONS.default,
    sort: PairSort = PAIR_SORT.default,
    limit: int = LIMIT.default,
    idle_minutes: int = IDLE_MINUTES.default,
) -> Pairs:
    """Pairs of at least ``min_sessions``, those that are more than chance first.

    Adjusted for every pair with enough sessions, whether or not they were used together.
    A session that pauses for more than ``idle_minutes`` counts as two. Raises UnknownName.
    """
    check_name(con, question, name)
    rows = rows_asked(
        con, question, "pairs", min_sessions=min_sessions, idle_us=idle_us(idle_minutes)
    )
    sessions, names = rows[0][:2]
    compared = names * (names - 1) // 2
    met = [
        Met((row[2], row[3]), (row[5], row[6]), row[4], row[7], _association(*row[8:]))
        for row in rows
        if row[8] is not None
    ]
    found = judged(met, sessions, compared)
    about = [each for each in found if name is None or name in (each.first[1], each.second[1])]
    if sort == "lift":
        about.sort(key=lambda each: (each.verdict != "together", -(each.excess or 0), -each.times))
    together = sum(each.verdict == "together" for each in about)
    return Pairs(
        about[:limit],
        len(about),
        together,
        compared,
        names,
        sessions,
        scanned(con, question),
    )


def judged(met: Sequence[Met], sessions: int, compared: int) -> list[Pair]:
    """The pairs with their expected counts, adjusted for ``compared`` possible pairs."""
    p_values = [each.association.more for each in met]
    return [
        Pair(
            each.first,
            each.second,
            each.sessions_first,
            each.sessions_second,
            each.association.observed,
            sessions,
            each.association,
            p,
            q,
        )
        for each, p, q in zip(met, p_values, adjusted(p_values, compared), strict=True)
    ]


def _association(
    times: int, expected: object, variance: object, least: int, most: int
) -> Association:
    sums = (float(str(expected)), float(str(variance)))
    return Association(times, *sums, int(least), int(most), 0.0)
