"""What was offered and passed over."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.fields import (
    Count,
    Evidence,
    Limit,
    Outcomes,
    Positive,
    Rate,
    SkillName,
    SuccessRate,
)
from aggregator.answers.patterns.shared import Elsewhere, Scanned
from aggregator.answers.shared import EndedUses, SpanFilters


@dataclass(frozen=True, kw_only=True)
class Filters(SpanFilters):
    """What was asked."""

    min_offered: Positive
    """Names offered less often are left out."""
    limit: Limit


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    skill_name: SkillName
    offered: Count
    """Times it was offered together with something else."""
    taken: Count
    """Times it was chosen."""
    passed_over: Count
    """Times something else was chosen."""
    taken_share: Rate
    """Share of offers in which it was chosen."""
    taken_share_low: Rate
    """Lower end of the share's 95% interval."""
    taken_share_high: Rate
    """Upper end of the share's 95% interval."""
    known_outcomes: Outcomes
    """Known outcomes of the uses where it was chosen."""
    success_rate: SuccessRate | None
    mostly_instead: str | None
    """What was chosen instead most often; null: nothing."""
    mostly_instead_times: Count
    """How often that was chosen instead."""
    known_outcomes_instead: Count
    """Known outcomes of what was chosen instead."""
    success_rate_instead: Rate | None
    """Success rate of what was chosen instead; null without known outcomes."""
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class AtRank:
    """A position in the list of offers."""

    selection_rank: int
    """Position in the list of offers; 1 was offered first."""


@dataclass(frozen=True, kw_only=True)
class RankCounts(Elsewhere, EndedUses, AtRank):
    """Uses of what was offered at one position."""


@dataclass(frozen=True, kw_only=True)
class OffersCounted:
    """How many there are, shown or not."""

    offers: Count
    """Uses with something else to choose from."""
    names: Count
    """Skills and agents that were ever offered."""
    common: Count
    """Those offered at least as often as asked for."""
    by_rank: list[RankCounts]
    """Uses by position in the list of offers."""


@dataclass(frozen=True, kw_only=True)
class Totals(Scanned, OffersCounted):
    """Over all rows, shown or not, and what was read."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was offered and passed over."""

    filters: Filters
    data: list[Row]
    totals: Totals
