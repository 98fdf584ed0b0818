"""What is used together in a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from aggregator.answers.patterns.shared import Scanned, scanned_of, warnings
from aggregator.answers.shared import SpanFilters, kind_of
from aggregator.answers.struct import Struct
from aggregator.parameters import (
    IDLE_MINUTES,
    LIMIT,
    MIN_SESSIONS,
    PAIR_SORT,
    TRIGGER,
    PairSort,
    UseTrigger,
)
from aggregator.query import Query, Result
from aggregator.reports.patterns import pairs as report
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        AdjustedP,
        Amount,
        Count,
        Evidence,
        IdleMinutes,
        Kind,
        Limit,
        PValue,
        Rate,
        Text,
        TriggerFilter,
    )


class Filters(SpanFilters):
    """What was asked."""

    name: str | None
    """The skill or agent of the query; null: all."""
    min_sessions: Annotated[int, MIN_SESSIONS]
    sort: Annotated[PairSort, PAIR_SORT]
    limit: Limit
    idle_minutes: IdleMinutes
    trigger: TriggerFilter | None


class Row(Struct):
    """One row."""

    first_kind: Kind
    first_name: Text
    """Name of the first."""
    second_kind: Kind
    second_name: Text
    """Name of the second."""
    sessions_together: Count
    """Sessions with both."""
    sessions_first: Count
    """Sessions with the first."""
    sessions_second: Count
    """Sessions with the second."""
    support: Rate
    """Share of all sessions that use both."""
    support_low: Rate
    """Lower bound of the share's 95% interval."""
    support_high: Rate
    """Upper bound of the share's 95% interval."""
    lift: Amount
    """Support divided by the product of both shares, over all sessions."""
    expected_sessions: Amount
    """Sessions with both expected by chance, among sessions of the same project with as many
    uses."""
    lift_among_alike: Amount | None
    """Sessions with both divided by those expected; null where none are expected."""
    lift_among_alike_low: Amount | None
    """Lower end of its 95% interval; null as lift_among_alike."""
    lift_among_alike_high: Amount | None
    """Upper end of its 95% interval; null as lift_among_alike."""
    p_value: PValue
    adjusted_p: AdjustedP
    """The p-value adjusted for all possible pairs (Benjamini-Hochberg)."""
    verdict: Literal["together", "no more than chance"]
    """Whether they are used together more often than by chance."""
    evidence: Evidence


class PairsCounted(Struct):
    """How many there are, shown or not."""

    sessions: Count
    """Distinct sessions."""
    names: Count
    """Skills and agents used in enough sessions."""
    pairs_compared: Count
    """Pairs that were compared."""
    common: Count
    """Pairs used together often enough to be listed."""
    together: Count
    """Pairs used together more often than by chance."""


class Totals(Scanned, PairsCounted):
    """Over all rows, shown or not, and what was read."""


class Answer(Struct):
    """What is used together in a session."""

    filters: Filters
    data: list[Row]
    totals: Totals


def pairs(
    con: Connection,
    query: Query,
    *,
    name: str | None = None,
    min_sessions: Annotated[int, MIN_SESSIONS] = MIN_SESSIONS.default,
    sort: PairSort = PAIR_SORT.default,
    limit: Annotated[int, LIMIT] = LIMIT.default,
    idle_minutes: Annotated[int, IDLE_MINUTES] = IDLE_MINUTES.default,
    trigger: UseTrigger | None = TRIGGER.default,
) -> Result[report.Pairs, Answer]:
    """Names used in the same sessions; raises as the report does."""
    query = query.only(trigger=trigger)
    found = report.pairs(
        con,
        query.question,
        name=name,
        min_sessions=min_sessions,
        sort=sort,
        limit=limit,
        idle_minutes=idle_minutes,
    )
    answer = Answer(
        filters=query.filters(
            Filters,
            name=name,
            min_sessions=min_sessions,
            sort=sort,
            limit=limit,
            idle_minutes=idle_minutes,
            trigger=trigger,
        ),
        data=[_row(each, query, idle_minutes) for each in found.rows],
        totals=Totals(
            sessions=found.sessions,
            names=found.names,
            pairs_compared=found.compared,
            common=found.common,
            together=found.together,
            **scanned_of(found.scanned),
        ),
    )
    return Result(found, query, answer, warnings(query, found.scanned))


def _row(found: report.Pair, query: Query, idle_minutes: int) -> Row:
    low, high = found.support_interval
    excess_low, excess_high = found.excess_interval or (None, None)
    return Row(
        first_kind=kind_of(found.first[0]),
        first_name=found.first[1],
        second_kind=kind_of(found.second[0]),
        second_name=found.second[1],
        sessions_together=found.times,
        sessions_first=found.sessions_first,
        sessions_second=found.sessions_second,
        support=found.support,
        support_low=low,
        support_high=high,
        lift=found.lift,
        expected_sessions=found.association.expected,
        lift_among_alike=found.excess,
        lift_among_alike_low=excess_low,
        lift_among_alike_high=excess_high,
        p_value=found.p_value,
        adjusted_p=found.adjusted_p,
        verdict=found.verdict,
        evidence=query.details.of_sessions(query, (found.first[1], found.second[1]), idle_minutes),
    )
