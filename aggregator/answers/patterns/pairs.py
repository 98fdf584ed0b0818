"""What is used together in a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aggregator.answers.fields import (
    AdjustedP,
    Amount,
    Count,
    Evidence,
    Kind,
    Limit,
    Positive,
    PValue,
    Rate,
    Text,
)
from aggregator.answers.patterns.shared import Scanned
from aggregator.answers.shared import SpanFilters


@dataclass(frozen=True, kw_only=True)
class Filters(SpanFilters):
    """What was asked."""

    name: str | None
    """The name that was asked about; null: all."""
    min_sessions: Positive
    """Pairs used together in fewer sessions are left out."""
    sort: Literal["lift", "together"]
    """What the rows are sorted by."""
    limit: Limit


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    first_kind: Kind
    first_name: Text
    """Name of the first."""
    second_kind: Kind
    second_name: Text
    """Name of the second."""
    sessions_together: Count
    """Sessions with both."""
    sessions_first: Count
    """Sessions with the first."""
    sessions_second: Count
    """Sessions with the second."""
    support: Rate
    """Share of all sessions that use both."""
    support_low: Rate
    """Lower end of the share's 95% interval."""
    support_high: Rate
    """Upper end of the share's 95% interval."""
    lift: Amount
    """Support divided by the product of both shares, over all sessions."""
    expected_sessions: Amount
    """Sessions with both expected by chance, among sessions of the same project with as many
    uses."""
    lift_among_alike: Amount | None
    """Sessions with both divided by those expected; null where none are expected."""
    lift_among_alike_low: Amount | None
    """Lower end of its 95% interval; null as lift_among_alike."""
    lift_among_alike_high: Amount | None
    """Upper end of its 95% interval; null as lift_among_alike."""
    p_value: PValue
    adjusted_p: AdjustedP
    """The p-value adjusted for all possible pairs (Benjamini-Hochberg)."""
    verdict: Literal["together", "no more than chance"]
    """Whether they are used together more often than by chance."""
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class PairsCounted:
    """How many there are, shown or not."""

    sessions: Count
    """Distinct sessions."""
    names: Count
    """Skills and agents used in enough sessions."""
    pairs_compared: Count
    """Pairs that were compared."""
    common: Count
    """Pairs used together often enough to be listed."""
    together: Count
    """Pairs used together more often than by chance."""


@dataclass(frozen=True, kw_only=True)
class Totals(Scanned, PairsCounted):
    """Over all rows, shown or not, and what was read."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is used together in a session."""

    filters: Filters
    data: list[Row]
    totals: Totals
