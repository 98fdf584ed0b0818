"""Where work is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aggregator.answers.fields import (
    Abandoned,
    AdjustedP,
    Count,
    Difference,
    Evidence,
    Failures,
    Kind,
    Limit,
    Outcomes,
    PValue,
    Rate,
    RateHigh,
    RateLow,
    SkillName,
    Successes,
    Unknown,
    Uses,
)
from aggregator.answers.patterns.shared import Scanned
from aggregator.answers.shared import SpanFilters


@dataclass(frozen=True, kw_only=True)
class Filters(SpanFilters):
    """What was asked."""

    lost: Literal["any", "failed", "abandoned"]
    """What counts as lost."""
    limit: Limit


@dataclass(frozen=True, kw_only=True)
class MostLost:
    """The name that loses most uses at a place."""

    kind: Kind
    skill_name: SkillName
    lost: Count
    """Uses that failed or were abandoned."""
    known_outcomes: Outcomes


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    place: Literal["path", "phase"]
    """Whether it is a workflow path or a phase."""
    value: str
    """The workflow path's or the phase's name."""
    total_invocations: Uses
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    lost: Count
    """Uses that failed or were abandoned."""
    known_outcomes: Outcomes
    lost_rate: Rate | None
    """Failed and abandoned uses divided by known outcomes; null without any."""
    lost_rate_low: RateLow | None
    lost_rate_high: RateHigh | None
    known_elsewhere: Count
    """Known outcomes on all other paths, or in all other phases."""
    lost_rate_elsewhere: Rate | None
    """The same elsewhere; null without any."""
    difference: Difference | None
    """Rate here minus elsewhere; null where one of them is missing."""
    difference_low: float | None
    """Lower end of the difference's 95% interval (Newcombe); null as difference."""
    difference_high: float | None
    """Upper end of the difference's 95% interval; null as difference."""
    p_value: PValue
    adjusted_p: AdjustedP
    """The p-value adjusted for all places (Benjamini-Hochberg)."""
    verdict: Literal["bottleneck", "not a bottleneck", "insufficient data"]
    """What the comparison says; insufficient data: too few known outcomes."""
    most_lost: MostLost
    """The name that loses most here."""
    same_names_elsewhere_rate: Rate | None
    """Lost share elsewhere of the skills and agents used here, weighted by their use here; null
    without any."""
    same_names_elsewhere_known: Count
    """Known outcomes here of skills and agents that are also used elsewhere."""
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class PlacesCounted:
    """How many there are, shown or not."""

    places: Count
    """Paths and phases."""
    bottlenecks: Count
    """Those that lose more than the others."""
    uses_with_path: Count
    """Uses that name a workflow path."""
    uses_with_phase: Count
    """Uses that name a phase."""


@dataclass(frozen=True, kw_only=True)
class Totals(Scanned, PlacesCounted):
    """Over all rows, shown or not, and what was read."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Where work is lost."""

    filters: Filters
    data: list[Row]
    totals: Totals
