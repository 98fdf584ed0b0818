"""``mcp install`` and ``mcp uninstall``: the server in a client's own settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.mcp_clients import ClientName, client, command_and_arguments
from cli.session import Session, tell

if TYPE_CHECKING:
    from cli.mcp_clients import Client, Written
    from cli.results.mcp_clients import Placed
    from cli.screen import Block

_SKILL = Path(__file__).resolve().parent.parent / "mcp_server" / "SKILL.md"

ClientArgument = Annotated[ClientName, typer.Argument(metavar="CLIENT", help="The client.")]
WriteOption = Annotated[
    bool, typer.Option("--write", help="Change the client's file; its old content stays beside it.")
]


def install(
    context: typer.Context,
    name: ClientArgument,
    write: WriteOption = False,
    skill: Annotated[
        bool,
        typer.Option(
            "--skill", help="Also a skill file that tells the client's agent when to ask."
        ),
    ] = False,
) -> None:
    """Show what a client needs to start the server, or write it into the client's file.

    Clients: claude-code, claude-desktop, cursor, vscode, codex, zed. Without --write nothing is
    changed.
    """
    from cli import mcp_clients
    from schema.settings import is_default_warehouse

    session: Session = context.obj
    of = client(name)
    path = of.path(os.environ, sys.platform)
    warehouse = session.settings.warehouse_path
    command, arguments = command_and_arguments(
        None if is_default_warehouse(warehouse) else warehouse
    )
    entry = of.entry(command, arguments)
    done = mcp_clients.install(of, path, entry, session.now) if write else None
    skill_path = of.skill_path() if skill else None
    if write and skill_path is not None:
        _place_skill(skill_path)
    _show(session, "mcp-install", of, path, done, of.snippet(entry), skill, skill_path)


def uninstall(context: typer.Context, name: ClientArgument, write: WriteOption = False) -> None:
    """Remove the server from a client's file again.

    Without --write nothing is changed.
    """
    from cli import mcp_clients

    session: Session = context.obj
    of = client(name)
    path = of.path(os.environ, sys.platform)
    done = mcp_clients.uninstall(of, path, session.now) if write else None
    _show(session, "mcp-uninstall", of, path, done, None, False, None)


def _place_skill(path: Path) -> None:
    from schema.errors import SystemRefused

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_SKILL.read_text(encoding="utf-8"), encoding="utf-8")
    except OSError as exc:
        raise SystemRefused.of(exc, f"The file {path}") from exc


def _show(
    session: Session,
    command: str,
    of: Client,
    path: Path,
    done: Written | None,
    snippet: str | None,
    skill: bool,
    skill_path: Path | None,
) -> None:
    from cli.results import mcp_clients as results

    placed = results.Placed(
        client=of.name,
        path=str(path),
        content=snippet,
        written=done is not None and done.is_changed,
        backup=None if done is None or done.backup is None else str(done.backup),
        skill=_SKILL.read_text(encoding="utf-8") if skill else None,
        skill_path=None if skill_path is None else str(skill_path),
    )
    tell(
        session,
        command,
        session.warehouse.zone_of_new(),
        results.McpClient(
            filters=results.ClientFilters(client=of.name, write=done is not None),
            data=[placed],
            totals=results.ClientTotals(written=int(placed.written)),
        ),
        lambda: _screen(command, of, placed, done),
        done=None if done is None else f"{path} is as it should be.",
    )


def _screen(command: str, of: Client, placed: Placed, done: Written | None) -> list[Block]:
    from cli.screen import Line, Verbatim

    is_install = command == "mcp-install"
    blocks: list[Block] = []
    if done is None and is_install:
        blocks += [Line(f"{of.title} reads {placed.path}; this belongs in it:"), Line("")]
        blocks += [Verbatim(placed.content or ""), Line("")]
        blocks.append(Line("To write it there: the same command with --write"))
    elif done is None:
        blocks.append(Line(f"To take the server out of {placed.path}: add --write"))
    elif not done.is_changed:
        blocks.append(Line(f"{placed.path} was left as it is: nothing had to change."))
    else:
        change = "starts the server from now on" if is_install else "no longer starts the server"
        blocks.append(Line(f"{of.title} {change}; restart it. Changed: {placed.path}"))
        if placed.backup is not None:
            blocks.append(Line(f"The file as it was before: {placed.backup}"))
    if placed.skill is not None and (done is None or placed.skill_path is None):
        where = placed.skill_path or "the place for skills of this client"
        blocks += [Line(""), Line(f"The skill file, for {where}:"), Line("")]
        blocks.append(Verbatim(placed.skill))
    elif placed.skill is not None:
        blocks.append(Line(f"The skill file: {placed.skill_path}"))
    return blocks
