"""Skills that go together in the team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.answers.shared import kind_of
from aggregator.answers.struct import Struct
from aggregator.answers.team.shared import NoTeamFilters, TeamTotals, community, totals, warnings
from aggregator.query import Query, Result
from aggregator.team.clusters import LEAST_MEMBERS
from aggregator.team.comparing import uses_by_name
from aggregator.team.shared_rates import Community
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import Count, Kind, Positive, SkillName


class Adopted(Struct):
    """A skill of a cluster."""

    kind: Kind
    skill_name: SkillName
    members: Count | None
    """How many of the cluster's members use it; null: too few to be shown."""


class Row(Struct):
    """Skills that the same members use."""

    cluster: Positive
    """Number of the cluster; those of most skills first."""
    members: Count | None
    """Members who use its skills more than others do; null: too few to be shown."""
    is_mine: bool
    """Whether my own uses are most like this one; found on this machine, and told to nobody."""
    skills: list[Adopted]
    """Its skills, those that most of its members use first."""


class Answer(Struct):
    """Skills that go together in the team."""

    filters: NoTeamFilters
    data: list[Row]
    totals: TeamTotals


def clusters(con: Connection, query: Query) -> Result[Answer, Answer]:
    """Groups of skills that the same members use, and the one that is mine."""
    found, problems = community(con)
    rows = [] if found is None else _rows(con, query, found)
    answer = Answer(filters=NoTeamFilters(), data=rows, totals=totals(found, query, len(rows)))
    notes = warnings(found, problems, query)
    if found is not None and found.header.members < LEAST_MEMBERS:
        notes.append(
            f"There are no clusters below {LEAST_MEMBERS} members: they would often be wrong."
        )
    elif found is not None and not rows:
        notes.append("No skills of this team surely go together more often than by chance.")
    return Result(answer, query, answer, notes)


def _rows(con: Connection, query: Query, found: Community) -> list[Row]:
    groups = found.clusters
    if not groups:
        return []
    mine = found.my_cluster(uses_by_name(con, query.question, found))
    adopted = {(number, (kind, skill)): n for number, _, kind, skill, n in found.adoption}
    sizes = {number: size for number, size, *_ in found.adoption}
    rows = []
    for number, group in enumerate(groups):
        skills = sorted(group, key=lambda skill: (-adopted.get((number, skill), 0), skill))
        rows.append(
            Row(
                cluster=number + 1,
                members=sizes.get(number),
                is_mine=number == mine,
                skills=[
                    Adopted(
                        kind=kind_of(skill[0]),
                        skill_name=skill[1],
                        members=adopted.get((number, skill)),
                    )
                    for skill in skills
                ],
            )
        )
    return rows
