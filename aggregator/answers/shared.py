"""What the answers of several questions share: filters, counts, rates and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aggregator.answers.struct import Struct

if TYPE_CHECKING:
    from aggregator import changes, measures, outcomes
    from aggregator.answers.fields import (
        Abandoned,
        AdjustedP,
        Amount,
        ChangeHigh,
        ChangeLow,
        ChangeWord,
        Count,
        Difference,
        Failures,
        FirstDay,
        FirstUsed,
        Kind,
        KindFilter,
        KnownOutcomes,
        LastDay,
        LastUsed,
        MeanDuration,
        MedianDuration,
        P95Duration,
        Positive,
        ProjectId,
        ProjectIds,
        ProjectName,
        Rate,
        RateHigh,
        RateLow,
        SinceAt,
        SkillName,
        Successes,
        SuccessRate,
        TagsFilter,
        TypesFilter,
        Unknown,
        Uses,
        Verdict,
        Window,
    )
    from aggregator.calendar import Span
    from aggregator.query import Query


class NoFilters(Struct):
    """Nothing can be asked for."""


class NoTotals(Struct):
    """There is nothing to add up."""


class SpanFilters(Struct):
    """What was asked."""

    window: Window | None
    since: FirstDay | None
    """First day, included; null: from the beginning."""
    until: LastDay | None
    """Last day, included; null: up to now."""
    kind: KindFilter
    projects: ProjectIds | None
    since_at: SinceAt | None = None
    types: TypesFilter | None = None
    tags: TagsFilter | None = None


class DayFilters(Struct):
    """What was asked, about days that are no calendar bucket."""

    window: None
    """Always null: the answer is about days, not about a calendar bucket."""
    since: FirstDay
    until: LastDay
    kind: KindFilter
    projects: ProjectIds | None
    types: TypesFilter | None = None
    tags: TagsFilter | None = None


class OfProject(Struct):
    """Which project a row is about."""

    project_id: ProjectId
    project_name: ProjectName


class EndedUses(Struct):
    """Uses and how they ended."""

    total_invocations: Uses
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    success_rate: SuccessRate | None
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None


class OfName(Struct):
    """Which skill or agent a row is about."""

    kind: Kind
    skill_name: SkillName


class Measures(EndedUses, OfName):
    """What is known of one skill or agent in one group of projects."""

    avg_duration_ms: MeanDuration | None
    p50_duration_ms: MedianDuration | None
    p95_duration_ms: P95Duration | None
    avg_quality_score: float | None
    """Mean quality score; null for skills, and where none was recorded."""
    avg_followup_actions: Amount | None
    """Mean number of follow-up actions of a use; null for agents."""
    projects: Count
    """Distinct projects."""
    sessions: Count
    """Distinct sessions; uses without one do not count."""
    first_used: FirstUsed
    last_used: LastUsed


class ProjectMeasures(Measures, OfProject):
    """What is known of one skill or agent in one project."""


class Place(Struct):
    """The place in a ranking."""

    rank: Positive
    """Place in the ranking, from 1."""
    share: Rate
    """Share of all uses in the answer's span and projects."""


class Ranked(Measures, Place):
    """A row of a ranking."""


class ErrorCount(Struct):
    """An error type and how often it was met."""

    error_type: str
    """The error's type."""
    count: Count
    """How often it was met."""


class SideOfChange(Struct):
    """One of the two spans that are compared."""

    since: FirstDay
    until: LastDay
    total_invocations: Uses
    known_outcomes: KnownOutcomes
    success_rate: SuccessRate | None


class Change(Struct):
    """A success rate against what it was before."""

    verdict: Verdict
    change_in_words: ChangeWord
    change: Difference | None
    """Current rate minus previous rate; null where one of them is missing."""
    change_low: ChangeLow | None
    change_high: ChangeHigh | None
    adjusted_p: AdjustedP | None
    """Chance of such a difference without a change, adjusted for everything compared at once; null:
    too few known outcomes."""
    current: SideOfChange
    """The span itself."""
    previous: SideOfChange
    """The span before."""


def ends(interval: tuple[float, float] | None, name: str = "success_rate") -> dict[str, Any]:
    """The fields of both ends of a rate's interval."""
    low, high = interval or (None, None)
    return {f"{name}_low": low, f"{name}_high": high}


def measures_of(found: measures.Measures, query: Query) -> dict[str, Any]:
    """The fields that every row of measures has."""
    return {
        "kind": found.kind,
        "skill_name": found.skill_name,
        "total_invocations": found.total_invocations,
        "successful_completions": found.successes,
        "failures": found.failures,
        "abandoned": found.abandoned,
        "unknown": found.unknown,
        "success_rate": found.success_rate,
        **ends(found.success_interval),
        "avg_duration_ms": found.avg_duration_ms,
        "p50_duration_ms": found.p50_duration_ms,
        "p95_duration_ms": found.p95_duration_ms,
        "avg_quality_score": found.avg_quality_score,
        "avg_followup_actions": found.avg_followup_actions,
        "projects": found.projects,
        "sessions": found.sessions,
        "first_used": query.local(found.first_used),
        "last_used": query.local(found.last_used),
    }


def project_measures(found: measures.Measures, query: Query) -> ProjectMeasures:
    """The measures of one project."""
    return ProjectMeasures(**query.project(found.group), **measures_of(found, query))


def change_of(change: changes.Change, now: Span, before: Span) -> Change:
    """A change between two spans."""
    from aggregator.changes import ENOUGH, WORDS

    compared = min(change.now.known, change.before.known) >= ENOUGH
    return Change(
        verdict=change.verdict,
        change_in_words=WORDS[change.verdict],
        change=change.change,
        change_low=change.low,
        change_high=change.high,
        adjusted_p=change.adjusted_p if compared else None,
        current=side_of_change(change.now, now),
        previous=side_of_change(change.before, before),
    )


def side_of_change(counts: outcomes.Outcomes, over: Span) -> SideOfChange:
    """One side of a change; its span has a first and a last day."""
    assert over.since is not None
    assert over.until is not None
    return SideOfChange(
        since=over.since,
        until=over.until,
        total_invocations=counts.total_invocations,
        known_outcomes=counts.known,
        success_rate=counts.success_rate,
    )


def kind_of(text: str) -> Kind:
    """The kind that a column of the warehouse holds; its values are checked there."""
    return cast("Kind", text)


def outcome_of(text: str | None) -> Any:
    """What a column of the warehouse holds of a few known words, which are checked there."""
    return text
