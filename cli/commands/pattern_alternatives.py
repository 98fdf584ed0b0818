"""``patterns alternatives``: what was offered and passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli import text
from cli.commands.pattern_blocks import (
    elsewhere,
    ending,
    none_found,
)
from cli.options import (
    MAX_COUNT,
    AllProjectsOption,
    AllTimeOption,
    PeriodOption,
    ProjectsOption,
    RowDaysOption,
    RowsLimitOption,
    SinceOption,
    UntilOption,
)
from cli.query_options import QueryOptions, of_rows, resolve
from cli.session import Session, answered, reading
from cli.watched import reading_rows

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.patterns.alternatives import Alternatives
    from cli.screen import Block, Table

_RANKS_SHOWN = 10


def alternatives(
    context: typer.Context,
    period: PeriodOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    days: RowDaysOption = None,
    all_time: AllTimeOption = False,
    project: ProjectsOption = None,
    min_offered: Annotated[
        int,
        typer.Option(
            "--min-offered",
            min=1,
            max=MAX_COUNT,
            metavar="N",
            help="Leave out what is offered less.",
        ),
    ] = 10,
    limit: RowsLimitOption = 20,
    all_projects: AllProjectsOption = False,
) -> None:
    """What was offered and passed over, and does rank matter."""
    session: Session = context.obj
    span = of_rows(period, since, until, days, all_time)
    options = QueryOptions(span, project or (), "skill", all_projects)
    with reading(session, "aggregator.answers.patterns.alternatives") as con:
        from aggregator.answers.patterns import alternatives as answers

        result = reading_rows(
            session,
            con,
            lambda: answers.alternatives(
                con, resolve(con, session.now, options), min_offered=min_offered, limit=limit
            ),
        )
    session.output.emit(
        answered(session, "patterns-alternatives", result),
        lambda: _screen(result.data, result.query, min_offered),
    )


def _screen(found: Alternatives, query: Query, min_offered: int) -> list[Block]:
    from cli.screen import Heading, Line

    if not found.rows and not found.ranks:
        missing = "no use says what else was offered, or at which place it was"
        return none_found(query, found.scanned, missing)
    blocks: list[Block] = [Heading(_found(found, min_offered)), Line(_rank_matters(found))]
    if found.rows:
        blocks.append(_offered(found))
    if found.ranks:
        blocks.append(_ranks(found))
    totals = (
        f"{text.counted(found.offers, 'use')} had something else to choose from;"
        f" {found.common:,} of {found.names:,} names were offered at least"
        f" {text.counted(min_offered, 'time')}. Other places: the same names, in"
        " the same projects and months."
    )
    return [*blocks, Line(totals), *ending(query, found.scanned)]


def _found(found: Alternatives, min_offered: int) -> str:
    if not found.rows:
        return f"Insufficient data: no skill was offered {text.counted(min_offered, 'time')}"
    first = found.rows[0]
    instead = f"; mostly {first.instead} was taken" if first.instead is not None else ""
    return (
        f"{first.name} is passed over most: taken {first.taken:,} of {first.offered:,} times"
        f" ({text.interval(first.share_interval)}){instead}"
    )


def _rank_matters(found: Alternatives) -> str:
    marked = [each for each in found.ranks if each.contrast.verdict in ("better", "worse")]
    judged = [each for each in found.ranks if each.contrast.verdict != "insufficient data"]
    if marked:
        told = [
            f"what was offered at place {each.rank} works {each.contrast.verdict}"
            f" ({text.percent(each.outcomes.success_rate)} of {each.outcomes.known:,}"
            f" ({text.interval(each.outcomes.success_interval)}),"
            f" {text.percent(elsewhere(each.contrast))} at others)"
            for each in marked
        ]
        return f"Rank matters: {'; '.join(told)}."
    if judged:
        return "Rank makes no clear difference to how it ends."
    return "Insufficient data to say whether rank makes a difference."


def _offered(found: Alternatives) -> Table:
    from cli.screen import Column, Table

    columns = (
        Column("Skill", name=True),
        Column("Offered", right=True),
        Column("Taken", right=True),
        Column("95% interval", right=True),
        Column("Success", right=True, drop=3),
        Column("Mostly instead", name=True, drop=1),
        Column("Times", right=True, drop=4),
        Column("Success instead", right=True, drop=2),
    )
    rows = [
        (
            each.name,
            text.count(each.offered),
            text.percent(each.share),
            text.interval(each.share_interval),
            text.percent(each.when_taken.success_rate),
            each.instead or "",
            text.count(each.instead_times),
            text.percent(each.when_passed.success_rate),
        )
        for each in found.rows
    ]
    return Table(columns, rows)


def _ranks(found: Alternatives) -> Table:
    from cli.screen import Column, Table

    columns = (
        Column("Taken from place", right=True),
        Column("Uses", right=True),
        Column("Success", right=True),
        Column("95% interval", right=True),
        Column("Other places", right=True, drop=2),
        Column("Works there", drop=1),
    )
    rows = [
        (
            str(each.rank),
            text.count(each.outcomes.total_invocations),
            text.percent(each.outcomes.success_rate),
            text.interval(each.outcomes.success_interval),
            text.percent(elsewhere(each.contrast)),
            each.contrast.verdict,
        )
        for each in found.ranks[:_RANKS_SHOWN]
    ]
    return Table(columns, rows)
