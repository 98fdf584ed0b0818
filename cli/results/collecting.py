"""Collecting, aggregating, and both: refresh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from aggregator.answers.fields import ONE, Count
from aggregator.answers.runs import ReadCounts
from aggregator.answers.shared import NoTotals, OfProject

if TYPE_CHECKING:
    from collector import passes


@dataclass(frozen=True, kw_only=True)
class CollectFilters:
    """What was asked."""

    projects: list[str] | None
    """The projects as they were named; null: all active ones."""
    full: bool
    """Whether everything was done from the start."""


@dataclass(frozen=True, kw_only=True)
class ProjectPass(ReadCounts, OfProject):
    """What a run did for one project."""

    warnings: list[str]
    """What a person should look at."""


@dataclass(frozen=True, kw_only=True)
class AggregateFilters:
    """What was asked."""

    full: bool
    """Whether everything was done from the start."""
    timezone: str | None
    """The reporting zone asked for; null: unchanged."""


@dataclass(frozen=True, kw_only=True)
class Aggregated:
    """One row."""

    stale_buckets: Count
    """Days (of a name in a project) whose statistics were updated."""
    rollup_rows: Count
    """Rows of statistics that were written."""


@dataclass(frozen=True, kw_only=True)
class RefreshTotals(ReadCounts):
    """Over all rows, shown or not."""

    stale_buckets: Count
    """Days (of a name in a project) whose statistics were updated."""
    rollup_rows: Count
    """Rows of statistics that were written."""
    rows_archived: Count
    """Rows removed because they are older than the retention."""


@dataclass(frozen=True, kw_only=True)
class Collect:
    """A pass."""

    filters: CollectFilters
    data: list[ProjectPass]
    totals: ReadCounts


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """The rollups brought up to date."""

    filters: AggregateFilters
    data: Annotated[list[Aggregated], ONE]
    totals: NoTotals


@dataclass(frozen=True, kw_only=True)
class Refresh:
    """A pass, and the rollups after it."""

    filters: CollectFilters
    data: list[ProjectPass]
    totals: RefreshTotals


def project_pass(entry: passes.ProjectPass) -> ProjectPass:
    """What a run did for one project."""
    return ProjectPass(
        project_id=entry.project_id,
        project_name=entry.project_name,
        **{name: getattr(entry, name) for name in ReadCounts.__dataclass_fields__},
        warnings=[str(remark) for remark in (*entry.problems, *entry.notes)],
    )


def counts_of(done: passes.Pass) -> dict[str, int]:
    """The fields of ``ReadCounts``, over all projects of a run."""
    return {
        name: sum(getattr(entry, name) for entry in done.projects)
        for name in ReadCounts.__dataclass_fields__
    }
