"""What happens within sessions, told a second time from the oracle's rows in plain Python."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from oracle import Outcome, Row

Name = tuple[str, str]
Session = tuple[str, str]
Stratum = tuple[int, int, int, int]
"""Cases that have both, the first, the second, and all of them."""

LOST = ("failure", "abandoned")


def order(row: Row) -> tuple[datetime, str, str, bool, str, int]:
    """One order of uses, also of those at one moment: by what makes them different uses."""
    key = row.idempotency_key
    return row.invoked_at, row.kind, row.name, key is not None, key or "", row.occurrence


def by_session(rows: Iterable[Row]) -> dict[Session, list[Row]]:
    """The uses of each session, in order; a session is its project's own."""
    found: defaultdict[Session, list[Row]] = defaultdict(list)
    for row in rows:
        if row.session_id is not None:
            found[row.project, row.session_id].append(row)
    return {session: sorted(uses, key=order) for session, uses in found.items()}


def name(row: Row) -> Name:
    return row.kind, row.name


def outcomes(rows: Iterable[Row]) -> tuple[int, int, int, int]:
    """Successes, failures, abandoned and unknown."""
    counts: Counter[Outcome] = Counter(row.outcome for row in rows)
    return counts["success"], counts["failure"], counts["abandoned"], counts["unknown"]


def known(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.outcome != "unknown"]


def steps(rows: Iterable[Row]) -> list[tuple[Row, Row]]:
    """Each use that another one follows in its session, with the one that follows."""
    return [both for uses in by_session(rows).values() for both in pairwise(uses)]


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


def together(rows: Iterable[Row]) -> dict[tuple[Name, Name], list[Session]]:
    """The sessions of each two names that met, the earlier name by text first."""
    found: defaultdict[tuple[Name, Name], list[Session]] = defaultdict(list)
    for session, uses in by_session(rows).items():
        names = sorted({name(row) for row in uses}, key=lambda each: each[::-1])
        for both in combinations(names, 2):
            found[both].append(session)
    return found


def alike(rows: Iterable[Row], first: Name, second: Name) -> list[Stratum]:
    """Per project and number of uses: sessions that have the names."""
    strata: defaultdict[object, list[tuple[bool, bool]]] = defaultdict(list)
    for (project, _), uses in by_session(rows).items():
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
