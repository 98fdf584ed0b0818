"""``mcp``: serves the answers as tools for agents."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from cli.commands.mcp_install import install, uninstall
from cli.diagnostics import ExitCode
from cli.session import Session
from schema.errors import UsageError

PORT = 8738
PANEL = "Clients"


mcp = typer.Typer(invoke_without_command=True, add_completion=False)
mcp.command(rich_help_panel=PANEL)(install)
mcp.command(rich_help_panel=PANEL)(uninstall)


@mcp.callback()
def serve_tools(
    context: typer.Context,
    http: Annotated[
        bool,
        typer.Option("--http", help="Serve over HTTP on this machine instead of stdin and stdout."),
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=0,
            max=65535,
            metavar="N",
            help=f"Port for --http (default: {PORT}; 0: any free one).",
        ),
    ] = None,
    allow_write: Annotated[
        bool,
        typer.Option("--allow-write", help="Let agents register, unregister, collect, aggregate."),
    ] = False,
    show_paths: Annotated[
        bool, typer.Option("--show-paths", help="Also show paths and session ids to agents.")
    ] = False,
) -> None:
    """Serve the answers to agents (MCP); set up their clients.

    The client starts it and talks to it over stdin and stdout; `mcp install CLIENT` shows how, or
    writes it into the client's settings. With --http it listens on 127.0.0.1, and every request
    needs the token that is printed on stderr, or the one in SKILLHOUSE_MCP_TOKEN.
    """
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    if port is not None and not http:
        raise UsageError("--port needs --http.", "Add --http, or leave --port out.")
    from cli.mcp_server.sdk import require_sdk

    require_sdk()
    from cli.main import version
    from cli.mcp_server.serve import Options, serve

    listening = (PORT if port is None else port) if http else None
    options = Options(version(), listening, allow_write, show_paths)
    if serve(session.settings, options) == signal.SIGINT:
        raise typer.Exit(ExitCode.INTERRUPTED)
