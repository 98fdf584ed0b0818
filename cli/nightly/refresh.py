"""One run of the service: collect, aggregate, apply retention, then backup, report and team.

Failures are stored in collect_runs. While the warehouse cannot be written, they are kept in memory
and stored later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from aggregator.refresh import archive, refresh
from cli import state_writer
from cli.configuration import Configuration
from cli.nightly.due import Trigger
from cli.nightly.log import Log
from cli.stop import Stopped
from cli.team_publishing import publish_after_refresh
from collector.collect import collect
from collector.runs import Stopwatch, record_failure, sentence
from schema.backups import weekly
from schema.engine import duckdb
from schema.statements import has_rows
from schema.warehouse import Warehouse

_MOST_KEPT = 100
"""How many failures are kept in memory; the latest, if there are more."""


class Report(Protocol):
    """Writes a report of the warehouse as of a moment to ``target``; returns its bytes."""

    @property
    def target(self) -> Path: ...

    def __call__(self, warehouse: Warehouse, now: datetime) -> int: ...


@dataclass(frozen=True)
class Failure:
    """A run that failed; ``recorded`` says whether that is stored in collect_runs."""

    started_at: datetime
    trigger: Trigger
    error: str
    recorded: bool


class Refresher:
    """Refreshes one warehouse. ``check`` raises Stopped when the service is to end."""

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
        """Refresh once; None on success. Raises Stopped when it was interrupted."""
        self._store_kept()
        self._log("begin", trigger=trigger)
        watch = Stopwatch.start(now)
        try:
            done = collect(
                self._warehouse, now=now, progress=lambda *_: self._check(), trigger=trigger
            )
            self._check()
            rollups = refresh(self._warehouse, now=now, compared_days=Configuration().compared_days)
            self._check()
            archived = archive(self._warehouse, rollups, now=now)
        except Exception as exc:
            self._check()
            if isinstance(exc, duckdb.InterruptException):
                raise Stopped from exc
            return self.failed(now, trigger, exc, ended_at=watch.time())
        if done.new_warehouse is not None:
            self._log("new-warehouse", path=done.new_warehouse)
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
        self._attempt("backup", self._back_up, now)
        self._attempt("report", self._write_report, now)
        self._attempt("team", self._publish, now)
        state_writer.write(self._warehouse, now)
        return None

    def finish(self, now: datetime) -> None:
        """Aggregate what an interrupted run collected. If this fails, the next run does it."""
        self._attempt("finish", self._aggregate, now)

    def warn_of_transcripts(self, now: datetime, next_at: datetime | None) -> None:
        """Log which transcripts will be deleted unread, unless a refresh succeeds earlier."""

        def warn(now: datetime) -> None:
            with self._warehouse.reading() as con:
                if not has_rows(con, "transcript_roots"):
                    return
                from collector.transcripts.check import warnings

                messages = warnings(con, now, next_at)
            for warning in messages:
                self._log("transcripts", warning=warning)

        self._attempt("transcripts", warn, now)

    def _attempt(self, name: str, step: Callable[[datetime], None], now: datetime) -> None:
        """Do what is not part of the run itself: that it fails is logged, and no failed run."""
        self._check()
        try:
            step(now)
        except Exception as exc:
            self._check()
            self._log(f"{name}-failed", error=sentence(exc))

    def _back_up(self, now: datetime) -> None:
        made = weekly(self._warehouse, now=now)
        if made is not None:
            self._log("backup", path=str(made.path), rows=made.rows, bytes=made.size_bytes)

    def _write_report(self, now: datetime) -> None:
        if self._report is not None:
            size = self._report(self._warehouse, now)
            self._log("report", path=str(self._report.target), bytes=size)

    def _publish(self, now: datetime) -> None:
        for said in publish_after_refresh(self._warehouse, now):
            self._log("team", said=said)

    def _aggregate(self, now: datetime) -> None:
        rollups = refresh(self._warehouse, now=now, compared_days=Configuration().compared_days)
        self._log("finished", stale_days=rollups.marks)

    def failed(
        self,
        started_at: datetime,
        trigger: Trigger,
        error: BaseException,
        ended_at: datetime | None = None,
    ) -> Failure:
        """Store a failure, or keep it for later."""
        failure = Failure(started_at, trigger, sentence(error), recorded=False)
        if self._record(failure, ended_at or started_at):
            return Failure(started_at, trigger, failure.error, recorded=True)
        self._kept = [*self._kept, failure][-_MOST_KEPT:]
        return failure

    def _store_kept(self) -> None:
        """Store the kept failures, the oldest first, until one cannot be stored."""
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
