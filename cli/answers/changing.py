"""A change of a success rate, in JSON and in words."""

from __future__ import annotations

from aggregator.calendar import Span
from aggregator.changes import ENOUGH, Change
from aggregator.spans import Counts
from cli import text


def change_fields(change: Change, now: Span, before: Span) -> dict[str, object]:
    """The JSON fields of a change between two spans."""
    compared = min(change.now.known, change.before.known) >= ENOUGH
    return {
        "verdict": change.verdict,
        "change": change.change,
        "change_low": change.low,
        "change_high": change.high,
        "adjusted_p": change.adjusted_p if compared else None,
        "current": _side(change.now, now),
        "previous": _side(change.before, before),
    }


def _side(counts: Counts, over: Span) -> dict[str, object]:
    return {
        "since": str(over.since),
        "until": str(over.until),
        "total_invocations": counts.total_invocations,
        "known_outcomes": counts.known,
        "success_rate": counts.success_rate,
    }


def rate_of(successes: int, known: int) -> str:
    """``60.0% of 85``: a rate is never without its number."""
    return f"{text.percent(successes / known if known else None)} of {text.count(known)}"


def rate(counts: Counts) -> str:
    """The success rate with the number of known outcomes it rests on."""
    return rate_of(counts.successful_completions, counts.known)


def evidence_of_change(change: Change) -> str:
    """The size of a change and its interval, in percentage points."""
    if change.low is None or change.high is None:
        return text.points(change.change)
    interval = f"{change.low * 100:+.0f} to {change.high * 100:+.0f}"
    return f"{text.points(change.change)}, 95% interval {interval}"
