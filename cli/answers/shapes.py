"""What the rows of an answer look like, with or without any row: read from the answer's type.

So a file has the same columns, of the same types, whatever was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from importlib import import_module
from inspect import get_annotations
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from aggregator.answers import fields
from aggregator.answers.struct import Struct
from cli.answers.types import answer_type
from schema.frozen import dataclass

FieldKind = Literal[
    "integer", "number", "flag", "instant", "day", "choice", "text", "object", "objects", "json"
]
"""``choice`` is one text of a fixed set, ``objects`` a list of objects, ``json`` any other list."""

_SCALARS: dict[object, FieldKind] = {
    int: "integer",
    float: "number",
    bool: "flag",
    datetime: "instant",
    date: "day",
    str: "text",
}


@dataclass(frozen=True)
class Field:
    """A field of an object; ``inner`` are those of the object, or of a list's objects."""

    name: str
    kind: FieldKind
    inner: tuple[Field, ...] = ()

    @property
    def is_nested(self) -> bool:
        return self.kind in ("object", "objects", "json")


@dataclass(frozen=True)
class Shape:
    """The fields of an answer's rows, of its totals and of its filters."""

    rows: tuple[Field, ...]
    totals: tuple[Field, ...]
    filters: tuple[Field, ...]


@cache
def shape_of(answer: str) -> Shape:
    """The shape of the answer of a name."""
    parts = hints(answer_type(answer))
    return Shape(
        _fields_of_rows(parts["data"]), _fields(parts["totals"]), _fields(parts["filters"])
    )


def _fields_of_rows(data: Any) -> tuple[Field, ...]:
    """The fields of all types that the rows have; none where they have those that are asked for."""
    [row] = get_args(bare(data))
    types = get_args(row) if get_origin(row) in (Union, UnionType) else (row,)
    found: dict[str, Field] = {}
    for each in types:
        if isinstance(each, type) and issubclass(each, Struct):
            found = {**{field.name: field for field in _fields(each)}, **found}
    return tuple(sorted(found.values(), key=lambda field: field.is_nested))


def row_type(answer: str) -> Any:
    """The type of an answer's rows; of several the first, which the answer is about."""
    [row] = get_args(bare(hints(answer_type(answer))["data"]))
    return get_args(row)[0] if get_origin(row) in (Union, UnionType) else row


@dataclass(frozen=True)
class Column:
    """A column of a table: where its value is in a row, and what it is."""

    path: tuple[str, ...]
    kind: FieldKind

    @property
    def name(self) -> str:
        """The way to it joined by dots: ``trend.current.success_rate``."""
        return ".".join(self.path)


def columns_of(of: tuple[Field, ...]) -> list[Column]:
    """The fields as columns: an object's fields are columns of their own, a list stays one."""
    return [column for column, _ in _columns(of, ())]


def flat_columns_of(of: tuple[Field, ...]) -> list[Column]:
    """``columns_of`` without the lists of objects, which have no text for a cell."""
    return [column for column, field in _columns(of, ()) if field.kind != "objects"]


def hints(of: type[Struct]) -> dict[str, Any]:
    """The types of an answer's or a row's fields, by the names they have in JSON."""
    found: dict[str, Any] = {}
    for part in reversed(of.__mro__):
        if part in (object, Struct):
            continue
        # A module imports the aliases for the type checker alone; its own names come first.
        names = {**vars(fields), **vars(import_module(part.__module__))}
        found |= get_annotations(part, globals=names, eval_str=True)
    return {json_name(name): found[name] for name in of.field_names}


def json_name(field: str) -> str:
    """The name in JSON of a field; one that is a keyword of Python ends with an underscore."""
    return field.rstrip("_")


def bare(annotation: Any) -> Any:
    """The type without its bounds, and without null."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        parts = [part for part in get_args(annotation) if part is not NoneType]
        return bare(parts[0]) if len(parts) == 1 else annotation
    return annotation


def _columns(of: tuple[Field, ...], before: tuple[str, ...]) -> Iterator[tuple[Column, Field]]:
    for field in of:
        path = (*before, field.name)
        if field.kind == "object":
            yield from _columns(field.inner, path)
        else:
            kind = "json" if field.kind == "objects" else field.kind
            yield Column(path, kind), field


def _fields(of: type[Struct]) -> tuple[Field, ...]:
    """Those of a row, what is nested last."""
    found = [_field(name, bare(annotation)) for name, annotation in hints(of).items()]
    return tuple(sorted(found, key=lambda field: field.is_nested))


def _field(name: str, of: Any) -> Field:
    if isinstance(of, type) and issubclass(of, Struct):
        return Field(name, "object", _fields(of))
    if get_origin(of) is list:
        item = bare(get_args(of)[0])
        if isinstance(item, type) and issubclass(item, Struct):
            return Field(name, "objects", _fields(item))
        return Field(name, "json")
    if get_origin(of) in (dict, Union, UnionType):
        return Field(name, "json")
    if get_origin(of) is Literal:
        values = get_args(of)
        return Field(name, "choice" if isinstance(values[0], str) else "flag")
    return Field(name, _SCALARS.get(of, "text"))
