"""What the answers that read rows have in common: what was read, and what shows it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from cli import text
from cli.answers.asked import Asked

if TYPE_CHECKING:
    from aggregator.reports.patterns.contrast import Contrast
    from aggregator.reports.patterns.rows import Counted, Scanned


def scanned_fields(scanned: Scanned) -> dict[str, object]:
    """What was looked through, as part of the totals."""
    return {
        "uses_scanned": scanned.uses,
        "uses_in_sessions": scanned.uses_in_sessions,
        "uses_archived": scanned.archived,
        "rows_since": None if scanned.rows_since is None else scanned.rows_since.isoformat(),
    }


def warnings(asked: Asked, scanned: Scanned) -> list[str]:
    """What surrounds the answer, and what it can not be about."""
    told = asked.warnings()
    if scanned.archived:
        told.append(
            f"{text.counted(scanned.archived, 'use')} of days before {scanned.rows_since} had no"
            " part in this: what the archive keeps of them has no order and no company."
        )
    return told


def counted_fields(counted: Counted) -> dict[str, object]:
    """How uses ended."""
    from aggregator.statistics.proportions import wilson

    low, high = wilson(counted.successful_completions, counted.known) or (None, None)
    return {
        "total_invocations": counted.total_invocations,
        "successful_completions": counted.successful_completions,
        "failures": counted.failures,
        "abandoned": counted.abandoned,
        "unknown": counted.unknown,
        "success_rate": counted.success_rate,
        "success_rate_low": low,
        "success_rate_high": high,
    }


def contrast_fields(contrast: Contrast) -> dict[str, object]:
    """Here against elsewhere, like with like."""
    sides = contrast.sides
    known = sides.known_elsewhere
    return {
        "known_elsewhere": known,
        "success_rate_elsewhere": sides.successes_elsewhere / known if known else None,
        "difference": contrast.difference,
        "p_value": contrast.p_value,
        "adjusted_p": contrast.adjusted_p,
        "verdict": contrast.verdict,
    }


def command(asked: Asked, *words: str, about: str | None = None) -> str:
    """A line of ours with the span and the projects of the question, ``about`` a name."""
    span, scope = asked.question.span, asked.question.scope
    line = ["skillhouse", *words]
    if about is not None and not about.startswith("-"):
        line.append(about)
    if span.since is None and span.until is None and words[0] == "patterns":
        line.append("--all-time")
    for option, day in (("--since", span.since), ("--until", span.until)):
        line += [option, day.isoformat()] if day is not None else []
    if not scope.is_default:
        line += ["--all-projects"] if not all(p.is_active for p in scope.projects) else []
        line += [word for project in scope.ids for word in ("--project", project)]
    if about is not None and about.startswith("-"):
        line += ["--", about]
    return shlex.join(line)
