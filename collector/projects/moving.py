"""Which project a folder is, by whichever path, and what happens when its folder is elsewhere."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from collector.files.checkouts import Checkout, checkout_of
from collector.projects.registry import Project, by_id, find_project, remove
from collector.projects.same_folder import same_folder
from collector.projects.sharing import decide_owners, folder_of
from collector.transcripts import folders
from schema.connection import transaction
from schema.errors import ProjectError
from schema.settings import absolute
from schema.spelling import command
from schema.statements import statement
from schema.warehouse import Connection


def real_folder(folder: Path) -> str:
    """The real path of a folder. ProjectError where there is none, or it cannot be stored."""
    path = os.path.realpath(absolute(folder))
    try:
        path.encode()
    except UnicodeEncodeError:
        raise ProjectError("The folder's path is not UTF-8.", "Rename the folder.") from None
    if not os.path.isdir(path):
        what = "is a file, not a folder" if os.path.exists(path) else "does not exist"
        raise ProjectError(f"{path} {what}.", "Give the path of a project's top folder.")
    return path


def project_at(con: Connection, path: str) -> Project | None:
    """The project of the folder at a path, by whichever path it is registered."""
    known = _registered(con, path)
    if known is None and (project_id := same_folder(con, path)):
        known = by_id(con, project_id)
    return known


def _registered(con: Connection, path: str) -> Project | None:
    """The project at a path, if there is one: most who register are new."""
    text = statement("collector/sql/project_at.sql")
    rows = con.execute(text, {"path": path}).fetchall()
    return by_id(con, rows[0][0]) if rows else None


def known_repository(con: Connection, checkout: Checkout | None) -> Checkout | None:
    """The checkout with its repository by the path by which other projects know the same folder."""
    if checkout is None:
        return None
    folder = folder_of(checkout.repository)
    query = statement("collector/sql/repositories.sql")
    for (path,) in con.execute(query).fetchall():
        if folder is not None and folder_of(path) == folder:
            return replace(checkout, repository=path)
    return checkout


def move(con: Connection, project: Project, folder: Path) -> Project:
    """The project's folder is elsewhere now; the history stays one.

    Raises ProjectError where another project has rows of that folder that it alone holds; one
    that has none is taken out of the registry, so that this one takes its place.
    """
    path = real_folder(folder)
    other = project_at(con, path)
    with transaction(con):
        if other is not None and other.project_id != project.project_id:
            _replace_by(con, other, project)
        put_at(con, project, path, known_repository(con, checkout_of(Path(path))))
        decide_owners(con)
    return find_project(con, project.project_id)


def _replace_by(con: Connection, other: Project, project: Project) -> None:
    """Take ``other`` out of the registry, with nothing lost: ``project`` has its rows as well."""
    values = {"id": other.project_id, "other": project.project_id}
    [(alone,)] = con.execute(statement("collector/sql/sharing/alone.sql"), values).fetchall()
    if alone:
        raise ProjectError(
            f"{other.path} is registered as {other.name!r}, which has {alone:,} rows that"
            f" {project.name!r} does not have.",
            "To collect them again into one project, run these two commands in order:"
            f"\n  {command('unregister-project', other.project_id, purge=True)}"
            f"\n  {command('move-project', project.project_id, other.path)}",
        )
    remove(con, other)


def put_at(con: Connection, project: Project, path: str, checkout: Checkout | None) -> None:
    """Store that the project's folder is at ``path``."""
    folders.note_move(con, project.path, path)
    con.execute(
        statement("collector/sql/move_project.sql"),
        {
            "path": path,
            "repository": checkout.repository if checkout else None,
            "is_worktree": checkout is not None and checkout.is_worktree,
            "folder": folder_of(path),
            "id": project.project_id,
        },
    ).fetchall()
