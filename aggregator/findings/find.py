"""The findings of a question: the one comparison that every command shows.

It is made by ``compare``; a refresh stores what that found over all active projects, which answers
read for as long as it would be the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from weakref import WeakKeyDictionary

from aggregator.archive import rows_since
from aggregator.calendar import ALL_TIME, Span, span, today
from aggregator.changes import Change, recent_and_earlier
from aggregator.findings import stored
from aggregator.findings.finding import Judged, PaceChange, Verdict
from aggregator.findings.sample import NO_SAMPLE
from aggregator.measures import Question, Scope, is_refreshed, scope
from aggregator.observation import observation
from aggregator.presence import Name
from schema.frozen import dataclass
from schema.warehouse import Connection, reporting_zone


@dataclass(frozen=True)
class Findings:
    """What is said of every skill and agent used in the days that are compared.

    ``today`` is the first day that is not completely observed (``aggregator.observation``);
    ``recent`` are the last complete days, ``earlier`` those before. ``expected_looks`` is how many
    skills are worth a look on average where nothing happened; ``types`` are those of the projects.
    """

    today: date
    recent: Span
    earlier: Span
    verdicts: Mapping[Name, Verdict]
    compared: int
    expected_looks: float
    types: Mapping[str, str | None]

    @property
    def whole(self) -> Span:
        """Recent and earlier days together."""
        return span(self.earlier.since, self.recent.until)

    def of(self, kind: str, name: str) -> Verdict:
        """The verdict on one; of what was not used in these days, that there is not enough data."""
        found = self.verdicts.get((kind, name))
        if found is not None:
            return found
        return Verdict(
            kind,
            name,
            Change(NO_SAMPLE, NO_SAMPLE, None, None, None, 1.0, 1.0, "insufficient data"),
            PaceChange(NO_SAMPLE, NO_SAMPLE, None, None, None, "insufficient data"),
            (),
            {},
        )


_found: WeakKeyDictionary[Connection, dict[object, Findings]] = WeakKeyDictionary()


def find(con: Connection, question: Question) -> Findings:
    """The findings in the projects asked about; span, kind, trigger and source of it do
    not matter.

    Kept for the connection, because nobody else writes while it is open.
    """
    question = replace(question, kind="all", trigger=None, source=None)
    key = (
        tuple(question.scope.ids),
        question.now,
        question.watermark,
        question.recent_days,
        question.earlier_days,
    )
    known = _found.setdefault(con, {})
    if key not in known:
        known[key] = _find(con, question)
    return known[key]


def _find(con: Connection, question: Question) -> Findings:
    compared = _Compared.of(con, question)
    judged = compared.stored(con) or compared.now(con)
    return Findings(
        compared.day,
        compared.recent,
        compared.earlier,
        judged.verdicts,
        judged.compared,
        judged.expected_looks,
        compared.types,
    )


def store_verdicts(
    con: Connection, moment: datetime, recent_days: int, earlier_days: int, *, changed: bool
) -> None:
    """Store the findings over all active projects; call it in the transaction of a refresh.

    ``changed``: whether the refresh computed anything. Where it did not, nothing is compared if the
    days are those that were compared before.
    """
    question = Question(
        ALL_TIME, scope(con), "all", moment, recent_days=recent_days, earlier_days=earlier_days
    )
    compared = _Compared.of(con, question)
    judged = None if changed else stored.read(con, compared.basis)
    day = today(moment, reporting_zone(con))
    stored.write(con, compared.basis, judged or compared.now(con), day)


@dataclass(frozen=True)
class _Compared:
    """Which days of which projects are compared for a question."""

    over: Question
    everywhere: Question
    day: date
    recent: Span
    earlier: Span
    basis: stored.Basis

    @classmethod
    def of(cls, con: Connection, question: Question) -> _Compared:
        day = observation(con, question).open_day
        recent, earlier = recent_and_earlier(day, question.recent_days, question.earlier_days)
        over = question.over(span(earlier.since, recent.until))
        everywhere = every_project(con, over)
        archived = rows_since(con)
        basis = stored.Basis(
            day,
            question.recent_days,
            question.earlier_days,
            {each.project_id: each.project_type for each in everywhere.scope.projects},
            tells_sources=archived is None or archived <= over.span.start,
        )
        return cls(over, everywhere, day, recent, earlier, basis)

    @property
    def types(self) -> Mapping[str, str | None]:
        return self.basis.types

    def stored(self, con: Connection) -> Judged | None:
        """What the last refresh found, if it would find the same now."""
        if not self.over.scope.is_default or not is_refreshed(con, self.over):
            return None
        return stored.read(con, self.basis)

    def now(self, con: Connection) -> Judged:
        # Imported here: what is stored needs no statistics.
        from aggregator.findings.compare import compare

        return compare(con, self.over, self.everywhere, self.recent)


def every_project(con: Connection, question: Question) -> Question:
    """The question about all active projects, and those it is about anyway."""
    if question.scope.is_default or question.scope.is_everything:
        return question
    active = scope(con).projects
    here = set(question.scope.ids) | {project.project_id for project in active}
    known = {p.project_id: p for p in (*active, *question.scope.projects)}
    chosen = tuple(known[each] for each in sorted(here))
    return replace(question, scope=Scope(chosen, is_default=len(chosen) == len(active)))
