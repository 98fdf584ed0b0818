"""How healthy skills and agents are, and why some need attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeAlias

from aggregator.answers.fields import (
    Abandoned,
    Bounds,
    Count,
    Evidence,
    Failures,
    Outcomes,
    Positive,
    ProjectId,
    RateHigh,
    RateLow,
    Successes,
    SuccessRate,
    Unknown,
    Uses,
)
from aggregator.answers.shared import Change, DayFilters, ErrorCount, OfName, OfProject

Band: TypeAlias = Literal["excellent", "good", "needs work", "critical", "insufficient data"]


@dataclass(frozen=True, kw_only=True)
class Filters(DayFilters):
    """What was asked."""

    name: str | None
    """The name that was asked about; null: all."""
    unused_days: Positive
    """Not used for so many days, a name may be unused."""
    new_days: Positive
    """First used within so many days, a name is new."""


@dataclass(frozen=True, kw_only=True)
class ScoreParts:
    """The parts that make up a score."""

    success_points: Annotated[float, Bounds(0, 50)]
    """50 x the success rate of the whole span."""
    recent_points: Annotated[float, Bounds(0, 30)]
    """30 x the success rate of the last 30 complete days."""
    error_points: Annotated[float, Bounds(0, 20)]
    """20 x (1 - 5% per distinct error type, at most 25%)."""
    recent_stands_alone: bool
    """False: too few recent outcomes, so the whole span's rate is used instead."""
    error_types: Count
    """Distinct error types."""


@dataclass(frozen=True, kw_only=True)
class Recent:
    """Uses of the last days."""

    known_outcomes: Outcomes
    success_rate: SuccessRate | None


@dataclass(frozen=True, kw_only=True)
class Attention:
    """A reason why something needs attention."""

    reason: Literal["degrading", "failing in a project", "low"]
    """Why it needs attention."""
    sentence: str
    """The reason in a sentence, with its numbers."""
    project_id: ProjectId | None
    """The project it fails in; null: everywhere."""
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class Board:
    """What was counted, and the score."""

    score: Annotated[int, Bounds(0, 100)] | None
    """Health score, 0 to 100; null below 10 known outcomes."""
    band: Band
    """The score in words; insufficient data: fewer than 10 known outcomes."""
    parts: ScoreParts | None
    """The parts of the score; null without a score."""
    total_invocations: Uses
    known_outcomes: Outcomes
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    success_rate: SuccessRate | None
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None
    last_30_days: Recent
    """The last 30 complete days."""
    last_7_days: Recent
    """The last 7 complete days."""
    trend: Change
    """How the success rate changed."""
    errors: list[ErrorCount]
    """Error types of the failures, most frequent first."""


@dataclass(frozen=True, kw_only=True)
class ProjectHealth(Board, OfProject):
    """The health of one skill or agent in one project."""


@dataclass(frozen=True, kw_only=True)
class Row(Board, OfName):
    """The health of one skill or agent."""

    attention: list[Attention]
    """Why it needs attention; empty when it does not."""
    unused: bool
    """Whether it is unused: not used for a long time although its projects were active."""
    new: bool
    """Whether it was first used recently."""
    first_day: date
    """Day of all time, in the reporting zone."""
    last_day: date
    """Day of all time, in the reporting zone."""
    days_since_use: Count
    """Days since the last use."""
    days_used: Count
    """Days on which it was used."""
    uses_ever: Count
    """Uses of all time."""
    by_project: list[ProjectHealth]
    """The same for each project; empty unless one name was asked about."""
    explanation: list[str]
    """How the score is computed, step by step; empty unless one name was asked about."""
    evidence: Evidence
    """The command that shows the uses behind it."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Over all rows, shown or not."""

    names: Count
    """Number of skills and agents."""
    excellent: Count
    """Names with an excellent score."""
    good: Count
    """Names with a good score."""
    needs_work: Count
    """Names whose score needs work."""
    critical: Count
    """Names with a critical score."""
    insufficient_data: Count
    """Names with too few known outcomes for a score."""
    average_score: Annotated[float, Bounds(0, 100)] | None
    """Mean of all scores; null without any."""
    needs_attention: Count
    """Names that need attention."""
    improving: Count
    """Names that got better."""
    stable: Count
    """Names without a clear change."""
    degrading: Count
    """Names that got worse."""
    unused: Count
    """Names that are unused."""
    new: Count
    """Names that are new."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How healthy names are, and why some need attention."""

    filters: Filters
    data: list[Row]
    totals: Totals
