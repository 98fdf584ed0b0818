"""What happens within sessions, told a second time from the oracle's rows in plain Python."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from oracle import Outcome, Row

Name = tuple[str, str]
Session = tuple[str, str, int]
"""Project, id, and which part of it between pauses, counted from 1."""

IDLE = timedelta(minutes=30)
Stratum = tuple[int, int, int, int]
"""Cases that have both, the first, the second, and all of them."""

LOST = ("failure", "abandoned")


def order(row: Row) -> tuple[datetime, str, str, bool, str, int]:
    """One order of uses, also of those at one moment: by what makes them different uses."""
    key = row.idempotency_key
    return row.invoked_at, row.kind, row.name, key is not None, key or "", row.occurrence


def by_session(
    rows: Iterable[Row], kind: str = "all", idle: timedelta = IDLE
) -> dict[Session, list[Row]]:
    """The uses of each session's parts between pauses, in order; a session is its project's own.

    Pauses are those of all rows; then only uses of ``kind`` are left.
    """
    whole: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.session_id is not None:
            whole[row.project, row.session_id].append(row)
    found: defaultdict[Session, list[Row]] = defaultdict(list)
    for (project, session), uses in whole.items():
        part, busy_until = 1, None
        for row in sorted(uses, key=order):
            if busy_until is not None and row.invoked_at - busy_until > idle:
                part += 1
            lasted = timedelta(milliseconds=float(row.duration_ms or 0))
            end = row.invoked_at + lasted
            busy_until = end if busy_until is None else max(busy_until, end)
            if kind in ("all", row.kind):
                found[project, session, part].append(row)
    return dict(found)


def name(row: Row) -> Name:
    return row.kind, row.name


def outcomes(rows: Iterable[Row]) -> tuple[int, int, int, int]:
    """Successes, failures, abandoned and unknown."""
    counts: Counter[Outcome] = Counter(row.outcome for row in rows)
    return counts["success"], counts["failure"], counts["abandoned"], counts["unknown"]


def known(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.outcome != "unknown"]


def steps(sessions: dict[Session, list[Row]], *, repeats: bool = False) -> list[tuple[Row, Row]]:
    """Each use that another one follows in its session, with the one that follows.

    With ``repeats`` also those of one name after itself.
    """
    every = [both for uses in sessions.values() for both in pairwise(uses)]
    return [(a, b) for a, b in every if repeats or name(a) != name(b)]


def certain(sessions: dict[Session, list[Row]], first: Name, then: Name) -> list[int]:
    """How often one name directly follows the other in each session that has such a step.

    Steps from, to or beside uses that began at one moment have no certain order.
    """
    found = []
    for uses in sessions.values():
        moments = Counter(row.invoked_at for row in uses)
        times = sum(
            (name(a), name(b)) == (first, then)
            and moments[a.invoked_at] == 1
            and moments[b.invoked_at] == 1
            for a, b in pairwise(uses)
        )
        if times:
            found.append(times)
    return found


def in_random_order(
    sessions: dict[Session, list[Row]], first: Name, then: Name
) -> tuple[Fraction, Fraction, int]:
    """Mean and variance of the steps between two names if each session's uses were shuffled, and
    the most there could be. From the places of steps, not from the hypergeometric distribution.
    """
    mean = variance = Fraction(0)
    most = 0
    for uses in sessions.values():
        n, x, y = len(uses), *(sum(name(row) == each for row in uses) for each in (first, then))
        if not x or not y:
            continue
        # One of the n-1 places holds the step with x*y / n*(n-1); two places that do not touch,
        # of which there are (n-2)*(n-3), with x*(x-1)*y*(y-1) / n*(n-1)*(n-2)*(n-3).
        one = Fraction(x * y, n)
        two = Fraction(x * (x - 1) * y * (y - 1), n * (n - 1))
        mean += one
        variance += two + one - one * one
        most += min(x, y)
    return mean, variance, most


def gap_ms(found: list[tuple[Row, Row]]) -> float:
    """The median time between the two beginnings."""
    return statistics.median((b.invoked_at - a.invoked_at).total_seconds() * 1000 for a, b in found)


def month(row: Row, zone: ZoneInfo) -> tuple[int, int]:
    local = row.invoked_at.astimezone(zone)
    return local.year, local.month


def after(found: list[tuple[Row, Row]], first: Name, then: Name, zone: ZoneInfo) -> list[Stratum]:
    """Per project and month: what comes after ``first`` and succeeds, among all that comes."""
    strata: defaultdict[object, list[tuple[bool, bool]]] = defaultdict(list)
    for a, b in found:
        if name(b) == then and b.outcome != "unknown":
            strata[b.project, month(b, zone)].append((name(a) == first, b.outcome == "success"))
    return [stratum(cases) for cases in strata.values()]


def at_rank(rows: Iterable[Row], rank: int, zone: ZoneInfo) -> list[Stratum]:
    """Per project, month and name: what was offered at this place and succeeds."""
    strata: defaultdict[object, list[tuple[bool, bool]]] = defaultdict(list)
    for row in rows:
        if row.selection_rank is not None and row.outcome != "unknown":
            case = (row.selection_rank == rank, row.outcome == "success")
            strata[row.project, month(row, zone), name(row)].append(case)
    return [stratum(cases) for cases in strata.values()]


def stratum(cases: list[tuple[bool, bool]]) -> Stratum:
    return (
        sum(a and b for a, b in cases),
        sum(a for a, _ in cases),
        sum(b for _, b in cases),
        len(cases),
    )


def together(sessions: dict[Session, list[Row]]) -> dict[tuple[Name, Name], list[Session]]:
    """The sessions of each two names that met, the earlier name by text first."""
    found: defaultdict[tuple[Name, Name], list[Session]] = defaultdict(list)
    for session, uses in sessions.items():
        names = sorted({name(row) for row in uses}, key=lambda each: each[::-1])
        for both in combinations(names, 2):
            found[both].append(session)
    return found


def alike(sessions: dict[Session, list[Row]], first: Name, second: Name) -> list[Stratum]:
    """Per project and number of uses: sessions that have the names."""
    strata: defaultdict[object, list[tuple[bool, bool]]] = defaultdict(list)
    for (project, *_), uses in sessions.items():
        names = {name(row) for row in uses}
        strata[project, len(uses)].append((first in names, second in names))
    return [stratum(cases) for cases in strata.values()]


def sums(strata: Iterable[Stratum]) -> tuple[float, float, int, int, float]:
    """Of hypergeometric counts: mean, variance, least and most in all, and the sum of weights."""
    mean = variance = weight = 0.0
    least = most = 0
    for _, first, second, total in strata:
        share = second / total
        mean += first * share
        if total > 1:
            variance += first * share * (1 - share) * (total - first) / (total - 1)
        weight += first * (total - first) / total
        least += max(0, first + second - total)
        most += min(first, second)
    return mean, variance, least, most, weight
