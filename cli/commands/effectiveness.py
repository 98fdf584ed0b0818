"""``effectiveness``: one skill or agent in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from aggregator import text
from aggregator.parameters import (
    ALL_PROJECTS,
    DAYS,
    KIND,
    PERIOD,
    SINCE,
    SOURCE,
    TRIGGER,
    UNTIL,
    WINDOW,
)
from cli.commands.blocks import (
    LISTED,
    compared_table,
    count_table,
    finding_lines,
    group_table,
    nothing,
)
from cli.options import (
    AllProjectsOption,
    BegunByOption,
    DaysOption,
    KindOption,
    NameArgument,
    PeriodOption,
    ProjectsOption,
    SinceOption,
    SourceOption,
    TagsOption,
    TypesOption,
    UntilOption,
    WindowOption,
)
from cli.query_options import QueryOptions, Window, resolve
from cli.session import Session, answered, reading
from cli.sparkline import sparkline

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.adoption import Adoption
    from aggregator.reports.effectiveness import ByOrigin, ByPath, Effectiveness
    from cli.screen import Block, Table


def effectiveness(
    context: typer.Context,
    name: NameArgument,
    window: WindowOption = WINDOW.default,
    period: PeriodOption = PERIOD.default,
    since: SinceOption = SINCE.default,
    until: UntilOption = UNTIL.default,
    days: DaysOption = DAYS.default,
    project: ProjectsOption = None,
    project_type: TypesOption = None,
    tag: TagsOption = None,
    kind: KindOption = KIND.default,
    trigger: BegunByOption = TRIGGER.default,
    source: SourceOption = SOURCE.default,
    all_projects: AllProjectsOption = ALL_PROJECTS.default,
) -> None:
    """One skill or agent in detail.

    Outcomes, durations, trend, projects, workflow paths, errors and follow-ups.
    """
    session: Session = context.obj
    span = Window(window, period, since, until, days)
    options = QueryOptions(
        span, project or (), kind, all_projects, types=project_type or (), tags=tag or ()
    )
    with reading(session, "aggregator.answers.effectiveness") as con:
        from aggregator.answers import effectiveness as answers
        from aggregator.measures import full_name

        name = full_name(con, name)
        result = answers.effectiveness(
            con,
            resolve(con, session.now, options),
            name,
            trigger=trigger,
            source=source,
        )
    found, query = result.data, result.query
    session.output.emit(
        answered(session, "effectiveness", result),
        lambda: nothing(query) if found is None else _effectiveness_screen(found, query),
    )


def _effectiveness_screen(found: Effectiveness, query: Query) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    m = found.measures
    blocks: list[Block] = [
        Heading(f"{m.skill_name} ({m.kind}): {query.question.span.label()}"),
        Line(
            f"Success {text.percent(m.success_rate)}"
            f" (95% interval {text.interval(m.success_interval)},"
            f" {text.counted(m.known, 'outcome')})"
        ),
        Line(
            f"{text.count(m.total_invocations)} uses: {text.count(m.successes)}"
            f" succeeded, {text.count(m.failures)} failed, {text.count(m.abandoned)} abandoned,"
            f" {text.count(m.unknown)} unknown"
        ),
        Line(
            f"Duration: median {text.duration(m.p50_duration_ms)},"
            f" 95th percentile {text.duration(m.p95_duration_ms)},"
            f" mean {text.duration(m.avg_duration_ms)}"
        ),
        Line(
            f"Follow-ups per use {text.decimal(m.avg_followup_actions)},"
            f" quality {text.decimal(m.avg_quality_score)},"
            f" {text.counted(m.sessions, 'session')}, {text.counted(m.projects, 'project')}"
        ),
    ]
    if found.adoption is not None:
        blocks.append(Line(_adoption_line(found.adoption)))
    blocks[1:1] = finding_lines(found.verdict, found.findings, query)
    in_findings = len(found.verdict.findings)
    blocks += [Line(f"- {insight}") for insight in found.insights[in_findings:]]
    if found.verdict.cells:
        blocks.append(compared_table(found.compared_by_project, found.findings, query))
        if any(part.projects > 1 for part in found.compared_by_type):
            blocks.append(compared_table(found.compared_by_type, found.findings, query, "Type"))
    blocks.append(group_table(found.by_project, query))
    paths = found.by_workflow_path[:LISTED]
    if any(path.workflow_path is not None for path in paths):
        columns: list[Column[ByPath]] = [
            Column("By workflow path", lambda path: path.workflow_path or "(no path)", name=True),
            Column("Uses", lambda path: text.count(path.total_invocations), right=True),
            Column("Success", lambda path: text.percent(path.success_rate), right=True),
            Column("Abandoned", lambda path: text.count(path.abandoned), right=True, drop=1),
        ]
        blocks.append(Table(columns, paths))
    blocks += _origin_tables(found)
    if found.errors:
        blocks.append(count_table("Errors", found.errors))
    if found.followups:
        blocks.append(count_table("Follow-up actions", found.followups))
    return [*blocks, Line(query.footer(), quiet=True)]


def _adoption_line(found: Adoption) -> str:
    curve = sparkline([week.projects for week in found.weeks], low=0)
    return (
        f"New since {found.first_day}: used in {found.projects} of"
        f" {text.counted(found.active, 'active project')}, by week {curve}"
    )


def _origin_tables(found: Effectiveness) -> list[Block]:
    """By source and by who began it, where transcripts tell of it; and what runs cost."""
    from cli.screen import Line
    from schema.columns import TRANSCRIPT_SOURCES

    if not any(each.value in TRANSCRIPT_SOURCES for each in found.by_source):
        return []
    blocks: list[Block] = [
        _origin_table("By source", "(not known)", found.by_source),
        _origin_table("Begun by", "(not recorded)", found.by_trigger),
    ]
    if found.tokens is not None:
        runs = text.counted(found.tokens.runs, "run")
        blocks.append(Line(f"{found.tokens.total:,} tokens in {runs} with token counts"))
    return blocks


def _origin_table(title: str, none: str, origins: list[ByOrigin]) -> Table[ByOrigin]:
    from cli.screen import Column, Table

    columns: list[Column[ByOrigin]] = [
        Column(title, lambda each: each.value or none, name=True),
        Column("Uses", lambda each: text.count(each.total_invocations), right=True),
        # A transcript tells that the work came to its end, not that it was good.
        Column("Completed", lambda each: text.percent(each.success_rate), right=True),
        Column("Failed", lambda each: text.count(each.failures), right=True, drop=2),
        Column("Abandoned", lambda each: text.count(each.abandoned), right=True, drop=1),
        Column(
            "Tokens",
            lambda each: "" if each.tokens is None else text.count(each.tokens.total),
            right=True,
            drop=3,
        ),
    ]
    return Table(columns, origins)
