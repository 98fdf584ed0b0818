"""``retention``: for how long rows are kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli import text
from cli.session import Session, answer
from schema.errors import UsageError

if TYPE_CHECKING:
    from aggregator.retention import Retention
    from cli.screen import Block


def retention(
    context: typer.Context,
    raw_days: Annotated[
        int | None,
        typer.Option(
            "--raw-days", metavar="N", help="Keep rows for N days; older ones are archived."
        ),
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Keep rows for ever from now on.")] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Archive now, not with the next refresh.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before rows may go.")] = False,
) -> None:
    """How long rows are kept; no answer changes by it.

    Alone it shows the setting, and what would go.
    """
    from aggregator import retention as keeping
    from aggregator.answers.shared import NoTotals
    from aggregator.answers.status import retention_fields
    from cli.results import storage
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    warehouse = session.warehouse
    if off and (raw_days is not None or apply):
        raise UsageError("--off keeps rows; --raw-days and --apply let them go.", "Use one.")
    if raw_days is not None:
        keeping.check_raw_days(raw_days)
    with warehouse.reading() as con:
        before = keeping.stored_raw_days(con)
        due = keeping.retention(con, now=session.now, raw_days=raw_days)
        zone = reporting_zone(con)
    if apply and due.raw_days is None:
        raise UsageError("No retention is set: every row is kept.", "Add --raw-days, say 365.")
    archived = 0
    changes = not dry_run and (off or apply or raw_days is not None)
    if not dry_run:
        if raw_days is not None and not yes and (before is None or raw_days < before):
            _confirm(due)
        if off or raw_days is not None:
            with warehouse.writing() as con:
                keeping.store_raw_days(con, raw_days)
        if apply:
            archived = keeping.apply(warehouse, now=session.now)
        with warehouse.reading() as con:
            due = keeping.retention(con, now=session.now)
    session.output.emit(
        answer(
            session,
            "retention",
            zone,
            storage.RetentionSetting(
                filters=storage.RetentionFilters(
                    raw_days=raw_days, off=off, apply=apply, dry_run=dry_run
                ),
                data=[storage.AppliedRetention(**retention_fields(due), rows_archived=archived)],
                totals=NoTotals(),
            ),
        ),
        lambda: _screen(due, archived, applied=apply and not dry_run, dry_run=dry_run),
        done="The retention was changed." if changes else None,
    )


def _confirm(due: Retention) -> None:
    """Ask before rows may go for the first time, or sooner than was agreed to."""
    going = (
        f"Rows older than {due.raw_days} days will go for good,"
        f" {text.count(due.rows_due)} of them now"
    )
    if not sys.stdin.isatty():
        raise UsageError(
            f"{going}; answers stay.", "Add --yes to confirm where nobody can be asked."
        )
    typer.confirm(f"{going}; answers stay. Go on?", abort=True, err=True)


def retention_line(due: Retention) -> str:
    """The setting in a few words."""
    if due.raw_days is None:
        return "rows are kept for ever"
    return f"rows are kept for {due.raw_days} days (since {due.rows_since})"


def _screen(due: Retention, archived: int, *, applied: bool, dry_run: bool) -> list[Block]:
    from cli.screen import Line

    if dry_run and due.raw_days is not None:
        lines = [
            f"With {due.raw_days} days rows since {due.rows_since} would be kept,"
            f" and {text.count(due.rows_due)} older ones would go; nothing was changed."
        ]
    else:
        said = retention_line(due)
        lines = [f"{said[0].upper()}{said[1:]}."]
    if applied:
        lines.append(f"{text.count(archived)} rows were archived; no answer changed.")
        if archived:
            lines.append("The file keeps its size and uses the room again.")
    elif due.rows_due and not dry_run:
        lines.append(
            f"{text.count(due.rows_due)} older rows go with the next refresh,"
            " or now: skillhouse retention --apply"
        )
    if due.archived_before is not None:
        lines.append(
            f"{text.count(due.uses_archived)} uses before {due.archived_before} are archived."
        )
    return [Line(line) for line in lines]
