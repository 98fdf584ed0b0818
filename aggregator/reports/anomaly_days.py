"""Every name's days, one after another, as anomalies are looked for in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from aggregator.archive import uses
from aggregator.calendar import Span
from aggregator.measures import EVERY_PROJECT, Question, asked
from aggregator.statistics.judges import Series
from schema.statements import run, statement
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
    return _filled(
        run(con, text, values).fetchall(),
        begin.weekday(),
        (until - begin).days + 1,
    )


def _filled(rows: Iterable[tuple[Any, ...]], weekday: int, length: int) -> list[Name]:
    """The names by name; there are many rows, so each is looked at once."""
    days: dict[tuple[str, str], _Days] = {}
    for kind, skill_name, day, used, succeeded, known, timed, median in rows:
        theirs = days.get((kind, skill_name))
        if theirs is None:
            theirs = days[kind, skill_name] = _Days(length)
        if day < theirs.born:
            theirs.born = day
        if day >= 0:
            theirs.uses[day], theirs.successes[day], theirs.known[day] = used, succeeded, known
            theirs.durations[day], theirs.medians[day] = timed, median
    return [
        Name(*key, found.born, found.series(weekday))
        for key, found in sorted(days.items(), key=lambda each: each[0][1])
        if any(found.uses)
    ]


class _Days:
    """A name's days while they are filled in, none of them used yet."""

    def __init__(self, length: int) -> None:
        self.born = length
        self.uses, self.successes, self.known, self.durations = ([0] * length for _ in range(4))
        self.medians: list[float | None] = [None] * length

    def series(self, weekday: int) -> Series:
        return Series(weekday, self.uses, self.successes, self.known, self.durations, self.medians)


def first_day(con: Connection) -> date | None:
    """The first stored day of any name."""
    [(day,)] = con.execute(
        "select min(window_start) from skill_aggregates where time_window = 'daily'"
    ).fetchall()
    return day if isinstance(day, date) else None
