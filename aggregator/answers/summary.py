"""The whole warehouse in a few numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from aggregator.answers.advice import Wording
from aggregator.answers.shared import Change, Ranked, SpanFilters, change_of, kind_of
from aggregator.answers.struct import Struct
from aggregator.answers.top_skills import ranked
from aggregator.answers.verdicts import Comparison, comparison
from aggregator.findings.finding import Verdict
from aggregator.parameters import Action
from aggregator.query import Query, Result
from aggregator.reports import summary as report
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        ONE,
        Amount,
        Count,
        Evidence,
        FirstDay,
        Items,
        Kind,
        KnownOutcomes,
        LastDay,
        ProjectId,
        ProjectName,
        SkillName,
        SuccessRate,
        Uses,
    )


class Filters(SpanFilters):
    """What was asked."""


class SpanTotals(Struct):
    """Totals of a span."""

    since: FirstDay | None
    until: LastDay | None
    total_invocations: Uses
    skills: Count
    """Distinct skills."""
    agents: Count
    """Distinct agents."""
    projects: Count
    """Number of projects."""
    sessions: Count
    """Distinct sessions."""
    success_rate: SuccessRate | None


class Week(Struct):
    """One week."""

    since: FirstDay
    until: LastDay
    is_open: bool
    """Whether the week is still going on."""
    total_invocations: Uses
    known_outcomes: KnownOutcomes
    success_rate: SuccessRate | None


class Changed(Struct):
    """A skill or agent whose success rate or durations changed, or may have."""

    kind: Kind
    skill_name: SkillName
    change: Change
    """How the success rate changed."""
    comparison: Comparison
    """What every command says of it."""
    evidence: Evidence


class Next(Struct):
    """A thing to do."""

    action: Action | None
    """What to do; null for an optimizer's recommendation."""
    kind: Kind
    skill_name: SkillName
    project_id: ProjectId | None
    """The project to do it in; null: wherever it is used."""
    project_name: ProjectName | None
    """That project's name; null: wherever it is used."""
    statement: str
    """The reason in a sentence, with its numbers; for an optimizer's, its message."""
    effect: str | None
    """The expected effect of doing it, a month; null where it cannot be estimated."""
    evidence: Evidence


class Row(Struct):
    """One row."""

    all_time: SpanTotals
    """Totals of all time."""
    last_7_days: SpanTotals
    """Totals of the last 7 days."""
    previous_7_days: SpanTotals
    """Totals of the 7 days before."""
    top: Annotated[list[Ranked], Items(0, 5)]
    """The most used."""
    weeks: list[Week]
    """The last 12 complete weeks, oldest first, then the current one."""
    changed: list[Changed]
    """What got worse, slower, better or faster, in that order, the largest change first."""
    worth_a_look: list[Changed]
    """What may have changed; not sure, and nothing to do yet. At most three."""
    expected_by_chance: Amount
    """How many would be worth a look on average if nothing had happened; at most 1."""
    next: list[Next]
    """The first three recommendations of `recommend`."""


class Totals(Struct):
    """Over all rows, shown or not."""

    total_invocations: Uses


class Answer(Struct):
    """The whole warehouse."""

    filters: Filters
    data: Annotated[list[Row], ONE]
    totals: Totals


def summary(con: Connection, query: Query) -> Result[report.Summary, Answer]:
    """How much, how well, what changed and what to do about it."""
    found = report.summary(con, query.question)
    row = Row(
        all_time=_totals(found.all_time),
        last_7_days=_totals(found.recent),
        previous_7_days=_totals(found.before),
        top=ranked(found.top, query),
        weeks=[
            *(_week(week, is_open=False) for week in found.weeks),
            _week(found.open_week, is_open=True),
        ],
        changed=_changed(found, found.changed, query),
        worth_a_look=_changed(found, found.looks, query),
        expected_by_chance=found.findings.expected_looks,
        next=_next(found, query),
    )
    answer = Answer(
        filters=query.filters(Filters),
        data=[row],
        totals=Totals(total_invocations=found.all_time.total_invocations),
    )
    return Result(found, query, answer, query.warnings())


def _totals(of: report.Totals) -> SpanTotals:
    return SpanTotals(
        since=of.span.since,
        until=of.span.until,
        total_invocations=of.total_invocations,
        skills=of.skills,
        agents=of.agents,
        projects=of.projects,
        sessions=of.sessions,
        success_rate=of.success_rate,
    )


def _week(week: report.Week, *, is_open: bool) -> Week:
    assert week.span.since is not None
    assert week.span.until is not None
    return Week(
        since=week.span.since,
        until=week.span.until,
        is_open=is_open,
        total_invocations=week.counts.total_invocations,
        known_outcomes=week.counts.known,
        success_rate=week.counts.success_rate,
    )


def _changed(found: report.Summary, verdicts: list[Verdict], query: Query) -> list[Changed]:
    times = Counter(name for _, name in found.findings.verdicts)
    return [
        Changed(
            kind=kind_of(each.kind),
            skill_name=each.skill_name,
            change=change_of(each.change, found.findings.recent, found.findings.earlier),
            comparison=comparison(found.findings, each, query),
            evidence=query.details.of_name(
                "effectiveness",
                each.skill_name,
                over=found.findings.recent,
                kind=each.kind if times[each.skill_name] > 1 else None,
            ),
        )
        for each in verdicts
    ]


def _next(found: report.Summary, query: Query) -> list[Next]:
    wording = Wording(found.advice.evidence, query.details)
    return [
        Next(
            action=each.action,
            kind=kind_of(each.kind),
            skill_name=each.skill_name,
            project_id=each.project_id,
            project_name=wording.project(each.project_id),
            statement=wording.statement(each),
            effect=wording.effect(each),
            evidence=wording.command(each),
        )
        for each in found.advice.rows
    ]
