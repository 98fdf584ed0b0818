"""Standard input and output as a transport: nothing but the protocol ever reaches stdout.

The library keeps the real stdout to itself and has descriptor 1 point to stderr meanwhile. Python's
own ``sys.stdout`` is turned to stderr as well: what it buffers would come out when that is over.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import redirect_stdout, suppress
from threading import Thread
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

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


async def serve(server: Server[Any]) -> None:
    """Serve one client until it closes our input."""
    async with stdio_server(stdin=Lines(0)) as (read, write):  # type: ignore[arg-type]
        with redirect_stdout(sys.stderr):
            await server.run(read, write, server.create_initialization_options())
