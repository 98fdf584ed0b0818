"""What the terminal can do, if there is one: how wide it is, and whether it takes styles."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

NARROWEST = 20
"""Columns below which no table is laid out."""

WIDEST = 100_000
"""More than any terminal has; a library that draws boxes would fill as many columns."""

_WITHOUT_ESCAPES = ("dumb", "unknown")


def was_closed(stream: TextIO | None) -> bool:
    """Whether a standard stream was closed when we were started.

    ``cli.__main__`` then opens the null device by its number, which is such a stream's name.
    """
    return stream is None or isinstance(getattr(stream, "name", ""), int)


def is_capable(stream: TextIO) -> bool:
    """Whether a stream is a terminal that knows control sequences."""
    return stream.isatty() and os.environ.get("TERM", "").lower() not in _WITHOUT_ESCAPES


def may_style(color: bool = True) -> bool:
    """Whether stdout takes bold and dim text."""
    return color and not os.environ.get("NO_COLOR") and is_capable(sys.stdout)


def width() -> int | None:
    """The columns to keep to; None where nothing asks for any."""
    if (named := _columns("COLUMNS")) is not None:
        return max(named, NARROWEST)
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def forget_impossible_sizes() -> None:
    """Take sizes out of the environment that are none, which libraries would stumble over."""
    for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH"):
        if name not in os.environ:
            continue
        columns = _columns(name)
        if columns is None:
            del os.environ[name]
        else:
            os.environ[name] = str(columns)


def _columns(name: str) -> int | None:
    """A size that the environment gives; None for one that says nothing, such as 0."""
    text = os.environ.get(name, "")
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        return None
    return WIDEST if len(text) > len(str(WIDEST)) else min(int(text), WIDEST)
