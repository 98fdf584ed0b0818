"""``summary``: the whole warehouse on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli import text
from cli.commands.blocks import LISTED, nothing
from cli.options import AllProjectsOption, KindName, KindOption, ProjectsOption
from cli.query_options import QueryOptions, resolve
from cli.session import Session, answered, reading
from cli.verdicts import word
from cli.watched import reading_rows

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.summary import Summary
    from cli.screen import Block


def summary(
    context: typer.Context,
    project: ProjectsOption = None,
    kind: KindOption = KindName.all,
    all_projects: AllProjectsOption = False,
) -> None:
    """The whole warehouse on one screen."""
    session: Session = context.obj
    options = QueryOptions(projects=project or (), kind=kind.value, all_projects=all_projects)
    with reading(session, "aggregator.answers.summary") as con:
        from aggregator.answers import summary as answers

        result = reading_rows(
            session, con, lambda: answers.summary(con, resolve(con, session.now, options))
        )
    session.output.emit(
        answered(session, "summary", result),
        lambda: summary_screen(result.data, result.query),
    )


def summary_screen(found: Summary, query: Query) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    if not found.top:
        return nothing(query)
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
            ("The 7 days before", found.before),
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
            text.day(row.measures.last_used, query.zone),
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
        *_weeks(found),
        Table(columns, rows),
        Table(top_columns, top_rows),
        *_changed(found),
        *_next(found, query),
        Line(query.footer(), quiet=True),
    ]


def _weeks(found: Summary) -> list[Block]:
    """Uses by week, if there is more than one week to show."""
    from cli.screen import Line
    from cli.sparkline import sparkline

    uses = [week.counts.total_invocations for week in found.weeks]
    if sum(map(bool, uses)) < 2:
        return []
    bars = sparkline(uses, low=0)
    rate = text.percent(found.weeks[-1].counts.success_rate)
    this_week = text.count(found.open_week.counts.total_invocations)
    last = f"Last week: {text.counted(uses[-1], 'use')}, {rate} succeeded."
    return [Line(f"By week {bars}  {last} This week so far: {this_week}.")]


def _changed(found: Summary) -> list[Block]:
    """The table of what got worse or better, if anything did."""
    from aggregator.answers.sentences import rate, size_of_change
    from cli.screen import Column, Table

    if not found.changed:
        return []
    recent, earlier = found.compared
    columns = (
        Column("Changed", name=True),
        Column("Verdict", drop=1),
        Column(f"Last {recent.days} days", right=True),
        Column(f"The {earlier.days} days before", right=True),
        Column("Change", drop=2),
    )
    rows = [
        (
            name,
            word(change.verdict),
            rate(change.now),
            rate(change.before),
            size_of_change(change),
        )
        for (_, _, name), change in found.changed[:LISTED]
    ]
    return [Table(columns, rows)]


def _next(found: Summary, query: Query) -> list[Block]:
    """The first recommendations, if there are any."""
    from aggregator.answers.advice import Wording
    from cli.screen import Heading, Line

    if not found.advice.rows:
        return []
    wording = Wording(found.advice.evidence, query.details)
    blocks: list[Block] = [Heading("What to do next (all: skillhouse recommend)")]
    for told in found.advice.rows:
        blocks.append(Line(f"{wording.what(told)}. {wording.statement(told)}"))
        blocks.append(Line(f"  {wording.command(told)}", quiet=True))
    return [*blocks, Line("")]
