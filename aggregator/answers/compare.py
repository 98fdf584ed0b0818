"""One skill or agent across projects and their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from aggregator.answers.shared import Measures, SpanFilters, measures_of
from aggregator.answers.struct import Struct
from aggregator.answers.verdicts import Comparison, NowAndBefore, comparison, now_and_before
from aggregator.findings.parts import Part
from aggregator.parameters import COMPARE_BY, SOURCE, TRIGGER, UseTrigger
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
    by: Annotated[str | None, COMPARE_BY] = None


class Group(Struct):
    """The project, or type of projects, a row is about."""

    group: Literal["project", "type", "tag"]
    """Whether the row is about a project, or about the projects of one type or tag."""
    project_type: str | None
    """The type of the projects; null in rows about a project, and for projects without a type."""
    project_id: ProjectId | None
    """The project; null in rows about a type or tag."""
    project_name: ProjectName | None
    """The project's name; null in rows about a type or tag."""
    tag: str | None
    """The tag of the projects, as it is written; null in other rows, and for projects without."""


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
    tags: Count
    """Groups by tag; 0 unless these were asked for."""
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
    by: Annotated[str | None, COMPARE_BY] = COMPARE_BY.default,
) -> Result[report.Comparison, Answer]:
    """``name`` in each project and in each type of projects, or in the groups of ``by``.

    Raises as the report does.
    """
    source = known_source(con, source)
    found = report.compare(con, query.question.only(trigger=trigger, source=source), name, by)
    by_project = [
        Row(
            group="project",
            project_type=None,
            **query.project(each.group),
            tag=None,
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
            tag=None,
            **measures_of(each, query),
            compared=_compared(found, found.types.get(each.group)),
        )
        for each in found.by_type
    ]
    by_tag = [
        Row(
            group="tag",
            project_type=None,
            project_id=None,
            project_name=None,
            tag=each.group or None,
            **measures_of(each, query),
            compared=_compared(found, found.tags.get(each.group)),
        )
        for each in found.by_tag
    ]
    rows = {"project": by_project, "type": by_type}.get(by or "", by_tag)
    answer = Answer(
        filters=query.filters(Filters, name=name, trigger=trigger, source=source, by=by),
        data=[*by_project, *by_type] if by is None else rows,
        totals=Totals(
            projects=len(found.by_project),
            types=len(found.by_type),
            tags=len(found.by_tag),
            comparison=comparison(found.findings, found.verdict, query),
        ),
    )
    warnings = [*query.warnings(), *on_disk(con, query.question, name).warnings(name)]
    return Result(found, query, answer, warnings)


def _compared(found: report.Comparison, part: Part | None) -> NowAndBefore | None:
    return None if part is None else now_and_before(found.findings, part)
