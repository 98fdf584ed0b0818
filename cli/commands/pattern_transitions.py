"""``patterns transitions``: which skill follows which in a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import MIN_TIMES, REPEATS
from cli.ask import RowOptions, ask
from cli.commands.pattern_blocks import elsewhere, ending, in_span, no_finding, none_found
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
    from aggregator.reports.patterns.transitions import Transition, Transitions
    from cli.screen import Block


def transitions(
    context: typer.Context,
    *,
    name: OptionalNameArgument,
    options: RowOptions,
    min_times: Annotated[int, option(MIN_TIMES)],
    repeats: Annotated[bool, option(REPEATS)],
    idle_minutes: IdleMinutesOption,
    limit: RowsLimitOption,
    all_rows: AllRowsOption,
    trigger: BegunByOption,
) -> None:
    """Which skill follows which, and how well it works then."""
    ask(
        context,
        "patterns-transitions",
        options,
        lambda result: _screen(
            result.data, result.query, min_times, result.json.filters.name, all_rows
        ),
        part_of_name=name,
        min_times=min_times,
        limit=limit,
        repeats=repeats,
        idle_minutes=idle_minutes,
        trigger=trigger,
        is_long=True,
    )


def _screen(
    found: Transitions, query: Query, min_times: int, name: str | None, all_rows: bool
) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    if not found.rows:
        about = f" with {name}" if name else ""
        missing = f"no transition{about} was seen {min_times} times"
        return none_found(query, found.scanned, missing)
    rows = [each for each in found.rows if all_rows or each.is_marked or each.is_habit]
    if not rows:
        what = f"None of {text.counted(found.common, 'transition')} is a habit or changes success"
        return no_finding(query, found.scanned, what)
    columns: list[Column[Transition]] = [
        Column("After", lambda each: each.first[1], name=True),
        Column("Next", lambda each: each.then[1], name=True),
        Column.count("Times", lambda each: each.times),
        Column("Random order", _in_random_order, right=True, drop=2),
        Column.rate("Share", lambda each: each.share, drop=3),
        Column.interval(lambda each: each.share_interval, drop=5),
        Column.duration("Median gap", lambda each: each.gap_ms, drop=1),
        Column.rate("Success", lambda each: each.outcomes.success_rate),
        Column.interval(lambda each: each.outcomes.success_interval, drop=4),
        Column.rate("Otherwise", lambda each: elsewhere(each.contrast), drop=6),
        Column("Verdict", lambda each: word(each.contrast.verdict), sentence=True),
    ]
    shown = f"{len(rows)} of {found.common:,}" if len(rows) < found.common else str(len(rows))
    totals = (
        f"{shown} seen at least {text.counted(min_times, 'time')}; {found.total:,} transitions in"
        ' all. "Random order" = times if each session\'s uses were in random order. Success of the'
        ' second skill; "Otherwise" = after any other skill, in the same projects and months.'
    )
    hint = "Sessions with both: `skillhouse patterns sessions --with NAME --with NAME`"
    return [
        Heading(in_span(_found(found), query)),
        Table(columns, rows),
        Line(totals),
        *ending(query, found.scanned, hint),
    ]


def _in_random_order(found: Transition) -> str:
    order = found.order
    return text.NOT_AVAILABLE if order is None else f"{order.association.expected:,.1f}"


def _found(found: Transitions) -> str:
    first = found.rows[0]
    if first.is_marked:
        more = f" ({found.marked - 1} more)" if found.marked > 1 else ""
        return (
            f"{first.then[1]} is {first.contrast.verdict} after {first.first[1]}:"
            f" {text.percent(first.outcomes.success_rate)} of {first.outcomes.known:,}, otherwise"
            f" {text.percent(elsewhere(first.contrast))}{more}"
        )
    usual = "usually" if first.is_usual else "often"
    comes = f"{first.times:,} of {first.followed:,} times ({text.percent(first.share)})"
    if not first.is_habit:
        return (
            f"Most frequent: {first.then[1]} after {first.first[1]}, {comes}. No habit among them"
        )
    more = f" ({found.habits - 1} more)" if found.habits > 1 else ""
    return f"After {first.first[1]} you {usual} use {first.then[1]}: {comes}{more}"
