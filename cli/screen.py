"""Screens: tables, headings and lines, as wide as the terminal and in its colors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aggregator.text import plain
from cli.colors import Palette, theme_of
from cli.pager import page
from cli.proposals import as_typed
from cli.table import Column, Table, cell_count, table_lines, wrapped
from cli.terminal import Look, may_style, width
from schema.frozen import dataclass

__all__ = ["Block", "Column", "Heading", "Line", "Table", "Verbatim", "cell_count", "show"]


@dataclass(frozen=True)
class Heading:
    """The title of the blocks below it."""

    text: str


@dataclass(frozen=True)
class Line:
    """A line of text; a ``quiet`` one is dimmed."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Verbatim:
    """Lines to copy: a command, a path, a file. Never wrapped, and tabs are kept."""

    text: str
    quiet: bool = False


Block = Table[Any] | Heading | Line | Verbatim


def show(blocks: Sequence[Block], look: Look) -> None:
    """Print the blocks to stdout, through a pager if they are longer than the terminal."""
    columns = width()
    palette = Palette(theme_of(look.theme) if may_style(look.color) else None)
    lines: list[str] = []
    for number, block in enumerate(blocks):
        if number and not isinstance(block, Line | Verbatim):
            lines.append("")
        lines += _lines(block, columns, palette)
    page("\n".join(lines), look.pager)


def _lines(block: Block, columns: int | None, palette: Palette) -> list[str]:
    match block:
        case Table():
            return table_lines(block, columns, palette)
        case Verbatim():
            copied = map(_copied, as_typed(block.text).splitlines())
            return [palette.styled(line, "quiet" if block.quiet else None) for line in copied]
        case Heading():
            lines = wrapped(plain(as_typed(block.text)), columns)
            return [palette.styled(line, "heading") for line in lines]
        case Line(quiet=True):
            lines = wrapped(plain(as_typed(block.text)), columns)
            return [palette.styled(line, "quiet") for line in lines]
        case Line():
            first, *more = wrapped(plain(as_typed(block.text)), columns)
            return [palette.line(first), *more]


def _copied(line: str) -> str:
    """The line with control characters escaped, except tabs."""
    return "\t".join(plain(part) for part in line.split("\t"))
