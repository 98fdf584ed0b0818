"""``schedule run``: the service in the foreground, until a signal ends it."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from cli.diagnostics import ExitCode
from cli.options import LogFormatName, path_of
from cli.session import Session

if TYPE_CHECKING:
    from cli.service.nightly import Report
    from schema.schedule import Schedule
    from schema.warehouse import Warehouse

AtOption = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="HH:MM", help="Every night at this time, on the reporting zone's clock."
    ),
]
EveryOption = Annotated[
    str | None,
    typer.Option("--every", metavar="LENGTH", help="So often, counted from midnight: 6h, 90m, 1d."),
]


def chosen(at: str | None, every: str | None) -> Schedule | None:
    """The schedule that the options name, if any. UsageError for two, or one we cannot read."""
    from schema.errors import UsageError
    from schema.schedule import daily_at
    from schema.schedule import every as interval

    if at is not None and every is not None:
        raise UsageError("More than one schedule is named.", "Use either --at or --every.")
    if at is not None:
        return daily_at(at)
    return None if every is None else interval(every)


def _reports(warehouse: Warehouse, folder: Path | None) -> Report | None:
    if folder is None:
        return None
    from cli.report.file import Nightly

    return Nightly(warehouse, folder)


def run(
    context: typer.Context,
    at: AtOption = None,
    every: EveryOption = None,
    log_format: Annotated[
        LogFormatName, typer.Option("--log-format", help="How events are written to stderr.")
    ] = LogFormatName.plain,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FOLDER",
            help="After each pass write skillhouse-report.html into it.",
            parser=path_of,
        ),
    ] = None,
) -> None:
    """Serve in the foreground: run `refresh` whenever it is due, and miss none.

    Without --at and --every, as the warehouse has it, else at 02:30. What is due is judged from
    the warehouse's ledger: after a sleep or a restart, what was missed runs at once, and once.
    """
    from cli.service.lock import only_service
    from cli.service.log import Log
    from cli.service.service import Service
    from schema.warehouse import now_utc

    session: Session = context.obj
    schedule = chosen(at, every)
    warehouse = session.warehouse
    log = Log(log_format, now_utc, warehouse.zone_of_new())
    with only_service(warehouse.path):
        service = Service(warehouse, schedule, log, report=_reports(warehouse, report))
        received: list[int] = []

        def end(number: int, _: FrameType | None) -> None:
            received.append(number)
            service.stop.request()

        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, end)
        log("start", warehouse=str(warehouse.path), schedule=schedule and str(schedule))
        service.run()
        log("stop", signal=signal.Signals(received[0]).name if received else None)
    if received[:1] == [signal.SIGINT]:
        raise typer.Exit(ExitCode.INTERRUPTED)
