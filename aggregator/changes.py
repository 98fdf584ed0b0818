"""What changed and is more than noise: the success rate now against what it was before.

The one place that calls a skill better or worse; every command that does asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from aggregator.calendar import Span, span
from aggregator.spans import Counts, Key, total
from aggregator.statistics.courses import Course, course
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
    p_values = {key: p for key, now, before in found if (p := _p_value(now, before)) is not None}
    sure = dict(zip(p_values, adjusted(list(p_values.values())), strict=True))
    return {
        key: _change(now, before, p_values.get(key), sure.get(key)) for key, now, before in found
    }


@dataclass(frozen=True)
class Drift:
    """A success rate's course over all of some periods.

    ``change`` is the rise (-1..1) of the straight line from the first to the last period in which
    anything is known, ``low`` and ``high`` its 95 % interval; ``later`` and ``earlier`` are the two
    halves. ``p_value`` is that of no rise and no fall, ``adjusted_p`` the same among all compared
    at once.
    """

    later: Counts
    earlier: Counts
    change: float | None
    low: float | None
    high: float | None
    p_value: float
    adjusted_p: float
    verdict: Verdict


@dataclass(frozen=True)
class History:
    """A success rate in the last period against the one before, and over all periods."""

    last: Change
    whole: Drift

    @property
    def verdict(self) -> Verdict:
        """What the two say together; where they disagree, the last period is the news."""
        for verdict in (self.last.verdict, self.whole.verdict):
            if verdict in ("improving", "degrading"):
                return verdict
        both = (self.last.verdict, self.whole.verdict)
        return "stable" if "stable" in both else "insufficient data"


def histories(periods: Mapping[Key, Sequence[Counts]]) -> dict[Key, History]:
    """Of each key, counts in complete periods in order: what the last two and what all say.

    Corrected for comparing all keys in both ways. All periods are compared when at least three
    have known outcomes, and each half of them enough.
    """
    lasts = {key: _p_value(each[-1], each[-2]) for key, each in periods.items()}
    courses = {key: _course(each) for key, each in periods.items()}
    p_values = {(key, "last"): p for key, p in lasts.items() if p is not None}
    p_values |= {(key, "whole"): c.p_value for key, c in courses.items() if c is not None}
    sure = dict(zip(p_values, adjusted(list(p_values.values())), strict=True))
    return {
        key: History(
            _change(each[-1], each[-2], lasts[key], sure.get((key, "last"))),
            _drift(each, courses[key], sure.get((key, "whole"))),
        )
        for key, each in periods.items()
    }


def _p_value(now: Counts, before: Counts) -> float | None:
    """That of no change; None where there are too few known outcomes to compare."""
    if min(now.known, before.known) < ENOUGH:
        return None
    return equality(now.successes, now.known, before.successes, before.known)


def _course(periods: Sequence[Counts]) -> Course | None:
    known = [each.known for each in periods]
    later, earlier = _halves(periods)
    if min(later.known, earlier.known) < ENOUGH or sum(map(bool, known)) < 3:
        return None
    return course([each.successes for each in periods], known)


def _change(now: Counts, before: Counts, p_value: float | None, sure: float | None) -> Change:
    then, rate = before.success_rate, now.success_rate
    change = None if rate is None or then is None else rate - then
    interval = difference(now.successes, now.known, before.successes, before.known)
    low, high = interval or (None, None)
    if p_value is None or sure is None or change is None:
        return Change(now, before, change, low, high, 1.0, 1.0, "insufficient data")
    return Change(now, before, change, low, high, p_value, sure, _verdict(change, sure))


def _halves(periods: Sequence[Counts]) -> tuple[Counts, Counts]:
    """The later periods and the earlier ones; an odd one out is among the later."""
    half = len(periods) // 2
    return total(periods[half:]), total(periods[:half])


def _drift(periods: Sequence[Counts], found: Course | None, sure: float | None) -> Drift:
    later, earlier = _halves(periods)
    if found is None or sure is None:
        return Drift(later, earlier, None, None, None, 1.0, 1.0, "insufficient data")
    verdict = _verdict(found.change, sure)
    return Drift(later, earlier, found.change, found.low, found.high, found.p_value, sure, verdict)


def _verdict(change: float, sure: float) -> Verdict:
    if sure > LEVEL or abs(change) < LEAST_CHANGE:
        return "stable"
    return "improving" if change > 0 else "degrading"
