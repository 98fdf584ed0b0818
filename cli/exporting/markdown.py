"""Markdown for reading: numbers are rounded, long lists become sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from aggregator.text import plain
from cli.answers.shapes import Column, Field, Shape, flat_columns_of
from cli.exporting.flat import flat_text
from cli.exporting.sheet import Sheet, texts, value_at
from schema.errors import UsageError
from schema.warehouse import Connection

Row = Mapping[str, object]

MAX_ROWS = 10_000
"""Row limit of a Markdown export."""

_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in "\\|`*_<>[]#"})


def write_rows(con: Connection, sheet: Sheet, path: Path) -> None:
    """Write a table. UsageError for more than ``MAX_ROWS`` rows."""
    if (count := sheet.count()) > MAX_ROWS:
        raise UsageError(
            f"{count:,} rows are too many for Markdown (limit: {MAX_ROWS:,}).",
            "Select fewer with --limit, or use --format csv or parquet.",
        )
    rows = texts(con, sheet).fetchall()
    lines = [f"# {_shown(sheet.title)}", "", *_table(sheet.columns, rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_answer(envelope: Row, shape: Shape, path: Path) -> None:
    """Write an answer as a page."""
    path.write_text("\n".join(answer_lines(envelope, shape)) + "\n", encoding="utf-8")


def answer_lines(envelope: Row, shape: Shape) -> list[str]:
    """Heading and rows; the lists of a single row become sections."""
    rows = envelope["data"]
    assert isinstance(rows, list)
    lines = [f"# {_shown(envelope['command'])}", "", _about(envelope)]
    nested = [field for field in shape.rows if field.kind in ("object", "objects")]
    if len(rows) == 1 and nested:
        lines += ["", *_single(shape.rows, rows[0])]
    else:
        lines += ["", *table_of(flat_columns_of(shape.rows), rows)]
    return lines


def _about(envelope: Row) -> str:
    asked = envelope["filters"]
    assert isinstance(asked, Mapping)
    values = [f"{name} {value}" for name, value in asked.items() if value not in (None, [])]
    zone = f" ({envelope['timezone']})" if envelope["timezone"] else ""
    return f"As of {envelope['generated_at']}{zone}. {_shown(', '.join(values))}".strip()


def _single(fields: Sequence[Field], row: Row, heading: str = "##") -> Iterator[str]:
    """One row: its fields one per line, then its nested values."""
    flat = [field for field in fields if not field.is_nested]
    if flat:
        yield from _table(["field", "value"], [(each.name, row.get(each.name)) for each in flat])
    for field in fields:
        value = row.get(field.name)
        if not field.is_nested or value in (None, []):
            continue
        yield from ("", f"{heading} {_shown(field.name)}", "")
        if isinstance(value, Mapping) and field.inner:
            yield from _single(field.inner, value, f"{heading}#")
        elif field.kind == "objects" and isinstance(value, list):
            yield from table_of(flat_columns_of(field.inner), value)
        elif isinstance(value, Mapping):
            yield from _table(["field", "value"], list(value.items()))
        else:
            yield from (
                f"- {_shown(each)}" for each in (value if isinstance(value, list) else [value])
            )


def table_of(columns: Sequence[Column], rows: Sequence[Row]) -> list[str]:
    """The rows as a table; lists of objects are left out."""
    cells = [[value_at(row, column) for column in columns] for row in rows]
    return _table([column.name for column in columns], cells)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    lines = [[_shown(name) for name in head], ["---" for _ in head]]
    lines += [[_shown(value) for value in row] for row in rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _shown(value: object) -> str:
    return plain(flat_text(value) or "").translate(_ESCAPED)
