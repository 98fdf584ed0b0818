"""``backup``, ``restore``, ``compact`` and ``verify``: maintenance of the warehouse file."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from cli.confirm import confirm
from cli.diagnostics import ExitCode, progress, report_problems
from cli.options import YesOption, path_of
from cli.session import Session, tell
from schema.errors import UsageError
from schema.parameter import MAX_COUNT
from schema.settings import absolute

if TYPE_CHECKING:
    from aggregator.verify import Check, Verdict
    from cli.exporting.places import Target
    from cli.screen import Block
    from schema.backups import Backup


def backup(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PATH]",
            help="File, folder or pipe; -: stdout (default: `backups` next to the warehouse).",
            parser=path_of,
        ),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep",
            metavar="N",
            min=1,
            max=MAX_COUNT,
            help="Then delete all but the N newest automatically named backups.",
        ),
    ] = None,
) -> None:
    """Copy the warehouse to a backup and verify the copy.

    The backup gets its name only after it was read back completely.
    """
    from aggregator.answers.shared import NoTotals
    from cli.exporting.places import target_of
    from cli.results import storage
    from cli.screen import Verbatim
    from schema import backups

    session: Session = context.obj
    target = None if path is None else target_of(path)
    if target is not None and target.file is None:
        made = _into_stream(session, target)
    else:
        file = None if target is None else target.file
        made = backups.backup(session.warehouse, file, now=session.now)
    removed = [] if keep is None else backups.prune(session.warehouse, keep, now=session.now)
    if target is not None and target.is_stdout:
        return
    lines = [
        f"Backed up {text.count(made.rows)} rows in {made.tables} tables"
        f" ({text.size(made.size_bytes)}) to {made.path}",
        *(f"Removed {each}" for each in removed),
    ]
    tell(
        session,
        "backup",
        _zone(session),
        storage.Backup(
            filters=storage.BackupFilters(path=None if path is None else str(path), keep=keep),
            data=[
                storage.BackupFile(
                    path=str(made.path),
                    size_bytes=made.size_bytes,
                    tables=made.tables,
                    rows=made.rows,
                    removed=[str(each) for each in removed],
                )
            ],
            totals=NoTotals(),
        ),
        lambda: [Verbatim(line) for line in lines],
        done=f"The backup {made.path} was written.",
    )


def _into_stream(session: Session, target: Target) -> Backup:
    """Write a verified copy to a pipe, a device or stdout."""
    from cli.exporting.places import copy_to, refused
    from schema import backups

    if target.is_stdout and not session.output.for_people:
        raise UsageError("--json describes the backup file, and no file is given.", "Add a path.")
    if target.is_stdout and sys.stdout.isatty():
        raise UsageError("A backup cannot be printed on a terminal.", "Add a path.")
    with backups.passing(session.warehouse) as copy:
        try:
            copy_to(copy.path, target)
        except BrokenPipeError:
            raise
        except OSError as exc:
            raise refused(target.path, exc) from exc
    return replace(copy, path=target.path)


def restore(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help="The backup (default: the newest).", parser=path_of),
    ] = None,
    yes: YesOption = False,
) -> None:
    """Replace the warehouse with a backup.

    The current file is kept next to it.
    """
    from aggregator.answers.shared import NoTotals
    from cli.results import storage
    from cli.screen import Verbatim
    from schema import restore as restoring

    session: Session = context.obj
    chosen = restoring.chosen(
        session.warehouse, None if path is None else absolute(path), now=session.now
    )
    if not yes:
        _confirm(session, chosen)
    done = restoring.restore(session.warehouse, chosen, now=session.now)
    lines = [f"Restored {text.count(done.rows)} rows from {done.backup}"]
    if done.superseded is not None:
        lines.append(f"The previous file was kept as {done.superseded}")
    lines.append("Next: skillhouse refresh")
    tell(
        session,
        "restore",
        _zone(session),
        storage.Restore(
            filters=storage.RestoreFilters(path=None if path is None else str(path)),
            data=[
                storage.RestoredFile(
                    backup=str(done.backup),
                    warehouse_path=str(session.warehouse.path),
                    kept_aside=None if done.superseded is None else str(done.superseded),
                    size_bytes=done.size_bytes,
                    rows=done.rows,
                )
            ],
            totals=NoTotals(),
        ),
        lambda: [Verbatim(line) for line in lines],
        done=f"{done.backup} was restored.",
    )


def _confirm(session: Session, chosen: Path) -> None:
    place = text.plain(str(session.warehouse.path))
    confirm(
        f"Replace {place} with {text.plain(str(chosen))}?",
        what=f"restore replaces {session.warehouse.path} with {chosen}.",
    )


def compact(context: typer.Context) -> None:
    """Rewrite the file to free unused space.

    Deleted data is then also gone from the disk. Needs as much free space as the file takes.
    """
    from aggregator.answers.shared import NoFilters, NoTotals
    from cli.results import storage
    from cli.screen import Line
    from schema.compact import compact as rewrite

    session: Session = context.obj
    done = rewrite(session.warehouse)
    sentence = (
        f"Compacted and verified: {text.size(done.bytes_before)} to {text.size(done.bytes_after)}."
    )
    tell(
        session,
        "compact",
        _zone(session),
        storage.Compact(
            filters=NoFilters(),
            data=[
                storage.CompactedFile(
                    warehouse_path=str(session.warehouse.path),
                    bytes_before=done.bytes_before,
                    bytes_after=done.bytes_after,
                    tables=done.tables,
                    rows=done.rows,
                )
            ],
            totals=NoTotals(),
        ),
        lambda: [Line(sentence)],
        done="The warehouse was compacted.",
    )


def verify(context: typer.Context) -> None:
    """Check that all statistics match the stored records.

    Reads the whole file.
    """
    from aggregator.answers.shared import NoFilters
    from aggregator.verify import verify as check
    from cli.results import storage
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    shown = not session.output.quiet and session.output.for_people
    with session.warehouse.reading() as con, progress(shown, "Checking") as bar:
        verdict = check(con, bar)
        zone = reporting_zone(con)
    tell(
        session,
        "verify",
        zone,
        storage.Verify(
            filters=NoFilters(),
            data=[
                storage.CheckResult(
                    check=each.name,
                    promise=each.promise,
                    findings=each.findings,
                    sentences=list(each.sentences),
                )
                for each in verdict.checks
            ],
            totals=storage.VerifyTotals(
                findings=sum(each.findings for each in verdict.checks),
                tables=verdict.tables,
                rows=verdict.rows,
                stale_buckets=verdict.marked,
            ),
        ),
        lambda: _verdict(verdict),
        warnings=verdict.sentences,
    )
    report_problems(verdict.sentences, more_with="skillhouse verify --json")
    if verdict.sentences:
        raise typer.Exit(ExitCode.PROBLEMS)


def _verdict(verdict: Verdict) -> list[Block]:
    from cli.screen import Column, Line, Table

    columns: list[Column[Check]] = [
        Column("Check", lambda each: each.promise, name=True),
        Column(
            "Findings",
            lambda each: text.count(each.findings) if each.findings else "ok",
            right=True,
        ),
    ]
    lines = [f"Read {text.count(verdict.rows)} rows in {verdict.tables} tables."]
    if verdict.marked:
        lines.append(
            f"Not checked: statistics of {text.count(verdict.marked)} days that need an update."
            " Update them: skillhouse aggregate"
        )
    return [Table(columns, verdict.checks), *(Line(line) for line in lines)]


def _zone(session: Session) -> str:
    from schema.warehouse import reporting_zone

    with session.warehouse.reading() as con:
        return reporting_zone(con)
