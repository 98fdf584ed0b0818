"""``schedule run``: the service in the foreground, until a signal stops it."""

from __future__ import annotations

import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from cli.diagnostics import ExitCode
from cli.nightly.log import LogFormat
from cli.options import path_of
from cli.session import Session

if TYPE_CHECKING:
    from cli.nightly.refresh import Report
    from schema.schedule import Schedule
    from schema.warehouse import Warehouse

STOP_WAIT_S = 1.0
"""How long a service that ends waits for the warehouse."""

AtOption = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="HH:MM", help="Every day at this time, in the reporting time zone."
    ),
]
EveryOption = Annotated[
    str | None,
    typer.Option("--every", metavar="LENGTH", help="Interval, starting at midnight: 6h, 90m, 1d."),
]


def chosen_schedule(at: str | None, every: str | None) -> Schedule | None:
    """The schedule of the options, or None. UsageError for both options, or an invalid value."""
    from schema.errors import UsageError
    from schema.schedule import daily_at
    from schema.schedule import every as interval

    if at is not None and every is not None:
        raise UsageError("--at and --every cannot be combined.", "Use one of them.")
    if at is not None:
        return daily_at(at)
    return None if every is None else interval(every)


def _reports(warehouse: Warehouse, folder: Path | None) -> Report | None:
    if folder is None:
        return None
    from cli.report.file import Nightly

    return Nightly(warehouse, folder)


def _remember_stop(session: Session) -> None:
    """Note that the schedule runs no more, unless the system's scheduler has it too.

    A schedule that was tried and stopped would otherwise be overdue forever. Whoever starts the
    service again goes on with it.
    """
    from cli.nightly.job import job_for
    from cli.nightly.schedulers import SCHEDULERS
    from schema.connection import transaction
    from schema.errors import SkillhouseError
    from schema.schedule import store_schedule, stored_schedule
    from schema.warehouse import reporting_zone

    warehouse = replace(session.warehouse, read_wait_s=STOP_WAIT_S, write_wait_s=STOP_WAIT_S)
    # The warehouse may be gone, or in use: then it stays as it is.
    with suppress(SkillhouseError):
        with warehouse.reading() as con:
            schedule, zone = stored_schedule(con), reporting_zone(con)
        if schedule is None:
            return
        job = job_for(warehouse.path, schedule, zone)
        if not any(each.installed(job) for each in SCHEDULERS.values()):
            with warehouse.writing() as con, transaction(con):
                store_schedule(con, schedule, stopped=True)


def run(
    context: typer.Context,
    at: AtOption = None,
    every: EveryOption = None,
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="Format of the events on stderr.")
    ] = "plain",
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FOLDER",
            help="Write skillhouse-report.html into this folder after each refresh.",
            parser=path_of,
        ),
    ] = None,
) -> None:
    """Run in the foreground and refresh on schedule, catching up on missed runs.

    Without --at and --every, the stored schedule is used, or daily at 02:30 if there is none.
    After sleep or a restart, missed runs are caught up by one run, at once.
    """
    from cli.nightly.lock import only_service
    from cli.nightly.log import Log
    from cli.nightly.service import Service
    from schema.warehouse import now_utc

    session: Session = context.obj
    schedule = chosen_schedule(at, every)
    warehouse = session.warehouse
    warehouse.expect()
    log = Log(log_format, now_utc, warehouse.zone_of_new())
    with only_service(warehouse.path):
        service = Service(warehouse, schedule, log, report=_reports(warehouse, report))
        received: list[int] = []

        def end(number: int, _: FrameType | None) -> None:
            received.append(number)
            service.stop.request()

        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, end)
        # A terminal that is closed, unless nohup said otherwise.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, end)
        log("start", warehouse=str(warehouse.path), schedule=schedule and str(schedule))
        service.run()
        _remember_stop(session)
        log("stop", signal=signal.Signals(received[0]).name if received else None)
    if received[:1] == [signal.SIGINT]:
        raise typer.Exit(ExitCode.INTERRUPTED)
