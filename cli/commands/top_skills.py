"""``top-skills``: the ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import CATEGORY, MIN_USES, SORT, Sort
from cli.ask import SpanOptions, ask
from cli.commands.blocks import nothing
from cli.options import BegunByOption, RowsLimitOption, SourceOption, option

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.top_skills import Ranked, TopSkills
    from cli.screen import Block


def top_skills(
    context: typer.Context,
    *,
    options: SpanOptions,
    sort: Annotated[Sort, option(SORT)],
    min_uses: Annotated[int, option(MIN_USES)],
    limit: RowsLimitOption,
    trigger: BegunByOption,
    source: SourceOption,
    category: Annotated[str | None, option(CATEGORY, metavar="CATEGORY")] = CATEGORY.default,
) -> None:
    """Which skills and agents are used, and which work."""
    ask(
        context,
        "top-skills",
        options,
        lambda result: _ranking(
            result.data,
            result.query,
            by_tokens=sort == "tokens",
            filtered=min_uses > 1 or (category, trigger, source) != (None, None, None) or None,
        ),
        sort=sort,
        min_uses=min_uses,
        limit=limit,
        trigger=trigger,
        source=source,
        category=category,
    )


def _ranking(
    found: TopSkills, query: Query, *, by_tokens: bool, filtered: bool | None
) -> list[Block]:
    from cli.screen import Column, Line, Table

    if not found.rows:
        return nothing(query, filtered=filtered)
    columns: list[Column[Ranked]] = [
        Column("#", lambda row: str(row.rank), right=True),
        Column("Name", lambda row: row.measures.skill_name, name=True),
        Column("Kind", lambda row: row.measures.kind, drop=5),
        Column.count("Uses", lambda row: row.measures.total_invocations),
        Column.rate("Share", lambda row: row.share, drop=6),
        Column.rate("Success", lambda row: row.measures.success_rate),
        Column.interval(lambda row: row.measures.success_interval, drop=1),
        Column.duration("Median", lambda row: row.measures.p50_duration_ms, drop=2),
        Column.duration("p95", lambda row: row.measures.p95_duration_ms, drop=7),
        Column.decimal("Quality", lambda row: row.measures.avg_quality_score, drop=8),
        Column.count("Projects", lambda row: row.measures.projects, drop=3),
        Column.count("Sessions", lambda row: row.measures.sessions, drop=9),
        Column("Last used", lambda row: text.day(row.measures.last_used, query.zone), drop=4),
    ]
    if by_tokens or any(row.tokens is not None for row in found.rows):
        drop = 0 if by_tokens else 10
        columns.append(Column("Tokens", _tokens, right=True, drop=drop))
    shown = f"{len(found.rows):,} of " if len(found.rows) < found.skills else ""
    totals = (
        f"{shown}{text.skills_and_agents(found.skills)},"
        f" {text.counted(found.total_invocations, 'use')}"
        f" in {text.counted(found.projects, 'project')}: {query.question.span.label()}"
    )
    return [Line(totals), Table(columns, found.rows), Line(query.footer(), quiet=True)]


def _tokens(row: Ranked) -> str:
    return "" if row.tokens is None else text.count(row.tokens.total)
