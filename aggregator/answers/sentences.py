"""Rates in the sentences of answers: never without the number they rest on."""

from __future__ import annotations

from aggregator import text
from aggregator.outcomes import Outcomes


def rate_of(successes: int, known: int) -> str:
    """``60.0% of 85``: a rate is never without its number."""
    return f"{text.percent(successes / known if known else None)} of {text.count(known)}"


def rate(counts: Outcomes) -> str:
    """The success rate with the number of known outcomes it rests on."""
    return rate_of(counts.successes, counts.known)
