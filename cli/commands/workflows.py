"""``workflows``: the runs of a workflow engine, and the skills used in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli import text
from cli.commands.blocks import LISTED, nothing
from cli.options import (
    AllProjectsOption,
    DaysOption,
    KindName,
    KindOption,
    PeriodOption,
    ProjectsOption,
    SinceOption,
    UntilOption,
    WindowName,
    WindowOption,
)
from cli.query_options import QueryOptions, Window, resolve
from cli.session import Session, answered, reading
from cli.verdicts import word

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.workflows.workflows import Ends, Workflows
    from cli.screen import Block, Table


_OFTEN = {"more": "more often", "fewer": "less often"}


def workflows(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A workflow, with the skills used in it (default: all)."
        ),
    ] = None,
    window: WindowOption = WindowName.all,
    period: PeriodOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    days: DaysOption = None,
    project: ProjectsOption = None,
    kind: KindOption = KindName.all,
    all_projects: AllProjectsOption = False,
) -> None:
    """Workflow runs: outcomes, durations, skills used."""
    session: Session = context.obj
    span = Window(window.value, period, since, until, days)
    options = QueryOptions(span, project or (), kind.value, all_projects)
    with reading(session, "aggregator.answers.workflows") as con:
        from aggregator.answers import workflows as answers

        result = answers.workflows(con, resolve(con, session.now, options), name=name)
    found, query = result.data, result.query
    session.output.emit(answered(session, "workflows", result), lambda: _screen(found, query, name))


def _screen(found: Workflows, query: Query, name: str | None) -> list[Block]:
    from cli.screen import Heading, Line

    footer = Line(query.footer(), quiet=True)
    if not found.rows:
        if query.warnings():
            return nothing(query)
        return [Line(f"No workflow runs recorded ({query.question.span.label()})."), footer]
    blocks: list[Block] = [Heading(_headline(found, name))]
    statuses = ", ".join(f"{status} {text.count(n)}" for status, n in found.statuses.items())
    blocks.append(Line(f"Status reported by the engine: {statuses}"))
    if name is None:
        blocks.append(_names(found, query))
    blocks.append(Line(_pairing(found)))
    if name is not None:
        blocks += [*_skills(found), _runs(found, query)]
    return [*blocks, footer]


def _headline(found: Workflows, name: str | None) -> str:
    what = name if name is not None else text.counted(len(found.rows), "workflow")
    ends = found.ends
    ran = f"{what} ran {text.counted(ends.executions, 'time')}"
    still = f"; {text.count(ends.open)} not finished" if ends.open else ""
    if not ends.known:
        return f"{ran}, not enough data: none has finished{still}"
    return (
        f"{ran}: {text.count(ends.successes)} of {text.count(ends.known)} finished"
        f" runs completed ({text.percent(ends.success_rate)},"
        f" {text.interval(ends.success_interval)}){still}"
    )


def _pairing(found: Workflows) -> str:
    paired = found.paired
    return (
        f"Runs with their skills: {text.count(paired.by_session)} matched by session,"
        f" {text.count(paired.by_time)} by time (nothing else ran in the project),"
        f" {text.count(paired.doubtful)} ambiguous."
    )


def _names(found: Workflows, query: Query) -> Table:
    from cli.screen import Column, Table

    columns = (
        Column("Workflow", name=True),
        Column("Runs", right=True),
        Column("Completed", right=True),
        Column("95% interval", right=True, drop=1),
        Column("Failed", right=True, drop=3),
        Column("Cancelled", right=True, drop=5),
        Column("Unfinished", right=True, drop=4),
        Column("Median", right=True, drop=2),
        Column("Projects", right=True, drop=7),
        Column("Last started", drop=6),
    )
    rows = [
        (
            row.name or "(unnamed)",
            text.count(row.ends.executions),
            text.percent(row.ends.success_rate),
            text.interval(row.ends.success_interval),
            text.count(row.ends.failures),
            text.count(row.ends.abandoned),
            text.count(row.ends.open),
            text.duration(row.ends.p50_duration_ms),
            text.count(row.projects),
            text.day(row.last_started, query.zone),
        )
        for row in found.rows
    ]
    return Table(columns, rows)


def _skills(found: Workflows) -> list[Block]:
    from cli.screen import Column, Line, Table

    if not found.skills:
        return [Line("No skills could be matched to its runs.")]
    columns = (
        Column("Skill", name=True),
        Column("With it", right=True),
        Column("Without", right=True),
        Column("Completed", name=True),
        Column("Median with", right=True, drop=3),
        Column("Without", right=True, drop=3),
        Column("Duration", name=True, drop=1),
    )
    rows = [
        (
            each.skill_name,
            _rate(each.with_it),
            _rate(each.without),
            _OFTEN.get(each.outcome) or word(each.outcome),
            text.duration(each.with_it.p50_duration_ms),
            text.duration(each.without.p50_duration_ms),
            word(each.duration),
        )
        for each in found.skills[:LISTED]
    ]
    return [
        Table(columns, rows),
        Line("Correlation only: a skill may be used because a run is already in trouble."),
    ]


def _rate(ends: Ends) -> str:
    return f"{text.percent(ends.success_rate)} of {text.count(ends.known)}"


def _runs(found: Workflows, query: Query) -> Table:
    from cli.screen import Column, Table

    columns = (
        Column("Last runs", name=True),
        Column("Status"),
        Column("Started"),
        Column("Duration", right=True),
        Column("Skills", name=True, drop=1),
    )
    rows = [
        (
            run.workflow_id,
            run.status,
            text.moment(run.started_at, query.zone),
            text.duration(run.duration_ms),
            ", ".join(dict.fromkeys(p.skill_name for p in pairs if p.how != "doubtful")) or "-",
        )
        for run, pairs in found.runs[:LISTED]
    ]
    return Table(columns, rows)
