"""``team top-skills``, ``baselines``, ``changes``, ``suggest`` and ``clusters``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator import text
from aggregator.parameters import (
    ADVICE_LIMIT,
    TEAM_LABEL,
    TEAM_SORT,
    TEAM_TYPE,
    TEAM_WEEK,
    TeamSort,
)
from cli.ask import ask
from cli.options import CategoryOption, OptionalNameArgument, RowsLimitOption, option
from cli.query_options import QueryOptions

if TYPE_CHECKING:
    from aggregator.answers.team import baselines as of_baselines
    from aggregator.answers.team import changes as of_changes
    from aggregator.answers.team import clusters as of_clusters
    from aggregator.answers.team import suggest as of_suggest
    from aggregator.answers.team import top_skills as of_top_skills
    from aggregator.query import Result
    from cli.screen import Block


def top_skills(
    context: typer.Context,
    team: Annotated[str | None, option(TEAM_LABEL, metavar="TEAM")],
    project_type: Annotated[str | None, option(TEAM_TYPE, "--type", metavar="TYPE")],
    week: Annotated[str | None, option(TEAM_WEEK, metavar="DAY")],
    category: CategoryOption,
    sort: Annotated[TeamSort, option(TEAM_SORT)],
    limit: RowsLimitOption,
) -> None:
    """Which skills and agents all members use, and which work."""
    _ask(
        context,
        "team-top-skills",
        _ranking,
        team=team,
        project_type=project_type,
        week=week,
        category=category,
        sort=sort,
        limit=limit,
    )


def baselines(context: typer.Context, name: OptionalNameArgument, limit: RowsLimitOption) -> None:
    """How my skills work, compared with all members'."""
    _ask(context, "team-baselines", _against, name=name, limit=limit)


def changes(context: typer.Context, limit: RowsLimitOption) -> None:
    """What got better or worse in the whole team."""
    _ask(context, "team-changes", _changed, limit=limit)


def suggest(context: typer.Context, limit: Annotated[int, option(ADVICE_LIMIT)]) -> None:
    """What members like me use and I do not."""
    _ask(context, "team-suggest", _suggested, is_chosen=False, limit=limit)


def clusters(context: typer.Context) -> None:
    """Skills that the same members use."""
    _ask(context, "team-clusters", _groups, is_chosen=False)


def _ask(
    context: typer.Context,
    question: str,
    table: Callable[[Any], list[Block]],
    *,
    is_chosen: bool = True,
    **own: Any,
) -> None:
    """Ask a question about the team, and show its rows with their origin and age."""

    def screen(result: Result[Any, Any]) -> list[Block]:
        from aggregator.answers.team.shared import about
        from cli.screen import Line

        # Where nothing can be chosen, the notes say why there is nothing.
        empty: list[Block] = [Line("No results for this choice.")] if is_chosen else []

        notes: list[Block] = [Line(each) for each in result.warnings]
        if result.json.totals.team_name is None:
            return notes
        footer = about(result.json.totals, result.query.question.now)
        rows = table(result.json) if result.json.data else empty
        return [*rows, *notes, Line(footer, quiet=True)]

    ask(context, question, QueryOptions(), screen, **own)


def _interval(low: float | None, high: float | None) -> str:
    return text.interval(None if low is None or high is None else (low, high))


def _ranking(found: of_top_skills.Answer) -> list[Block]:
    from cli.screen import Column, Table

    columns: list[Column[of_top_skills.Row]] = [
        Column("#", lambda row: str(row.rank), right=True),
        Column("Name", lambda row: row.skill_name, name=True),
        Column("Kind", lambda row: row.kind, drop=5),
        Column("Measured", lambda row: row.measured, drop=6),
        Column.count("Members", lambda row: row.members),
        Column.count("Uses", lambda row: row.total_invocations),
        Column.rate("Success", lambda row: row.success_rate),
        Column(
            "95% interval",
            lambda row: _interval(row.success_rate_low, row.success_rate_high),
            right=True,
            drop=1,
        ),
        Column.duration("Median", lambda row: row.p50_duration_ms, drop=2),
        Column.duration("p95", lambda row: row.p95_duration_ms, drop=4),
        Column("Category", lambda row: row.category or "", drop=3),
    ]
    return [Table(columns, found.data)]


