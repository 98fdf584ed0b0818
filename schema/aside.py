"""Writing to a copy of the warehouse that then takes its place, for when readers will not leave.

A reader that has the file open for minutes (another program's, most likely) would keep a writer out
until it gave up. It need not: the copy is written instead and put in the file's place at the end.
Whoever has the old file open goes on reading the old state, whole; whoever opens it then finds the
new one. The gate is shut meanwhile, so no other writer of ours can come in between, and the copy is
given up when anybody else was seen to write.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from schema.errors import WarehouseBusy

ASIDE_AFTER_S = 10.0
"""So long a writer waits for readers to leave before it takes a copy. An answer takes less."""


def log_of(database: Path) -> Path:
    """The file in which DuckDB keeps what it has not yet written into the database itself."""
    return database.with_name(f"{database.name}.wal")


@contextmanager
def copied(warehouse: Path, busy: WarehouseBusy) -> Iterator[Path]:
    """A copy to be written, attached and detached within the block; it takes the file's place.

    Raises ``busy`` where that would not be safe: a writer has the file or changed it meanwhile, or
    left a log beside it, which would be taken for the new file's. The file is then as it was.
    """
    target = warehouse.resolve()
    copy = target.with_name(f"{target.name}.aside")
    clear(warehouse)
    before = _looks(target, busy)
    try:
        try:
            shutil.copyfile(target, copy)
            _sync(copy)
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
