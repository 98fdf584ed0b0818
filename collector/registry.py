"""Which projects are collected: a project is a folder by its real path, registered once.

Names are unique, so that two folders with one basename can be told apart in every output. Leaving
the registry keeps the history; only ``purge`` deletes it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from collector.parameters import Counting
from collector.project_types import guess_type
from collector.repositories import metrics_of
from collector.sharing import decide_owners, folder_of
from collector.transcripts import folders
from collector.transcripts.counting import set_counting
from collector.trees import Refusal
from collector.worktrees import Checkout, checkout_of
from schema import interpretation, machine_zone
from schema.connection import transaction
from schema.errors import ProjectError, UsageError
from schema.frozen import dataclass
from schema.projects import resolve_project
from schema.settings import absolute
from schema.spelling import command
from schema.statements import run_all, statement
from schema.warehouse import Connection, from_micros
from schema.zones import check_zone

NAME_LIMIT = 100


@dataclass(frozen=True)
class Project:
    """A registered project. ``transcripts`` is which of its transcripts' rows count."""

    project_id: str
    path: str
    name: str
    project_type: str | None
    timezone: str
    tags: dict[str, str]
    repository: str | None
    is_worktree: bool
    registered_at: datetime
    last_sync_at: datetime | None
    is_active: bool
    transcripts: str = "auto"
    type_basis: str | None = None

    @property
    def is_type_guessed(self) -> bool:
        """Whether the type is ours, and not the user's word."""
        return self.type_basis == "guessed"

    @property
    def may_be_guessed(self) -> bool:
        """Whether its type was never set, neither to a type nor to none."""
        return self.is_type_guessed or (self.type_basis is None and self.project_type is None)


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
    known = _at(con, path)
    moved_from = also_at = None
    if known is not None and known.path != path:
        if folder_of(known.path) == folder_of(path):
            path, also_at = known.path, path
            checkout = checkout_of(Path(path))
        else:
            moved_from = known.path
    checkout = _known_repository(con, checkout)
    if timezone is not None:
        check_zone(timezone)
    check_type(project_type)
    with transaction(con):
        if known is not None and moved_from is not None:
            _place(con, known, path, checkout)
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
    project = _project(con, project_id)
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


def projects_at(con: Connection, paths: Sequence[str]) -> dict[str, Project]:
    """The registered project at each of these real paths that has one, by any of its paths."""
    known = projects(con)
    by_path = {each.path: each for each in known}
    by_folder = {folder_of(each.path): each for each in known}
    by_folder.pop(None, None)
    found = {path: by_path.get(path) or by_folder.get(folder_of(path)) for path in paths}
    return {path: project for path, project in found.items() if project is not None}


def _copies(con: Connection, project: Project) -> list[str]:
    """The names of the projects, of other repositories, that look like a copy of this one."""
    others = {
        other.name: other.path
        for other in projects(con)
        if other.project_id != project.project_id
        and (other.repository is None or other.repository != project.repository)
    }
    # Imported here, as below: what lists projects need not load what reads their files.
    from collector.same_folder import copies

    return copies(project.path, others)


def projects(con: Connection) -> list[Project]:
    """Every registered project, active ones first, by name."""
    rows = con.execute(statement("collector/sql/projects.sql")).fetchall()
    return [
        Project(
            project_id=row[0],
            path=row[1],
            name=row[2],
            project_type=row[3],
            timezone=row[4],
            tags=json.loads(row[5]),
            repository=row[6],
            is_worktree=row[7],
            registered_at=from_micros(row[8]),
            last_sync_at=None if row[9] is None else from_micros(row[9]),
            is_active=row[10],
            transcripts=row[11],
            type_basis=row[12],
        )
        for row in rows
    ]


def rows_held(con: Connection) -> Counter[str]:
    """How many invocations and executions each project holds, by its id."""
    return Counter(dict(con.execute(statement("collector/sql/project_rows.sql")).fetchall()))


def find_project(con: Connection, text: str) -> Project:
    """The project that an id, a name or a path names. UnknownName suggests the nearest."""
    return _project(con, resolve_project(con, text))


def _project(con: Connection, project_id: str) -> Project:
    return next(project for project in projects(con) if project.project_id == project_id)


def _registered(con: Connection, path: str) -> Project | None:
    """The project at a path, if there is one: most who register are new."""
    text = "select project_id from projects where project_path = $path"
    rows = con.execute(text, {"path": path}).fetchall()
    return _project(con, rows[0][0]) if rows else None


def _at(con: Connection, path: str) -> Project | None:
    """The project of the folder at a path, by whichever path it is registered."""
    known = _registered(con, path)
    from collector.same_folder import same_folder

    if known is None and (project_id := same_folder(con, path)):
        known = _project(con, project_id)
    return known


def _known_repository(con: Connection, checkout: Checkout | None) -> Checkout | None:
    """The checkout with its repository by the path by which other projects know the same folder."""
    if checkout is None:
        return None
    folder = folder_of(checkout.repository)
    query = "select distinct repository from projects where repository is not null order by 1"
    for (path,) in con.execute(query).fetchall():
        if folder is not None and folder_of(path) == folder:
            return replace(checkout, repository=path)
    return checkout


