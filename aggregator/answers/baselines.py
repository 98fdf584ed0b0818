"""Baselines: what they hold, and what changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from aggregator.answers.fields import (
    AT_MOST_ONE,
    Count,
    Evidence,
    FirstDay,
    Kind,
    KindFilter,
    LastDay,
    MeanDuration,
    MedianDuration,
    Milliseconds,
    Positive,
    ProjectIds,
    Rate,
    SkillName,
    Uses,
    Zone,
)
from aggregator.answers.shared import Change, EndedUses, NoFilters, NoTotals, OfName, OfProject


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A baseline: its days, and how much it holds."""

    baseline: str
    """The baseline's name."""
    created_at: datetime
    """When it was saved."""
    since: FirstDay
    until: LastDay
    days: Positive
    """Number of days."""
    timezone: Zone
    """The time zone its days were cut in."""
    projects: Count
    """Number of projects it holds."""
    names: Count
    """Number of skills and agents it holds."""
    total_invocations: Uses


@dataclass(frozen=True, kw_only=True)
class ListTotals:
    """Over all rows, shown or not."""

    baselines: Count
    """Number of baselines."""


@dataclass(frozen=True, kw_only=True)
class SaveFilters:
    """What was asked."""

    baseline: str | None
    """The name asked for; null: named by the day."""


@dataclass(frozen=True, kw_only=True)
class ShowFilters:
    """What was asked."""

    baseline: str
    """The baseline's name."""


@dataclass(frozen=True, kw_only=True)
class KeptUses(EndedUses):
    """What a baseline holds of uses."""

    avg_duration_ms: MeanDuration | None
    p50_duration_ms: MedianDuration | None
    """Median duration in milliseconds; null without any, or where a project was deleted since."""
    days_used: Count
    """Days on which it was used."""


@dataclass(frozen=True, kw_only=True)
class KeptOfProject(KeptUses, OfProject):
    """The same of one project."""


@dataclass(frozen=True, kw_only=True)
class Kept(KeptUses, OfName):
    """What a baseline holds of one skill or agent."""

    by_project: list[KeptOfProject]
    """The same for each project."""


@dataclass(frozen=True, kw_only=True)
class CompareFilters:
    """What was asked."""

    baseline: str
    """The baseline's name."""
    kind: KindFilter
    projects: ProjectIds
    """Ids of the projects compared: those asked about that the baseline holds."""
    since: FirstDay | None
    """First of the days compared; null: no complete day has passed since."""
    until: LastDay | None
    """Last of the days compared; null as since."""
    durations: bool
    """Whether durations were compared too."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One row."""

    kind: Kind
    skill_name: SkillName
    finding: Literal["regression", "gone", "improvement", "new", "stable", "insufficient data"]
    """What changed."""
    change: Change | None
    """The change of the success rate; null: no complete day has passed since."""
    uses_before: Count
    """Uses in the baseline's days."""
    uses_now: Count
    """Uses now."""
    days_used_before: Count
    """Days of the baseline on which it was used."""
    silence_p: Rate | None
    """Chance of no use now if it were used as often as then, adjusted for all names; null: it is
    used, or was hardly used."""
    avg_duration_before_ms: Milliseconds | None
    """Mean duration then in milliseconds; null without any."""
    avg_duration_now_ms: Milliseconds | None
    """Mean duration now in milliseconds; null without any."""
    p50_duration_before_ms: Milliseconds | None
    """Median duration then in milliseconds; null without any."""
    p50_duration_now_ms: Milliseconds | None
    """Median duration now in milliseconds; null unless durations were asked for."""
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class CompareTotals:
    """Over all rows, shown or not."""

    baseline: Baseline
    """The baseline compared with."""
    complete_days_since: Count
    """Complete days since the baseline's last day."""
    regression: Count
    """Names that got worse."""
    gone: Count
    """Names that are not used any more."""
    improvement: Count
    """Names that got better."""
    new: Count
    """Names that the baseline does not hold."""
    stable: Count
    """Names without a clear change."""
    insufficient_data: Count
    """Names with too few known outcomes to be compared."""


@dataclass(frozen=True, kw_only=True)
class ListAnswer:
    """Every baseline, the newest first."""

    filters: NoFilters
    data: list[Baseline]
    totals: ListTotals


@dataclass(frozen=True, kw_only=True)
class SaveAnswer:
    """The baseline that was saved."""

    filters: SaveFilters
    data: Annotated[list[Baseline], AT_MOST_ONE]
    totals: NoTotals


@dataclass(frozen=True, kw_only=True)
class DeleteAnswer:
    """The baseline that was deleted."""

    filters: ShowFilters
    data: Annotated[list[Baseline], AT_MOST_ONE]
    totals: NoTotals


@dataclass(frozen=True, kw_only=True)
class ShowAnswer:
    """What a baseline holds."""

    filters: ShowFilters
    data: list[Kept]
    totals: Baseline


@dataclass(frozen=True, kw_only=True)
class CompareAnswer:
    """What changed since a baseline."""

    filters: CompareFilters
    data: list[Compared]
    totals: CompareTotals
