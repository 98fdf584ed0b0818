"""What got better or worse in the whole team."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from aggregator import changes as rule
from aggregator.answers.struct import Struct
from aggregator.answers.team.shared import (
    OfSkill,
    TeamTotals,
    community,
    of_skill,
    totals,
    warnings,
)
from aggregator.changes import ENOUGH, LEAST_CHANGE, LEVEL, WORDS
from aggregator.parameters import LIMIT
from aggregator.query import Query, Result
from aggregator.statistics.multiple_testing import adjusted
from aggregator.team.shared_rates import Changed, Community
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        AdjustedP,
        ChangeHigh,
        ChangeLow,
        ChangeWord,
        Count,
        Difference,
        FirstDay,
        KnownOutcomes,
        LastDay,
        Limit,
        SuccessRate,
        Verdict,
    )

LEAST_UNITS = 5
"""Minimum number of members with known outcomes; below it there is no verdict."""


class Filters(Struct):
    """What was asked."""

    limit: Limit


class Side(Struct):
    """Totals of one of the two compared spans."""

    since: FirstDay
    until: LastDay
    known_outcomes: KnownOutcomes
    success_rate: SuccessRate | None


class Row(OfSkill):
    """A skill now and before, each member compared with itself."""

    members: Count
    """Members with a known outcome on either side."""
    current: Side
    """The last four weeks."""
    previous: Side
    """The twelve weeks before."""
    change: Difference | None
    """Current rate minus previous rate."""
    change_low: ChangeLow | None
    change_high: ChangeHigh | None
    adjusted_p: AdjustedP | None
    """Chance of such a difference without a change, adjusted for all skills; null: too few known
    outcomes or members."""
    verdict: Verdict
    change_in_words: ChangeWord


class Answer(Struct):
    """What got better or worse in the whole team."""

    filters: Filters
    data: list[Row]
    totals: TeamTotals


def changes(
    con: Connection, query: Query, *, limit: Annotated[int, LIMIT] = LIMIT.default
) -> Result[Answer, Answer]:
    """The last four weeks against the twelve before, by member; changes first."""
    found, problems = community(con)
    rows = [] if found is None else _rows(found)
    answer = Answer(
        filters=Filters(limit=limit),
        data=rows[:limit],
        totals=totals(found, query, len(rows)),
    )
    return Result(answer, query, answer, warnings(found, problems, query))


def _rows(found: Community) -> list[Row]:
    every = found.changes()
    compared = [each.sums.change if _is_enough(each) else None for each in every]
    tried = [place for place, change in enumerate(compared) if change is not None]
    p_values = [change.p_value for change in compared if change is not None]
    corrected = dict(zip(tried, adjusted(p_values), strict=True))
    header = found.header
    day = timedelta(days=1)
    rows = []
    for place, each in enumerate(every):
        sums, change, p_value = each.sums, compared[place], corrected.get(place)
        verdict = _verdict(None if change is None else change.value, p_value)
        rows.append(
            Row(
                **of_skill(each.key),
                members=sums.units,
                current=Side(
                    since=header.recent_from,
                    until=header.until - day,
                    known_outcomes=sums.known,
                    success_rate=sums.successes / sums.known if sums.known else None,
                ),
                previous=Side(
                    since=header.earlier_from,
                    until=header.recent_from - day,
                    known_outcomes=sums.known_before,
                    success_rate=(
                        sums.successes_before / sums.known_before if sums.known_before else None
                    ),
                ),
                change=None if change is None else change.value,
                change_low=None if change is None else change.low,
                change_high=None if change is None else change.high,
                adjusted_p=p_value,
                verdict=verdict,
                change_in_words=WORDS[verdict],
            )
        )
    rows.sort(key=lambda row: (_ORDER.index(row.verdict), -row.current.known_outcomes))
    return rows


_ORDER = ("degrading", "improving", "stable", "insufficient data")


def _is_enough(each: Changed) -> bool:
    sums = each.sums
    return sums.units >= LEAST_UNITS and min(sums.known, sums.known_before) >= ENOUGH


def _verdict(change: float | None, adjusted_p: float | None) -> rule.Verdict:
    if change is None or adjusted_p is None:
        return "insufficient data"
    if adjusted_p > LEVEL or abs(change) < LEAST_CHANGE:
        return "stable"
    return "improving" if change > 0 else "degrading"
