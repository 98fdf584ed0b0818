"""Every command by name: its panel of the help, and its module.

A line asks for one command, so only that one is imported and built; the help asks for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer

from cli.examples import epilog, reflowed
from cli.list_command import ListCommand
from cli.question_command import QuestionCommand

SET_UP = "Set up"
COLLECT = "Collect"
ASK = "Ask"
UNDERSTAND = "Understand"
SHARE = "Share"
CARE = "Maintenance"

_PLACES = {
    "discover": (SET_UP, "discover"),
    "demo": (SET_UP, "demo"),
    "register-project": (SET_UP, "add"),
    "edit-project": (SET_UP, "edit_project"),
    "unregister-project": (SET_UP, "projects"),
    "move-project": (SET_UP, "projects"),
    "projects": (SET_UP, "projects"),
    "transcripts": (SET_UP, "transcripts"),
    "categories": (SET_UP, "categories"),
    "refresh": (COLLECT, "refresh"),
    "collect": (COLLECT, "refresh"),
    "aggregate": (COLLECT, "refresh"),
    "index-skills": (COLLECT, "index_skills"),
    "schedule": (COLLECT, "schedule"),
    "summary": (ASK, "summary"),
    "top-skills": (ASK, "top_skills"),
    "effectiveness": (ASK, "effectiveness"),
    "compare": (ASK, "compare"),
    "find": (ASK, "find"),
    "skills": (ASK, "skills"),
    "sql": (ASK, "sql"),
    "health": (UNDERSTAND, "health"),
    "trends": (UNDERSTAND, "trends"),
    "anomalies": (UNDERSTAND, "anomalies"),
    "recommend": (UNDERSTAND, "recommend"),
    "baseline": (UNDERSTAND, "baseline"),
    "experiment": (UNDERSTAND, "experiment"),
    "patterns": (UNDERSTAND, "patterns"),
    "workflows": (UNDERSTAND, "workflows"),
    "export": (SHARE, "export"),
    "report": (SHARE, "report"),
    "dashboard": (SHARE, "dashboard"),
    "mcp": (SHARE, "mcp"),
    "schema": (SHARE, "schema"),
    "team": (SHARE, "team"),
    "status": (CARE, "status"),
    "path": (CARE, "sql"),
    "runs": (CARE, "runs"),
    "doctor": (CARE, "doctor"),
    "migrate-check": (CARE, "migrate_check"),
    "verify": (CARE, "backup"),
    "backup": (CARE, "backup"),
    "restore": (CARE, "backup"),
    "config": (CARE, "config"),
    "compact": (CARE, "backup"),
    "retention": (CARE, "retention"),
}


class Catalogue(Mapping[str, Any]):
    """The commands for Typer, in the order of the help."""

    def __getitem__(self, name: str) -> Any:
        return _command(name, *_PLACES[name])

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


@cache
def _command(name: str, panel: str, module: str) -> Any:
    """The command or group of commands of that name in the module."""
    from cli.ask import spelled_out

    function = getattr(import_module(f"cli.commands.{module}"), name.replace("-", "_"))
    if isinstance(function, typer.Typer):
        return _group(function, name, panel)
    alone = typer.Typer(add_completion=False)
    kind = QuestionCommand if panel in (ASK, UNDERSTAND) else ListCommand
    alone.command(name, cls=kind, rich_help_panel=panel)(spelled_out(function))
    return _explained(typer.main.get_command(alone), name)


def _group(app: typer.Typer, name: str, panel: str) -> Any:
    """The group of commands that Typer makes of ``app``, with each of them built when it is used:
    building twelve takes as long as a short command."""
    registered, app.registered_commands = app.registered_commands, []
    try:
        group = typer.main.get_group(app)
    finally:
        app.registered_commands = registered
    group.name, group.rich_help_panel = name, panel
    group.commands = _CommandsOf(app, name)  # type: ignore[assignment] # nobody adds to them
    return _explained(group, name)


class _CommandsOf(Mapping[str, Any]):
    """The commands of a group, in their order."""

    def __init__(self, app: typer.Typer, words: str) -> None:
        self._app, self._words = app, words
        self._infos = {_name_of(info): info for info in app.registered_commands}
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            command = typer.main.get_command_from_info(
                self._infos[name],
                pretty_exceptions_short=self._app.pretty_exceptions_short,
                rich_markup_mode=self._app.rich_markup_mode,
            )
            self._built[name] = _explained(command, f"{self._words} {name}")
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def __len__(self) -> int:
        return len(self._infos)


def _name_of(info: Any) -> str:
    return str(info.name or typer.main.get_command_name(info.callback.__name__))


def _explained(command: Any, words: str) -> Any:
    """The command, its help in paragraphs and with examples below."""
    command.help = reflowed(command.help or "")
    command.epilog = epilog(words)
    return command
