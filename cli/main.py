"""The program ``skillhouse``: its commands, its global options, and how it ends.

Every error becomes a sentence and an exit code here, and nowhere else.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.diagnostics import ExitCode, exit_code, report_crash, report_error
from cli.options import path_of
from cli.output import Output
from cli.program import WIDEST, Program
from cli.session import Session
from schema.errors import SkillhouseError, UsageError
from schema.settings import load_settings
from schema.warehouse import now_utc

app = typer.Typer(
    name="skillhouse",
    cls=Program,
    help="Which AI skills and agents are used across your repositories, and which work.",
    epilog="--warehouse, --json, --quiet and --no-color may stand anywhere on the line.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
)


def version() -> str:
    """The installed version."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("skillhouse")
    except PackageNotFoundError:
        return "unknown"


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"skillhouse {version()}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    warehouse: Annotated[
        Path | None,
        typer.Option(
            "--warehouse", metavar="PATH", help="The warehouse file to use.", parser=path_of
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress and no notes.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colors.")] = False,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and end.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    color = not no_color and not os.environ.get("NO_COLOR")
    output = Output(as_json=as_json, quiet=quiet, color=color)
    context.obj = Session(load_settings(warehouse), output, now_utc())


_FLAGS = frozenset({"--json", "--quiet", "--no-color"})
_WAREHOUSE = "--warehouse"


def globals_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with the global options moved before the command, wherever they stood."""
    first: list[str] = []
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            rest += [argument, *remaining]
        elif argument in _FLAGS or argument.startswith(f"{_WAREHOUSE}="):
            first.append(argument)
        elif argument == _WAREHOUSE:
            first += [argument, *([value] if (value := next(remaining, None)) is not None else [])]
        else:
            rest.append(argument)
    return first + rest


def _check_text(arguments: Sequence[str]) -> None:
    """Python keeps bytes that are not UTF-8 as lone surrogates, which nothing behind us takes."""
    for argument in arguments:
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise UsageError(f"{argument!r} is not UTF-8.", "Names and paths have to be.")


_SIZE = re.compile(r"[0-9]{1,5}")


def _forget_unusable_sizes() -> None:
    """Take a terminal's size that is no number for none: libraries would fail on it."""
    for variable in ("COLUMNS", "LINES"):
        if variable in os.environ and not _SIZE.fullmatch(os.environ[variable]):
            del os.environ[variable]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program; ends it with one of the exit codes of ``cli.diagnostics``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    _forget_unusable_sizes()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        _check_text(given)
        app(globals_first(given), prog_name="skillhouse")
    except SkillhouseError as error:
        report_error(error)
        sys.exit(exit_code(error))
    except Exception as error:
        report_crash(error, version())
        sys.exit(ExitCode.OUR_FAULT)
