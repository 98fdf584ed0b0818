"""``patterns bottlenecks``: where uses fail or are abandoned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import LOST, Lost
from cli import verdicts
from cli.ask import RowOptions, ask
from cli.commands.pattern_blocks import ending, in_span, no_finding, none_found, rate_of
from cli.options import AllRowsOption, BegunByOption, RowsLimitOption, option

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.patterns.bottlenecks import Bottleneck, Bottlenecks
    from cli.screen import Block

_WORDS: dict[Lost, tuple[str, str]] = {
    "any": ("Failed or abandoned", "failed or were abandoned"),
    "failed": ("Failed", "failed"),
    "abandoned": ("Abandoned", "were abandoned"),
}


def bottlenecks(
    context: typer.Context,
    *,
    lost: Annotated[Lost, option(LOST)],
    options: RowOptions,
    limit: RowsLimitOption,
    all_rows: AllRowsOption,
    trigger: BegunByOption,
) -> None:
    """Workflow paths and phases where uses fail."""
    ask(
        context,
        "patterns-bottlenecks",
        options,
        lambda result: _screen(result.data, result.query, *_WORDS[lost], all_rows),
        lost=lost,
        limit=limit,
        trigger=trigger,
        is_long=True,
    )


def _screen(found: Bottlenecks, query: Query, title: str, verb: str, all_rows: bool) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    if not found.rows:
        missing = "no use records a workflow path or a phase"
        return none_found(query, found.scanned, missing)
    rows = [each for each in found.rows if all_rows or each.verdict == "bottleneck"]
    if not rows:
        return no_finding(query, found.scanned, _found(found, verb))
    columns: list[Column[Bottleneck]] = [
        Column("Place", lambda each: each.place, drop=3),
        Column("Name", lambda each: each.at, name=True),
        Column.count("Uses", lambda each: each.outcomes.total_invocations, drop=6),
        Column(
            title, lambda each: f"{text.percent(each.here.rate)} of {each.here.known:,}", right=True
        ),
        Column.interval(lambda each: each.here.interval, drop=2),
        Column.rate("Elsewhere", lambda each: each.elsewhere.rate, drop=1),
        Column.rate("Same skills", lambda each: each.alike, drop=5),
        Column(
            "Most in",
            lambda each: f"{each.most[1]} {each.most_lost.lost:,} of {each.most_lost.known:,}",
            drop=4,
        ),
        Column("Verdict", lambda each: verdicts.word(each.verdict), sentence=True),
    ]
    totals = (
        f"{found.with_path:,} uses record a path, {found.with_phase:,} a phase. Elsewhere = all"
        ' other paths or phases. "Same skills" = the same skills there.'
    )
    hint = "One skill by workflow path: `skillhouse effectiveness NAME`"
    return [
        Heading(in_span(_found(found, verb), query)),
        Table(columns, rows),
        Line(totals),
        *ending(query, found.scanned, hint),
    ]


def _found(found: Bottlenecks, verb: str) -> str:
    first = found.rows[0]
    if first.verdict == "bottleneck":
        more = f"; {found.bottlenecks - 1} more" if found.bottlenecks > 1 else ""
        return (
            f"Bottleneck: {first.place} {first.at}:"
            f" {rate_of(first.here.rate, first.here.interval, first.here.known)} {verb},"
            f" {text.percent(first.elsewhere.rate)} elsewhere{more}"
        )
    judged = [each for each in found.rows if each.verdict != "insufficient data"]
    if not judged:
        return "Not enough data: no path or phase has 10 outcomes, with 10 elsewhere"
    return "No bottleneck: no path or phase loses more work than the others"
