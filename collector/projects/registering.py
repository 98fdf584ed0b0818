"""Registering a folder, or changing what is given of a registered one.

Names are unique, so that two folders with one basename can be told apart in every output.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from collector.files.checkouts import Checkout, checkout_of
from collector.files.trees import Refusal
from collector.parameters import Counting
from collector.projects.editing import NAME_LIMIT, check_name, check_type, names_taken, rezone
from collector.projects.moving import known_repository, project_at, put_at, real_folder
from collector.projects.project_types import guess_type
from collector.projects.registry import Project, by_id, mark_all_dirty, projects
from collector.projects.repositories import metrics_of
from collector.projects.same_folder import copies
from collector.projects.sharing import decide_owners, folder_of
from collector.transcripts.counting import set_counting
from schema import machine_zone
from schema.connection import transaction
from schema.errors import ProjectError
from schema.frozen import dataclass
from schema.statements import statement
from schema.warehouse import Connection
from schema.zones import check_zone


@dataclass(frozen=True)
class Registration:
    """What a registration did. ``found`` counts files by format, ``refused`` names oddities.

    ``worktree_of`` is the registered project, or else the repository's path, that the folder is a
    git worktree of. ``moved_from`` is where the project was before, when its folder was moved.
    ``also_at`` is the path that was given, where the folder is registered by another one.
    ``copy_of`` are other projects whose metrics begin with the same bytes.
    """

    project: Project
    created: bool
    found: dict[str, int]
    refused: list[Refusal]
    worktree_of: str | None
    moved_from: str | None
    also_at: str | None
    copy_of: list[str]


def register(
    con: Connection,
    folder: Path,
    *,
    now: datetime,
    default_timezone: str | None,
    name: str | None = None,
    project_type: str | None = None,
    timezone: str | None = None,
    tags: Mapping[str, str] | None = None,
    transcripts: Counting | None = None,
) -> Registration:
    """Register the folder, or change what is given of a registered one. Idempotent.

    A new project without a ``timezone`` has the default one, or this machine's where that is None.
    If no type is given, it is guessed from the names of the project's files.
    Raises ProjectError for what is not a folder or a name that is taken, UsageError for a zone.
    """
    path = real_folder(folder)
    checkout = checkout_of(Path(path))
    known = project_at(con, path)
    moved_from = also_at = None
    if known is not None and known.path != path:
        if folder_of(known.path) == folder_of(path):
            path, also_at = known.path, path
            checkout = checkout_of(Path(path))
        else:
            moved_from = known.path
    checkout = known_repository(con, checkout)
    if timezone is not None:
        check_zone(timezone)
    check_type(project_type)
    with transaction(con):
        if known is not None and moved_from is not None:
            put_at(con, known, path, checkout)
        if known is None:
            project_id = _insert(
                con,
                path,
                name,
                timezone or default_timezone or machine_zone.expect(),
                checkout,
                now,
            )
        else:
            project_id = known.project_id
            _reactivate(con, known)
            rezone(con, known, timezone)
            if name is not None and name != known.name:
                check_name(con, name)
        guessed = None
        if project_type is None and (known is None or known.may_be_guessed):
            guessed = guess_type(path)
        con.execute(
            statement("collector/sql/update_project.sql"),
            {
                "project_id": project_id,
                "name": name,
                "type": project_type or guessed,
                "type_basis": "given" if project_type else "guessed" if guessed else None,
                "tags": json.dumps(dict(tags or {})),
                "repository": checkout.repository if checkout else None,
                "is_worktree": checkout is not None and checkout.is_worktree,
                "folder": folder_of(path),
            },
        )
        decide_owners(con)
        if transcripts is not None:
            set_counting(con, project_id, transcripts)
    project = by_id(con, project_id)
    found, refused = metrics_of(path)
    return Registration(
        project,
        known is None,
        found,
        refused,
        _worktree_of(con, project),
        moved_from,
        also_at,
        _copies(con, project) if known is None else [],
    )


def register_all(
    con: Connection,
    folders: Sequence[str],
    *,
    now: datetime,
    default_timezone: str | None,
    name: str | None = None,
    project_type: str | None = None,
    timezone: str | None = None,
    tags: Mapping[str, str] | None = None,
    transcripts: Counting | None = None,
) -> dict[str, Registration | ProjectError]:
    """Register each folder; one that cannot be has its error instead, and stops no other.

    ``name`` is for a single folder; then ProjectError is raised.
    """
    done: dict[str, Registration | ProjectError] = {}
    for folder in folders:
        try:
            done[folder] = register(
                con,
                Path(folder),
                now=now,
                default_timezone=default_timezone,
                name=name,
                project_type=project_type,
                timezone=timezone,
                tags=tags,
                transcripts=transcripts,
            )
        except ProjectError as error:
            if name is not None:
                raise
            done[folder] = error
    return done


def _insert(
    con: Connection,
    path: str,
    name: str | None,
    timezone: str,
    checkout: Checkout | None,
    now: datetime,
) -> str:
    if name is not None:
        check_name(con, name)
    taken = {row[0] for row in con.execute(statement("schema/registered.sql")).fetchall()}
    digest = sha256(path.encode()).hexdigest()
    # The first eight digits as a rule; a clash moves on, because an id must never change.
    project_id = next(
        digest[i : i + 8] for i in range(len(digest) - 8) if digest[i : i + 8] not in taken
    )
    con.execute(
        statement("collector/sql/insert_project.sql"),
        {
            "id": project_id,
            "path": path,
            "name": name if name is not None else _free_name(con, path, project_id),
            "timezone": timezone,
            "now": now.isoformat(),
        },
    )
    return project_id


def _free_name(con: Connection, path: str, project_id: str) -> str:
    """The folder's own name, with as many parents as it takes to be unique."""
    taken = names_taken(con)
    parts = Path(path).parts[1:] or ("root",)
    for count in range(1, len(parts) + 1):
        name = "/".join(parts[-count:])[-NAME_LIMIT:]
        if name not in taken:
            return name
    return project_id


def _reactivate(con: Connection, project: Project) -> None:
    if project.is_active:
        return
    con.execute(statement("collector/sql/activate.sql"), {"id": project.project_id})
    decide_owners(con)
    mark_all_dirty(con, project)


def _worktree_of(con: Connection, project: Project) -> str | None:
    if not project.is_worktree:
        return None
    for other in projects(con):
        if other.repository == project.repository and not other.is_worktree:
            return other.name
    repository = project.repository or ""
    return repository.removesuffix("/.git")


def _copies(con: Connection, project: Project) -> list[str]:
    """The names of the projects, of other repositories, that look like a copy of this one."""
    others = {
        other.name: other.path
        for other in projects(con)
        if other.project_id != project.project_id
        and (other.repository is None or other.repository != project.repository)
    }
    return copies(project.path, others)
