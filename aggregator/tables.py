"""The tables of the warehouse as they stand, row by row, for whoever wants to do their own sums.

Nothing is computed here and nothing held: a table comes as a relation, read while it is written on.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
from duckdb import ColumnExpression as Column
from duckdb import ConstantExpression as Constant

from aggregator.calendar import Span
from aggregator.measures import EVERY_PROJECT, Scope
from aggregator.parameters import KIND, Kind
from schema.dictionary import TABLES
from schema.errors import UsageError
from schema.warehouse import Connection

Relation = duckdb.DuckDBPyRelation

_OURS = ("settings", "schema_migrations")
"""Not data: how the file is kept, and the secret of its pseudonyms."""

_LOCAL = ("skill_files", "skill_scans", "skill_texts", "skill_vectors", "skill_categories")
"""What people wrote into the files of their skills stays on this machine."""


@dataclass(frozen=True)
class Choice:
    """Which rows of a table are wanted; None and 'all' leave them as they stand.

    A span is of days; of rollups it is the bucket of its name, or else the daily ones within it.
    """

    scope: Scope | None = None
    span: Span | None = None
    kind: Kind = KIND.default
    name: str | None = None
    limit: int | None = None


def names() -> list[str]:
    """Every table that may leave the warehouse."""
    return [table.name for table in TABLES if table.name not in (*_OURS, *_LOCAL)]


def stored_table(con: Connection, table: str, choice: Choice) -> Relation:
    """The rows of a table that are chosen. UsageError where it cannot be chosen by that."""
    rows = con.table(table)
    columns = set(rows.columns)
    if choice.scope is not None and (not choice.scope.is_default or "project_id" in columns):
        _expect("project_id" in columns, table, "project")
        ids = [*choice.scope.ids, *([EVERY_PROJECT] if choice.scope.is_default else [])]
        rows = rows.filter(Column("project_id").isin(*map(Constant, ids)))
    if choice.kind != "all":
        _expect("kind" in columns, table, "kind")
        rows = rows.filter(Column("kind") == Constant(choice.kind))
    if choice.name is not None:
        _expect("skill_name" in columns, table, "name")
        rows = rows.filter(Column("skill_name") == Constant(choice.name))
    if choice.span is not None:
        rows = _within(rows, table, choice.span)
    return rows if choice.limit is None else rows.limit(choice.limit)


def _within(rows: Relation, table: str, span: Span) -> Relation:
    day = "day"
    if "window_start" in rows.columns:
        day = "window_start"
        rows = rows.filter(Column("time_window") == Constant(span.grain or "daily"))
        if span.grain is not None:
            return rows.filter(Column(day) == Constant(span.start))
    _expect(day in rows.columns, table, "span of days")
    if span.hours is not None:
        _expect("invoked_at" in rows.columns, table, "span of hours")
        return rows.filter(Column("invoked_at") >= Constant(span.hours.since_at))
    if span.since is not None:
        rows = rows.filter(Column(day) >= Constant(span.since))
    if span.until is not None:
        rows = rows.filter(Column(day) <= Constant(span.until))
    return rows


def _expect(holds: bool, table: str, what: str) -> None:
    if not holds:
        raise UsageError(
            f"The table {table} cannot be filtered by {what}.", f"Leave out the {what}."
        )
