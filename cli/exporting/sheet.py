"""Rows and columns for a file, from an answer or a table.

The fields of an object become columns, named by their path: ``trend.change``. A list stays one
column, as JSON text. Columns and their types do not depend on the data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import duckdb
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, FunctionExpression

from cli.answers.shapes import Column
from schema import zones
from schema.statements import run_all, statement
from schema.warehouse import Connection

Relation = duckdb.DuckDBPyRelation
Row = Mapping[str, object]

_TYPES = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "instant": "TIMESTAMPTZ",
    "day": "DATE",
}
_INSTANT = "TIMESTAMP WITH TIME ZONE"
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters of a formula in a spreadsheet, including their full-width forms."""


@dataclass(frozen=True)
class Sheet:
    """Named rows. ``zone`` is the time zone for times as text."""

    title: str
    rows: Relation
    zone: str

    @property
    def columns(self) -> list[str]:
        return list(self.rows.columns)

    def count(self) -> int:
        """The number of rows."""
        [(count,)] = self.rows.count("*").fetchall()
        return int(count)


def sheet_of(
    con: Connection, title: str, columns: Sequence[Column], rows: Sequence[Row], zone: str
) -> Sheet:
    """The rows of an answer as a sheet."""
    flat = [{column.name: cell(row, column) for column in columns} for row in rows]
    structure = [{column.name: _TYPES.get(column.kind, "VARCHAR") for column in columns}]
    values = {"rows": json.dumps(flat, allow_nan=False), "structure": json.dumps(structure)}
    return Sheet(title, con.sql(statement("cli/exporting/sheet.sql"), params=values), zone)


def cell(row: Row, column: Column) -> object:
    """The value of a column in a row; a list as JSON text."""
    value = value_at(row, column)
    if value is None or column.kind != "json":
        return value
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def value_at(row: Row, column: Column) -> Any:
    """The value of a column in a row; None where the row has no such field."""
    value: Any = row
    for step in column.path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def texts(
    con: Connection, sheet: Sheet, *, lists: bool = True, escape_formulas: bool = False
) -> Relation:
    """The sheet with times as ISO 8601 text with their offset, and lists as JSON.

    ``escape_formulas``: text that a spreadsheet would take for a formula is prefixed with ``'``.
    """
    zones.prepare(con, [sheet.zone], many=True)
    run_all(con, "cli/exporting/iso.sql", {})
    types = zip(sheet.rows.columns, map(str, sheet.rows.types), strict=True)
    return sheet.rows.select(*(_text(name, kind, lists, escape_formulas) for name, kind in types))


def _text(name: str, kind: str, lists: bool, escape_formulas: bool) -> duckdb.Expression:
    column: duckdb.Expression = ColumnExpression(name)
    if kind == _INSTANT:
        column = FunctionExpression("zone_iso", column)
    elif lists and (kind.endswith("]") or kind == "JSON"):
        column = FunctionExpression("to_json", column).cast("VARCHAR")
    elif escape_formulas and kind == "VARCHAR":
        begins = (
            FunctionExpression("starts_with", column, ConstantExpression(each))
            for each in FORMULA_BEGINS
        )
        risky = reduce(or_, begins)
        quoted = FunctionExpression("concat", ConstantExpression("'"), column)
        column = CaseExpression(risky, quoted).otherwise(column)
    return column.alias(name)
