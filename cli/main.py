"""The program ``skillhouse``: its commands, its global options, and how it ends.

Every error becomes a message and an exit code here, and nowhere else.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.exceptions import UsageError as WrongLine

from cli.catalogue import Catalogue
from cli.configuration import Configuration
from cli.diagnostics import ExitCode, ended_by, is_closed_pipe, say, say_error
from cli.options import path_of
from cli.output import Format, Output
from cli.program import ALIASES, LINE, WIDEST, Program
from cli.proposals import use_options
from cli.session import Session
from cli.terminal import Look, forget_impossible_sizes
from schema.errors import UsageError
from schema.settings import load_settings
from schema.warehouse import now_utc

app = typer.Typer(
    name="skillhouse",
    cls=Program,
    help="Which AI skills and agents are used across your repositories, and which work.",
    epilog="These options can be given anywhere on the line, also after the command.",
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
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", "-j", help="Print one JSON object; --json=a,b: only these fields of the rows."
        ),
    ] = False,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="How to print the answer (default: table)."),
    ] = None,
    fields: Annotated[
        list[str] | None,
        typer.Option(
            "--fields",
            metavar="A,B",
            hidden=True,  # in the overview, the help of --json names it
            help="Only these fields of the rows, as JSON unless another format is named.",
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress bar and no notes.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colors.")] = False,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            hidden=True,  # in the overview, which is one screen; demo names it
            help="Use the sample data of skillhouse demo, not your own.",
        ),
    ] = False,
    no_pager: Annotated[
        bool,
        typer.Option(
            "--no-pager",
            hidden=True,  # in the overview, which is one screen
            help="Print long answers without a pager.",
        ),
    ] = False,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            help="Show the version and exit.",
            callback=_show_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    chosen = _field_names(fields or [])
    # A file of settings that is wrong must not keep anybody from mending it.
    configuration = None if context.invoked_subcommand == "config" else Configuration()
    configured = Configuration.nothing if configuration is None else configuration.text
    look = Look(
        "never" if no_color else configured("color") or "auto",
        configured("theme"),
        "" if no_pager else configured("pager"),
    )
    output = Output(_format(as_json, form, chosen), quiet, chosen, look)
    if chosen:
        _check_fields(context, output)
    settings = load_settings(warehouse, configured=configured)
    if demo:
        if warehouse is not None:
            raise UsageError("--demo and --warehouse cannot be combined.", "Use one of them.")
        from cli.demo.sample import kept_warehouse

        path = kept_warehouse(now_utc(), settings.timezone, output.note)
        settings = replace(settings, warehouse_path=path)
        use_options(["--demo"])
    elif warehouse is not None:
        use_options(["--warehouse", str(warehouse)])
    context.obj = Session(settings, output, now_utc(), configuration)


def _field_names(given: Sequence[str]) -> list[str]:
    names = [name.strip() for names in given for name in names.split(",")]
    if not all(names):
        raise UsageError(
            "The name of a field is missing.", "For example: --json=skill_name,success_rate"
        )
    return list(dict.fromkeys(names))


def _format(as_json: bool, form: Format | None, fields: Sequence[str]) -> Format:
    if as_json and form not in (None, "json"):
        raise UsageError(f"--json and --format {form} cannot be combined.", "Use one of them.")
    if form == "table" and fields:
        raise UsageError("A table has its own columns.", "Use --format csv, md, json or jsonl.")
    return form or ("json" if as_json or fields else "table")


def _check_fields(context: typer.Context, output: Output) -> None:
    """Refuse an unknown field before the command does anything."""
    from cli.answers.types import answer_names
    from cli.formats import check_fields

    line = [ALIASES.get(word, word) for word in context.meta[LINE][:1]] + context.meta[LINE][1:]
    for name in (line[0], "-".join(line[:2])):
        if name in answer_names():
            check_fields(name, output.fields, output.format)


_FLAGS = frozenset(
    {"--json", "--quiet", "--no-color", "--no-pager", "--demo", "-j", "-q", "-jq", "-qj"}
)
_JSON = frozenset({"--json", "-j", "-jq", "-qj", "--format=json", "--format=jsonl"})
_WAREHOUSE = "--warehouse"
_VALUED = frozenset({_WAREHOUSE, "--format", "--fields"})
_HAVE_THEIR_OWN = {"export": "--format"}
"""The options of commands that have the name of a global one; before the command it is global."""


def _asks_for_json(arguments: Sequence[str]) -> bool:
    """Whether the global options of a line ask for JSON, so that an error is to be JSON too."""
    spelled = {*arguments, *(f"{option}={value}" for option, value in pairwise(arguments))}
    fields = any(each.startswith(("--fields", "--json=")) for each in arguments)
    form = any(each.startswith("--format") for each in arguments)
    return bool(spelled & _JSON) or (fields and not form)


def split_globals(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The global options, and the rest of the line; --json=FIELDS becomes --fields.

    UsageError for an option without its value, also where the command would be taken for it.
    """
    first: list[str] = []
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        option, sign, value = argument.partition("=")
        if argument == "--":
            rest += [argument, *remaining]
        elif rest and option == _HAVE_THEIR_OWN.get(rest[0]):
            rest.append(argument)
        elif sign and option == "--json":
            first.append(f"--fields={value}")
        elif argument in _FLAGS or (sign and option in _VALUED):
            first.append(argument)
        elif argument in _VALUED:
            following = next(remaining, None)
            if following is None or following in _FLAGS or following in _VALUED:
                raise _no_value(argument)
            first += [argument, following]
        else:
            rest.append(argument)
    match rest:
        case ["help", *words]:
            rest = [*words, "--help"]
        case ["version"]:
            first, rest = ["--version"], []
    if not rest and len(first) > 1 and first[-2] in _VALUED and first[-1] in Catalogue():
        raise _no_value(first[-2])
    return first, rest


