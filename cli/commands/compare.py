"""``compare``: one skill or agent across projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli.commands.blocks import group_table, nothing
from cli.options import (
    AllProjectsOption,
    BegunByOption,
    DaysOption,
    KindName,
    KindOption,
    NameArgument,
    PeriodOption,
    ProjectsOption,
    SinceOption,
    UntilOption,
    WindowName,
    WindowOption,
)
from cli.query_options import QueryOptions, Window, resolve
from cli.session import Session, answered, reading

if TYPE_CHECKING:
    from cli.screen import Block


def compare(
    context: typer.Context,
    name: NameArgument,
    window: WindowOption = WindowName.all,
    period: PeriodOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    days: DaysOption = None,
    project: ProjectsOption = None,
    kind: KindOption = KindName.all,
    trigger: BegunByOption = None,
    all_projects: AllProjectsOption = False,
) -> None:
    """One skill or agent across projects and their types."""
    from cli.screen import Heading, Line

    session: Session = context.obj
    span = Window(window.value, period, since, until, days)
    options = QueryOptions(span, project or (), kind.value, all_projects)
    with reading(session, "aggregator.answers.compare") as con:
        from aggregator.answers import compare as answers

        result = answers.compare(
            con,
            resolve(con, session.now, options),
            name,
            trigger=trigger.value if trigger else None,
        )
    found, query = result.data, result.query

    def screen() -> list[Block]:
        if not found.by_project:
            return nothing(query)
        return [
            Heading(name),
            group_table(found.by_project, query),
            group_table(found.by_type, query, "Project type"),
            Line(query.footer(), quiet=True),
        ]

    session.output.emit(answered(session, "compare", result), screen)
