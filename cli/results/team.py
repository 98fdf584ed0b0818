"""Founding a team, joining one, and what leaves this machine."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal, cast

from aggregator.answers.shared import NoFilters, NoTotals
from aggregator.answers.struct import Struct
from aggregator.query import local
from aggregator.team.counted import Counter, Reason
from aggregator.team.publish import State

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        ONE,
        Bounds,
        Count,
        Kind,
        Length,
        Positive,
        SkillName,
        Uses,
    )
    from aggregator.team import counters, publish
    from aggregator.team.agreement import Agreement as TeamAgreement
    from aggregator.team.counted import Counted
    from aggregator.team.membership import Membership


class TeamCategory(Struct):
    """A category of the agreement."""

    category: str
    """Its name."""
    patterns: list[str]
    """Names of skills, with * for any characters."""


class Agreement(Struct):
    """What a team has agreed to share."""

    url: str
    """The team's folder or bucket."""
    team_id: str
    """The team's id: 16 hexadecimal digits."""
    team_name: str
    """The team's name."""
    skills: list[str]
    """Patterns of the names of skills and agents that may be shared."""
    project_types: list[str]
    """Types of projects that may be named; all others are (other)."""
    teams: list[str]
    """The parts of the team; each member is in one."""
    least_members: Positive
    """How many members every published number stands for, at least."""
    categories: list[TeamCategory]
    """Categories of skills."""
    weeks: Positive
    """For how many weeks back members publish."""
    baseline_weeks: Positive
    """Over how many of the last weeks members are compared with all."""
    members: list[str] | None
    """The members that are counted; null: all."""


class InitFilters(Struct):
    """What was asked."""

    url: str
    """The team's folder or bucket."""


class InitTotals(Struct):
    """What it means."""

    created: bool
    """Whether the team is new."""
    wider: list[str]
    """What members have to confirm before they publish again; empty: nothing."""
    rights: list[str]
    """The rights to set, line by line."""


class TeamInit(Struct):
    """The agreement of a team as it is in its store now."""

    filters: InitFilters
    data: Annotated[list[Agreement], ONE]
    totals: InitTotals


class CounterRow(Struct):
    """A counter, as it is sent: a row of the file."""

    member: str
    """Your name in this team: 12 hexadecimal digits."""
    team: str
    """The part of the team you are in."""
    week: date
    """Monday of the week, in your reporting zone."""
    kind: Kind
    skill: SkillName
    project_type: str
    """A type that the agreement lists, or (other)."""
    measured: Literal["writer", "transcript"]
    """Whether the project's own files or transcripts recorded it."""
    counter: Counter
    """What is counted."""
    bucket: Annotated[int, Bounds(0, 400)] | None
    """Of durations: floor(8 x log2(microseconds)); null: of other counters."""
    uses: Positive
    """How many; of follow-up actions their sum."""


class LeftOut(Struct):
    """A skill or agent that was used, and is not sent."""

    kind: Kind
    skill_name: SkillName
    total_invocations: Uses
    reason: Reason
    """withheld: by you; not in the agreement; unreadable name: it has characters that cannot be
    seen or told apart; source unknown: archived days of which it is not known where they were read;
    too many uses: more in a week, or in all later ones, than a team rollup takes; too many skills:
    only the 2,000 used most are sent."""


class MemberFilters(Struct):
    """Your membership, as the rows were made for it."""

    url: str
    """The team's folder or bucket."""
    team: str
    """The part of the team you are in."""
    since: date
    """Monday of the first week that may be sent."""
    withheld: list[str]
    """Patterns of names that are never sent."""


class PreviewTotals(Struct):
    """The file, and what stays."""

    team_name: str
    """The team's name."""
    team_id: str
    """The team's id."""
    member: str
    """Your name in this team, also that of the object in its store."""
    joined: bool
    """Whether this warehouse is a member: without, nothing is ever sent."""
    would_send: bool
    """Whether a publish would send these rows."""
    refused: str | None
    """Why it would not; null: it would, or they were sent already."""
    rows: Count
    """Rows of the file."""
    size_bytes: Count
    """Its size."""
    sha256: Annotated[str, Length(64)]
    """Its SHA-256: a file with this digest is what would be sent, byte for byte."""
    first_week: date | None
    """Monday of its first week; null: no rows."""
    last_week: date | None
    """Monday of its last week; null: no rows."""
    weeks_dropped: Count
    """Oldest weeks that no longer fit into a file."""
    wider: list[str]
    """What the agreement allows beyond what you confirmed last."""
    left_out: list[LeftOut]
    """Skills and agents that were used in these weeks and are not sent."""


class TeamPreview(Struct):
    """The very rows that a publish sends."""

    filters: MemberFilters
    data: list[CounterRow]
    totals: PreviewTotals


class JoinTotals(Struct):
    """The agreement that was confirmed, and the file."""

    agreement: Agreement
    """What was agreed to."""
    preview: PreviewTotals
    """The file that the next publish sends, and what stays."""


class TeamJoin(Struct):
    """The rows that will be sent from now on."""

    filters: MemberFilters
    data: list[CounterRow]
    totals: JoinTotals


class PublishedFile(Struct):
    """What a publish did."""

    state: State
    """sent; unchanged: it was sent before; nothing to send; deleted: nothing may be sent any more,
    and what was there is deleted."""
    url: str
    """The team's folder or bucket."""
    member: str
    """Your name in this team."""
    rows: Count
    """Rows of the file."""
    size_bytes: Count
    """Its size."""
    sha256: str | None
    """Its SHA-256; null: there is none."""
    published_at: datetime | None
    """When it was sent; null: never."""


class PublishTotals(Struct):
    """What stays."""

    left_out: list[LeftOut]
    """Skills and agents that were used in these weeks and are not sent."""


