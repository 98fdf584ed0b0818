"""A row of numbers as a row of small bars, one character each, in what the terminal can show."""

from __future__ import annotations

import sys
from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.-=+*%#"
"""The same eight heights for a terminal or a file whose encoding has no bars."""

NOTHING = "·"
ASCII_NOTHING = " "


def can_show(text: str) -> bool:
    """Whether stdout's encoding has these characters; what has none keeps any text as it is."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def sparkline(
    values: Sequence[float | None], low: float | None = None, high: float | None = None
) -> str:
    """A bar for each value between ``low`` and ``high`` (default: the least and the largest).

    A dot, or a space where there is no dot, stands for None. Of equal values each is half high.
    """
    bars, nothing = (BARS, NOTHING) if can_show(BARS + NOTHING) else (ASCII_BARS, ASCII_NOTHING)
    given = [value for value in values if value is not None]
    least = low if low is not None else min(given, default=0.0)
    most = high if high is not None else max(given, default=0.0)

    def bar(value: float | None) -> str:
        if value is None:
            return nothing
        if most <= least:
            return bars[len(bars) // 2]
        share = (value - least) / (most - least)
        return bars[min(len(bars) - 1, max(0, int(share * len(bars))))]

    return "".join(map(bar, values))
