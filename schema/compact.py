"""Giving back the room that deleted and rewritten rows have left, and their bytes with it.

DuckDB reuses free blocks but does not empty them: what was deleted can still be read off the disk.
So the rows are copied into a new file, which takes the place of the old one once both were read and
found to hold the same. The old file is held for reading meanwhile: readers go on, also in the old
file after the swap, and no writer can come in.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schema import copy_and_swap, places, writer_lock
from schema.connection import attach
from schema.contents import contents_of
from schema.error_translation import translate_errors
from schema.errors import WarehouseBusy, WarehouseDamaged, WarehouseDenied
from schema.spelling import command
from schema.swap import folder_lock, prepared, put, tidy
from schema.warehouse import Connection, Warehouse

_TRIES = 5


@dataclass(frozen=True)
class Compacted:
    """The file's bytes before and after; ``rows`` are those of all ``tables`` together."""

    bytes_before: int
    bytes_after: int
    tables: int
    rows: int


def compact(warehouse: Warehouse) -> Compacted:
    """Rewrite the warehouse without gaps and swap the files.

    Killed at any moment, it leaves the old file or the new one, whole. Raises UsageError where
    there is no warehouse, WarehouseDenied without room, WarehouseBusy when others keep writing.
    """
    warehouse.expect()
    with warehouse.reading():
        # Refuses what is not ours, and upgrades what is older.
        pass
    # The file is rewritten, not a link to it.
    path = warehouse.path.resolve()
    with folder_lock(path.parent, warehouse.write_wait_s), _settled(warehouse) as con:
        tidy(path.parent, path.name)
        _expect_room(path)
        with prepared(path) as draft, translate_errors(path):
            before = path.stat()
            attach(con, draft, "compacted", wait_s=0, display_path=path)
            con.execute("copy from database kept to compacted").fetchall()
            con.execute("detach compacted")
            # Read from the disk again: what is compared is what will be opened tomorrow.
            attach(con, draft, "compacted", wait_s=0, read_only=True, display_path=path)
            kept, copied = contents_of(con, "kept"), contents_of(con, "compacted")
            con.execute("detach compacted")
            if kept != copied:
                raise WarehouseDamaged(
                    f"The compacted copy of {path} does not have the same rows.",
                    f"It was removed; the warehouse was not changed. Run `{command('verify')}`.",
                )
            if not os.path.samestat(before, path.stat()):
                raise WarehouseBusy(
                    f"{path} was replaced by another file meanwhile.",
                    "Nothing was changed; try again.",
                )
            put(draft, path)
    rows = sum(content.rows for content in kept.values())
    return Compacted(before.st_size, path.stat().st_size, len(kept), rows)


@contextmanager
def _settled(warehouse: Warehouse) -> Iterator[Connection]:
    """The file attached for reading, as ``kept``, without a log next to it, under the writer lock.

    A log that a killed writer left is brought in first: next to the new file it would be taken for
    that one's. Readers go on; a writer that was let in would write to a copy, and one of the two
    would be lost.
    """
    for _ in range(_TRIES):
        if _has_log(warehouse.path):
            with warehouse.writing():
                pass
        with writer_lock.hold(warehouse.path, warehouse.write_wait_s) as lock:
            lock.admit_readers()
            if lock.is_held:
                copy_and_swap.clear(warehouse.path)
            with warehouse.staging_connection() as con:
                attach(con, warehouse.path, "kept", wait_s=warehouse.read_wait_s, read_only=True)
                if not _has_log(warehouse.path):
                    yield con
                    return
    raise WarehouseBusy(
        f"Other processes keep writing to {warehouse.path}.", "Nothing was changed; try again."
    )


def _has_log(path: Path) -> bool:
    return places.log_of(path).exists() or places.log_of(path.resolve()).exists()


def _expect_room(path: Path) -> None:
    needed = path.stat().st_size
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise WarehouseDenied(
            f"Compacting {path} may take {needed:,} bytes beside it; {free:,} are free.",
            "Free some space and run the command again; nothing was changed.",
        )
