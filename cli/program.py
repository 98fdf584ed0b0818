"""The program as a group of commands, and its help: all commands on one screen.

Panels are plain headings here, because Typer's boxes take a third of the lines. The help of a
single command is Typer's own.
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
"""Maximum width of the help."""

LINE = "skillhouse.line"
"""Where the context keeps the command and what follows it, without the global options."""

ALIASES = {
    "add": "register-project",
    "top": "top-skills",
    "show": "effectiveness",
    "ls": "projects",
}
"""Other names of commands."""

_LISTED_AS = {"register-project": "add"}
"""Commands that the overview lists by their other name; the others' are not listed."""

LONGEST_HELP = 56
"""Maximum length of a command's first sentence, so that it fits next to its name in 80 columns."""


class Program(TyperGroup):
    """The commands of the catalogue, each built only when it is used."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": Catalogue()})

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Without a command, print the help and exit with USAGE."""
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help())
            ctx.exit(ExitCode.USAGE)
        rest = super().parse_args(ctx, args)
        ctx.meta[LINE] = [*ctx._protected_args, *ctx.args]
        return rest

    def get_command(self, ctx: Context, cmd_name: str) -> Any:
        """The command of a name or of its alias."""
        return super().get_command(ctx, ALIASES.get(cmd_name, cmd_name))

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Purpose, usage, commands by panel, and global options."""
        formatter.write(f"{self.help}\n")
        self.format_usage(ctx, formatter)
        formatter.write_paragraph()
        self.format_commands(ctx, formatter)
        formatter.write_paragraph()
        # Not the formatter's own wrapping, which breaks an option's name at its hyphens.
        formatter.write(fill(self._options(ctx), formatter.width, break_on_hyphens=False))

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Every command under its panel, with its first sentence."""
        shown = [command for command in self.commands.values() if not command.hidden]
        longest = max(len(listed_name(command)) for command in shown)
        formatter.indent()
        for panel, commands in groupby(shown, lambda each: str(_panel(each))):
            heading = typer.style(panel, bold=True) if may_style() else panel
            formatter.write(f"{heading}\n")
            # Pad names to the longest, so that all panels align.
            rows = [(f"{listed_name(each):<{longest}}", first_line(each)) for each in commands]
            formatter.write_dl(rows)
        formatter.dedent()

    def _options(self, ctx: Context) -> str:
        """The global options in one line."""
        options = []
        for each in self.get_params(ctx):
            if each.param_type_name == "option" and not getattr(each, "hidden", False):
                value = f" {each.metavar}" if getattr(each, "metavar", None) else ""
                options.append(max(each.opts, key=len) + value)
        return f"Options: {', '.join(options)}. More: COMMAND --help"


def first_line(command: Any) -> str:
    """The first sentence of a command's help."""
    return str(command.help or "").strip().partition("\n")[0]


def listed_name(command: Any) -> str:
    """The name by which the overview lists a command."""
    return _LISTED_AS.get(command.name, command.name or "")


def _panel(command: Any) -> object:
    return command.rich_help_panel