def _against(found: of_baselines.Answer) -> list[Block]:
    from cli.screen import Column, Line, Table

    columns: list[Column[of_baselines.Row]] = [
        Column("Name", lambda row: row.skill_name, name=True),
        Column("Measured", lambda row: row.measured, drop=6),
        Column.count("My uses", lambda row: row.mine.total_invocations, drop=3),
        Column.rate("Mine", lambda row: row.mine.success_rate),
        Column.rate("Expected", lambda row: row.expected_rate),
        Column("Difference", lambda row: text.points(row.difference), right=True, drop=1),
        Column.rate("Team", lambda row: row.community.success_rate, drop=2),
        Column.count("Members", lambda row: row.community.members, drop=4),
        Column(
            "Percentile",
            lambda row: _percentile(row.community.effectiveness_percentile),
            right=True,
            drop=5,
        ),
        Column.rate("Drawn", lambda row: row.shrunken_rate, drop=7),
        Column("Verdict", lambda row: row.verdict),
    ]
    return [
        Table(columns, found.data),
        Line(
            "Expected: the team's rate at my types of projects. My own uses are part of the team's,"
            " so differences look smaller than they are."
        ),
    ]


def _percentile(value: float | None) -> str:
    return text.NOT_AVAILABLE if value is None else f"{value:.0f}"


def _changed(found: of_changes.Answer) -> list[Block]:
    from cli.screen import Column, Table

    columns: list[Column[of_changes.Row]] = [
        Column("Name", lambda row: row.skill_name, name=True),
        Column("Measured", lambda row: row.measured, drop=4),
        Column.rate("Before", lambda row: row.previous.success_rate),
        Column.rate("Now", lambda row: row.current.success_rate),
        Column("Change", lambda row: text.points(row.change), right=True),
        Column(
            "95% interval",
            lambda row: _points(row.change_low, row.change_high),
            right=True,
            drop=1,
        ),
        Column.count("Outcomes", lambda row: row.current.known_outcomes, drop=2),
        Column.count("Members", lambda row: row.members, drop=3),
        Column("Verdict", lambda row: row.change_in_words),
    ]
    return [Table(columns, found.data)]


def _points(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return text.NOT_AVAILABLE
    return f"{text.points(low)} to {text.points(high)}"


def _suggested(found: of_suggest.Answer) -> list[Block]:
    from cli.screen import Column, Table

    columns: list[Column[of_suggest.Row]] = [
        Column("#", lambda row: str(row.rank), right=True),
        Column("Name", lambda row: row.skill_name, name=True),
        Column("Kind", lambda row: row.kind, drop=3),
        Column("Used by", lambda row: f"{row.members:,} of {row.of_members:,}", right=True),
        Column("Who", lambda row: row.basis, drop=2),
        Column.rate("Success", lambda row: row.success_rate),
        Column(
            "95% interval",
            lambda row: _interval(row.success_rate_low, row.success_rate_high),
            right=True,
            drop=1,
        ),
    ]
    return [Table(columns, found.data)]


def _groups(found: of_clusters.Answer) -> list[Block]:
    from cli.screen import Heading, Line

    blocks: list[Block] = []
    for row in found.data:
        size = "" if row.members is None else f", {text.counted(row.members, 'member')}"
        blocks.append(Heading(f"Cluster {row.cluster}{size}{' (mine)' if row.is_mine else ''}"))
        blocks.append(
            Line(
                ", ".join(
                    each.skill_name
                    if each.members is None
                    else f"{each.skill_name} ({each.members})"
                    for each in row.skills
                )
            )
        )
    return blocks
