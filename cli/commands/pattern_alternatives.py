"""``patterns alternatives``: skills that were offered but not chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import MIN_OFFERED
from cli.ask import RowOptionsOfSkills, ask
from cli.commands.pattern_blocks import elsewhere, ending, in_span, none_found
from cli.options import AllRowsOption, BegunByOption, RowsLimitOption, option
from cli.verdicts import word

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.patterns.alternatives import Alternatives, Offered, Rank
    from cli.screen import Block, Table

_RANKS_SHOWN = 10


def alternatives(
    context: typer.Context,
    *,
    options: RowOptionsOfSkills,
    min_offered: Annotated[int, option(MIN_OFFERED)],
    limit: RowsLimitOption,
    all_rows: AllRowsOption,
    trigger: BegunByOption,
) -> None:
    """Skills offered but not chosen, and success by position."""
    ask(
        context,
        "patterns-alternatives",
        replace(options, kind="skill"),
        lambda result: _screen(result.data, result.query, min_offered, all_rows),
        min_offered=min_offered,
        limit=limit,
        trigger=trigger,
        is_long=True,
    )


def _screen(found: Alternatives, query: Query, min_offered: int, all_rows: bool) -> list[Block]:
    from cli.screen import Heading, Line

    if not found.rows and not found.ranks:
        missing = "no use records alternatives or a position"
        # That it is about skills alone is no choice of the user's.
        filtered = not query.question.scope.is_default
        return none_found(query, found.scanned, missing, filtered=filtered)
    blocks: list[Block] = [
        Heading(in_span(_found(found, min_offered), query)),
        Line(_rank_matters(found)),
    ]
    if found.rows:
        blocks.append(_offered(found))
    if found.ranks and (all_rows or _marked(found)):
        blocks.append(_ranks(found))
    totals = (
        f"{text.counted(found.offers, 'use')} with alternatives;"
        f" {found.common:,} of {text.counted(found.names, 'skill')} were offered at least"
        f" {text.counted(min_offered, 'time')}. Other positions = the same skills in the same"
        " projects and months."
    )
    return [*blocks, Line(totals), *ending(query, found.scanned)]


def _found(found: Alternatives, min_offered: int) -> str:
    if not found.rows:
        return f"Not enough data: no skill was offered {text.counted(min_offered, 'time')}"
    first = found.rows[0]
    chosen = f"chosen {text.counted(first.taken, 'time')}" if first.taken else "never chosen"
    instead = (
        f"; {first.instead} was chosen most often instead" if first.instead is not None else ""
    )
    return f"{first.name} was offered {text.counted(first.offered, 'time')} and {chosen}{instead}."


def _rank_matters(found: Alternatives) -> str:
    marked = _marked(found)
    judged = [each for each in found.ranks if each.contrast.verdict != "insufficient data"]
    if marked:
        by_rank = [
            f"position {each.rank} is {each.contrast.verdict}"
            f" ({text.percent(each.outcomes.success_rate)} of {each.outcomes.known:,}"
            f" ({text.interval(each.outcomes.success_interval)}),"
            f" {text.percent(elsewhere(each.contrast))} at others)"
            for each in marked
        ]
        return f"The position in the list matters: {'; '.join(by_rank)}."
    if judged:
        return "The position in the list makes no difference to success."
    return "Not enough data to compare positions in the list."


def _marked(found: Alternatives) -> list[Rank]:
    return [each for each in found.ranks if each.contrast.verdict in ("better", "worse")]


def _offered(found: Alternatives) -> Table[Offered]:
    from cli.screen import Column, Table

    columns: list[Column[Offered]] = [
        Column("Skill", lambda each: each.name, name=True),
        Column.count("Offered", lambda each: each.offered),
        Column.rate("Chosen", lambda each: each.share),
        Column.interval(lambda each: each.share_interval, drop=2),
        Column.rate("Success", lambda each: each.when_taken.success_rate, drop=4),
        Column("Chosen instead", lambda each: each.instead or "", name=True, drop=1),
        Column.count("Times", lambda each: each.instead_times, drop=5),
        Column.rate("Success instead", lambda each: each.when_passed.success_rate, drop=3),
    ]
    return Table(columns, found.rows)


def _ranks(found: Alternatives) -> Table[Rank]:
    from cli.screen import Column, Table

    columns: list[Column[Rank]] = [
        Column("Position", lambda each: str(each.rank), right=True),
        Column.count("Uses", lambda each: each.outcomes.total_invocations),
        Column.rate("Success", lambda each: each.outcomes.success_rate),
        Column.interval(lambda each: each.outcomes.success_interval, drop=1),
        Column.rate("Other positions", lambda each: elsewhere(each.contrast), drop=2),
        Column("Verdict", lambda each: word(each.contrast.verdict), sentence=True),
    ]
    return Table(columns, found.ranks[:_RANKS_SHOWN])
