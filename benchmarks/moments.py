"""When the invented records happened: two years of sessions of about twelve records."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZONE = "Europe/Berlin"
END = datetime(2025, 6, 25, tzinfo=UTC)
DAYS = 730
BEGIN = END - timedelta(days=DAYS)
SESSION_RECORDS = 12
SLICE = 20_000
"""Records made at a time; a file is a row of such slices, so that a huge one needs no memory."""

NAIVE_SHARE = 0.1
_DAY_S = 86_400


class Calendar:
    """Every date and every second of a day as text, since formatting them costs too much."""

    def __init__(self) -> None:
        zone = ZoneInfo(ZONE)
        days = [BEGIN + timedelta(days=day) for day in range(DAYS + 400)]
        self.dates = [f"{day:%Y-%m-%d}" for day in days]
        noons = [(day + timedelta(hours=12)).astimezone(zone) for day in days]
        self.offsets = [round(noon.utcoffset().total_seconds()) for noon in noons]  # type: ignore[union-attr]
        self.clock = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(_DAY_S)]

    def utc(self, seconds: int) -> str:
        """The moment that many seconds after the beginning, without an offset."""
        return f"{self.dates[seconds // _DAY_S]}T{self.clock[seconds % _DAY_S]}"

    def local(self, seconds: int) -> str:
        """The same as the clock on the wall showed it."""
        return self.utc(seconds + self.offsets[seconds // _DAY_S])

    def hours(self, seconds: int) -> int:
        """How many hours the wall's clock was ahead of UTC that day."""
        return self.offsets[seconds // _DAY_S] // 3600


@cache
def calendar() -> Calendar:
    return Calendar()


def slices(records: int) -> Iterator[tuple[int, float, float]]:
    """A file's slices: how many records, and from which second to which."""
    total = DAYS * _DAY_S
    for start in range(0, records, SLICE):
        count = min(SLICE, records - start)
        yield count, total * start / records, total * (start + count) / records


def night_span(night: int) -> tuple[float, float]:
    """The seconds of the ``night``-th day after the end, after all sessions have ended."""
    begin = DAYS * _DAY_S + (night - 0.75) * _DAY_S
    return begin, begin + _DAY_S / 3


def sessions(
    rng: random.Random, count: int, begin: float, end: float
) -> Iterator[tuple[str, list[int]]]:
    """Sessions until ``count`` records are dealt: an id, and the second of each of its records."""
    sizes = []
    left = count
    while left > 0:
        sizes.append(min(left, rng.randint(1, 2 * SESSION_RECORDS - 1)))
        left -= sizes[-1]
    starts = sorted(rng.uniform(begin, end) for _ in sizes)
    for start, size in zip(starts, sizes, strict=True):
        at, moments = int(start), []
        for gap in rng.choices(range(5, 400), k=size):
            moments.append(at)
            at += gap
        yield f"{rng.getrandbits(128):032x}", moments
