"""One skill or agent, from all sides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from aggregator.answers.shared import (
    ErrorCount,
    Measures,
    ProjectMeasures,
    SideOfChange,
    SpanFilters,
    measures_of,
    outcome_of,
    project_measures,
    side_of_change,
)
from aggregator.answers.struct import Struct
from aggregator.answers.text_changes import (
    TextChange,
    TextCounts,
    by_text,
    change_sentence,
    text_change,
    text_sentences,
)
from aggregator.answers.tokens import Tokens, tokens_of
from aggregator.answers.verdicts import (
    Comparison,
    ProjectChange,
    TypeChange,
    comparison,
    sides_of,
)
from aggregator.changes import WORDS
from aggregator.parameters import SOURCE, TRIGGER, UseTrigger
from aggregator.query import Query, Result
from aggregator.reports import adoption as curve
from aggregator.reports import effectiveness as report
from aggregator.reports.origins import known_source
from aggregator.skills.names import OnDisk, on_disk
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        AT_MOST_ONE,
        Abandoned,
        ChangeHigh,
        ChangeLow,
        ChangeWord,
        Count,
        Difference,
        Failures,
        FirstDay,
        LastDay,
        Source,
        SourceFilter,
        Successes,
        SuccessRate,
        TriggerFilter,
        Unknown,
        Uses,
        WorkflowPath,
    )


class Filters(SpanFilters):
    """What was asked."""

    name: str
    """The name that was asked about."""
    trigger: TriggerFilter | None
    source: SourceFilter | None


class PathCounts(Struct):
    """Uses by one workflow path."""

    workflow_path: WorkflowPath | None
    total_invocations: Uses
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    success_rate: SuccessRate | None


class OriginCounts(Struct):
    """Uses from one source, or started in one way."""

    total_invocations: Uses
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    success_rate: SuccessRate | None
    tokens: Tokens | None
    """What its runs cost; null where no transcript states it."""


class SourceCounts(OriginCounts):
    """Uses from one source."""

    source: Source | None
    """The format it was read from; the last three are transcripts. Null: not known, or archived."""


class TriggerCounts(OriginCounts):
    """Uses started in one way."""

    trigger: UseTrigger | None
    """Who began them: a person who typed the name, the model, an agent or a workflow; null: the
    source does not say."""


class AdoptionWeek(Struct):
    """Seven days since the first use."""

    since: FirstDay
    until: LastDay
    is_open: bool
    """Whether the week is still going on, or not yet completely recorded."""
    projects: Count
    """Projects that had used it by the end of the week."""
    projects_using: Count
    """Projects that used it in the week."""


class Adoption(Struct):
    """How a new skill or agent spreads over projects; of all time, whatever the span."""

    first_day: FirstDay
    """The day of its first use."""
    projects: Count
    """Projects that have used it."""
    projects_active: Count
    """Projects that recorded any use since then."""
    weeks: list[AdoptionWeek]
    """Each week since the first use."""


class FollowupCount(Struct):
    """A follow-up action and how often it was taken."""

    action: str
    """The follow-up action."""
    count: Count
    """How often."""


class Trend(Struct):
    """The success rate of the last days against the days before them, whatever the span."""

    current: SideOfChange
    """The span itself."""
    previous: SideOfChange
    """The span before."""
    change: Difference | None
    """Current rate minus previous rate; null where one of them is missing."""
    change_low: ChangeLow | None
    change_high: ChangeHigh | None
    verdict: Literal["improving", "degrading", "no clear change", "insufficient data"]
    """What the comparison says."""
    change_in_words: ChangeWord


class Row(Measures):
    """One row."""

    by_project: list[ProjectMeasures]
    """The same for each project."""
    by_workflow_path: list[PathCounts]
    """Uses by workflow path, most used first."""
    by_source: list[SourceCounts]
    """Uses by source, most used first; empty while no transcripts are stored."""
    by_trigger: list[TriggerCounts]
    """Uses by who began them, most used first; empty while no transcripts are stored."""
    tokens: Tokens | None
    """What an agent's runs cost; null where no transcript states it."""
    adoption: Adoption | None
    """Projects by week since the first use; null unless that was in the last 26 weeks, and at
    least 28 days after the first record of anything."""
    errors: list[ErrorCount]
    """Error types of the failures, most frequent first."""
    followups: list[FollowupCount]
    """Follow-up actions, most frequent first."""
    trend: Trend | None
    """How the success rate changed."""
    comparison: Comparison
    """The last days against the days before, as every command tells it."""
    compared_by_project: list[ProjectChange]
    """Now and before in each project, most used first."""
    compared_by_type: list[TypeChange]
    """Now and before in each type of projects, most used first."""
    text_changes: list[TextChange]
    """Changes of its file's text, the newest first; empty where none was found."""
    by_text: list[TextCounts]
    """Uses of each of the different skills that have this name; empty where it means one."""
    insights: list[str]
    """What stands out, in sentences."""


