"""Writing to a copy of the warehouse that then takes its place, so that nobody waits for anybody.

A reader that has the file open for minutes (another program's, most likely) would keep a writer out
until it gave up, and a writer with work for seconds would keep all readers waiting. So a copy is
written and put in the file's place at the end. Whoever has the old file open goes on reading the
old state, whole; whoever opens it then finds the new one. No other writer of ours comes in between,
because the gate is kept meanwhile, and a copy is given up when anybody else was seen to write.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from schema.errors import WarehouseBusy
from schema.places import log_of

ASIDE_AFTER_S = 10.0
"""So long a writer waits for readers to leave before it takes a copy. An answer takes less."""


WORTH_IT_BYTES = 64 << 20
"""From this size on, work at length takes a second or more, which is longer than copying does."""


def is_worth_it(warehouse: Path) -> bool:
    """Whether work at length on this file would keep readers waiting for too long."""
    try:
        return warehouse.stat().st_size >= WORTH_IT_BYTES
    except OSError:
        return False


@contextmanager
def copied(warehouse: Path) -> Iterator[Path]:
    """A copy to be written, attached and detached within the block; it takes the file's place.

    WarehouseBusy where that would not be safe: a writer has the file or changed it meanwhile, or
    left a log beside it, which would be taken for the new file's. The file is then as it was.
    """
    busy = WarehouseBusy(
        f"The warehouse {warehouse} is in use by another program, which writes to it.",
        "Try again when it is done. Nothing was changed.",
    )
    target = warehouse.resolve()
    copy = target.with_name(f"{target.name}.aside")
    clear(warehouse)
    before = _looks(target, busy)
    try:
        try:
            shutil.copyfile(target, copy)
        except OSError:
            raise busy from None
        if _looks(target, busy) != before:
            raise busy
        yield copy
        if log_of(copy).exists() or _looks(target, busy) != before:
            raise busy
        _sync(copy)
        os.replace(copy, target)
        _sync(target.parent)
    finally:
        clear(warehouse)


def clear(warehouse: Path) -> None:
    """Remove a copy that was left by a process that was killed. Only with the gate shut."""
    target = warehouse.resolve()
    copy = target.with_name(f"{target.name}.aside")
    for path in (log_of(copy), copy):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _looks(target: Path, busy: WarehouseBusy) -> tuple[int, int, int]:
    """How a file looks that only readers have; ``busy`` when a writer has it, or left a log."""
    try:
        duckdb.connect(str(target), read_only=True).close()
        found = target.stat()
    except (duckdb.Error, OSError):
        raise busy from None
    if found.st_nlink > 1 or log_of(target).exists():
        raise busy
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def _sync(path: Path) -> None:
    """Have it on the disk, so that a power cut leaves the old file or the new one."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
