"""How fresh the data is, what went wrong last, and how large it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from aggregator.answers.fields import (
    ONE,
    Bounds,
    Count,
    Positive,
    ProjectId,
    ProjectName,
    RunOutcome,
    Trigger,
)
from aggregator.answers.shared import NoFilters, NoTotals


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long rows are kept."""

    raw_days: Annotated[int, Bounds(7, 36500)] | None
    """Days for which rows are kept; null: forever."""
    rows_since: date | None
    """The first day, in the reporting zone, whose rows are kept; null: all are."""
    rows_due: Count
    """Rows that the next run removes."""
    uses_archived: Count
    """Uses whose rows were removed; they still count in answers."""
    archived_before: date | None
    """Rows of earlier days were removed; null: none were."""


@dataclass(frozen=True, kw_only=True)
class LastError:
    """A run that failed or was interrupted."""

    run_id: Positive
    """Number of the run."""
    at: datetime
    """When it began."""
    trigger: Trigger
    outcome: Literal["failed", "interrupted"]
    """Whether it failed or was interrupted."""
    error: str | None
    """Why it failed; null: it was interrupted."""
    is_open: bool
    """Whether no run over as many projects has completed since."""


@dataclass(frozen=True, kw_only=True)
class ProjectLag:
    """When a project was last collected."""

    project_id: ProjectId
    project_name: ProjectName
    last_sync_at: datetime | None
    """When it was last collected; null: never."""
    lag_s: float | None
    """Seconds since it was last collected; null: never."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    warehouse_path: str
    """The warehouse file."""
    warehouse_bytes: Count
    """Size of the file in bytes; 0 while there is none."""
    temporary_bytes: Count
    """Bytes of temporary files that DuckDB keeps beside the warehouse."""
    backup_bytes: Count
    """Bytes of copies beside the warehouse and in its folder of backups."""
    rows: Count
    """Number of rows."""
    rollup_rows: Count
    """Rows of the statistics tables."""
    rejected_records: Count
    """Records that could not be read."""
    stale_buckets: Count
    """Days (of a name in a project) whose statistics wait for a refresh."""
    aggregates_refreshed_at: datetime | None
    """When statistics were last updated; null: not recorded."""
    last_collect_at: datetime | None
    """When the last run began, however it ended; null: never."""
    last_outcome: RunOutcome | None
    """How the last run ended; null: never run."""
    last_trigger: Trigger | None
    last_success_at: datetime | None
    """When the last completed run over all active projects began; null: never."""
    age_s: float | None
    """Seconds since last_success_at; negative: the clock was wrong; null: never."""
    schedule: str | None
    """When runs are due, such as `daily at 02:30` or `every 6h`; null: no schedule."""
    interval_s: Annotated[float, Bounds(above=0)] | None
    """Seconds between two scheduled runs; null: no schedule."""
    next_run_at: datetime | None
    """When the next run is due; null: no schedule."""
    overdue: bool
    """Whether the data is older than two intervals of the schedule; false without one."""
    last_error: LastError | None
    """The last run that failed or was interrupted; null: none."""
    projects: list[ProjectLag]
    """The active projects."""
    retention: Retention
    """How long rows are kept."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How fresh the data is."""

    filters: NoFilters
    data: Annotated[list[Row], ONE]
    totals: NoTotals