def unregister(con: Connection, project: Project) -> None:
    """Stop collecting from the project; its history stays and leaves the answers.

    Rows that another project holds as well stay, and count for that one.
    """
    with transaction(con):
        con.execute(
            "update projects set is_active = false where project_id = $id",
            {"id": project.project_id},
        )
        decide_owners(con)
        _mark_all_dirty(con, project)


def purge(con: Connection, project: Project) -> int:
    """Delete the project and every row of it; returns how many invocations went.

    Rows that another project holds as well count for that one from now on.
    """
    values = {"id": project.project_id}
    with transaction(con):
        _mark_all_dirty(con, project)
        run_all(con, "collector/sql/forget_project.sql", values)
        decide_owners(con)
        rows = rows_held(con)[project.project_id]
        run_all(con, "collector/sql/purge_project.sql", values)
        folders.forget(con, project.project_id)
    return rows


def move(con: Connection, project: Project, folder: Path) -> Project:
    """The project's folder is elsewhere now; the history stays one.

    Raises ProjectError where another project has rows of that folder that it alone holds; one
    that has none is taken out of the registry, so that this one takes its place.
    """
    path = real_folder(folder)
    other = _at(con, path)
    with transaction(con):
        if other is not None and other.project_id != project.project_id:
            _replace_by(con, other, project)
        _place(con, project, path, _known_repository(con, checkout_of(Path(path))))
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
    _mark_all_dirty(con, other)
    run_all(con, "collector/sql/forget_project.sql", {"id": other.project_id})
    decide_owners(con)
    run_all(con, "collector/sql/purge_project.sql", {"id": other.project_id})
    folders.forget(con, other.project_id)


def _place(con: Connection, project: Project, path: str, checkout: Checkout | None) -> None:
    folders.note_move(con, project.path, path)
    con.execute(
        "update projects set project_path = $path, repository = $repository,"
        " is_worktree = $is_worktree, folder = $folder where project_id = $id",
        {
            "path": path,
            "repository": checkout.repository if checkout else None,
            "is_worktree": checkout is not None and checkout.is_worktree,
            "folder": folder_of(path),
            "id": project.project_id,
        },
    ).fetchall()


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
    taken = {row[0] for row in con.execute("select project_id from projects").fetchall()}
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


def _names(con: Connection) -> set[str]:
    return {row[0] for row in con.execute("select project_name from projects").fetchall()}


def _free_name(con: Connection, path: str, project_id: str) -> str:
    """The folder's own name, with as many parents as it takes to be unique."""
    taken = _names(con)
    parts = Path(path).parts[1:] or ("root",)
    for count in range(1, len(parts) + 1):
        name = "/".join(parts[-count:])[-NAME_LIMIT:]
        if name not in taken:
            return name
    return project_id


def check_name(con: Connection, name: str) -> None:
    """ProjectError for a name that no project can have, or that one has."""
    if not name.strip() or len(name) > NAME_LIMIT:
        raise ProjectError(f"A project's name has 1 to {NAME_LIMIT} characters.", "Choose another.")
    if name in _names(con):
        raise ProjectError(f"The name {name!r} is taken.", "Choose another.", parameter="name")


def check_type(project_type: str | None) -> None:
    """ProjectError for a type that none can have."""
    if project_type is None:
        return
    if not project_type.strip() or len(project_type) > NAME_LIMIT:
        raise ProjectError(
            f"A project's type has 1 to {NAME_LIMIT} characters.",
            "For example: python, node or web",
        )


def _reactivate(con: Connection, project: Project) -> None:
    if project.is_active:
        return
    con.execute(
        "update projects set is_active = true where project_id = $id", {"id": project.project_id}
    )
    decide_owners(con)
    _mark_all_dirty(con, project)


def rezone(con: Connection, project: Project, timezone: str | None) -> None:
    """Read the project's local times in another zone from now on; None changes nothing.

    UsageError where some of them are archived.
    """
    if timezone is None or timezone == project.timezone:
        return
    archived = con.execute(
        "select rows_since from archived_projects where project_id = $id",
        {"id": project.project_id},
    ).fetchall()
    if archived:
        raise UsageError(
            f"Uses of {project.name!r} before {archived[0][0]} are archived; local times read in"
            " another zone could count a second time.",
            f"To read them again: {command('unregister-project', project.project_id, purge=True)},"
            " then register again. Records that are no longer in the files would be lost.",
        )
    con.execute(
        "update projects set timezone = $zone where project_id = $id",
        {"zone": timezone, "id": project.project_id},
    )
    interpretation.reread_local_times(con)


def _mark_all_dirty(con: Connection, project: Project) -> None:
    con.execute(statement("collector/sql/mark_project_dirty.sql"), {"id": project.project_id})


def _worktree_of(con: Connection, project: Project) -> str | None:
    if not project.is_worktree:
        return None
    for other in projects(con):
        if other.repository == project.repository and not other.is_worktree:
            return other.name
    repository = project.repository or ""
    return repository.removesuffix("/.git")
