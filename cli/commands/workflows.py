"""``workflows``: the runs of a workflow engine, and the skills used in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from cli.ask import SpanOptions, ask
from cli.commands.blocks import LISTED, is_filtered, nothing
from cli.verdicts import word

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.workflows.executions import Execution, Pair
    from aggregator.reports.workflows.workflows import Ends, WithSkill, Workflow, Workflows
    from cli.screen import Block, Table


_OFTEN = {"more": "more often", "fewer": "less often"}


def workflows(
    context: typer.Context,
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A workflow, with the skills used in it (default: all)."
        ),
    ] = None,
    options: SpanOptions,
) -> None:
    """Workflow runs: outcomes, durations, skills used."""
    ask(
        context,
        "workflows",
        options,
        lambda result: _screen(result.data, result.query, name),
        name=name,
    )


def _screen(found: Workflows, query: Query, name: str | None) -> list[Block]:
    from cli.screen import Heading, Line

    footer = Line(query.footer(), quiet=True)
    if not found.rows:
        if query.first_steps():
            return nothing(query)
        what = "match these filters" if is_filtered(query) else "recorded"
        line = Line(f"No workflow runs {what} ({query.question.span.label()}).")
        return [line, *(nothing(query) if query.nothing_recorded else [footer])]
    blocks: list[Block] = [Heading(f"{_headline(found, name)}: {query.question.span.label()}")]
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


def _names(found: Workflows, query: Query) -> Table[Workflow]:
    from cli.screen import Column, Table

    columns: list[Column[Workflow]] = [
        Column("Workflow", lambda row: row.name or "(unnamed)", name=True),
        Column.count("Runs", lambda row: row.ends.executions),
        Column.rate("Completed", lambda row: row.ends.success_rate),
        Column.interval(lambda row: row.ends.success_interval, drop=1),
        Column.count("Failed", lambda row: row.ends.failures, drop=3),
        Column.count("Cancelled", lambda row: row.ends.abandoned, drop=5),
        Column.count("Unfinished", lambda row: row.ends.open, drop=4),
        Column.duration("Median", lambda row: row.ends.p50_duration_ms, drop=2),
        Column.count("Projects", lambda row: row.projects, drop=7),
        Column("Last started", lambda row: text.day(row.last_started, query.zone), drop=6),
    ]
    return Table(columns, found.rows)


def _skills(found: Workflows) -> list[Block]:
    from cli.screen import Column, Line, Table

    if not found.skills:
        return [Line("No skills could be matched to its runs.")]
    columns: list[Column[WithSkill]] = [
        Column("Skill", lambda each: each.skill_name, name=True),
        Column("With it", lambda each: _rate(each.with_it), right=True),
        Column("Without", lambda each: _rate(each.without), right=True),
        Column("Completed", lambda each: _OFTEN.get(each.outcome) or word(each.outcome), name=True),
        Column.duration("Median with", lambda each: each.with_it.p50_duration_ms, drop=3),
        Column.duration("Without", lambda each: each.without.p50_duration_ms, drop=3),
        Column("Duration", lambda each: word(each.duration), name=True, drop=1),
    ]
    return [
        Table(columns, found.skills[:LISTED]),
        Line("Correlation only: a skill may be used because a run is already in trouble."),
    ]


def _rate(ends: Ends) -> str:
    return f"{text.percent(ends.success_rate)} of {text.count(ends.known)}"


def _runs(found: Workflows, query: Query) -> Table[tuple[Execution, list[Pair]]]:
    from cli.screen import Column, Table

    columns: list[Column[tuple[Execution, list[Pair]]]] = [
        Column("Last runs", lambda each: each[0].workflow_id, name=True),
        Column("Status", lambda each: each[0].status),
        Column("Started", lambda each: text.moment(each[0].started_at, query.zone)),
        Column.duration("Duration", lambda each: each[0].duration_ms),
        Column("Skills", lambda each: _skills_of(each[1]), name=True, drop=1),
    ]
    return Table(columns, found.runs[:LISTED])


def _skills_of(pairs: list[Pair]) -> str:
    return ", ".join(dict.fromkeys(p.skill_name for p in pairs if p.how != "doubtful")) or "-"
