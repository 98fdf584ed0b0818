"""Folders that transcripts name and that are gone: worktrees, and where projects were before."""

from __future__ import annotations

from schema.statements import has_rows, run_all
from schema.warehouse import Connection


def stand_for(con: Connection, folder: str, other: str) -> None:
    """Remember that ``other`` stands for ``folder``, where that is gone."""
    values = {"folder": folder, "other": other}
    run_all(con, "collector/sql/transcripts/stand_for.sql", values)


def note_move(con: Connection, old: str, new: str) -> None:
    """A project moved: what its transcripts say of the old folder is meant of the new one."""
    if old == new:
        return
    run_all(con, "collector/sql/transcripts/move_folder.sql", {"old": old, "new": new})
    stand_for(con, old, new)


def forget(con: Connection, project_id: str) -> None:
    """Drop what is kept of the uses of a project; its rows are deleted by the caller."""
    if not has_rows(con, "transcript_pieces"):
        return
    # Imported here: a registry without transcripts needs none of it.
    from collector.transcripts import kept_pieces

    kept_pieces.delete(con, kept_pieces.all_pieces(con).forget(project_id))
