"""The registry and what changes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from aggregator.answers.shared import NoFilters, NoTotals
from aggregator.query import local
from cli.session import Session, answer
from schema.first_steps import none_registered
from schema.warehouse import reporting_zone

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        ONE,
        Count,
        Positive,
        ProjectId,
        ProjectName,
        TagsFilter,
        TypesFilter,
        Zone,
    )
    from cli.output import Answer
    from collector.projects import registry
    from schema.warehouse import Connection
from aggregator.answers.struct import Struct


class Project(Struct):
    """A registered project."""

    project_id: ProjectId
    project_name: ProjectName
    project_path: str
    """The project's folder."""
    project_type: str | None
    """The project's type; null: none known."""
    type_guessed: bool
    """Whether the type was guessed from the project's files; false: it was given, or is null."""
    timezone: Zone
    """The time zone its local times are read in."""
    tags: dict[str, str]
    """Free labels, values by key; the value of a tag without one is empty."""
    is_worktree: bool
    """Whether it is a git worktree of another project or repository."""
    is_active: bool
    """Whether it is collected and counted."""
    rows: Count
    """Stored rows: invocations and executions."""
    transcripts: Literal["auto", "on", "off"]
    """Which of its transcripts' uses count; auto: not those that are also in its own files."""
    registered_at: datetime
    """When it was registered."""
    last_sync_at: datetime | None
    """When it was last collected; null: never."""


class Listed(Project):
    """One row."""

    last_use_at: datetime | None
    """When anything was last used in it; null: never."""
    silent: bool
    """Whether it is silent for longer than its own pace explains, while others were active."""


class Totals(Struct):
    """Over all rows, shown or not."""

    projects: Count
    """Number of projects."""
    rows: Count
    """Number of rows."""


class Registered(Project):
    """One row."""

    created: bool
    """Whether it is new; false: it was registered before."""
    found: dict[str, Positive]
    """Number of metrics files found, by format."""
    worktree_of: str | None
    """The project or repository it is a git worktree of; null: it is not a worktree."""
    moved_from: str | None
    """Where the folder was before it was moved; null: it was not."""
    also_at: str | None
    """The path that was given, where the same folder is registered by another; null: it is not."""
    copy_of: list[str]
    """Projects whose metrics begin like this one's."""


class FoundFolder(Struct):
    """A folder that was given or found, registered or not."""

    path: str
    """The folder."""
    state: Literal[
        "registered",
        "already registered",
        "new",
        "unregistered",
        "worktree",
        "submodule",
        "bare",
        "failed",
    ]
    """What it is now. new: it would be registered (--dry-run). unregistered: it was registered and
    taken out, so it is left alone. Worktrees and submodules are registered only where they hold
    metrics, bare repositories never."""
    kind: Literal["repository", "worktree", "submodule", "bare", "folder"]
    """What is there; folder: not a git repository."""
    part_of: str | None
    """The repository that a worktree or a submodule belongs to; null: it is neither."""
    project_id: ProjectId | None
    """The project it is; null: it is not registered."""
    project_type: str | None
    """The project's type; null: none known."""
    type_guessed: bool
    """Whether the type was guessed from the project's files; false: it was given, or is null."""
    found: dict[str, Positive]
    """Number of metrics files found, by format."""
    sessions: Count
    """Sessions of Claude Code there, by the names of their files; no file is opened."""


class AddFilters(Struct):
    """What was asked."""

    scan: list[str]
    """Folders that were searched for repositories."""
    dry_run: bool
    """Whether nothing was to be stored."""


class AddTotals(Struct):
    """Over all rows."""

    repositories: Count
    """Repositories that were given or found, without worktrees, submodules and bare ones."""
    with_metrics: Count
    """Folders with metrics files."""
    registered_now: Count
    """Projects that this command registered."""
    already_registered: Count
    """Projects that were registered before."""
    folders: list[FoundFolder]
    """Every folder that was given or found."""


class Unregistered(Project):
    """One row."""

    is_active: Literal[False]
    """Whether it is collected and counted."""
    rows_deleted: Count
    """Rows deleted; 0 without --purge."""


class ProjectsFilters(Struct):
    """What was asked."""

    types: TypesFilter | None = None
    tags: TagsFilter | None = None


class Projects(Struct):
    """The registry."""

    filters: ProjectsFilters
    data: list[Listed]
    totals: Totals


class RegisterProject(Struct):
    """Registrations, and what else was found."""

    filters: AddFilters
    data: list[Registered]
    totals: AddTotals


class UnregisterProject(Struct):
    """A project that left."""

    filters: NoFilters
    data: Annotated[list[Unregistered], ONE]
    totals: NoTotals


class MoveProject(Struct):
    """A project that moved."""

    filters: NoFilters
    data: Annotated[list[Project], ONE]
    totals: NoTotals


class EditProject(Struct):
    """A project that was changed."""

    filters: NoFilters
    data: Annotated[list[Project], ONE]
    totals: NoTotals


def project_fields(project: registry.Project, rows: int, zone: str) -> dict[str, Any]:
    """The fields of ``Project``; ``rows`` is how many it holds."""
    return {
        "project_id": project.project_id,
        "project_name": project.name,
        "project_path": project.path,
        "project_type": project.project_type,
        "type_guessed": project.is_type_guessed,
        "timezone": project.timezone,
        "tags": project.tags,
        "is_worktree": project.is_worktree,
        "is_active": project.is_active,
        "rows": rows,
        "transcripts": project.transcripts,
        "registered_at": local(project.registered_at, zone),
        "last_sync_at": local(project.last_sync_at, zone),
    }


def projects(
    con: Connection, session: Session, types: Sequence[str] = (), tags: Sequence[str] = ()
) -> Answer:
    """The registered projects with their rows, last refresh and last use; raises as ``choose``."""
    from aggregator.project_choice import choose
    from aggregator.silence import last_uses
    from collector.projects import registry

    known, zone = registry.projects(con), reporting_zone(con)
    if types or tags:
        known = [*choose(known, known, types, tags, include_inactive=True)]
    rows, found = registry.rows_held(con), last_uses(con, session.now, zone)
    result = Projects(
        filters=ProjectsFilters(types=[*types] or None, tags=[*tags] or None),
        data=[
            Listed(
                **project_fields(project, rows.get(project.project_id, 0), zone),
                last_use_at=local(found.last_use_at.get(project.project_id), zone),
                silent=project.project_id in found.silent_ids,
            )
            for project in known
        ],
        totals=Totals(
            projects=len(known), rows=sum(rows.get(project.project_id, 0) for project in known)
        ),
    )
    return answer(
        session,
        "projects",
        zone,
        result,
        warnings=found.lines if known else [none_registered()],
        first_line=found.unobserved,
    )
