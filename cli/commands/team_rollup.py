"""``team rollup``: count what all members published, and publish what may be seen of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aggregator import text
from cli.session import Session, tell
from schema.errors import UsageError

if TYPE_CHECKING:
    from aggregator.team.weekly_rollup import Rollup
    from cli.screen import Block

EngineName = Literal["duckdb", "spark"]

UrlArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[URL]", help="The team's folder or bucket (default: the one you joined)."
    ),
]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="The engine: duckdb in this process, or spark.")
]
SparkOption = Annotated[
    str | None,
    typer.Option("--spark", metavar="URL", help="The cluster's Spark Connect: sc://host:15002."),
]
AsSeenOption = Annotated[
    str | None,
    typer.Option(
        "--as-seen", metavar="URL", help="How the cluster names the store: s3a://bucket/team."
    ),
]


def rollup(
    context: typer.Context,
    url: UrlArgument = None,
    engine: EngineOption = "duckdb",
    spark: SparkOption = None,
    as_seen: AsSeenOption = None,
) -> None:
    """Add up what all members published, and publish the result.

    For the team's maintainer: only who may read all members' files can run it.
    """
    from aggregator.team import community
    from aggregator.team.membership import check_switch, known_at, membership
    from aggregator.team.store import canonical, open_store
    from aggregator.team.weekly_rollup import duckdb_engine, remember, roll_up
    from cli.results import team_rollup as results
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    check_switch()
    if (spark is not None) != (engine == "spark"):
        raise UsageError(
            "--engine spark and --spark belong together.",
            "For example: --engine spark --spark sc://host:15002",
        )
    url = canonical(url) if url is not None else _known_url(session)
    known = None
    if session.warehouse.exists():
        with session.warehouse.reading() as con:
            known = known_at(con, url)
    team_id = known.agreement.team_id if known and known.agreement else None
    store = open_store(url, large=True)
    if engine == "spark":
        from aggregator.team.engines.spark import connected

        assert spark is not None
        made = connected(spark, as_seen or url)
        done = roll_up(store, now=session.now, engine=made, uploads=True, team_id=team_id)
    else:
        done = roll_up(store, now=session.now, engine=duckdb_engine, team_id=team_id)
    header = done.header
    zone = "UTC"
    if session.warehouse.exists():
        folder = community.folder_of(session.warehouse.path)
        remember(done, folder)
        with session.warehouse.reading() as con:
            zone, joined = reporting_zone(con), membership(con)
        if joined is not None and joined.team_id == header.team_id:
            community.fetch(store, header.team_id, folder)
    tell(
        session,
        "team rollup",
        zone,
        results.TeamRollup(
            filters=results.RollupFilters(url=url, engine=engine),
            data=[
                results.RefusedFile(member=each.member, reason=each.reason) for each in done.refused
            ],
            totals=results.RollupTotals(
                run=header.run,
                published_at=header.published_at,
                engine=header.engine,
                members=header.members,
                rows=done.rows,
                left_out=done.left_out,
                cells=done.cells,
                since=header.baseline_from,
                until=header.until,
                seconds=done.seconds,
            ),
        ),
        lambda: _screen(done),
        warnings=_warnings(done),
        done="The team rollup is published.",
    )


def _known_url(session: Session) -> str:
    """Where the team's store is: the one that is looked after here, or was joined. NotAMember."""
    from aggregator.team.membership import team_url

    with session.warehouse.reading() as con:
        return team_url(con)


def _warnings(done: Rollup) -> list[str]:
    told = []
    if done.refused:
        files = text.counted(len(done.refused), "file")
        told.append(f"{files} refused; the other members are counted.")
    if 2 * done.header.members < done.members_before:
        members = text.counted(done.header.members, "member")
        told.append(
            f"Only {members} counted, where the last team rollup had {done.members_before}: are all"
            " files there?"
        )
    return told


def _screen(done: Rollup) -> list[Block]:
    from aggregator.team.take_in import Refused
    from cli.screen import Column, Line, Table

    header = done.header
    blocks: list[Block] = [
        Line(
            f"Published: {text.counted(done.cells, 'cell')} of"
            f" {text.counted(header.members, 'member')}, {text.counted(done.rows, 'row')},"
            f" {header.engine}, {done.seconds:.1f} s"
        )
    ]
    if not done.cells:
        blocks.append(Line(f"No skill has {header.least_members} members yet: nothing is shown."))
    if done.left_out:
        blocks.append(
            Line(f"{text.counted(done.left_out, 'row')} of newer versions left out: upgrade here.")
        )
    if done.refused:
        columns: list[Column[Refused]] = [
            Column("Refused", lambda each: each.member, name=True),
            Column("Reason", lambda each: each.reason),
        ]
        blocks.append(Table(columns, done.refused))
    return blocks
