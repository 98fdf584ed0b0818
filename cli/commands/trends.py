"""``trends``: what changed over the last days, weeks or months; one skill or agent in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.parameters import ALL_PROJECTS, GRAIN, KIND, LIMIT, PERIODS, PeriodGrain
from cli.commands.blocks import nothing
from cli.options import (
    AllProjectsOption,
    KindOption,
    ProjectsOption,
    RowsLimitOption,
    TagsOption,
    TypesOption,
    complete_skill,
    option,
)
from cli.query_options import QueryOptions, resolve
from cli.session import Session, answered, reading

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.trends import Trends
    from cli.screen import Block

LONG_READ = 200_000
"""From this number of durations on, the command says what it is doing."""


def trends(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="A skill or agent (default: all).",
            autocompletion=complete_skill,
        ),
    ] = None,
    grain: Annotated[PeriodGrain, option(GRAIN)] = GRAIN.default,
    periods: Annotated[int, option(PERIODS)] = PERIODS.default,
    project: ProjectsOption = None,
    project_type: TypesOption = None,
    tag: TagsOption = None,
    kind: KindOption = KIND.default,
    limit: RowsLimitOption = LIMIT.default,
    all_projects: AllProjectsOption = ALL_PROJECTS.default,
) -> None:
    """What got better or worse over the last weeks."""
    session: Session = context.obj
    options = QueryOptions(
        projects=project or (),
        kind=kind,
        all_projects=all_projects,
        types=project_type or (),
        tags=tag or (),
    )

    def on_read(durations: int) -> None:
        if durations >= LONG_READ and not session.output.quiet:
            from cli.diagnostics import say

            say(f"Comparing {durations:,} durations ...")

    with reading(session, "aggregator.answers.trends") as con:
        from aggregator.answers import trends as answers
        from aggregator.measures import full_name

        name = name and full_name(con, name)
        result = answers.trends(
            con,
            resolve(con, session.now, options),
            grain=grain,
            periods=periods,
            name=name,
            limit=limit,
            on_read=on_read,
        )
    found, query = result.data, result.query
    commands = [row.evidence for row in result.json.data]
    session.output.emit(
        answered(session, "trends", result), lambda: _screen(found, query, name, commands)
    )


def _screen(found: Trends, query: Query, name: str | None, commands: list[str]) -> list[Block]:
    from cli.commands.trends_screen import every, one
    from cli.screen import Line

    if not found.rows:
        if query.first_steps() or query.nothing_recorded:
            return nothing(query)
        what, start = f" of {name}" if name else "", found.periods[0].since
        return [
            Line(f"No uses{what} since {start}."),
            Line(f"zone {query.zone}", quiet=True),
        ]
    if name is None:
        return every(found, query, commands)
    return one(found, found.rows[0], query, commands[0])
