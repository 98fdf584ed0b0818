"""What follows what within a session."""

from __future__ import annotations

from typing import Annotated, Literal

from aggregator.answers.fields import (
    Amount,
    Count,
    Evidence,
    IdleMinutes,
    Kind,
    Limit,
    Milliseconds,
    Rate,
    Text,
    TriggerFilter,
)
from aggregator.answers.patterns.shared import (
    Elsewhere,
    Scanned,
    elsewhere,
    ended_uses,
    scanned_of,
    warnings,
)
from aggregator.answers.shared import EndedUses, SpanFilters, kind_of
from aggregator.answers.struct import Struct
from aggregator.parameters import IDLE_MINUTES, LIMIT, MIN_TIMES, REPEATS, TRIGGER, UseTrigger
from aggregator.query import Query, Result
from aggregator.reports.patterns import transitions as report
from schema.warehouse import Connection


class Filters(SpanFilters):
    """What was asked."""

    name: str | None
    """The skill or agent of the query; null: all."""
    min_times: Annotated[int, MIN_TIMES]
    limit: Limit
    repeats: Annotated[bool, REPEATS]
    idle_minutes: IdleMinutes
    trigger: TriggerFilter | None


class Pair(Struct):
    """What follows what."""

    first_kind: Kind
    first_name: Text
    """Name of the first."""
    then_kind: Kind
    then_name: Text
    """Name of the second."""
    times: Count
    """How often the second followed."""
    followed: Count
    """Uses of the first name after which the session went on."""
    share: Rate
    """Share of these uses after which the second followed."""
    share_low: Rate
    """Lower bound of the share's 95% interval."""
    share_high: Rate
    """Upper bound of the share's 95% interval."""
    median_gap_ms: Milliseconds | None
    """Median milliseconds between the two starts; null without any."""
    simultaneous: Count
    """Pairs that started at the same moment, ordered by name."""


class Ended(Elsewhere, EndedUses, Pair):
    """How the second ends, here and elsewhere."""


class InOrder(Struct):
    """How often the second follows, against random order within each session; null of one that
    follows itself."""

    times_in_order: Count | None
    """How often it followed where the order is certain: nothing else began at the same moment."""
    expected_in_order: Amount | None
    """How often it would follow directly if the uses of each session were in random order."""
    sessions_in_order: Count | None
    """Sessions in which it followed."""
    adjusted_p_in_order: Amount | None
    """P-value that it follows no more often than in random order, adjusted for every two names."""
    follows: Literal["more than chance", "no more than chance"] | None
    """Whether it follows more often than in random order."""
    usual_next: bool
    """Whether it follows more than chance, and after at least half of the uses of the first."""


class Row(InOrder, Ended):
    """One transition."""

    evidence: Evidence


class TransitionsCounted(Struct):
    """How many there are, shown or not."""

    transitions: Count
    """Different transitions."""
    common: Count
    """Transitions seen at least as often as asked for."""
    marked: Count
    """Transitions after which something works better or worse."""
    more_than_chance: Count
    """Transitions that are more frequent than in random order."""
    repeats: Count
    """Uses that followed one of the same name; among transitions only if repeats were asked for."""


class Totals(Scanned, TransitionsCounted):
    """Over all rows, shown or not, and what was read."""


class Answer(Struct):
    """What follows what within a session."""

    filters: Filters
    data: list[Row]
    totals: Totals


def transitions(
    con: Connection,
    query: Query,
    *,
    name: str | None = None,
    min_times: Annotated[int, MIN_TIMES] = MIN_TIMES.default,
    limit: Annotated[int, LIMIT] = LIMIT.default,
    repeats: bool = REPEATS.default,
    idle_minutes: Annotated[int, IDLE_MINUTES] = IDLE_MINUTES.default,
    trigger: UseTrigger | None = TRIGGER.default,
) -> Result[report.Transitions, Answer]:
    """What is used next, and how well it then works; raises as the report does."""
    query = query.only(trigger=trigger)
    found = report.transitions(
        con,
        query.question,
        name=name,
        min_times=min_times,
        limit=limit,
        repeats=repeats,
        idle_minutes=idle_minutes,
    )
    answer = Answer(
        filters=query.filters(
            Filters,
            name=name,
            min_times=min_times,
            limit=limit,
            repeats=repeats,
            idle_minutes=idle_minutes,
            trigger=trigger,
        ),
        data=[_row(each, query, idle_minutes) for each in found.rows],
        totals=Totals(
            transitions=found.total,
            common=found.common,
            marked=found.marked,
            more_than_chance=found.habits,
            repeats=found.repeats,
            **scanned_of(found.scanned),
        ),
    )
    return Result(found, query, answer, warnings(query, found.scanned))


def _row(found: report.Transition, query: Query, idle_minutes: int) -> Row:
    low, high = found.share_interval
    order = found.order
    return Row(
        first_kind=kind_of(found.first[0]),
        first_name=found.first[1],
        then_kind=kind_of(found.then[0]),
        then_name=found.then[1],
        times=found.times,
        followed=found.followed,
        share=found.share,
        share_low=low,
        share_high=high,
        median_gap_ms=found.gap_ms,
        simultaneous=found.simultaneous,
        **ended_uses(found.outcomes),
        **elsewhere(found.contrast),
        times_in_order=None if order is None else order.association.observed,
        expected_in_order=None if order is None else order.association.expected,
        sessions_in_order=None if order is None else order.sessions,
        adjusted_p_in_order=None if order is None else order.adjusted_p,
        follows=None if order is None else order.follows,
        usual_next=found.is_usual,
        evidence=query.details.of_sessions(query, (found.first[1], found.then[1]), idle_minutes),
    )
