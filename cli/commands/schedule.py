"""The ``schedule`` commands."""

from __future__ import annotations

import typer

from cli.nightly.schedule_install import install, show, uninstall
from cli.nightly.schedule_run import run

PANEL = "Schedule"

schedule = typer.Typer(
    help="Run `refresh` every night.\n\nWith its own service or the system's scheduler.",
    no_args_is_help=True,
    add_completion=False,
)
for each in (run, install, uninstall, show):
    schedule.command(each.__name__, rich_help_panel=PANEL)(each)
