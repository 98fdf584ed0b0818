"""How fresh the warehouse is, what is wrong with it, and how large it has become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schema.statements import statement
from schema.warehouse import Connection, Warehouse, from_micros


@dataclass(frozen=True)
class ProjectFreshness:
    """When an active project was last collected; None when it never was."""

    project_id: str
    project_name: str
    last_sync_at: datetime | None


@dataclass(frozen=True)
class Status:
    """``last_problems`` are those of the last pass; ``stale_buckets`` wait for a refresh."""

    last_collect_at: datetime | None
    last_outcome: str | None
    last_problems: list[str]
    projects: list[ProjectFreshness]
    rows: int
    rejected_records: int
    stale_buckets: int
    warehouse_bytes: int


def status(con: Connection, warehouse: Warehouse) -> Status:
    """The state of the warehouse as it stands."""
    [row] = con.execute(statement("aggregator/reports/status.sql")).fetchall()
    started_us, outcome, rows, rejected, stale = row
    problems = con.execute(statement("aggregator/reports/last_problems.sql")).fetchall()
    synced = con.execute(
        "select project_id, project_name, epoch_us(last_sync_at) from projects"
        " where is_active order by project_name, project_id"
    ).fetchall()
    return Status(
        last_collect_at=None if started_us is None else from_micros(started_us),
        last_outcome=outcome,
        last_problems=[str(problem) for (problem,) in problems],
        projects=[
            ProjectFreshness(pid, name, None if us is None else from_micros(us))
            for pid, name, us in synced
        ],
        rows=rows,
        rejected_records=rejected,
        stale_buckets=stale,
        warehouse_bytes=warehouse.path.stat().st_size if warehouse.exists() else 0,
    )
