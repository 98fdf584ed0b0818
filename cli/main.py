"""The program ``skillhouse``: its commands, its global options, and how it ends.

Every error becomes a message and an exit code here, and nowhere else.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from typer._click.exceptions import ClickException

from cli.catalogue import Catalogue
from cli.configuration import Configuration
from cli.diagnostics import ExitCode, ended_by, is_closed_pipe, say
from cli.options import path_of
from cli.output import Output
from cli.program import WIDEST, Program
from cli.session import Session
from cli.terminal import apply_color, forget_impossible_sizes
from schema.errors import UsageError
from schema.settings import load_settings
from schema.warehouse import now_utc

app = typer.Typer(
    name="skillhouse",
    cls=Program,
    help="Which AI skills and agents are used across your repositories, and which work.",
    epilog="--warehouse, --json, --quiet and --no-color can be given anywhere on the line.",
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
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar and no notes.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colors.")] = False,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    output = Output(as_json=as_json, quiet=quiet, color=not no_color)
    # A file of settings that is wrong must not keep anybody from mending it.
    configuration = None if context.invoked_subcommand == "config" else Configuration()
    if configuration is None:
        settings = load_settings(warehouse)
    else:
        settings = load_settings(warehouse, configured=configuration.text)
        apply_color(configuration.text("color"))
    context.obj = Session(settings, output, now_utc(), configuration)


_FLAGS = frozenset({"--json", "--quiet", "--no-color"})
_WAREHOUSE = "--warehouse"


def globals_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with the global options moved to the front.

    UsageError for --warehouse without a path, also where the command would be taken for it.
    """
    first: list[str] = []
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            rest += [argument, *remaining]
        elif argument in _FLAGS or argument.startswith(f"{_WAREHOUSE}="):
            first.append(argument)
        elif argument == _WAREHOUSE:
            value = next(remaining, None)
            if value is None or value in _FLAGS or value == _WAREHOUSE:
                raise _no_path()
            first += [argument, value]
        else:
            rest.append(argument)
    if not rest and len(first) > 1 and first[-2] == _WAREHOUSE and first[-1] in Catalogue():
        raise _no_path()
    return first + rest


def _no_path() -> UsageError:
    return UsageError(f"Option {_WAREHOUSE!r} requires an argument.", f"Write {_WAREHOUSE} PATH.")


def _check_text(arguments: Sequence[str]) -> None:
    """UsageError for arguments that are not UTF-8; Python decodes such bytes to lone surrogates."""
    for argument in arguments:
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise UsageError(f"{argument!r} is not UTF-8.", "Names and paths must be UTF-8.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program; ends it with one of the exit codes of ``cli.diagnostics``."""
    forget_impossible_sizes()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else arguments
    try:
        _check_text(given)
        # Not on its own: it would end a closed pipe with 1.
        code = app(globals_first(given), prog_name="skillhouse", standalone_mode=False) or 0
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except typer.Abort as error:
        if isinstance(error.__cause__, EOFError):
            code = ended_by(error.__cause__, version())
        else:
            say("Aborted.")
            code = ExitCode.PROBLEMS
    except ClickException as error:
        with suppress(OSError):
            from typer.rich_utils import rich_format_error

            rich_format_error(error)
        code = error.exit_code
    except SystemExit as end:
        code = ended_by(end, version()) if is_closed_pipe(end) else end.code
    except Exception as error:
        code = ended_by(error, version())
    sys.exit(code)
