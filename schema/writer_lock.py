"""The writer lock: while a writer waits or writes, other writers wait and readers back off.

The locks that DuckDB takes are not fair: as long as any reader has the file, others may join it,
and a writer that tries in between may never find it free. So a writer first takes a lock on a small
file next to the warehouse, which is there only while somebody writes or waits to. A reader that
finds it locked backs off, for a while. Programs that do not know this lock are still kept apart by
DuckDB's own.

The lock dies with its process, and the next writer takes over the file that a killed one left. The
file is named ``<warehouse>.gate``, as in all earlier versions, which may run next to this one.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from schema.errors import WarehouseBusy

BACK_OFF_S = 2.0
"""How long a reader backs off for a writer: longer than a query takes, so that the present readers
are done by then, but bounded, since the writer may be waiting for one that stays."""

_OPEN_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_PAUSE_S = 0.01
_STOP, _PASS = b"-", b"+"
"""How the lock's file begins; the process that holds it follows."""


def lock_file_of(warehouse: Path) -> Path:
    """The file that is there while somebody writes or waits to."""
    return warehouse.with_name(f"{warehouse.name}.gate")


class WriterLock:
    """The lock, in the hands of its holder."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @property
    def is_held(self) -> bool:
        """Whether other writers are locked out; not where no file can be created in the folder."""
        return self._descriptor >= 0

    def hold_readers_back(self) -> None:
        """Have readers back off, because the file itself is to be written."""
        self._say(_STOP)

    def admit_readers(self) -> None:
        """Let readers go on, because a copy is written."""
        self._say(_PASS)

    def _say(self, sign: bytes) -> None:
        if self.is_held:
            os.pwrite(self._descriptor, sign, 0)


@contextmanager
def hold(
    warehouse: Path, wait_s: float, while_waiting: Callable[[], None] | None = None
) -> Iterator[WriterLock]:
    """Hold the lock during the block; other writers wait.

    Readers back off from the start. WarehouseBusy when another process holds it for longer than
    ``wait_s``; ``while_waiting`` is called meanwhile and may raise. Where no file can be created in
    the folder, the block runs without the lock.
    """
    lock_file = lock_file_of(warehouse)
    give_up_at = time.monotonic() + wait_s
    while (descriptor := _taken(lock_file)) is None:
        if time.monotonic() >= give_up_at:
            raise WarehouseBusy(
                f"The warehouse {warehouse} is in use by {_holder(lock_file)}.",
                "Try again when it is done; a refresh takes seconds.",
            )
        if while_waiting is not None:
            while_waiting()
        time.sleep(_PAUSE_S)
    try:
        yield WriterLock(descriptor)
    finally:
        if descriptor >= 0:
            # Removed before it is unlocked: who opened it meanwhile sees that it was removed.
            with suppress(OSError):
                lock_file.unlink(missing_ok=True)
            os.close(descriptor)


def back_off(
    warehouse: Path, until: float, while_waiting: Callable[[], None] | None = None
) -> None:
    """Return when no writer holds the lock, at the latest at ``until`` by the monotonic clock.

    ``while_waiting`` is called meanwhile and may raise.
    """
    lock_file = lock_file_of(warehouse)
    while _is_locked(lock_file) and time.monotonic() < until:
        if while_waiting is not None:
            while_waiting()
        time.sleep(_PAUSE_S)


def _taken(lock_file: Path) -> int | None:
    """The locked descriptor; None while another process holds it, -1 where there can be none."""
    try:
        descriptor = os.open(
            lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
    except OSError:
        return -1
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(lock_file)):
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, _STOP + f"{os.getpid()} {sys.executable}".encode(), 0)
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        os.close(descriptor)
        return -1
    os.close(descriptor)
    return None


def _is_locked(lock_file: Path) -> bool:
    try:
        descriptor = os.open(lock_file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(descriptor, 1, 0) != _PASS
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def _holder(lock_file: Path) -> str:
    """Who holds the lock, as far as its file says."""
    try:
        pid, _, program = lock_file.read_text(encoding="utf-8")[1:].partition(" ")
    except (OSError, UnicodeDecodeError):
        return "another process"
    return f"process {pid} ({program})" if pid.isdecimal() else "another process"
