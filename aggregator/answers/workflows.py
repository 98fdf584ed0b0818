"""How workflows end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aggregator.answers.fields import (
    Abandoned,
    ChangeHigh,
    ChangeLow,
    Count,
    Difference,
    Evidence,
    Failures,
    Kind,
    MedianDuration,
    Milliseconds,
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
from aggregator.answers.shared import SpanFilters


@dataclass(frozen=True, kw_only=True)
class Filters(SpanFilters):
    """What was asked."""

    name: str | None
    """The workflow asked about; null: all."""


@dataclass(frozen=True, kw_only=True)
class Ends:
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


@dataclass(frozen=True, kw_only=True)
class SkillContrast:
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
    duration_p_value: Rate | None
    """p-value of no difference of the durations, adjusted in the same way; null: too few."""
    duration_verdict: Literal["longer", "shorter", "no clear difference", "insufficient data"]
    """Whether executions with it took longer."""
    evidence: Evidence
    """The command that shows how the skill does."""


@dataclass(frozen=True, kw_only=True)
class UsedSkill:
    """A skill or agent that a run used."""

    kind: Kind
    skill_name: SkillName
    paired_by: Literal["session", "time", "doubtful"]
    """session: the use's session is the workflow; time: only this workflow ran in the project
    then; doubtful: several could be meant."""
    uses: Count
    """Number of uses."""


@dataclass(frozen=True, kw_only=True)
class Run:
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


@dataclass(frozen=True, kw_only=True)
class Named:
    """Which workflow a row is about."""

    workflow_name: str | None
    """The type in the engine's id; null: none."""


@dataclass(frozen=True, kw_only=True)
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
    """Skills and agents of the one workflow asked about; else empty."""
    runs: list[Run]
    """Runs of the one workflow asked about, newest first; else empty."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many workflows there are."""

    workflows: Count
    """Number of workflows."""


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How workflows end."""

    filters: Filters
    data: list[Row]
    totals: Totals
