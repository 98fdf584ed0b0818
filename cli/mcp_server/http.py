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
    """Refuses requests with another host or origin, or without the token."""

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self._app = app
        self._hosts = [f"{name}:{port}".encode() for name in (HOST, "localhost")]
        self._origins = [b"http://" + host for host in self._hosts]
        self._bearer = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        def values(name: bytes) -> list[bytes]:
            return [value for key, value in scope["headers"] if key == name]

        if len(values(b"host")) != 1 or values(b"host")[0].lower() not in self._hosts:
            return PlainTextResponse("This host name is not allowed.", 421)
        if any(origin.lower() not in self._origins for origin in values(b"origin")):
            return PlainTextResponse("Requests from another origin are refused.", 403)
        bearer = values(b"authorization")
        if len(bearer) != 1 or not hmac.compare_digest(bearer[0], self._bearer):
            return PlainTextResponse(
                "The token is missing or wrong.", 401, {"WWW-Authenticate": "Bearer"}
            )
        return None


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
            Guard(app, port, token),
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