class Totals(Struct):
    """Over all rows, shown or not."""

    total_invocations: Uses


class Answer(Struct):
    """One skill or agent."""

    filters: Filters
    data: Annotated[list[Row], AT_MOST_ONE]
    totals: Totals


def effectiveness(
    con: Connection,
    query: Query,
    name: str,
    *,
    trigger: UseTrigger | None = TRIGGER.default,
    source: str | None = SOURCE.default,
) -> Result[report.Effectiveness | None, Answer]:
    """All there is to say of ``name``; no row where it was not used. Raises as the report does."""
    source = known_source(con, source)
    found = report.effectiveness(con, query.question.only(trigger=trigger, source=source), name)
    disk = OnDisk() if found is None else on_disk(con, query.question, name)
    texts: list[TextCounts] = []
    if found is not None:
        named = disk.namesakes.get((found.measures.kind, name), ())
        texts = by_text(named, found.by_project, query)
        changed = disk.changes_of(found.measures.kind, name)[:1]
        more = [change_sentence(each, query.zone) for each in changed if each.change.now.known]
        found = replace(found, insights=[*found.insights, *more, *text_sentences(texts)])
    answer = Answer(
        filters=query.filters(Filters, name=name, trigger=trigger, source=source),
        data=[] if found is None else [_row(found, disk, texts, query)],
        totals=Totals(total_invocations=found.measures.total_invocations if found else 0),
    )
    return Result(found, query, answer, [*query.warnings(), *disk.warnings(name)])


def _row(found: report.Effectiveness, disk: OnDisk, texts: list[TextCounts], query: Query) -> Row:
    return Row(
        **measures_of(found.measures, query),
        by_project=[project_measures(measures, query) for measures in found.by_project],
        by_workflow_path=[
            PathCounts(
                workflow_path=path.workflow_path,
                total_invocations=path.total_invocations,
                successful_completions=path.successes,
                failures=path.failures,
                abandoned=path.abandoned,
                unknown=path.unknown,
                success_rate=path.success_rate,
            )
            for path in found.by_workflow_path
        ],
        by_source=[
            SourceCounts(source=outcome_of(each.value), **_origin(each)) for each in found.by_source
        ],
        by_trigger=[
            TriggerCounts(trigger=outcome_of(each.value), **_origin(each))
            for each in found.by_trigger
        ],
        tokens=tokens_of(found.tokens),
        adoption=_adoption(found.adoption),
        errors=[ErrorCount(error_type=error, count=times) for error, times in found.errors],
        followups=[FollowupCount(action=action, count=times) for action, times in found.followups],
        trend=_trend(found),
        comparison=comparison(found.findings, found.verdict, query),
        compared_by_project=[
            ProjectChange(**query.project(part.part), **sides_of(found.findings, part))
            for part in found.compared_by_project
        ],
        compared_by_type=[
            TypeChange(
                project_type=part.part or None,
                projects=part.projects,
                **sides_of(found.findings, part),
            )
            for part in found.compared_by_type
        ],
        text_changes=[
            text_change(each, query)
            for each in disk.changes_of(found.measures.kind, found.measures.skill_name)
        ],
        by_text=texts,
        insights=found.insights,
    )


def _adoption(found: curve.Adoption | None) -> Adoption | None:
    if found is None:
        return None
    return Adoption(
        first_day=found.first_day,
        projects=found.projects,
        projects_active=found.active,
        weeks=[
            AdoptionWeek(
                since=week.since,
                until=week.until,
                is_open=week.is_open,
                projects=week.projects,
                projects_using=week.using,
            )
            for week in found.weeks
        ],
    )


def _origin(found: report.ByOrigin) -> dict[str, Any]:
    return {
        "total_invocations": found.total_invocations,
        "successful_completions": found.successes,
        "failures": found.failures,
        "abandoned": found.abandoned,
        "unknown": found.unknown,
        "success_rate": found.success_rate,
        "tokens": tokens_of(found.tokens),
    }


def _trend(found: report.Effectiveness) -> Trend:
    change, compared = found.verdict.change, found.findings
    return Trend(
        current=side_of_change(change.now, compared.recent),
        previous=side_of_change(change.before, compared.earlier),
        change=change.change,
        change_low=change.low,
        change_high=change.high,
        verdict="no clear change" if change.verdict == "stable" else change.verdict,
        change_in_words=WORDS[change.verdict],
    )
