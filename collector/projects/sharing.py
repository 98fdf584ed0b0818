"""Rows that several projects hold: each is counted once, for the first of these projects.

Checkouts of one repository, and one folder under several paths, share every record that both hold.
Any two projects share a history that both begin with, such as that of a clone with committed
metrics: a long run of equal records, never single equal ones, which two repositories may well have.
From the first record on that only one of them has, each has its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from collector.files.checkouts import Checkout, checkout_of
from schema.frozen import dataclass
from schema.spelling import command
from schema.statements import has_rows, run_all, statement
from schema.stored_settings import store_setting, stored_setting
from schema.warehouse import Connection

ENOUGH = 8
"""So many equal moments make a run of records a copy; a moment finer than a second counts FINE."""

FINE = 3

_SETTING = "doubled_rows"
"""The setting that says, of a file of an earlier version, that its rows are to be compared."""


@dataclass(frozen=True)
class Place:
    """A project's folder by device and inode, None where it is not there, and its checkout."""

    folder: str | None
    checkout: Checkout | None


@dataclass(frozen=True)
class Sharing:
    """Rows that two projects hold: ``owner`` is the one for which they count.

    ``repaired`` rows had been stored twice and are counted once from now on.
    """

    project_id: str
    owner: str
    is_new: bool
    repaired: int

    @property
    def sentence(self) -> str:
        """What a person should hear of it, and what to do."""
        parts = []
        if self.is_new:
            parts.append(
                f"begins with the same records as {self.owner} (a copy of it?); they count once,"
                f" for {self.owner}. If it is not needed:"
                f" {command('unregister-project', self.project_id)}"
            )
        if self.repaired:
            rows = "row was" if self.repaired == 1 else "rows were"
            parts.append(
                f"{self.repaired:,} {rows} stored twice, here and for {self.owner}, and count once"
                " now"
            )
        return "; ".join(parts)


def folder_of(path: str) -> str | None:
    """The folder at ``path`` by device and inode; None where there is none to be seen."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    # Some file systems have no inodes.
    return f"{status.st_dev}:{status.st_ino}" if status.st_ino else None


def place_of(path: str) -> Place:
    """The folder at ``path`` and the repository it is a checkout of, as they are now."""
    return Place(folder_of(path), checkout_of(Path(path)))


def note_places(con: Connection, seen: Mapping[str, Place]) -> None:
    """Remember which folders the projects are, and of which repositories they are checkouts.

    What was remembered of another project is looked at again where it would be the same folder: one
    that is gone may have left its number to this one. Projects that changed are put into the
    temporary table ``relinked``.
    """
    rows = con.execute(statement("collector/sql/sharing/places.sql")).fetchall()
    known = {row[0]: row[2] for row in rows}
    taken = {
        place.folder
        for project_id, place in seen.items()
        if place.folder and project_id in known and known[project_id] != place.folder
    }
    for project_id, path, *before in rows:
        place = seen.get(project_id)
        if place is None and before[0] in taken:
            place = Place(folder_of(path), None)
        elif place is None or place.folder is None:
            # Nothing is known of a folder that is not there, perhaps for a while.
            continue
        after = [place.folder, *_repository(place.checkout, before[1], before[2])]
        if after != before:
            con.execute(
                statement("collector/sql/sharing/set_place.sql"),
                dict(zip(("folder", "repository", "is_worktree"), after, strict=True))
                | {"id": project_id},
            ).fetchall()
            con.execute(
                statement("collector/sql/sharing/relink.sql"), {"id": project_id}
            ).fetchall()


def _repository(
    checkout: Checkout | None, known: str | None, is_worktree: bool
) -> tuple[str | None, bool]:
    """The repository of a checkout, by the path by which it is known already."""
    if checkout is None:
        return known, is_worktree
    if checkout.repository == known:
        return known, checkout.is_worktree
    folder = folder_of(checkout.repository)
    if known is not None and folder is not None and folder_of(known) == folder:
        return known, checkout.is_worktree
    return checkout.repository, checkout.is_worktree


def share(con: Connection, seen: Mapping[str, Place]) -> list[Sharing]:
    """Give the staged rows, and the stored ones they belong to, to their owners.

    ``seen`` are the projects of the batch and where they are. Call it before the merge and in its
    transaction. Leaves the temporary table ``checkouts`` to those who come after, where any file
    was read.
    """
    con.execute(statement("collector/sql/sharing/relinked.sql")).fetchall()
    note_places(con, seen)
    unchecked = stored_setting(con, _SETTING) == "unchecked"
    if not (unchecked or has_rows(con, "staged_files") or has_rows(con, "relinked")):
        return []
    run_all(con, "collector/sql/macros.sql", {})
    run_all(con, "collector/sql/sharing/links.sql", {})
    run_all(con, "collector/sql/sharing/openings.sql", {})
    run_all(con, "collector/sql/sharing/known_runs.sql", {})
    if has_rows(con, "new_openings"):
        run_all(con, "collector/sql/sharing/candidates.sql", {})
    if unchecked:
        con.execute(statement("collector/sql/sharing/relink_all.sql")).fetchall()
        run_all(con, "collector/sql/sharing/stored_candidates.sql", {})
        store_setting(con, _SETTING, None)
    if has_rows(con, "compared_rows"):
        values = {"enough": ENOUGH, "fine": FINE}
        run_all(con, "collector/sql/sharing/runs.sql", values)
    else:
        con.execute(statement("collector/sql/sharing/no_runs.sql")).fetchall()
    if not (has_rows(con, "checkouts") or has_rows(con, "shared_runs") or _has_shared_rows(con)):
        return []
    run_all(con, "collector/sql/sharing/unify.sql", {})
    run_all(con, "collector/sql/sharing/entries.sql", {})
    found = con.execute(statement("collector/sql/sharing/found.sql")).fetchall()
    return [Sharing(*row) for row in found]


def decide_owners(con: Connection) -> None:
    """Decide again for whom shared rows count: projects came, went or moved."""
    if not _has_shared_rows(con):
        return
    run_all(con, "collector/sql/sharing/links.sql", {})
    run_all(con, "collector/sql/sharing/owners.sql", {})


def _has_shared_rows(con: Connection) -> bool:
    text = statement("collector/sql/sharing/shared_rows.sql")
    return bool(con.execute(text).fetchall())
