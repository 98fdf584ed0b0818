"""The JSON Schema (draft 2020-12) of every command's ``--json``, made from the answer's type."""

from __future__ import annotations

import ast
import inspect
from datetime import date, datetime
from functools import cache
from importlib import import_module
from itertools import pairwise
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from aggregator.answers.fields import Bounds, Items, Length, Zone
from aggregator.answers.struct import Struct
from cli.answers.shapes import hints, json_name
from cli.answers.types import answer_type
from cli.output import command_of
from schema.parameter import Parameter

Schema = dict[str, Any]

_SCALARS: dict[object, Schema] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    str: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    NoneType: {"type": "null"},
    None: {"type": "null"},
    object: {},
}


class _Envelope(Struct):
    """What surrounds every answer: the same object for every command, also when it is empty."""

    schema_version: Literal[1]
    """Fields are only added within a version."""
    command: str
    """The command that answers."""
    generated_at: datetime
    """The moment the answer is of."""
    timezone: Zone
    """The zone in which days are cut and times are written."""
    filters: object
    """What was asked."""
    data: object
    """The rows."""
    totals: object
    """Totals over all rows, shown or not."""
    warnings: list[str]
    """What a person should know of the answer."""


def schema_of(name: str) -> Schema:
    """The schema of a command's answer. UnknownName suggests the nearest."""
    of = answer_type(name)
    schema, answer = _object(_Envelope), _object(of)
    for part in ("filters", "data", "totals"):
        found = answer["properties"][part]
        schema["properties"][part] = {**schema["properties"][part], **found}
    schema["properties"]["command"] = {
        "const": command_of(name),
        "description": schema["properties"]["command"]["description"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": (of.__doc__ or "").rstrip("."),
        "description": (
            "Rates are 0..1, durations milliseconds, times ISO 8601 with an offset;"
            " what is missing is null."
        ),
        **{key: value for key, value in schema.items() if key != "description"},
    }


def _object(of: type[Struct]) -> Schema:
    """A row, with the sentence of each of its fields."""
    sentences = _sentences(of)
    properties = {}
    for name, annotation in hints(of).items():
        node = _node(annotation)
        if name in sentences:
            node = {**node, "description": sentences[name]}
        properties[name] = node
    return {
        "type": "object",
        "description": of.__doc__ or "",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def _node(annotation: Any) -> Schema:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _bounded(_node(parts[0]), parts[1:])
    if origin in (Union, UnionType):
        return _union([_node(part) for part in parts])
    if origin is Literal:
        return {"enum": list(parts)} if len(parts) > 1 else {"const": parts[0]}
    if origin is list:
        return {"type": "array", "items": _node(parts[0])}
    if origin is dict:
        names = list(get_args(parts[0]))
        required = {"required": names} if names else {}
        return {"type": "object", **required, "additionalProperties": _node(parts[1])}
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return _object(annotation)
    return dict(_SCALARS[annotation])


def _union(parts: list[Schema]) -> Schema:
    """One of several; a type that may be null stays one node, with its bounds and its sentence."""
    null = {"type": "null"}
    others = [part for part in parts if part != null]
    if len(others) > 1:
        return {"anyOf": parts}
    [node] = others
    if "enum" in node:
        return {**node, "enum": [*node["enum"], None]}
    return {**node, "type": [node["type"], "null"]}


def _bounded(node: Schema, metadata: tuple[object, ...]) -> Schema:
    words: dict[str, object] = {}
    for each in metadata:
        match each:
            case Bounds(least, greatest, above):
                words |= {"minimum": least, "maximum": greatest, "exclusiveMinimum": above}
            case Length(least, pattern):
                words |= {"minLength": least or None, "pattern": pattern}
            case Items(least, greatest):
                words |= {"minItems": least or None, "maxItems": greatest}
            case Parameter():
                words |= {"minimum": each.least, "maximum": each.most}
                meaning = "; null: all." if each.default is None else "."
                words["description"] = each.sentence.rstrip(".") + meaning
            case str():
                words["description"] = each
    return {**node, **{word: value for word, value in words.items() if value is not None}}


def _sentences(of: type[Struct]) -> dict[str, str]:
    """The text below each field, by the name in JSON; those of its bases too."""
    found: dict[str, str] = {}
    for part in reversed(of.__mro__):
        if part not in (object, Struct):
            found |= _sentences_in(part.__module__).get(part.__name__, {})
    return found


@cache
def _sentences_in(module: str) -> dict[str, dict[str, str]]:
    """The texts below the fields of a module's classes, by the names of class and field."""
    definitions = ast.parse(inspect.getsource(import_module(module))).body
    return {each.name: _below(each) for each in definitions if isinstance(each, ast.ClassDef)}


def _below(definition: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, below in pairwise(definition.body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[json_name(name)] = " ".join(text.split())
    return found
