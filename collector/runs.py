"""The records of runs (``collect_runs``): one row each, failed ones included.

A run stores its record together with the rows it merges. One that fails has no transaction left for
that, so its failure is recorded afterwards in a short one; where even that is impossible (another
process holds the file, the disk is full), the caller keeps the failure and records it later.
Recording it twice does not make two rows.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Literal

from schema.connection import transaction
from schema.engine import duckdb
from schema.errors import SkillhouseError, UsageError, WarehouseError
from schema.frozen import dataclass
from schema.statements import run_all
from schema.warehouse import Warehouse

Trigger = Literal["manual", "schedule", "catch-up", "retry"]
"""What started a run: a person, the schedule, a missed run, a failed run."""

RECORD_WAIT_S = 1.0
"""How long to wait for the file to record a failure: the run has waited before."""


@dataclass(frozen=True)
class Stopwatch:
    """When a run started, by the given clock, and how long it has taken, by the monotonic clock.

    The end is the beginning and what passed since: a clock that is set back during a run
    makes no run that ends before it starts.
    """

    started_at: datetime
    _began: float

    @classmethod
    def start(cls, now: datetime) -> Stopwatch:
        return cls(now, monotonic())

    def time(self) -> datetime:
        """The present moment, on the clock that ``started_at`` is read from."""
        return self.started_at + timedelta(seconds=monotonic() - self._began)


def record_failure(
    warehouse: Warehouse,
    *,
    started_at: datetime,
    trigger: Trigger,
    error: str | BaseException,
    ended_at: datetime | None = None,
    whole: bool = True,
) -> bool:
    """Record that the run that started at ``started_at`` failed; whether that could be done.

    A row that the run stored already is updated, so that this may be repeated, also for a run that
    was merged and whose rollups then failed. Creates no warehouse. Never raises a WarehouseError:
    the caller has a more important error at hand.
    """
    values = {
        "started_at": started_at.isoformat(),
        "ended_at": (ended_at or started_at).isoformat(),
        "trigger": trigger,
        "error": error if isinstance(error, str) else sentence(error),
        "whole": whole,
        "process_id": os.getpid(),
    }
    patience = min(warehouse.write_wait_s, RECORD_WAIT_S)
    try:
        if not warehouse.exists():
            return False
        with replace(warehouse, write_wait_s=patience).writing() as con, transaction(con):
            run_all(con, "collector/sql/failed_run.sql", values)
    except WarehouseError:
        return False
    return True


def is_failure(error: Exception) -> bool:
    """Whether an exception is a failed run; a wrong request and an interruption on purpose are
    none.
    """
    return not isinstance(error, UsageError | duckdb.InterruptException)


def sentence(error: BaseException) -> str:
    """What went wrong, in a sentence that holds nothing of any file's content."""
    if isinstance(error, SkillhouseError):
        return error.message
    frames = traceback.extract_tb(error.__traceback__)
    place = f", {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"Internal error ({type(error).__name__}{place})."


@contextmanager
def failure_recorded(
    warehouse: Warehouse, watch: Stopwatch, trigger: Trigger, *, whole: bool
) -> Iterator[None]:
    """Record, where possible, that the run failed when the block does."""
    try:
        yield
    except Exception as exc:
        if is_failure(exc):
            record_failure(
                warehouse,
                started_at=watch.started_at,
                ended_at=watch.time(),
                trigger=trigger,
                error=exc,
                whole=whole,
            )
        raise
