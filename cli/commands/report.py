"""``report``: everything in one HTML file that works offline."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from aggregator import text
from cli.ask import FilesOptions
from cli.diagnostics import note
from cli.options import PublicOption, path_of
from cli.query_options import resolve
from cli.session import Session, tell
from schema.errors import UsageError


def report(
    context: typer.Context,
    *,
    html: Annotated[
        Path,
        typer.Option("--html", metavar="FILE", help="Output file (-: stdout).", parser=path_of),
    ] = Path("skillhouse-report.html"),
    public: PublicOption = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    selection: FilesOptions,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a file that was not written by skillhouse.")
    ] = False,
) -> None:
    """Write everything to one HTML page.

    The page works offline and sends nothing: charts and data are inside it. An older report is
    overwritten, any other file only with --force. --public works as in `export`. --project, --type
    and --tag limit it to some projects; experiments and a team's numbers are always whole.
    """
    from aggregator.answers.shared import NoTotals
    from cli.exporting.places import target_of
    from cli.publishing import publisher
    from cli.report.file import check, write
    from cli.results import files
    from cli.screen import Verbatim
    from schema import pseudonyms
    from schema.settings import home
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    target = target_of(html)
    if target.file is None and open_it:
        raise UsageError(f"A browser cannot open {html}.", "Use a file, or leave out --open.")
    if target.is_stdout and not session.output.for_people:
        raise UsageError("--json describes the file, and no file is given.", "Add --html FILE.")
    check(target, session.warehouse.path, force=force)
    known = pseudonyms.ensured(session.warehouse) if public else None
    with session.warehouse.reading() as con:
        publish = None if known is None else publisher(con, known, home())
        size = write(con, session, target, publisher=publish, selection=selection)
        scope = resolve(con, session.now, selection).question.scope
        zone = reporting_zone(con)
    if target.is_stdout:
        return
    opened = target.file is not None and open_it and webbrowser.open(target.file.as_uri())
    warnings = ["No browser could be started. Open the file yourself."] * (open_it and not opened)
    line = f"Report written to {target.path} ({'public, ' if public else ''}{text.size(size)})"
    tell(
        session,
        "report",
        zone,
        files.Report(
            filters=files.ReportFilters(
                public=public,
                projects=None if scope.is_default else list(scope.ids),
                types=list(scope.types) or None,
                tags=list(scope.tags) or None,
            ),
            data=[
                files.ReportFile(
                    path=str(target.path), public=public, size_bytes=size, opened=opened
                )
            ],
            totals=NoTotals(),
        ),
        lambda: [Verbatim(line)],
        warnings=warnings,
        done=f"{target.path} was written.",
    )
    for warning in warnings:
        note(session.output, warning)
