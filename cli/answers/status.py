"""How fresh the data is, what went wrong last, and how large it has all become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli import text
from cli.answers.fields import retention_fields
from cli.output import Answer, iso
from cli.session import Session, answer

if TYPE_CHECKING:
    from aggregator.reports.status import Freshness, Status
    from aggregator.retention import Retention
    from schema.warehouse import Connection


@dataclass(frozen=True)
class Told:
    """What was found, how long rows are kept, and the answer; its warnings are the problems."""

    found: Status
    kept: Retention
    answer: Answer


def status(con: Connection, session: Session) -> Told:
    """The state of the warehouse that ``con`` reads, as of the session's moment."""
    from aggregator.reports.status import status as look
    from aggregator.retention import retention

    found = look(con, session.warehouse, session.now)
    kept = retention(con, now=session.now)
    told = answer(
        session,
        "status",
        found.freshness.zone,
        data=[{**_fields(found, session), "retention": retention_fields(kept)}],
        warnings=problems_of(found.freshness),
    )
    return Told(found, kept, told)


def problems_of(fresh: Freshness) -> list[str]:
    """What a person should look at, in sentences."""
    found = list(fresh.problems)
    failure = fresh.open_failure
    if failure is not None:
        when = text.moment(failure.started_at, fresh.zone)
        what = f"failed: {failure.error}" if failure.error else "was interrupted."
        found.append(f"The pass of {when} ({failure.trigger}, number {failure.run_id}) {what}")
    if fresh.overdue:
        found.append(_overdue(fresh))
    return found


def _overdue(fresh: Freshness) -> str:
    success = fresh.last_success
    look = "`skillhouse refresh` runs one now; `skillhouse schedule show` says what is active."
    if success is None:
        return f"No pass over all projects has ended yet, and one is due {fresh.schedule}. {look}"
    when = f"{text.moment(success.started_at, fresh.zone)} {fresh.zone}"
    if success.started_at > fresh.now:
        return f"The last pass is dated {when}, which has not come yet: the clock was wrong. {look}"
    return f"The data is as of {when}, and a pass is due {fresh.schedule}. {look}"


def _fields(found: Status, session: Session) -> dict[str, object]:
    fresh = found.freshness
    zone = fresh.zone
    last, success = fresh.last_run, fresh.last_success
    schedule = fresh.schedule
    return {
        "warehouse_path": str(session.warehouse.path),
        "warehouse_bytes": found.sizes.warehouse_bytes,
        "temporary_bytes": found.sizes.temporary_bytes,
        "backup_bytes": found.sizes.backup_bytes,
        "rows": found.rows,
        "rollup_rows": found.rollup_rows,
        "rejected_records": found.rejected_records,
        "stale_buckets": found.stale_buckets,
        "aggregates_refreshed_at": iso(found.refreshed_at, zone),
        "last_collect_at": None if last is None else iso(last.started_at, zone),
        "last_outcome": None if last is None else last.outcome,
        "last_trigger": None if last is None else last.trigger,
        "last_success_at": None if success is None else iso(success.started_at, zone),
        "age_s": None if fresh.age is None else fresh.age.total_seconds(),
        "schedule": None if schedule is None else str(schedule),
        "interval_s": None if schedule is None else schedule.interval.total_seconds(),
        "next_run_at": iso(fresh.next_run_at, zone),
        "overdue": fresh.overdue,
        "last_error": _error_fields(fresh),
        "projects": [
            {
                "project_id": project.project_id,
                "project_name": project.project_name,
                "last_sync_at": iso(project.last_sync_at, zone),
                "lag_s": None
                if project.last_sync_at is None
                else (session.now - project.last_sync_at).total_seconds(),
            }
            for project in found.projects
        ],
    }


def _error_fields(fresh: Freshness) -> dict[str, object] | None:
    failure = fresh.last_failure
    if failure is None:
        return None
    return {
        "run_id": failure.run_id,
        "at": iso(failure.started_at, fresh.zone),
        "trigger": failure.trigger,
        "outcome": failure.outcome,
        "error": failure.error,
        "is_open": fresh.open_failure is not None,
    }
