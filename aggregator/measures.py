"""The measures of a skill or agent over a span: counts, sums, and the numbers derived from them.

A span that is a stored, current bucket is read from it. Any other is the sum of its days (see
`aggregator.relations.create`), except for percentiles, which come from the rows. From the watermark
on, the earliest stale day, days are computed from the rows, so that no answer lags behind a
collect; only this module knows about the watermark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from weakref import WeakKeyDictionary

from aggregator.archive import holds_anything
from aggregator.calendar import (
    ALL_TIME,
    EARLIER_DAYS,
    FUTURE_LIMIT,
    RECENT_DAYS,
    Span,
    bucket,
    today,
    whole_months,
)
from aggregator.outcomes import NO_OUTCOMES, Outcomes
from aggregator.parameters import LISTING_BUDGET, Grain, Kind, UseTrigger
from aggregator.relations.create import Basis, create_relations
from aggregator.scope import ProjectLabel as ProjectLabel
from aggregator.scope import Scope as Scope
from aggregator.scope import labels as labels
from aggregator.scope import scope as scope
from schema.frozen import dataclass
from schema.statements import has_rows, run, statement
from schema.warehouse import Connection, from_micros, reporting_zone

By = Literal["name", "project", "type", "groups"]
EVERY_PROJECT = "*"

_FIRST_ID, _LAST_ID = "0", "~"
"""Bounds of all project ids, which leave EVERY_PROJECT out."""

_ALL_STORED = date.max
"""The watermark where no stored bucket is stale."""

_watermarks: WeakKeyDictionary[Connection, dict[datetime, date]] = WeakKeyDictionary()

_zones: WeakKeyDictionary[Connection, str] = WeakKeyDictionary()

NOTHING_STORED = date.min
"""The watermark of a question that must be answered from the rows only."""


@dataclass(frozen=True)
class Measures(Outcomes):
    """The numbers of one skill or agent in one group: all chosen projects, one, or one type.

    Durations are milliseconds over rows that have one, whatever their outcome.
    """

    group: str
    kind: str
    skill_name: str
    duration_count: int
    duration_sum_ms: Decimal
    p50_duration_ms: float | None
    p95_duration_ms: float | None
    quality_count: int
    quality_sum: Decimal
    followup_count: int
    followup_sum: int
    sessions: int
    projects: int
    first_used: datetime
    last_used: datetime

    @property
    def avg_duration_ms(self) -> float | None:
        return float(self.duration_sum_ms) / self.duration_count if self.duration_count else None

    @property
    def avg_quality_score(self) -> float | None:
        return float(self.quality_sum) / self.quality_count if self.quality_count else None

    @property
    def avg_followup_actions(self) -> float | None:
        return self.followup_sum / self.followup_count if self.followup_count else None


@dataclass(frozen=True)
class Question:
    """The selection of rows that a report computes from: span, projects, kind and the current time.

    ``Query`` in ``aggregator/query.py`` is what an answer gets: this, the zone and its footer.

    ``trigger`` and ``source`` restrict the question to uses started in one way or recorded by one
    source, see ``only``.
    ``watermark`` is the first day from which stored buckets are not used; None: the earliest
    stale day. ``recent_days`` are compared with the ``earlier_days`` before them. A model is
    shown ``listing_budget`` characters of a project's skills. ``by_source``: periods are told
    apart by source, see ``by_sources``.
    """

    span: Span
    scope: Scope
    kind: Kind
    now: datetime
    watermark: date | None = None
    trigger: UseTrigger | None = None
    source: str | None = None
    recent_days: int = RECENT_DAYS
    earlier_days: int = EARLIER_DAYS
    listing_budget: int = LISTING_BUDGET
    by_source: bool = False

    @property
    def horizon(self) -> datetime:
        return self.now + FUTURE_LIMIT

    def over(self, span: Span) -> Question:
        """The same question about another span."""
        return replace(self, span=span)

    def by_sources(self) -> Question:
        """The same with periods by source. Statistics do not keep sources, so rows are read."""
        return replace(self, by_source=True, watermark=NOTHING_STORED)

    def only(self, *, trigger: UseTrigger | None = None, source: str | None = None) -> Question:
        """The same about uses that were started in this way and come from this source; None: any.
        Statistics do not say this of uses, so rows are read."""
        if trigger is None and source is None:
            return self
        return replace(self, trigger=trigger, source=source, watermark=NOTHING_STORED)

    @property
    def is_by_origin(self) -> bool:
        """Whether it is only about uses that were started in one way or come from one source."""
        return self.trigger is not None or self.source is not None


def ask(
    con: Connection,
    path: str,
    question: Question,
    *,
    name: str | None = None,
    by: By = "project",
    grain: Grain = "daily",
    **more: object,
) -> list[tuple[Any, ...]]:
    """Run a statement for a question; ``path`` is that of its file in ``aggregator/``.

    Its parameters are `q` (see `aggregator.relations.create`), `by`, and ``more``. By 'name', all
    projects together are one group: stored where these are all active ones.
    """
    text = statement(f"aggregator/{path}.sql")
    watermark = _watermark(con, question)
    together = by == "name" and (question.scope.is_default or watermark == NOTHING_STORED)
    basis: Basis = "both"
    if watermark in (_ALL_STORED, NOTHING_STORED):
        basis = "stored" if watermark == _ALL_STORED else "measured"
    elif grain != "daily":
        watermark = bucket(grain, watermark).start
    bases: dict[str, Basis] = {
        "periods": basis,
        "repeated_sessions": "stored" if basis == "stored" else "both",
        "breakdowns": basis,
    }
    if not together and "from breakdowns(" in text:
        # Breakdowns of single projects' days are not stored: they are counted from the rows.
        bases["breakdowns"] = "measured"
        watermark = NOTHING_STORED
    create_relations(con, text, bases)
    span = question.span
    q = {
        "since": span.since,
        "until": span.until,
        "since_at": None if span.hours is None else span.hours.since_at.isoformat(),
        "kind": question.kind,
        "name": name,
        "trigger": question.trigger,
        "source": question.source,
        "by_source": question.by_source,
        **_projects(question.scope, together=together),
        "grain": grain,
        "horizon": question.horizon.isoformat(),
        "watermark": watermark,
    }
    if "$months" in text:
        more |= _each_project(q, question, stored=basis == "stored")
    return run(con, text, {"q": q, "by": by, **more}).fetchall()


def _each_project(
    q: Mapping[str, object], question: Question, *, stored: bool
) -> dict[str, object]:
    """The query about each project, in three parts: whole months, and the days before and after.

    Months only where all of them are ``stored``; otherwise days only, as the first part.
    """
    each = {**q, **_projects(question.scope, together=False)}
    before, months, after = whole_months(question.span) if stored else (question.span, None, None)
    parts = {"head": (before, "daily"), "months": (months, "monthly"), "tail": (after, "daily")}
    return {
        name: {
            **each,
            "grain": grain,
            "since": date.max if part is None else part.since,
            "until": date.min if part is None else part.until,
        }
        for name, (part, grain) in parts.items()
    }


def _projects(scope: Scope, *, together: bool) -> dict[str, object]:
    """Which projects a query is about, as rows and as stored buckets name them.

    The bounds repeat the list of ids, so that DuckDB can skip whole row groups; without a list rows
    are not filtered by project.
    """
    ids = [] if scope.is_everything else scope.ids
    first, last = (min(ids), max(ids)) if ids else (_FIRST_ID, _LAST_ID)
    return {
        "together": together,
        "projects": None if scope.is_everything else ids,
        "first_project": first,
        "last_project": last,
        "groups": None if together or scope.is_everything else ids,
        "first_group": EVERY_PROJECT if together else first,
        "last_group": EVERY_PROJECT if together else last,
    }


def ask_whole(
    con: Connection,
    path: str,
    question: Question,
    *,
    name: str | None = None,
    by: By = "project",
    **more: Any,
) -> list[tuple[Any, ...]]:
    """The same for a statement that works with one period as well as with many.

    It reads a single bucket where the span is a stored, current one.
    """
    span = question.span
    if not is_stored(question, _watermark(con, question)):
        return ask(con, path, question, name=name, by=by, **more)
    assert span.grain is not None
    stored = replace(question, span=Span(span.start, span.start), watermark=_ALL_STORED)
    return ask(con, path, stored, name=name, by=by, grain=span.grain, **more)


def measured_if_several(question: Question, by: By) -> Question:
    """The question, to be answered from the rows where it combines several projects.

    For percentiles and all else that does not add up over projects.
    """
    one_group = question.scope.is_default or len(question.scope.projects) == 1
    return question if by == "project" or one_group else replace(question, watermark=NOTHING_STORED)


def zone_of(con: Connection) -> str:
    """The reporting zone. Cached for each connection, as ``_watermark`` is."""
    if con not in _zones:
        _zones[con] = reporting_zone(con)
    return _zones[con]


def is_stored(question: Question, watermark: date) -> bool:
    """Whether the question's span is a bucket that is stored and current."""
    span = question.span
    if span.grain is None:
        return False
    return watermark == _ALL_STORED or (span.until is not None and span.until < watermark)


