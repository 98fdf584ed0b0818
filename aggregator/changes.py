"""What changed and is more than noise: the success rate now against what it was before.

The one place that calls a skill better or worse; every command that does asks here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from aggregator.calendar import Span, span
from aggregator.spans import Counts, Key
from aggregator.statistics.many import adjusted
from aggregator.statistics.proportions import difference, equality

Verdict = Literal["improving", "stable", "degrading", "insufficient data"]

RECENT_DAYS = 30
EARLIER_DAYS = 90
"""The last complete days, and the days before them that they are compared with."""

ENOUGH = 10
"""Known outcomes on each side below which nothing is said."""

LEVEL = 0.05
"""The share of false ones among the changes that are named."""

LEAST_CHANGE = 0.05
"""A smaller change of a rate is not worth a word, however sure."""


@dataclass(frozen=True)
class Change:
    """A success rate now against before. ``low`` and ``high``: the 95 % interval of the change.

    ``p_value`` is that of no change, ``adjusted_p`` the same among all compared at once.
    """

    now: Counts
    before: Counts
    change: float | None
    low: float | None
    high: float | None
    p_value: float
    adjusted_p: float
    verdict: Verdict


def recent_and_earlier(today: date) -> tuple[Span, Span]:
    """The last ``RECENT_DAYS`` complete days and the ``EARLIER_DAYS`` before; today is open."""
    recent = span(today - timedelta(days=RECENT_DAYS), today - timedelta(days=1))
    assert recent.since is not None
    until = recent.since - timedelta(days=1)
    return recent, span(until - timedelta(days=EARLIER_DAYS - 1), until)


def changes(pairs: Iterable[tuple[Key, Counts, Counts]]) -> dict[Key, Change]:
    """Of each key, counts now and before: what changed, corrected for comparing all of them.

    Those with too few known outcomes on a side are no comparison, and do not count as one.
    """
    found = list(pairs)
    compared = [
        (key, now, before) for key, now, before in found if min(now.known, before.known) >= ENOUGH
    ]
    p_values = [
        equality(now.successful_completions, now.known, before.successful_completions, before.known)
        for _, now, before in compared
    ]
    sure = {
        key: (p, q)
        for (key, _, _), p, q in zip(compared, p_values, adjusted(p_values), strict=True)
    }
    return {key: _change(now, before, sure.get(key)) for key, now, before in found}


def _change(now: Counts, before: Counts, sure: tuple[float, float] | None) -> Change:
    then, rate = before.success_rate, now.success_rate
    change = None if rate is None or then is None else rate - then
    interval = difference(
        now.successful_completions, now.known, before.successful_completions, before.known
    )
    low, high = interval or (None, None)
    if sure is None or change is None:
        return Change(now, before, change, low, high, 1.0, 1.0, "insufficient data")
    verdict: Verdict = "stable"
    if sure[1] <= LEVEL and abs(change) >= LEAST_CHANGE:
        verdict = "improving" if change > 0 else "degrading"
    return Change(now, before, change, low, high, *sure, verdict)
