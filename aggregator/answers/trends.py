"""What got better or worse over the last periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from aggregator.answers.fields import (
    AdjustedP,
    Amount,
    Bounds,
    ChangeHigh,
    ChangeLow,
    Count,
    Difference,
    Evidence,
    FirstDay,
    Kind,
    LastDay,
    Limit,
    MedianDuration,
    Outcomes,
    P95Duration,
    PeriodGrain,
    PValue,
    Rate,
    RateHigh,
    RateLow,
    SkillName,
    Successes,
    SuccessRate,
    Uses,
    Verdict,
)
from aggregator.answers.shared import DayFilters

DurationVerdict: TypeAlias = Annotated[
    Literal["faster", "steady", "slower", "insufficient data"],
    "What the comparison says; insufficient data: too few durations on a side.",
]


@dataclass(frozen=True, kw_only=True)
class Filters(DayFilters):
    """What was asked; the days are those of the complete periods."""

    name: str | None
    """The name that was asked about; null: all."""
    grain: PeriodGrain
    periods: Annotated[int, Bounds(2)]
    """Complete periods that are compared."""
    limit: Limit


@dataclass(frozen=True, kw_only=True)
class Period:
    """One period."""

    since: FirstDay
    until: LastDay
    is_open: bool
    """Whether the period is still going on; such a period is not compared."""
    total_invocations: Uses
    successful_completions: Successes
    known_outcomes: Outcomes
    success_rate: SuccessRate | None
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None
    p50_duration_ms: MedianDuration | None
    p95_duration_ms: P95Duration | None


@dataclass(frozen=True, kw_only=True)
class SuccessStep:
    """The last complete period against the one before."""

    known_outcomes: Outcomes
    known_outcomes_before: Count
    """Known outcomes before."""
    success_rate: SuccessRate | None
    success_rate_before: Rate | None
    """Success rate before; null without known outcomes."""
    change: Difference | None
    """Rate now minus rate before; null where one of them is missing."""
    change_low: ChangeLow | None
    change_high: ChangeHigh | None
    p_value: PValue | None
    """p-value of no change; null: too few outcomes to compare."""
    adjusted_p: AdjustedP | None
    """The p-value adjusted for everything that was compared; null as the p-value."""
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class SuccessCourse:
    """The success rate over all complete periods."""

    known_outcomes: Outcomes
    """Known outcomes in the later half of the periods."""
    known_outcomes_before: Count
    """Known outcomes in the earlier half."""
    success_rate: SuccessRate | None
    success_rate_before: Rate | None
    """Success rate before; null without known outcomes."""
    change: Difference | None
    """Rise of the straight line from the first to the last period with known outcomes; null
    without."""
    change_low: ChangeLow | None
    change_high: ChangeHigh | None
    p_value: PValue | None
    """p-value of no rise and no fall; null: too few outcomes to compare."""
    adjusted_p: AdjustedP | None
    """The p-value adjusted for everything that was compared; null as the p-value."""
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Success:
    """How the success rate changed."""

    verdict: Verdict
    """Both comparisons together; where they disagree, the last period decides."""
    last: SuccessStep
    """The last complete period against the one before."""
    whole: SuccessCourse
    """The trend over all complete periods."""


@dataclass(frozen=True, kw_only=True)
class DurationStep:
    """Durations now against durations before."""

    durations: Count
    """How many durations now."""
    durations_before: Count
    """How many durations before."""
    ratio: Amount | None
    """Median now divided by the median before; for several periods, of the geometric means of
    their medians."""
    superiority: Rate | None
    """Share of pairs in which the duration now is the longer one; null: not computed, because the
    medians are close or there are too few durations."""
    p_value: PValue | None
    """p-value of neither side being longer; null as superiority."""
    adjusted_p: AdjustedP | None
    """The p-value adjusted for everything that was compared; null as the p-value."""
    verdict: DurationVerdict
    """What the comparison says."""


@dataclass(frozen=True, kw_only=True)
class Duration:
    """How the durations changed."""

    verdict: DurationVerdict
    """Both comparisons together; where they disagree, the last period decides."""
    last: DurationStep
    """The last complete period against the one before."""
    halves: DurationStep
    """The later half of the complete periods against the earlier."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    kind: Kind
    skill_name: SkillName
    total_invocations: Uses
    """Uses in the complete periods."""
    known_outcomes: Outcomes
    success_rate: SuccessRate | None
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None
    p50_duration_ms: MedianDuration | None
    """Median duration in milliseconds in the last complete period with any; null without."""
    periods: list[Period]
    """Oldest first; the last one is still going on."""
    success: Success
    """How the success rate changed."""
    duration: Duration
    """How the durations changed."""
    evidence: Evidence
    """The command that shows the details."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Over all rows, shown or not."""

    names: Count
    """Number of skills and agents."""
    degrading: Count
    """Names that got worse."""
    improving: Count
    """Names that got better."""
    stable: Count
    """Names without a clear change."""
    insufficient_data: Count
    """Names with too few known outcomes to be compared."""
    slower: Count
    """Names that became slower."""
    faster: Count
    """Names that became faster."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What got better or worse over the last periods."""

    filters: Filters
    data: list[Row]
    totals: Totals
