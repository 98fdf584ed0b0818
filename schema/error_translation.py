"""What an error of DuckDB's or of the file system means for the person who waits.

A cause is named only where it is sure: a warehouse counts as damaged only when nothing else
explains why DuckDB cannot read it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schema.engine import duckdb
from schema.errors import (
    NotAWarehouse,
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseDenied,
    WarehouseError,
    WarehouseMissing,
    WarehouseNewer,
)
from schema.places import backups
from schema.spelling import command, parameter

_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_FORMATS = {
    b"SQLite format 3\0": "an SQLite database",
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
}
_CHANGED_NOTHING = "Nothing was changed."
_FREE_SPACE = "Free some space and run the command again. Stored data is intact."
_CHECK_OWNER = "Check who owns the file and its folder."
_HINTS = {
    errno.ENOSPC: _FREE_SPACE,
    errno.EDQUOT: _FREE_SPACE,
    errno.EFBIG: "Free some space, or allow larger files (ulimit -f), and run the command again.",
    errno.EMFILE: "Allow more open files (ulimit -n) and run the command again.",
    errno.EACCES: _CHECK_OWNER,
    errno.EPERM: _CHECK_OWNER,
    errno.EIO: f"The disk or the network may have failed. {_CHANGED_NOTHING}",
}
_REASONS = {
    os.strerror(number).lower(): number
    for number in (
        *_HINTS,
        errno.EROFS,
        errno.ENFILE,
        errno.ENOMEM,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.ENAMETOOLONG,
        errno.ELOOP,
        errno.ENXIO,
        errno.ESTALE,
    )
}
"""What surely has its cause outside the file. Others may be what a damaged file leads to."""


def in_its_place(found: os.stat_result) -> str | None:
    """What has a warehouse's name and is not a file, such as "a folder"; None for a file."""
    return next((name for is_kind, name in _KINDS if is_kind(found.st_mode)), None)


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """What DuckDB says within the block, as the WarehouseError that fits."""
    try:
        yield
    except duckdb.Error as exc:
        raise translated(exc, path) or exc from exc


def translated(exc: duckdb.Error, path: Path) -> WarehouseError | None:
    """What a DuckDB error means for the person who waits, or None when it means nothing to them."""
    text = str(exc)
    if "Could not set lock" in text:
        holder = _HOLDER.search(text)
        who = f"process {holder['pid']} ({holder['program']})" if holder else "another process"
        return WarehouseBusy(
            f"The warehouse {path} is in use by {who}.",
            "Try again when it is done; a refresh takes seconds.",
        )
    if "storage version" in text and "lower" in text:
        return not_ours(path)
    if "not a valid DuckDB database file" in text:
        if (what := _other_format(path)) is not None:
            return NotAWarehouse(
                f"{path} is not a DuckDB file, but {what}.",
                f"Name a warehouse with {parameter('warehouse')}. {_CHANGED_NOTHING}",
            )
        return WarehouseDamaged(
            f"{path} is not a DuckDB file.",
            f"Name another file with {parameter('warehouse')}. {_CHANGED_NOTHING}"
            + _way_back(path),
        )
    if "version number" in text and "read" in text:
        return WarehouseNewer(
            f"{path} was written by another version of DuckDB.",
            f"Upgrade skillhouse, or name another file with {parameter('warehouse')}."
            f" {_CHANGED_NOTHING}",
        )
    if (number := _refusal(text)) is not None:
        return _refused(path, number)
    broken = (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException)
    if isinstance(exc, broken) or "Corrupt database" in text:
        return damaged(path)
    return None


def damaged(path: Path) -> WarehouseDamaged:
    """The file is DuckDB's, and a part of it is missing or broken."""
    return WarehouseDamaged(
        f"The warehouse {path} cannot be read: it seems to be cut off or damaged.",
        "Nothing was overwritten."
        + (
            _way_back(path)
            or " There is no backup: move the file away and collect again. Records still in the"
            " projects' files are read again."
        ),
    )


def denied(path: Path, exc: OSError) -> WarehouseDenied:
    """What the file system's refusal means for the person who waits."""
    reason = (exc.strerror or type(exc).__name__).lower()
    return WarehouseDenied(f"{path}: {reason}.", _hint(exc.errno or 0))


def missing(path: Path) -> WarehouseMissing:
    """There is no warehouse, and what was asked for does not make one."""
    return WarehouseMissing(
        f"There is no warehouse at {path}.",
        f"Make one with {command('register-project', 'PATH')}, or name another with"
        f" {parameter('warehouse')}.",
    )


def not_ours(path: Path) -> NotAWarehouse:
    """The file is DuckDB's, and another program's."""
    return NotAWarehouse(
        f"{path} is a DuckDB file, but not a skillhouse warehouse.",
        f"Name a warehouse with {parameter('warehouse')}. {_CHANGED_NOTHING}",
    )


def _other_format(path: Path) -> str | None:
    """What a file is that DuckDB does not open, by how it begins; None for none that we know.

    Only for such a file: closing any descriptor of a warehouse drops this process's locks on it.
    """
    try:
        with path.open("rb") as file:
            begin = file.read(16)
    except OSError:
        return None
    return next((name for mark, name in _FORMATS.items() if begin.startswith(mark)), None)


def _refusal(text: str) -> int | None:
    """The system's error that a text of DuckDB's ends with, behind the name of the file."""
    last = text.strip().rpartition(": ")[2].rstrip(".").lower()
    return _REASONS.get(last)


def _refused(path: Path, number: int) -> WarehouseDenied:
    hint = _hint(number)
    if number in (errno.ENOSPC, errno.EDQUOT):
        return WarehouseDenied(f"No space is left for the warehouse {path}.", hint)
    if number == errno.EROFS:
        return WarehouseDenied(
            f"The warehouse {path} cannot be written: it is on a read-only file system.", hint
        )
    if number in (errno.EACCES, errno.EPERM):
        return WarehouseDenied(f"The warehouse {path} cannot be opened: permission denied.", hint)
    return WarehouseDenied(f"The warehouse {path}: {os.strerror(number).lower()}.", hint)


def _hint(number: int) -> str:
    """What to do about a system's error."""
    if number == errno.EROFS:
        return (
            f"Name a warehouse on another disk with {parameter('warehouse')}, or make this one"
            " writable."
        )
    return _HINTS.get(number) or (
        f"Check the folder, or name another warehouse with {parameter('warehouse')}."
    )


def _way_back(path: Path) -> str:
    """How to get a warehouse back that cannot be used; empty where nothing was kept of it."""
    return f" There is a backup of it: {command('restore')}" if backups(path) else ""
