"""Standard input and output as a transport: nothing but the protocol ever reaches stdout.

The library's own transport gives both back when it ends: what Python had buffered by then, and what
a left-over thread prints, would reach the client after all. It also drops the calls under way when
the input ends. So we replace stdin and stdout at start-up and never restore them, and a client that
has closed our input still gets the answers to what it asked.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from threading import Thread
from typing import Any

import anyio
import anyio.to_thread
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.lowlevel import Server
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from pydantic import ValidationError

from cli.terminal import was_closed
from schema.errors import UsageError

MAX_LINE_BYTES = 4 << 20
_BLOCK_BYTES = 1 << 16
_CHECK_READER_S = 0.1


class Lines:
    """The lines of a descriptor, read by a thread of its own.

    A thread that reads cannot be cancelled: with the library's reader a signal goes unheard until
    the client says something. Waiting for these lines can be cancelled.
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
            while block := os.read(self._descriptor, _BLOCK_BYTES):
                *lines, rest = (rest + block).split(b"\n")
                for line in lines:
                    self._put(loop, line)
                if len(rest) > MAX_LINE_BYTES:
                    break
            if rest:
                self._put(loop, rest)
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._lines.put_nowait, None)

    def _put(self, loop: asyncio.AbstractEventLoop, line: bytes) -> None:
        text = line.decode("utf-8", errors="replace")
        loop.call_soon_threadsafe(self._lines.put_nowait, text)


class Wire:
    """The messages over two descriptors, and how many requests are still to be answered.

    ``answers`` takes what the wire itself answers: a message that is not a valid request.
    """

    def __init__(
        self, lines: Lines, out: int, answers: MemoryObjectSendStream[SessionMessage]
    ) -> None:
        self._lines = lines
        self._out = out
        self._answers = answers
        self._open_requests = 0
        self._settled = anyio.Event()

    async def read(self, messages: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        """Hand on what the client says; close ``messages`` once it can expect no more answers."""
        async with messages, self._answers:
            async for line in self._lines:
                try:
                    message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
                except ValidationError:
                    await self._refuse(line)
                    continue
                metadata = None
                if isinstance(message, types.JSONRPCRequest):
                    self._open_requests += 1
                    metadata = ServerMessageMetadata(on_request_unanswered=self._settle)
                await messages.send(SessionMessage(message, metadata))
            await self._answered()

    async def write(self, messages: MemoryObjectReceiveStream[SessionMessage]) -> None:
        """Write what the server says, until it ends or nobody reads it any more."""
        async with messages:
            async for each in messages:
                line = each.message.model_dump_json(by_alias=True, exclude_unset=True) + "\n"
                try:
                    await anyio.to_thread.run_sync(_write_all, self._out, line.encode())
                except OSError:
                    return
                if isinstance(each.message, types.JSONRPCResponse | types.JSONRPCError):
                    await self._settle()

    async def _refuse(self, line: str) -> None:
        """Answer what looks like a request but is not a valid one, so that nobody waits for it."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return
        number = message.get("id") if isinstance(message, dict) and "method" in message else None
        if isinstance(number, int | str) and not isinstance(number, bool):
            fault = types.ErrorData(
                code=types.INVALID_REQUEST, message="This is not a valid JSON-RPC request."
            )
            self._open_requests += 1
            refusal = types.JSONRPCError(jsonrpc="2.0", id=number, error=fault)
            await self._answers.send(SessionMessage(refusal))

    async def _settle(self) -> None:
        """A request was answered, or was cancelled and never will be."""
        self._open_requests -= 1
        self._settled.set()
        self._settled = anyio.Event()

    async def _answered(self) -> None:
        """Return when every request is settled, or as soon as nobody reads the answers."""
        while self._open_requests > 0 and _has_reader(self._out):
            with anyio.move_on_after(_CHECK_READER_S):
                await self._settled.wait()


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _has_reader(descriptor: int) -> bool:
    """Whether what is written may still be read: False once the other end of a pipe is closed."""
    watched = select.poll()
    watched.register(descriptor, 0)
    gone = select.POLLERR | select.POLLHUP | select.POLLNVAL
    return not any(event & gone for _, event in watched.poll(0))


def replace_standard_streams() -> tuple[int, int]:
    """Descriptors of stdin and stdout for this module alone, both replaced permanently.

    From now on 0 is empty and 1 is stderr: whatever prints, now or while the process ends, prints
    to stderr. UsageError where the process has no stdin or stdout.
    """
    # Python has none where it was started with the descriptor closed; another may have it by now.
    if was_closed(sys.stdin) or was_closed(sys.stdout):
        raise UsageError(
            "There is no standard input or output.",
            "A client starts this command with both. For HTTP: `skillhouse mcp --http`.",
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
    """Serve one client until it closes our input and has its answers, or reads no more of them."""
    stdin, stdout = replace_standard_streams()
    incoming, requests = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    answers, outgoing = anyio.create_memory_object_stream[SessionMessage](0)
    wire = Wire(Lines(stdin), stdout, answers.clone())

    async def write() -> None:
        await wire.write(outgoing)
        # Also where the server still waits for a client that reads no more.
        tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wire.read, incoming)
        tasks.start_soon(write)
        await server.run(requests, answers, server.create_initialization_options())
