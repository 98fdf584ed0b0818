"""Streamable HTTP on this machine's loopback interface, for clients that have the token.

Loopback alone does not protect: any user and any program of this machine can connect, and so can a
web page whose host name resolves to it. So every request must name this server as its host, must
not come from another origin, and must carry the token.
"""

from __future__ import annotations

import hmac
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cli.diagnostics import say
from schema.errors import UsageError

HOST = "127.0.0.1"
TOKEN_VARIABLE = "SKILLHOUSE_MCP_TOKEN"  # noqa: S105  # the name of a variable, not a token
MIN_TOKEN_LENGTH = 16
_SHUTDOWN_S = 2


def bound(port: int) -> socket.socket:
    """A socket bound to a loopback port, any free one for 0. UsageError if it is in use."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise UsageError(
            f"Port {port} cannot be used: {(error.strerror or 'refused').lower()}.",
            "Choose another with --port, or any free one with --port 0.",
        ) from None
    return listening


def token() -> str:
    """The token in the environment, or a new one. UsageError for one that is easy to guess."""
    given = os.environ.get(TOKEN_VARIABLE)
    if not given:
        return secrets.token_urlsafe(32)
    if (
        len(given) < MIN_TOKEN_LENGTH
        or not given.isascii()
        or not given.isprintable()
        or " " in given
    ):
        raise UsageError(
            f"The token in {TOKEN_VARIABLE} is not usable.",
            f"It needs at least {MIN_TOKEN_LENGTH} printable ASCII characters without spaces.",
        )
    return given


class Guard:
    """Refuses requests without the token. The library refuses other hosts and origins."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._bearer = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_let_in = scope["type"] != "http" or self._has_token(scope)
        await (self._app if is_let_in else _NO_TOKEN)(scope, receive, send)

    def _has_token(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        return len(given) == 1 and hmac.compare_digest(given[0], self._bearer)


_NO_TOKEN = PlainTextResponse("The token is missing or wrong.", 401, {"WWW-Authenticate": "Bearer"})


class _Uvicorn(uvicorn.Server):
    """Leaves signals to the command."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServer:
    """The server on a listening socket. Address and new token are printed on stderr."""

    def __init__(self, server: Server[Any], listening: socket.socket, token: str) -> None:
        self._listening = listening
        port = listening.getsockname()[1]
        hosts = [f"{name}:{port}" for name in (HOST, "localhost")]
        app = server.streamable_http_app(
            host=HOST,
            transport_security=TransportSecuritySettings(
                allowed_hosts=hosts, allowed_origins=[f"http://{host}" for host in hosts]
            ),
        )
        config = uvicorn.Config(
            Guard(app, token),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_SHUTDOWN_S,
        )
        self._uvicorn = _Uvicorn(config)
        say(f"Serving MCP at http://{HOST}:{port}/mcp")
        if not os.environ.get(TOKEN_VARIABLE):
            say(f"Each request needs the header: Authorization: Bearer {token}")

    async def serve(self) -> None:
        with self._listening:
            await self._uvicorn.serve(sockets=[self._listening])

    def stop(self) -> None:
        self._uvicorn.should_exit = True
