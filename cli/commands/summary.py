"""``summary``: the whole warehouse on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli import text
from cli.commands.blocks import nothing
from cli.options import AllProjectsOption, KindName, KindOption, ProjectsOption
from cli.session import Asked, Session, Window, answer, ask, reading

if TYPE_CHECKING:
    from aggregator.reports.summary import Summary, Totals
    from cli.screen import Block


def summary(
    context: typer.Context,
    project: ProjectsOption = None,
    kind: KindOption = KindName.all,
    all_projects: AllProjectsOption = False,
) -> None:
    """The whole warehouse on one screen."""
    session: Session = context.obj
    with reading(session, "summary") as con:
        from aggregator.reports.summary import summary as look

        asked = ask(con, session, Window(), project or [], kind.value, all_projects=all_projects)
        found = look(con, asked.question)
    session.output.emit(
        answer(
            session,
            "summary",
            asked.zone,
            filters=asked.filters(),
            data=[_summary_fields(found, asked)],
            totals={"total_invocations": found.all_time.total_invocations},
            warnings=asked.warnings(),
        ),
        lambda: _summary_screen(found, asked),
    )


def _summary_fields(found: Summary, asked: Asked) -> dict[str, object]:
    from cli.fields import measures_fields

    def totals(of: Totals) -> dict[str, object]:
        return {
            "since": None if of.span.since is None else of.span.since.isoformat(),
            "until": None if of.span.until is None else of.span.until.isoformat(),
            "total_invocations": of.total_invocations,
            "skills": of.skills,
            "agents": of.agents,
            "projects": of.projects,
            "sessions": of.sessions,
            "success_rate": of.success_rate,
        }

    return {
        "all_time": totals(found.all_time),
        "last_7_days": totals(found.recent),
        "previous_7_days": totals(found.before),
        "top": [
            {"rank": row.rank, **measures_fields(row.measures, asked.zone), "share": row.share}
            for row in found.top
        ],
    }


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