def is_whole_bucket(con: Connection, question: Question) -> bool:
    """Whether the question's span is one bucket that is stored and current."""
    return is_stored(question, _watermark(con, question))


def is_refreshed(con: Connection, question: Question) -> bool:
    """Whether statistics say all that is known of the question's days: nothing is stale."""
    return _watermark(con, question) == _ALL_STORED


def _watermark(con: Connection, question: Question) -> date:
    """The earliest stale day: collected since the last refresh, or no longer in the future.

    Cached for each connection and moment, because nobody else writes while a connection is open.
    """
    if question.watermark is not None:
        return question.watermark
    if question.span.hours is not None:
        # Nothing is stored of parts of days.
        return NOTHING_STORED
    known = _watermarks.setdefault(con, {})
    if question.horizon not in known:
        text = statement("aggregator/reports/watermark.sql")
        last_day = today(question.horizon, zone_of(con))
        [(day,)] = run(con, text, {"last_day": last_day}).fetchall()
        known[question.horizon] = day if isinstance(day, date) else _ALL_STORED
    return known[question.horizon]


def measure(
    con: Connection,
    question: Question,
    *,
    name: str | None = None,
    by: By = "name",
    groups: Mapping[str, Sequence[str]] | None = None,
) -> list[Measures]:
    """The measures of every used skill and agent, or of one, in each group. In no order.

    ``groups`` are project ids by group, for by 'groups'; a project may be in several.
    """
    one_group = question.scope.is_default or len(question.scope.projects) == 1
    if (by == "project" or (by == "name" and one_group)) and is_stored(
        question, _watermark(con, question)
    ):
        together = by == "name" and question.scope.is_default
        found = _stored(con, question, name, [EVERY_PROJECT] if together else question.scope.ids)
        return [replace(m, group=EVERY_PROJECT) for m in found] if by == "name" else found
    # Always from the days of each project: the number of projects with uses does not add up over
    # the days of all projects together.

    listed = [
        {"project_id": project_id, "scope": group}
        for group, ids in (groups or {}).items()
        for project_id in ids
    ]
    if by == "name" and question.scope.is_default:
        rows = ask(con, "reports/measures_together", question, name=name, by="name")
    else:
        rows = ask(con, "reports/measures", question, name=name, grouped_by=by, groups=listed)
    return [_measures(row) for row in rows]


