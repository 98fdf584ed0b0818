"""How fresh the data is, what went wrong last, and how large it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from aggregator import retention
from aggregator.answers.shared import NoFilters, NoTotals, outcome_of
from aggregator.answers.struct import Struct
from aggregator.query import local
from aggregator.reports import status as report
from schema.frozen import dataclass
from schema.warehouse import Connection, Warehouse

if TYPE_CHECKING:
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


class Retention(Struct):
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


class LastError(Struct):
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


class ProjectLag(Struct):
    """When a project was last collected."""

    project_id: ProjectId
    project_name: ProjectName
    last_sync_at: datetime | None
    """When it was last collected; null: never."""
    lag_s: float | None
    """Seconds since it was last collected; null: never."""
    last_use_at: datetime | None
    """When anything was last used in it; null: never."""
    silent: bool
    """Whether it is silent for longer than its own pace explains, while others were active."""


class Row(Struct):
    """One row."""

    warehouse_path: str
    """The warehouse file."""
    warehouse_bytes: Count
    """Size of the file in bytes; 0 while there is none."""
    temporary_bytes: Count
    """Bytes of temporary files that DuckDB keeps next to the warehouse."""
    backup_bytes: Count
    """Bytes of copies next to the warehouse and in its folder of backups."""
    rows: Count
    """Number of rows."""
    rollup_rows: Count
    """Rows of the statistics tables."""
    rejected_records: Count
    """Records that could not be read."""
    stale_buckets: Count
    """Days (of a skill or agent in a project) whose statistics wait for a refresh."""
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


class Answer(Struct):
    """How fresh the data is."""

    filters: NoFilters
    data: Annotated[list[Row], ONE]
    totals: NoTotals


@dataclass(frozen=True)
class State:
    """What was found, how long rows are kept, the typed answer, and what needs a look."""

    data: report.Status
    kept: retention.Retention
    json: Answer
    problems: list[str]

    @property
    def zone(self) -> str:
        return self.data.freshness.zone


def status(con: Connection, warehouse: Warehouse, now: datetime) -> State:
    """The state of the warehouse that ``con`` reads, at the moment ``now``."""
    found = report.status(con, warehouse, now)
    kept = retention.retention(con, now=now)
    answer = Answer(
        filters=NoFilters(), data=[_row(found, kept, warehouse, now)], totals=NoTotals()
    )
    return State(found, kept, answer, report.problems_of(found.freshness))


def retention_of(due: retention.Retention) -> Retention:
    """The setting and what it comes to."""
    return Retention(**retention_fields(due))


def retention_fields(due: retention.Retention) -> dict[str, Any]:
    """The fields of ``Retention``."""
    return {
        "raw_days": due.raw_days,
        "rows_since": due.rows_since,
        "rows_due": due.rows_due,
        "uses_archived": due.uses_archived,
        "archived_before": due.archived_before,
    }


def _row(
    found: report.Status, kept: retention.Retention, warehouse: Warehouse, now: datetime
) -> Row:
    fresh = found.freshness
    last, success, schedule = fresh.last_run, fresh.last_success, fresh.schedule
    return Row(
        warehouse_path=str(warehouse.path),
        warehouse_bytes=found.sizes.warehouse_bytes,
        temporary_bytes=found.sizes.temporary_bytes,
        backup_bytes=found.sizes.backup_bytes,
        rows=found.rows,
        rollup_rows=found.rollup_rows,
        rejected_records=found.rejected_records,
        stale_buckets=found.stale_buckets,
        aggregates_refreshed_at=local(found.refreshed_at, fresh.zone),
        last_collect_at=None if last is None else local(last.started_at, fresh.zone),
        last_outcome=None if last is None else outcome_of(last.outcome),
        last_trigger=None if last is None else outcome_of(last.trigger),
        last_success_at=None if success is None else local(success.started_at, fresh.zone),
        age_s=None if fresh.age is None else fresh.age.total_seconds(),
        schedule=None if schedule is None else str(schedule),
        interval_s=None if schedule is None else schedule.interval.total_seconds(),
        next_run_at=local(fresh.next_run_at, fresh.zone),
        overdue=fresh.overdue,
        last_error=_last_error(fresh),
        projects=[
            ProjectLag(
                project_id=project.project_id,
                project_name=project.project_name,
                last_sync_at=local(project.last_sync_at, fresh.zone),
                lag_s=None
                if project.last_sync_at is None
                else (now - project.last_sync_at).total_seconds(),
                last_use_at=local(project.last_use_at, fresh.zone),
                silent=project.silent,
            )
            for project in found.projects
        ],
        retention=retention_of(kept),
    )


def _last_error(fresh: report.Freshness) -> LastError | None:
    failure = fresh.last_failure
    if failure is None:
        return None
    return LastError(
        run_id=failure.run_id,
        at=local(failure.started_at, fresh.zone),
        trigger=outcome_of(failure.trigger),
        outcome=outcome_of(failure.outcome),
        error=failure.error,
        is_open=fresh.open_failure is not None,
    )
