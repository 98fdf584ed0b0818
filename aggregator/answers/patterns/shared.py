"""What the answers that read rows share: what was read, and here against elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aggregator.answers.fields import (
    AdjustedP,
    ContrastVerdict,
    Count,
    Difference,
    Outcomes,
    PValue,
    SuccessRate,
)


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """What was read."""

    uses_scanned: Count
    """Uses that were read."""
    uses_in_sessions: Count
    """Those of them that name a session."""
    uses_archived: Count
    """Uses of the span whose rows were removed; they are not in this answer."""
    rows_since: date | None
    """Rows of earlier days were removed; null: none were."""


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Here against elsewhere, among comparable uses."""

    known_elsewhere: Outcomes
    """Known outcomes it is compared with."""
    success_rate_elsewhere: SuccessRate | None
    """Success rate of those; null without any."""
    difference: Difference | None
    """Rate here minus elsewhere among comparable uses (Mantel-Haenszel); null without comparable
    ones."""
    p_value: PValue
    adjusted_p: AdjustedP
    verdict: ContrastVerdict
