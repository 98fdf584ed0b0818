"""``patterns pairs``: skills used together in a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import MIN_SESSIONS, PAIR_SORT, PairSort
from cli.ask import RowOptions, ask
from cli.commands.pattern_blocks import ending, in_span, no_finding, none_found
from cli.options import (
    AllRowsOption,
    BegunByOption,
    IdleMinutesOption,
    OptionalNameArgument,
    RowsLimitOption,
    option,
)
from cli.verdicts import word

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.patterns.pairs import Pair, Pairs
    from cli.screen import Block


def pairs(
    context: typer.Context,
    *,
    name: OptionalNameArgument,
    options: RowOptions,
    sort: Annotated[PairSort, option(PAIR_SORT)],
    min_sessions: Annotated[int, option(MIN_SESSIONS)],
    idle_minutes: IdleMinutesOption,
    limit: RowsLimitOption,
    all_rows: AllRowsOption,
    trigger: BegunByOption,
) -> None:
    """Skills used together in a session more than by chance."""
    ask(
        context,
        "patterns-pairs",
        options,
        lambda result: _screen(
            result.data, result.query, min_sessions, result.json.filters.name, all_rows
        ),
        part_of_name=name,
        min_sessions=min_sessions,
        sort=sort,
        limit=limit,
        idle_minutes=idle_minutes,
        trigger=trigger,
        is_long=True,
    )


def _screen(
    found: Pairs, query: Query, min_sessions: int, name: str | None, all_rows: bool
) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    if not found.rows:
        about = f" with {name}" if name else ""
        missing = f"no pair{about} was used in {text.counted(min_sessions, 'session')}"
        return none_found(query, found.scanned, missing)
    rows = [each for each in found.rows if all_rows or each.verdict == "together"]
    if not rows:
        return no_finding(query, found.scanned, _found(found))
    columns: list[Column[Pair]] = [
        Column("Skill", lambda each: each.first[1], name=True),
        Column("Used with", lambda each: each.second[1], name=True),
        Column.count("Together", lambda each: each.times, drop=2),
        Column.rate("Support", lambda each: each.support, drop=5),
        Column.interval(lambda each: each.support_interval, drop=7),
        Column("Expected", lambda each: f"{each.association.expected:,.1f}", right=True, drop=3),
        Column.decimal("Lift", lambda each: each.lift, drop=6),
        Column.decimal("Adjusted lift", lambda each: each.excess, drop=1),
        Column("95% interval", lambda each: _times(each.excess_interval), right=True, drop=4),
        Column("Verdict", lambda each: word(each.verdict), sentence=True),
    ]
    listed = found.common if all_rows else found.together
    shown = f"{len(rows)} of {listed:,}" if len(rows) < listed else str(len(rows))
    totals = (
        f"{shown} pairs used in at least {text.counted(min_sessions, 'session')} of"
        f" {found.sessions:,}. Adjusted for {text.counted(found.compared, 'possible pair')}."
        " Expected counts are for sessions of the same project and size."
    )
    hint = "List the sessions: `skillhouse patterns sessions --with NAME --with NAME`"
    return [
        Heading(in_span(_found(found), query)),
        Table(columns, rows),
        Line(totals),
        *ending(query, found.scanned, hint),
    ]


def _found(found: Pairs) -> str:
    if not found.together:
        return (
            f"None of {text.counted(found.common, 'pair')} is used together more often than by"
            " chance"
        )
    best = next((each for each in found.rows if each.verdict == "together"), None)
    verb = "is" if found.together == 1 else "are"
    count = f"{text.counted(found.together, 'pair')} {verb} used together more often than by chance"
    if best is None:
        return count
    return (
        f"{count}: {best.first[1]} and {best.second[1]} in {best.times:,} sessions,"
        f" {best.association.expected:,.1f} expected"
    )


def _times(interval: tuple[float, float] | None) -> str:
    return text.NOT_AVAILABLE if interval is None else f"{interval[0]:.2f}-{interval[1]:.2f}"
