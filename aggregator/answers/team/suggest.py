"""What members like me use and I do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from aggregator.answers.shared import ends
from aggregator.answers.struct import Struct
from aggregator.answers.team.shared import (
    Members,
    OfSkill,
    TeamTotals,
    community,
    of_skill,
    totals,
    warnings,
)
from aggregator.parameters import ADVICE_LIMIT
from aggregator.query import Query, Result
from aggregator.team.suggesting import suggestions, why_none
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import Count, Limit, Positive, Rate, SuccessRate


class Filters(Struct):
    """What was asked."""

    limit: Limit


class Row(OfSkill):
    """A skill that I did not use in these weeks."""

    rank: Positive
    """Place in the order of how many use it, from 1."""
    basis: Literal["members like me", "all members"]
    """Whose uses it is suggested for; all members where the team has no clusters, or I am in
    none."""
    members: Members
    """How many of these members use it."""
    of_members: Count
    """How many these members are."""
    share: Rate
    """members divided by of_members."""
    success_rate: SuccessRate | None
    """The whole team's rate."""
    success_rate_low: float | None
    """Lower bound of the rate's 95% interval, with members as the units; null without."""
    success_rate_high: float | None
    """Upper bound of the rate's 95% interval, with members as the units; null without."""


class Answer(Struct):
    """What members like me use and I do not."""

    filters: Filters
    data: list[Row]
    totals: TeamTotals


def suggest(
    con: Connection, query: Query, *, limit: Annotated[int, ADVICE_LIMIT] = ADVICE_LIMIT.default
) -> Result[Answer, Answer]:
    """What members whose uses are like mine have and I do not; nobody is told who they are."""
    found, problems = community(con)
    listed = [] if found is None else suggestions(con, query.question, found)
    rows = [
        Row(
            **of_skill(each.cell.key),
            rank=rank,
            basis=each.basis,
            members=each.members,
            of_members=each.of_members,
            share=each.share,
            success_rate=each.cell.sums.rate,
            **ends(each.cell.sums.interval),
        )
        for rank, each in enumerate(listed[:limit], start=1)
    ]
    answer = Answer(
        filters=Filters(limit=limit),
        data=rows,
        totals=totals(found, query, len(listed)),
    )
    notes = warnings(found, problems, query)
    if found is not None and not listed:
        notes.append(why_none(con, query.question, found))
    return Result(answer, query, answer, notes)
