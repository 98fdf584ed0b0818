"""Whether an anomaly is one of what was done, or only of what was observed.

When a project or a source (transcripts, a metrics file) begins or ends, uses, success rates and
durations of a skill change although nothing that it did has changed. So an anomaly is held against
the parts that were observed all the time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field, replace
from datetime import date, timedelta
from functools import cached_property
from math import log
from typing import Any

from aggregator.archive import rows_since
from aggregator.calendar import Span, today
from aggregator.measures import Question, Scope, ask, is_refreshed
from aggregator.reports.anomaly_causes import Counted
from aggregator.spans import NOTHING, Counts
from aggregator.statistics.detectors import Measure
from schema.frozen import dataclass
from schema.statements import run, statement
from schema.warehouse import Connection, reporting_zone

SETTLED_DAYS = 14
"""A part that begins so many days after the first one began later."""

OWN_SHARE = 0.5
"""An anomaly is reported when at least this share of it is there in parts observed all the time."""


@dataclass(frozen=True)
class Sums:
    """What adds up; durations in ms."""

    uses: int = 0
    successes: int = 0
    known: int = 0
    timed: int = 0
    total_ms: float = 0.0

    @classmethod
    def of(cls, counts: Counts) -> Sums:
        return cls(
            counts.total_invocations,
            counts.successes,
            counts.known,
            counts.duration_count,
            float(counts.duration_sum_ms),
        )


Key = tuple[str, str]
"""A project's id, and the source; '' where sources are not told apart."""


@dataclass(frozen=True)
class Part:
    """One project, or one source in it: sums before and then."""

    before: Sums
    then: Sums


NO_USE = Part(Sums(), Sums())


@dataclass(frozen=True)
class Days:
    """The first and last day of all uses of each part since a day, and the parts of each kind."""

    ends: Mapping[Key, tuple[date, date]]
    sources: Mapping[str, Mapping[str, frozenset[str]]]
    """By project and kind."""


@dataclass(frozen=True)
class Parts:
    """The parts observed since a day, and on which days: read once for all anomalies."""

    con: Connection = field(repr=False)
    question: Question
    since: date
    _days: dict[bool, list[tuple[str, str, str, int]]] = field(default_factory=dict, repr=False)

    @cached_property
    def _rows_since(self) -> date | None:
        return rows_since(self.con)

    def by_source(self, since: date) -> bool:
        """Whether sources can be told apart in the days since then; archived days do not tell."""
        return self._rows_since is None or self._rows_since <= since

    def days_since(self, since: date) -> Days:
        """The days since then."""
        by_source = self.by_source(since)
        if by_source not in self._days:
            self._days[by_source] = self._read(by_source)
        bits: dict[Key, int] = {}
        sources: dict[str, dict[str, frozenset[str]]] = {}
        for project, kind, source, all_bits in self._days[by_source]:
            later = all_bits >> (since - self.since).days
            if later:
                bits[project, source] = bits.get((project, source), 0) | later
                of_kinds = sources.setdefault(project, {})
                of_kinds[kind] = of_kinds.get(kind, frozenset()) | {source}
        return Days(
            {
                part: (
                    since + timedelta(days=(each & -each).bit_length() - 1),
                    since + timedelta(days=each.bit_length() - 1),
                )
                for part, each in bits.items()
            },
            sources,
        )

    def _read(self, by_source: bool) -> list[tuple[str, str, str, int]]:
        """The days with uses by project, kind and source: bit 0 is the first day."""
        asked, begin = self.question, self.since
        until = today(asked.horizon, reporting_zone(self.con))
        days = {"begin": begin, "last": max(0, (until - begin).days)}
        found: list[tuple[Any, ...]] = []
        if is_refreshed(self.con, asked):
            chosen = {
                "by_source": by_source,
                "until": until,
                "kind": asked.kind,
                "projects": None if asked.scope.is_everything else asked.scope.ids,
            }
            text = statement("aggregator/reports/stored_days_of_parts.sql")
            found = run(self.con, text, days | chosen).fetchall()
        if not found:
            over = asked.over(Span(begin, until))
            found = ask(
                self.con,
                "reports/days_of_parts",
                over,
                by_source=by_source,
                begin=begin,
                last=days["last"],
            )
        return [
            (project, kind, source, int(digits[::-1], 2)) for project, kind, source, digits in found
        ]


