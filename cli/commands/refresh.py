"""``collect``, ``aggregate`` and ``refresh``: from the projects' files to statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aggregator import text
from cli.configuration import Configuration
from cli.diagnostics import ExitCode, note, progress, report_problems
from cli.options import complete_project
from cli.session import Session, tell
from schema.first_steps import none_registered

if TYPE_CHECKING:
    from aggregator.refresh import Refresh
    from cli.screen import Block
    from collector.results import CollectResult, ProjectResult
    from collector.runs import Trigger

STORED = "What was collected is stored."

ProjectsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PROJECT]...",
        help="Only these projects: ids, names or paths.",
        autocompletion=complete_project,
    ),
]
FullOption = Annotated[bool, typer.Option("--full", help="Re-read all files from the beginning.")]


def collect(
    context: typer.Context, project: ProjectsArgument = None, full: FullOption = False
) -> None:
    """Collect new data from the projects' files.

    The files are only read, never changed.
    """
    from aggregator.answers.runs import ReadCounts
    from cli.results import collecting as results

    session: Session = context.obj
    done = _collect(session, project or [], full)
    tell(
        session,
        "collect",
        done.zone,
        results.Collect(
            filters=results.CollectFilters(projects=project or None, full=full),
            data=results.rows_of(done),
            totals=ReadCounts(**results.counts_of(done)),
        ),
        lambda: collected(done),
        warnings=[str(problem) for problem in done.problems],
        done=STORED,
    )
    finish(session, done)


def aggregate(
    context: typer.Context,
    full: Annotated[bool, typer.Option("--full", help="Recompute all statistics.")] = False,
    timezone: Annotated[
        str | None,
        typer.Option(
            "--timezone",
            metavar="ZONE",
            help="Change the reporting time zone and recompute everything.",
        ),
    ] = None,
) -> None:
    """Update all statistics after new data was collected."""
    from aggregator.answers.shared import NoTotals
    from aggregator.refresh import refresh as recompute
    from cli.results import collecting as results
    from cli.screen import Line

    session: Session = context.obj
    session.warehouse.expect()
    done = recompute(
        session.warehouse,
        now=session.now,
        full=full,
        timezone=timezone,
        compared_days=Configuration().compared_days,
    )
    tell(
        session,
        "aggregate",
        _zone(session),
        results.Aggregate(
            filters=results.AggregateFilters(full=full, timezone=timezone),
            data=[results.Aggregated(stale_buckets=done.marks, rollup_rows=done.buckets)],
            totals=NoTotals(),
        ),
        lambda: [Line(_refresh_line(done))],
        done="The statistics are up to date.",
    )


def refresh(
    context: typer.Context,
    project: ProjectsArgument = None,
    full: FullOption = False,
    trigger: Annotated[
        Literal["manual", "schedule"],
        typer.Option("--trigger", hidden=True, help="The trigger to record."),
    ] = "manual",
) -> None:
    """Collect new data and update all statistics."""
    from aggregator.refresh import archive
    from aggregator.refresh import refresh as recompute
    from cli.results import collecting as results
    from cli.screen import Line
    from cli.team_publishing import publish_after_refresh
    from collector.runs import Stopwatch, failure_recorded

    session: Session = context.obj
    watch = Stopwatch.start(session.now)
    done = _collect(session, project or [], full, trigger)
    with failure_recorded(session.warehouse, watch, trigger, whole=not project):
        rollups = recompute(
            session.warehouse,
            now=session.now,
            full=full,
            compared_days=Configuration().compared_days,
        )
        archived = archive(session.warehouse, rollups, now=session.now)
    tell(
        session,
        "refresh",
        done.zone,
        results.Refresh(
            filters=results.CollectFilters(projects=project or None, full=full),
            data=results.rows_of(done),
            totals=results.RefreshTotals(
                **results.counts_of(done),
                stale_buckets=rollups.marks,
                rollup_rows=rollups.buckets,
                rows_archived=archived,
            ),
        ),
        lambda: [*collected(done), Line(_refresh_line(rollups)), *_archived_lines(archived)],
        warnings=[str(problem) for problem in done.problems],
        done=STORED,
    )
    for said in publish_after_refresh(session.warehouse, session.now):
        note(session.output, said)
    finish(session, done)


def _archived_lines(rows: int) -> list[Block]:
    from cli.screen import Line

    return [Line(f"Archived {rows:,} rows. Statistics are unchanged.")] if rows else []


def _collect(
    session: Session, projects: list[str], full: bool, trigger: Trigger = "manual"
) -> CollectResult:
    from collector.collect import collect as run

    with progress(not session.output.quiet and session.output.for_people, "Reading") as bar:
        return run(
            session.warehouse,
            projects,
            now=session.now,
            full=full,
            progress=bar,
            trigger=trigger,
        )


def finish(session: Session, done: CollectResult) -> None:
    from cli import state_writer

    state_writer.write(session.warehouse, session.now)
    for each in done.notes:
        note(session.output, str(each))
    problems = [str(problem) for problem in done.problems]
    report_problems(problems)
    if problems:
        raise typer.Exit(ExitCode.PROBLEMS)


def _zone(session: Session) -> str:
    from schema.warehouse import reporting_zone

    with session.warehouse.reading() as con:
        return reporting_zone(con)


def collected(done: CollectResult) -> list[Block]:
    """What was collected, one row per project with anything new."""
    from cli.results.collecting import counts_of
    from cli.screen import Column, Line, Table

    if not done.projects:
        return [
            Line(none_registered()),
            *transcript_lines(done),
        ]
    columns: list[Column[ProjectResult]] = [
        Column("Project", lambda entry: entry.project_name, name=True),
        Column.count("Files", lambda entry: entry.files, drop=5),
        Column.count("Files unchanged", lambda entry: entry.files_unchanged, drop=8),
        Column.count("Read", lambda entry: entry.records_read, drop=6),
        Column.count("New", lambda entry: entry.inserted),
        Column.count("Updated", lambda entry: entry.updated, drop=4),
        Column.count("Unchanged", lambda entry: entry.unchanged, drop=7),
        Column.count("Rejected", lambda entry: entry.rejected),
        Column.count("Ignored", lambda entry: entry.ignored, drop=1),
    ]
    totals = counts_of(done)
    line = (
        f"{totals['inserted']:,} new, {totals['updated']:,} updated and {totals['rejected']:,}"
        f" rejected records from {text.counted(len(done.projects), 'project')}"
    )
    changed = [entry for entry in done.projects if _is_changed(entry)]
    # They may have been read: a copy of another project adds nothing.
    others = len(done.projects) - len(changed)
    table = Table(columns, changed, unchanged=others, left_out="without new records")
    return [table, *transcript_lines(done), Line(line)]


def _is_changed(entry: ProjectResult) -> bool:
    return bool(entry.inserted or entry.updated or entry.rejected or entry.problems)


def transcript_lines(done: CollectResult) -> list[Block]:
    """What was read of agent transcripts, where any may be read."""
    from cli.screen import Line

    found = done.transcripts
    if found is None:
        return []
    unattributed = (
        f"; {text.counted(found.unattributed, 'use')} in folders that are not registered"
        " (skillhouse discover lists them)"
        if found.unattributed
        else ""
    )
    return [
        Line(
            f"Transcripts: {text.counted(found.files, 'file')}, {found.inserted:,} new and"
            f" {found.updated:,} updated uses{unattributed}"
        )
    ]


def _refresh_line(done: Refresh) -> str:
    if not done.marks:
        return "Statistics already up to date."
    return f"Statistics updated ({text.counted(done.marks, 'day')})."
