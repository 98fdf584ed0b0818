"""``team status``: which team this warehouse is in, and what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from aggregator import text
from cli.session import Session, tell

if TYPE_CHECKING:
    from cli.results.team import Joined, StatusTotals
    from cli.screen import Block


def status(context: typer.Context) -> None:
    """Show your team, what was sent, and its last numbers.

    It is what this machine knows; the store is not asked.
    """
    from aggregator.answers.shared import NoFilters
    from aggregator.query import local
    from aggregator.team import community
    from aggregator.team.membership import membership, switched_off
    from aggregator.team.weekly_rollup import remembered
    from cli.results import team as results
    from schema import pseudonyms
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.reading() as con:
        entry = membership(con)
        known = pseudonyms.stored(con)
        zone = reporting_zone(con)
    rows = []
    if entry is not None and known is not None:
        rows = [results.joined_of(entry, known.member(entry.team_id), zone)]
    folder = community.folder_of(session.warehouse.path)
    header = community.copied(folder)
    made_here = remembered(folder)
    totals = results.StatusTotals(
        switched_off=switched_off(),
        last_rollup=header.run if header else None,
        last_rollup_at=local(header.published_at, zone) if header else None,
        engine=header.engine if header else None,
        members=header.members if header else None,
        refused=[
            results.RefusedFile(member=each.member, reason=each.reason)
            for each in (made_here[1] if made_here else ())
        ],
    )
    tell(
        session,
        "team status",
        zone,
        results.TeamStatus(filters=NoFilters(), data=rows, totals=totals),
        lambda: _screen(session, rows, totals),
    )


def _screen(session: Session, rows: list[Joined], totals: StatusTotals) -> list[Block]:
    from cli.screen import Column, Line, Table, Verbatim

    blocks: list[Block] = []
    if totals.switched_off:
        blocks.append(Line("SKILLHOUSE_TEAM is set: nothing about teams is read or sent."))
    if not rows:
        blocks += [
            Line("This warehouse is in no team. To join one:"),
            Verbatim("skillhouse team join URL --as TEAM"),
        ]
    for row in rows:
        published = text.age(row.published_at, session.now) if row.published_at else "never"
        blocks += [
            Line(f"{row.team_name} ({row.url}), team {row.team}, as member {row.member}"),
            Line(
                f"Sends weeks since {row.since}; withheld: {', '.join(row.withheld) or 'nothing'}"
            ),
            Line(
                f"Last sent: {published}"
                + (f", {text.counted(row.rows, 'row')}" if row.published_at else "")
            ),
        ]
        if row.problem is not None:
            blocks.append(Line(f"Last attempt failed: {row.problem}"))
    if totals.last_rollup is not None:
        when = text.age(totals.last_rollup_at, session.now)
        members = text.counted(totals.members or 0, "member")
        blocks.append(Line(f"Last team rollup: {when}, {members}, by {totals.engine}"))
    if totals.refused:
        columns: list[Column[object]] = [
            Column("Refused member", lambda each: each.member),  # type: ignore[attr-defined]
            Column("Why", lambda each: each.reason, name=True),  # type: ignore[attr-defined]
        ]
        blocks.append(Table(columns, totals.refused))
    return blocks
