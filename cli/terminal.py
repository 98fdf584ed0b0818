"""The width of the terminal, and whether it supports styles."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

NARROWEST = 20
"""Minimum width of a table."""

WIDEST = 100_000
"""A larger width is invalid: a library that draws boxes would fill any number of columns."""

_WITHOUT_ESCAPES = ("dumb", "unknown")


def was_closed(stream: TextIO | None) -> bool:
    """Whether a standard stream was closed at start-up.

    ``cli.__main__`` then opens the null device by its number, which becomes the stream's name.
    """
    return stream is None or isinstance(getattr(stream, "name", ""), int)


def is_capable(stream: TextIO) -> bool:
    """Whether a stream is a terminal with control sequences."""
    return stream.isatty() and os.environ.get("TERM", "").lower() not in _WITHOUT_ESCAPES


def may_style(color: bool = True) -> bool:
    """Whether stdout supports bold and dim text."""
    if not color or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or is_capable(sys.stdout)


def apply_color(wanted: str | None) -> None:
    """Follow the setting ``color``, unless the environment decides."""
    if wanted in ("always", "never") and not {"NO_COLOR", "FORCE_COLOR"} & os.environ.keys():
        os.environ["FORCE_COLOR" if wanted == "always" else "NO_COLOR"] = "1"


def width() -> int | None:
    """Width in columns; None if the output is not a terminal and COLUMNS is not set."""
    if (named := _columns("COLUMNS")) is not None:
        return max(named, NARROWEST)
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def forget_impossible_sizes() -> None:
    """Remove invalid sizes from the environment: libraries would fail on them."""
    for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH"):
        if name not in os.environ:
            continue
        columns = _columns(name)
        if columns is None:
            del os.environ[name]
        else:
            os.environ[name] = str(columns)


def _columns(name: str) -> int | None:
    """A size in the environment; None for an invalid one, 0, or one wider than any terminal."""
    text = os.environ.get(name, "")
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        return None
    return int(text) if len(text) <= len(str(WIDEST)) and int(text) <= WIDEST else None
