"""The ledger of passes: one row each, those that failed included.

A pass writes its own row with the rows it stores. One that fails has stored nothing to write its
row with, so the failure is written afterwards, in a short transaction of its own; where even that
is impossible (another process holds the file, the disk is full), whoever ran the pass keeps the
failure and hands it in later. Handing in twice does not make two rows.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Literal, get_args

import duckdb

from schema.connection import transaction
from schema.errors import SkillhouseError, UsageError, WarehouseError
from schema.statements import run_all
from schema.warehouse import Warehouse

Trigger = Literal["manual", "schedule", "catch-up", "retry"]
TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
"""What begins a pass: a person, the schedule, a run that was missed, a run that had failed."""

RECORD_WAIT_S = 1.0
"""How long a failed pass waits for the file to say so: it has waited before, and others wait."""


@dataclass(frozen=True)
class Stopwatch:
    """When a pass began, by the clock it was given, and how long it has taken by one that runs on.

    The end is the beginning and what passed since: a clock that is set back during a pass makes no
    pass that ends before it begins.
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
    """Write down that the pass that began at ``started_at`` failed; whether that could be done.

    A row that the pass left already is changed, so that this may be repeated, and may be said of a
    pass that was stored and whose rollups then failed. Makes no warehouse where none is. Never
    raises a WarehouseError: the caller has a greater one at hand.
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
            run_all(con, "collector/sql/failed_pass.sql", values)
    except WarehouseError:
        return False
    return True


def is_failure(error: Exception) -> bool:
    """Whether an exception is a pass that failed; a wrong request began none, nor was one broken
    off on purpose a failure.
    """
    return not isinstance(error, UsageError | duckdb.InterruptException)


def sentence(error: BaseException) -> str:
    """What went wrong, in a sentence that holds nothing of any file's content."""
    if isinstance(error, SkillhouseError):
        return error.message
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"skillhouse failed ({type(error).__name__}{place})."


@contextmanager
def failure_recorded(
    warehouse: Warehouse, watch: Stopwatch, trigger: Trigger, *, whole: bool
) -> Iterator[None]:
    """Write down, as far as it can be, that the pass failed when the block does."""
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
