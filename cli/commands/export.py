"""``export``: an answer or a table as a file for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from aggregator import text
from cli.ask import SpanOptions
from cli.diagnostics import note
from cli.options import PublicOption, complete_export, complete_skill, path_of, row_limit
from cli.session import Session, tell
from schema.errors import UsageError

if TYPE_CHECKING:
    from cli.exporting.export import Exported, Request
    from cli.exporting.places import Target

Format: TypeAlias = Literal["csv", "parquet", "json", "markdown", "xlsx"]
_SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".parquet": "parquet",
    ".json": "json",
    ".md": "markdown",
    ".xlsx": "xlsx",
}


def export(
    context: typer.Context,
    *,
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="An answer, such as top-skills, or a table, such as skill_usage.",
            autocompletion=complete_export,
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="The skill or agent, if the answer is about one.",
            autocompletion=complete_skill,
        ),
    ] = None,
    format: Annotated[
        Format | None,
        typer.Option("--format", help="Default: from the file extension, otherwise csv."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Output file or pipe (default: -, stdout).",
            parser=path_of,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    public: PublicOption = False,
    options: SpanOptions,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-n",
            min=0,
            callback=row_limit,
            metavar="N",
            help="Maximum number of rows (default: all).",
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="An option of the answer, for example sort=effectiveness. May be repeated.",
        ),
    ] = None,
) -> None:
    """Export an answer or a table: CSV, Parquet, JSON, Excel.

    Also Markdown. WHAT is the name of a command, or a table of the data dictionary. --public makes
    it safe to share: projects get pseudonyms, times become days, and groups of fewer than five uses
    are merged into `other`. The rules are in docs/export.md.
    """
    from cli.exporting.export import Request, check
    from cli.exporting.export import export as make
    from cli.exporting.places import check_target, target_of, written

    session: Session = context.obj
    target = target_of(Path("-") if output is None else output)
    chosen = _format(format, target)
    request = Request(what, chosen, options, name, limit, _options(option or []), public)
    check(request)
    if target.is_stdout:
        _expect_stdout_takes(session, chosen, named=output is not None)
    check_target(target, session.warehouse.path, force=force)
    with written(target, force=force) as made:
        done = make(session, request, made.draft, target.path)
    if not target.is_stdout:
        _tell(session, request, target.path, done, made.size_bytes)
    for each in _notes(done):
        note(session.output, each)


def _format(format: Format | None, target: Target) -> Format:
    if format is not None:
        return format
    if target.file is None:
        return "csv"
    found = _SUFFIXES.get(target.path.suffix.lower())
    if found is None:
        raise UsageError(
            f"Cannot tell the format from {target.path.name!r}.",
            f"Add --format, or use one of {', '.join(_SUFFIXES)}.",
        )
    return found


def _options(given: list[str]) -> dict[str, str]:
    options = {}
    for each in given:
        key, sign, value = each.partition("=")
        if not sign or not key:
            raise UsageError(f"{each!r} is not KEY=VALUE.", "For example: --set sort=effectiveness")
        options[key] = value
    return options


def _expect_stdout_takes(session: Session, chosen: str, *, named: bool) -> None:
    """UsageError for binary formats, unless stdout is given explicitly and is not a terminal."""
    from cli.exporting.export import TEXT_FORMATS

    if chosen not in TEXT_FORMATS and (sys.stdout.isatty() or not named):
        raise UsageError(f"{chosen} cannot be printed.", f"Add --output FILE.{chosen}.")
    if not session.output.for_people:
        raise UsageError(
            "--json describes the exported file, and no file is given.",
            "Add --output FILE, or use --format json for the data itself.",
        )


def _notes(done: Exported) -> list[str]:
    cut = [f"{text.counted(done.cut_cells, 'cell')} cut to 32,767 characters, the limit of Excel."]
    return [*done.notes, *(cut if done.cut_cells else [])]


def _tell(session: Session, request: Request, target: Path, done: Exported, size: int) -> None:
    from aggregator.answers.shared import NoTotals
    from cli.results import files
    from cli.screen import Verbatim
    from schema.warehouse import reporting_zone

    with session.warehouse.reading() as con:
        zone = reporting_zone(con)
    line = (
        f"Exported {text.counted(done.rows, 'row')} of {request.what} to {target}"
        f" ({request.format}{', public' if request.public else ''}, {text.size(size)})"
    )
    tell(
        session,
        "export",
        zone,
        files.Export(
            filters=files.ExportFilters(what=request.what, name=request.name, limit=request.limit),
            data=[
                files.ExportedFile(
                    path=str(target),
                    format=files.format_of(request.format),
                    public=request.public,
                    rows=done.rows,
                    columns=done.columns,
                    size_bytes=size,
                    cut_cells=done.cut_cells,
                )
            ],
            totals=NoTotals(),
        ),
        lambda: [Verbatim(line)],
        warnings=_notes(done),
        done=f"{target} was written.",
    )
