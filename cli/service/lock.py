"""One service a warehouse: a lock that the operating system drops when its holder dies.

The lock is on a file of its own beside the warehouse, which also says who holds it. A file that a
dead service left is no hindrance: only the lock counts, and that went with the process.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from schema.errors import WarehouseBusy, WarehouseDenied

_PID_BYTES = 20
_PATIENCE_S = 0.5
"""Someone who only looks holds the lock for a moment, and so does a service that is just ending."""


def lock_path(warehouse: Path) -> Path:
    """Where the lock of a warehouse's service is, by whatever name the warehouse is called."""
    real = Path(os.path.realpath(warehouse))
    return real.with_name(f"{real.name}.service")


@contextmanager
def only_service(warehouse: Path) -> Iterator[None]:
    """Be the one service of a warehouse while the block lasts.

    WarehouseBusy, which names the process, where there is one already; WarehouseDenied where the
    folder does not let us say so.
    """
    path = lock_path(warehouse)
    lock = _acquire(path, warehouse)
    try:
        yield
    finally:
        # Removed while it is still held, so that nobody can hold what is no longer there.
        with suppress(OSError):
            path.unlink()
        os.close(lock)


def holder(warehouse: Path) -> int | None:
    """The process that serves a warehouse now; None while none does. Touches nothing."""
    try:
        lock = os.open(lock_path(warehouse), os.O_RDWR)
    except OSError:
        return None
    try:
        if _try_lock(lock):
            return None
        return _read_pid(lock)
    finally:
        os.close(lock)


def _acquire(path: Path, warehouse: Path) -> int:
    give_up_at = monotonic() + _PATIENCE_S
    while True:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as exc:
            raise WarehouseDenied(
                f"{path}: {(exc.strerror or type(exc).__name__).lower()}.",
                "The service keeps a lock beside the warehouse: check the folder, or name another"
                " --warehouse.",
            ) from exc
        if not _try_lock(lock):
            pid = _read_pid(lock)
            os.close(lock)
            if monotonic() < give_up_at:
                sleep(0.05)
                continue
            raise WarehouseBusy(
                f"A service for {warehouse} is running already: process {pid or 'unknown'}.",
                "One is enough. End that one first to start another.",
            )
        if _is_still(path, lock):
            os.truncate(lock, 0)
            os.lseek(lock, 0, os.SEEK_SET)
            os.write(lock, f"{os.getpid()}\n".encode())
            return lock
        os.close(lock)  # its last holder has just removed it: begin again with a new one


def _is_still(path: Path, lock: int) -> bool:
    """Whether the locked file is the one that has the name."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat())
    except OSError:
        return False


def _read_pid(lock: int) -> int | None:
    os.lseek(lock, 0, os.SEEK_SET)
    text = os.read(lock, _PID_BYTES).strip()
    return int(text) if text.isdigit() else None


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
