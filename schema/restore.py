"""Putting a backup in the warehouse's place. What stood there is kept next to it, never removed."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from schema import places, writer_lock
from schema.backups import check, copy, newest
from schema.connection import attach
from schema.error_translation import denied
from schema.errors import (
    UsageError,
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseError,
    WarehouseNewer,
)
from schema.file_access import make_folder
from schema.spelling import command
from schema.swap import folder_lock, prepared, put, put_new, synced, tidy
from schema.warehouse import Warehouse

_PAUSE_S = 0.02


@dataclass(frozen=True)
class Restored:
    """What was restored; ``superseded`` is where the replaced file is kept, if there was one."""

    backup: Path
    superseded: Path | None
    size_bytes: int
    rows: int


def chosen(warehouse: Warehouse, path: Path | None, *, now: datetime) -> Path:
    """The backup at ``path``, or else the newest one. UsageError when there is none."""
    warehouse.exists()
    if path is None:
        kept = newest(warehouse, now=now)
        if kept is None:
            raise UsageError(
                f"There is no backup in {places.folder_of(warehouse.path)}.",
                f"Give the path of one: {command('restore', 'PATH')}",
            )
        return kept
    try:
        if not path.is_file():
            raise UsageError(f"There is no file {path}.", "Give the path of a backup.")
        if warehouse.path.exists() and path.samefile(warehouse.path):
            raise UsageError(f"{path} is the warehouse itself.", "Give the path of a backup.")
    except OSError as exc:
        raise denied(path, exc) from exc
    return path


def restore(warehouse: Warehouse, backup: Path, *, now: datetime) -> Restored:
    """Put a copy of ``backup`` in the warehouse's place, once it was read in full.

    The warehouse may be damaged or missing. Raises WarehouseError for a backup that does not open,
    is not ours or is newer than this program: nothing was changed then.
    """
    make_folder(warehouse.path)
    # What a link names is replaced, not the link.
    warehouse = replace(warehouse, path=warehouse.path.resolve())
    with folder_lock(warehouse.path.parent, warehouse.write_wait_s):
        tidy(warehouse.path.parent, warehouse.path.name)
        with prepared(warehouse.path) as draft:
            copy(warehouse, backup, draft)
            contents = check(warehouse, draft, display_path=backup)
            with writer_lock.hold(warehouse.path, warehouse.write_wait_s):
                superseded = _swap(warehouse, draft, now)
    rows = sum(content.rows for content in contents.values())
    return Restored(backup, superseded, warehouse.path.stat().st_size, rows)


def _swap(warehouse: Warehouse, draft: Path, now: datetime) -> Path | None:
    path = warehouse.path
    log = places.log_of(path)
    if not warehouse.exists():
        if log.exists():
            os.rename(log, places.log_of(_free_name(path, now)))
        put_new(draft, path)
        return None
    usable = _settle(warehouse)
    with _kept_from_writers(path, warehouse.write_wait_s):
        if usable and log.exists():
            raise WarehouseBusy(
                f"Another process wrote to {path} meanwhile.", "Nothing was changed; try again."
            )
        superseded = _free_name(path, now)
        _keep(path, superseded)
        if log.exists():
            # Of a file that cannot be opened. It would make the new one impossible to open as well.
            os.rename(log, places.log_of(superseded))
        put(draft, path)
    return superseded


def _settle(warehouse: Warehouse) -> bool:
    """Bring in what a killed writer left in the log; False when the file cannot be used anyway."""
    try:
        with warehouse.staging_connection() as con:
            attach(con, warehouse.path, "present", wait_s=warehouse.write_wait_s)
            con.execute("detach present")
    except (WarehouseDamaged, WarehouseNewer):
        return False
    except WarehouseError:
        raise
    return True


@contextmanager
def _kept_from_writers(path: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock that DuckDB's readers hold, on a file that DuckDB may not be able to open.

    This process must have no connection to the file: closing the descriptor drops its locks.
    """
    with open(path, "rb") as held:
        give_up_at = time.monotonic() + wait_s
        while True:
            try:
                fcntl.lockf(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
                break
            except (BlockingIOError, PermissionError):
                if time.monotonic() >= give_up_at:
                    raise WarehouseBusy(
                        f"The warehouse {path} is in use by another process.",
                        "Try again when it is done; a refresh takes seconds.",
                    ) from None
            time.sleep(_PAUSE_S)
        yield


def _free_name(path: Path, now: datetime) -> Path:
    """A free name next to the warehouse for what was in its place."""
    begin = f"{path.name}{places.BEFORE_RESTORE}{places.stamp(now)}"
    number = 1
    while True:
        superseded = path.with_name(begin if number == 1 else f"{begin}.{number}")
        if not (os.path.lexists(superseded) or os.path.lexists(places.log_of(superseded))):
            return superseded
        number += 1


def _keep(path: Path, superseded: Path) -> None:
    """Give the present file a second name, so that at no moment there is none."""
    try:
        os.link(path, superseded)
    except FileExistsError as exc:
        raise denied(superseded, exc) from exc
    except OSError:
        os.rename(path, superseded)
    synced(path.parent)
