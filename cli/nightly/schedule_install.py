"""``schedule install``, ``uninstall`` and ``show``: the nightly job in the system's scheduler."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator import text
from cli.diagnostics import note
from cli.nightly.schedule_run import AtOption, EveryOption, chosen_schedule
from cli.session import Session, tell

if TYPE_CHECKING:
    from cli.nightly.job import Job, Scheduler
    from cli.results.schedule import Row as ScheduleRow
    from cli.screen import Block
    from schema.schedule import Schedule

SystemdOption = Annotated[
    bool, typer.Option("--systemd", help="systemd: a user service and its timer (Linux).")
]
LaunchdOption = Annotated[bool, typer.Option("--launchd", help="launchd: a user agent (macOS).")]
CronOption = Annotated[bool, typer.Option("--cron", help="cron: a line in the crontab.")]


def install(
    context: typer.Context,
    write: Annotated[bool, typer.Option("--write", help="Install it.")] = False,
    systemd: SystemdOption = False,
    launchd: LaunchdOption = False,
    cron: CronOption = False,
    at: AtOption = None,
    every: EveryOption = None,
) -> None:
    """Print the scheduler configuration; install it with --write.

    Without a scheduler's option, for this platform's own scheduler. Nothing is started: the
    commands that activate it are printed at the end.
    """
    from aggregator.answers.shared import NoTotals
    from cli.nightly.job import check_daily
    from cli.nightly.schedulers import SCHEDULERS, native
    from cli.results import schedule as results

    session: Session = context.obj
    named = _named(systemd=systemd, launchd=launchd, cron=cron)
    scheduler = SCHEDULERS[_one(named) or native(sys.platform)]
    if write:
        session.warehouse.expect()
    job, zone = _job(session, chosen_schedule(at, every))
    check_daily(job.schedule)
    content = scheduler.render(job)
    places = scheduler.place(job) if write else []
    if write:
        _store(session, job.schedule)
    steps = scheduler.activation(job) if write else []
    warnings = _warnings(session, scheduler, job)
    tell(
        session,
        "schedule install",
        zone,
        results.ScheduleInstall(
            filters=results.InstallFilters(
                scheduler=results.scheduler_of(scheduler.name),
                write=write,
                schedule=str(job.schedule),
            ),
            data=[
                results.InstalledSchedule(
                    scheduler=results.scheduler_of(scheduler.name),
                    content=content,
                    places=places,
                    next_steps=steps,
                )
            ],
            totals=NoTotals(),
        ),
        lambda: _installed(content, places, steps),
        warnings=warnings,
        done="The schedule is installed." if write else None,
    )
    for warning in warnings:
        note(session.output, warning)
    # What was printed is right, and of no use until there is a warehouse.
    session.warehouse.expect()


def uninstall(
    context: typer.Context,
    systemd: SystemdOption = False,
    launchd: LaunchdOption = False,
    cron: CronOption = False,
) -> None:
    """Remove what `schedule install --write` installed for this warehouse."""
    from aggregator.answers.shared import NoTotals
    from cli.nightly.schedulers import SCHEDULERS
    from cli.results import schedule as results
    from cli.screen import Verbatim

    session: Session = context.obj
    named = _named(systemd=systemd, launchd=launchd, cron=cron)
    job, zone = _job(session, None)
    removed = []
    for scheduler in (SCHEDULERS[name] for name in named or SCHEDULERS):
        if scheduler.installed(job) is None:
            continue
        places = scheduler.remove(job)
        steps = scheduler.deactivation(job)
        removed.append(
            results.UninstalledSchedule(
                scheduler=results.scheduler_of(scheduler.name), places=places, next_steps=steps
            )
        )
    if not removed:
        session.warehouse.expect()
    if not any(scheduler.installed(job) for scheduler in SCHEDULERS.values()):
        _remove_stored(session)
    lines = [f"Removed {place}" for each in removed for place in each.places]
    steps = [step for each in removed for step in each.next_steps]
    tell(
        session,
        "schedule uninstall",
        zone,
        results.ScheduleUninstall(
            filters=results.UninstallFilters(
                schedulers=[results.scheduler_of(name) for name in named] or None
            ),
            data=removed,
            totals=NoTotals(),
        ),
        lambda: [
            *(Verbatim(line) for line in lines or ["Nothing was installed."]),
            *_to_type("Then run:", steps),
        ],
        done="The schedule was removed.",
    )


def show(context: typer.Context) -> None:
    """What runs the nightly job of this warehouse, and when it runs next."""
    from aggregator.answers.shared import NoFilters, NoTotals
    from aggregator.query import local
    from cli.nightly.due import due_state, runs_since
    from cli.nightly.lock import holder
    from cli.nightly.schedulers import SCHEDULERS
    from cli.results import schedule as results
    from schema.schedule import stored_schedule, was_stopped
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.reading() as con:
        zone = reporting_zone(con)
        schedule = stored_schedule(con)
        state = None
        if schedule is not None and not was_stopped(con):
            state = due_state(schedule, zone, runs_since(con, session.now), session.now)
    job, _ = _job(session, None)
    placed = [each for s in SCHEDULERS.values() if (each := s.installed(job))]
    row = results.Row(
        schedule=None if schedule is None else str(schedule),
        due_now=state is not None and state.trigger is not None,
        last_due_at=local(state.due_at if state else None, zone),
        next_run_at=local(state.next_at if state else None, zone),
        service_pid=holder(session.warehouse.path),
        installed=[
            results.Installed(
                scheduler=results.scheduler_of(each.scheduler),
                places=list(each.places),
                active=each.active,
            )
            for each in placed
        ],
    )
    result = results.ScheduleShow(filters=NoFilters(), data=[row], totals=NoTotals())
    tell(
        session,
        "schedule show",
        zone,
        result,
        lambda: _shown(row, state.next_at if state else None, zone),
    )


def _named(**flags: bool) -> list[str]:
    return [name for name, given in flags.items() if given]


def _one(named: list[str]) -> str | None:
    from schema.errors import UsageError

    if len(named) > 1:
        raise UsageError(
            "More than one scheduler is selected.",
            "Select one: two would refresh twice every night.",
        )
    return named[0] if named else None


def _job(session: Session, asked_for: Schedule | None) -> tuple[Job, str]:
    """This warehouse's job and time zone, with the schedule asked for, stored or default.

    For a warehouse that does not exist, the job that a new one would have.
    """
    from cli.nightly.job import job_for
    from schema.schedule import DEFAULT, stored_schedule
    from schema.warehouse import reporting_zone

    schedule = asked_for or DEFAULT
    if not session.warehouse.exists():
        zone = session.warehouse.zone_of_new()
    else:
        with session.warehouse.reading() as con:
            zone = reporting_zone(con)
            schedule = asked_for or stored_schedule(con) or DEFAULT
    return job_for(session.warehouse.path, schedule, zone), zone


def _store(session: Session, schedule: Schedule | None) -> None:
    from schema.connection import transaction
    from schema.schedule import store_schedule

    with session.warehouse.writing() as con, transaction(con):
        store_schedule(con, schedule)


def _remove_stored(session: Session) -> None:
    """Remove the stored schedule, so that `status` expects no runs, unless a service uses it."""
    from cli.nightly.lock import holder
    from schema.schedule import stored_schedule

    if not session.warehouse.exists() or holder(session.warehouse.path) is not None:
        return
    with session.warehouse.reading() as con:
        stored = stored_schedule(con)
    if stored is not None:
        _store(session, None)


def _warnings(session: Session, scheduler: Scheduler, job: Job) -> list[str]:
    from schema.machine_zone import agrees

    warnings = []
    if scheduler.local and not agrees(job.zone):
        warnings.append(
            f"{scheduler.name} uses this machine's time zone, the warehouse reports in {job.zone}."
        )
    return warnings


def _installed(content: str, places: list[str], steps: list[str]) -> list[Block]:
    from cli.screen import Verbatim

    if not places:
        return [Verbatim(content)]
    return [
        *(Verbatim(f"Installed: {place}") for place in places),
        *_to_type("Activate it with:", steps),
    ]


def _to_type(why: str, steps: list[str]) -> list[Block]:
    """Commands to be copied, each on a line of its own."""
    from cli.screen import Line, Verbatim

    return [Line(why), *(Verbatim(f"  {step}") for step in steps)] if steps else []


def _shown(row: ScheduleRow, next_at: Any, zone: str) -> list[Block]:
    from cli.screen import Line

    service = f"running, process {pid}" if (pid := row.service_pid) else "not running"
    states = {True: "active", False: "not activated", None: "installed"}
    installed = [
        f"{each.scheduler}, {states[each.active]}: {', '.join(each.places)}"
        for each in row.installed
    ]
    none = "none; the service was stopped" if row.schedule else "no schedule"
    next_run = f"{text.moment(next_at, zone)} {zone}" if next_at else none
    if row.due_now:
        since = row.last_due_at.isoformat() if row.last_due_at else ""
        next_run = f"due since {since}, then {next_run}"
    if next_at and not pid and not installed:
        next_run += ", but no service is installed to run it"
    facts = [
        ("Schedule", row.schedule or "none"),
        ("Next run", next_run),
        ("Service", service),
        *(("Installed", line) for line in installed or ["nothing"]),
    ]
    return [Line(f"{label:<10} {value}") for label, value in facts]
