"""Writes the files that ``cli.state_file`` reads, each whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator import text
from cli import state_file
from schema.errors import WarehouseError
from schema.file_access import private_files
from schema.places import unfinished
from schema.schedule import next_due

if TYPE_CHECKING:
    from aggregator.reports.status import Freshness
    from schema.warehouse import Connection, Warehouse

RUNS_AHEAD = 8
"""Due times that the file has; a schedule that was missed so often is overdue anyway."""

NAMES_KEPT = 2_000
"""Skills and agents that a shell is offered, the most used ones."""

WAIT_S = 2.0
"""How long to wait for the warehouse at most: the next prompt would ask it, too."""


def write(warehouse: Warehouse, now: datetime) -> None:
    """Write both files. Does nothing if that is not possible: they only save time."""
    with suppress(WarehouseError, OSError):
        before = state_file.fingerprint(str(warehouse.path))
        with replace(warehouse, read_wait_s=WAIT_S).reading() as con:
            from aggregator.reports.status import freshness

            fresh = freshness(con, now)
            names = list(_names(con))
        if before is not None and not fresh.is_running:
            _replace(warehouse.path, state_file.STATUS, before, status_lines(fresh))
            _replace(warehouse.path, state_file.NAMES, before, names)


def replace_all(warehouse: Warehouse, now: datetime) -> None:
    """Write both files again, and remove those there are even where that is not possible.

    For when what they name must not be found any more. Raises OSError where they cannot be removed.
    """
    for kind in (state_file.STATUS, state_file.NAMES):
        Path(state_file.path_of(str(warehouse.path), kind)).unlink(missing_ok=True)
    write(warehouse, now)


def remember(warehouse: Warehouse, before: str | None, fresh: Freshness) -> None:
    """Write what was found out for a prompt, so that the next one need not ask again.

    ``before`` is the fingerprint from before the warehouse was read.
    """
    if before is not None and not fresh.is_running:
        with suppress(OSError):
            _replace(warehouse.path, state_file.STATUS, before, status_lines(fresh))


def status_lines(fresh: Freshness) -> list[str]:
    """What ``state_file.line_of`` makes the line of, at any later moment."""
    lines = [f"projects {fresh.projects}", f"problems {len(fresh.problems)}"]
    if fresh.open_failure is not None:
        lines.append(f"failure {fresh.open_failure.outcome}")
    if fresh.is_running:
        lines.append("running")
    elif fresh.schedule is not None and not fresh.is_stopped:
        span = fresh.not_overdue
        lines.append("overdue -" if span is None else f"overdue {_seconds(*span)}")
    # A refresh of some projects says little about the others, but may be all there is.
    latest = fresh.last_success or fresh.last_ended
    if latest is not None:
        lines.append(f"collected {_seconds(latest.started_at)}")
    due = fresh.next_run_at
    for _ in range(RUNS_AHEAD):
        if due is None or fresh.schedule is None:
            break
        moment = text.moment(due, fresh.zone)
        lines.append(f"next {_seconds(due)} {moment[-5:]} {moment}")
        due = next_due(fresh.schedule, fresh.zone, due)
    return lines


def _seconds(*instants: datetime) -> str:
    return " ".join(f"{instant.timestamp():.0f}" for instant in instants)


def _names(con: Connection) -> Iterator[str]:
    """What a shell completes, each with its kind. Names that cannot be typed are left out."""
    from schema.statements import statement

    rows = con.execute(statement("cli/sql/names.sql"), {"most": NAMES_KEPT}).fetchall()
    for kind, name, _ in rows:
        if str(name).isprintable():
            yield f"{kind} {name}"


def _replace(warehouse: Path, kind: str, head: str, lines: list[str]) -> None:
    """Write one file, unless the warehouse has changed meanwhile."""
    target = Path(state_file.path_of(str(warehouse), kind))
    part = unfinished(target)
    with private_files(), part.open("w", encoding="utf-8") as file:
        file.write("\n".join([head, *lines, ""]))
    try:
        if state_file.fingerprint(str(warehouse)) == head:
            os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
