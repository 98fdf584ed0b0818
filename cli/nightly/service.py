"""The service: checks every few seconds whether a refresh is due, and runs it.

Whether one is due is stored in the warehouse. What is kept in memory only saves reading it: the due
time known to be done, and how long to wait after a failure. The warehouse is open for milliseconds
while it is read, and during a refresh.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic

from cli.nightly.due import DueState, due_state, is_unfinished, runs_since
from cli.nightly.log import Log
from cli.nightly.refresh import Failure, Refresher, Report
from cli.stop import Stop, Stopped, stoppable
from collector.runs import sentence
from schema.connection import transaction
from schema.errors import WarehouseError
from schema.schedule import (
    DEFAULT,
    Schedule,
    last_due,
    next_due,
    store_schedule,
    stored_schedule,
    was_stopped,
)
from schema.warehouse import Warehouse, now_utc, reporting_zone

END_WITHIN_S = 8.0
"""How long a refresh may take to stop; after that the process ends anyway."""

_JUMP = timedelta(seconds=2)
"""A larger difference between the two clocks means that one was set, or the machine slept."""

_READ_AGAIN_S = 600.0
"""Read the warehouse this often even if nothing is due: the schedule may have been changed."""


@dataclass(frozen=True)
class Backoff:
    """The waits after the first, second, ... failure in a row: doubled each time, up to a limit."""

    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(minutes=30)

    def after(self, failures: int) -> timedelta:
        return min(self.first * (1 << min(failures - 1, 20)), self.longest)


@dataclass(frozen=True)
class Timing:
    """How often the service checks, and how long it waits after failures. Tests shorten both."""

    check_s: float = 5.0
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(frozen=True)
class _Retry:
    """Failures in a row for one due time, and when to try again: whichever clock gets there first.

    The monotonic clock may stand still while the machine sleeps, and the other may be set back.
    """

    due_at: datetime
    failures: int
    at: datetime
    at_s: float

    def is_due(self, now: datetime) -> bool:
        return now >= self.at or monotonic() >= self.at_s


@dataclass(frozen=True)
class _Known:
    """What was last read from the warehouse."""

    schedule: Schedule
    zone: str
    state: DueState
    unfinished: bool
    read_s: float


class Service:
    """A warehouse's service. ``schedule`` is what the command line asked for, if anything."""

    def __init__(
        self,
        warehouse: Warehouse,
        schedule: Schedule | None,
        log: Log,
        *,
        clock: Callable[[], datetime] = now_utc,
        timing: Timing | None = None,
        report: Report | None = None,
    ) -> None:
        self.stop = Stop()
        self._warehouse = stoppable(warehouse, self.stop)
        self._asked_for = schedule
        self._refresher = Refresher(self._warehouse, log, self.stop.check, report)
        self._log = log
        self._clock = clock
        self._timing = timing or Timing()
        self._known: _Known | None = None
        self._retry: _Retry | None = None
        self._checking = Lock()

    def run(self) -> None:
        """Serve until ``stop`` is requested.

        Checks run on APScheduler's thread, one at a time: Python handles signals in the main thread
        only, which therefore must not wait for DuckDB. Its cron trigger is wrong on nights on which
        clocks change (docs/decisions/0010). Every check reads the clock, so neither sleep nor a
        changed clock makes one early or late.
        """
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        # What the library logs of skipped checks is not an event of the service.
        logging.getLogger("apscheduler").addHandler(logging.NullHandler())
        logging.getLogger("apscheduler").propagate = False
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        every = {"seconds": self._timing.check_s}
        now = datetime.now(UTC)
        check = scheduler.add_job(self.run_if_due, "interval", next_run_time=now, **every)
        scheduler.start()
        wall, own = self._clock(), monotonic()
        try:
            while not self.stop.wait(self._pause_s()):
                jump = self._clock() - wall - timedelta(seconds=monotonic() - own)
                wall, own = self._clock(), monotonic()
                if abs(jump) > _JUMP:
                    self._log("clock", jumped_s=round(jump.total_seconds(), 1))
                # A due time has come, or the scheduler's next time means nothing any more.
                check.modify(next_run_time=datetime.now(UTC))
        finally:
            scheduler.shutdown(wait=False)
            self._end()

    def _pause_s(self) -> float:
        """Seconds until the next check: sooner when a run is due before it."""
        known, now = self._known, self._clock()
        if known is None:
            return self._timing.check_s
        until_due = next_due(known.schedule, known.zone, now) - now
        return min(self._timing.check_s, until_due.total_seconds())

    def _end(self) -> None:
        """Wait for a check that still runs, and interrupt it."""
        give_up_at = monotonic() + END_WITHIN_S
        while not self._checking.acquire(timeout=0.05) and monotonic() < give_up_at:
            self.stop.interrupt()

    def run_if_due(self) -> None:
        """Refresh if that is due. Never raises: the service goes on."""
        with self._checking:
            self._check()

    def _check(self) -> None:
        try:
            self._run_if_due()
        except Stopped:
            self._log("interrupted")
        except Exception as exc:
            if not self.stop.requested:
                self._fail(Failure(self._clock(), "retry", sentence(exc), recorded=False))
        finally:
            self.stop.forget()

    def _run_if_due(self) -> None:
        now = self._clock()
        if self._is_known_done(now) or self._is_waiting(now):
            return
        try:
            self._known = known = self._read(now)
        except WarehouseError as exc:
            self._unreadable(now, exc)
            return
        trigger = known.state.trigger
        if trigger is None:
            self._retry = None
            if known.unfinished:
                self._refresher.finish(now)
            return
        if self._retry is not None and self._retry.due_at == known.state.due_at:
            trigger = "retry"
        self._log("due", due=known.state.due_at, trigger=trigger)
        failure = self._refresher.run(now, trigger)
        if failure is not None:
            self._fail(failure)
            if failure.recorded:
                self._refresher.warn_of_transcripts(now, None)
            return
        self._retry = None
        self._known = self._read(self._clock())
        self._log("next", due=self._known.state.next_at)
        self._refresher.warn_of_transcripts(now, self._known.state.next_at)

    def _is_known_done(self, now: datetime) -> bool:
        """Whether the last due run was done when the warehouse was read, not long ago."""
        known = self._known
        return (
            known is not None
            and known.state.trigger is None
            and monotonic() - known.read_s < _READ_AGAIN_S
            and last_due(known.schedule, known.zone, now) == known.state.due_at
        )

    def _is_waiting(self, now: datetime) -> bool:
        """Whether it is too early to try again. A new due time does not wait for the old one."""
        if self._retry is None or self._retry.is_due(now):
            return False
        return self._last_due(now) == self._retry.due_at

    def _last_due(self, now: datetime) -> datetime:
        known = self._known
        if known is not None:
            return last_due(known.schedule, known.zone, now)
        return last_due(self._asked_for or DEFAULT, self._warehouse.zone_of_new(), now)

    def _read(self, now: datetime) -> _Known:
        """The schedule and whether a run is due. First stores the schedule asked for, if any.

        From then on the stored one counts, so that it can be changed while the service runs.
        """
        with self._warehouse.reading() as con:
            stored = stored_schedule(con)
            zone = reporting_zone(con)
            schedule = self._asked_for or stored or DEFAULT
            runs = runs_since(con, last_due(schedule, zone, now))
            unfinished = is_unfinished(con)
            stopped = was_stopped(con)
        if schedule != stored or stopped:
            with self._warehouse.writing() as con, transaction(con):
                store_schedule(con, schedule)
        self._asked_for = None
        self._log.zone = zone
        state = due_state(schedule, zone, runs, now)
        if self._known is None or self._known.schedule != schedule:
            self._log("schedule", schedule=str(schedule), zone=zone, next=state.next_at)
        return _Known(schedule, zone, state, unfinished, monotonic())

    def _unreadable(self, now: datetime, exc: WarehouseError) -> None:
        """The warehouse cannot be read: a failed run, unless the last due one is known as done."""
        due_at = self._last_due(now)
        known = self._known
        if known and known.state.trigger is None and known.state.due_at == due_at:
            self._known = replace(known, read_s=monotonic())
            return
        again = self._retry is not None and self._retry.due_at == due_at
        self._fail(self._refresher.failed(now, "retry" if again else "catch-up", exc))

    def _fail(self, failure: Failure) -> None:
        now = self._clock()
        due_at, before = self._last_due(now), self._retry
        failures = before.failures + 1 if before and before.due_at == due_at else 1
        wait = self._timing.backoff.after(failures)
        self._retry = _Retry(due_at, failures, now + wait, monotonic() + wait.total_seconds())
        self._log(
            "failed",
            trigger=failure.trigger,
            error=failure.error,
            recorded=failure.recorded,
            failures=failures,
            retry_at=self._retry.at,
        )
