"""A person's own SQL on the warehouse: one statement that reads, within a time limit.

The statement sees the warehouse and nothing else. The file is attached read-only, and DuckDB is
told to open no other file and to load nothing, in a way that no statement can take back.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial
from threading import Event, Thread
from typing import Literal, TypeVar

import duckdb
from duckdb import FunctionExpression, SQLExpression, StatementType

from schema.errors import SkillhouseError, UsageError
from schema.spelling import parameter
from schema.warehouse import Connection, Warehouse

DEFAULT_TIMEOUT_S = 60.0
LONGEST_TIMEOUT_S = 86_400.0
MEMORY = "1 GiB"
"""What a query may take of memory; the rest of its work goes to the disk."""

_LOCKED = (
    f"set global memory_limit = '{MEMORY}'",
    "set global python_enable_replacements = false",
    "set global enable_external_access = false",
    "set global lock_configuration = true",
)
_READS = (StatementType.SELECT, StatementType.EXPLAIN, StatementType.MULTI)
"""What a statement may be. `pivot` is MULTI: it finds its columns first."""

_NOT_OF_THE_QUERY = (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.InternalException)
_PLACE = re.compile(r"LINE [0-9]+: (.*)")
_INTERRUPT_EVERY_S = 0.05
_INSTANT = "timestamp with time zone"
_NUMBERS = (
    *("tinyint", "smallint", "integer", "bigint", "hugeint"),
    *("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
    *("float", "double", "decimal"),
)
_SCALARS = (
    *_NUMBERS,
    *("boolean", "varchar", "enum", "uuid", "blob", "bit", "null"),
    *("date", "time", "time with time zone", "interval"),
    *("timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"),
)

Done = TypeVar("Done")
ColumnKind = Literal["number", "nested", "other"]


@dataclass(frozen=True)
class Column:
    """A column of a result; ``type`` is DuckDB's name of what it holds."""

    name: str
    type: str
    kind: ColumnKind


@dataclass(frozen=True)
class Rows:
    """A result. Instants are in UTC; lists, structs, maps and JSON are JSON texts.

    ``more`` says that there are rows beyond the limit.
    """

    columns: list[Column]
    rows: list[tuple[object, ...]]
    more: bool = False


def run(
    warehouse: Warehouse,
    query: str,
    *,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    limit: int | None = None,
) -> Rows:
    """The rows of a query, ``limit`` of them at most.

    UsageError for a statement that is wrong or does not only read; SkillhouseError where it takes
    longer than ``timeout_s`` seconds or fails otherwise; and the WarehouseError that fits.
    """
    if not 0 < timeout_s <= LONGEST_TIMEOUT_S:
        raise UsageError(
            f"A timeout of {timeout_s:g} seconds is out of range.",
            f"Use more than 0 and at most {LONGEST_TIMEOUT_S:,.0f} seconds.",
        )
    with warehouse.reading() as con:
        for setting in _LOCKED:
            con.execute(setting)
        try:
            _check(con, query)
            return _within(con, timeout_s, partial(_rows, con, query, limit))
        except duckdb.Error as error:
            raise _sentence(error, query) from None


def as_json(found: Rows) -> list[dict[str, object]]:
    """The rows as JSON has them: by column, nested values as such, what is not a number as text."""
    return [
        {
            column.name: _json_value(value, column.kind)
            for column, value in zip(found.columns, row, strict=True)
        }
        for row in found.rows
    ]


