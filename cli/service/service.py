"""The service: looks every half minute whether a run is due, and runs it.

Whether one is due is asked of the ledger in the warehouse. What is kept in memory only saves
asking: which due time is known to be done, and how long to wait after a failure. The warehouse is
open while it is asked, for milliseconds, and during a pass.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from time import monotonic
from typing import Any

from aggregator.scheduling.due import last_due, next_due
from aggregator.scheduling.judge import Verdict, is_unfinished, judge, ledger_since
from cli.service.backoff import Patience, Setback
from cli.service.defaults import DEFAULT
from cli.service.log import Log
from cli.service.nightly import Failure, Nightly, Report
from cli.service.stop import Stop, Stopped, stoppable
from collector.runs import sentence
from schema.errors import WarehouseError
from schema.schedule import Schedule, store_schedule, stored_schedule
from schema.warehouse import Warehouse, now_utc, reporting_zone, transaction

END_WITHIN_S = 8.0
"""How long a pass may take to break off; the process ends then all the same."""

_JUMP = timedelta(seconds=2)
"""Clocks that differ by more than this after a glance were not merely adjusted."""

_LOOK_ANYWAY_S = 600.0
"""So often the ledger is asked even if nothing is due: somebody may have changed the schedule."""


@dataclass(frozen=True)
class Pace:
    """How often the service looks, and how patient it is. Tests hurry it."""

    beat: timedelta = timedelta(seconds=30)
    glance_s: float = 5.0
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True)
class _Known:
    """What the last look at the warehouse found."""

    schedule: Schedule
    zone: str
    verdict: Verdict
    unfinished: bool
    looked_s: float


class Service:
    """A warehouse's service. ``schedule`` is what the command line asked for, if anything."""

    def __init__(
        self,
        warehouse: Warehouse,
        schedule: Schedule | None,
        log: Log,
        *,
        clock: Callable[[], datetime] = now_utc,
        pace: Pace | None = None,
        report: Report | None = None,
    ) -> None:
        self.stop = Stop()
        self._warehouse = stoppable(warehouse, self.stop)
        self._asked_for = schedule
        self._nightly = Nightly(self._warehouse, log, self.stop.check, report)
        self._log = log
        self._clock = clock
        self._pace = pace or Pace()
        self._known: _Known | None = None
        self._setback: Setback | None = None
        self._idle = Event()
        self._idle.set()

    def run(self) -> None:
        """Serve until ``stop`` is requested. Raises nothing that a later try might mend."""
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        from cli.service.heartbeat import Heartbeat

        # Whatever the library says of skipped beats is no event of ours.
        logging.getLogger("apscheduler").addHandler(logging.NullHandler())
        logging.getLogger("apscheduler").propagate = False
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        scheduler.add_job(
            self.look,
            Heartbeat(self._pace.beat, self._next_due),
            id="look",
            next_run_time=datetime.now(UTC),
        )
        scheduler.start()
        try:
            self._watch_the_clock(scheduler)
        finally:
            scheduler.shutdown(wait=False)
            self._end()

    def _watch_the_clock(self, scheduler: Any) -> None:
        """Look at once when the wall's clock and ours do not agree on how much time has passed.

        After a sleep, or when the clock was set, the scheduler's own next time means nothing.
        """
        wall, ours = self._clock(), monotonic()
        while not self.stop.wait(self._pace.glance_s):
            passed = self._clock() - wall - timedelta(seconds=monotonic() - ours)
            wall, ours = self._clock(), monotonic()
            if abs(passed) > _JUMP:
                self._log("clock", jumped_s=round(passed.total_seconds(), 1))
                scheduler.modify_job("look", next_run_time=datetime.now(UTC))

    def _end(self) -> None:
        give_up_at = monotonic() + END_WITHIN_S
        while not self._idle.wait(0.05) and monotonic() < give_up_at:
            self.stop.interrupt()

    def _next_due(self, now: datetime) -> datetime | None:
        known = self._known
        return next_due(known.schedule, known.zone, now) if known else None

    def look(self) -> None:
        """Run what is due, if anything is. Never raises: the service lives on."""
        self._idle.clear()
        try:
            self._look()
        except Stopped:
            self._log("interrupted")
        except Exception as exc:
            if not self.stop.requested:
                self._fail(Failure(self._clock(), "retry", sentence(exc), recorded=False))
        finally:
            self.stop.forget()
            self._idle.set()

    def _look(self) -> None:
        now = self._clock()
        if self._nothing_new(now) or self._is_waiting(now):
            return
        try:
            self._known = known = self._ask(now)
        except WarehouseError as exc:
            self._not_told(now, exc)
            return
        trigger = known.verdict.trigger
        if trigger is None:
            self._setback = None
            if known.unfinished:
                self._nightly.finish(now)
            return
        if self._setback is not None and self._setback.due_at == known.verdict.due_at:
            trigger = "retry"
        self._log("due", due=known.verdict.due_at, trigger=trigger)
        failure = self._nightly.run(now, trigger)
        if failure is not None:
            self._fail(failure)
            return
        self._setback = None
        self._known = self._ask(self._clock())
        self._log("next", due=self._known.verdict.next_at)

    def _nothing_new(self, now: datetime) -> bool:
        """Whether the last run that was due is known to be done, from a look not long ago."""
        known = self._known
        return (
            known is not None
            and known.verdict.trigger is None
            and monotonic() - known.looked_s < _LOOK_ANYWAY_S
            and last_due(known.schedule, known.zone, now) == known.verdict.due_at
        )

    def _is_waiting(self, now: datetime) -> bool:
        """Whether it is too early for another try. A new due time does not wait for the old one."""
        if self._setback is None or self._setback.is_over(now, monotonic()):
            return False
        return self._last_due(now) == self._setback.due_at

    def _last_due(self, now: datetime) -> datetime:
        known = self._known
        if known is not None:
            return last_due(known.schedule, known.zone, now)
        return last_due(self._asked_for or DEFAULT, self._warehouse.zone_of_new(), now)

    def _ask(self, now: datetime) -> _Known:
        """The schedule in force and what the ledger says; the schedule asked for is put in force.

        Once it is, the warehouse's word counts, so that it can be changed while the service runs.
        """
        with self._warehouse.reading() as con:
            stored = stored_schedule(con)
            zone = reporting_zone(con)
            schedule = self._asked_for or stored or DEFAULT
            ledger = ledger_since(con, last_due(schedule, zone, now))
            unfinished = is_unfinished(con)
        if schedule != stored:
            with self._warehouse.writing() as con, transaction(con):
                store_schedule(con, schedule)
        self._asked_for = None
        self._log.zone = zone
        verdict = judge(schedule, zone, ledger, now)
        return _Known(schedule, zone, verdict, unfinished, monotonic())

    def _not_told(self, now: datetime, exc: WarehouseError) -> None:
        """The ledger cannot be read: a failed pass when one may be due, and else no event."""
        due_at = self._last_due(now)
        verdict = self._known and self._known.verdict
        if verdict and verdict.trigger is None and verdict.due_at == due_at:
            return
        again = self._setback is not None and self._setback.due_at == due_at
        self._fail(self._nightly.failed(now, "retry" if again else "catch-up", exc))

    def _fail(self, failure: Failure) -> None:
        now, due_at = self._clock(), self._last_due(self._clock())
        before = self._setback
        failures = before.failures + 1 if before and before.due_at == due_at else 1
        pause = self._pace.patience.after(failures)
        self._setback = Setback(due_at, failures, now + pause, monotonic() + pause.total_seconds())
        self._log(
            "failed",
            trigger=failure.trigger,
            error=failure.error,
            recorded=failure.recorded,
            failures=failures,
            retry_at=self._setback.again_at,
        )