def measure_whole_and_each(
    con: Connection, question: Question, name: str
) -> tuple[Measures | None, list[Measures]]:
    """The measures of one skill over all projects asked about, and in each; read once if stored."""
    one_group = question.scope.is_default or len(question.scope.projects) == 1
    if not one_group or not is_stored(question, _watermark(con, question)):
        groups = {
            EVERY_PROJECT: question.scope.ids,
            **{each: [each] for each in question.scope.ids},
        }
        found = measure(con, question, name=name, by="groups", groups=groups)
        return (
            next((m for m in found if m.group == EVERY_PROJECT), None),
            [m for m in found if m.group != EVERY_PROJECT],
        )
    # No list of projects: planning a query with a long list takes longer than reading all rows.
    found = _stored(con, question, name, None if question.scope.is_default else question.scope.ids)
    group = EVERY_PROJECT if question.scope.is_default else question.scope.ids[0]
    ids = set(question.scope.ids)
    return (
        next((m for m in found if m.group == group), None),
        [m for m in found if m.group in ids],
    )


def _stored(
    con: Connection, question: Question, name: str | None, projects: list[str] | None
) -> list[Measures]:
    """The stored measures of a bucket in some groups; None: in all of them, '*' included."""
    values = {
        "time_window": question.span.grain,
        "window_start": question.span.start,
        "kind": question.kind,
        "name": name,
        "projects": projects,
    }
    rows = run(con, statement("aggregator/reports/stored_measures.sql"), values).fetchall()
    return [_measures(row) for row in rows]


