"""One run of the service: collect, aggregate, let old rows go, and what else the night is for.

What fails is written into the ledger. Where even that cannot be done, it is kept here and handed
in when the warehouse can be written again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import duckdb

from aggregator import retention
from aggregator.refresh import refresh
from aggregator.scheduling.judge import Trigger
from cli.service.log import Log
from cli.service.stop import Stopped
from collector.collect import collect
from collector.runs import Stopwatch, record_failure, sentence
from schema.backups import weekly
from schema.warehouse import Warehouse

_KEPT = 100
"""Failures that are kept until they can be handed in; the latest ones, when there are more."""


class Report(Protocol):
    """Writes a report of the warehouse as of a moment to ``target``; returns its bytes."""

    @property
    def target(self) -> Path: ...

    def __call__(self, warehouse: Warehouse, now: datetime) -> int: ...


@dataclass(frozen=True)
class Failure:
    """A run that failed, and whether the ledger says so already."""

    started_at: datetime
    trigger: Trigger
    error: str
    recorded: bool


class Nightly:
    """Runs of one warehouse. ``check`` raises when the service is to end."""

    def __init__(
        self,
        warehouse: Warehouse,
        log: Log,
        check: Callable[..., None],
        report: Report | None = None,
    ) -> None:
        self._warehouse = warehouse
        self._log = log
        self._check = check
        self._report = report
        self._kept: list[Failure] = []

    def run(self, now: datetime, trigger: Trigger) -> Failure | None:
        """Run a pass; None when it was done. Raises Stopped when it was broken off."""
        self._hand_in()
        self._log("begin", trigger=trigger)
        watch = Stopwatch.start(now)
        try:
            done = collect(
                self._warehouse, now=now, progress=lambda *_: self._check(), trigger=trigger
            )
            self._check()
            rollups = refresh(self._warehouse, now=now)
            self._check()
            archived = retention.apply(self._warehouse, now=now, nightly=True)
        except Exception as exc:
            self._check()
            if isinstance(exc, duckdb.InterruptException):
                raise Stopped from exc
            return self.failed(now, trigger, exc, ended_at=watch.time())
        if done.made is not None:
            self._log("new-warehouse", path=done.made)
        totals = {
            name: sum(getattr(entry, name) for entry in done.projects)
            for name in ("files", "inserted", "updated", "rejected", "ignored")
        }
        self._log(
            "end",
            trigger=trigger,
            run=done.collect_run_id,
            projects=len(done.projects),
            **totals,
            problems=len(done.problems),
            stale_days=rollups.marks,
            archived=archived,
            seconds=round((watch.time() - now) / timedelta(seconds=1), 3),
        )
        self._back_up(now)
        self._write_report(now)
        return None

    def _back_up(self, now: datetime) -> None:
        """Make the week's backup when it is due. The run was done, whatever becomes of it."""
        self._check()
        try:
            made = weekly(self._warehouse, now=now)
        except Exception as exc:
            self._check()
            self._log("backup-failed", error=sentence(exc))
            return
        if made is not None:
            self._log("backup", path=str(made.path), rows=made.rows, bytes=made.size_bytes)

    def _write_report(self, now: datetime) -> None:
        """Write the report that was asked for. The run was done, whatever becomes of it."""
        if self._report is None:
            return
        self._check()
        try:
            size = self._report(self._warehouse, now)
        except Exception as exc:
            self._check()
            self._log("report-failed", error=sentence(exc))
            return
        self._log("report", path=str(self._report.target), bytes=size)

    def finish(self, now: datetime) -> None:
        """Aggregate what an earlier run collected before it was ended. The next run tries, too."""
        try:
            rollups = refresh(self._warehouse, now=now)
        except Exception as exc:
            self._check()
            self._log("finish-failed", error=sentence(exc))
            return
        self._log("finished", stale_days=rollups.marks)

    def failed(
        self,
        started_at: datetime,
        trigger: Trigger,
        error: BaseException,
        ended_at: datetime | None = None,
    ) -> Failure:
        """Write a failure into the ledger, or keep it for later."""
        failure = Failure(started_at, trigger, sentence(error), recorded=False)
        if self._record(failure, ended_at or started_at):
            return Failure(started_at, trigger, failure.error, recorded=True)
        self._kept = [*self._kept, failure][-_KEPT:]
        return failure

    def _hand_in(self) -> None:
        """Write down the failures that were kept, the oldest first, as far as it can be done."""
        while self._kept and self._record(self._kept[0], self._kept[0].started_at):
            self._kept.pop(0)

    def _record(self, failure: Failure, ended_at: datetime) -> bool:
        return record_failure(
            self._warehouse,
            started_at=failure.started_at,
            ended_at=ended_at,
            trigger=failure.trigger,
            error=failure.error,
        )
