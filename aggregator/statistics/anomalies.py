"""Unusual days of a series (spikes and drops), and days from which on its level shifted.

A week is compared with the twelve weeks before it, so that no day is part of its own reference.
After a shift the days before it are no reference: a new band is made of the days since, and no day
is tested until there are enough of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from functools import cache, cached_property, partial
from itertools import pairwise
from typing import Any, Literal

from aggregator.statistics.bands import (
    LEAST_DURATION_DAYS,
    LEAST_KNOWN,
    LEAST_USED_DAYS,
    WEEK,
)
from aggregator.statistics.detectors import (
    STRETCH,
    Detector,
    Durations,
    Measure,
    Rates,
    Seen,
    Series,
    Uses,
)
from schema.frozen import dataclass

What = Literal["drop", "spike", "shift"]

HISTORY = 12 * WEEK
"""Days before a week that its band is made of, at most."""

LEAST_HISTORY = 4 * WEEK
"""Days that a band is made of, at least."""

LEAD = LEAST_HISTORY
"""Days before the first one asked about that are looked at, so that a shift in them is known."""

LEVEL = 0.05
"""The share of quiet fleets in which anything at all may be found."""

SHARE_OF_SHIFTS = 0.2
"""The part of ``LEVEL`` that is for shifts: they rest on more days, and can do with less."""


@dataclass(frozen=True)
class Limits:
    """P-values up to which a day, and a shift, is named."""

    day: float
    shift: float


@dataclass(frozen=True)
class Finding:
    """A day that left the band, or (a shift) from which on the level had moved.

    ``value`` is uses (of a shift: uses a day), a rate 0..1 or a median in ms, over the days from
    ``day`` to ``last_day``; ``expected`` is its band's centre. ``n`` are the uses, known outcomes
    or durations behind the value.
    """

    measure: Measure
    what: What
    day: int
    last_day: int
    value: float
    expected: float
    n: int
    p_value: float
    _usual: Callable[[], tuple[float, float]] = field(repr=False, compare=False)

    @property
    def up(self) -> bool:
        return self.value > self.expected

    @cached_property
    def usual(self) -> tuple[float, float]:
        """Between what 99 of 100 ordinary values are.

        Computed when it is asked for: it takes as long as a band, and few findings are shown.
        """
        return self._usual()


def limits(comparisons: int) -> Limits:
    """The limits where so many days of names and measures are looked at together.

    Each is its share of ``LEVEL`` by the number of comparisons (C. E. Bonferroni, 1936), so that
    anything at all is named in at most that share of quiet fleets, however many names it has.
    """
    each = LEVEL / max(comparisons, 1)
    return Limits(each * (1 - SHARE_OF_SHIFTS), each * SHARE_OF_SHIFTS)


def detectors(series: Series) -> list[Detector[Any]]:
    """The measures of a series of which there is enough for a band, anywhere in it."""
    found: list[Detector[Any]] = []
    if sum(map(bool, series.uses)) >= LEAST_USED_DAYS:
        found.append(Uses(series))
    if sum(series.known) >= LEAST_KNOWN:
        found.append(Rates(series))
    if sum(map(bool, series.durations)) >= LEAST_DURATION_DAYS:
        found.append(Durations(series))
    return found


def is_young(weekday: int, born: int, until: int) -> bool:
    """Whether the last week to be judged has too little history; day 0 is a ``weekday``."""
    return until - (weekday + until) % WEEK - born < LEAST_HISTORY


def find_anomalies(
    detector: Detector[Any], weekday: int, born: int, since: int, until: int, limits: Limits
) -> list[Finding]:
    """What a measure did from the day ``since`` to ``until``, in the order of days.

    Day 0 is a ``weekday``; the name is known from day ``born`` on, which may be before day 0.
    ``until`` is the last complete day.
    """

    band = cache(detector.band)
    first = max(since - LEAD, born + LEAST_HISTORY, LEAST_HISTORY)
    moved: list[Finding] = []
    base, begin = born, first
    while True:
        found = None
        for day, start, stop in _worth_a_look(
            detector.may_have_moved, weekday, base, begin, until - STRETCH + 1
        ):
            ours = band(start, stop)
            if ours is not None:
                found = _moved_at(detector, ours, day, until, limits.shift)
            if found is not None:
                break
        if found is None:
            break
        at, seen = found
        moved.append(_finding(detector, ours, "shift", at, at + STRETCH - 1, seen))
        base, begin = at, at + LEAST_HISTORY

    alone = []
    bases = [born, *(shift.day for shift in moved)]
    for base, end in pairwise([*bases, until + 1]):
        begin = max(since, first, base)
        for day, start, stop in _worth_a_look(
            detector.may_be_out, weekday, base, begin, min(end - 1, until)
        ):
            ours = band(start, stop)
            seen = detector.day(ours, day) if ours is not None else Seen()
            if seen.p_value <= limits.day:
                what: What = "spike" if seen.value > seen.expected else "drop"
                alone.append(_finding(detector, ours, what, day, day, seen))
    found_here = [shift for shift in moved if since <= shift.day] + alone
    return sorted(found_here, key=lambda each: each.day)


def _worth_a_look(
    may: Callable[[int, int, int], bool], weekday: int, base: int, first: int, last: int
) -> Iterator[tuple[int, int, int]]:
    """The days on which a detector ``may`` find something, each with the days of its band: from a
    start to before a stop. None of these is before ``base``, where the level moved last."""
    day = first
    while day <= last:
        monday = day - (weekday + day) % WEEK
        end = min(monday + WEEK, last + 1)
        start = max(base, monday - HISTORY, 0)
        if monday - start >= LEAST_HISTORY:
            for each in range(day, end):
                if may(start, monday, each):
                    yield each, start, monday
        day = end


def _moved_at(
    detector: Detector[Any], band: Any, day: int, until: int, limit: float
) -> tuple[int, Seen] | None:
    """Where the level moved, when the stretch from ``day`` says that it did.

    A stretch that begins before the move says so too. The move is where the days since, taken
    together, are best explained by it: E. S. Page, Biometrika 41 (1954) 100, with the level half
    way to that of the stretch furthest out as the reference.
    """
    if detector.stretch(band, day).p_value > limit:
        return None
    end = min(day + 2 * STRETCH, until + 1)
    off, weights = zip(*(detector.off(band, at) for at in range(day, end)), strict=True)
    sign = 1 if sum(off[:STRETCH]) > 0 else -1
    starts = range(end - day - STRETCH + 1)
    furthest = max(starts, key=lambda start: sign * sum(off[start : start + STRETCH]))
    there = slice(furthest, furthest + STRETCH)
    reference = sum(off[there]) / sum(weights[there]) / 2
    gained = [sign * (each - reference * weight) for each, weight in zip(off, weights, strict=True)]
    named = {start: detector.stretch(band, day + start) for start in starts}
    at = max(
        (start for start in starts if named[start].p_value <= limit),
        key=lambda start: sum(gained[start:]),
    )
    return day + at, named[at]


def _finding(
    detector: Detector[Any], band: Any, what: What, day: int, last_day: int, seen: Seen
) -> Finding:
    return Finding(
        detector.measure,
        what,
        day,
        last_day,
        seen.value,
        seen.expected,
        seen.n,
        seen.p_value,
        partial(detector.usual, band, day, stretch=what == "shift"),
    )


def whole(series: Iterable[Series]) -> Series:
    """All of them together, their uses only; they cover the same days."""
    given = list(series)
    uses = [sum(day) for day in zip(*(each.uses for each in given), strict=True)]
    none = [0] * len(uses)
    return Series(given[0].weekday, uses, none, none, none, [None] * len(uses))
