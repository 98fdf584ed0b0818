"""``compare``: one skill or agent across projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

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
from cli.commands.blocks import compared_table, finding_lines, group_table, nothing
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
    UntilOption,
    WindowOption,
)
from cli.query_options import QueryOptions, Window, resolve
from cli.session import Session, answered, reading

if TYPE_CHECKING:
    from cli.screen import Block


def compare(
    context: typer.Context,
    name: NameArgument,
    window: WindowOption = WINDOW.default,
    period: PeriodOption = PERIOD.default,
    since: SinceOption = SINCE.default,
    until: UntilOption = UNTIL.default,
    days: DaysOption = DAYS.default,
    project: ProjectsOption = None,
    kind: KindOption = KIND.default,
    trigger: BegunByOption = TRIGGER.default,
    source: SourceOption = SOURCE.default,
    all_projects: AllProjectsOption = ALL_PROJECTS.default,
) -> None:
    """One skill or agent across projects and their types."""
    from cli.screen import Heading, Line

    session: Session = context.obj
    span = Window(window, period, since, until, days)
    options = QueryOptions(span, project or (), kind, all_projects)
    with reading(session, "aggregator.answers.compare") as con:
        from aggregator.answers import compare as answers
        from aggregator.measures import full_name

        name = full_name(con, name)
        result = answers.compare(
            con,
            resolve(con, session.now, options),
            name,
            trigger=trigger,
            source=source,
        )
    found, query = result.data, result.query

    def screen() -> list[Block]:
        if not found.by_project:
            return nothing(query)
        return [
            Heading(f"{name}: {query.question.span.label()}"),
            *(Line(each) for each in result.warnings),
            *finding_lines(found.verdict, found.findings, query),
            group_table(found.by_project, query),
            group_table(found.by_type, query, "Project type"),
            compared_table([*found.projects.values()], found.findings, query),
            compared_table([*found.types.values()], found.findings, query, "Project type"),
            Line(query.footer(), quiet=True),
        ]

    session.output.emit(answered(session, "compare", result), screen)
