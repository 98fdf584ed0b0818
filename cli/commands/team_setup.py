"""``team init`` and ``team join``: founding a team, and becoming a member of one."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.team_sharing import preview_blocks, spelled
from cli.confirm import TO_CONFIRM
from cli.session import Session, tell
from schema.errors import UsageError

if TYPE_CHECKING:
    from aggregator.team.agreement import Agreement
    from aggregator.team.join import Founded, Proposal
    from cli.screen import Block

UrlArgument = Annotated[
    str, typer.Argument(metavar="URL", help="A folder, s3://, gs:// or az:// of a bucket.")
]


def init(
    context: typer.Context,
    url: UrlArgument,
    name: Annotated[str | None, typer.Option("--name", help="The team's name.")] = None,
    skill: Annotated[
        list[str] | None,
        typer.Option("--skill", metavar="PATTERN", help="Skills and agents to share; * is any."),
    ] = None,
    project_type: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="NAME", help="A type of projects that may be named."),
    ] = None,
    team: Annotated[
        list[str] | None,
        typer.Option("--team", metavar="NAME", help="A part of the team; members choose one."),
    ] = None,
    least_members: Annotated[
        int | None,
        typer.Option(
            "--least-members",
            metavar="N",
            min=3,
            max=1_000_000,
            help="How many members a published number stands for, at least (default: 5).",
        ),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(
            "--category", metavar="NAME=PATTERN", help="Put skills into a category for all."
        ),
    ] = None,
    restore: Annotated[
        bool,
        typer.Option(
            "--restore", help="Write the agreement of the same team again, as last known here."
        ),
    ] = False,
    anew: Annotated[
        bool,
        typer.Option(
            "--anew", help="Give up the team that was there, and delete what its members sent."
        ),
    ] = False,
) -> None:
    """Create a team, or change what it shares.

    Writes the agreement into its folder or bucket, and prints the rights to set there. Options that
    may be repeated replace what they had. Where there was a team whose agreement is not there any
    more, it founds no other one unless --anew says so.
    """
    from aggregator.team.join import found_team
    from aggregator.team.membership import known_at, store_maintained
    from aggregator.team.rights import rights
    from aggregator.team.store import canonical, open_store
    from cli.results import team as results
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    if anew and restore:
        raise UsageError(
            "--anew gives up the team that was there, and --restore keeps it.", "Use one of them."
        )
    with spelled():
        store = open_store(url)
    known = None
    if session.warehouse.exists():
        with session.warehouse.reading() as con:
            known = known_at(con, canonical(url))
    done = found_team(
        store,
        known=known,
        anew=anew,
        restore=restore,
        name=name,
        skills=skill or (),
        project_types=project_type or (),
        teams=team or (),
        least_members=least_members,
        categories=_categories(category or []),
    )
    with session.warehouse.writing() as con:
        store_maintained(con, canonical(url), done.agreement)
        zone = reporting_zone(con)
    lines = rights(store)
    tell(
        session,
        "team init",
        zone,
        results.TeamInit(
            filters=results.InitFilters(url=store.url),
            data=[results.agreement_of(store.url, done.agreement)],
            totals=results.InitTotals(
                created=done.before is None and not done.restored,
                wider=list(done.wider),
                rights=lines,
            ),
        ),
        lambda: _founded(store.url, done, lines),
        done="The agreement is written.",
    )


def _categories(given: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in given:
        category, equals, pattern = each.partition("=")
        if not (category and equals and pattern):
            raise UsageError(
                "--category takes a name and a pattern.", "For example: --category quality='test-*'"
            )
        found.setdefault(category, []).append(pattern)
    return found


def _founded(url: str, done: Founded, lines: list[str]) -> list[Block]:
    from cli.screen import Line, Verbatim

    if done.restored:
        did = "The agreement is there again, for the same team."
    elif done.before is None:
        did = "A new team is founded."
    else:
        did = (
            "The agreement is unchanged."
            if done.before == done.agreement
            else ("The agreement is changed.")
        )
    blocks: list[Block] = [Line(did), *agreement_blocks(done.agreement, url)]
    if done.wider:
        blocks.append(Line(f"Members confirm before they publish again: {'; '.join(done.wider)}."))
    set_already = "://" not in url
    blocks.append(Line("Rights of its folders, set already:" if set_already else "Rights to set:"))
    blocks += map(Verbatim, lines)
    return [*blocks, Line("Members join with:"), Verbatim(f"skillhouse team join {url} --as TEAM")]


def agreement_blocks(agreement: Agreement, url: str) -> list[Block]:
    """An agreement as a person reads it before they say yes."""
    from cli.screen import Heading, Line

    types = ", ".join(agreement.project_types) or "none"
    return [
        Heading(f"{agreement.name} ({url})"),
        Line(f"Skills and agents: {', '.join(agreement.skills) or 'none'}"),
        Line(f"Types of projects: {types}; all others as (other)"),
        Line(f"Teams: {', '.join(agreement.teams)}"),
        Line(
            f"Published numbers stand for {agreement.least_members} members or more;"
            f" members send at most {agreement.weeks} weeks"
        ),
    ]


def join(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL]", help="The team's folder or bucket (default: the one you joined)."
        ),
    ] = None,
    as_: Annotated[
        str | None, typer.Option("--as", metavar="TEAM", help="The part of the team you are in.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WEEK", help="First week to send (default: this week)."),
    ] = None,
    withhold: Annotated[
        list[str] | None,
        typer.Option(
            "--withhold", metavar="PATTERN", help="Never send these, whatever the agreement says."
        ),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Replace what is in the store under your name.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm without being asked.")] = False,
) -> None:
    """Join a team, or confirm its agreement again.

    Shows the agreement and the rows that would be sent, and asks. Nothing is sent before, and
    joining itself sends nothing: `team publish` and every refresh do.
    """
    from aggregator.team.join import confirm, propose
    from cli.results import team as results
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    session.warehouse.expect()
    with spelled():
        proposal = propose(
            session.warehouse,
            now=session.now,
            url=url,
            team=as_,
            since=since,
            withhold=withhold,
            replacing=anew,
        )
    if not yes:
        _ask(session, proposal)
    with session.warehouse.writing() as con:
        confirm(con, proposal)
        zone = reporting_zone(con)
    entry = proposal.entry
    tell(
        session,
        "team join",
        zone,
        results.TeamJoin(
            filters=results.filters_of(entry),
            data=results.rows_of(proposal.outgoing),
            totals=results.JoinTotals(
                agreement=results.agreement_of(entry.url, entry.agreement),
                preview=results.preview_totals(
                    proposal.outgoing, entry, joined=True, wider=proposal.wider
                ),
            ),
        ),
        lambda: _joined(proposal, shown=not yes),
        done="This warehouse is a member.",
    )


def _ask(session: Session, proposal: Proposal) -> None:
    from cli.screen import show

    if not (sys.stdin.isatty() and session.output.for_people):
        raise UsageError(
            "Joining has to be confirmed: from then on the rows of the preview are sent.",
            TO_CONFIRM,
        )
    show(_proposal(proposal), replace(session.output.look, pager=""))
    typer.confirm("Send these, and those of coming weeks?", abort=True, err=True)


def _proposal(proposal: Proposal) -> list[Block]:
    from cli.screen import Line

    entry = proposal.entry
    blocks = agreement_blocks(entry.agreement, entry.url)
    if proposal.wider:
        blocks.append(Line(f"New since you confirmed: {'; '.join(proposal.wider)}"))
    withheld = ", ".join(entry.withheld) or "nothing"
    blocks.append(Line(f"You are in {entry.team}, send since {entry.since}, withhold: {withheld}"))
    return [*blocks, *preview_blocks(proposal.outgoing)]


def _joined(proposal: Proposal, *, shown: bool) -> list[Block]:
    from cli.screen import Line, Verbatim

    return [
        *([] if shown else _proposal(proposal)),
        Line(f"You are a member of {proposal.entry.agreement.name}. To send now:"),
        Verbatim("skillhouse team publish"),
        Line("To leave and take everything back:"),
        Verbatim("skillhouse team forget"),
    ]
