"""The days of every skill and agent, one after another, as anomalies are looked for in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from aggregator.calendar import Span
from aggregator.measures import Question, ask, measured_if_several
from aggregator.statistics.detectors import Series
from schema.frozen import dataclass
from schema.warehouse import Connection


@dataclass(frozen=True)
class Name:
    """A skill's or agent's days, and the first it was used on; -1 for any before them."""

    kind: str
    skill_name: str
    born: int
    series: Series


def names_in(con: Connection, question: Question, begin: date, until: date) -> list[Name]:
    """The days of each from ``begin`` to ``until``; zeros on those without a use."""
    over = measured_if_several(question.over(Span(None, until)), "name")
    rows = ask(con, "reports/anomaly_days", over, by="name", begin=begin)
    return _filled(rows, begin.weekday(), (until - begin).days + 1)


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
    """A skill's or agent's days while they are filled in, none of them used yet."""

    def __init__(self, length: int) -> None:
        self.born = length
        self.uses, self.successes, self.known, self.durations = ([0] * length for _ in range(4))
        self.medians: list[float | None] = [None] * length

    def series(self, weekday: int) -> Series:
        return Series(weekday, self.uses, self.successes, self.known, self.durations, self.medians)
