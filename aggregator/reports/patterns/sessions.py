"""Sessions: the longest, the busiest, and the worst (most failed or abandoned uses)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from aggregator.measures import Question
from aggregator.outcomes import Outcomes
from aggregator.parameters import IDLE_MINUTES, LIMIT, SESSION_SORT, SessionSort
from aggregator.reports.patterns.rows import (
    Name,
    Scanned,
    check_name,
    idle_us,
    rows_asked,
    scanned,
)
from aggregator.statistics.proportions import Z_95, wilson
from schema.errors import UnknownName
from schema.spelling import command
from schema.warehouse import Connection, from_micros

KNOWN_TO_JUDGE = 5
"""Known outcomes below which a session is not among the worst."""


@dataclass(frozen=True)
class Seen:
    """A session of one project, or one ``part`` of it between two pauses, counted from 1.

    ``length_ms`` is from the first start to the last end, as far as durations are known;
    ``last_at`` is the last start.
    """

    project_id: str
    session_id: str
    part: int
    outcomes: Outcomes
    names: int
    first_at: datetime
    last_at: datetime
    length_ms: float

    @property
    def lost(self) -> int:
        """Uses that failed or were abandoned."""
        return self.outcomes.failures + self.outcomes.abandoned

    @property
    def lost_interval(self) -> tuple[float, float] | None:
        """The Wilson 95 % interval of the lost share of known outcomes."""
        return wilson(self.lost, self.outcomes.known)


@dataclass(frozen=True)
class Use:
    """One use within a session; ``gap_ms`` since the beginning of the one before."""

    name: Name
    invoked_at: datetime
    gap_ms: float | None
    outcome: str
    duration_ms: float | None
    workflow_path: str | None
    workflow_phase: str | None
    error_type: str | None


@dataclass(frozen=True)
class Sessions:
    """The sessions asked for, the first of each sort, and what is typical of all of them.

    ``judged`` sessions have enough known outcomes to be among the worst. Medians are None without
    a session.
    """

    rows: list[Seen]
    longest: Seen | None
    busiest: Seen | None
    worst: Seen | None
    sessions: int
    judged: int
    median_uses: float | None
    median_length_ms: float | None
    scanned: Scanned


def sessions(
    con: Connection,
    question: Question,
    *,
    sort: SessionSort = SESSION_SORT.default,
    using: Sequence[str] = (),
    limit: int = LIMIT.default,
    idle_minutes: int = IDLE_MINUTES.default,
) -> Sessions:
    """Sessions by ``sort``; only those in which all skills and agents of ``using`` were used.

    One that pauses for more than ``idle_minutes`` counts as several; one that reaches beyond the
    span is seen as far as the span goes. Raises UnknownName.
    """
    for name in using:
        check_name(con, question, name)
    rows = rows_asked(
        con,
        question,
        "sessions",
        names=sorted(set(using)),
        sort=sort,
        limit=limit,
        min_known=KNOWN_TO_JUDGE,
        z2=Z_95 * Z_95,
        idle_us=idle_us(idle_minutes),
    )
    count, median_uses, median_length, judged = rows[0][:4]
    by: dict[str, list[Seen]] = {"longest": [], "busiest": [], "worst": []}
    for row in rows:
        if row[4] is not None:
            by[row[4]].append(_seen(row[5:]))
    by["longest"].sort(key=lambda s: (-s.length_ms, -s.outcomes.total_invocations, *_ties(s)))
    by["busiest"].sort(key=lambda s: (-s.outcomes.total_invocations, -s.length_ms, *_ties(s)))
    by["worst"].sort(key=lambda s: (-_lower(s), -s.outcomes.known, *_ties(s)))
    first = {name: found[0] if found else None for name, found in by.items()}
    return Sessions(
        by[sort],
        first["longest"],
        first["busiest"],
        first["worst"],
        count,
        judged,
        median_uses,
        median_length,
        scanned(con, question),
    )


def session_uses(
    con: Connection,
    question: Question,
    session_id: str,
    *,
    idle_minutes: int = IDLE_MINUTES.default,
) -> dict[tuple[str, int], list[Use]]:
    """What was used in the session of that id, by project and part between pauses, in order.

    Raises UnknownName where no project asked for has one in the span.
    """
    rows = rows_asked(
        con, question, "session_uses", session=session_id, idle_us=idle_us(idle_minutes)
    )
    if not rows:
        raise UnknownName(
            f"No session is named {session_id!r} in {question.span.label()}.",
            f"Select more days, or list sessions: `{command('patterns sessions')}`.",
        )
    return {
        (project, part): [Use((row[2], row[3]), from_micros(row[4]), *row[5:]) for row in group]
        for (project, part), group in groupby(rows, key=lambda row: (str(row[0]), int(row[1])))
    }


def of_uses(project_id: str, session_id: str, part: int, uses: Sequence[Use]) -> Seen:
    """The part of a session that these uses are, in order."""
    outcomes = [use.outcome for use in uses]
    first = uses[0].invoked_at
    ends = [
        (use.invoked_at - first).total_seconds() * 1000 + (use.duration_ms or 0) for use in uses
    ]
    counts = (outcomes.count(each) for each in ("success", "failure", "abandoned", "unknown"))
    return Seen(
        project_id,
        session_id,
        part,
        Outcomes(*counts),
        len({use.name for use in uses}),
        first,
        uses[-1].invoked_at,
        max(ends),
    )


def _seen(row: Sequence[Any]) -> Seen:
    project, session, part, names, *outcomes, first_us, last_us, length_ms = row
    return Seen(
        project,
        session,
        part,
        Outcomes(*outcomes),
        names,
        from_micros(first_us),
        from_micros(last_us),
        length_ms,
    )


def _lower(seen: Seen) -> float:
    bounds = seen.lost_interval
    return bounds[0] if bounds else 0.0


def _ties(seen: Seen) -> tuple[datetime, str, str, int]:
    return seen.first_at, seen.project_id, seen.session_id, seen.part