def _no_value(option: str) -> UsageError:
    value = {_WAREHOUSE: "PATH", "--format": "json", "--fields": "skill_name,success_rate"}[option]
    return UsageError(f"Option {option!r} requires an argument.", f"Write {option} {value}.")


def _check_text(arguments: Sequence[str]) -> None:
    """UsageError for arguments that are not UTF-8; Python decodes such bytes to lone surrogates."""
    for argument in arguments:
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise UsageError(f"{argument!r} is not UTF-8.", "Names and paths must be UTF-8.")


def _report_wrong_line(error: ClickException, *, as_json: bool) -> None:
    if as_json:
        context = error.ctx if isinstance(error, WrongLine) else None
        path = context.command_path if context else "skillhouse"
        say_error(error.format_message(), f"Usage: {path} --help", error.exit_code)
        return
    with suppress(OSError):
        from typer.rich_utils import rich_format_error

        rich_format_error(error)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program; ends it with one of the exit codes of ``cli.diagnostics``."""
    forget_impossible_sizes()
    use_options([])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    given = sys.argv[1:] if arguments is None else arguments
    as_json = _asks_for_json(given)
    try:
        _check_text(given)
        first, rest = split_globals(given)
        as_json = _asks_for_json(first)
        # Not on its own: it would end a closed pipe with 1.
        code = app([*first, *rest], prog_name="skillhouse", standalone_mode=False) or 0
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except typer.Abort as error:
        if isinstance(error.__cause__, EOFError):
            code = ended_by(error.__cause__, version(), as_json=as_json)
        else:
            code = ExitCode.PROBLEMS
            if as_json:
                say_error("Aborted.", "", code)
            else:
                say("Aborted.")
    except NoArgsIsHelpError as error:
        typer.echo(error.format_message())
        code = ExitCode.DONE
    except ClickException as error:
        _report_wrong_line(error, as_json=as_json)
        code = error.exit_code
    except SystemExit as end:
        code = ended_by(end, version(), as_json=as_json) if is_closed_pipe(end) else end.code
    except Exception as error:
        code = ended_by(error, version(), as_json=as_json)
    sys.exit(code)
