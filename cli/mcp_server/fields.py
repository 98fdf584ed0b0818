"""Which fields of an answer a tool sends, and the JSON Schema of what it sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.answers.schemas import schema_of
from cli.mcp_server.privacy import HIDDEN_FIELDS

Schema = dict[str, Any]

_DEPTH = 1
"""Levels of objects within an answer whose fields are named; deeper ones are in the full schema."""

_PAGE: Schema = {
    "type": "object",
    "required": ["parts", "next_cursor", "shortened"],
    "properties": {
        "parts": {"type": "array", "items": {"type": "object"}},
        "next_cursor": {"type": ["string", "null"]},
        "shortened": {"type": "boolean"},
        "notes": {"type": "array", "items": {"type": "string"}},
    },
}


def without(value: Any, paths: Sequence[str]) -> Any:
    """A JSON value without the fields at these paths: ``a.b`` is the field b of the object, or of
    each object of the list, at a."""
    if isinstance(value, list):
        return [without(each, paths) for each in value]
    if not isinstance(value, Mapping):
        return value
    gone, inner = _split(paths)
    return {
        name: without(field, inner[name]) if name in inner else field
        for name, field in value.items()
        if name not in gone
    }


def only(value: Any, paths: Sequence[str]) -> Any:
    """A JSON value with no more than the fields at these paths, in the paths' order."""
    if isinstance(value, list):
        return [only(each, paths) for each in value]
    if not isinstance(value, Mapping):
        return value
    inner: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        inner.setdefault(name, []).extend([rest] if rest else [])
    return {
        name: only(value[name], rest) if rest else value[name]
        for name, rest in inner.items()
        if name in value
    }


def _split(paths: Sequence[str]) -> tuple[set[str], dict[str, list[str]]]:
    """The names of fields here, and the paths that go on within others."""
    here = {path for path in paths if "." not in path}
    inner: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        if rest:
            inner.setdefault(name, []).append(rest)
    return here, inner


def output_schema(answers: Mapping[str, Sequence[str]]) -> Schema:
    """The schema of a tool that sends these answers, each without the fields at its paths.

    It names fields, types and values; sentences, bounds and deeper levels are printed by
    `skillhouse schema COMMAND`: clients repeat this one in an agent's context for each tool.
    """
    each = [_answer(name, paths) for name, paths in answers.items()]
    return {
        "type": "object",
        "required": ["answers", "page"],
        "properties": {
            "answers": {
                "type": "array",
                "items": each[0] if len(each) == 1 else {"anyOf": each},
            },
            "page": _PAGE,
        },
    }


def _answer(name: str, paths: Sequence[str]) -> Schema:
    whole = schema_of(name)["properties"]
    return {
        "type": "object",
        "required": ["command", "timezone", "data", "totals"],
        "properties": {
            "command": {"const": whole["command"]["const"]},
            "timezone": {"type": "string"},
            "data": {"type": "array", "items": _node(whole["data"].get("items", {}), paths)},
            "totals": _node(whole["totals"], (), _DEPTH),
        },
    }


def _node(node: Schema, paths: Sequence[str], depth: int = _DEPTH) -> Schema:
    """The node with its types and values only, without the fields at ``paths``."""
    if "enum" in node or "const" in node:
        return {key: node[key] for key in ("enum", "const") if key in node}
    kept: Schema = {"type": node["type"]} if "type" in node else {}
    gone, inner = _split(paths)
    if "properties" in node and depth:
        kept["properties"] = {
            name: _node(field, inner.get(name, ()), depth - 1)
            for name, field in node["properties"].items()
            if name not in gone and name not in HIDDEN_FIELDS
        }
    if "items" in node:
        kept["items"] = _node(node["items"], paths, depth)
    if "anyOf" in node:
        kept["anyOf"] = [_node(each, paths, depth) for each in node["anyOf"]]
    return kept
