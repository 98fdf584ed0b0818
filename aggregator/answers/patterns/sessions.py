"""Sessions that stand out, or one of them use by use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aggregator.answers.fields import (
    Abandoned,
    Amount,
    Count,
    Evidence,
    Failures,
    FirstUsed,
    Kind,
    LastUsed,
    Limit,
    Milliseconds,
    Outcome,
    ProjectId,
    ProjectName,
    Rate,
    RateHigh,
    RateLow,
    SkillName,
    Successes,
    Text,
    Unknown,
    Uses,
    WorkflowPath,
)
from aggregator.answers.patterns.shared import Scanned
from aggregator.answers.shared import SpanFilters


@dataclass(frozen=True, kw_only=True)
class Filters(SpanFilters):
    """What was asked."""

    session: str | None
    """The one session that was asked about; null: the list."""
    sort: Literal["worst", "longest", "busiest"] | None
    """What the sessions are sorted by; null for one session."""
    using: list[str]
    """Only sessions that use all of these."""
    limit: Limit | None
    """The most rows to show; null for one session."""


@dataclass(frozen=True, kw_only=True)
class Use:
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


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    project_id: ProjectId
    project_name: ProjectName
    session_id: Text
    """The session's id; sensitive, not for sharing."""
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


@dataclass(frozen=True, kw_only=True)
class SessionsCounted:
    """How many there are, shown or not."""

    sessions: Count
    """Distinct sessions."""
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


@dataclass(frozen=True, kw_only=True)
class Totals(Scanned, SessionsCounted):
    """Over all rows, shown or not, and what was read."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Sessions that stand out, or one of them use by use."""

    filters: Filters
    data: list[Row]
    totals: Totals
