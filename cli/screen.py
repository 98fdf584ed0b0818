"""Tables for a terminal: they fit its width, names are cut in the middle, numbers stand right.

Where the output goes to a file or a pipe nothing is cut, so that it can be searched.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from cli.text import plain

NARROWEST_NAME = 22
_GAP = 2


@dataclass(frozen=True)
class Column:
    """A column; those with the highest ``drop`` go first when the terminal is too narrow.

    Columns with ``drop`` 0 always stay. A ``name`` column is cut where that is not enough.
    """

    title: str
    right: bool = False
    drop: int = 0
    name: bool = False


@dataclass(frozen=True)
class Table:
    """Cells as text, a row each; ``left_out`` of the columns are named below by ``render``."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Line:
    """A line of text; a ``quiet`` one is dimmed."""

    text: str
    quiet: bool = False


Block = Table | Heading | Line


def show(blocks: Sequence[Block], *, color: bool) -> None:
    """Print the blocks to stdout."""
    width = terminal_width()
    console = Console(
        file=sys.stdout,
        width=width or _widest(blocks),
        color_system="auto" if color else None,
        no_color=None if color else True,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for number, block in enumerate(blocks):
        if number and not isinstance(block, Line):
            console.print()
        if isinstance(block, Table):
            _show_table(console, block, width)
        elif isinstance(block, Heading):
            console.print(Text(plain(block.text), style="bold"), soft_wrap=width is None)
        else:
            style = "dim" if block.quiet else ""
            console.print(Text(plain(block.text), style=style), soft_wrap=width is None)


def _widest(blocks: Sequence[Block]) -> int:
    """A width at which no table is cut, for output that goes to a file or a pipe."""
    return max(
        (
            sum(max(map(cell_len, map(plain, cells))) + _GAP for cells in _by_column(block))
            for block in blocks
            if isinstance(block, Table)
        ),
        default=80,
    )


def _by_column(table: Table) -> list[list[str]]:
    return [
        [column.title, *(row[i] for row in table.rows)] for i, column in enumerate(table.columns)
    ]


def terminal_width() -> int | None:
    """The width to keep to; None where nothing asks for one."""
    if os.environ.get("COLUMNS", "").isdigit():
        return max(int(os.environ["COLUMNS"]), 20)
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def cut_middle(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, its middle left out: both ends tell names apart."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    head = chop_cells(text, (width - 1) - (width - 1) // 2)[0]
    tail = chop_cells(text[::-1], (width - 1) // 2)[0][::-1] if width > 2 else ""
    return f"{head}…{tail}"


def _show_table(console: Console, table: Table, width: int | None) -> None:
    cells = [[plain(cell) for cell in row] for row in table.rows]
    kept = list(range(len(table.columns)))
    widths = [
        max([cell_len(column.title), *(cell_len(row[i]) for row in cells)])
        for i, column in enumerate(table.columns)
    ]
    if width is not None:
        kept = _fitting(table.columns, widths, width)
        _narrow_names(table.columns, widths, kept, width)
    rich = RichTable(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), show_edge=False)
    for i in kept:
        column = table.columns[i]
        rich.add_column(
            Text(column.title, style="bold"),
            justify="right" if column.right else "left",
            no_wrap=True,
            min_width=widths[i],
            max_width=widths[i],
        )
    for row in cells:
        rich.add_row(*(Text(cut_middle(row[i], widths[i])) for i in kept))
    console.print(rich)
    hidden = [column.title for i, column in enumerate(table.columns) if i not in kept]
    if hidden:
        note = f"({', '.join(hidden)}: in a wider window, or with --json)"
        console.print(Text(note, style="dim"))


def _fitting(columns: Sequence[Column], widths: list[int], width: int) -> list[int]:
    """The columns that stay, names counted at their narrowest."""
    kept = list(range(len(columns)))

    def needed() -> int:
        return sum(
            (min(widths[i], NARROWEST_NAME) if columns[i].name else widths[i]) + _GAP for i in kept
        )

    while needed() > width:
        droppable = [i for i in kept if columns[i].drop]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda i: (columns[i].drop, i)))
    return kept


def _narrow_names(
    columns: Sequence[Column], widths: list[int], kept: list[int], width: int
) -> None:
    """Give the name columns what the others leave, the longest cut first."""
    names = [i for i in kept if columns[i].name]
    others = sum(widths[i] + _GAP for i in kept if not columns[i].name)
    room = max(width - others - _GAP * len(names), len(names))
    while names and sum(widths[i] for i in names) > room:
        longest = max(names, key=lambda i: widths[i])
        excess = sum(widths[i] for i in names) - room
        rest = sorted((widths[i] for i in names if i != longest), reverse=True)
        step = widths[longest] - rest[0] if rest and widths[longest] > rest[0] else 1
        widths[longest] -= max(1, min(excess, step if rest else excess))
