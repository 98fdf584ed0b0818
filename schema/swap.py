"""Writing a file next to its place and putting it there whole, so that a kill leaves old or new.

DuckDB looks for a log next to a file by the file's name. One that belongs to another file makes the
warehouse impossible to open, so nothing is ever put where a log lies.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from schema.error_translation import denied
from schema.errors import WarehouseBusy
from schema.file_access import private_files
from schema.places import left_spilled, left_unfinished, log_of, unfinished

_PAUSE_S = 0.02


@contextmanager
def folder_lock(folder: Path, wait_s: float) -> Iterator[None]:
    """Lock a folder: one process at a time may copy, compact, restore or tidy up in it.

    The lock is on the folder itself: it leaves no file, and dies with its process. Raises
    WarehouseBusy when another process has it for longer than ``wait_s``.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as exc:
        raise denied(folder, exc) from exc
    try:
        _lock(descriptor, folder, wait_s)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path, wait_s: float) -> None:
    give_up_at = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                raise WarehouseBusy(
                    f"Another process is copying, compacting or restoring a warehouse in {folder}.",
                    "Try again when it is done.",
                ) from None
        except OSError:
            # A file system without such locks: who swaps checks what it swaps, all the same.
            return
        else:
            return
        time.sleep(_PAUSE_S)


@contextmanager
def prepared(target: Path) -> Iterator[Path]:
    """Where to write what is to become ``target``; gone after the block, whatever happened.

    Raises WarehouseDenied for what the file system refuses.
    """
    draft = unfinished(target)
    try:
        with private_files():
            yield draft
    except OSError as exc:
        raise denied(target, exc) from exc
    finally:
        remove(draft)


def remove(database: Path) -> None:
    """Remove a file and its log, if they are there."""
    for path in (log_of(database), database):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def tidy(folder: Path, begin: str) -> None:
    """Remove what killed processes left of files whose names begin so, holding the lock."""
    for path in left_unfinished(folder, begin):
        with suppress(OSError):
            path.unlink()
    for spilled in left_spilled(folder):
        shutil.rmtree(spilled, ignore_errors=True)


def put(draft: Path, target: Path) -> None:
    """The draft, on the disk, under its name; what had the name is no longer found by it."""
    synced(draft)
    os.replace(draft, target)
    synced(target.parent)


def put_new(draft: Path, target: Path) -> None:
    """The draft, on the disk, under a name that is free. FileExistsError when it is not."""
    synced(draft)
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links: nobody else makes backups by that name.
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        os.replace(draft, target)
    synced(target.parent)


def synced(path: Path) -> None:
    """Have a file or folder on the disk, so that a power cut does not take it back."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
