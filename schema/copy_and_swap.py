"""Copy and swap: writing to a copy of the warehouse that then replaces it, so that nobody waits.

A reader that has the file open for minutes (most likely in another program) would make a writer
give up, and a writer that needs seconds would keep all readers waiting. So a copy is written, and
replaces the file at the end. Whoever has the old file open goes on reading the old state, whole;
whoever opens it then gets the new one. No other writer of ours comes in between, because the writer
lock is held, and the copy is dropped if another program was seen to write.

The copy is named ``<warehouse>.aside``, as in all earlier versions.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from schema.engine import duckdb
from schema.errors import WarehouseBusy
from schema.places import log_of

COPY_AFTER_S = 10.0
"""How long a writer waits for readers before it writes to a copy. A query takes less."""


WORTH_IT_BYTES = 64 << 20
"""From this size on, long-running work takes a second or more, longer than copying the file."""


def is_worth_it(warehouse: Path) -> bool:
    """Whether long-running work on this file would keep readers waiting for too long."""
    try:
        return warehouse.stat().st_size >= WORTH_IT_BYTES
    except OSError:
        return False


@contextmanager
def copied(warehouse: Path) -> Iterator[Path]:
    """A copy to be attached, written and detached within the block; it then replaces the file.

    WarehouseBusy where that would not be safe: a writer has the file or changed it meanwhile, or
    left a log next to it, which would be taken for the new file's. The file is then as it was.
    """
    busy = WarehouseBusy(
        f"The warehouse {warehouse} is in use by another program that writes to it.",
        "Try again when it is done. Nothing was changed.",
    )
    # Next to the file that a link leads to: only within one file system is a rename whole.
    target = warehouse.resolve()
    copy = target.with_name(f"{target.name}.aside")
    clear(warehouse)
    before = _looks(target, busy)
    try:
        try:
            shutil.copyfile(target, copy)
        except OSError:
            raise busy from None
        # A copy made while somebody wrote may be half of each state.
        if _looks(target, busy) != before:
            raise busy
        yield copy
        # With a log left over, the copy alone would not be the whole state.
        if log_of(copy).exists() or _looks(target, busy) != before:
            raise busy
        _sync(copy)
        os.replace(copy, target)
        _sync(target.parent)
    finally:
        clear(warehouse)


def clear(warehouse: Path) -> None:
    """Remove a copy that a killed process left. The caller holds the writer lock."""
    target = warehouse.resolve()
    copy = target.with_name(f"{target.name}.aside")
    for path in (log_of(copy), copy):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _looks(target: Path, busy: WarehouseBusy) -> tuple[int, int, int]:
    """The file's inode, size and time; raises ``busy`` when a writer has it, or left a log."""
    try:
        duckdb.connect(str(target), read_only=True).close()
        found = target.stat()
    except (duckdb.Error, OSError):
        raise busy from None
    # A rename would part the two names of a file that has two.
    if found.st_nlink > 1 or log_of(target).exists():
        raise busy
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def _sync(path: Path) -> None:
    """Flush it to the disk, so that a power cut leaves the old file or the new one."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
