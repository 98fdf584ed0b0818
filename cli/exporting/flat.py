"""Rows of an answer as flat text: one cell a value, few digits, never JSON in a cell.

A list of texts is joined by ``; ``, and so are the pairs of an object without fixed fields. A list
of objects has no cell: it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from aggregator.text import rounded
from cli.answers.shapes import Column
from cli.exporting.sheet import FORMULA_BEGINS, Row, value_at

_BETWEEN = "; "


def flat_text(value: object) -> str | None:
    """A value as text; None for null. A float has few digits, and a list is joined."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return rounded(value)
    if isinstance(value, Mapping):
        return _BETWEEN.join(f"{name}={flat_text(each) or ''}" for name, each in value.items())
    if isinstance(value, list):
        return _BETWEEN.join(flat_text(each) or "" for each in value)
    return str(value)


def csv_of(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[str]:
    """The lines of the rows as CSV, with a header."""
    yield csv_line([column.name for column in columns])
    for row in rows:
        values = [value_at(row, column) for column in columns]
        is_number = [isinstance(value, int | float) for value in values]
        yield csv_line(
            [
                text if text is None or number else without_formula(text)
                for text, number in zip(map(flat_text, values), is_number, strict=True)
            ]
        )


def csv_line(cells: Sequence[str | None]) -> str:
    """One line by RFC 4180, without its end; null is empty, an empty text is ``""``."""
    return ",".join("" if cell is None else _quoted(cell) for cell in cells)


def without_formula(text: str) -> str:
    """The text; one that a spreadsheet would take for a formula is prefixed with ``'``."""
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def _quoted(text: str) -> str:
    if text and not any(each in text for each in ',"\r\n'):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