def _measures(row: tuple[Any, ...]) -> Measures:
    group, kind, name, successes, failures, abandoned, unknown, *sums, first_us, last_us = row
    outcomes = (successes, failures, abandoned, unknown)
    rest = (*sums, from_micros(first_us), from_micros(last_us))
    return Measures(*(*outcomes, group, kind, name, *rest))


def kinds(con: Connection, question: Question, name: str) -> list[str]:
    """Whether ``name`` was ever a skill, an agent or both in the projects asked for, in whatever
    way its uses were started and wherever they come from."""
    ever = question.over(ALL_TIME)
    if ever.is_by_origin:
        ever = replace(ever, trigger=None, source=None, watermark=None)
    rows = ask_whole(con, "reports/kinds", ever, name=name, by="name")
    return [kind for (kind,) in rows]


@dataclass(frozen=True)
class Recorded(Outcomes):
    """The outcomes of the uses with one workflow path, error or follow-up action.

    Errors are those of failures. A path may be None: none given.
    """

    value: str | None


def breakdowns(con: Connection, question: Question, name: str) -> dict[str, list[Recorded]]:
    """Every 'path', 'error' and 'followup' recorded for ``name``, most frequent first.

    Days and weeks are stored for all active projects together, months and all time for each.
    """
    grain, scope = question.span.grain, question.scope
    stored = scope.is_default or grain in ("monthly", "all")
    if stored and is_stored(question, _watermark(con, question)):
        values = {
            "time_window": grain,
            "window_start": question.span.start,
            "kind": question.kind,
            "name": name,
            "projects": [EVERY_PROJECT] if scope.is_default else scope.ids,
        }
        text = statement("aggregator/reports/stored_breakdowns.sql")
        return _most_frequent_first(run(con, text, values).fetchall())
    return _most_frequent_first(ask(con, "reports/breakdowns", question, name=name, by="name"))


def _most_frequent_first(rows: list[tuple[Any, ...]]) -> dict[str, list[Recorded]]:
    """Projects added up, most frequent first; ties by the text, null last."""
    sums: dict[tuple[str, str | None], Outcomes] = {}
    for dimension, value, *counts in rows:
        sums[dimension, value] = sums.get((dimension, value), NO_OUTCOMES) + Outcomes(*counts)
    recorded: dict[str, list[Recorded]] = {"path": [], "error": [], "followup": []}
    for (dimension, value), found in sums.items():
        recorded[dimension].append(
            Recorded(found.successes, found.failures, found.abandoned, found.unknown, value)
        )
    for group in recorded.values():
        group.sort(key=lambda one: (-one.total_invocations, one.value is None, one.value or ""))
    return recorded


def first_day(con: Connection) -> date | None:
    """The first day of anything that was ever collected; None where nothing was."""
    [(day,)] = con.execute(statement("aggregator/reports/first_day.sql")).fetchall()
    return day if isinstance(day, date) else None


def nothing_recorded(con: Connection) -> bool:
    """Whether no use was ever collected, from any project."""
    any_row = has_rows(con, "skill_usage")
    return not any_row and not holds_anything(con)


def last_collected(con: Connection) -> datetime | None:
    """When the last run began that stored anything; None without any.

    Last means written last: a wrong clock may date a run far ahead.
    """
    text = statement("aggregator/reports/last_collected.sql")
    [(started_us,)] = con.execute(text).fetchall()
    return None if started_us is None else from_micros(started_us)
