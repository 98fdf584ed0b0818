"""What to do next."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from aggregator.answers.advice import Wording
from aggregator.answers.shared import ends, kind_of
from aggregator.answers.struct import Struct
from aggregator.answers.verdicts import (
    Comparison,
    Renamed,
    Where,
    comparison,
    renamed,
    where_of,
)
from aggregator.parameters import ACTION, ADVICE_LIMIT, Action
from aggregator.query import Query, Result
from aggregator.reports.recommendations import evidence as basis
from aggregator.reports.recommendations import recommend as report
from aggregator.reports.recommendations import recommendation
from aggregator.reports.recommendations.optimizer import Advice
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        ChangeHigh,
        ChangeLow,
        Count,
        Difference,
        Evidence,
        FirstDay,
        Kind,
        KindFilter,
        KnownOutcomes,
        LastDay,
        Limit,
        Positive,
        ProjectId,
        ProjectIds,
        ProjectName,
        PValue,
        Rate,
        RateHigh,
        RateLow,
        SkillName,
        SuccessRate,
        TagsFilter,
        TypesFilter,
    )


class Filters(Struct):
    """What was asked."""

    window: None
    """Always null: the answer is about days, not about a calendar bucket."""
    since: FirstDay | None
    """First of the days the recommendations are based on."""
    until: LastDay | None
    """Last of the days the recommendations are based on: the last complete one."""
    kind: KindFilter
    projects: ProjectIds | None
    types: TypesFilter | None = None
    tags: TagsFilter | None = None
    action: Action | None
    """The one action asked for; null: all, and the optimizers' recommendations."""
    limit: Limit


class CopyFrom(Struct):
    """A file that can be copied."""

    project_id: ProjectId
    project_name: ProjectName
    path: str
    """The file, relative to the project."""


class Row(Struct):
    """One of skillhouse's own, in order of rank; or after these an optimizer's, unchecked."""

    origin: Literal["skillhouse", "optimizer"]
    """Who recommends it: skillhouse, or an optimizer of the project."""
    rank: Positive | None = None
    """Place in the order of effect; null for an optimizer's."""
    action: Action | None = None
    """The follow-up action."""
    reason: recommendation.Reason | None = None
    """Why it needs attention."""
    kind: Kind
    skill_name: SkillName
    project_id: ProjectId | None
    """The project to do it in; null: wherever it is used."""
    project_name: ProjectName | None
    """That project's name; null: wherever it is used."""
    statement: str
    """The reason in a sentence, with its numbers; for an optimizer's, its message."""
    known_outcomes: KnownOutcomes | None = None
    """Known outcomes behind success_rate; null where a rate is not the reason."""
    success_rate: SuccessRate | None = None
    """The rate the recommendation is about: now, there, or for adopt in similar projects or in your
    whole team."""
    success_rate_low: RateLow | None = None
    success_rate_high: RateHigh | None = None
    compared_known_outcomes: Count | None = None
    """Known outcomes behind compared_success_rate; null where nothing is compared."""
    compared_success_rate: Rate | None = None
    """The rate it is compared with: before, elsewhere, or the others of its kind."""
    change: Difference | None = None
    """success_rate minus compared_success_rate."""
    change_low: ChangeLow | None = None
    change_high: ChangeHigh | None = None
    p_value: PValue | None = None
    """p-value of no difference, adjusted for all comparisons of its rule; null where an interval
    is the reason."""
    effect: Literal["fewer failures", "more successes"] | None = None
    """What doing it is expected to bring; null where that cannot be estimated."""
    effect_a_month: float | None = None
    """How many of them in 30 days, at the present pace; null as effect."""
    effect_low: float | None = None
    """Lower bound of the effect's 95% interval; null as effect."""
    effect_high: float | None = None
    """Upper bound of the effect's 95% interval; null as effect."""
    where: Where | None = None
    """The group that the finding is about; null where there is none."""
    comparison: Comparison | None = None
    """What every command says of the skill or agent; null for an optimizer's."""
    places: list[str | None]
    """Names of the projects, or workflow paths, where it fails or, for adopt, works; null in the
    list: uses without a path."""
    last_day: date | None = None
    """The last day of use, for what is unused; otherwise null."""
    unused_days: Count | None = None
    """Days since the last day of use; null as last_day."""
    basis: recommendation.Basis | None = None
    """Whose uses in your team it is adopted for; null where it is not from your team."""
    members: Count | None = None
    """How many of these members use it, never fewer than the agreement says; null as basis."""
    of_members: Count | None = None
    """How many these members are; null as basis."""
    copy_from: list[CopyFrom]
    """Files of what is to be adopted, in projects where it works; empty where it has none."""
    listing_characters: Count | None = None
    """What a file that was never used takes of what an agent's model is shown, or null."""
    evidence: Evidence
    recommended_at: datetime | None = None
    """When an optimizer wrote it; null for skillhouse's own."""
    metrics_count: int | None = None
    """How many executions the optimizer based it on; null for skillhouse's own."""
    advice_type: str | None = None
    """As the optimizer wrote it; null for skillhouse's own."""
    priority: str | None = None
    """As the optimizer wrote it; null for skillhouse's own."""
    expected_impact: float | None = None
    """As the optimizer wrote it, in its own unit; null for skillhouse's own."""


