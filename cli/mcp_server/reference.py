"""The tools and their arguments, as they are declared to agents: ``docs/mcp-tools.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.mcp_server.tools import TOOLS, Tool
from cli.output import command_of

_HEAD = """\
# MCP tools

What `skillhouse mcp` offers to agents, as it declares it. [For agents](mcp.md) says how to add the
server to a client, and what an answer contains. `make docs` generates this page.

Tools that write exist only with `--allow-write`.
"""


def reference() -> str:
    """The page in Markdown."""
    return "\n\n".join([_HEAD.rstrip(), *map(_section, TOOLS)]) + "\n"


def _section(tool: Tool) -> str:
    lead = "Runs" if tool.writes else "Answers as"
    names = ", ".join(f"`{command_of(name)}`" for name in tool.answers)
    shorter = "; some fields are left out" if any(tool.answers.values()) else ""
    schema = tool.arguments.model_json_schema()
    required = schema.get("required", [])
    rows = [
        (f"`{name}`", ", ".join(_types(field)), _meaning(field, is_required=name in required))
        for name, field in schema.get("properties", {}).items()
    ]
    table = [("argument", "type", "meaning"), ("---", "---", "---"), *rows]
    arguments = "\n".join(f"| {' | '.join(row)} |" for row in table) if rows else "No arguments."
    return "\n\n".join(
        [f"## {tool.name}", tool.description, f"{lead} {names}{shorter}.", arguments]
    )


def _types(field: Mapping[str, Any]) -> Iterator[str]:
    for each in field.get("anyOf", [field]):
        if "enum" in each:
            yield from (f"`{value}`" for value in each["enum"])
        elif each["type"] == "array":
            yield "list"
        elif each["type"] != "null":
            yield str(each["type"])


def _meaning(field: Mapping[str, Any], *, is_required: bool) -> str:
    parts = [str(field.get("description", ""))]
    default = field.get("default")
    if is_required:
        parts.append("Required.")
    elif default not in (None, [], False, ""):
        parts.append(f"Default: `{default}`.")
    return " ".join(parts).replace("|", "\\|")
