"""Sessions that stand out, or one of them use by use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

from aggregator.answers.patterns.shared import Scanned, scanned_of, warnings
from aggregator.answers.shared import SpanFilters, ends, kind_of, outcome_of
from aggregator.answers.struct import Struct
from aggregator.parameters import (
    IDLE_MINUTES,
    LIMIT,
    SESSION_SORT,
    TRIGGER,
    SessionSort,
    UseTrigger,
)
from aggregator.query import Query, Result
from aggregator.reports.patterns import sessions as report
from aggregator.reports.patterns.rows import scanned
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        Abandoned,
        Amount,
        Count,
        Evidence,
        Failures,
        FirstUsed,
        IdleMinutes,
        Kind,
        LastUsed,
        Limit,
        Milliseconds,
        Outcome,
        Positive,
        ProjectId,
        ProjectName,
        Rate,
        RateHigh,
        RateLow,
        SkillName,
        Successes,
        Text,
        TriggerFilter,
        Unknown,
        Uses,
        WorkflowPath,
    )


class Filters(SpanFilters):
    """What was asked."""

    session: str | None
    """The one session that was asked about; null: the list."""
    sort: SessionSort | None
    """What the sessions are sorted by; null for one session."""
    using: list[str]
    """Only sessions that use all of these."""
    limit: Limit | None
    """The most rows to show; null for one session."""
    idle_minutes: IdleMinutes
    trigger: TriggerFilter | None


class Use(Struct):
    """One use of the session."""

    kind: Kind
    skill_name: SkillName
    invoked_at: datetime
    """When the use began."""
    gap_ms: Milliseconds | None
    """Milliseconds since the use before began; null for the first."""
    outcome: Outcome
    """How the use ended."""
    duration_ms: Milliseconds | None
    """Duration in milliseconds; null: not recorded."""
    workflow_path: WorkflowPath | None
    workflow_phase: str | None
    """The workflow phase; null: none given."""
    error_type: str | None
    """The error's type; null without an error."""


class Row(Struct):
    """One row."""

    project_id: ProjectId
    project_name: ProjectName
    session_id: Text
    """The session's id; sensitive, not for sharing."""
    part: Positive
    """Which part of the session this is: a longer pause than idle_minutes begins a new part; 1 is
    first. Equal ids with different parts are counted as different sessions."""
    total_invocations: Uses
    names: Count
    """Distinct skills and agents."""
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    lost_rate: Rate | None
    """Failed and abandoned uses divided by known outcomes; null without any."""
    lost_rate_low: RateLow | None
    lost_rate_high: RateHigh | None
    length_ms: Milliseconds | None
    """Milliseconds from the first start to the last end, as far as durations are known."""
    first_used: FirstUsed
    last_used: LastUsed
    uses: list[Use] | None
    """The session's uses in order; null unless one session was asked about."""
    evidence: Evidence


class SessionsCounted(Struct):
    """How many there are, shown or not."""

    sessions: Count
    """Distinct sessions; the parts of one before and after a pause count as several."""
    sessions_judged: Count | None
    """Sessions with enough known outcomes to be ranked; null for one session."""
    median_uses: Amount | None
    """Median number of uses of a session; null without sessions."""
    median_length_ms: Milliseconds | None
    """Median length of a session in milliseconds; null without sessions."""
    longest_ms: Milliseconds | None
    """The longest session in milliseconds; null without sessions."""
    most_uses: Count | None
    """The most uses of a session; null without sessions."""


class Totals(Scanned, SessionsCounted):
    """Over all rows, shown or not, and what was read."""


class Answer(Struct):
    """Sessions that stand out, or one of them use by use."""

    filters: Filters
    data: list[Row]
    totals: Totals


Followed: TypeAlias = list[tuple[report.Seen, list[report.Use]]]
"""A session of each project that has one of the id, part by part, use by use."""


