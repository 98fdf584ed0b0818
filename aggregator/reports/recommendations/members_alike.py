"""What to adopt from one's team: a skill that most members alike use, that works for all, and that
was never used here.

It is read from the copy of the team's numbers on this machine; nothing is asked of the store, and
nobody learns that it was looked at. Without a team it costs one look into an empty table.
"""

from __future__ import annotations

from aggregator.findings.find import every_project
from aggregator.measures import Question
from aggregator.presence import presences
from aggregator.reports.recommendations.recommendation import OfTeam, Rate, Recommendation
from schema.statements import has_rows
from schema.warehouse import Connection

MOST = 3
"""So many at most, even where everything is asked for; `team suggest` lists the rest."""

MOST_UNASKED = 1
"""So many where nobody asked what to adopt."""

WIDELY = 0.5
"""The part of the members alike who use it, at least."""

ENOUGH = 20
"""Known outcomes of all members, at least."""

WORKS = 0.7
"""All of the interval of the team's success rate is above."""


def used_by_members_alike(
    con: Connection, question: Question, *, asked_for: bool
) -> list[Recommendation]:
    """What is used by most of them, first. ``asked_for``: all that may be said, otherwise one.

    Members alike are those of one's own cluster; where the team has no clusters, all members.
    """
    if not has_rows(con, "team_membership"):
        return []
    # Imported here: who is in no team must not wait for it.
    from aggregator.team.shared_rates import community_of
    from aggregator.team.suggesting import suggestions

    community = community_of(con)
    if isinstance(community, str):
        return []
    everywhere = every_project(con, question)
    found = []
    for each in suggestions(con, everywhere, community):
        kind, name, _ = each.cell.key
        interval = each.cell.sums.interval
        if (
            question.kind in ("all", kind)
            and each.share >= WIDELY
            and each.cell.known >= ENOUGH
            and interval is not None
            and interval[0] >= WORKS
        ):
            of_team = OfTeam(
                community.header.team_name, each.basis, each.members, each.of_members, interval
            )
            found.append(
                Recommendation(
                    "adopt",
                    "used by members alike"
                    if each.basis == "members like me"
                    else "used by most members",
                    kind,
                    name,
                    here=Rate(each.cell.successes, each.cell.known),
                    of_team=of_team,
                )
            )
    if not found:
        return []
    used = presences(con, everywhere)
    new = [each for each in found if (each.kind, each.skill_name) not in used]
    return new[: MOST if asked_for else MOST_UNASKED]
