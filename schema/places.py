"""Where the copies of a warehouse stand, and what their names say.

An automatically named backup is ``backups/<warehouse>-<UTC time>[-<label>].duckdb`` next to the
warehouse. The label says why it was made: ``weekly`` by the service, ``before-0002`` before an
upgrade to that schema version, none when somebody asked for it.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from schema.frozen import dataclass

FOLDER = "backups"
WEEKLY = "weekly"
BEFORE_UPGRADE = "before-"
BEFORE_RESTORE = ".before-restore-"

_SPILL = ".spill-"
_SUFFIX = ".duckdb"
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(?P<stamp>\d{8}T\d{6}Z)(?:-(?P<label>weekly|before-\d+))?(?:\.\d+)?")


@dataclass(frozen=True)
class Kept:
    """A copy of a warehouse. ``label`` is None for one whose name is not of ``backups/``."""

    path: Path
    taken_at: datetime
    label: str | None


def folder_of(warehouse: Path) -> Path:
    """The folder of automatically named backups."""
    return warehouse.parent / FOLDER


def begin_of(warehouse: Path) -> str:
    """How the names of its backups begin."""
    return warehouse.name.removesuffix(_SUFFIX)


def free_name(folder: Path, warehouse: Path, now: datetime, label: str = "") -> Path:
    """A name in a folder, not yet taken, for a backup made at ``now``."""
    begin = f"{begin_of(warehouse)}-{stamp(now)}" + (f"-{label}" if label else "")
    number = 1
    while True:
        more = "" if number == 1 else f".{number}"
        path = folder / f"{begin}{more}{_SUFFIX}"
        if not os.path.lexists(path):
            return path
        number += 1


def backups(warehouse: Path) -> list[Kept]:
    """The backups in that folder, oldest first. Whatever else lies there is not looked at."""
    begin = f"{begin_of(warehouse)}-"
    found = []
    for name in _names(folder_of(warehouse)):
        if not (name.startswith(begin) and name.endswith(_SUFFIX)):
            continue
        parts = _NAME.fullmatch(name[len(begin) : -len(_SUFFIX)])
        if parts:
            taken = datetime.strptime(parts["stamp"], _STAMP).replace(tzinfo=UTC)
            found.append(Kept(folder_of(warehouse) / name, taken, parts["label"] or ""))
    return sorted(found, key=lambda kept: (kept.taken_at, kept.path.name))


def superseded_copies(warehouse: Path) -> list[Kept]:
    """Copies that a restore, or an upgrade by an earlier version, left next to the warehouse."""
    begin = f"{warehouse.name}.before-"
    found = []
    for name in _names(warehouse.parent):
        path = warehouse.parent / name
        if name.startswith(begin) and not name.endswith(".wal") and path.is_file():
            taken = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            found.append(Kept(path, taken, None))
    return sorted(found, key=lambda kept: kept.path.name)


def log_of(database: Path) -> Path:
    """The file in which DuckDB keeps what it has not yet written into the database itself."""
    return database.with_name(f"{database.name}.wal")


def stamp(now: datetime) -> str:
    """An instant as it is in a name: in UTC, to the second."""
    return now.astimezone(UTC).strftime(_STAMP)


def unfinished(target: Path) -> Path:
    """Where this process writes what becomes ``target`` once it is whole."""
    return target.with_name(f".{target.name}.{os.getpid()}.unfinished")


def spill_of(folder: Path) -> Path:
    """Where this process puts what does not fit into memory, while it works."""
    return folder / f"{_SPILL}{os.getpid()}"


def left_spilled(folder: Path) -> list[Path]:
    """What killed processes have left of that."""
    found = []
    for name in _names(folder):
        number = name.removeprefix(_SPILL)
        if name == ".spill" or (name != number and number.isdecimal() and not _lives(int(number))):
            found.append(folder / name)
    return found


def _lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def left_unfinished(folder: Path, begin: str) -> list[Path]:
    """What killed processes left of files whose names begin so, logs included."""
    pattern = re.compile(rf"\.{re.escape(begin)}.*\.\d+\.unfinished(\.wal)?")
    return [folder / name for name in _names(folder) if pattern.fullmatch(name)]


def _names(folder: Path) -> list[str]:
    """The names in a folder; none where it is missing or may not be looked into."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
