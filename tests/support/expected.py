"""What the reports must say, told a second time from the oracle's rows in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from math import sqrt
from typing import Any, TypeVar

import pytest

from aggregator import measures as product
from oracle import Measures, Row, measure, wilson

Sorting = Callable[[Measures], float | None]
G = TypeVar("G", bound=Hashable)

SORTS: dict[str, Sorting] = {
    "uses": lambda m: m.total_invocations,
    "effectiveness": lambda m: m.success_rate_low,
    "success-rate": lambda m: m.success_rate,
    "failures": lambda m: m.failures + m.abandoned,
    "duration": lambda m: m.avg_duration_ms,
    # Only transcripts tell of tokens: without any, ties decide.
    "tokens": lambda m: None,
    "recent": lambda m: m.last_used.timestamp() if m.last_used else None,
}
EXACT = ("success_rate", "first_used", "last_used")
"""Numbers that come from one division, or none, are the same to the last bit."""


@dataclass(frozen=True)
class Ranked:
    """A row of a ranking; ``share`` is 0..1 of all rows asked about."""

    rank: int
    kind: str
    name: str
    share: float
    measures: Measures


def grouped(rows: Iterable[Row], key: Callable[[Row], G]) -> dict[G, list[Row]]:
    groups: dict[G, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def ranking(
    rows: list[Row], sort: str = "uses", min_uses: int = 1, limit: int = 20
) -> list[Ranked]:
    """The names used in these rows, best first; ties by uses, then by name; no number, last."""
    names = grouped(rows, lambda row: (row.name, row.kind))
    found = [(name, kind, measure(group)) for (name, kind), group in names.items()]

    def order(entry: tuple[str, str, Measures]) -> tuple[bool, float, int, str, str]:
        name, kind, measures = entry
        value = SORTS[sort](measures)
        return (value is None, -(value or 0), -measures.total_invocations, name, kind)

    eligible = sorted((e for e in found if e[2].total_invocations >= min_uses), key=order)
    return [
        Ranked(rank, kind, name, measures.total_invocations / len(rows), measures)
        for rank, (name, kind, measures) in enumerate(eligible[:limit], start=1)
    ]


def by_group(
    rows: list[Row], key: Callable[[Row], str], order: Callable[[str], str] = str
) -> list[tuple[str, Measures]]:
    """The measures of each group, most used first, ties by the group's name."""
    found = [(group, measure(members)) for group, members in grouped(rows, key).items()]
    return sorted(found, key=lambda entry: (-entry[1].total_invocations, order(entry[0])))


def most_frequent(texts: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(texts).items(), key=lambda entry: (-entry[1], entry[0]))


def paths(rows: list[Row]) -> list[tuple[str | None, int, int, int, int, int, float | None]]:
    """Per workflow path: uses, the four outcomes and the rate; no path given comes last of ties."""
    found = []
    for path, members in grouped(rows, lambda row: row.workflow_path).items():
        m = measure(members)
        outcomes = (m.successes, m.failures, m.abandoned, m.unknown)
        found.append((path, m.total_invocations, *outcomes, m.success_rate))
    return sorted(found, key=lambda entry: (-entry[1], entry[0] is None, entry[0] or ""))


def known(measures: Measures) -> int:
    return measures.successes + measures.failures + measures.abandoned


def change(now: Measures, before: Measures) -> tuple[float, float, float] | None:
    """The change of the success rate and its 95 % interval (Newcombe's method 10)."""
    low_now, high_now = wilson(now.successes, known(now))
    low_before, high_before = wilson(before.successes, known(before))
    p, q = now.success_rate, before.success_rate
    if p is None or q is None or low_now is None or low_before is None:
        return None
    assert high_now is not None
    assert high_before is not None
    below = sqrt((p - low_now) ** 2 + (high_before - q) ** 2)
    above = sqrt((high_now - p) ** 2 + (q - low_before) ** 2)
    return p - q, p - q - below, p - q + above


def span_before(since: date, until: date, grain: str | None) -> tuple[date, date]:
    """The month before a month; before anything else as many days as it has."""
    last = since - timedelta(days=1)
    if grain == "monthly":
        return last.replace(day=1), last
    return since - (until - since) - timedelta(days=1), last


def as_oracle(m: product.Measures) -> Measures:
    """The product's measures as the oracle's, so that the two can be compared."""
    low, high = m.success_interval or (None, None)
    numbers: dict[str, Any] = {"success_rate_low": low, "success_rate_high": high}
    for field in fields(Measures):
        if field.name not in numbers:
            numbers[field.name] = getattr(m, field.name)
    return Measures(**numbers)


def same(found: Measures, wanted: Measures) -> bool:
    """Whether all numbers agree: counts, rates and times to the bit, other floats to 1e-12."""
    for field in fields(Measures):
        ours, theirs = getattr(found, field.name), getattr(wanted, field.name)
        if isinstance(theirs, float) and field.name not in EXACT:
            theirs = pytest.approx(theirs, rel=1e-12, abs=1e-15)
        assert ours == theirs, field.name
    return True
