"""When work is done, or which way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from aggregator import text
from aggregator.answers.shared import SpanFilters, kind_of
from aggregator.answers.struct import Struct
from aggregator.outcomes import Outcomes
from aggregator.parameters import HEATMAP_BY, LIMIT, TRIGGER, HeatmapBy, UseTrigger
from aggregator.query import Query, Result
from aggregator.reports.patterns import heatmap as report
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        Bounds,
        Count,
        Evidence,
        Kind,
        KnownOutcomes,
        Limit,
        SkillName,
        Successes,
        SuccessRate,
        TriggerFilter,
        Uses,
        WorkflowPath,
    )


class Filters(SpanFilters):
    """What was asked."""

    by: Annotated[HeatmapBy, HEATMAP_BY]
    limit: Limit
    """The most names to show by workflow path; hours are all shown."""
    trigger: TriggerFilter | None


class Row(Struct):
    """One row."""

    weekday: Annotated[int, Bounds(1, 7)] | None = None
    """Day of the week, 1 is Monday; null by workflow path."""
    hour: Annotated[int, Bounds(0, 23)] | None = None
    """Hour of the day in the reporting zone; null by workflow path."""
    kind: Kind | None = None
    """Null by hour."""
    skill_name: SkillName | None = None
    """Null by hour."""
    workflow_path: WorkflowPath | None = None
    """The workflow path; null by hour, and where a use names none."""
    total_invocations: Uses
    """Number of uses; cells without any are left out."""
    successful_completions: Successes
    known_outcomes: KnownOutcomes
    success_rate: SuccessRate | None
    evidence: Evidence | None = None
    """The command that shows more of the name; null by hour."""


class Totals(Struct):
    """Over all rows, shown or not."""

    total_invocations: Uses
    """Uses on the map; by workflow path only those that name one."""
    names: Count | None
    """Skills and agents used on any path; null by hour."""
    workflow_paths: Count | None
    """Distinct paths; null by hour."""
    uses_archived: Count
    """Uses of archived days, whose hour is not known; they are left out."""


class Answer(Struct):
    """When work is done, or which way."""

    filters: Filters
    data: list[Row]
    totals: Totals


def heatmap(
    con: Connection,
    query: Query,
    *,
    by: HeatmapBy = HEATMAP_BY.default,
    limit: Annotated[int, LIMIT] = LIMIT.default,
    trigger: UseTrigger | None = TRIGGER.default,
) -> Result[report.Hours | report.Ways, Answer]:
    """Uses by weekday and hour, or by name and workflow path."""
    query = query.only(trigger=trigger)
    if by == "hour":
        hours = report.hours(con, query.question)
        rows = [
            Row(weekday=each.weekday, hour=each.hour, **_cell(each.cell)) for each in hours.cells
        ]
        totals = Totals(
            total_invocations=hours.total_invocations,
            names=None,
            workflow_paths=None,
            uses_archived=hours.scanned.archived,
        )
        found: report.Hours | report.Ways = hours
    else:
        ways = report.ways(con, query.question, limit)
        rows = [_way(each, query) for each in ways.cells]
        totals = Totals(
            total_invocations=ways.total_invocations,
            names=ways.names,
            workflow_paths=ways.paths,
            uses_archived=0,
        )
        found = ways
    answer = Answer(
        filters=query.filters(Filters, by=by, limit=limit, trigger=trigger),
        data=rows,
        totals=totals,
    )
    return Result(found, query, answer, warnings(found, query))


def warnings(found: report.Hours | report.Ways, query: Query) -> list[str]:
    """Warnings of the query, and how many uses are not included."""
    sentences = query.warnings()
    if isinstance(found, report.Hours) and found.scanned.archived:
        sentences.append(
            f"{text.counted(found.scanned.archived, 'use')} before {found.scanned.rows_since} are"
            " not included: archived uses have no time of day."
        )
    return sentences


def _way(way: report.Way, query: Query) -> Row:
    return Row(
        kind=kind_of(way.kind),
        skill_name=way.skill_name,
        workflow_path=way.workflow_path,
        evidence=query.details.of_name(
            "effectiveness", way.skill_name, over=query.question.span, kind=way.kind
        ),
        **_cell(way.cell),
    )


def _cell(cell: Outcomes) -> dict[str, Any]:
    return {
        "total_invocations": cell.total_invocations,
        "successful_completions": cell.successes,
        "known_outcomes": cell.known,
        "success_rate": cell.success_rate,
    }
