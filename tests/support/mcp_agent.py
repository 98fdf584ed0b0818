"""An agent of the tests: the library's own client, and our server as a process of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from decimal import Context, Decimal
from pathlib import Path
from typing import Any, TypeVar

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult, TextContent

from command_line import TOP

PATIENCE_S = 120
CHARACTERS = 20_000

Done = TypeVar("Done")


class Agent:
    """A client in a session that lasts; call its methods as if it were a plain object."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal = portal
        self.client = client

    def do(self, work: Coroutine[Any, Any, Done]) -> Done:
        """Have the client do something; it may take two minutes."""

        async def bounded() -> Done:
            with anyio.fail_after(PATIENCE_S):
                return await work

        return self._portal.call(bounded)

    def __call__(self, tool: str, **arguments: object) -> CallToolResult:
        return self.do(self.client.call_tool(tool, arguments))

    def answers(self, tool: str, **arguments: object) -> list[dict[str, Any]]:
        """The answers of a call that goes well, all pages of them put together."""
        whole: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            more = {} if cursor is None else {"cursor": cursor}
            found = structured(self(tool, **arguments, **more))
            if not whole:
                whole = found["answers"]
            else:
                for all_of_it, page in zip(whole, found["answers"], strict=True):
                    all_of_it["data"] += page["data"]
            cursor = found["page"]["next_cursor"]
            if cursor is None:
                return whole


def structured(done: CallToolResult) -> dict[str, Any]:
    """What a call that went well found; every answer is held to the limit on the way."""
    assert not done.is_error, text(done)
    assert length(done) <= CHARACTERS
    found = done.structured_content
    assert isinstance(found, dict)
    return found


def as_sent(value: Any, key: str = "") -> Any:
    """A command's JSON value with its numbers as an agent gets them: durations whole, p-values with
    two significant digits, others with three decimals below 1, two below 100, none above."""
    if isinstance(value, dict):
        return {name: as_sent(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_sent(each, key) for each in value]
    if not isinstance(value, float):
        return value
    number = Decimal(value)
    if "p_value" in key or "adjusted_p" in key:
        return float(Context(prec=2).plus(number))
    places = 0 if key.endswith("_ms") or abs(number) >= 100 else 3 if abs(number) < 1 else 2
    return float(round(number, places))


def text(done: CallToolResult) -> str:
    [content] = done.content
    assert isinstance(content, TextContent)
    return content.text


def length(done: CallToolResult) -> int:
    """Characters of an answer in all."""
    numbers = json.dumps(done.structured_content, ensure_ascii=False, separators=(",", ":"))
    return len(numbers) + len(text(done))


def parameters(
    warehouse: Path, *options: str, env: Mapping[str, str] | None = None
) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "cli", "--warehouse", str(warehouse), "mcp", *options],
        env={"SKILLHOUSE_TIMEZONE": "UTC", **(env or {})},
        cwd=TOP,
    )


@contextmanager
def agent(warehouse: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Agent]:
    """An agent whose server reads the warehouse."""
    client = Client(parameters(warehouse, *options, env=env))
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(client) as connected,
    ):
        yield Agent(portal, connected)
