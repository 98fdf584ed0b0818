"""``patterns sessions``: the longest, busiest and worst sessions, or the uses of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import SESSION_SORT, SessionSort
from cli.ask import RowOptions, ask
from cli.commands.pattern_blocks import ending, in_span, none_found
from cli.options import BegunByOption, IdleMinutesOption, RowsLimitOption, complete_skill, option
from cli.query_options import resolve
from cli.session import Session, answered, reading
from cli.watched import reading_rows

if TYPE_CHECKING:
    from aggregator.query import Query
    from aggregator.reports.patterns.sessions import Seen, Sessions, Use
    from cli.screen import Block, Table


def sessions(
    context: typer.Context,
    *,
    session_id: Annotated[
        str | None, typer.Argument(metavar="[SESSION]", help="A session id, to list its uses.")
    ] = None,
    sort: Annotated[SessionSort, option(SESSION_SORT)],
    using: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME",
            help="Only sessions that used this skill or agent. May be repeated.",
            autocompletion=complete_skill,
        ),
    ] = None,
    options: RowOptions,
    idle_minutes: IdleMinutesOption,
    limit: RowsLimitOption,
    trigger: BegunByOption,
) -> None:
    """The longest, the busiest and the worst sessions."""
    if session_id is not None:
        session: Session = context.obj
        with reading(session, "aggregator.answers.patterns.sessions") as con:
            from aggregator.answers.patterns.sessions import one_session

            one = reading_rows(
                session,
                con,
                lambda: one_session(
                    con,
                    resolve(con, session.now, options),
                    session_id,
                    idle_minutes=idle_minutes,
                    trigger=trigger,
                ),
            )
        session.output.emit(
            answered(session, "patterns-sessions", one), lambda: _followed(one.data, one.query)
        )
        return
    ask(
        context,
        "patterns-sessions",
        options,
        lambda result: _sessions(result.data, result.query, using or []),
        sort=sort,
        using=using or (),
        limit=limit,
        idle_minutes=idle_minutes,
        trigger=trigger,
        is_long=True,
    )


def _sessions(found: Sessions, query: Query, using: list[str]) -> list[Block]:
    from cli.screen import Heading, Line

    if found.longest is None or found.busiest is None:
        used = f" with {' and '.join(using)}" if using else ""
        return none_found(query, found.scanned, f"no session{used}")
    worst = found.worst
    if worst is not None:
        first = (
            f"Worst session: {_named(worst)} ({_project(worst, query)}): {worst.lost} of"
            f" {worst.outcomes.known} uses failed or were abandoned."
        )
    elif found.judged:
        first = f"No failed or abandoned uses in {text.counted(found.judged, 'session')}"
    else:
        first = "Not enough data: no session has 5 outcomes"
    long, busy = found.longest, found.busiest
    typical = (
        f"Median of {text.counted(found.sessions, 'session')}:"
        f" {text.counted(round(found.median_uses or 0), 'use')},"
        f" {text.duration(found.median_length_ms)}."
    )
    blocks: list[Block] = [
        Heading(in_span(first, query)),
        Line(
            f"Longest: {text.duration(long.length_ms)}, {_named(long)}"
            f" ({_project(long, query)}). Busiest:"
            f" {text.counted(busy.outcomes.total_invocations, 'use')}, {_named(busy)}"
            f" ({_project(busy, query)})."
        ),
        Line(typical),
    ]
    if found.rows:
        blocks.append(_table(found.rows, query))
    hint = "The uses of one session: `skillhouse patterns sessions SESSION`"
    return [*blocks, *ending(query, found.scanned, hint)]


def _named(seen: Seen) -> str:
    """The id of a session; of one with pauses, which part it is."""
    return seen.session_id if seen.part == 1 else f"{seen.session_id} part {seen.part}"


def _project(seen: Seen, query: Query) -> str:
    names = {p.project_id: p.name for p in query.question.scope.projects}
    return names.get(seen.project_id, seen.project_id)


def _table(rows: list[Seen], query: Query) -> Table[Seen]:
    from cli.screen import Column, Table

    columns: list[Column[Seen]] = [
        Column("Session", _named, name=True),
        Column("Project", lambda seen: _project(seen, query), drop=3),
        Column.count("Uses", lambda seen: seen.outcomes.total_invocations, drop=1),
        Column.count("Skills", lambda seen: seen.names, drop=6),
        Column(
            "Failed or abandoned",
            lambda seen: f"{seen.lost:,} of {seen.outcomes.known:,}",
            right=True,
        ),
        Column.interval(lambda seen: seen.lost_interval, drop=4),
        Column.count("Failed", lambda seen: seen.outcomes.failures, drop=7),
        Column.count("Abandoned", lambda seen: seen.outcomes.abandoned, drop=8),
        Column.duration("Duration", lambda seen: seen.length_ms, drop=2),
        Column("Started", lambda seen: text.moment(seen.first_at, query.zone), drop=5),
    ]
    return Table(columns, rows)


def _followed(found: list[tuple[Seen, list[Use]]], query: Query) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    blocks: list[Block] = []
    columns: list[Column[Use]] = [
        Column("Time", lambda use: text.moment(use.invoked_at, query.zone)),
        Column(
            "Gap",
            lambda use: "" if use.gap_ms is None else text.duration(use.gap_ms),
            right=True,
            drop=3,
        ),
        Column("Name", lambda use: use.name[1], name=True),
        Column("Kind", lambda use: use.name[0], drop=4),
        Column("Outcome", lambda use: use.outcome),
        Column.duration("Duration", lambda use: use.duration_ms, drop=1),
        Column("Path", lambda use: use.workflow_path or "", drop=5),
        Column("Phase", lambda use: use.workflow_phase or "", drop=6),
        Column("Error", lambda use: use.error_type or "", drop=2),
    ]
    for seen, uses in found:
        blocks += [
            Heading(
                f"{_named(seen)} ({_project(seen, query)}):"
                f" {text.counted(seen.outcomes.total_invocations, 'use')}, {seen.lost} failed or"
                f" abandoned, {text.duration(seen.length_ms)}"
            ),
            Table(columns, uses),
        ]
    return [*blocks, Line(query.footer(), quiet=True)]
