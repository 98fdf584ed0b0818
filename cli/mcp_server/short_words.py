"""Texts of files and records in the short text: on one line, and no longer than fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aggregator import text

_MAX_NAME = 60


def named(name: str | None) -> str:
    """A name, at most so long that a line has room for more."""
    return shortened(str(name), _MAX_NAME)


def shortened(line: str, characters: int) -> str:
    """The text on one line, without control characters, cut to that length."""
    cut = text.plain(line[: characters + 1])
    return cut if len(cut) <= characters else f"{cut[:characters]}..."


def titled(row: Mapping[str, Any]) -> str:
    """The name of a row with its kind."""
    return f"{named(row['skill_name'])} ({row['kind']})"


def rate(row: Mapping[str, Any]) -> str:
    """The success rate of a row with its interval."""
    if row["success_rate"] is None:
        return "success n/a"
    low, high = row["success_rate_low"], row["success_rate_high"]
    return f"{text.percent(row['success_rate'])} succeeded ({text.interval((low, high))})"
