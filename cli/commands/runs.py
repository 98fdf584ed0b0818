"""``runs``: the refreshes so far, and one of them in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from aggregator import text
from aggregator.parameters import LIMIT
from cli.options import RowsLimitOption, complete_project
from cli.session import Session, reading, tell
from schema.errors import UsageError

if TYPE_CHECKING:
    from aggregator.reports.runs import ProjectRun, Run
    from cli.screen import Block, Column

RunArgument = Annotated[
    int | None,
    typer.Argument(metavar="[RUN]", help="The number of a refresh, for all details."),
]
ProjectOption = Annotated[
    str | None,
    typer.Option(
        "--project",
        "-p",
        metavar="PROJECT",
        help="Only refreshes of this project, and its part of them.",
        autocompletion=complete_project,
    ),
]
FailedOption = Annotated[
    bool, typer.Option("--failed", help="Only refreshes that failed or were interrupted.")
]


def runs(
    context: typer.Context,
    run: RunArgument = None,
    limit: RowsLimitOption = LIMIT.default,
    project: ProjectOption = None,
    failed: FailedOption = False,
) -> None:
    """Every refresh: what started it, how it ended.

    Newest first, with the number of records read.
    """
    session: Session = context.obj
    if run is not None and (project is not None or failed):
        raise UsageError(
            "--project and --failed cannot be combined with the number of a refresh.",
            f"Use `skillhouse runs {run}`, or leave the number out.",
        )
    with reading(session, "aggregator.answers.runs") as con:
        from aggregator.answers import runs as answers
        from aggregator.reports import runs as reports
        from schema.warehouse import reporting_zone

        zone = reporting_zone(con)
        project_id = None
        if project is not None:
            from collector.projects.registry import find_project

            project_id = find_project(con, project).project_id
        if run is not None:
            found = [reports.run(con, run, now=session.now)]
            matching = 1
        else:
            listed = reports.runs(
                con, now=session.now, limit=limit, project_id=project_id, failed=failed
            )
            found, matching = listed.shown, listed.matching
    tell(
        session,
        "runs",
        zone,
        answers.Answer(
            filters=answers.Filters(run=run, limit=limit, project=project_id, failed=failed),
            data=[answers.row_of(each, zone, whole=run is not None) for each in found],
            totals=answers.Totals(runs=matching),
        ),
        lambda: _one(found[0], zone) if run is not None else _list(found, matching, zone, failed),
    )


class Counted(Protocol):
    """A run, or a project's part of one, with its counts of records."""

    @property
    def counts(self) -> dict[str, int]: ...


def _counted() -> list[Column[Counted]]:
    from cli.screen import Column

    return [
        Column.count("Files", lambda each: each.counts["files"], drop=7),
        Column.count("Read", lambda each: each.counts["records_read"], drop=6),
        Column.count("New", lambda each: each.counts["inserted"], drop=1),
        Column.count("Updated", lambda each: each.counts["updated"], drop=4),
        Column.count("Rejected", lambda each: each.counts["rejected"], drop=2),
        Column.count("Ignored", lambda each: each.counts["ignored"], drop=8),
    ]


def _list(found: list[Run], matching: int, zone: str, failed: bool) -> list[Block]:
    from aggregator.answers.runs import took_ms
    from cli.screen import Column, Line, Table

    if not found and failed:
        return [Line("No refresh failed or was interrupted.")]
    if not found:
        return [Line("No refresh yet. Run one: skillhouse refresh")]
    columns: list[Column[Run]] = [
        Column("Run", lambda run: str(run.run_id), right=True),
        Column("Started", lambda run: text.moment(run.started_at, zone)),
        Column("Trigger", lambda run: run.trigger, drop=3),
        Column.duration("Duration", lambda run: took_ms(run), drop=5),
        Column.count("Projects", lambda run: len(run.projects), drop=9),
        *_counted(),
        Column("Outcome", lambda run: run.outcome),
    ]
    blocks: list[Block] = [Table(columns, found)]
    blocks += [Line(f"{run.run_id}: {run.error}") for run in found if run.error]
    shown = f"{len(found):,} of {matching:,} refreshes"
    return [*blocks, Line(f"{shown} | zone {zone} | details: `skillhouse runs RUN`", quiet=True)]


def _one(run: Run, zone: str) -> list[Block]:
    from aggregator.answers.runs import took_ms
    from cli.screen import Column, Heading, Line, Table

    scope = "all active projects" if run.whole else "the given projects"
    blocks: list[Block] = [
        Heading(f"Refresh {run.run_id}: {run.outcome}"),
        Line(
            f"Started {text.moment(run.started_at, zone)} {zone} ({run.trigger}), took"
            f" {text.duration(took_ms(run))}, {scope}"
        ),
    ]
    if run.error:
        blocks.append(Line(f"Error: {run.error}"))
    if run.outcome == "interrupted":
        blocks.append(Line("Its process was stopped. Everything it had stored by then is kept."))
    if not run.projects:
        return [*blocks, Line("Nothing was stored.")]
    columns: list[Column[ProjectRun]] = [
        Column("Project", lambda entry: entry.project_name, name=True),
        *_counted(),
        Column.duration("Duration", lambda entry: entry.duration_ms, drop=3),
        Column("Outcome", lambda entry: entry.outcome),
    ]
    blocks.append(Table(columns, run.projects))
    for entry in run.projects:
        blocks += [Line(f"Problem: {problem}") for problem in entry.problems]
        blocks += [Line(f"Note: {note}", quiet=True) for note in entry.notes]
    return blocks
