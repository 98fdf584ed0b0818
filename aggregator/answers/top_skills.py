"""The ranking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aggregator.answers.fields import Count, Limit, Positive, Uses
from aggregator.answers.shared import Ranked, SpanFilters


@dataclass(frozen=True, kw_only=True)
class Filters(SpanFilters):
    """What was asked."""

    sort: Literal["uses", "effectiveness", "success-rate", "duration", "recent"]
    """What the rows are sorted by."""
    min_uses: Positive
    """Names with fewer uses are left out."""
    limit: Limit


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Over all rows, shown or not."""

    total_invocations: Uses
    """Uses of everything in the answer, shown or not."""
    skills: Count
    """Skills and agents, shown or not."""
    projects: Count
    """Number of projects."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The ranking."""

    filters: Filters
    data: list[Ranked]
    totals: Totals
