"""``summary``: the whole warehouse on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli import text
from cli.commands.blocks import nothing
from cli.options import AllProjectsOption, KindName, KindOption, ProjectsOption
from cli.session import Session, reading
from cli.wanted import Wanted

if TYPE_CHECKING:
    from aggregator.reports.summary import Summary
    from cli.answers.asked import Asked
    from cli.screen import Block


def summary(
    context: typer.Context,
    project: ProjectsOption = None,
    kind: KindOption = KindName.all,
    all_projects: AllProjectsOption = False,
) -> None:
    """The whole warehouse on one screen."""
    session: Session = context.obj
    wanted = Wanted(projects=project or (), kind=kind.value, all_projects=all_projects)
    with reading(session, "cli.answers.summary") as con:
        from cli.answers.summary import summary as look

        told = look(con, session, wanted)
    session.output.emit(told.answer, lambda: _summary_screen(told.found, told.asked))


def _summary_screen(found: Summary, asked: Asked) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    if not found.top:
        return nothing(asked)
    columns = (
        Column(""),
        Column("Uses", right=True),
        Column("Success", right=True),
        Column("Skills", right=True, drop=2),
        Column("Agents", right=True, drop=3),
        Column("Projects", right=True, drop=1),
        Column("Sessions", right=True, drop=4),
    )
    rows = [
        (
            label,
            text.count(of.total_invocations),
            text.percent(of.success_rate),
            text.count(of.skills),
            text.count(of.agents),
            text.count(of.projects),
            text.count(of.sessions),
        )
        for label, of in (
            ("All time", found.all_time),
            ("Last 7 days", found.recent),
            ("The 7 before", found.before),
        )
    ]
    top_columns = (
        Column("Most used", name=True),
        Column("Kind", drop=2),
        Column("Uses", right=True),
        Column("Success", right=True),
        Column("Median", right=True, drop=3),
        Column("Last used", drop=1),
    )
    top_rows = [
        (
            row.measures.skill_name,
            row.measures.kind,
            text.count(row.measures.total_invocations),
            text.percent(row.measures.success_rate),
            text.duration(row.measures.p50_duration_ms),
            text.day(row.measures.last_used, asked.zone),
        )
        for row in found.top
    ]
    all_time = found.all_time
    headline = (
        f"{text.counted(all_time.total_invocations, 'use')}"
        f" of {text.counted(all_time.skills, 'skill')}"
        f" and {text.counted(all_time.agents, 'agent')}"
        f" in {text.counted(all_time.projects, 'project')}"
    )
    return [
        Heading(headline),
        Table(columns, rows),
        Table(top_columns, top_rows),
        Line(asked.footer(), quiet=True),
    ]