def sessions(
    con: Connection,
    query: Query,
    *,
    sort: SessionSort = SESSION_SORT.default,
    using: Sequence[str] = (),
    limit: Annotated[int, LIMIT] = LIMIT.default,
    idle_minutes: Annotated[int, IDLE_MINUTES] = IDLE_MINUTES.default,
    trigger: UseTrigger | None = TRIGGER.default,
) -> Result[report.Sessions, Answer]:
    """The first sessions by ``sort``; raises as the report does."""
    query = query.only(trigger=trigger)
    found = report.sessions(
        con, query.question, sort=sort, using=using, limit=limit, idle_minutes=idle_minutes
    )
    answer = Answer(
        filters=query.filters(
            Filters,
            session=None,
            sort=sort,
            using=list(using),
            limit=limit,
            idle_minutes=idle_minutes,
            trigger=trigger,
        ),
        data=[_row(each, query, None, idle_minutes) for each in found.rows],
        totals=Totals(
            sessions=found.sessions,
            sessions_judged=found.judged,
            median_uses=found.median_uses,
            median_length_ms=found.median_length_ms,
            longest_ms=found.longest.length_ms if found.longest else None,
            most_uses=found.busiest.outcomes.total_invocations if found.busiest else None,
            **scanned_of(found.scanned),
        ),
    )
    return Result(found, query, answer, warnings(query, found.scanned))


def one_session(
    con: Connection,
    query: Query,
    session_id: str,
    *,
    idle_minutes: Annotated[int, IDLE_MINUTES] = IDLE_MINUTES.default,
    trigger: UseTrigger | None = TRIGGER.default,
) -> Result[Followed, Answer]:
    """What was used in one session, in order; raises as the report's ``session_uses`` does."""
    query = query.only(trigger=trigger)
    parts = report.session_uses(con, query.question, session_id, idle_minutes=idle_minutes)
    found = [
        (report.of_uses(project, session_id, part, uses), uses)
        for (project, part), uses in parts.items()
    ]
    rows = scanned(con, query.question)
    answer = Answer(
        filters=query.filters(
            Filters,
            session=session_id,
            sort=None,
            using=[],
            limit=None,
            idle_minutes=idle_minutes,
            trigger=trigger,
        ),
        data=[_row(seen, query, uses, idle_minutes) for seen, uses in found],
        totals=Totals(
            sessions=len(found),
            sessions_judged=None,
            median_uses=None,
            median_length_ms=None,
            longest_ms=max(seen.length_ms for seen, _ in found),
            most_uses=max(seen.outcomes.total_invocations for seen, _ in found),
            **scanned_of(rows),
        ),
    )
    return Result(found, query, answer, warnings(query, rows))


def _row(seen: report.Seen, query: Query, uses: list[report.Use] | None, idle_minutes: int) -> Row:
    known = seen.outcomes.known
    return Row(
        **query.project(seen.project_id),
        session_id=seen.session_id,
        part=seen.part,
        total_invocations=seen.outcomes.total_invocations,
        names=seen.names,
        successful_completions=seen.outcomes.successes,
        failures=seen.outcomes.failures,
        abandoned=seen.outcomes.abandoned,
        unknown=seen.outcomes.unknown,
        lost_rate=seen.lost / known if known else None,
        **ends(seen.lost_interval, "lost_rate"),
        length_ms=seen.length_ms,
        first_used=query.local(seen.first_at),
        last_used=query.local(seen.last_at),
        uses=None if uses is None else [_use(use, query) for use in uses],
        evidence=query.details.of_session(query, seen.session_id, idle_minutes),
    )


def _use(use: report.Use, query: Query) -> Use:
    kind, name = use.name
    return Use(
        kind=kind_of(kind),
        skill_name=name,
        invoked_at=query.local(use.invoked_at),
        gap_ms=use.gap_ms,
        outcome=outcome_of(use.outcome),
        duration_ms=use.duration_ms,
        workflow_path=use.workflow_path,
        workflow_phase=use.workflow_phase,
        error_type=use.error_type,
    )
