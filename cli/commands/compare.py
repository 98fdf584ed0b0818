"""``compare``: one skill or agent across projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli.commands.blocks import group_table, grouped_fields, nothing
from cli.options import (
    AllProjectsOption,
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
from cli.session import Session, Window, answer, ask, reading

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
    all_projects: AllProjectsOption = False,
) -> None:
    """One skill or agent across projects and across types of project."""
    from cli.fields import measures_fields
    from cli.screen import Heading, Line

    session: Session = context.obj
    with reading(session, "compare") as con:
        from aggregator.reports.compare import compare as look

        span = Window(window.value, period, since, until, days)
        asked = ask(con, session, span, project or [], kind.value, all_projects=all_projects)
        found = look(con, asked.question, name)

    def screen() -> list[Block]:
        if not found.by_project:
            return nothing(asked)
        return [
            Heading(name),
            group_table(found.by_project, asked),
            group_table(found.by_type, asked, "Project type"),
            Line(asked.footer(), quiet=True),
        ]

    data: list[dict[str, object]] = [
        {"group": "project", "project_type": None, **grouped_fields(m, asked)}
        for m in found.by_project
    ]
    data += [
        {
            "group": "type",
            "project_type": m.group or None,
            "project_id": None,
            "project_name": None,
            **measures_fields(m, asked.zone),
        }
        for m in found.by_type
    ]
    session.output.emit(
        answer(
            session,
            "compare",
            asked.zone,
            filters=asked.filters(name=name),
            data=data,
            totals={"projects": len(found.by_project), "types": len(found.by_type)},
            warnings=asked.warnings(),
        ),
        screen,
    )
