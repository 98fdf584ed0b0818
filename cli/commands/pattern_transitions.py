"""``patterns transitions``: which skill follows which in a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli import text
from cli.commands.pattern_blocks import elsewhere, ending, none_found
from cli.options import (
    MAX_COUNT,
    AllProjectsOption,
    AllTimeOption,
    KindName,
    KindOption,
    OptionalNameArgument,
    PeriodOption,
    ProjectsOption,
    RowDaysOption,
    RowsLimitOption,
    SinceOption,
    UntilOption,
)
from cli.query_options import QueryOptions, of_rows, resolve
from cli.session import Session, answered, reading
from cli.verdicts import word
from cli.watched import reading_rows

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.patterns.transitions import Transition, Transitions
    from cli.screen import Block


def transitions(
    context: typer.Context,
    name: OptionalNameArgument = None,
    period: PeriodOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    days: RowDaysOption = None,
    all_time: AllTimeOption = False,
    project: ProjectsOption = None,
    kind: KindOption = KindName.all,
    min_times: Annotated[
        int,
        typer.Option(
            "--min-times", min=1, max=MAX_COUNT, metavar="N", help="Minimum number of times."
        ),
    ] = 10,
    limit: RowsLimitOption = 20,
    all_projects: AllProjectsOption = False,
) -> None:
    """Which skill follows which, and how well it works then."""
    session: Session = context.obj
    span = of_rows(period, since, until, days, all_time)
    options = QueryOptions(span, project or (), kind.value, all_projects)
    with reading(session, "aggregator.answers.patterns.transitions") as con:
        from aggregator.answers.patterns import transitions as answers

        result = reading_rows(
            session,
            con,
            lambda: answers.transitions(
                con, resolve(con, session.now, options), name=name, min_times=min_times, limit=limit
            ),
        )
    session.output.emit(
        answered(session, "patterns-transitions", result),
        lambda: _screen(result.data, result.query, min_times, name),
    )


def _screen(found: Transitions, query: Query, min_times: int, name: str | None) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    if not found.rows:
        about = f" with {name}" if name else ""
        missing = f"no transition{about} was seen {min_times} times"
        return none_found(query, found.scanned, missing)
    columns: list[Column[Transition]] = [
        Column("After", lambda each: each.first[1], name=True),
        Column("Next", lambda each: each.then[1], name=True),
        Column("Times", lambda each: text.count(each.times), right=True),
        Column("Share", lambda each: text.percent(each.share), right=True, drop=2),
        Column("95% interval", lambda each: text.interval(each.share_interval), right=True, drop=4),
        Column("Median gap", lambda each: text.duration(each.gap_ms), right=True, drop=1),
        Column("Success", lambda each: text.percent(each.outcomes.success_rate), right=True),
        Column(
            "95% interval",
            lambda each: text.interval(each.outcomes.success_interval),
            right=True,
            drop=3,
        ),
        Column(
            "Otherwise", lambda each: text.percent(elsewhere(each.contrast)), right=True, drop=5
        ),
        Column("Verdict", lambda each: word(each.contrast.verdict), drop=6),
    ]
    shown = str(len(found.rows))
    if len(found.rows) < found.common:
        shown += f" of {found.common:,}"
    totals = (
        f"{shown} seen at least {text.counted(min_times, 'time')}; {found.total:,} transitions in"
        ' all. Success of the second skill; "Otherwise" = after any other skill, in the same'
        " projects and months."
    )
    hint = "Sessions with both: `skillhouse patterns sessions --with NAME --with NAME`"
    return [
        Heading(_found(found)),
        Table(columns, found.rows),
        Line(totals),
        *ending(query, found.scanned, hint),
    ]


def _found(found: Transitions) -> str:
    often = max(found.rows, key=lambda each: each.times)
    most = (
        f"{_both(often)}: {often.times:,} of {often.followed:,} times ({text.percent(often.share)})"
    )
    if not found.marked:
        return f"Most frequent: {most}. No skill works better or worse after another"
    first = found.rows[0]
    more = f" ({found.marked - 1} more)" if found.marked > 1 else ""
    return (
        f"{first.then[1]} is {first.contrast.verdict} after {first.first[1]}:"
        f" {text.percent(first.outcomes.success_rate)} of {first.outcomes.known:,}, otherwise"
        f" {text.percent(elsewhere(first.contrast))}{more}"
    )


def _both(found: Transition) -> str:
    return f"{found.first[1]} is followed by {found.then[1]}"