class TeamPublish(Struct):
    """What was sent."""

    filters: NoFilters
    data: Annotated[list[PublishedFile], ONE]
    totals: PublishTotals


class ForgetFilters(Struct):
    """What was asked."""

    member: str | None
    """The member whose object a maintainer deletes; null: yourself."""


class Forgotten(Struct):
    """An object that is no longer in the store."""

    url: str
    """The team's folder or bucket."""
    member: str
    """The member whose it was."""
    left: bool
    """Whether this warehouse has left the team."""
    deleted: bool
    """Whether nothing of it is in the store any more; false: what was sent stays there."""


class TeamForget(Struct):
    """What was deleted."""

    filters: ForgetFilters
    data: list[Forgotten]
    totals: NoTotals


class Joined(Struct):
    """The team that this warehouse is a member of."""

    url: str
    """The team's folder or bucket."""
    team_name: str
    """The team's name."""
    team_id: str
    """The team's id."""
    team: str
    """The part of the team you are in."""
    member: str
    """Your name in this team."""
    since: date
    """Monday of the first week that may be sent."""
    withheld: list[str]
    """Patterns of names that are never sent."""
    joined_at: datetime
    """When you joined."""
    confirmed_at: datetime
    """When you confirmed the agreement last."""
    published_at: datetime | None
    """When counters were sent last; null: never."""
    rows: Count
    """Rows of what was sent last."""
    size_bytes: Count
    """Its size."""
    attempted_at: datetime | None
    """When sending was last tried; null: never."""
    problem: str | None
    """Why that failed; null: it did not."""


class RefusedFile(Struct):
    """A member's file that the last rollup on this machine refused."""

    member: str
    """The member."""
    reason: str
    """Why."""


class StatusTotals(Struct):
    """The last rollup that this machine knows of."""

    switched_off: bool
    """Whether SKILLHOUSE_TEAM silences teams here."""
    last_rollup: str | None
    """Its run; null: none is known here."""
    last_rollup_at: datetime | None
    """When it was published; null: none is known here."""
    engine: str | None
    """What counted it; null: none is known here."""
    members: Count | None
    """Members it counted; null: none is known here."""
    refused: list[RefusedFile]
    """Files refused by the last rollup made on this machine; empty where none was made."""


class TeamStatus(Struct):
    """Your membership, if any."""

    filters: NoFilters
    data: list[Joined]
    totals: StatusTotals


def agreement_of(url: str, found: TeamAgreement) -> Agreement:
    """The agreement in the fields of JSON."""
    return Agreement(
        url=url,
        team_id=found.team_id,
        team_name=found.name,
        skills=list(found.skills),
        project_types=list(found.project_types),
        teams=list(found.teams),
        least_members=found.least_members,
        categories=[
            TeamCategory(category=name, patterns=list(patterns))
            for name, patterns in found.categories.items()
        ],
        weeks=found.weeks,
        baseline_weeks=found.baseline_weeks,
        members=None if found.members is None else list(found.members),
    )


def filters_of(entry: Membership) -> MemberFilters:
    """The membership for which rows were made."""
    return MemberFilters(
        url=entry.url, team=entry.team, since=entry.since, withheld=list(entry.withheld)
    )


def rows_of(found: counters.Outgoing) -> list[CounterRow]:
    """The rows of the file."""
    return [CounterRow(**row._asdict()) for row in found.rows]


def left_out_of(found: Counted) -> list[LeftOut]:
    """What stays."""
    return [
        LeftOut(
            kind=cast("Kind", each.kind),
            skill_name=each.skill_name,
            total_invocations=each.uses,
            reason=each.reason,
        )
        for each in found.left_out
    ]


def preview_totals(
    found: counters.Outgoing,
    entry: Membership,
    *,
    joined: bool,
    refused: str | None = None,
    wider: tuple[str, ...] = (),
) -> PreviewTotals:
    """The file, and what stays."""
    weeks = sorted({row.week for row in found.rows})
    is_sent = entry.sent is not None and entry.sent.digest == found.digest
    return PreviewTotals(
        team_name=entry.agreement.name,
        team_id=entry.team_id,
        member=found.member,
        joined=joined,
        would_send=joined and refused is None and bool(found.row_count) and not is_sent,
        refused=refused,
        rows=found.row_count,
        size_bytes=found.size_bytes,
        sha256=found.digest,
        first_week=weeks[0] if weeks else None,
        last_week=weeks[-1] if weeks else None,
        weeks_dropped=found.weeks_dropped,
        wider=list(wider),
        left_out=left_out_of(found),
    )


def published_of(done: publish.Published) -> PublishedFile:
    """What a publish did."""
    sent = done.entry.published
    is_there = done.state in ("sent", "unchanged")
    return PublishedFile(
        state=done.state,
        url=done.entry.url,
        member=done.counted.member,
        rows=done.counted.row_count,
        size_bytes=done.counted.size_bytes if is_there else 0,
        sha256=done.counted.digest if is_there else None,
        published_at=None if sent is None else local(sent.at, done.zone),
    )


def joined_of(entry: Membership, member: str, zone: str) -> Joined:
    """The membership."""
    sent = entry.published
    return Joined(
        url=entry.url,
        team_name=entry.agreement.name,
        team_id=entry.team_id,
        team=entry.team,
        member=member,
        since=entry.since,
        withheld=list(entry.withheld),
        joined_at=local(entry.joined_at, zone),
        confirmed_at=local(entry.confirmed_at, zone),
        published_at=None if sent is None else local(sent.at, zone),
        rows=0 if sent is None else sent.rows,
        size_bytes=0 if sent is None else sent.size_bytes,
        attempted_at=None if entry.attempted_at is None else local(entry.attempted_at, zone),
        problem=entry.problem,
    )
