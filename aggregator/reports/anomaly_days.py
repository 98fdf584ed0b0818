"""Every name's days, one after another, as anomalies are looked for in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from aggregator.archive import uses
from aggregator.calendar import Span
from aggregator.measures import EVERY_PROJECT, Question, asked
from aggregator.statistics.judges import Series
from schema.statements import statement, used_by
from schema.warehouse import Connection


@dataclass(frozen=True)
class Name:
    """A name's days, and the first it was used on; -1 for any before them."""

    kind: str
    skill_name: str
    born: int
    series: Series


def names_in(con: Connection, question: Question, begin: date, until: date) -> list[Name]:
    """Every name's days from ``begin`` to ``until``, those without a use filled in with zeros."""
    scope = question.scope
    stored = scope.is_default or len(scope.projects) == 1
    if stored and not question.from_rows:
        text = statement("aggregator/reports/anomaly_days_stored.sql")
        project = EVERY_PROJECT if scope.is_default else scope.ids[0]
        values: dict[str, object] = {
            "kind": question.kind,
            "project": project,
            "since": begin,
            "until": until,
        }
    else:
        parts = (uses(con), "reports/asked", "reports/anomaly_days_rows")
        text = "\n".join(statement(f"aggregator/{part}.sql") for part in parts)
        values = asked(question.over(Span(None, until)), None) | {"begin": begin}
    days: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for kind, skill_name, *day in con.execute(text, used_by(text, values)).fetchall():
        days.setdefault((kind, skill_name), []).append(tuple(day))
    length = (until - begin).days + 1
    found = [_filled(*key, theirs, begin.weekday(), length) for key, theirs in days.items()]
    return sorted(
        (each for each in found if any(each.series.uses)), key=lambda each: each.skill_name
    )


def _filled(
    kind: str, skill_name: str, days: Sequence[tuple[Any, ...]], weekday: int, length: int
) -> Name:
    uses, successes, known, durations = ([0] * length for _ in range(4))
    medians: list[float | None] = [None] * length
    for day, *counts, median in days:
        if day >= 0:
            uses[day], successes[day], known[day], durations[day] = counts
            medians[day] = median
    series = Series(weekday, uses, successes, known, durations, medians)
    return Name(kind, skill_name, min(day for day, *_ in days), series)


def first_day(con: Connection) -> date | None:
    """The first stored day of any name."""
    [(day,)] = con.execute(
        "select min(window_start) from skill_aggregates where time_window = 'daily'"
    ).fetchall()
    return day if isinstance(day, date) else None
