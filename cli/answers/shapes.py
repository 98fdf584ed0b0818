"""What the rows of an answer look like, with or without any row: read from its JSON Schema.

So a file has the same columns, of the same types, whatever was found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

FieldKind = Literal[
    "integer", "number", "flag", "instant", "day", "choice", "text", "object", "objects", "json"
]
"""``choice`` is a text of a known few, ``objects`` a list of objects, ``json`` any other list."""

_SCHEMAS = Path(__file__).parent.parent / "json_schemas"


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
    file = f"{answer}.json"
    parts = _schema(file)["properties"]
    return Shape(
        _fields(parts["data"].get("items", {}), file),
        _fields(parts.get("totals", {}), file),
        _fields(parts.get("filters", {}), file),
    )


@dataclass(frozen=True)
class Column:
    """A column of a table: where its value stands in a row, and what it is."""

    path: tuple[str, ...]
    kind: FieldKind

    @property
    def name(self) -> str:
        """The way to it joined by dots: ``trend.current.success_rate``."""
        return ".".join(self.path)


def columns_of(fields: tuple[Field, ...]) -> list[Column]:
    """The fields as columns: an object's fields are columns of their own, a list stays one."""
    return list(_columns(fields, ()))


def _columns(fields: tuple[Field, ...], before: tuple[str, ...]) -> Iterator[Column]:
    for field in fields:
        path = (*before, field.name)
        if field.kind == "object":
            yield from _columns(field.inner, path)
        else:
            yield Column(path, "json" if field.kind == "objects" else field.kind)


@cache
def _schema(file: str) -> dict[str, Any]:
    return dict(json.loads((_SCHEMAS / file).read_text(encoding="utf-8")))


def _fields(node: Mapping[str, Any], file: str) -> tuple[Field, ...]:
    """An object's fields: its own, those it takes from elsewhere, what is nested last."""
    found: dict[str, Field] = {}
    for part, place in _parts(node, file):
        for name, value in part.get("properties", {}).items():
            field = _field(name, value, place)
            if name not in found or found[name].kind == "text":
                found[name] = field
    return tuple(sorted(found.values(), key=lambda field: field.is_nested))


def _parts(node: Mapping[str, Any], file: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """A schema and all those it refers to or consists of, each with the file it stands in."""
    yield node, file
    if "$ref" in node:
        named, _, way = node["$ref"].partition("#")
        place = named or file
        target: Any = _schema(place)
        for step in filter(None, way.split("/")):
            target = target[step]
        yield from _parts(target, place)
    for word in ("allOf", "anyOf", "oneOf"):
        for part in node.get(word, ()):
            yield from _parts(part, file)


def _field(name: str, node: Mapping[str, Any], file: str) -> Field:
    parts = list(_parts(node, file))
    types = {each for part, _ in parts for each in _types(part)} - {"null"}
    words = {
        key: part[key] for part, _ in reversed(parts) for key in ("format", "items") if key in part
    }
    if "object" in types or any("properties" in part for part, _ in parts):
        inner = _fields(node, file)
        return Field(name, "object", inner) if inner else Field(name, "json")
    if "array" in types:
        [(items, place)] = [(p["items"], where) for p, where in parts if "items" in p] or [
            ({}, file)
        ]
        inner = _fields(items, place)
        return Field(name, "objects", inner) if inner else Field(name, "json")
    return Field(name, _scalar(types, str(words.get("format", "")), parts))


def _types(part: Mapping[str, Any]) -> list[str]:
    named = part.get("type", [])
    return [named] if isinstance(named, str) else list(named)


def _scalar(types: set[str], form: str, parts: list[tuple[Mapping[str, Any], str]]) -> FieldKind:
    if form == "date-time":
        return "instant"
    if form == "date":
        return "day"
    for json_type, kind in (("boolean", "flag"), ("number", "number"), ("integer", "integer")):
        if json_type in types:
            return kind  # type: ignore[return-value]
    free = [part for part, _ in parts if "string" in _types(part) and not _is_closed(part)]
    return "text" if free or not any(_is_closed(part) for part, _ in parts) else "choice"


def _is_closed(part: Mapping[str, Any]) -> bool:
    return "enum" in part or "const" in part
