"""Work on a warehouse that is killed at a given moment, as often as a test likes.

The work is killed with SIGKILL: no handler runs, and nothing is flushed. What must not be seen half
done, such as a file that takes another's place, may take a thousandth of the time: so a kill may
also be at the n-th change that is seen in the folder.

``Killer`` is what a test talks to.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import collector.batch
import collector.transcripts.scan
from aggregator.refresh import refresh
from collector.collect import collect
from conftest import NOW
from forking import Forking, serve
from schema.backups import backup
from schema.compact import compact
from schema.restore import chosen, restore
from schema.warehouse import Connection, Warehouse


def _collect(warehouse: Warehouse) -> None:
    # Each project is merged by itself, and few transcripts at a time, so that there are moments
    # between two commits.
    collector.batch.HELD_ROWS = 1
    collector.transcripts.scan.PART_FILES = 4
    collect(warehouse, (), now=NOW)


def _migrate(warehouse: Warehouse) -> None:
    with warehouse.writing():
        pass


OPERATIONS: dict[str, Callable[[Warehouse], object]] = {
    "collect": _collect,
    "aggregate": lambda warehouse: refresh(warehouse, now=NOW),
    "migrate": _migrate,
    "backup": lambda warehouse: backup(warehouse, now=NOW),
    "restore": lambda warehouse: restore(warehouse, chosen(warehouse, None, now=NOW), now=NOW),
    "compact": compact,
}


@dataclass(frozen=True)
class End:
    """How work ended: whether it was killed before it was done, how long it took, and how often a
    look at its folder found something changed."""

    killed: bool
    seconds: float
    changes: int


class Killer(Forking):
    """Starts work and ends it."""

    def __init__(self) -> None:
        super().__init__(__file__)

    def run(
        self,
        operation: str,
        warehouse: Path,
        *,
        after_s: float | None = None,
        at_change: int | None = None,
        counted: bool = False,
    ) -> End:
        """Work until it is done, or killed: after so many seconds, or at the n-th change of a file.

        Changes are looked for without a pause, which takes a core: where one of them is waited for,
        or they are to be ``counted``. AssertionError when the work itself failed.
        """
        order = {
            "operation": operation,
            "path": str(warehouse),
            "after_s": after_s,
            "at_change": at_change,
            "counted": counted or at_change is not None,
        }
        status, seconds, changes = self.ask(order)
        assert status in (0, -signal.SIGKILL), f"{operation} failed"
        return End(status != 0, seconds, changes)


def _worked(order: dict[str, Any]) -> tuple[int, float, int]:
    """Do the work in a process of its own; how it ended, after how long and how many changes."""
    folder = Path(order["path"]).parent
    began = time.monotonic()
    seen, changes = _look(folder), 0
    worker = os.fork()
    if not worker:
        _work(order["operation"], Path(order["path"]))
    ended, status = 0, 0
    while not ended:
        if order["counted"]:
            found = _look(folder)
            changes += found != seen
            seen = found
        else:
            time.sleep(0.0005)
        late = order["after_s"] is not None and time.monotonic() - began >= order["after_s"]
        if late or changes == order["at_change"]:
            os.kill(worker, signal.SIGKILL)
            ended, status = os.waitpid(worker, 0)
        else:
            ended, status = os.waitpid(worker, os.WNOHANG)
    return os.waitstatus_to_exitcode(status), time.monotonic() - began, changes


def _look(folder: Path) -> set[tuple[object, ...]]:
    """Every file below a folder as it is at this moment."""
    found: set[tuple[object, ...]] = set()
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                stat = os.stat(os.path.join(place, name))
                found.add((place, name, stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return found


def _work(operation: str, path: Path) -> None:
    try:
        OPERATIONS[operation](Warehouse(path, "UTC"))
    except BaseException:
        traceback.print_exc()
        os._exit(3)
    os._exit(0)


# ---------------------------------------------------------------- what a warehouse holds

VOLATILE = {
    "collect_runs": "*",
    "skill_usage": "collect_run_id",
    "schema_migrations": "applied_at",
}
"""What a pass that was killed and one that was not may leave different: which pass it was, and
when. ``verify`` holds the ledger to the rows."""


def everything(warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, but for what is volatile, in an order of their own."""
    with warehouse.reading() as con:
        return {
            table: _rows(con, table, VOLATILE.get(table))
            for (table,) in con.execute("select table_name from duckdb_tables()").fetchall()
            if VOLATILE.get(table) != "*"
        }


def _rows(con: Connection, table: str, but: str | None) -> list[tuple[object, ...]]:
    kept = f"* exclude ({but})" if but else "*"
    found = con.execute(f"select cast(columns({kept}) as varchar) from {table}").fetchall()
    return sorted(found, key=str)


if __name__ == "__main__":
    serve(_worked)
