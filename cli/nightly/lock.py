"""One service per warehouse: a lock that the operating system releases when its holder dies.

The lock is on a file next to the warehouse that contains the holder's process id. A file left by a
killed service does no harm: only the lock counts.
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
_WAIT_S = 0.5
"""`holder` takes the lock for a moment, and a service that is just ending still has it."""


def lock_path(warehouse: Path) -> Path:
    """The lock file of a warehouse's service; the same through any link to the warehouse."""
    real = Path(os.path.realpath(warehouse))
    return real.with_name(f"{real.name}.service")


@contextmanager
def only_service(warehouse: Path) -> Iterator[None]:
    """Hold the lock of a warehouse's service during the block.

    Raises WarehouseBusy, which names the process, if another has it, and WarehouseDenied if the
    folder does not allow a lock file.
    """
    path = lock_path(warehouse)
    lock = _acquire(path, warehouse)
    try:
        yield
    finally:
        # Removed while still locked, so that nobody can lock a file that is then removed.
        with suppress(OSError):
            path.unlink()
        os.close(lock)


def holder(warehouse: Path) -> int | None:
    """The process id of a warehouse's running service, or None."""
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
    give_up_at = monotonic() + _WAIT_S
    while True:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as exc:
            raise WarehouseDenied(
                f"{path}: {(exc.strerror or type(exc).__name__).lower()}.",
                "The service needs a lock file next to the warehouse: check its folder.",
            ) from exc
        if not _try_lock(lock):
            pid = _read_pid(lock)
            os.close(lock)
            if monotonic() < give_up_at:
                sleep(0.05)
                continue
            raise WarehouseBusy(
                f"A service for {warehouse} is already running: process {pid or 'unknown'}.",
                "Stop it first to start another.",
            )
        if _is_current(path, lock):
            os.truncate(lock, 0)
            os.lseek(lock, 0, os.SEEK_SET)
            os.write(lock, f"{os.getpid()}\n".encode())
            return lock
        os.close(lock)  # its last holder has just removed it: try again with a new one


def _is_current(path: Path, lock: int) -> bool:
    """Whether the locked file is still the one at ``path``."""
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