class Totals(Struct):
    """Over all rows, shown or not."""

    recommendations: Count
    """Skillhouse's own, shown or not."""
    by_action: dict[Action, Count]
    """Number of recommendations by action."""
    optimizer_recommendations: Count
    """Recommendations of the projects' optimizers."""
    names: Count
    """Skills and agents with a known outcome in these days."""
    names_judged: Count
    """Those with enough known outcomes to be judged."""
    known_outcomes: KnownOutcomes
    """Known outcomes in these days."""
    recent_since: date
    """First of the recent days."""
    recent_until: date
    """Last of the recent days."""
    earlier_since: date
    """First of the earlier days."""
    earlier_until: date
    """Last of the earlier days."""
    renames: list[Renamed]
    """Skills and agents that were given another name in these projects."""


class Answer(Struct):
    """What to do next."""

    filters: Filters
    data: list[Row]
    totals: Totals


ACTIONS_IN_ORDER: tuple[Action, ...] = ("fix", "split", "adopt", "watch", "retire")


def recommend(
    con: Connection,
    query: Query,
    *,
    action: Action | None = ACTION.default,
    limit: Annotated[int, ADVICE_LIMIT] = ADVICE_LIMIT.default,
) -> Result[report.Recommendations, Answer]:
    """Skillhouse's own in the order of their effect, then the optimizers', marked as theirs."""
    return answer_of(con, query, action=action, limit=limit)


def answer_of(
    con: Connection, query: Query, *, action: Action | None, limit: int, from_team: bool = True
) -> Result[report.Recommendations, Answer]:
    """The same; without what a team's members use where the answer goes to others."""
    found = report.recommend(con, query.question, action=action, limit=limit, from_team=from_team)
    evidence = found.evidence
    query = query.over(evidence.span)
    wording = Wording(evidence, query.details)
    recent, earlier = evidence.recent, evidence.earlier
    assert recent.since is not None
    assert recent.until is not None
    assert earlier.since is not None
    assert earlier.until is not None
    answer = Answer(
        filters=query.filters(Filters, action=action, limit=limit),
        data=[
            *(
                _ours(rank, each, wording, evidence, query)
                for rank, each in enumerate(found.rows, start=1)
            ),
            *(_theirs(each, wording, query) for each in found.optimizers),
        ],
        totals=Totals(
            recommendations=sum(found.counts.values()),
            by_action={each: found.counts.get(each, 0) for each in ACTIONS_IN_ORDER},
            optimizer_recommendations=len(found.optimizers),
            names=found.names,
            names_judged=found.judged,
            known_outcomes=found.known,
            recent_since=recent.since,
            recent_until=recent.until,
            earlier_since=earlier.since,
            earlier_until=earlier.until,
            renames=[renamed(each, query) for each in evidence.renames],
        ),
    )
    return Result(found, query, answer, query.warnings())


def _ours(
    rank: int,
    each: recommendation.Recommendation,
    wording: Wording,
    evidence: basis.Evidence,
    query: Query,
) -> Row:
    here, there, effect, team = each.here, each.there, each.effect, each.of_team
    return Row(
        origin="skillhouse",
        rank=rank,
        action=each.action,
        reason=each.reason,
        kind=kind_of(each.kind),
        skill_name=each.skill_name,
        project_id=each.project_id,
        project_name=wording.project(each.project_id),
        statement=wording.statement(each),
        known_outcomes=here.known if here.known else None,
        success_rate=here.rate,
        **ends(each.interval),
        compared_known_outcomes=there.known if there else None,
        compared_success_rate=there.rate if there else None,
        change=each.change,
        change_low=each.low,
        change_high=each.high,
        p_value=each.p_value,
        effect=effect.unit if effect else None,
        effect_a_month=effect.value if effect else None,
        effect_low=effect.low if effect else None,
        effect_high=effect.high if effect else None,
        where=None if each.finding is None else where_of(each.finding.group, query),
        comparison=comparison(
            evidence.findings, evidence.findings.of(each.kind, each.skill_name), query
        ),
        places=wording.places(each),
        last_day=each.last_day,
        unused_days=each.unused_days,
        basis=team.basis if team else None,
        members=team.members if team else None,
        of_members=team.of_members if team else None,
        copy_from=[
            CopyFrom(
                project_id=file.project_id,
                project_name=wording.project(file.project_id) or file.project_id,
                path=file.path,
            )
            for file in each.copy_from
        ],
        listing_characters=each.listing_characters,
        evidence=wording.command(each),
    )


def _theirs(advice: Advice, wording: Wording, query: Query) -> Row:
    return Row(
        origin="optimizer",
        kind="agent",
        skill_name=advice.agent,
        project_id=advice.project_id,
        project_name=wording.project(advice.project_id),
        statement=advice.message,
        places=[],
        copy_from=[],
        evidence=wording.command_of_advice(advice),
        recommended_at=query.local(advice.recommended_at),
        metrics_count=advice.metrics_count,
        advice_type=advice.advice_type,
        priority=advice.priority,
        expected_impact=advice.expected_impact,
    )
