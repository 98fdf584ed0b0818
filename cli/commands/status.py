"""``status``: how fresh the data is, what failed last, and how much data there is.

A screen for people, an exit code for monitoring, one line for a prompt.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from cli.commands.retention import retention_line
from cli.diagnostics import ExitCode, exit_code, report_problems
from cli.output import write
from cli.session import Session
from schema.errors import UsageError, WarehouseBusy, WarehouseError
from schema.first_steps import none_registered
from schema.statements import has_rows

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.reports.status import Freshness, NotedRun, ProjectFreshness, Status
    from aggregator.retention import Retention
    from cli.screen import Block
    from schema.warehouse import Connection

LINE_WAIT_S = 0.2
"""How long a prompt waits for the warehouse at most."""

LineOption = Annotated[
    bool, typer.Option("--line", help="One short line, for a prompt or a status bar.")
]


def status(context: typer.Context, line: LineOption = False) -> None:
    """How fresh the data is, and what failed last.

    Also how large the warehouse is. Exits with 1 if there are problems, or if the data is older
    than two intervals of the schedule.
    """
    session: Session = context.obj
    if line:
        _line(session)
        return
    from aggregator.answers import status as answers
    from cli.results.status import status_answer

    with session.warehouse.reading() as con:
        state = answers.status(con, session.warehouse, session.now)
        state.problems.extend(_transcripts_due(con, session, state.data.freshness.next_run_at))
    session.output.emit(
        status_answer(session, state),
        lambda: _screen(state.data, state.kept, session),
    )
    report_problems(state.problems)
    if state.problems:
        raise typer.Exit(ExitCode.PROBLEMS)


def _transcripts_due(con: Connection, session: Session, next_at: datetime | None) -> list[str]:
    """Transcripts that will soon be deleted unread; without any, nothing of theirs is imported."""
    if not has_rows(con, "transcript_roots"):
        return []
    from collector.transcripts.check import warnings

    return warnings(con, session.now, next_at)


# ---------------------------------------------------------------- one line


def _line(session: Session) -> None:
    """Print one line. Problems are in it and in the exit code, never on stderr.

    ``cli.__main__`` has printed it already where the file next to the warehouse has it.
    """
    if not session.output.for_people:
        raise UsageError("--line and --json cannot be combined.", "Use one of them.")
    from aggregator.reports.status import freshness
    from cli import state_file, state_writer

    warehouse = session.warehouse
    before = state_file.fingerprint(str(warehouse.path))
    try:
        with replace(warehouse, read_wait_s=LINE_WAIT_S).reading() as con:
            fresh = freshness(con, session.now)
    except WarehouseError as error:
        busy = isinstance(error, WarehouseBusy)
        write("skillhouse: busy" if busy else "skillhouse: unusable, see skillhouse status")
        raise typer.Exit(exit_code(error)) from error
    line, code = state_file.line_of(state_writer.status_lines(fresh), session.now.timestamp())
    write(line)
    state_writer.remember(warehouse, before, fresh)
    if code:
        raise typer.Exit(code)


# ---------------------------------------------------------------- everything


def _screen(found: Status, kept: Retention, session: Session) -> list[Block]:
    from cli.screen import Column, Line, Table

    facts = [*_facts(found, session), ("Retention", retention_line(kept))]
    blocks: list[Block] = [Line(f"{label:<10} {value}") for label, value in facts]
    if not found.projects:
        return [*blocks, Line(none_registered())]
    columns: list[Column[ProjectFreshness]] = [
        Column("Project", lambda p: p.project_name, name=True),
        Column("Collected", lambda p: text.age(p.last_sync_at, session.now)),
        Column("Last use", lambda p: text.day(p.last_use_at, found.freshness.zone)),
        Column("", lambda p: "silent" if p.silent else ""),
    ]
    if found.uses.sentence:
        blocks.append(Line(found.uses.sentence))
    return [*blocks, Table(columns, found.projects)]


def _facts(found: Status, session: Session) -> list[tuple[str, str]]:
    fresh, sizes = found.freshness, found.sizes
    beside = [
        f"{text.size(size)} {what}"
        for size, what in (
            (sizes.temporary_bytes, "temporary"),
            (sizes.backup_bytes, "backups"),
        )
        if size
    ]
    size = ", ".join([text.size(sizes.warehouse_bytes), *beside])
    rows = f"{text.count(found.rows)}, {text.count(found.rejected_records)} rejected"
    return [
        ("Warehouse", f"{session.warehouse.path} ({size})"),
        ("Rows", f"{rows}; {text.count(found.rollup_rows)} of statistics"),
        ("Collected", _when(fresh.last_success or fresh.last_ended, fresh)),
        ("Statistics", _statistics(found)),
        ("Last error", _last_error(fresh)),
        ("Next run", _next_run(fresh)),
    ]


def _when(run: NotedRun | None, fresh: Freshness) -> str:
    if run is None:
        return text.age(None, fresh.now)
    scope = "" if run.whole else ", not all projects"
    moment = text.moment(run.started_at, fresh.zone)
    return f"{text.age(run.started_at, fresh.now)} ({moment} {fresh.zone}{scope})"


def _statistics(found: Status) -> str:
    if found.stale_buckets:
        days = text.count(found.stale_buckets)
        return f"{days} days behind; answers are computed from the records"
    if found.refreshed_at is None:
        return "up to date"
    return f"up to date, updated {text.age(found.refreshed_at, found.freshness.now)}"


def _last_error(fresh: Freshness) -> str:
    failure = fresh.last_failure
    if failure is None:
        return "none"
    reason = failure.error or "interrupted"
    over = "" if fresh.open_failure else " A later refresh succeeded."
    return f"{_when(replace(failure, whole=True), fresh)}: {reason}{over}"


def _next_run(fresh: Freshness) -> str:
    if fresh.is_stopped:
        return f"none; the service was stopped ({fresh.schedule}): skillhouse schedule run"
    if fresh.next_run_at is None:
        return "no schedule"
    moment = text.moment(fresh.next_run_at, fresh.zone)
    return f"{moment} {fresh.zone} ({fresh.schedule}{', overdue' if fresh.overdue else ''})"
