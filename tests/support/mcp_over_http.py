"""A client over HTTP, as a process of its own: tests themselves do not reach for any network.

    python mcp_over_http.py URL TOKEN [tools only]

It prints one JSON object of what it was told.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def main(url: str, token: str, tools_only: bool) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    told: dict[str, Any] = {}
    with anyio.fail_after(120):
        async with (
            httpx2.AsyncClient(headers=bearer, timeout=120) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            told["tools"] = [tool.name for tool in (await client.list_tools()).tools]
            if not tools_only:
                told["refusals"] = await refusals(url, bearer)
                told |= await calls(client)
    sys.stdout.write(json.dumps(told))


async def calls(client: Client) -> dict[str, Any]:
    top = await client.call_tool("get_top_skills", {})
    bad = await client.call_tool("get_top_skills", {"limit": 0})
    return {
        "top": top.structured_content,
        "bad": bad.content[0].text if bad.is_error else None,  # type: ignore[union-attr]
        "many": await many(client),
        "cancelled": await cancelled(client),
        "again": not (await client.call_tool("health_check", {})).is_error,
    }


async def refusals(url: str, bearer: dict[str, str]) -> dict[str, int]:
    """How requests are answered that a page, a stranger or a mistaken client might make."""
    tries: dict[str, dict[str, str]] = {
        "no token": {},
        "wrong token": {"Authorization": "Bearer wrong"},
        "another scheme": {"Authorization": bearer["Authorization"].replace("Bearer", "Basic")},
        "another host": {**bearer, "Host": "evil.example"},
        "another port": {**bearer, "Host": "127.0.0.1:1"},
        "another origin": {**bearer, "Origin": "http://evil.example"},
        "an opaque origin": {**bearer, "Origin": "null"},
        "our own origin": {**bearer, "Origin": url.removesuffix("/mcp")},
    }
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "0"},
        },
    }
    accept = {"Accept": "application/json, text/event-stream"}
    codes = {}
    async with httpx2.AsyncClient(timeout=60) as http:
        for name, headers in tries.items():
            done = await http.post(url, json=hello, headers={**accept, **headers})
            codes[name] = done.status_code
            assert not [key for key in done.headers if key.lower().startswith("access-control")]
        elsewhere = await http.get(url.removesuffix("/mcp"), headers=bearer)
        codes["another path"] = elsewhere.status_code
    return codes


async def many(client: Client) -> int:
    """How many of fifty calls at once succeed."""
    done = []

    async def one() -> None:
        done.append((await client.call_tool("get_top_skills", {})).is_error)

    async with anyio.create_task_group() as calls:
        for _ in range(50):
            calls.start_soon(one)
    return done.count(False)


async def cancelled(client: Client) -> bool:
    """Whether a call that is cancelled is let go at once."""
    with anyio.move_on_after(0.001) as scope:
        await client.call_tool("get_cross_project_insights", {})
    return scope.cancelled_caught


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], len(sys.argv) > 3)
