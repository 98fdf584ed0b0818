"""``top-skills``: the ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli import text
from cli.commands.blocks import nothing
from cli.options import (
    MAX_COUNT,
    AllProjectsOption,
    BegunByOption,
    DaysOption,
    KindName,
    KindOption,
    PeriodOption,
    ProjectsOption,
    RowsLimitOption,
    SinceOption,
    SortName,
    UntilOption,
    WindowName,
    WindowOption,
)
from cli.query_options import QueryOptions, Window, resolve
from cli.session import Session, answered, reading

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.top_skills import Ranked, TopSkills
    from cli.screen import Block


def top_skills(
    context: typer.Context,
    window: WindowOption = WindowName.all,
    period: PeriodOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    days: DaysOption = None,
    project: ProjectsOption = None,
    kind: KindOption = KindName.all,
    sort: Annotated[
        SortName,
        typer.Option(
            "--sort",
            help="Sort by (effectiveness: lower bound of the success rate; tokens: of agents' runs,"
            " from transcripts).",
        ),
    ] = SortName.uses,
    min_uses: Annotated[
        int,
        typer.Option(
            "--min-uses", min=1, max=MAX_COUNT, metavar="N", help="Minimum number of uses."
        ),
    ] = 1,
    limit: RowsLimitOption = 20,
    trigger: BegunByOption = None,
    all_projects: AllProjectsOption = False,
) -> None:
    """Which skills and agents are used, and which work."""
    session: Session = context.obj
    span = Window(window.value, period, since, until, days)
    options = QueryOptions(span, project or (), kind.value, all_projects)
    with reading(session, "aggregator.answers.top_skills") as con:
        from aggregator.answers import top_skills as answers

        result = answers.top_skills(
            con,
            resolve(con, session.now, options),
            sort=sort.value,
            min_uses=min_uses,
            limit=limit,
            trigger=trigger.value if trigger else None,
        )
    session.output.emit(
        answered(session, "top-skills", result),
        lambda: _ranking(result.data, result.query, by_tokens=sort is SortName.tokens),
    )


def _ranking(found: TopSkills, query: Query, *, by_tokens: bool) -> list[Block]:
    from cli.screen import Column, Line, Table

    if not found.rows:
        return nothing(query)
    columns: list[Column[Ranked]] = [
        Column("#", lambda row: str(row.rank), right=True),
        Column("Name", lambda row: row.measures.skill_name, name=True),
        Column("Kind", lambda row: row.measures.kind, drop=5),
        Column("Uses", lambda row: text.count(row.measures.total_invocations), right=True),
        Column("Share", lambda row: text.percent(row.share), right=True, drop=6),
        Column("Success", lambda row: text.percent(row.measures.success_rate), right=True),
        Column(
            "95% interval",
            lambda row: text.interval(row.measures.success_interval),
            right=True,
            drop=1,
        ),
        Column(
            "Median", lambda row: text.duration(row.measures.p50_duration_ms), right=True, drop=2
        ),
        Column("p95", lambda row: text.duration(row.measures.p95_duration_ms), right=True, drop=7),
        Column(
            "Quality", lambda row: text.decimal(row.measures.avg_quality_score), right=True, drop=8
        ),
        Column("Projects", lambda row: text.count(row.measures.projects), right=True, drop=3),
        Column("Sessions", lambda row: text.count(row.measures.sessions), right=True, drop=9),
        Column("Last used", lambda row: text.day(row.measures.last_used, query.zone), drop=4),
    ]
    if by_tokens or any(row.tokens is not None for row in found.rows):
        drop = 0 if by_tokens else 10
        columns.append(Column("Tokens", _tokens, right=True, drop=drop))
    shown = f"{len(found.rows):,} of " if len(found.rows) < found.skills else ""
    totals = (
        f"{shown}{text.skills_and_agents(found.skills)},"
        f" {text.counted(found.total_invocations, 'use')}"
        f" in {text.counted(found.projects, 'project')}"
    )
    return [Table(columns, found.rows), Line(totals), Line(query.footer(), quiet=True)]


def _tokens(row: Ranked) -> str:
    return "" if row.tokens is None else text.count(row.tokens.total)
