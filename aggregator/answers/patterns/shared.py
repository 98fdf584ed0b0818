"""What the answers that read rows share: what was read, and here against elsewhere."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from aggregator import text
from aggregator.answers.shared import ends
from aggregator.answers.struct import Struct
from aggregator.outcomes import Outcomes
from aggregator.query import Query
from aggregator.reports.patterns import contrast, rows

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        AdjustedP,
        ChangeWord,
        ContrastVerdict,
        Count,
        Difference,
        KnownOutcomes,
        PValue,
        SuccessRate,
    )


class Scanned(Struct):
    """What was read."""

    uses_scanned: Count
    """Uses that were read."""
    uses_in_sessions: Count
    """Those of them that name a session."""
    uses_archived: Count
    """Uses of the span whose rows were removed; they are not in this answer."""
    rows_since: date | None
    """Rows of earlier days were removed; null: none were."""


class Elsewhere(Struct):
    """Here against elsewhere, among comparable uses."""

    known_elsewhere: KnownOutcomes
    """Known outcomes it is compared with."""
    success_rate_elsewhere: SuccessRate | None
    """Success rate of those; null without any."""
    difference: Difference | None
    """Rate here minus elsewhere among comparable uses (Mantel-Haenszel); null without comparable
    ones."""
    p_value: PValue
    adjusted_p: AdjustedP
    verdict: ContrastVerdict
    change: ChangeWord


def scanned_of(scanned: rows.Scanned) -> dict[str, Any]:
    """The fields that say what was read."""
    return {
        "uses_scanned": scanned.uses,
        "uses_in_sessions": scanned.uses_in_sessions,
        "uses_archived": scanned.archived,
        "rows_since": scanned.rows_since,
    }


def warnings(query: Query, scanned: rows.Scanned) -> list[str]:
    """Warnings of the query, and how many uses are not included."""
    sentences = query.warnings()
    if scanned.archived:
        sentences.append(
            f"{text.counted(scanned.archived, 'use')} before {scanned.rows_since} are not included:"
            " archived uses have no sessions."
        )
    return sentences


def ended_uses(found: Outcomes) -> dict[str, Any]:
    """The fields that say how uses ended."""
    return {
        "total_invocations": found.total_invocations,
        "successful_completions": found.successes,
        "failures": found.failures,
        "abandoned": found.abandoned,
        "unknown": found.unknown,
        "success_rate": found.success_rate,
        **ends(found.success_interval),
    }


def elsewhere(found: contrast.Contrast) -> dict[str, Any]:
    """The fields of here against elsewhere."""
    sides = found.sides
    known = sides.known_elsewhere
    return {
        "known_elsewhere": known,
        "success_rate_elsewhere": sides.successes_elsewhere / known if known else None,
        "difference": found.difference,
        "p_value": found.p_value,
        "adjusted_p": found.adjusted_p,
        "verdict": found.verdict,
        "change": contrast.WORDS[found.verdict],
    }
