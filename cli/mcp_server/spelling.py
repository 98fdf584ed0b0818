"""How messages write what an agent can do: by its tools and their arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cli.mcp_server.tools import Tool
from schema.spelling import CommandLine

_ARGUMENTS = {"all_projects": "include_unregistered"}
"""Arguments with another name than in the code."""


class ToolNames(CommandLine):
    """A command that a tool reads the answer of is that tool; others are for a person's terminal.

    So are those that write: their tools may not be offered.
    """

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools: dict[str, str] = {}
        for tool in tools:
            for answer in () if tool.writes else tool.answers:
                self._tools.setdefault(answer, tool.name)

    def parameter(self, name: str) -> str:
        if name == "warehouse":
            return f"`{CommandLine().command('mcp', (), {})} {super().parameter(name)}`"
        return _ARGUMENTS.get(name, name)

    def command(
        self, name: str, values: Sequence[str], parameters: Mapping[str, str | bool]
    ) -> str:
        tool = self._tools.get(name.replace(" ", "-"))
        return tool or super().command(name, values, parameters)
