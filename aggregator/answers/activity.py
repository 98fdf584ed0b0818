"""What every skill and agent did in every project, period by period."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.fields import (
    Abandoned,
    Count,
    Failures,
    FirstDay,
    Kind,
    LastDay,
    MedianDuration,
    PeriodGrain,
    ProjectId,
    ProjectName,
    SkillName,
    Successes,
    Unknown,
    Uses,
)
from aggregator.answers.shared import SpanFilters


@dataclass(frozen=True, kw_only=True)
class Filters(SpanFilters):
    """What was asked."""

    grain: PeriodGrain
    periods: Count | None
    """Complete periods before the current one; null: all."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    since: FirstDay
    until: LastDay
    is_open: bool
    """Whether the period is still going on."""
    project_id: ProjectId
    project_name: ProjectName
    kind: Kind
    skill_name: SkillName
    total_invocations: Uses
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    p50_duration_ms: MedianDuration | None


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Over all rows, shown or not."""

    total_invocations: Uses


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What every name did in every project, period by period."""

    filters: Filters
    data: list[Row]
    totals: Totals
