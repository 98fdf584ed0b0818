"""What members like oneself use and oneself does not."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures import Question
from aggregator.reports.recommendations.recommendation import Basis
from aggregator.team.clusters import LEAST_MEMBERS, Skill
from aggregator.team.comparing import uses_by_name
from aggregator.team.shared_rates import Community
from aggregator.team.showing import Rated
from schema.warehouse import Connection


@dataclass(frozen=True)
class Suggestion:
    """A skill, with the whole team's ``cell`` of it; ``members`` of ``of_members`` use it."""

    cell: Rated
    basis: Basis
    members: int
    of_members: int

    @property
    def share(self) -> float:
        return min(1.0, self.members / self.of_members)


def suggestions(con: Connection, question: Question, community: Community) -> list[Suggestion]:
    """What is used by most of these members, first; nothing that was used here.

    Whom the uses here are like is found here. Without clusters it is what most members use.
    """
    own = uses_by_name(con, question, community)
    # Of one skill, the stratum with more members says how well it works.
    cells: dict[Skill, Rated] = {}
    for cell in sorted(community.whole.values(), key=lambda cell: cell.members):
        cells[cell.key[:2]] = cell
    mine = community.my_cluster(own)
    if mine is None:
        found = [
            Suggestion(cell, "all members", cell.members, community.header.members)
            for skill, cell in cells.items()
            if skill not in own
        ]
    else:
        found = [
            Suggestion(cells[kind, skill], "members like me", members, size)
            for number, size, kind, skill, members in community.adoption
            if number == mine and (kind, skill) not in own and (kind, skill) in cells
        ]
    return sorted(found, key=lambda each: (-each.members, each.cell.key))


def why_none(con: Connection, question: Question, community: Community) -> str:
    """Why there is nothing to be suggested, in sentences."""
    header = community.header
    if not community.whole:
        return (
            "No skill or agent is used by enough members to be shown yet: it takes"
            f" {header.least_members}."
        )
    if community.my_cluster(uses_by_name(con, question, community)) is not None:
        return "Nothing new: you use everything that is shown of members like you."
    if header.members < LEAST_MEMBERS:
        compared = f"below {LEAST_MEMBERS} members there are no clusters"
    elif not community.clusters:
        compared = "this team has no clusters"
    else:
        compared = "you are in no cluster"
    return (
        "Nothing new: you use everything that is shown of this team. All members were compared,"
        f" because {compared}."
    )
