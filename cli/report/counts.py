"""Counts that the page adds up for its filters, as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aggregator.calendar import Span
from cli.report.texts import shortened

COUNTED = ("successful_completions", "failures", "abandoned", "unknown")
"""Their sum is the number of uses."""

Period = tuple[str | None, str | None, bool]
"""First day, last day, and whether it is still going on."""


@dataclass(frozen=True)
class Count:
    """What one skill or agent did in one project in one period, in the order of ``COUNTED``.

    Without a name: all skills, or all agents, of the project.
    """

    period: Period
    project_id: str
    kind: str
    skill_name: str | None
    counts: tuple[int, ...]


def period_of(span: Span, *, is_open: bool = False) -> Period:
    """A span with both ends, as the page names it."""
    return str(span.since), str(span.until), is_open


def counts_of(rows: Iterable[Mapping[str, Any]]) -> list[Count]:
    """The rows of an ``activity`` answer."""
    return [
        Count(
            (row["since"], row["until"], bool(row["is_open"])),
            row["project_id"],
            row["kind"],
            row["skill_name"],
            tuple(row[name] or 0 for name in COUNTED),
        )
        for row in rows
    ]


def folded(rows: Iterable[Count], since: str | None) -> list[Count]:
    """Counts of periods that begin before a day, as one period; None: all of them.

    A report has room for some single months, and its sums still are those of all time.
    """
    kept: list[Count] = []
    earlier: list[Count] = []
    for row in rows:
        is_kept = since is not None and row.period[0] is not None and row.period[0] >= since
        (kept if is_kept else earlier).append(row)
    first = min((row.period[0] for row in earlier if row.period[0]), default=None)
    last = max((row.period[1] for row in earlier if row.period[1]), default=None)
    whole = (first, last, since is None)
    sums: dict[tuple[str, str, str | None], tuple[int, ...]] = {}
    for row in earlier:
        key = (row.project_id, row.kind, row.skill_name)
        before = sums.get(key, (0,) * len(COUNTED))
        sums[key] = tuple(map(sum, zip(before, row.counts, strict=True)))
    return [*(Count(whole, *key, counts) for key, counts in sums.items()), *kept]


def columns(rows: Iterable[Count], periods: Sequence[Period] = ()) -> dict[str, Any]:
    """Counts as columns that refer to lists of periods, projects and names by position.

    That saves nine tenths of the space; so does the order by project and name. ``periods`` are
    listed even if nothing was used in them.
    """
    places: dict[Period, int] = {period: place for place, period in enumerate(periods)}
    projects: dict[str, int] = {}
    names: dict[tuple[str, str | None], int] = {}
    table: dict[str, list[int]] = {name: [] for name in ("period", "project", "name", *COUNTED)}

    def order(row: Count) -> tuple[str, str, str, str]:
        return row.project_id, row.kind, row.skill_name or "", row.period[0] or ""

    for row in sorted(rows, key=order):
        table["period"].append(places.setdefault(row.period, len(places)))
        table["project"].append(projects.setdefault(row.project_id, len(projects)))
        table["name"].append(names.setdefault((row.kind, row.skill_name), len(names)))
        for name, count in zip(COUNTED, row.counts, strict=True):
            table[name].append(count)
    called = shortened(list(names))
    return {"periods": list(places), "projects": list(projects), "names": called, **table}
