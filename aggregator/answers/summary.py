"""The whole warehouse in a few numbers."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from aggregator import silence
from aggregator.answers.advice import Wording
from aggregator.answers.shared import Change, OfProject, Ranked, SpanFilters, change_of, kind_of
from aggregator.answers.struct import Struct
from aggregator.answers.top_skills import ranked
from aggregator.answers.verdicts import Comparison, comparison
from aggregator.calendar import today
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
    is_observed: bool
    """Whether anything is known of the week; false: nothing was collected or recorded then."""
    total_invocations: Uses | None
    """Number of uses; null: not known."""
    known_outcomes: KnownOutcomes | None
    """Outcomes; null: not known."""
    success_rate: SuccessRate | None


class ProjectUse(OfProject):
    """When a project was last used."""

    last_use_at: datetime | None
    """When anything was last used in it; null: never."""
    silent: bool
    """Whether it is silent for longer than its own pace explains, while others were active."""


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
    projects: list[ProjectUse]
    """Each project and its last use, by name."""


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
        projects=_projects(found, query),
    )
    answer = Answer(
        filters=query.filters(Filters),
        data=[row],
        totals=Totals(total_invocations=found.all_time.total_invocations),
    )
    return Result(found, query, answer, [*query.warnings(), *silent_line(found, query)])


def silent_line(found: report.Summary, query: Query) -> list[str]:
    """The line that names silent projects, if there are any."""
    line = silence.sentence(found.silent, today(query.question.now, query.zone))
    return [line] if line else []


def _projects(found: report.Summary, query: Query) -> list[ProjectUse]:
    silent = {each.project.project_id for each in found.silent}
    return [
        ProjectUse(
            **query.project(project.project_id),
            last_use_at=query.local(found.last_use_at.get(project.project_id)),
            silent=project.project_id in silent,
        )
        for project in query.question.scope.projects
    ]


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
        is_observed=week.observed,
        total_invocations=week.uses,
        known_outcomes=week.counts.known if week.observed else None,
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
