"""Every command by its name: the panel of the help it stands in, and the module it lives in.

A line asks for one command, so only that one is imported and built; the help asks for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer

SET_UP = "Set up"
COLLECT = "Collect"
ASK = "Ask"
UNDERSTAND = "Understand"
SHARE = "Share"
CARE = "Care"

_PLACES = {
    "discover": (SET_UP, "discover"),
    "demo": (SET_UP, "demo"),
    "register-project": (SET_UP, "setting_up"),
    "unregister-project": (SET_UP, "setting_up"),
    "move-project": (SET_UP, "setting_up"),
    "projects": (SET_UP, "setting_up"),
    "transcripts": (SET_UP, "transcripts"),
    "refresh": (COLLECT, "collecting"),
    "collect": (COLLECT, "collecting"),
    "aggregate": (COLLECT, "collecting"),
    "schedule": (COLLECT, "schedule"),
    "summary": (ASK, "summary"),
    "top-skills": (ASK, "top_skills"),
    "effectiveness": (ASK, "effectiveness"),
    "compare": (ASK, "compare"),
    "health": (UNDERSTAND, "health"),
    "trends": (UNDERSTAND, "trends"),
    "anomalies": (UNDERSTAND, "anomalies"),
    "recommend": (UNDERSTAND, "recommend"),
    "baseline": (UNDERSTAND, "baseline"),
    "patterns": (UNDERSTAND, "patterns"),
    "workflows": (UNDERSTAND, "workflows"),
    "export": (SHARE, "export"),
    "report": (SHARE, "report"),
    "dashboard": (SHARE, "dashboard"),
    "mcp": (SHARE, "mcp"),
    "schema": (SHARE, "schema"),
    "status": (CARE, "status"),
    "runs": (CARE, "runs"),
    "doctor": (CARE, "caring"),
    "migrate-check": (CARE, "migrate_check"),
    "verify": (CARE, "keeping"),
    "backup": (CARE, "keeping"),
    "restore": (CARE, "keeping"),
    "compact": (CARE, "keeping"),
    "retention": (CARE, "retention"),
}


class Catalogue(Mapping[str, Any]):
    """The commands as Typer wants them, in the order of the help."""

    def __getitem__(self, name: str) -> Any:
        return _command(name, *_PLACES[name])

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


@cache
def _command(name: str, panel: str, module: str) -> Any:
    """The command of the function that has its name, or the group of commands that has."""
    function = getattr(import_module(f"cli.commands.{module}"), name.replace("-", "_"))
    if isinstance(function, typer.Typer):
        group = typer.main.get_group(function)
        group.name, group.rich_help_panel = name, panel
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name, rich_help_panel=panel)(function)
    return typer.main.get_command(alone)
