"""Answers and queries as data frames. Columns and their types do not depend on what was found.

polars and pandas are imported only here, and only for a frame.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from aggregator.answers.struct import Struct, as_json
from cli.answers import shapes
from cli.installation import missing_extra
from schema.errors import SkillhouseError
from skillhouse.errors import in_words_of_python

if TYPE_CHECKING:
    import polars

    from cli.output import Answer
    from cli.sql_query import Rows

EXTRA = "frames"

_OF_DUCKDB: dict[str, type] = {
    "BOOLEAN": bool,
    "DATE": date,
    "TIME": time,
    "INTERVAL": timedelta,
    "TIMESTAMP WITH TIME ZONE": datetime,
    "BLOB": bytes,
    "FLOAT": float,
    "DOUBLE": float,
}
_MIN, _MAX = -(2**63), 2**63 - 1
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")


class LocalTime:
    """Stands for the type of a time that names no zone."""


@dataclass(frozen=True)
class Column:
    """A column: its values, the type they have, and the zone that instants are shown in."""

    name: str
    type: Any
    values: list[Any]
    zone: str = "UTC"


def columns_of_answer(question: str, answer: Answer) -> list[Column]:
    """The columns of an answer's rows: those that ``export`` writes."""
    row_type = shapes.row_type(question)
    return [
        Column(
            column.name,
            _type_at(row_type, column.path),
            [reduce(_step, column.path, row) for row in answer.data],
            answer.timezone,
        )
        for column in shapes.columns_of(shapes.shape_of(question).rows)
    ]


def columns_of_query(found: Rows) -> list[Column]:
    """The columns of a query's rows."""
    return [
        _column_of_query(column.name, column.type, [row[place] for row in found.rows])
        for place, column in enumerate(found.columns)
    ]


def polars_frame(columns: Sequence[Column]) -> polars.DataFrame:
    """SkillhouseError where polars is not installed."""
    try:
        import polars
    except ImportError:
        with in_words_of_python():
            raise missing_extra(EXTRA, ".pl()") from None

    def type_of(annotation: Any, zone: str) -> Any:
        of = shapes.bare(annotation)
        if get_origin(of) is list:
            return polars.List(type_of(get_args(of)[0], zone))
        if _is_struct(of):
            fields = shapes.hints(of).items()
            return polars.Struct({name: type_of(each, zone) for name, each in fields})
        return {
            int: polars.Int64,
            float: polars.Float64,
            bool: polars.Boolean,
            date: polars.Date,
            time: polars.Time,
            timedelta: polars.Duration("us"),
            datetime: polars.Datetime("us", zone),
            LocalTime: polars.Datetime("us"),
            bytes: polars.Binary,
        }.get(_scalar(of), polars.String)

    def series(column: Column) -> Any:
        values = [_value(column.type, value) for value in column.values]
        # Another zone changes how an instant is shown, and none in UTC is read in a wrong one.
        made = polars.Series(column.name, values, type_of(column.type, "UTC"))
        return made.cast(type_of(column.type, column.zone))

    return polars.DataFrame([series(column) for column in columns])


def pandas_frame(columns: Sequence[Column]) -> Any:
    """A pandas DataFrame. SkillhouseError where pandas is not installed."""
    try:
        import pandas
    except ImportError:
        with in_words_of_python():
            raise SkillhouseError(
                ".df() needs pandas, which is not installed in this environment.",
                "Install pandas, or use .pl(), which needs polars.",
            ) from None
    types = {int: "Int64", float: "float64", bool: "boolean", str: "string"} | {
        date: "datetime64[us]",
        datetime: "datetime64[us, UTC]",
        LocalTime: "datetime64[us]",
        timedelta: "timedelta64[us]",
    }

    def series(column: Column) -> Any:
        values = [_value(column.type, value) for value in column.values]
        of = shapes.bare(column.type)
        nested = get_origin(of) is list or _is_struct(of)
        dtype = "object" if nested else types.get(_scalar(of), "object")
        made = pandas.Series(values, dtype=dtype)
        shown = of is datetime and column.zone != "UTC"
        return made.dt.tz_convert(column.zone) if shown else made

    return pandas.DataFrame({column.name: series(column) for column in columns})


def _step(value: Any, field: str) -> Any:
    """The field of a row, or of an object in it that may be missing."""
    if value is None:
        return None
    names = {shapes.json_name(name): name for name in value.field_names}
    return getattr(value, names[field])


def _type_at(row_type: Any, path: Sequence[str]) -> Any:
    return reduce(lambda of, field: shapes.bare(shapes.hints(of)[field]), path, row_type)


def _is_struct(of: Any) -> bool:
    return isinstance(of, type) and issubclass(of, Struct)


def _scalar(of: Any) -> Any:
    """The plain type of a value; ``str`` for what a frame has as text."""
    if get_origin(of) is Literal:
        return type(get_args(of)[0])
    known = (int, float, bool, date, time, timedelta, datetime, bytes, LocalTime)
    return of if of in known else str


def _value(annotation: Any, value: Any) -> Any:
    """A value as frames take it: instants in UTC, objects as dicts, the rest as JSON text."""
    if value is None:
        return None
    of = shapes.bare(annotation)
    if get_origin(of) is list:
        return [_value(get_args(of)[0], each) for each in value]
    if _is_struct(of):
        types = shapes.hints(of)
        return {name: _value(types[name], _step(value, name)) for name in types}
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if _scalar(of) is not str or isinstance(value, str):
        return value
    if isinstance(value, Mapping | list | tuple | Struct):
        return json.dumps(as_json(value), ensure_ascii=False)
    return str(value)


def _column_of_query(name: str, duckdb_type: str, values: list[Any]) -> Column:
    of = _type_of_duckdb(duckdb_type)
    if of is int and any(value is not None and not _MIN <= value <= _MAX for value in values):
        of = float  # of 128 bits, and too large for 64
    if of is float:
        values = [None if value is None else float(value) for value in values]
    return Column(name, of, values)


def _type_of_duckdb(name: str) -> type:
    if name.startswith("TIMESTAMP") and name not in _OF_DUCKDB:
        return LocalTime
    if name.startswith("DECIMAL"):
        return float
    if name in _INTEGERS or name.removeprefix("U") in _INTEGERS:
        return int
    return _OF_DUCKDB.get(name, str)
