"""The whole warehouse in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from aggregator.answers.fields import (
    ONE,
    Action,
    Count,
    Evidence,
    FirstDay,
    Items,
    Kind,
    LastDay,
    Outcomes,
    ProjectId,
    ProjectName,
    SkillName,
    SuccessRate,
    Uses,
)
from aggregator.answers.shared import Change, Ranked, SpanFilters


@dataclass(frozen=True, kw_only=True)
class Filters(SpanFilters):
    """What was asked."""


@dataclass(frozen=True, kw_only=True)
class SpanTotals:
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


@dataclass(frozen=True, kw_only=True)
class Week:
    """One week."""

    since: FirstDay
    until: LastDay
    is_open: bool
    """Whether the week is still going on."""
    total_invocations: Uses
    known_outcomes: Outcomes
    success_rate: SuccessRate | None


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A skill or agent whose success rate changed."""

    kind: Kind
    skill_name: SkillName
    change: Change
    """How the success rate changed."""
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class Next:
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


@dataclass(frozen=True, kw_only=True)
class Row:
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
    """Skills and agents whose success rate changed, worst first, by the rule of `health`."""
    next: list[Next]
    """The first three recommendations of `recommend`."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Over all rows, shown or not."""

    total_invocations: Uses


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The whole warehouse."""

    filters: Filters
    data: Annotated[list[Row], ONE]
    totals: Totals
