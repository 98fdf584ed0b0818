"""What to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from aggregator.answers.fields import (
    Action,
    ChangeHigh,
    ChangeLow,
    Count,
    Difference,
    Evidence,
    FirstDay,
    Kind,
    KindFilter,
    LastDay,
    Limit,
    Outcomes,
    Positive,
    ProjectId,
    ProjectIds,
    ProjectName,
    PValue,
    Rate,
    RateHigh,
    RateLow,
    SkillName,
    SuccessRate,
)

Reason: TypeAlias = Literal[
    "got worse",
    "fails in one project",
    "works badly",
    "hardly ever works",
    "unused",
    "works in like projects",
    "may be getting worse",
    "few outcomes, mostly bad",
    "fails in some projects",
    "fails on some paths",
]


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What was asked."""

    window: None
    """Always null: the answer is about days, not about a calendar bucket."""
    since: FirstDay | None
    """First of the days the recommendations are based on."""
    until: LastDay | None
    """Last of the days the recommendations are based on: the last complete one."""
    kind: KindFilter
    projects: ProjectIds | None
    action: Action | None
    """The one action asked for; null: all, and the optimizers' recommendations."""
    limit: Limit


@dataclass(frozen=True, kw_only=True)
class Row:
    """One of skillhouse's own, in order of rank; or after these an optimizer's, unchecked."""

    origin: Literal["skillhouse", "optimizer"]
    """Who recommends it: skillhouse, or an optimizer of the project."""
    rank: Positive | None
    """Place in the order of effect; null for an optimizer's."""
    action: Action | None
    """The follow-up action."""
    reason: Reason | None
    """Why it needs attention."""
    kind: Kind
    skill_name: SkillName
    project_id: ProjectId | None
    """The project to do it in; null: wherever it is used."""
    project_name: ProjectName | None
    """That project's name; null: wherever it is used."""
    statement: str
    """The reason in a sentence, with its numbers; for an optimizer's, its message."""
    known_outcomes: Outcomes | None
    """Known outcomes behind success_rate; null where a rate is not the reason."""
    success_rate: SuccessRate | None
    """The rate the recommendation is about: now, there, or for adopt in similar projects."""
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None
    compared_known_outcomes: Count | None
    """Known outcomes behind compared_success_rate; null where nothing is compared."""
    compared_success_rate: Rate | None
    """The rate it is compared with: before, elsewhere, or the others of its kind."""
    change: Difference | None
    """success_rate minus compared_success_rate."""
    change_low: ChangeLow | None
    change_high: ChangeHigh | None
    p_value: PValue | None
    """p-value of no difference, adjusted for all comparisons of its rule; null where an interval
    is the reason."""
    effect: Literal["fewer failures", "more successes"] | None
    """What doing it is expected to bring; null where that cannot be estimated."""
    effect_a_month: float | None
    """How many of them in 30 days, at the present pace; null as effect."""
    effect_low: float | None
    """Lower end of the effect's 95% interval; null as effect."""
    effect_high: float | None
    """Upper end of the effect's 95% interval; null as effect."""
    places: list[str | None]
    """Names of the projects, or workflow paths, where it fails or, for adopt, works; null in the
    list: uses without a path."""
    last_day: date | None
    """The last day of use, for what is unused; else null."""
    unused_days: Count | None
    """Days since the last day of use; null as last_day."""
    evidence: Evidence
    recommended_at: datetime | None
    """When an optimizer wrote it; null for skillhouse's own."""
    metrics_count: int | None
    """How many executions the optimizer based it on; null for skillhouse's own."""
    advice_type: str | None
    """As the optimizer wrote it; null for skillhouse's own."""
    priority: str | None
    """As the optimizer wrote it; null for skillhouse's own."""
    expected_impact: float | None
    """As the optimizer wrote it, in its own unit; null for skillhouse's own."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Over all rows, shown or not."""

    recommendations: Count
    """Skillhouse's own, shown or not."""
    by_action: dict[Action, Count]
    """Number of recommendations by action."""
    optimizer_recommendations: Count
    """Recommendations of the projects' optimizers."""
    names: Count
    """Skills and agents with a known outcome in these days."""
    names_judged: Count
    """Those with enough known outcomes to be judged."""
    known_outcomes: Outcomes
    """Known outcomes in these days."""
    recent_since: date
    """First of the recent days."""
    recent_until: date
    """Last of the recent days."""
    earlier_since: date
    """First of the earlier days."""
    earlier_until: date
    """Last of the earlier days."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What to do next."""

    filters: Filters
    data: list[Row]
    totals: Totals
