"""The program as a group of commands, and its help: every command, on one screen.

A box for each panel would take a third of the lines, so the panels are headings here. The help of a
single command, which is short, is as Typer draws it.
"""

from __future__ import annotations

from itertools import groupby
from textwrap import fill
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from cli.catalogue import Catalogue
from cli.diagnostics import ExitCode
from cli.terminal import may_style

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

WIDEST = 120
"""Columns that the help makes use of at most."""

LONGEST_HELP = 56
"""Characters of a command's first sentence, so that it stands beside its name in 80 columns."""


class Program(TyperGroup):
    """The commands of the catalogue, none of which is built before it is asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": Catalogue()})

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """A line without a command is answered with the help, as wrong usage."""
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help())
            ctx.exit(ExitCode.USAGE)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """What it is for, how it is called, its commands by panel, and its own options."""
        formatter.write(f"{self.help}\n")
        self.format_usage(ctx, formatter)
        formatter.write_paragraph()
        self.format_commands(ctx, formatter)
        formatter.write_paragraph()
        # Not the formatter's own wrapping, which breaks an option's name at its hyphens.
        formatter.write(fill(self._options(ctx), formatter.width, break_on_hyphens=False))

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Every command under its panel, its first sentence beside it."""
        shown = [command for command in self.commands.values() if not command.hidden]
        longest = max(len(command.name or "") for command in shown)
        formatter.indent()
        for panel, commands in groupby(shown, lambda each: str(_panel(each))):
            heading = typer.style(panel, bold=True) if may_style() else panel
            formatter.write(f"{heading}\n")
            # All panels' second columns stand in one line, so a name is as wide as the longest.
            rows = [(f"{each.name or '':<{longest}}", first_line(each)) for each in commands]
            formatter.write_dl(rows)
        formatter.dedent()

    def _options(self, ctx: Context) -> str:
        """The options before a command, in a sentence: they are few, and rarely looked for."""
        told = []
        for each in self.get_params(ctx):
            if each.param_type_name == "option":
                value = f" {each.metavar}" if getattr(each, "metavar", None) else ""
                told.append(max(each.opts, key=len) + value)
        return f"Options: {', '.join(told)}. More: COMMAND --help"


def first_line(command: Any) -> str:
    """The sentence that says what a command does; what follows it is in the command's own help."""
    return str(command.help or "").strip().partition("\n")[0]


def _panel(command: Any) -> object:
    return command.rich_help_panel
