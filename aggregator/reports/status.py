"""How fresh the warehouse is, what is wrong with it, and how large it has become.

The data is as old as the last finished run over all projects. It is overdue when that is longer ago
than two intervals of the schedule; without a schedule it never is.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator import text
from aggregator.reports.open_runs import interrupted_runs
from schema.frozen import dataclass
from schema.schedule import Schedule, next_due, stored_schedule, was_stopped
from schema.spelling import command
from schema.statements import statement
from schema.warehouse import Connection, Warehouse, from_micros, reporting_zone

if TYPE_CHECKING:
    from aggregator.silence import LastUses

INTERVALS_UNTIL_OVERDUE = 2


@dataclass(frozen=True)
class ProjectFreshness:
    """When an active project was last collected and last used; None when it never was."""

    project_id: str
    project_name: str
    last_sync_at: datetime | None
    last_use_at: datetime | None
    silent: bool


@dataclass(frozen=True)
class NotedRun:
    """A collect run. ``error`` is None unless it failed."""

    run_id: int
    trigger: str
    started_at: datetime
    outcome: str
    error: str | None
    whole: bool


@dataclass(frozen=True)
class Freshness:
    """The recorded runs and the schedule at ``now``; None where there is no such run.

    ``last_success`` is the last finished run over all projects, ``last_ended`` the last finished
    one over any. ``next_run_at`` is None without a schedule, and with one that ``is_stopped``: its
    service was ended, and no other runs it. ``problems`` are those of ``last_ended``, ``projects``
    the number of active ones.
    """

    now: datetime
    zone: str
    schedule: Schedule | None
    next_run_at: datetime | None
    last_run: NotedRun | None
    last_ended: NotedRun | None
    last_success: NotedRun | None
    last_failure: NotedRun | None
    problems: list[str]
    projects: int
    is_stopped: bool

    @property
    def age(self) -> timedelta | None:
        """How old the data is; negative when the clock was wrong, then or now."""
        return None if self.last_success is None else self.now - self.last_success.started_at

    @property
    def is_running(self) -> bool:
        """Whether a run is at work that has stored something already."""
        return self.last_run is not None and self.last_run.outcome == "running"

    @property
    def overdue(self) -> bool:
        """Whether runs that were due did not happen.

        A schedule that was stopped is due no more.
        """
        if self.schedule is None or self.is_stopped or not self.projects or self.is_running:
            return False
        span = self.not_overdue
        return span is None or not span[0] <= self.now <= span[1]

    @property
    def not_overdue(self) -> tuple[datetime, datetime] | None:
        """From when to when the last success is new enough; None without one, or a schedule.

        A run dated further ahead than one interval is ignored: the clock was wrong.
        """
        if self.schedule is None or self.last_success is None:
            return None
        at, interval = self.last_success.started_at, self.schedule.interval
        return at - interval, at + INTERVALS_UNTIL_OVERDUE * interval

    @property
    def open_failure(self) -> NotedRun | None:
        """The last failure, unless a run over as many projects has finished since."""
        failure = self.last_failure
        if failure is None:
            return None
        cure = self.last_success if failure.whole else self.last_ended
        return None if cure is not None and cure.run_id > failure.run_id else failure


@dataclass(frozen=True)
class Sizes:
    """Bytes of the file, of what DuckDB keeps next to it, and of copies; 0 where there is none."""

    warehouse_bytes: int
    temporary_bytes: int
    backup_bytes: int


@dataclass(frozen=True)
class Status:
    """``stale_buckets`` wait for a refresh; ``refreshed_at`` is None where none was noted yet."""

    freshness: Freshness
    projects: list[ProjectFreshness]
    rows: int
    rollup_rows: int
    rejected_records: int
    stale_buckets: int
    refreshed_at: datetime | None
    sizes: Sizes
    uses: LastUses


def status(con: Connection, warehouse: Warehouse, now: datetime) -> Status:
    """The state of the warehouse as it stands."""
    from aggregator.silence import last_uses  # a shell prompt does not need it

    [row] = con.execute(statement("aggregator/reports/status.sql")).fetchall()
    rows, rollup_rows, rejected, stale, refreshed_at = row
    synced = con.execute(statement("aggregator/reports/last_syncs.sql")).fetchall()
    uses = last_uses(con, now, reporting_zone(con))
    return Status(
        freshness=freshness(con, now),
        projects=[
            ProjectFreshness(
                pid,
                name,
                None if us is None else from_micros(us),
                uses.last_use_at.get(pid),
                pid in uses.silent_ids,
            )
            for pid, name, is_active, us in synced
            if is_active
        ],
        rows=rows,
        rollup_rows=rollup_rows,
        rejected_records=rejected,
        stale_buckets=stale,
        refreshed_at=None if refreshed_at is None else datetime.fromisoformat(refreshed_at),
        sizes=_sizes(warehouse.path),
        uses=uses,
    )


def freshness(con: Connection, now: datetime) -> Freshness:
    """How fresh the data is; fast enough for a shell prompt."""
    text = statement("aggregator/reports/runs_of_note.sql")
    values = {"interrupted": interrupted_runs(con, now)}
    noted = {
        note: NotedRun(run_id, trigger, from_micros(started_us), outcome, error, whole)
        for note, run_id, trigger, started_us, outcome, error, whole in con.execute(
            text, values
        ).fetchall()
    }
    ended = noted.get("ended")
    problems = []
    if ended is not None and ended.outcome == "problems":
        text = statement("aggregator/reports/last_problems.sql")
        problems = [str(each) for (each,) in con.execute(text, {"run_id": ended.run_id}).fetchall()]
    [(projects,)] = con.execute(statement("aggregator/reports/registered_projects.sql")).fetchall()
    zone = reporting_zone(con)
    schedule = stored_schedule(con)
    is_stopped = schedule is not None and was_stopped(con)
    return Freshness(
        now=now,
        zone=zone,
        schedule=schedule,
        next_run_at=None if schedule is None or is_stopped else next_due(schedule, zone, now),
        last_run=noted.get("last"),
        last_ended=ended,
        last_success=noted.get("success"),
        last_failure=noted.get("failure"),
        problems=problems,
        projects=projects,
        is_stopped=is_stopped,
    )


def _sizes(warehouse: Path) -> Sizes:
    """The file, what a process at work keeps or a killed one left, and the copies of it."""
    from schema import places

    folders = ((warehouse.parent, warehouse.name), (places.folder_of(warehouse), ""))
    unfinished = [path for folder in folders for path in places.left_unfinished(*folder)]
    kept = (*places.backups(warehouse), *places.superseded_copies(warehouse))
    return Sizes(
        warehouse_bytes=warehouse.stat().st_size if warehouse.exists() else 0,
        temporary_bytes=_bytes([places.log_of(warehouse), *_spilled(warehouse), *unfinished]),
        backup_bytes=_bytes([copy.path for copy in kept]),
    )


def _spilled(warehouse: Path) -> list[Path]:
    """What did not fit into memory; none where the folder may not be looked into."""
    try:
        return list((warehouse.parent / ".spill").iterdir())
    except OSError:
        return []


def _bytes(paths: Iterable[Path]) -> int:
    """Of those that are regular files; others come and go while we look."""
    total = 0
    for path in paths:
        try:
            found = path.lstat()
        except OSError:
            continue
        if stat.S_ISREG(found.st_mode):
            total += found.st_size
    return total


def problems_of(fresh: Freshness) -> list[str]:
    """What a person should look at, in sentences."""
    found = list(fresh.problems)
    failure = fresh.open_failure
    if failure is not None:
        when = text.moment(failure.started_at, fresh.zone)
        what = f"failed: {failure.error}" if failure.error else "was interrupted."
        found.append(f"The refresh of {when} ({failure.trigger}, number {failure.run_id}) {what}")
    if fresh.overdue:
        found.append(_overdue(fresh))
    return found


def _overdue(fresh: Freshness) -> str:
    success = fresh.last_success
    look = f"Run one: `{command('refresh')}`. Check the schedule: `{command('schedule show')}`."
    if success is None:
        return (
            f"No refresh of all projects has finished yet; the schedule is {fresh.schedule}. {look}"
        )
    when = f"{text.moment(success.started_at, fresh.zone)} {fresh.zone}"
    if success.started_at > fresh.now:
        return f"The last refresh has a date in the future ({when}): the clock was wrong. {look}"
    return f"The data is from {when}, older than the schedule ({fresh.schedule}). {look}"
