"""Standard input and output as a transport: nothing but the protocol ever reaches stdout.

The library would divert both for as long as it serves and then give them back; what Python had
buffered by then, and what a thread that is left over prints, would reach the client after all. So
they are ours from the beginning, and are not given back.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from io import TextIOWrapper
from threading import Thread
from typing import Any

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from schema.errors import UsageError

LONGEST_LINE = 4 << 20
_BLOCK = 1 << 16


class Lines:
    """The lines of a descriptor, read by a thread of its own.

    The library's reader waits in a thread that cannot be called off: a signal would go unheard
    until the client says something. Waiting for these lines can be called off.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()

    async def __aiter__(self) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        Thread(target=self._read, args=(loop,), daemon=True).start()
        while (line := await self._lines.get()) is not None:
            yield line

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        rest = b""
        # The loop is closed when the server has ended first.
        with suppress(OSError, RuntimeError):
            while block := os.read(self._descriptor, _BLOCK):
                *lines, rest = (rest + block).split(b"\n")
                for line in lines:
                    self._hand_over(loop, line)
                if len(rest) > LONGEST_LINE:
                    break
            if rest:
                self._hand_over(loop, rest)
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._lines.put_nowait, None)

    def _hand_over(self, loop: asyncio.AbstractEventLoop, line: bytes) -> None:
        text = line.decode("utf-8", errors="replace")
        loop.call_soon_threadsafe(self._lines.put_nowait, text)


def taken_over() -> tuple[int, int]:
    """Stdin and stdout for ourselves alone: 0 is empty and 1 is stderr from now on, for good.

    Whoever prints, now or while the process ends, prints to stderr. UsageError without the two.
    """
    # Python has none where it was started with the descriptor closed; another may have it by now.
    if sys.stdin is None or sys.stdout is None:
        raise UsageError(
            "There is no standard input or output to talk over.",
            "A client starts this command and has both; over HTTP it is `skillhouse mcp --http`.",
        )
    wire = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:
        os.dup2(nothing, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    return wire


async def serve(server: Server[Any]) -> None:
    """Serve one client until it closes our input."""
    told, telling = taken_over()
    out = anyio.wrap_file(TextIOWrapper(os.fdopen(telling, "wb"), encoding="utf-8"))
    async with stdio_server(stdin=Lines(told), stdout=out) as (read, write):  # type: ignore[arg-type]
        await server.run(read, write, server.create_initialization_options())
