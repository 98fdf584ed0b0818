"""Streamable HTTP on this machine's loopback only, for who holds the token.

Loopback alone keeps nobody out: any user and any program of this machine reaches it, and so does
any web page whose name is made to resolve to it. So every request has to name us as its host, come
from no other origin, and bear the token.
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
TOKEN_VARIABLE = "SKILLHOUSE_MCP_TOKEN"  # noqa: S105  # the name of a variable, no token
LEAST_TOKEN = 16
_LAST_REQUESTS_S = 2


def bound(port: int) -> socket.socket:
    """A socket on the loopback's port, any free one for 0. UsageError where it is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise UsageError(
            f"Port {port} cannot be used: {(error.strerror or 'refused').lower()}.",
            "Name another with --port; 0 takes any that is free.",
        ) from None
    return listening


def token() -> str:
    """The environment's token, else a new one. UsageError for one that can be guessed."""
    given = os.environ.get(TOKEN_VARIABLE)
    if not given:
        return secrets.token_urlsafe(32)
    if len(given) < LEAST_TOKEN or not given.isascii() or not given.isprintable() or " " in given:
        raise UsageError(
            f"{TOKEN_VARIABLE} is no good token.",
            f"It takes at least {LEAST_TOKEN} printable ASCII characters, none of them a space.",
        )
    return given


class Guard:
    """Lets through who names us as the host, comes from here, and bears the token."""

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self._app = app
        self._hosts = [f"{name}:{port}".encode() for name in (HOST, "localhost")]
        self._origins = [b"http://" + host for host in self._hosts]
        self._bearer = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        def given(name: bytes) -> list[bytes]:
            return [value for key, value in scope["headers"] if key == name]

        if len(given(b"host")) != 1 or given(b"host")[0].lower() not in self._hosts:
            return PlainTextResponse("This host is not served here.", 421)
        if any(origin.lower() not in self._origins for origin in given(b"origin")):
            return PlainTextResponse("Not for pages of another origin.", 403)
        bearer = given(b"authorization")
        if len(bearer) != 1 or not hmac.compare_digest(bearer[0], self._bearer):
            return PlainTextResponse(
                "The token is missing or wrong.", 401, {"WWW-Authenticate": "Bearer"}
            )
        return None


class _Uvicorn(uvicorn.Server):
    """Ends when it is told to; signals are the command's business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServer:
    """The server on a socket that listens. Who is to connect reads how on stderr."""

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
            timeout_graceful_shutdown=_LAST_REQUESTS_S,
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
