"""When work is done, or which way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from aggregator.answers.fields import (
    Bounds,
    Count,
    Evidence,
    Kind,
    Limit,
    Outcomes,
    SkillName,
    Successes,
    SuccessRate,
    Uses,
    WorkflowPath,
)
from aggregator.answers.shared import SpanFilters


@dataclass(frozen=True, kw_only=True)
class Filters(SpanFilters):
    """What was asked."""

    by: Literal["hour", "workflow-path"]
    """What the rows are of: hours of the week, or workflow paths."""
    limit: Limit
    """The most names to show by workflow path; hours are all shown."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    weekday: Annotated[int, Bounds(1, 7)] | None
    """Day of the week, 1 is Monday; null by workflow path."""
    hour: Annotated[int, Bounds(0, 23)] | None
    """Hour of the day in the reporting zone; null by workflow path."""
    kind: Kind | None
    """Null by hour."""
    skill_name: SkillName | None
    """Null by hour."""
    workflow_path: WorkflowPath | None
    """The workflow path; null by hour, and where a use names none."""
    total_invocations: Uses
    """Number of uses; cells without any are left out."""
    successful_completions: Successes
    known_outcomes: Outcomes
    success_rate: SuccessRate | None
    evidence: Evidence | None
    """The command that shows more of the name; null by hour."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Over all rows, shown or not."""

    total_invocations: Uses
    """Uses on the map; by workflow path only those that name one."""
    names: Count | None
    """Skills and agents used on any path; null by hour."""
    workflow_paths: Count | None
    """Distinct paths; null by hour."""
    uses_archived: Count
    """Uses of archived days, whose hour is not known; they are left out."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """When work is done, or which way."""

    filters: Filters
    data: list[Row]
    totals: Totals
