"""Serving until the client goes or a signal comes."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass

import anyio

from cli.diagnostics import say
from cli.mcp_server.calls import house
from cli.mcp_server.server import server
from schema.settings import Settings


@dataclass(frozen=True)
class Wishes:
    """What the server is to offer; ``port`` is None for standard input and output."""

    version: str
    port: int | None = None
    allow_write: bool = False
    show_paths: bool = False


def serve(settings: Settings, wishes: Wishes) -> signal.Signals | None:
    """Serve; returns the signal that ended it, if one did. UsageError where HTTP cannot be had."""
    _quiet_libraries()
    return anyio.run(_serve, settings, wishes)


async def _serve(settings: Settings, wishes: Wishes) -> signal.Signals | None:
    received: list[signal.Signals] = []
    ours = server(
        house(settings, show_paths=wishes.show_paths),
        wishes.version,
        allow_write=wishes.allow_write,
    )
    if wishes.port is None:
        from cli.mcp_server import stdio

        with anyio.CancelScope() as scope:
            _on_signals(received, scope.cancel)
            await stdio.serve(ours)
    else:
        from cli.mcp_server import http

        over_http = http.HttpServer(ours, http.bound(wishes.port), http.token())
        _on_signals(received, over_http.stop)
        await over_http.serve()
    return received[0] if received else None


def _on_signals(received: list[signal.Signals], end: Callable[[], None]) -> None:
    def heard(each: signal.Signals) -> None:
        received.append(each)
        end()

    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, heard, each)


class _Lines(logging.Handler):
    """What libraries warn of, a harmless line each on stderr and never a traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        say(f"Note: {record.getMessage()}"[:500])


def _quiet_libraries() -> None:
    logging.root.addHandler(_Lines(logging.WARNING))
    logging.root.setLevel(logging.WARNING)
