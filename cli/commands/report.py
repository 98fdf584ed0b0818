"""``report``: all answers as one page that works without a server and without a network."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from cli import text
from cli.diagnostics import say
from cli.options import path_of
from cli.session import Session, answer


def report(
    context: typer.Context,
    html: Annotated[
        Path,
        typer.Option("--html", metavar="FILE", help="The file to make.", parser=path_of),
    ] = Path("skillhouse-report.html"),
    public: Annotated[
        bool,
        typer.Option("--public", help="For others: no paths, sessions, projects or exact times."),
    ] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Then show it in the browser.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is no report of ours.")
    ] = False,
) -> None:
    """Everything as one page to look at, in one HTML file.

    The file asks nobody for anything: charts and data are inside it. An older report is replaced,
    any other file only with --force. What --public leaves out, `export --public` does, too.
    """
    from aggregator.answers.shared import NoTotals
    from cli.publishing import publisher
    from cli.report.charting import charting_library
    from cli.report.file import check, write
    from cli.results import files
    from cli.screen import Line
    from schema import pseudonyms
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    target = html.expanduser().absolute()
    check(target, session.warehouse.path, force=force)
    charting_library(session.warehouse.path)
    known = pseudonyms.ensured(session.warehouse) if public else None
    with session.warehouse.reading() as con:
        publish = None if known is None else publisher(con, known, Path.home())
        size = write(con, session, target, publisher=publish)
        zone = reporting_zone(con)
    opened = open_it and webbrowser.open(target.as_uri())
    warnings = ["No browser could be started; open the file yourself."] * (open_it and not opened)
    line = f"Report written to {target} ({'public, ' if public else ''}{text.size(size)})"
    session.output.emit(
        answer(
            session,
            "report",
            zone,
            files.Report(
                filters=files.ReportFilters(public=public),
                data=[
                    files.ReportFile(
                        path=str(target), public=public, size_bytes=size, opened=opened
                    )
                ],
                totals=NoTotals(),
            ),
            warnings=warnings,
        ),
        lambda: [Line(line)],
    )
    if not session.output.as_json:
        for warning in warnings:
            say(f"Note: {warning}")
