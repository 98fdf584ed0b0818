"""Numbers, times and names as people read them; anything that could steer a terminal made visible.

Null is ``n/a`` everywhere. Rates come in as 0..1, durations as milliseconds, instants with a zone.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from schema import zones
from schema.age import ago

NOT_AVAILABLE = "n/a"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"})
_WITHOUT_WIDTH = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_BLANK = r"\x20"
_JOINERS = frozenset({"\u200c", "\u200d"})


def plain(text: str) -> str:
    """``text`` with every character spelled out, as in ``\\x1b``, that steers or cannot be seen."""
    if text.isascii() and text.isprintable():
        return text
    around = f" {text} "
    return "".join(map(_spelled, text, around, around[2:]))


def plain_name(text: str) -> str:
    """``text`` as ``plain`` has it, and blanks around it or in a row spelled out as well."""
    shown = plain(text)
    if "  " not in shown and shown == shown.strip(" "):
        return shown
    inner = shown.strip(" ")
    before = len(shown) - len(shown.lstrip(" "))
    behind = len(shown) - before - len(inner)
    return f"{_BLANK * before}{inner.replace('  ', ' ' + _BLANK)}{_BLANK * behind}"


def exact(text: str) -> str:
    """A name in quotes with all that is not plain to see spelled out, to be told from one alike."""
    return f"'{''.join(map(_exactly, text))}'"


def _exactly(character: str) -> str:
    is_plain = character == " " or (
        character.isprintable()
        and not unicodedata.combining(character)
        and unicodedata.normalize("NFKC", character) == character
    )
    return character if is_plain else character.encode("unicode_escape").decode("ascii")


def _spelled(character: str, before: str, behind: str) -> str:
    """One character; a joiner between signs of other scripts is part of how they look."""
    if character in _JOINERS:
        is_harmless = not before.isascii() and not behind.isascii()
    else:
        is_harmless = character == " " or not (
            unicodedata.category(character) in _HARMFUL or character in _WITHOUT_WIDTH
        )
    return character if is_harmless else character.encode("unicode_escape").decode("ascii")


def count(value: int | None) -> str:
    return NOT_AVAILABLE if value is None else f"{value:,}"


def counted(value: int, noun: str) -> str:
    """``1 project``, ``2 projects``: a number with its noun."""
    return f"{value:,} {noun}{'' if value == 1 else 's'}"


def skills_and_agents(number: int) -> str:
    """``1 skill or agent``, ``19 skills and agents``."""
    return f"{number:,} {'skill or agent' if number == 1 else 'skills and agents'}"


def percent(rate: float | None) -> str:
    return NOT_AVAILABLE if rate is None else f"{rate * 100:.1f}%"


def interval(bounds: tuple[float, float] | None) -> str:
    if bounds is None:
        return NOT_AVAILABLE
    return f"{bounds[0] * 100:.0f}-{bounds[1] * 100:.0f}%"


def points(change: float | None) -> str:
    """A change of a rate, in percentage points."""
    # Adding nothing makes minus nothing nothing.
    return NOT_AVAILABLE if change is None else f"{round(change * 100, 1) + 0.0:+.1f} points"


def decimal(value: float | None) -> str:
    return NOT_AVAILABLE if value is None else f"{value:.2f}"


def rounded(value: float) -> str:
    """A number in few digits: none after the point from 1,000 on, two from 1 on, otherwise four."""
    size = abs(value)
    if size < 1:
        return f"{value + 0.0:.4g}"
    return f"{value:.0f}" if size >= 1000 else f"{value:.2f}".rstrip("0").rstrip(".")


def duration(milliseconds: float | None) -> str:
    if milliseconds is None:
        return NOT_AVAILABLE
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(seconds / 60)
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes / 1440:,.1f} days"


def size(byte_count: int) -> str:
    value = float(byte_count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} GB"


def day(instant: datetime | None, zone: str) -> str:
    return NOT_AVAILABLE if instant is None else f"{instant.astimezone(zones.zone(zone)):%Y-%m-%d}"


def short_day(day: date, today: date) -> str:
    """``27 Nov``, with the year where it is not plain: more than half a year from ``today``."""
    year = "" if abs((today - day).days) < 183 else f" {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"


def moment(instant: datetime | None, zone: str) -> str:
    if instant is None:
        return NOT_AVAILABLE
    return f"{instant.astimezone(zones.zone(zone)):%Y-%m-%d %H:%M}"


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, in one unit; ``never`` for None."""
    if since is None:
        return "never"
    return ago((now - since).total_seconds())
