"""How workflows end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from aggregator.answers.shared import SpanFilters, ends, kind_of
from aggregator.answers.struct import Struct
from aggregator.query import Query, Result
from aggregator.reports.workflows import workflows as report
from aggregator.reports.workflows.executions import Execution, Pair
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        Abandoned,
        ChangeHigh,
        ChangeLow,
        ChangeWord,
        Count,
        Difference,
        Evidence,
        Failures,
        Kind,
        MedianDuration,
        Milliseconds,
        PaceWord,
        ProjectId,
        ProjectName,
        Rate,
        RateHigh,
        RateLow,
        SkillName,
        Successes,
        SuccessRate,
        Text,
    )


class Filters(SpanFilters):
    """What was asked."""

    name: str | None
    """The workflow asked about; null: all."""


class Ends(Struct):
    """Executions and how they ended."""

    executions: Count
    """Number of executions."""
    successful_completions: Successes
    """Executions that the engine calls completed."""
    failures: Failures
    """Executions that the engine calls failed or timeout."""
    abandoned: Abandoned
    """Executions that the engine calls cancelled."""
    open: Count
    """Executions with any other status: not ended; not part of the rate."""
    success_rate: SuccessRate | None
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None
    p50_duration_ms: MedianDuration | None
    """Median milliseconds from start to last change, of those that ended; null without any."""
    durations: Count
    """How many durations the median is of."""


class SkillContrast(Struct):
    """Executions with a skill against those without it, of those in which all uses are known."""

    kind: Kind
    skill_name: SkillName
    with_: Ends
    """Executions with it."""
    without: Ends
    """Executions without it."""
    change: Difference | None
    """Success rate with it minus that without; null where one of them is missing."""
    change_low: ChangeLow | None
    change_high: ChangeHigh | None
    outcome_p_value: Rate | None
    """p-value of no difference of the rates, adjusted for all skills of the workflow; null: too
    few outcomes."""
    outcome_verdict: Literal["more", "fewer", "no clear difference", "insufficient data"]
    """Whether more or fewer were completed with it."""
    outcome_change: ChangeWord
    duration_p_value: Rate | None
    """p-value of no difference of the durations, adjusted in the same way; null: too few."""
    duration_verdict: Literal["longer", "shorter", "no clear difference", "insufficient data"]
    """Whether executions with it took longer."""
    duration_change: PaceWord
    evidence: Evidence
    """The command that shows how the skill does."""


class UsedSkill(Struct):
    """A skill or agent that a run used."""

    kind: Kind
    skill_name: SkillName
    paired_by: Literal["session", "time", "doubtful"]
    """session: the use's session is the workflow; time: only this workflow ran in the project
    then; doubtful: several could be meant."""
    uses: Count
    """Number of uses."""


class Run(Struct):
    """One execution."""

    workflow_id: Text
    """The engine's id."""
    project_id: ProjectId
    project_name: ProjectName
    status: str
    """The status, in the engine's words."""
    outcome: Literal["success", "failure", "abandoned", "open"]
    """How it ended; open: not ended."""
    started_at: datetime
    """When it began."""
    updated_at: datetime | None
    """When it last changed; null: not recorded."""
    duration_ms: Milliseconds | None
    """Milliseconds from start to last change; null: not ended."""
    skills: list[UsedSkill]
    """Skills and agents used in it."""


class Named(Struct):
    """Which workflow a row is about."""

    workflow_name: str | None
    """The type in the engine's id; null: none."""


class Row(Ends, Named):
    """One workflow."""

    statuses: dict[str, Count]
    """Number of executions by status, in the engine's words."""
    projects: Count
    """Distinct projects that ran it."""
    first_started: datetime
    """When the first execution began."""
    last_started: datetime
    """When the last execution began."""
    evidence: Evidence | None
    """The command that shows its runs; null where the type has no name."""
    skills: list[SkillContrast]
    """Skills and agents of the one workflow asked about; otherwise empty."""
    runs: list[Run]
    """Runs of the one workflow asked about, newest first; otherwise empty."""


class Counted(Struct):
    """How many workflows there are."""

    workflows: Count
    """Number of workflows."""


class Totals(Ends, Counted):
    """Over all workflows, shown or not."""

    statuses: dict[str, Count]
    """Number of executions by status, in the engine's words."""
    paired_by_session: Count
    """Executions matched with uses by session."""
    paired_by_time: Count
    """Executions matched with uses by time, where nothing else ran in the project."""
    doubtful: Count
    """Executions whose uses could belong to several."""
    observed: Count
    """Executions that ended and of which all uses are known."""


class Answer(Struct):
    """How workflows end."""

    filters: Filters
    data: list[Row]
    totals: Totals


def workflows(
    con: Connection, query: Query, *, name: str | None = None
) -> Result[report.Workflows, Answer]:
    """Every workflow, or one with its skills and runs. Raises as the report does."""
    found = report.workflows(con, query.question, name)
    paired = found.paired
    answer = Answer(
        filters=query.filters(Filters, name=name),
        data=[_row(row, found, query) for row in found.rows],
        totals=Totals(
            workflows=len(found.rows),
            **_ends(found.ends),
            statuses=found.statuses,
            paired_by_session=paired.by_session,
            paired_by_time=paired.by_time,
            doubtful=paired.doubtful,
            observed=paired.observed,
        ),
    )
    return Result(found, query, answer, query.warnings())


def _ends(found: report.Ends) -> dict[str, Any]:
    """The fields of ``Ends``."""
    return {
        "executions": found.executions,
        "successful_completions": found.successes,
        "failures": found.failures,
        "abandoned": found.abandoned,
        "open": found.open,
        "success_rate": found.success_rate,
        **ends(found.success_interval),
        "p50_duration_ms": found.p50_duration_ms,
        "durations": len(found.durations_ms),
    }


def _row(row: report.Workflow, found: report.Workflows, query: Query) -> Row:
    return Row(
        workflow_name=row.name,
        **_ends(row.ends),
        statuses=row.statuses,
        projects=row.projects,
        first_started=query.local(row.first_started),
        last_started=query.local(row.last_started),
        evidence=None
        if row.name is None
        else query.details.of_name("workflows", row.name, over=query.question.span),
        skills=[_skill(each, query) for each in found.skills],
        runs=[_run(run, pairs, query) for run, pairs in found.runs],
    )


def _skill(each: report.WithSkill, query: Query) -> SkillContrast:
    return SkillContrast(
        kind=kind_of(each.kind),
        skill_name=each.skill_name,
        with_=Ends(**_ends(each.with_it)),
        without=Ends(**_ends(each.without)),
        change=each.change,
        change_low=each.low,
        change_high=each.high,
        outcome_p_value=each.outcome_p,
        outcome_verdict=each.outcome,
        outcome_change=report.OUTCOME_WORDS[each.outcome],
        duration_p_value=each.duration_p,
        duration_verdict=each.duration,
        duration_change=report.DURATION_WORDS[each.duration],
        evidence=query.details.of_name("effectiveness", each.skill_name, kind=each.kind),
    )


def _run(run: Execution, pairs: list[Pair], query: Query) -> Run:
    return Run(
        workflow_id=run.workflow_id,
        **query.project(run.project_id),
        status=run.status,
        outcome=run.outcome,
        started_at=query.local(run.started_at),
        updated_at=query.local(run.updated_at),
        duration_ms=run.duration_ms,
        skills=[
            UsedSkill(
                kind=kind_of(pair.kind),
                skill_name=pair.skill_name,
                paired_by=pair.how,
                uses=pair.uses,
            )
            for pair in pairs
        ],
    )
