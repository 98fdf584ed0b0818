"""The width of the terminal, and whether it supports styles."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

from schema.frozen import dataclass

NARROWEST = 20
"""Minimum width of a table."""

WIDEST = 100_000
"""A larger width is invalid: a library that draws boxes would fill any number of columns."""

THEMES = ("auto", "dark", "light")
"""What the colors of screens may be for; auto: as the terminal says."""

_WITHOUT_ESCAPES = ("dumb", "unknown")
_OFF = ("0", "false")


@dataclass(frozen=True)
class Look:
    """How screens are shown: ``color`` auto, always or never, a theme, and a pager's command.

    None is what the environment says. An empty ``pager`` is none.
    """

    color: str = "auto"
    theme: str | None = None
    pager: str | None = None


def was_closed(stream: TextIO | None) -> bool:
    """Whether a standard stream was closed at start-up.

    ``cli.__main__`` then opens the null device by its number, which becomes the stream's name.
    """
    return stream is None or isinstance(getattr(stream, "name", ""), int)


def is_capable(stream: TextIO) -> bool:
    """Whether a stream is a terminal with control sequences."""
    return stream.isatty() and os.environ.get("TERM", "").lower() not in _WITHOUT_ESCAPES


def may_style(wanted: str = "auto") -> bool:
    """Whether stdout gets colors, and bold and dim text.

    ``never`` decides. Otherwise the environment does: NO_COLOR before FORCE_COLOR and
    CLICOLOR_FORCE, these before CLICOLOR=0. Then ``always``, and then what the terminal can do.
    """
    env = os.environ
    if wanted == "never" or env.get("NO_COLOR"):
        return False
    if forced := env.get("FORCE_COLOR"):
        return forced.lower() not in _OFF
    if (forced := env.get("CLICOLOR_FORCE")) and forced != "0":
        return True
    if env.get("CLICOLOR") == "0":
        return False
    return wanted == "always" or is_capable(sys.stdout)


def width() -> int | None:
    """Width in columns; None if the output is not a terminal and COLUMNS is not set."""
    if (named := _columns("COLUMNS")) is not None:
        return max(named, NARROWEST)
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def height() -> int | None:
    """Height in lines of the terminal that stdout is; None if it is not a terminal."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).lines or None
    except (OSError, ValueError):
        return None


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
