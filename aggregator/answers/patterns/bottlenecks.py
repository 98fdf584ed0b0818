"""Where work is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from aggregator.answers.patterns.shared import Scanned, scanned_of, warnings
from aggregator.answers.shared import SpanFilters, ends, kind_of
from aggregator.answers.struct import Struct
from aggregator.parameters import LIMIT, LOST, TRIGGER, Lost, UseTrigger
from aggregator.query import Query, Result
from aggregator.reports.patterns import bottlenecks as report
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        Abandoned,
        AdjustedP,
        ChangeWord,
        Count,
        Difference,
        Evidence,
        Failures,
        Kind,
        KnownOutcomes,
        Limit,
        PValue,
        Rate,
        RateHigh,
        RateLow,
        SkillName,
        Successes,
        TriggerFilter,
        Unknown,
        Uses,
    )


class Filters(SpanFilters):
    """What was asked."""

    lost: Annotated[Lost, LOST]
    limit: Limit
    trigger: TriggerFilter | None


class MostLost(Struct):
    """The name that loses most uses at a place."""

    kind: Kind
    skill_name: SkillName
    lost: Count
    """Uses that failed or were abandoned."""
    known_outcomes: KnownOutcomes


class Row(Struct):
    """One row."""

    place: Literal["path", "phase"]
    """Whether it is a workflow path or a phase."""
    value: str
    """The workflow path's or the phase's name."""
    total_invocations: Uses
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    lost: Count
    """Uses that failed or were abandoned."""
    known_outcomes: KnownOutcomes
    lost_rate: Rate | None
    """Failed and abandoned uses divided by known outcomes; null without any."""
    lost_rate_low: RateLow | None
    lost_rate_high: RateHigh | None
    known_elsewhere: Count
    """Known outcomes on all other paths, or in all other phases."""
    lost_rate_elsewhere: Rate | None
    """The same elsewhere; null without any."""
    difference: Difference | None
    """Rate here minus elsewhere; null where one of them is missing."""
    difference_low: float | None
    """Lower bound of the difference's 95% interval (Newcombe); null as difference."""
    difference_high: float | None
    """Upper bound of the difference's 95% interval; null as difference."""
    p_value: PValue
    adjusted_p: AdjustedP
    """The p-value adjusted for all places (Benjamini-Hochberg)."""
    verdict: Literal["bottleneck", "not a bottleneck", "insufficient data"]
    """What the comparison says; insufficient data: too few known outcomes."""
    change: ChangeWord
    most_lost: MostLost
    """The name that loses most here."""
    same_names_elsewhere_rate: Rate | None
    """Lost share elsewhere of the skills and agents used here, weighted by their use here; null
    without any."""
    same_names_elsewhere_known: Count
    """Known outcomes here of skills and agents that are also used elsewhere."""
    evidence: Evidence


class PlacesCounted(Struct):
    """How many there are, shown or not."""

    places: Count
    """Paths and phases."""
    bottlenecks: Count
    """Those that lose more than the others."""
    uses_with_path: Count
    """Uses that name a workflow path."""
    uses_with_phase: Count
    """Uses that name a phase."""


class Totals(Scanned, PlacesCounted):
    """Over all rows, shown or not, and what was read."""


class Answer(Struct):
    """Where work is lost."""

    filters: Filters
    data: list[Row]
    totals: Totals


def bottlenecks(
    con: Connection,
    query: Query,
    *,
    lost: Lost = LOST.default,
    limit: Annotated[int, LIMIT] = LIMIT.default,
    trigger: UseTrigger | None = TRIGGER.default,
) -> Result[report.Bottlenecks, Answer]:
    """Workflow paths and phases by what is lost there."""
    query = query.only(trigger=trigger)
    found = report.bottlenecks(con, query.question, lost=lost, limit=limit)
    answer = Answer(
        filters=query.filters(Filters, lost=lost, limit=limit, trigger=trigger),
        data=[_row(each, query) for each in found.rows],
        totals=Totals(
            places=found.places,
            bottlenecks=found.bottlenecks,
            uses_with_path=found.with_path,
            uses_with_phase=found.with_phase,
            **scanned_of(found.scanned),
        ),
    )
    return Result(found, query, answer, warnings(query, found.scanned))


def _row(found: report.Bottleneck, query: Query) -> Row:
    counted = found.outcomes
    kind, name = found.most
    return Row(
        place=found.place,
        value=found.at,
        total_invocations=counted.total_invocations,
        successful_completions=counted.successes,
        failures=counted.failures,
        abandoned=counted.abandoned,
        unknown=counted.unknown,
        lost=found.here.lost,
        known_outcomes=found.here.known,
        lost_rate=found.here.rate,
        **ends(found.here.interval, "lost_rate"),
        known_elsewhere=found.elsewhere.known,
        lost_rate_elsewhere=found.elsewhere.rate,
        difference=found.change,
        difference_low=found.low,
        difference_high=found.high,
        p_value=found.p_value,
        adjusted_p=found.adjusted_p,
        verdict=found.verdict,
        change=report.WORDS[found.verdict],
        most_lost=MostLost(
            kind=kind_of(kind),
            skill_name=name,
            lost=found.most_lost.lost,
            known_outcomes=found.most_lost.known,
        ),
        same_names_elsewhere_rate=found.alike,
        same_names_elsewhere_known=found.alike_known,
        evidence=query.details.of_scope(query, "effectiveness", name, kind),
    )