def as_text(value: object) -> str:
    """A value, which is not null, as tables and CSV show it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _json_value(value: object, kind: ColumnKind) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return json.loads(str(value)) if kind == "nested" else as_text(value)


def _check(con: Connection, query: str) -> None:
    """UsageError unless the text is one statement that reads."""
    statements = con.extract_statements(query)
    if not statements:
        raise UsageError(
            "The query is empty.", "For example: select count(*) as uses from skill_usage"
        )
    if len(statements) > 1:
        raise UsageError(
            f"There are {len(statements)} statements; a query is one.", "Run them one at a time."
        )
    kind = statements[0].type
    if kind not in _READS:
        raise UsageError(
            f"This is {kind.name}; only queries that read are allowed.",
            "Use select, from, with, pivot, describe, summarize, show or explain.",
        )


def _rows(con: Connection, query: str, limit: int | None) -> Rows:
    relation = con.sql(query)
    names = _unique(relation.columns)
    # JSON is text to DuckDB, and holds lists and objects.
    kinds = ["json" if str(each) == "JSON" else str(each.id) for each in relation.types]
    columns = [
        Column(name, str(type_).strip('"'), _kind(kind))
        for name, type_, kind in zip(names, relation.types, kinds, strict=True)
    ]
    if limit is not None:
        relation = relation.limit(limit + 1)
    found = relation.select(*map(_readable, range(1, 1 + len(kinds)), kinds)).fetchall()
    instants = [place for place, kind in enumerate(kinds) if kind == _INSTANT]
    rows = [_with_zone(row, instants) for row in found[:limit]] if instants else found[:limit]
    return Rows(columns, rows, limit is not None and len(found) > limit)


def _kind(kind: str) -> ColumnKind:
    if kind in _NUMBERS:
        return "number"
    return "other" if kind in _SCALARS or kind == _INSTANT else "nested"


def _readable(place: int, kind: str) -> duckdb.Expression:
    """The column in a form that Python takes; DuckDB would ask for a library for instants."""
    # By its place: two columns of a query may have one name.
    column = SQLExpression(f"#{place}")
    if kind == _INSTANT:
        column = column.cast("TIMESTAMP")
    elif kind not in _SCALARS:
        column = FunctionExpression("to_json", column).cast("VARCHAR")
    return column.alias(f"column_{place}")


def _with_zone(row: tuple[object, ...], places: list[int]) -> tuple[object, ...]:
    values = list(row)
    for place in places:
        value = values[place]
        values[place] = value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
    return tuple(values)


def _unique(names: list[str]) -> list[str]:
    """The names, each once in any case: a second ``uses`` is called ``uses_2``."""
    found: dict[str, str] = {}
    for name in names:
        number, chosen = 1, name
        while chosen.lower() in found:
            number += 1
            chosen = f"{name}_{number}"
        found[chosen.lower()] = chosen
    return list(found.values())


def _within(con: Connection, seconds: float, work: Callable[[], Done]) -> Done:
    """What ``work`` returns or raises; it is interrupted after so many seconds, or by Ctrl-C."""
    results: list[Done] = []
    failures: list[BaseException] = []
    ended = Event()

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # raised again by who waits for it
            failures.append(error)
        finally:
            ended.set()

    Thread(target=run, daemon=True).start()
    try:
        in_time = ended.wait(seconds)
    finally:
        # Between two statements there is nothing to interrupt, so the next one is, too.
        while not ended.wait(_INTERRUPT_EVERY_S):
            con.interrupt()
    if not failures:
        return results[0]
    if not in_time and isinstance(failures[0], duckdb.InterruptException):
        raise SkillhouseError(
            f"The query was stopped after {seconds:g} seconds.",
            "Reduce the query, or allow more time, for example"
            f" {parameter('timeout')} {2 * seconds:g}.",
        )
    raise failures[0]


def _sentence(error: duckdb.Error, query: str) -> SkillhouseError:
    """DuckDB's message as ours: what is wrong, where it stands, and what it suggests."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    what = lines[0] if lines else type(error).__name__
    found = SkillhouseError if isinstance(error, _NOT_OF_THE_QUERY) else UsageError
    hint = "\n".join(_with_line_of(query, lines[1:]))
    return found(f"The query cannot be run. {what}", hint)


def _with_line_of(query: str, lines: list[str]) -> list[str]:
    """The lines of a message, the place in it counted in the query as it was given.

    DuckDB counts in a text of its own where a query runs as part of another. Where the line is not
    to be found in the query, the place is left out.
    """
    for number, line in enumerate(lines):
        if place := _PLACE.match(line):
            excerpt = place[1].strip(".")
            places = [n for n, each in enumerate(query.splitlines(), 1) if excerpt in each]
            if len(places) != 1:
                return lines[:number] + lines[number + 2 :]
            place_line, mark = f"LINE {places[0]}: {place[1]}", lines[number + 1 : number + 2]
            shift = len(place_line) - len(line)
            moved = [" " * shift + each if shift > 0 else each[-shift:] for each in mark]
            return [*lines[:number], place_line, *moved, *lines[number + 2 :]]
    return lines