def is_of_observation(
    parts: Parts,
    kind: str | None,
    skill_name: str | None,
    measure: Measure,
    history: Span,
    then: Span,
    value: float,
    expected: float,
    counted: Counted,
) -> bool:
    """Whether the anomaly is due to parts that began or ended, more than half of it.

    ``value`` and ``expected`` are as the anomaly has them: uses of the whole time ``then``, a rate,
    or a duration in ms.
    """
    assert history.since is not None
    assert then.until is not None
    days = parts.days_since(history.since)
    begun = min((first for first, _ in days.ends.values()), default=then.start)
    begun += timedelta(days=SETTLED_DAYS)
    steady = {
        part for part, (first, last) in days.ends.items() if first <= begun and last >= then.until
    }
    if len(steady) == len(days.ends):
        return False
    sums = _sums(parts, days, counted, kind, skill_name, history, then)
    whole = log(value / expected) if measure == "duration" else value - expected
    theirs = [sums.get(part, NO_USE) for part in steady]
    own = _own(measure, sums.values(), theirs, expected)
    return own / whole < OWN_SHARE if whole else False


def _own(measure: Measure, parts: Iterable[Part], steady: Iterable[Part], expected: float) -> float:
    """How far the steady parts are off by themselves: in uses, as a rate, or as a log ratio."""
    if measure == "uses":
        total = sum(part.before.uses for part in parts)
        return sum(
            part.then.uses - (expected * part.before.uses / total if total else 0.0)
            for part in steady
        )
    if measure == "success_rate":
        compared = [part for part in steady if part.before.known and part.then.known]
        known = sum(part.then.known for part in compared)
        usual = sum(
            part.then.known * part.before.successes / part.before.known for part in compared
        )
        successes = sum(part.then.successes for part in compared)
        return (successes - usual) / known if known else 0.0
    compared = [part for part in steady if part.before.total_ms > 0 and part.then.total_ms > 0]
    timed = sum(part.then.timed for part in compared)
    return (
        sum(
            part.then.timed
            * log(part.then.total_ms / part.then.timed * part.before.timed / part.before.total_ms)
            for part in compared
        )
        / timed
        if timed
        else 0.0
    )


def _sums(
    parts: Parts,
    days: Days,
    counted: Counted,
    kind: str | None,
    skill_name: str | None,
    history: Span,
    then: Span,
) -> dict[Key, Part]:
    """What one skill or agent, or everything, did in each part in which it did anything.

    Where each kind of a project has one source, the counts by kind say it; elsewhere the rows do.
    """
    unclear = {
        project
        for project, kinds in days.sources.items()
        if any(len(sources) > 1 for sources in kinds.values())
    }
    told: dict[Key, tuple[Counts, Counts]] = {}
    for (project, of_kind), (before, now) in counted.items():
        if project not in unclear:
            [source] = days.sources[project][of_kind]
            had, has = told.get((project, source), (NOTHING, NOTHING))
            told[project, source] = had + before, has + now
    sums = {part: Part(Sums.of(before), Sums.of(now)) for part, (before, now) in told.items()}
    if unclear:
        sums |= _from_rows(parts, unclear, kind, skill_name, history, then)
    return sums


def _from_rows(
    parts: Parts,
    projects: Collection[str],
    kind: str | None,
    skill_name: str | None,
    history: Span,
    then: Span,
) -> dict[Key, Part]:
    assert history.since is not None
    asked = parts.question
    chosen = tuple(each for each in asked.scope.projects if each.project_id in projects)
    over = replace(asked, scope=Scope(chosen, False), span=Span(history.since, then.until))
    rows = ask(
        parts.con,
        "reports/parts_of_days",
        over,
        name=skill_name,
        of_kind=kind,
        by_source=parts.by_source(history.since),
        since=history.since,
        before_until=history.until,
        then_since=then.since,
        then_until=then.until,
    )
    return {
        (project, source): Part(Sums(*numbers[:5]), Sums(*numbers[5:]))
        for project, source, *numbers in rows
    }
