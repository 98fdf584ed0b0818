"""Collecting, aggregating, and both: refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aggregator.answers.runs import ReadCounts
from aggregator.answers.shared import NoTotals, OfProject

if TYPE_CHECKING:
    from aggregator.answers.fields import ONE, Count
    from collector import results
from aggregator.answers.struct import Struct


class CollectFilters(Struct):
    """What was asked."""

    projects: list[str] | None
    """The projects as they were named; null: all active ones."""
    full: bool
    """Whether everything was done from the start."""


class ProjectPass(ReadCounts, OfProject):
    """What a run did for one project."""

    warnings: list[str]
    """What a person should look at."""


class AggregateFilters(Struct):
    """What was asked."""

    full: bool
    """Whether everything was done from the start."""
    timezone: str | None
    """The reporting zone asked for; null: unchanged."""


class Aggregated(Struct):
    """One row."""

    stale_buckets: Count
    """Days (of a name in a project) whose statistics were updated."""
    rollup_rows: Count
    """Rows of statistics that were written."""


class RefreshTotals(ReadCounts):
    """Over all rows, shown or not."""

    stale_buckets: Count
    """Days (of a name in a project) whose statistics were updated."""
    rollup_rows: Count
    """Rows of statistics that were written."""
    rows_archived: Count
    """Rows removed because they are older than the retention."""


class Collect(Struct):
    """A pass."""

    filters: CollectFilters
    data: list[ProjectPass]
    totals: ReadCounts


class Aggregate(Struct):
    """The rollups brought up to date."""

    filters: AggregateFilters
    data: Annotated[list[Aggregated], ONE]
    totals: NoTotals


class Refresh(Struct):
    """A pass, and the rollups after it."""

    filters: CollectFilters
    data: list[ProjectPass]
    totals: RefreshTotals


def project_pass(entry: results.ProjectResult) -> ProjectPass:
    """What a run did for one project."""
    return ProjectPass(
        project_id=entry.project_id,
        project_name=entry.project_name,
        **{name: getattr(entry, name) for name in ReadCounts.field_names},
        warnings=[str(remark) for remark in (*entry.problems, *entry.notes)],
    )


def counts_of(done: results.CollectResult) -> dict[str, int]:
    """The fields of ``ReadCounts``, over all projects of a run."""
    return {
        name: sum(getattr(entry, name) for entry in done.projects)
        for name in ReadCounts.field_names
    }
