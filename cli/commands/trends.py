"""``trends``: what changed over the last days, weeks or months; one skill or agent in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.parameters import GRAIN, PERIODS, PeriodGrain
from cli.ask import AboutOptions, ask
from cli.commands.blocks import is_filtered, nothing
from cli.options import NameOrAllArgument, RowsLimitOption, option
from cli.session import Session

if TYPE_CHECKING:
    from aggregator.answers.trends import Answer
    from aggregator.query import Result
    from aggregator.reports.trends import Trends
    from cli.screen import Block

LONG_READ = 200_000
"""From this number of durations on, the command says what it is doing."""


def trends(
    context: typer.Context,
    *,
    name: NameOrAllArgument,
    grain: Annotated[PeriodGrain, option(GRAIN)],
    periods: Annotated[int, option(PERIODS)],
    options: AboutOptions,
    limit: RowsLimitOption,
) -> None:
    """What got better or worse over the last weeks."""
    session: Session = context.obj

    def on_read(durations: int) -> None:
        if durations >= LONG_READ and not session.output.quiet:
            from cli.diagnostics import say

            say(f"Comparing {durations:,} durations ...")

    ask(
        context,
        "trends",
        options,
        _screen,
        part_of_name=name,
        grain=grain,
        periods=periods,
        limit=limit,
        on_read=on_read,
    )


def _screen(result: Result[Trends, Answer]) -> list[Block]:
    from cli.commands.trends_screen import every, one
    from cli.screen import Line

    found, query, name = result.data, result.query, result.json.filters.name
    commands = [row.evidence for row in result.json.data]
    if not found.rows:
        if query.first_steps() or query.nothing_recorded:
            return nothing(query)
        what, start = f" of {name}" if name else "", found.periods[0].since
        matching = " match these filters" if is_filtered(query) else ""
        return [
            Line(f"No uses{what}{matching} since {start}."),
            Line(f"zone {query.zone}", quiet=True),
        ]
    if name is None:
        return every(found, query, commands)
    return one(found, found.rows[0], query, commands[0])
