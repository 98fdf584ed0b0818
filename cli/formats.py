"""An answer as text for programs, in the format and with the fields that were asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from aggregator.text import plain
from cli.answers.shapes import Column, Field, Shape, columns_of, flat_columns_of, shape_of
from cli.output import Answer, Format
from schema.errors import UnknownName, UsageError
from schema.frozen import dataclass

Row = Mapping[str, Any]


def formatted(answer: Answer, form: Format, names: Sequence[str]) -> str:
    """The answer as text; ``names`` are the fields of its rows to have, none: all.

    UnknownName for a field that the rows do not have, UsageError for a list that is to be a cell.
    """
    envelope = answer.envelope()
    rows: list[Row] = envelope["data"]  # type: ignore[assignment]
    chosen = Chosen.of(_shape(answer, envelope), names) if names or form in ("csv", "md") else None
    if form == "json":
        data = chosen.objects(rows) if chosen and names else rows
        return _json({**envelope, "data": data}, indent=2)
    if form == "jsonl":
        return "\n".join(map(_json, chosen.objects(rows) if chosen and names else rows))
    assert chosen is not None
    if form == "csv":
        from cli.exporting.flat import csv_of

        return for_stdout(csv_of(chosen.columns(), rows))
    from cli.exporting import markdown

    if names:
        return "\n".join(markdown.table_of(chosen.columns(), rows))
    return "\n".join(markdown.answer_lines(envelope, chosen.shape))


def for_stdout(lines: Iterable[str]) -> str:
    """The lines of a file; on a terminal, control characters are escaped."""
    return "\n".join(map(plain, lines) if sys.stdout.isatty() else lines)


def check_fields(answer: str, names: Sequence[str], form: Format) -> None:
    """Raise what ``formatted`` would raise for these fields of the answer of that name."""
    shape = shape_of(answer)
    # The rows of a query have the columns that it asks for.
    if shape.rows:
        chosen = Chosen.of(shape, names)
        if form in ("csv", "md"):
            chosen.columns()


@dataclass(frozen=True)
class Chosen:
    """The fields of an answer's rows that were asked for; ``names`` is empty for all."""

    shape: Shape
    names: Sequence[str]

    @classmethod
    def of(cls, shape: Shape, names: Sequence[str]) -> Chosen:
        """UnknownName for a name that is not a field or a path to one, such as ``trend.change``."""
        known = _names(shape.rows)
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, n=3, cutoff=0.6)
                nearest = f"Did you mean {' or '.join(near)}?\n" if near else ""
                fields = ", ".join(field.name for field in shape.rows)
                raise UnknownName(f"There is no field {name!r}.", f"{nearest}Fields: {fields}.")
        return cls(shape, names)

    def objects(self, rows: Sequence[Row]) -> list[Row]:
        """The rows with the fields chosen, by the names by which they were chosen."""
        return [{name: _at(row, name) for name in self.names} for row in rows]

    def columns(self) -> list[Column]:
        """The columns of the fields chosen. UsageError for a list of objects."""
        if not self.names:
            return flat_columns_of(self.shape.rows)
        known = columns_of(self.shape.rows)
        flat = set(flat_columns_of(self.shape.rows))
        found = []
        for name in self.names:
            for column in known:
                if column.name == name or column.name.startswith(f"{name}."):
                    if column.name == name and column not in flat:
                        raise UsageError(
                            f"{name!r} is a list, which a table cannot hold.", "Use --format json."
                        )
                    if column in flat:
                        found.append(column)
        return found


def _shape(answer: Answer, envelope: Mapping[str, Any]) -> Shape:
    shape = shape_of(answer.command.replace(" ", "-"))
    if shape.rows:
        return shape
    return shape_of_columns([column["name"] for column in envelope["totals"]["columns"]])


def shape_of_columns(names: Sequence[str]) -> Shape:
    """The shape of rows that have these columns, of any type."""
    return Shape(tuple(Field(name, "json") for name in names), (), ())


def _names(fields: Sequence[Field], before: str = "") -> list[str]:
    """Every field of an object, and of the objects in it."""
    found = []
    for field in fields:
        found.append(f"{before}{field.name}")
        if field.kind == "object":
            found += _names(field.inner, f"{before}{field.name}.")
    return found


def _at(row: Row, name: str) -> object:
    if name in row:  # a query may name a column with a dot
        return row[name]
    value: Any = row
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _json(value: object, indent: int | None = None) -> str:
    # ASCII escapes also keep names from steering the terminal they are printed on.
    return json.dumps(value, indent=indent, allow_nan=False).replace("\x7f", "\\u007f")
