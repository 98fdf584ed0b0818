"""What the answers about a team share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from aggregator.answers.shared import kind_of
from aggregator.answers.struct import Struct
from aggregator.query import Query
from aggregator.team.shared_rates import OLD, Community, community_of
from aggregator.team.showing import Key
from aggregator.text import age
from schema.spelling import command
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import Kind, SkillName

Measured: TypeAlias = Annotated[
    Literal["writer", "transcript"],
    "What told the outcomes: the projects' own files, or transcripts. Never mixed.",
]
Members: TypeAlias = Annotated[int, "Members who used it; never fewer than the agreement says."]


class OfSkill(Struct):
    """Which skill or agent a row is about."""

    kind: Kind
    skill_name: SkillName
    measured: Measured


class TeamTotals(Struct):
    """The team's rollup that the rows are from."""

    team_name: str | None
    """The team's name; null: this warehouse is in no team, or no team rollup was fetched."""
    published_at: datetime | None
    """When the team's rollup was published; null as team_name."""
    age_s: int | None
    """Seconds since then; null as team_name."""
    team_members: int | None
    """Members that were counted; null as team_name."""
    since: date | None
    """First day of the weeks that rates are of; null as team_name."""
    until: date | None
    """Last day of these weeks; null as team_name."""
    listed: int
    """Rows there are, shown or not."""


class NoTeamFilters(Struct):
    """Nothing can be asked for."""


def of_skill(key: Key) -> dict[str, Any]:
    """The fields that say which skill a row is about."""
    return {"kind": kind_of(key[0]), "skill_name": key[1], "measured": key[2]}


def community(con: Connection) -> tuple[Community | None, list[str]]:
    """The community that is known here, or None and what to do first."""
    found = community_of(con)
    return (None, [found]) if isinstance(found, str) else (found, [])


def totals(found: Community | None, query: Query, listed: int) -> TeamTotals:
    """Team, age and weeks of the rollup."""
    if found is None:
        return TeamTotals(
            team_name=None,
            published_at=None,
            age_s=None,
            team_members=None,
            since=None,
            until=None,
            listed=listed,
        )
    header = found.header
    return TeamTotals(
        team_name=header.team_name,
        published_at=query.local(header.published_at),
        age_s=max(0, int((query.question.now - header.published_at).total_seconds())),
        team_members=header.members,
        since=header.baseline_from,
        until=header.until - timedelta(days=1),
        listed=listed,
    )


def warnings(found: Community | None, problems: Sequence[str], query: Query) -> list[str]:
    """What to do first, or that the rollup is old."""
    if found is None:
        return list(problems)
    published = found.header.published_at
    if query.question.now - published <= OLD:
        return []
    return [
        f"The latest team rollup that is known here is from {age(published, query.question.now)}:"
        f" {command('refresh')}"
    ]


def about(totals: TeamTotals, now: datetime) -> str:
    """The line below an answer: whose numbers these are, and how old."""
    if totals.team_name is None or totals.published_at is None:
        return ""
    return (
        f"{totals.team_name}: {totals.team_members:,} members, {totals.since} to {totals.until} |"
        f" team rollup {age(totals.published_at, now)}"
    )
