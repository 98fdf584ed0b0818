"""Backups: copies of the warehouse that were opened and read before they got their names.

A copy is made byte for byte while the file is held for reading: other readers go on, and no writer
can come in. What a killed writer left in the log next to the file belongs to it and is copied too;
opening the copy brings it in. Only then is the copy read, in full, and named.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from schema import places
from schema.connection import Connection, attach
from schema.contents import Content, contents_of, rows_of
from schema.engine import duckdb
from schema.error_translation import denied, translate_errors
from schema.errors import UsageError, WarehouseDamaged, WarehouseError
from schema.spelling import command
from schema.statements import statement
from schema.swap import folder_lock, prepared, put_new, tidy
from schema.upgrade import version_of
from schema.warehouse_file import WarehouseFile

EVERY = timedelta(days=7)
KEEP_WEEKLY = 4
KEEP_BEFORE_UPGRADE = 3


@dataclass(frozen=True)
class Backup:
    """A backup that was made. ``rows`` are those of all ``tables`` together."""

    path: Path
    size_bytes: int
    tables: int
    rows: int


def backup(
    warehouse: WarehouseFile, path: Path | None = None, *, now: datetime, label: str = ""
) -> Backup:
    """Copy the warehouse to ``path``, or under a name with the time into the folder of backups.

    Raises UsageError where there is nothing to copy or something in the way, WarehouseError.
    """
    warehouse.expect()
    with folder_lock(warehouse.path.parent, warehouse.write_wait_s):
        target = _target(warehouse.path, path, now, label)
        tidy(target.parent, target.name if path else places.begin_of(warehouse.path))
        try:
            with prepared(target) as draft:
                made = _checked(warehouse, draft, target)
                put_new(draft, target)
        except BaseException:
            if path is None:
                # Next to another program's file nothing of ours stays, not even an empty folder.
                with suppress(OSError):
                    target.parent.rmdir()
            raise
    return made


@contextmanager
def passing(warehouse: WarehouseFile) -> Iterator[Backup]:
    """A checked copy that is gone after the block, to be written to a pipe for example.

    Raises as ``backup`` does.
    """
    warehouse.expect()
    folder = warehouse.path.parent
    with folder_lock(folder, warehouse.write_wait_s):
        tidy(folder, places.begin_of(warehouse.path))
        with prepared(folder / f"{places.begin_of(warehouse.path)}-passing") as draft:
            yield _checked(warehouse, draft, draft)


def _checked(warehouse: WarehouseFile, draft: Path, target: Path) -> Backup:
    """Copy the warehouse to ``draft`` and read all of it; reported as the backup ``target``."""
    rows = copy(warehouse, warehouse.path, draft)
    contents = check(warehouse, draft, display_path=warehouse.path)
    if {table: content.rows for table, content in contents.items()} != rows:
        raise WarehouseDamaged(
            f"The copy of {warehouse.path} does not have the same rows; it was removed.",
            f"Run `{command('verify')}`. The warehouse itself was not changed.",
        )
    return Backup(target, draft.stat().st_size, len(rows), sum(rows.values()))


def weekly(warehouse: WarehouseFile, *, now: datetime, keep: int = KEEP_WEEKLY) -> Backup | None:
    """Make the weekly backup when it is due and delete the oldest; None when it is not due."""
    if not (warehouse.exists() and is_due(warehouse, now=now)):
        return None
    made = backup(warehouse, now=now, label=places.WEEKLY)
    prune(warehouse, keep, now=now, labels=(places.WEEKLY,))
    return made


def is_due(warehouse: WarehouseFile, *, now: datetime, every: timedelta = EVERY) -> bool:
    """Whether no weekly backup is as young as ``every``.

    One from the future, made while the clock was wrong, does not count.
    """
    return not any(
        now - every < kept.taken_at <= now
        for kept in places.backups(warehouse.path)
        if kept.label == places.WEEKLY
    )


def before_upgrade(warehouse: WarehouseFile, version: int, *, now: datetime) -> Backup:
    """Copy the warehouse before its schema is brought to ``version``."""
    label = f"{places.BEFORE_UPGRADE}{version:04d}"
    made = backup(warehouse, now=now, label=label)
    labels = {kept.label for kept in places.backups(warehouse.path) if kept.label}
    upgrades = tuple(each for each in labels if each.startswith(places.BEFORE_UPGRADE))
    prune(warehouse, KEEP_BEFORE_UPGRADE, now=now, labels=upgrades)
    return made


def prune(
    warehouse: WarehouseFile,
    keep: int,
    *,
    now: datetime,
    labels: tuple[str, ...] = ("", places.WEEKLY),
) -> list[Path]:
    """Remove all but the ``keep`` newest backups of these labels; returns what is gone.

    What somebody named is never removed. Those from the future go first: were they kept for being
    the newest, each new one would go at once.
    """
    mine = [kept for kept in places.backups(warehouse.path) if kept.label in labels]
    mine.sort(key=lambda kept: (kept.taken_at <= now, kept.taken_at, kept.path.name))
    gone = [kept.path for kept in mine[: max(0, len(mine) - max(keep, 1))]]
    for path in gone:
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            raise denied(path, exc) from exc
    return gone


def newest(warehouse: WarehouseFile, *, now: datetime) -> Path | None:
    """The backup that holds the latest state of the warehouse, if there is any.

    A clock may have been wrong, so what the backups hold comes first: one that holds the last run
    of another, and a later one, was made after it. Only where that says nothing their times decide,
    and one from the future counts as the oldest.
    """
    found = places.backups(warehouse.path)
    found.sort(key=lambda kept: (kept.taken_at <= now, kept.taken_at, kept.path.name))
    if len(found) < 2:
        return found[0].path if found else None
    runs = {kept.path: _runs(warehouse, kept.path) for kept in found}
    best = found[-1].path
    # Repeated, because what came after one may itself have come before another.
    for kept in found * 2:
        if _is_earlier(runs[best], runs[kept.path]):
            best = kept.path
    return best


def _runs(warehouse: WarehouseFile, kept: Path) -> list[tuple[int, int]]:
    """The runs that a backup knows of, in their order; none where it cannot be opened."""
    try:
        with warehouse.staging_connection() as con:
            attach(con, kept, "kept", wait_s=0, read_only=True)
            found = con.execute(statement("schema/kept_runs.sql")).fetchall()
    except (WarehouseError, duckdb.Error):
        return []
    return [(int(number), int(started)) for number, started in found]


def _is_earlier(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> bool:
    """Whether ``other`` continues the history that ``one`` ends."""
    return bool(one) and one[-1] in other[:-1]


def copies(warehouse: WarehouseFile) -> list[Path]:
    """Every copy of the warehouse that stands where we put copies, oldest backups first."""
    found = [*places.backups(warehouse.path), *places.superseded_copies(warehouse.path)]
    return [kept.path for kept in found]


def may_hold(warehouse: WarehouseFile, kept: Path, project_id: str) -> bool:
    """Whether a copy holds a project; a copy that cannot be opened may."""
    try:
        with warehouse.staging_connection() as con:
            attach(con, kept, "kept", wait_s=0, read_only=True)
            found = con.execute(
                statement("schema/kept_projects.sql"), {"id": project_id}
            ).fetchall()
    except (WarehouseError, duckdb.Error):
        return True
    return bool(found[0][0])


def copy(warehouse: WarehouseFile, source: Path, draft: Path) -> dict[str, int]:
    """Copy a warehouse's file and its log while nobody can write; returns each table's rows.

    Raises WarehouseError where ``source`` is not a warehouse of ours.
    """
    with warehouse.staging_connection() as con:
        while True:
            # Opened before DuckDB locks the file and closed after it is unlocked: closing any
            # descriptor of a file drops this process's locks on it.
            with _opened(source) as content, translate_errors(source):
                attach(con, source, "source", wait_s=warehouse.read_wait_s, read_only=True)
                try:
                    if not os.path.samestat(os.fstat(content.fileno()), source.stat()):
                        continue
                    _expect_ours(con, "source", source)
                    rows = rows_of(con, "source")
                    with open(draft, "wb") as target:
                        shutil.copyfileobj(content, target, 1 << 20)
                    if places.log_of(source).exists():
                        shutil.copyfile(places.log_of(source), places.log_of(draft))
                    return rows
                finally:
                    con.execute("detach source")


def _opened(source: Path) -> BinaryIO:
    try:
        return open(source, "rb")
    except OSError as exc:
        raise denied(source, exc) from exc


def check(warehouse: WarehouseFile, draft: Path, *, display_path: Path) -> dict[str, Content]:
    """Bring the copy's log in and read all of it; errors name the file it is a copy of."""
    with warehouse.staging_connection() as con, translate_errors(display_path):
        if places.log_of(draft).exists():
            attach(con, draft, "copy", wait_s=0, display_path=display_path)
            con.execute("detach copy")
        attach(con, draft, "copy", wait_s=0, read_only=True, display_path=display_path)
        _expect_ours(con, "copy", display_path)
        contents = contents_of(con, "copy")
        con.execute("detach copy")
        return contents


def _expect_ours(con: Connection, name: str, path: Path) -> None:
    if not version_of(con, name, path):
        raise WarehouseDamaged(
            f"{path} is an empty DuckDB file, not a warehouse.", "Nothing was changed."
        )


def _target(warehouse: Path, path: Path | None, now: datetime, label: str) -> Path:
    """Where the backup is to stand, in a folder that is there; UsageError for a taken name."""
    if path is None:
        folder = places.folder_of(warehouse)
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as exc:
            raise denied(folder, exc) from exc
        return places.free_name(folder, warehouse, now, label)
    if path.is_dir():
        return places.free_name(path, warehouse, now, label)
    if os.path.lexists(path):
        raise UsageError(
            f"{path} already exists; a backup never overwrites a file.", "Give another name."
        )
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.", "Create it, or choose another path.")
    return path
