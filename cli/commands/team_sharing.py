"""``team preview``, ``publish`` and ``forget``: what leaves this machine, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from cli.session import Session, tell
from schema.errors import (
    ExtraMissing,
    NotAMember,
    ObjectChanged,
    SkillhouseError,
    TeamError,
    UsageError,
)
from schema.spelling import command

if TYPE_CHECKING:
    from aggregator.team.counted import LeftOut
    from aggregator.team.counters import CounterRow, Outgoing
    from aggregator.team.publish import Published
    from cli.screen import Block

ROWS_SHOWN = 20
LEFT_OUT_SHOWN = 20


@contextmanager
def spelled() -> Iterator[None]:
    """Errors of a team with the command that helps, as it is typed."""
    try:
        yield
    except ObjectChanged as exc:
        raise ObjectChanged(exc.message, f"{exc.hint}\nskillhouse team join --anew") from None
    except ExtraMissing as exc:
        from cli.installation import missing_extra

        raise missing_extra(exc.extra, exc.what) from None


@contextmanager
def _or_only_here() -> Iterator[None]:
    """A store that cannot be asked keeps nobody in a team."""
    try:
        yield
    except NotAMember:
        raise
    except (TeamError, UsageError) as exc:
        from cli.installation import missing_extra

        error: SkillhouseError = exc
        if isinstance(exc, ExtraMissing):
            error = missing_extra(exc.extra, exc.what)
        raise type(error)(
            f"{error.message} You are still a member.",
            f"{error.hint}\nTo leave on this machine alone, if the store is gone:\n"
            "skillhouse team forget --only-here",
        ) from None


def preview(context: typer.Context) -> None:
    """Show exactly which rows would be sent, and what stays.

    Sends nothing. --json has every row, and the digest of the file that would be sent.
    """
    from aggregator.team import publish as publishing
    from cli.results import team as results
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with spelled():
        found = publishing.preview(session.warehouse, now=session.now)
    with session.warehouse.reading() as con:
        zone = reporting_zone(con)
    warnings = [] if found.refused is None else [found.refused.message]
    if not found.from_store:
        warnings.append(
            f"{found.entry.url} does not answer: the agreement shown is the one read last."
        )
    tell(
        session,
        "team preview",
        zone,
        results.TeamPreview(
            filters=results.filters_of(found.entry),
            data=results.rows_of(found.outgoing),
            totals=results.preview_totals(
                found.outgoing,
                found.entry,
                joined=True,
                refused=None if found.refused is None else found.refused.message,
                wider=found.wider,
            ),
        ),
        lambda: [*_warned(warnings), *preview_blocks(found.outgoing)],
        warnings=warnings,
    )


def _warned(warnings: list[str]) -> list[Block]:
    from cli.screen import Line

    return list(map(Line, warnings))


def preview_blocks(found: Outgoing) -> list[Block]:
    """The file: its size, its first rows, and what is not in it."""
    from cli.screen import Column, Line, Table

    columns: list[Column[CounterRow]] = [
        Column("Week", lambda row: row.week.isoformat()),
        Column("Skill", lambda row: row.skill, name=True),
        Column("Kind", lambda row: row.kind, drop=3),
        Column("Type", lambda row: row.project_type, drop=2),
        Column("Measured", lambda row: row.measured, drop=4),
        Column("Counter", lambda row: row.counter),
        Column(
            "Bucket", lambda row: "" if row.bucket is None else str(row.bucket), right=True, drop=1
        ),
        Column.count("Uses", lambda row: row.uses),
    ]
    if not found.row_count:
        blocks: list[Block] = [Line("Nothing to send: no week that is over has a shared skill.")]
    else:
        weeks = sorted({row.week for row in found.rows})
        size = text.size(found.size_bytes)
        blocks = [
            Table(columns, found.rows[-ROWS_SHOWN:]),
            Line(
                f"{text.counted(found.row_count, 'row')} of {text.counted(len(weeks), 'week')},"
                f" {weeks[0]} to {weeks[-1]}, {size}, as member {found.member}"
            ),
        ]
        if found.row_count > ROWS_SHOWN:
            blocks.append(Line(f"The last {ROWS_SHOWN} are shown; --json has all.", quiet=True))
    if found.weeks_dropped:
        dropped = text.counted(found.weeks_dropped, "older week")
        blocks.append(Line(f"{dropped} left out: a file holds no more."))
    return [*blocks, *_left_out(found)]


def _left_out(found: Outgoing) -> list[Block]:
    from cli.screen import Column, Heading, Line, Table

    if not found.left_out:
        return []
    columns: list[Column[LeftOut]] = [
        Column("Skill", lambda each: each.skill_name, name=True),
        Column.count("Uses", lambda each: each.uses),
        Column("Why", lambda each: each.reason),
    ]
    blocks: list[Block] = [
        Heading("Not sent"),
        Table(columns, found.left_out[:LEFT_OUT_SHOWN]),
    ]
    if len(found.left_out) > LEFT_OUT_SHOWN:
        blocks.append(
            Line(f"{len(found.left_out) - LEFT_OUT_SHOWN:,} more; --json has all.", quiet=True)
        )
    return blocks


def publish(context: typer.Context) -> None:
    """Send the counters to your team if they changed, and fetch the team's numbers.

    Every refresh does the same. `team preview` shows what is sent.
    """
    from aggregator.answers.shared import NoFilters
    from aggregator.team.publish import publish as send
    from cli.results import team as results
    from cli.team_publishing import fetch_shared

    session: Session = context.obj
    with spelled():
        done = send(session.warehouse, now=session.now)
    warnings = fetch_shared(session.warehouse)
    tell(
        session,
        "team publish",
        done.zone,
        results.TeamPublish(
            filters=NoFilters(),
            data=[results.published_of(done)],
            totals=results.PublishTotals(left_out=results.left_out_of(done.counted)),
        ),
        lambda: [*_warned(warnings), *_published(done)],
        warnings=warnings,
        done="What may be sent was sent.",
    )


def _published(done: Published) -> list[Block]:
    from cli.screen import Line

    return [Line(sentence(done))]


def sentence(done: Published) -> str:
    """What a publish did."""
    team = done.entry.agreement.name
    rows = text.counted(done.counted.row_count, "row")
    match done.state:
        case "sent":
            return f"Sent to {team}: {rows}, {text.size(done.counted.size_bytes)}."
        case "unchanged":
            return f"Nothing new for {team}: {rows} were sent before."
        case "deleted":
            return f"Nothing may be sent to {team} any more: what was there is deleted."
    return f"Nothing to send to {team} yet: no week that is over has a shared skill."


def forget(
    context: typer.Context,
    member: Annotated[
        str | None,
        typer.Option("--member", metavar="MEMBER", help="Delete a member's object, as maintainer."),
    ] = None,
    only_here: Annotated[
        bool,
        typer.Option(
            "--only-here", help="Leave without asking the store; what was sent stays there."
        ),
    ] = False,
) -> None:
    """Delete what was sent and leave the team.

    It is out of the store at once, and out of the team's numbers with the next team rollup. If the
    store is gone, --only-here leaves all the same.
    """
    from aggregator.answers.shared import NoTotals
    from aggregator.team import community
    from aggregator.team import publish as sharing
    from aggregator.team.agreement import is_member
    from aggregator.team.experiments import bring_up_to_date
    from aggregator.team.membership import known_at, team_url
    from aggregator.team.store import open_store
    from cli.results import team as results
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    warnings: list[str] = []
    if member is not None and only_here:
        raise UsageError(
            "--member deletes from the store, and --only-here does not ask it.", "Use one of them."
        )
    if member is not None and not is_member(member):
        raise UsageError("A member's name has 12 hexadecimal digits.", "`team status` shows it.")
    with session.warehouse.reading() as con:
        zone = reporting_zone(con)
        url = None if member is None else team_url(con)
        known = None if url is None else known_at(con, url)
    with spelled():
        if member is not None and url is not None:
            was_there = sharing.forget_member(open_store(url), member, known)
            gone = results.Forgotten(url=url, member=member, left=False, deleted=True)
            line = (
                f"The object of {member} is deleted. The next team rollup counts without it."
                if was_there
                else f"There is no object of {member} at {url}."
            )
        elif only_here:
            behind = sharing.forget_here(session.warehouse)
            joined = behind.joined
            gone = results.Forgotten(
                url=joined.url, member=behind.member or "", left=True, deleted=behind.key is None
            )
            line = f"You have left {joined.team_name} on this machine; nothing more is sent."
            if behind.key is None:
                line += " Nothing had been sent."
            else:
                stays = f"What you had sent stays at {joined.url}/{behind.key}"
                if behind.member is None:
                    stays += ", under a name that is not known here any more."
                else:
                    stays += " and in the team's numbers. Its maintainer can delete it: " + command(
                        "team forget", member=behind.member
                    )
                warnings = [stays]
        else:
            with _or_only_here():
                joined, own = sharing.forget(session.warehouse)
            gone = results.Forgotten(url=joined.url, member=own, left=True, deleted=True)
            line = (
                f"You have left {joined.team_name}; what you had sent is deleted. The next"
                " team rollup counts without it."
            )
    if gone.left:
        # The team's numbers and experiments were shared with a member.
        community.forget(community.folder_of(session.warehouse.path))
        with session.warehouse.writing() as con:
            bring_up_to_date(con, [], joined.team_id)
    tell(
        session,
        "team forget",
        zone,
        results.TeamForget(
            filters=results.ForgetFilters(member=member), data=[gone], totals=NoTotals()
        ),
        lambda: _warned([line, *warnings]),
        warnings=warnings,
        done=line,
    )
