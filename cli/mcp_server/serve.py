"""Serve until the client disconnects or a signal arrives."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass

import anyio

from cli.diagnostics import say
from cli.mcp_server.context import server_context
from cli.mcp_server.server import server
from schema.settings import Settings


@dataclass(frozen=True)
class Options:
    """Options of the server; ``port`` is None for standard input and output."""

    version: str
    port: int | None = None
    allow_write: bool = False
    show_paths: bool = False


def serve(settings: Settings, options: Options) -> signal.Signals | None:
    """Serve; returns the signal that ended it, if one did. UsageError if a port is in use."""
    _quiet_libraries()
    return anyio.run(_serve, settings, options)


async def _serve(settings: Settings, options: Options) -> signal.Signals | None:
    received: list[signal.Signals] = []
    mcp_server = server(
        server_context(settings, show_paths=options.show_paths),
        options.version,
        allow_write=options.allow_write,
    )
    if options.port is None:
        from cli.mcp_server import stdio

        with anyio.CancelScope() as scope:
            _on_signals(received, scope.cancel)
            await stdio.serve(mcp_server)
    else:
        from cli.mcp_server import http

        over_http = http.HttpServer(mcp_server, http.bound(options.port), http.token())
        _on_signals(received, over_http.stop)
        await over_http.serve()
    return received[0] if received else None


def _on_signals(received: list[signal.Signals], end: Callable[[], None]) -> None:
    def handle(each: signal.Signals) -> None:
        received.append(each)
        end()

    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, handle, each)


class _OneLine(logging.Handler):
    """Warnings of libraries, one short line each on stderr and never a traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        say(f"Note: {record.getMessage()}"[:500])


def _quiet_libraries() -> None:
    logging.root.addHandler(_OneLine(logging.WARNING))
    logging.root.setLevel(logging.WARNING)
