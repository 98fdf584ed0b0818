"""What every skill and agent did in every project, period by period."""

from __future__ import annotations

from aggregator.answers.fields import (
    Abandoned,
    Count,
    Failures,
    FirstDay,
    Kind,
    LastDay,
    MedianDuration,
    PeriodGrain,
    ProjectId,
    ProjectName,
    SkillName,
    Successes,
    Unknown,
    Uses,
)
from aggregator.answers.shared import SpanFilters, kind_of
from aggregator.answers.struct import Struct
from aggregator.parameters import GRAIN, PERIODS
from aggregator.parameters import PeriodGrain as Grain
from aggregator.query import Query, Result
from aggregator.reports import activity as report
from schema.warehouse import Connection


class Filters(SpanFilters):
    """What was asked."""

    grain: PeriodGrain
    periods: Count | None
    """Complete periods before the current one; null: all."""


class Row(Struct):
    """One row."""

    since: FirstDay
    until: LastDay
    is_open: bool
    """Whether the period is still going on."""
    project_id: ProjectId
    project_name: ProjectName
    kind: Kind
    skill_name: SkillName
    total_invocations: Uses
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    p50_duration_ms: MedianDuration | None


class Totals(Struct):
    """Over all rows, shown or not."""

    total_invocations: Uses


class Answer(Struct):
    """What every skill and agent did in every project, period by period."""

    filters: Filters
    data: list[Row]
    totals: Totals


def activity(
    con: Connection,
    query: Query,
    *,
    grain: Grain = GRAIN.default,
    periods: int | None = PERIODS.default,
) -> Result[report.Activity, Answer]:
    """The last complete periods and the current one; all of them where ``periods`` is None.

    A row is what one name did in one project in one period; what was not used has none.
    """
    found = report.activity(con, query.question, grain=grain, periods=periods)
    answer = Answer(
        filters=query.filters(Filters, grain=grain, periods=periods),
        data=[_row(row, query, is_open=row.span == found.open) for row in found.rows],
        totals=Totals(total_invocations=sum(row.counts.total_invocations for row in found.rows)),
    )
    return Result(found, query, answer, query.warnings())


def _row(row: report.Active, query: Query, *, is_open: bool) -> Row:
    assert row.span.since is not None
    assert row.span.until is not None
    return Row(
        since=row.span.since,
        until=row.span.until,
        is_open=is_open,
        **query.project(row.project_id),
        kind=kind_of(row.kind),
        skill_name=row.skill_name,
        total_invocations=row.counts.total_invocations,
        successful_completions=row.counts.successes,
        failures=row.counts.failures,
        abandoned=row.counts.abandoned,
        unknown=row.counts.unknown,
        p50_duration_ms=row.counts.p50_duration_ms,
    )
