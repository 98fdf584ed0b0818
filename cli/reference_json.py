"""The fields of every answer with ``--json``, from their JSON Schemas: ``docs/json.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.answers.schemas import schema_of
from cli.answers.types import answer_names

_HEAD = """\
# Fields of JSON

What each command prints with `--json`: the fields of its rows (`data`) and of its `totals`. Fields
that all answers have are in [JSON](commands.md#json), with units. `skillhouse schema COMMAND`
prints the whole JSON Schema (draft 2020-12), with the filters and the fields of objects within
objects. `make docs` generates this page.

A field without "null" in its type is always there and never null.
"""


def reference() -> str:
    """The page in Markdown."""
    return "\n\n".join([_HEAD.rstrip(), *map(_section, answer_names())]) + "\n"


def _section(name: str) -> str:
    parts = schema_of(name)["properties"]
    rows = _fields(parts["data"]["items"])
    totals = _fields(parts["totals"])
    tables = [_table("field of a row", rows), _table("field of the totals", totals)]
    return "\n\n".join([f"## {name}", *filter(None, tables)])


def _fields(of: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The fields of an object; of several kinds of rows, those of all."""
    kinds = of.get("anyOf", [of])
    found: dict[str, Mapping[str, Any]] = {}
    for kind in kinds:
        found = {**kind.get("properties", {}), **found}
    return found


def _table(head: str, fields: Mapping[str, Mapping[str, Any]]) -> str:
    if not fields:
        return ""
    rows = [(head, "type", "meaning"), ("---", "---", "---")]
    for name, field in fields.items():
        rows.append((f"`{name}`", ", ".join(_types(field)), _meaning(field)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _types(field: Mapping[str, Any]) -> Iterator[str]:
    """What a field may be, in words."""
    if "anyOf" in field:
        for each in field["anyOf"]:
            yield from _types(each)
    elif "enum" in field or "const" in field:
        for value in field.get("enum", [field.get("const")]):
            yield "null" if value is None else f"`{value}`"
    else:
        named = field.get("type", "any")
        for each in [named] if isinstance(named, str) else named:
            yield _type(each, field)


def _type(name: str, field: Mapping[str, Any]) -> str:
    if name == "string":
        return {"date": "date", "date-time": "time"}.get(field.get("format", ""), "text")
    if name == "array":
        return f"list of {', '.join(_types(field.get('items', {})))}"
    return name


def _meaning(field: Mapping[str, Any]) -> str:
    return str(field.get("description", "")).replace("|", "\\|")
