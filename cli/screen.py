"""Tables for a terminal: they fit its width, and long names are cut in the middle.

Output to a file or a pipe is never cut, so that it can be searched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aggregator.text import plain, plain_name
from cli.output import write
from cli.terminal import may_style, width

NARROWEST_NAME = 22
_GAP = 2
_BOLD = "1"
_DIM = "2"

Row = TypeVar("Row")
Row_contra = TypeVar("Row_contra", contravariant=True)


@dataclass(frozen=True)
class Column(Generic[Row_contra]):
    """A column: its title, and the text of its cell for a row.

    Those with the highest ``drop`` go first when the terminal is too narrow; columns with ``drop``
    0 always stay. A ``name`` column is cut where that is not enough.
    """

    title: str
    cell: Callable[[Row_contra], str]
    right: bool = False
    drop: int = 0
    name: bool = False


@dataclass(frozen=True)
class Table(Generic[Row]):
    """One line per row; columns that do not fit are named below it."""

    columns: Sequence[Column[Row]]
    rows: Sequence[Row]


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


Block = Table[Any] | Heading | Line | Verbatim


def show(blocks: Sequence[Block], *, color: bool) -> None:
    """Print the blocks to stdout."""
    columns = width()
    styled = may_style(color)
    lines: list[str] = []
    for number, block in enumerate(blocks):
        if number and not isinstance(block, Line | Verbatim):
            lines.append("")
        if isinstance(block, Table):
            lines += _table_lines(block, columns, styled)
        elif isinstance(block, Verbatim):
            lines += [_copied(line) for line in block.text.splitlines()]
        elif isinstance(block, Heading):
            lines += [_styled(line, _BOLD, styled) for line in _wrapped(block.text, columns)]
        else:
            style = _DIM if block.quiet else ""
            lines += [_styled(line, style, styled) for line in _wrapped(block.text, columns)]
    write("\n".join(lines))


def _copied(line: str) -> str:
    """The line with control characters escaped, except tabs."""
    return "\t".join(plain(part) for part in line.split("\t"))


def _wrapped(text: str, width: int | None) -> list[str]:
    """The text in lines of at most ``width`` cells, broken at spaces where possible."""
    rest = plain(text)
    lines = []
    while width is not None and cell_count(rest) > width:
        head = _first_cells(rest, width)
        if rest[len(head)] != " " and (end := head.rfind(" ")) > 0 and head[:end].strip():
            head = head[:end]
        lines.append(head.rstrip())
        rest = rest[len(head) :].lstrip(" ")
    return [*lines, rest]


def _styled(line: str, style: str, styled: bool) -> str:
    return f"\x1b[{style}m{line}\x1b[0m" if styled and style and line else line


def cell_count(text: str) -> int:
    """Width of ``text`` in terminal cells; wide characters take two."""
    if text.isascii():
        return len(text)
    # Imported only for names that need it.
    from rich.cells import cell_len

    return cell_len(text)


def cut_middle(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, cut in the middle because names differ at their ends."""
    if cell_count(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    tail_cells = (width - 1) // 2
    tail = _first_cells(text[::-1], tail_cells)[::-1]
    return f"{_first_cells(text, width - 1 - tail_cells)}…{tail}"


def _first_cells(text: str, cells: int) -> str:
    kept = text[:cells]
    while cell_count(kept) > cells:
        kept = kept[:-1]
    return kept


def _table_lines(table: Table[Row], width: int | None, styled: bool) -> list[str]:
    # No table library: importing one takes longer than a query.
    cells = [
        [(plain_name if each.name else plain)(each.cell(row)) for each in table.columns]
        for row in table.rows
    ]
    kept = list(range(len(table.columns)))
    widths = [
        max([cell_count(column.title), *(cell_count(row[i]) for row in cells)])
        for i, column in enumerate(table.columns)
    ]
    if width is not None:
        kept = _fitting(table.columns, widths, width)
        _narrow_names(table.columns, widths, kept, width)

    def line(texts: Sequence[str]) -> str:
        padded = [_padded(texts[i], widths[i], table.columns[i].right) for i in kept]
        return (" " * _GAP).join(padded).rstrip()

    lines = [_styled(line([column.title for column in table.columns]), _BOLD, styled)]
    lines += [line(row) for row in cells]
    hidden = [column.title for i, column in enumerate(table.columns) if i not in kept]
    if hidden:
        note = f"Hidden columns: {', '.join(hidden)} (widen the terminal or use --json)"
        lines += [_styled(part, _DIM, styled) for part in _wrapped(note, width)]
    return lines


def _padded(text: str, width: int, right: bool) -> str:
    shown = cut_middle(text, width)
    space = " " * (width - cell_count(shown))
    return space + shown if right else shown + space


def _fitting(columns: Sequence[Column[Any]], widths: list[int], width: int) -> list[int]:
    """The columns that fit, with name columns at their minimum width."""
    kept = list(range(len(columns)))

    def needed() -> int:
        fixed = (min(widths[i], NARROWEST_NAME) if columns[i].name else widths[i] for i in kept)
        return sum(fixed) + _GAP * (len(kept) - 1)

    while needed() > width:
        droppable = [i for i in kept if columns[i].drop]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda i: (columns[i].drop, i)))
    return kept


def _narrow_names(
    columns: Sequence[Column[Any]], widths: list[int], kept: list[int], width: int
) -> None:
    """Fit the name columns into the remaining width, narrowing the widest first."""
    names = [i for i in kept if columns[i].name]
    others = sum(widths[i] for i in kept if not columns[i].name) + _GAP * (len(kept) - 1)
    room = max(width - others, len(names))
    while names and sum(widths[i] for i in names) > room:
        longest = max(names, key=lambda i: widths[i])
        excess = sum(widths[i] for i in names) - room
        rest = sorted((widths[i] for i in names if i != longest), reverse=True)
        step = widths[longest] - rest[0] if rest and widths[longest] > rest[0] else 1
        widths[longest] -= max(1, min(excess, step if rest else excess))
