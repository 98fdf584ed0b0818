"""A zone's file (TZif, RFC 9636) as the steps of its offset from UTC, up to the year 2200.

For DuckDB, which can look offsets up but reads no such file. Python's own reader of these files is
what tests hold it against.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LAST_YEAR = 2200
FIRST_US = -(2**60)
"""Earlier than any time we read."""

_SECOND_US = 1_000_000
_DAY_S = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)"
_OFFSET = r"[+-]?\d{1,3}(?::\d\d){0,2}"
_RULE = rf"(?:J?\d{{1,3}}|M\d{{1,2}}\.\d\.\d)(?:/{_OFFSET})?"
_FOOTER = re.compile(rf"{_NAME}({_OFFSET})(?:{_NAME}({_OFFSET})?,({_RULE}),({_RULE}))?", re.ASCII)


class NotAZoneFile(ValueError):
    """The bytes are no TZif file of version 2 or later."""


@dataclass(frozen=True)
class Steps:
    """From ``starts[i]`` on the clock is ``offsets[i]`` ahead of UTC; both in microseconds.

    Starts are instants, or local times; the first is earlier than any time. ``bases`` says how a
    local time is read there (TimeBasis without ``offset``), and is ``local`` for every instant.
    """

    starts: list[int]
    offsets: list[int]
    bases: list[str]


def read_steps(content: bytes) -> Steps:
    """The steps of a zone by instant. Raises NotAZoneFile."""
    try:
        instants, offsets, footer = _read(content)
        if footer:
            _extend(instants, offsets, footer)
    except (struct.error, IndexError, ValueError) as exc:
        raise NotAZoneFile from exc
    starts, kept = [FIRST_US], [offsets[0] * _SECOND_US]
    for instant, offset in zip(instants, offsets[1:], strict=True):
        if offset * _SECOND_US != kept[-1]:
            starts.append(instant * _SECOND_US)
            kept.append(offset * _SECOND_US)
    return Steps(starts, kept, ["local"] * len(starts))


def local_steps(instants: Steps) -> Steps:
    """How local times are read: a repeated hour as its first pass, a skipped one from before it."""
    pairs = list(zip(instants.starts[1:], instants.offsets, instants.offsets[1:], strict=False))
    first = [start + max(before, after) for start, before, after in pairs]
    second = [start + min(before, after) for start, before, after in pairs]
    starts, offsets, bases = [FIRST_US], [instants.offsets[0]], ["local"]
    for start in sorted({*first, *second}):
        offset = instants.offsets[bisect_right(first, start)]
        other = instants.offsets[bisect_right(second, start)]
        starts.append(start)
        offsets.append(offset)
        bases.append(
            "local" if offset == other else "local_first_pass" if offset > other else "local_gap"
        )
    return Steps(starts, offsets, bases)


def _read(content: bytes) -> tuple[list[int], list[int], str]:
    """Instants at which the offset may change, the offsets (one more), in seconds; the footer."""
    _, at = _header(content, 0)
    counts, at = _header(content, at)
    times, types, characters, leaps, standard, universal = counts
    instants = list(struct.unpack_from(f">{times}q", content, at))
    at += 8 * times
    used = content[at : at + times]
    at += times
    kinds = [struct.unpack_from(">lBB", content, at + 6 * i)[0] for i in range(types)]
    at += 6 * types + characters + 12 * leaps + standard + universal
    if content[at : at + 1] != b"\n":
        raise ValueError
    footer = content[at + 1 : content.index(b"\n", at + 1)].decode("ascii")
    return instants, [kinds[0], *(kinds[each] for each in used)], footer


def _header(content: bytes, at: int) -> tuple[tuple[int, ...], int]:
    """The counts of a block (times, types, characters, leaps, flags, flags) and where its data is.

    For the first block it is where the second begins: that one holds all of the first.
    """
    magic, version, *counts = struct.unpack_from(">4sc15x6l", content, at)
    if magic != b"TZif" or version < b"2":
        raise ValueError
    universal, standard, leaps, times, types, characters = counts
    if at:
        return (times, types, characters, leaps, standard, universal), at + 44
    first = 5 * times + 6 * types + characters + 8 * leaps + standard + universal
    return (), 44 + first


def _extend(instants: list[int], offsets: list[int], footer: str) -> None:
    """Go on by the rule of the footer, from the last change on."""
    match = _FOOTER.fullmatch(footer)
    if match is None:
        raise ValueError
    if match[3] is None:
        return
    standard = -_seconds(match[1])
    summer = -_seconds(match[2]) if match[2] else standard + 3600
    last = instants[-1] if instants else FIRST_US // _SECOND_US
    changes = []
    for year in range(max(1969, _year(last)) if instants else 1969, LAST_YEAR + 1):
        changes.append((_local(match[3], year) - standard, summer))
        changes.append((_local(match[4], year) - summer, standard))
    for instant, offset in sorted(changes):
        if instant > last:
            instants.append(instant)
            offsets.append(offset)


def _year(instant: int) -> int:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=instant)).year


def _local(rule: str, year: int) -> int:
    """The local time, in seconds since 1970 began, of a rule such as M3.2.0/2 in a year."""
    day, _, clock = rule.partition("/")
    return (_ordinal(day, year) - _EPOCH_DAY) * _DAY_S + (_seconds(clock) if clock else 7200)


def _ordinal(day: str, year: int) -> int:
    start = date(year, 1, 1).toordinal()
    if day.startswith("J"):
        number = int(day[1:])
        leap = date(year, 12, 31).toordinal() - start == 365
        return start + number - 1 + (leap and number >= 60)
    if not day.startswith("M"):
        return start + int(day)
    month, week, weekday = map(int, day[1:].split("."))
    first = date(year, month, 1)
    ordinal = first.toordinal() + (weekday - first.isoweekday()) % 7 + 7 * (week - 1)
    after = date(year + month // 12, month % 12 + 1, 1).toordinal()
    return ordinal if ordinal < after else ordinal - 7


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    units = (3600, 60, 1)
    return sign * sum(part * unit for part, unit in zip(parts, units, strict=False))
