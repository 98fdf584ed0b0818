"""``mcp``: the answers as tools for agents."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from cli.diagnostics import ExitCode
from cli.session import Session
from schema.errors import UsageError

PORT = 8738


def mcp(
    context: typer.Context,
    http: Annotated[
        bool,
        typer.Option("--http", help="Serve over HTTP on this machine, not over stdin and stdout."),
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=0,
            max=65535,
            metavar="N",
            help=f"The port of --http, {PORT} unless named; 0 takes any that is free.",
        ),
    ] = None,
    allow_write: Annotated[
        bool,
        typer.Option("--allow-write", help="Let agents register, unregister, collect, aggregate."),
    ] = False,
    show_paths: Annotated[
        bool, typer.Option("--show-paths", help="Tell agents paths and session ids as well.")
    ] = False,
) -> None:
    """Serve the answers to agents (MCP).

    Started by the client, which talks to it over stdin and stdout; docs/mcp.md has the lines for
    the common ones. With --http it listens on 127.0.0.1, and every request needs the token that is
    printed on stderr, or the one in SKILLHOUSE_MCP_TOKEN.
    """
    session: Session = context.obj
    if port is not None and not http:
        raise UsageError("--port is for --http.", "Add --http, or leave --port out.")
    from cli.mcp_server.sdk import require_sdk

    require_sdk()
    from cli.main import version
    from cli.mcp_server.serve import Options, serve

    listening = (PORT if port is None else port) if http else None
    options = Options(version(), listening, allow_write, show_paths)
    if serve(session.settings, options) == signal.SIGINT:
        raise typer.Exit(ExitCode.INTERRUPTED)
