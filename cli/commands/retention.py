"""``retention``: how long records are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from cli.confirm import confirm
from cli.options import YesOption
from cli.session import Session, tell
from schema.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from aggregator.retention import Retention
    from cli.screen import Block


def retention(
    context: typer.Context,
    raw_days: Annotated[
        int | None,
        typer.Option(
            "--raw-days", metavar="N", help="Keep records for N days; archive older ones."
        ),
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Keep records forever.")] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Archive now instead of at the next refresh.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be deleted; change nothing.")
    ] = False,
    yes: YesOption = False,
) -> None:
    """How long records are kept. Statistics are not affected.

    Without options, shows the setting and what is due for deletion.
    """
    from aggregator import retention as keeping
    from aggregator.answers.shared import NoTotals
    from aggregator.answers.status import retention_fields
    from cli.results import storage
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    warehouse = session.warehouse
    if off and (raw_days is not None or apply):
        raise UsageError("--off cannot be combined with --raw-days or --apply.", "Use one of them.")
    if raw_days is not None:
        keeping.check_raw_days(raw_days)
    with warehouse.reading() as con:
        before = keeping.stored_raw_days(con)
        due = keeping.retention(con, now=session.now, raw_days=raw_days)
        zone = reporting_zone(con)
    if apply and due.raw_days is None:
        raise UsageError(
            "No retention is set: rows are kept forever.", "For example: --raw-days 365"
        )
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
    tell(
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
        lambda: _screen(due, archived, applied=apply and not dry_run, dry_run=dry_run),
        done="The retention was changed." if changes else None,
    )


def _confirm(due: Retention) -> None:
    """Ask before rows are deleted for the first time, or sooner than before."""
    going = (
        f"This deletes rows older than {due.raw_days} days permanently"
        f" ({text.count(due.rows_due)} now). Statistics are not affected."
    )
    confirm(f"{going} Continue?", what=going)


def _day(day: date | None) -> str:
    return "" if day is None else f"{day.day} {day:%b %Y}"


def retention_line(due: Retention) -> str:
    """The setting in a few words."""
    if due.raw_days is None:
        return "rows are kept forever"
    return f"rows are kept for {due.raw_days} days (since {due.rows_since})"


def _screen(due: Retention, archived: int, *, applied: bool, dry_run: bool) -> list[Block]:
    from cli.screen import Line

    if dry_run and due.raw_days is not None:
        lines = [
            f"Would delete {text.counted(due.rows_due, 'row')} older than {_day(due.rows_since)}."
        ]
    else:
        said = retention_line(due)
        lines = [f"{said[0].upper()}{said[1:]}."]
    if applied:
        lines.append(f"Archived {text.counted(archived, 'row')}. Statistics are unchanged.")
        if archived:
            lines.append("The file keeps its size; the freed space is reused.")
    elif due.rows_due and not dry_run:
        lines.append(
            f"The next refresh deletes {text.counted(due.rows_due, 'older row')}."
            " Delete now: skillhouse retention --apply"
        )
    if due.archived_before is not None:
        lines.append(
            f"{text.count(due.uses_archived)} uses before {due.archived_before} are archived."
        )
    return [Line(line) for line in lines]
