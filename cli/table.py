"""Tables for a terminal: the least important columns leave first, names are cut last.

Output to a file or a pipe is never cut, so that it can be searched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from aggregator import text
from aggregator.text import plain, plain_name
from cli.colors import Palette, tone_of
from schema.frozen import dataclass

NARROWEST_NAMES = 40
"""Columns leave until names have this many cells, or half of a wide terminal, or are whole."""

NARROWEST_TEXT = 10
"""What a column of names or sentences keeps where all that may leave has left."""

LINES_OF_DETAILS = 2
"""Lines of a sentence that may leave; one that is the answer has as many as it takes."""

_GAP = 2
_BREAKS = "-_/. "
_COMMAND = re.compile(r"`[^`]*`\S*|(?<=: )skillhouse [^`]*$")

Row = TypeVar("Row")
Row_contra = TypeVar("Row_contra", contravariant=True)


@dataclass(frozen=True)
class Column(Generic[Row_contra]):
    """A column: its title, and the text of its cell for a row.

    Those with the highest ``drop`` leave first when the terminal is too narrow; columns with
    ``drop`` 0 are the answer, and stay. Where that is not enough, a ``name`` is cut at its end, or
    wrapped if it would then look like another; a ``sentence`` is wrapped.
    """

    title: str
    cell: Callable[[Row_contra], str]
    right: bool = False
    drop: int = 0
    name: bool = False
    sentence: bool = False

    @property
    def may_narrow(self) -> bool:
        return self.name or self.sentence

    @staticmethod
    def count(title: str, of: Callable[[Row], int | None], *, drop: int = 0) -> Column[Row]:
        """A column of counts."""
        return Column(title, lambda row: text.count(of(row)), right=True, drop=drop)

    @staticmethod
    def rate(title: str, of: Callable[[Row], float | None], *, drop: int = 0) -> Column[Row]:
        """A column of rates, 0 to 1, as percentages."""
        return Column(title, lambda row: text.percent(of(row)), right=True, drop=drop)

    @staticmethod
    def interval(of: Callable[[Row], tuple[float, float] | None], *, drop: int = 0) -> Column[Row]:
        """The column of the interval of the rate before it."""
        return Column("95% interval", lambda row: text.interval(of(row)), right=True, drop=drop)

    @staticmethod
    def duration(title: str, of: Callable[[Row], float | None], *, drop: int = 0) -> Column[Row]:
        """A column of durations in milliseconds."""
        return Column(title, lambda row: text.duration(of(row)), right=True, drop=drop)

    @staticmethod
    def decimal(title: str, of: Callable[[Row], float | None], *, drop: int = 0) -> Column[Row]:
        """A column of numbers with two decimals."""
        return Column(title, lambda row: text.decimal(of(row)), right=True, drop=drop)


@dataclass(frozen=True)
class Table(Generic[Row]):
    """A row each; columns that do not fit are named below.

    ``unchanged`` is how many rows are left out because nothing happened there, ``left_out`` what is
    said of them.
    """

    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    unchanged: int = 0
    left_out: str = "unchanged"


def cell_count(text: str) -> int:
    """Width of ``text`` in terminal cells; wide characters take two."""
    if text.isascii():
        return len(text)
    # Imported only for names that need it.
    from rich.cells import cell_len

    return cell_len(text)


def first_cells(text: str, cells: int) -> str:
    """The beginning of a text, in at most so many cells."""
    kept = text[:cells]
    while cell_count(kept) > cells:
        kept = kept[:-1]
    return kept


def wrapped(text: str, width: int | None) -> list[str]:
    """The text in lines of at most ``width`` cells, broken at spaces where possible.

    A command to be copied, between backticks or behind a colon, is not broken: if it is too long,
    it has a line of its own.
    """
    commands = [match.span() for match in _COMMAND.finditer(text)]
    lines, start = [], 0
    while width is not None and cell_count(text[start:]) > width:
        end = start + len(first_cells(text[start:], width))
        if text[end] != " " and text[start : (space := text.rfind(" ", start, end))].strip():
            end = space if space > start else end
        for first, last in commands:
            if first < end < last:
                end = first if text[start:first].strip() else last
                break
        lines.append(text[start:end].rstrip())
        start = end + len(text[end:]) - len(text[end:].lstrip(" "))
    return [*lines, text[start:]] if start < len(text) or not lines else lines


def table_lines(table: Table[Row], width: int | None, palette: Palette) -> list[str]:
    """The table as lines of at most ``width`` cells, as far as what may leave allows that."""
    left_out = f"+ {table.unchanged:,} {table.left_out}"
    rest = [palette.styled(left_out, "quiet")] * (table.unchanged > 0)
    if not table.rows and rest:
        return rest
    # No table library: importing one takes longer than a query.
    columns = table.columns
    cells = [
        [(plain_name if each.name else plain)(each.cell(row)) for each in columns]
        for row in table.rows
    ]
    kept = list(range(len(columns)))
    widths = [
        max([cell_count(column.title), *(cell_count(row[i]) for row in cells)])
        for i, column in enumerate(columns)
    ]
    if width is not None:
        kept = _fitting(columns, widths, width)
        _narrow(columns, widths, kept, width)
    shown = {i: _shown(columns[i], widths[i], {row[i] for row in cells}) for i in kept}
    title = [columns[i].title for i in kept]
    lines = [palette.styled(line, "heading") for line in _lines(columns, widths, kept, title)]
    for row in cells:
        parts = [shown[i][row[i]] for i in kept]
        for number in range(max(map(len, parts))):
            texts = [part[number] if number < len(part) else "" for part in parts]
            lines += _lines(columns, widths, kept, texts, palette)
    lines += rest
    hidden = [column.title for i, column in enumerate(columns) if i not in kept and column.title]
    if hidden:
        note = f"Hidden columns: {', '.join(hidden)} (widen the terminal or use --json)"
        lines += [palette.styled(part, "quiet") for part in wrapped(note, width)]
    return lines


def _lines(
    columns: Sequence[Column[Any]],
    widths: Sequence[int],
    kept: Sequence[int],
    texts: Sequence[str],
    palette: Palette | None = None,
) -> list[str]:
    """One line of a table; a title that is wider than its column is cut."""
    padded = []
    for i, cell in zip(kept, texts, strict=True):
        shown = _cut(cell, widths[i])
        space = " " * (widths[i] - cell_count(shown))
        if palette is not None and not columns[i].may_narrow:
            shown = palette.styled(shown, tone_of(shown))
        padded.append(space + shown if columns[i].right else shown + space)
    return [(" " * _GAP).join(padded).rstrip()]


def _fitting(columns: Sequence[Column[Any]], widths: list[int], width: int) -> list[int]:
    """The columns that fit while names and sentences have room to be read."""
    kept = list(range(len(columns)))

    def needed() -> int:
        narrow = sum(columns[i].may_narrow for i in kept)
        room = max(NARROWEST_NAMES, width // 2) // max(narrow, 1)
        taken = (min(widths[i], room) if columns[i].may_narrow else widths[i] for i in kept)
        return sum(taken) + _GAP * (len(kept) - 1)

    while needed() > width:
        droppable = [i for i in kept if columns[i].drop]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda i: (columns[i].drop, i)))
    return kept


def _narrow(
    columns: Sequence[Column[Any]], widths: list[int], kept: Sequence[int], width: int
) -> None:
    """Fit names and sentences into what the other columns leave, the widest first."""
    narrow = [i for i in kept if columns[i].may_narrow]
    others = sum(widths[i] for i in kept if i not in narrow) + _GAP * (len(kept) - 1)
    least = sum(min(widths[i], NARROWEST_TEXT) for i in narrow)
    room = max(width - others, least)
    while narrow and sum(widths[i] for i in narrow) > room:
        longest = max(narrow, key=lambda i: widths[i])
        widths[longest] -= 1


def _shown(column: Column[Any], width: int, texts: Iterable[str]) -> dict[str, list[str]]:
    """The lines of each text of a column."""
    if column.name:
        return shortened(texts, width)
    most = LINES_OF_DETAILS if column.drop else None
    return {text: _wrapped_to(text, width, most) if column.sentence else [text] for text in texts}


def _wrapped_to(text: str, width: int, most: int | None) -> list[str]:
    """A sentence in at most so many lines; what is left out is marked."""
    lines = wrapped(text, width)
    if most is None or len(lines) <= most:
        return lines
    return [*lines[: most - 1], _cut(f"{lines[most - 1]} …", width)]


def shortened(texts: Iterable[str], width: int) -> dict[str, list[str]]:
    """Names in lines of at most ``width`` cells: cut at their end, but never to the same text.

    One that would look like another when cut takes as many lines as keep the two apart.
    """
    names = set(texts)
    shown = {name: [name] for name in names if cell_count(name) <= width}
    waiting, lines = names - shown.keys(), 1
    while waiting:
        forms = {name: _cut(name, width * lines) for name in waiting}
        times = Counter(forms.values())
        for name, form in forms.items():
            if times[form] == 1:
                shown[name] = _in_lines(form, width)
        waiting -= shown.keys()
        lines += 1
    return shown


def _cut(text: str, width: int) -> str:
    return text if cell_count(text) <= width else f"{first_cells(text, width - 1)}…"


def _in_lines(text: str, width: int) -> list[str]:
    """A name in lines, broken behind a hyphen or the like if that is near the end of a line."""
    lines = []
    while cell_count(text) > width:
        line = first_cells(text, width) or text[0]
        near = max(line.rfind(each) for each in _BREAKS) + 1
        if near * 3 >= len(line) * 2:
            line = line[:near]
        lines.append(line)
        text = text[len(line) :]
    return [*lines, text]
