"""One skill or agent across projects and their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aggregator.answers.shared import Measures, SpanFilters, measures_of
from aggregator.answers.struct import Struct
from aggregator.answers.verdicts import Comparison, NowAndBefore, comparison, now_and_before
from aggregator.findings.parts import Part
from aggregator.parameters import SOURCE, TRIGGER, UseTrigger
from aggregator.query import Query, Result
from aggregator.reports import compare as report
from aggregator.reports.origins import known_source
from aggregator.skills.names import on_disk
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import Count, ProjectId, ProjectName, SourceFilter, TriggerFilter


class Filters(SpanFilters):
    """What was asked."""

    name: str
    """The name that was asked about."""
    trigger: TriggerFilter | None
    source: SourceFilter | None


class Group(Struct):
    """The project, or type of projects, a row is about."""

    group: Literal["project", "type"]
    """Whether the row is about a project or about a type of projects."""
    project_type: str | None
    """The type of the projects; null in rows about a project, and for projects without a type."""
    project_id: ProjectId | None
    """The project; null in rows about a type."""
    project_name: ProjectName | None
    """The project's name; null in rows about a type."""


class Row(Measures, Group):
    """What is known of the skill or agent in one project, or in the projects of one type."""

    compared: NowAndBefore | None
    """The last days against the days before; null where it was not used in these days."""


class Totals(Struct):
    """Over all rows, shown or not."""

    projects: Count
    """Projects it was used in."""
    types: Count
    """Types of these projects."""
    comparison: Comparison
    """What every command says of it: the last days against the days before."""


class Answer(Struct):
    """One skill or agent across projects."""

    filters: Filters
    data: list[Row]
    totals: Totals


def compare(
    con: Connection,
    query: Query,
    name: str,
    *,
    trigger: UseTrigger | None = TRIGGER.default,
    source: str | None = SOURCE.default,
) -> Result[report.Comparison, Answer]:
    """``name`` in each project and in each type of projects. Raises as the report does."""
    source = known_source(con, source)
    found = report.compare(con, query.question.only(trigger=trigger, source=source), name)
    by_project = [
        Row(
            group="project",
            project_type=None,
            **query.project(each.group),
            **measures_of(each, query),
            compared=_compared(found, found.projects.get(each.group)),
        )
        for each in found.by_project
    ]
    by_type = [
        Row(
            group="type",
            project_type=each.group or None,
            project_id=None,
            project_name=None,
            **measures_of(each, query),
            compared=_compared(found, found.types.get(each.group)),
        )
        for each in found.by_type
    ]
    answer = Answer(
        filters=query.filters(Filters, name=name, trigger=trigger, source=source),
        data=[*by_project, *by_type],
        totals=Totals(
            projects=len(found.by_project),
            types=len(found.by_type),
            comparison=comparison(found.findings, found.verdict, query),
        ),
    )
    warnings = [*query.warnings(), *on_disk(con, query.question, name).warnings(name)]
    return Result(found, query, answer, warnings)


def _compared(found: report.Comparison, part: Part | None) -> NowAndBefore | None:
    return None if part is None else now_and_before(found.findings, part)
