"""The ``config`` commands: what a person sets once for all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import SETTINGS, Configuration, Set, setting, write_setting
from cli.session import Session, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.screen import Block

PANEL = "Settings"

config = typer.Typer(
    help="Settings that apply to every command.", no_args_is_help=True, add_completion=False
)


def _complete(incomplete: str) -> list[str]:
    return [each.name for each in SETTINGS if each.name.startswith(incomplete)]


SettingArgument = Annotated[
    str,
    typer.Argument(
        metavar="SETTING",
        help=f"One of {', '.join(each.name for each in SETTINGS)}.",
        autocompletion=_complete,
    ),
]


@config.command("list", rich_help_panel=PANEL)
def list_(context: typer.Context) -> None:
    """Show every setting, its value, and where it was found.

    An option on the command line decides first, then the environment, then the file, then the
    default.
    """
    _show(context.obj, "config-list", None)


@config.command(rich_help_panel=PANEL)
def get(context: typer.Context, name: SettingArgument) -> None:
    """Show one setting."""
    _show(context.obj, "config-get", setting(name).name)


@config.command("set", rich_help_panel=PANEL)
def set_(
    context: typer.Context,
    name: SettingArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The value for all commands.")],
) -> None:
    """Set a value for all commands, in the file of settings."""
    of = setting(name)
    path = write_setting(of, value)
    _show(context.obj, "config-set", of.name, done=f"{of.name} was set in {path}.")


@config.command(rich_help_panel=PANEL)
def unset(context: typer.Context, name: SettingArgument) -> None:
    """Remove a setting from the file, so that the default applies again."""
    of = setting(name)
    path = write_setting(of, None)
    _show(context.obj, "config-unset", of.name, done=f"{of.name} was removed from {path}.")


def _show(session: Session, command: str, name: str | None, *, done: str | None = None) -> None:
    from cli.results import config as results

    configuration = Configuration()
    found = [configuration.found(each) for each in SETTINGS if name in (None, each.name)]
    rows = [
        results.SettingRow(
            name=each.setting.name,
            value=each.value,
            source=each.source,
            variable=each.setting.variable,
            about=each.setting.about,
        )
        for each in found
    ]
    tell(
        session,
        command,
        session.warehouse.zone_of_new(),
        results.Settings(
            filters=results.SettingFilters(name=name),
            data=rows,
            totals=results.SettingTotals(set=sum(each.source != "default" for each in found)),
        ),
        lambda: _screen(found, configuration),
        done=done,
    )


def _screen(found: Sequence[Set], configuration: Configuration) -> list[Block]:
    from cli.screen import Column, Line, Table

    columns: list[Column[Set]] = [
        Column("Setting", lambda each: each.setting.name, name=True),
        Column("Value", _value, sentence=True),
        Column("Source", _source, drop=1, sentence=True),
        Column("What it decides", lambda each: each.setting.about, drop=2, sentence=True),
    ]
    return [Table(columns, found), Line(f"File: {configuration.path or 'none'}")]


def _value(found: Set) -> str:
    if found.value is None:
        return found.setting.default
    return ", ".join(found.value) if isinstance(found.value, list) else str(found.value)


def _source(found: Set) -> str:
    return found.setting.variable if found.source == "environment" else found.source
