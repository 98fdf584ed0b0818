"""My skills against the community's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

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
from aggregator.parameters import LIMIT, NAME
from aggregator.query import Query, Result
from aggregator.team.comparing import Compared, compared, own_uses
from aggregator.team.shared_rates import Percentiles
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        AdjustedP,
        ChangeHigh,
        ChangeLow,
        Difference,
        Limit,
        MedianDuration,
        NameFilter,
        P95Duration,
        Rate,
        SuccessRate,
        Uses,
    )


class Filters(Struct):
    """What was asked."""

    name: NameFilter | None
    limit: Limit


class Mine(Struct):
    """My own uses in these weeks."""

    total_invocations: Uses
    success_rate: SuccessRate | None
    low: Rate | None
    """Lower bound of the rate's 95% interval (Wilson); null without outcomes."""
    high: Rate | None
    """Upper bound of the rate's 95% interval (Wilson); null without outcomes."""
    p50_duration_ms: MedianDuration | None


class Theirs(Struct):
    """All members' uses, mine among them."""

    members: Members
    total_invocations: Uses
    success_rate: SuccessRate | None
    low: Rate | None
    """Lower bound of the rate's 95% interval, with members as the units; null without."""
    high: Rate | None
    """Upper bound of the rate's 95% interval, with members as the units; null without."""
    p50_duration_ms: MedianDuration | None
    p95_duration_ms: P95Duration | None
    effectiveness_percentile: float | None
    """Share (0..100) of the team's other skills whose rate is surely lower; null without a rate."""


class Row(OfSkill):
    """One of my skills."""

    mine: Mine
    """My own uses."""
    community: Theirs
    """All members' uses, mine among them."""
    expected_rate: Rate | None
    """The community's rate at my types of projects; null where nothing can be compared."""
    shrunken_rate: Rate | None
    """My rate drawn towards expected_rate by how much members differ (empirical Bayes): the better
    guess while I have few outcomes; null where nothing tells how much they do."""
    difference: Difference | None
    """My rate minus the community's of the same types of projects; null: too few known outcomes."""
    difference_low: ChangeLow | None
    difference_high: ChangeHigh | None
    adjusted_p: AdjustedP | None
    """Chance of such a difference if I were like everybody, adjusted for all my skills; null: too
    few known outcomes."""
    verdict: Literal["better", "like the community", "worse", "insufficient data"]
    """How I compare. The community has my own uses in it, so it errs towards no difference."""


class Answer(Struct):
    """My skills against the community's."""

    filters: Filters
    data: list[Row]
    totals: TeamTotals


_ORDER = ("worse", "better", "like the community", "insufficient data")


def baselines(
    con: Connection,
    query: Query,
    *,
    name: str | None = NAME.default,
    limit: Annotated[int, LIMIT] = LIMIT.default,
) -> Result[Answer, Answer]:
    """Each of my skills that the team knows, or one, against all members' uses of it."""
    found, problems = community(con)
    rows: list[Row] = []
    if found is not None:
        # One skill is corrected for as many tests as all of them together.
        every = compared(own_uses(con, query.question, found), found)
        durations = found.durations("all")
        every.sort(key=lambda each: (_ORDER.index(each.verdict), -each.own.uses, each.own.key))
        rows = [
            _row(each, durations.get(each.own.key))
            for each in every
            if name in (None, each.own.key[1])
        ]
    answer = Answer(
        filters=Filters(name=name, limit=limit),
        data=rows[:limit],
        totals=totals(found, query, len(rows)),
    )
    return Result(answer, query, answer, warnings(found, problems, query))


def _row(each: Compared, times: Percentiles | None) -> Row:
    own, cell = each.own, each.cell
    low, high = own.interval or (None, None)
    all_low, all_high = each.interval or (None, None)
    return Row(
        **of_skill(own.key),
        mine=Mine(
            total_invocations=own.uses,
            success_rate=own.rate,
            low=low,
            high=high,
            p50_duration_ms=own.p50_ms,
        ),
        community=Theirs(
            members=cell.members,
            total_invocations=cell.uses,
            success_rate=cell.sums.rate,
            low=all_low,
            high=all_high,
            p50_duration_ms=times.p50_ms if times else None,
            p95_duration_ms=times.p95_ms if times else None,
            effectiveness_percentile=each.percentile,
        ),
        expected_rate=each.expected,
        shrunken_rate=each.drawn,
        difference=each.difference,
        difference_low=each.low,
        difference_high=each.high,
        adjusted_p=each.adjusted_p,
        verdict=each.verdict,
    )
