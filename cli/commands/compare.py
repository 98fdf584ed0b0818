"""``compare``: one skill or agent across projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli.commands.blocks import group_table, nothing
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
from cli.session import Session, reading
from cli.wanted import Wanted, Window

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
    """One skill or agent across projects and their types."""
    from cli.screen import Heading, Line

    session: Session = context.obj
    span = Window(window.value, period, since, until, days)
    wanted = Wanted(span, project or (), kind.value, all_projects)
    with reading(session, "cli.answers.compare") as con:
        from cli.answers.compare import compare as look

        told = look(con, session, wanted, name)
    found, asked = told.found, told.asked

    def screen() -> list[Block]:
        if not found.by_project:
            return nothing(asked)
        return [
            Heading(name),
            group_table(found.by_project, asked),
            group_table(found.by_type, asked, "Project type"),
            Line(asked.footer(), quiet=True),
        ]

    session.output.emit(told.answer, screen)
