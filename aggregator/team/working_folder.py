"""Where a rollup keeps members' counters while it counts: a folder that is gone afterwards.

A rollup that was killed cannot remove its own, so the next one of the same user does. A lock on the
folder says that somebody works in it; it ends with the process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "skillhouse-rollup-"


@contextmanager
def working_folder() -> Iterator[Path]:
    """A new folder that only this user can read; those that killed rollups left are removed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            _remove_if_left(left)
    folder, lock = _made()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _made() -> tuple[Path, int]:
    """A folder and the descriptor that keeps its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with suppress(FileNotFoundError):
            lock = _locked(folder)
            if lock is not None:
                if folder.exists():
                    return folder, lock
                os.close(lock)
        # Another rollup took it for left behind before it was locked.


def _remove_if_left(folder: Path) -> None:
    """Remove a folder of this user in which nobody works."""
    if folder.lstat().st_uid != os.geteuid():
        return
    lock = _locked(folder)
    if lock is not None:
        try:
            shutil.rmtree(folder)
        finally:
            os.close(lock)


def _locked(folder: Path) -> int | None:
    """The descriptor of a folder with its lock; None where another process has that."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
