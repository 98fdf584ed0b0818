"""What was offered and passed over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from aggregator.answers.patterns.shared import (
    Elsewhere,
    Scanned,
    elsewhere,
    ended_uses,
    scanned_of,
    warnings,
)
from aggregator.answers.shared import EndedUses, SpanFilters
from aggregator.answers.struct import Struct
from aggregator.parameters import LIMIT, MIN_OFFERED, TRIGGER, UseTrigger
from aggregator.query import Query, Result
from aggregator.reports.patterns import alternatives as report
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        Count,
        Evidence,
        KnownOutcomes,
        Limit,
        Rate,
        SkillName,
        SuccessRate,
        TriggerFilter,
    )


class Filters(SpanFilters):
    """What was asked."""

    min_offered: Annotated[int, MIN_OFFERED]
    limit: Limit
    trigger: TriggerFilter | None


class Row(Struct):
    """One row."""

    skill_name: SkillName
    offered: Count
    """Times it was offered together with something else."""
    taken: Count
    """Times it was chosen."""
    passed_over: Count
    """Times something else was chosen."""
    taken_share: Rate
    """Share of offers in which it was chosen."""
    taken_share_low: Rate
    """Lower bound of the share's 95% interval."""
    taken_share_high: Rate
    """Upper bound of the share's 95% interval."""
    known_outcomes: KnownOutcomes
    """Known outcomes of the uses where it was chosen."""
    success_rate: SuccessRate | None
    mostly_instead: str | None
    """What was chosen instead most often; null: nothing."""
    mostly_instead_times: Count
    """How often that was chosen instead."""
    known_outcomes_instead: Count
    """Known outcomes of what was chosen instead."""
    success_rate_instead: Rate | None
    """Success rate of what was chosen instead; null without known outcomes."""
    evidence: Evidence


class AtRank(Struct):
    """A position in the list of offers."""

    selection_rank: int
    """Position in the list of offers; 1 was offered first."""


class RankCounts(Elsewhere, EndedUses, AtRank):
    """Uses of what was offered at one position."""


class OffersCounted(Struct):
    """How many there are, shown or not."""

    offers: Count
    """Uses with something else to choose from."""
    names: Count
    """Skills and agents that were ever offered."""
    common: Count
    """Those offered at least as often as asked for."""
    by_rank: list[RankCounts]
    """Uses by position in the list of offers."""


class Totals(Scanned, OffersCounted):
    """Over all rows, shown or not, and what was read."""


class Answer(Struct):
    """What was offered and passed over."""

    filters: Filters
    data: list[Row]
    totals: Totals


def alternatives(
    con: Connection,
    query: Query,
    *,
    min_offered: Annotated[int, MIN_OFFERED] = MIN_OFFERED.default,
    limit: Annotated[int, LIMIT] = LIMIT.default,
    trigger: UseTrigger | None = TRIGGER.default,
) -> Result[report.Alternatives, Answer]:
    """Skills least chosen when they were offered, and outcomes by position in the list."""
    question = replace(query.question, kind="skill")
    query = replace(query, question=question).only(trigger=trigger)
    found = report.alternatives(con, query.question, min_offered=min_offered, limit=limit)
    answer = Answer(
        filters=query.filters(Filters, min_offered=min_offered, limit=limit, trigger=trigger),
        data=[_row(each, query) for each in found.rows],
        totals=Totals(
            offers=found.offers,
            names=found.names,
            common=found.common,
            by_rank=[
                RankCounts(
                    selection_rank=each.rank,
                    **ended_uses(each.outcomes),
                    **elsewhere(each.contrast),
                )
                for each in found.ranks
            ],
            **scanned_of(found.scanned),
        ),
    )
    return Result(found, query, answer, warnings(query, found.scanned))


def _row(found: report.Offered, query: Query) -> Row:
    low, high = found.share_interval
    used = found.name if found.taken or found.instead is None else found.instead
    return Row(
        skill_name=found.name,
        offered=found.offered,
        taken=found.taken,
        passed_over=found.passed,
        taken_share=found.share,
        taken_share_low=low,
        taken_share_high=high,
        known_outcomes=found.when_taken.known,
        success_rate=found.when_taken.success_rate,
        mostly_instead=found.instead,
        mostly_instead_times=found.instead_times,
        known_outcomes_instead=found.when_passed.known,
        success_rate_instead=found.when_passed.success_rate,
        evidence=query.details.of_scope(query, "effectiveness", used, "skill"),
    )
