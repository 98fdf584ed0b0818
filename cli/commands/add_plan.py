"""What ``add`` is going to register: the folders that were named, and those that were found."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import typer

from aggregator import text
from cli.commands.transcript_blocks import Sessions, sessions_of
from cli.confirm import can_ask
from collector.files.trees import printable
from collector.projects.moving import real_folder
from collector.projects.project_types import guess_type
from collector.projects.registry import projects_at
from collector.projects.repositories import Found, FoundFolder, find_repositories, look_at
from schema.errors import ProjectError, UsageError

if TYPE_CHECKING:
    from collector.projects.registry import Project
    from schema.warehouse import Warehouse

State: TypeAlias = Literal[
    "new", "already registered", "unregistered", "worktree", "submodule", "bare"
]


@dataclass
class Plan:
    """The folders by path, and what is known of them. ``given`` are those that were named.

    ``problems`` are what could not be looked at, ``notes`` what else a person should know,
    ``guessed`` the types of new ones, unless a ``project_type`` is given.
    """

    folders: dict[str, FoundFolder] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    scanned: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    known: dict[str, Project] = field(default_factory=dict)
    guessed: dict[str, str | None] = field(default_factory=dict)
    project_type: str | None = None
    sessions: Sessions = field(default_factory=lambda: Sessions({}, are_read=False))

    @property
    def wanted(self) -> list[str]:
        """The folders to be registered: those that were named, and what was found and is new."""
        return [path for path in self.folders if path in self.given or self.state_of(path) == "new"]

    def state_of(self, path: str) -> State:
        """What a folder is before anything is registered."""
        folder = self.folders[path]
        if (project := self.known.get(path)) is not None:
            return "already registered" if project.is_active else "unregistered"
        if folder.kind == "bare":
            return "bare"
        if folder.kind in ("worktree", "submodule") and not folder.metrics:
            # Its sessions count for its repository.
            return "worktree" if folder.kind == "worktree" else "submodule"
        return "new"


def plan_of(
    warehouse: Warehouse, paths: Sequence[Path], scan: Sequence[Path], *, yes: bool
) -> Plan:
    """Look at each folder and search below those of ``scan``; nothing is stored.

    Raises ProjectError for what is not a folder, UsageError where a folder is not a repository but
    contains some and there is no terminal to ask on; ``yes``: then it is meant itself.
    """
    plan = Plan()
    is_single = len(paths) + len(scan) == 1
    for path in paths:
        try:
            _add_given(plan, path, yes=yes)
        except ProjectError as error:
            if is_single:
                raise
            plan.problems.append(error.message)
    for path in scan:
        real = real_folder(path)
        _add_found(plan, real, find_repositories(real))
    found = list(plan.folders)
    if warehouse.exists():
        with warehouse.reading() as con:
            plan.known = projects_at(con, found)
            plan.sessions = sessions_of(con, found)
    else:
        plan.sessions = sessions_of(None, found)
    plan.guessed = {path: guess_type(path) for path in found if path not in plan.known}
    return plan


def _add_given(plan: Plan, path: Path, *, yes: bool) -> None:
    real = real_folder(path)
    if real in plan.given:
        plan.notes.append(f"{text.plain(str(path))} is {real}, which is named twice.")
        return
    folder = look_at(real)
    if folder.kind == "bare":
        raise ProjectError(
            f"{real} is a bare repository: it has no files to read.",
            "Give the path of a checkout of it.",
        )
    if folder.kind == "folder" and not folder.metrics and not yes:
        found = find_repositories(real)
        if found.repositories:
            _ask_for_inner(real, len(found.repositories))
            _add_found(plan, real, found)
            return
    plan.folders[real] = folder
    plan.given.append(real)


def _ask_for_inner(path: str, count: int) -> None:
    holds = f"{text.plain(path)} is not a repository, but contains {_repositories(count)}."
    if not can_ask():
        raise UsageError(
            holds,
            "Register those, or the folder itself:"
            f"\n  skillhouse add --scan {shlex.quote(path)}"
            f"\n  skillhouse add --yes {shlex.quote(path)}",
        )
    typer.confirm(f"{holds} Look at those instead?", default=True, abort=True, err=True)


def _add_found(plan: Plan, root: str, found: Found) -> None:
    plan.scanned.append(root)
    home = os.path.realpath(Path.home())
    for folder in found.folders:
        # What lies in the home folder itself belongs to no project.
        if not (folder.kind == "folder" and folder.path == home):
            plan.folders.setdefault(folder.path, folder)
    plan.problems += [f"{each.path} {each.reason}" for each in found.refused]
    if found.links_out:
        links = text.counted(found.links_out, "link")
        plan.notes.append(f"{links} to folders outside {printable(root)}: not followed.")
    if found.is_cut:
        plan.problems.append(
            f"{printable(root)} holds too many folders: the search stopped. Name folders below it."
        )


def _repositories(count: int) -> str:
    return f"{count:,} {'repository' if count == 1 else 'repositories'}"


def found_line(plan: Plan) -> str:
    """How many repositories were found, and how many of them hold metrics."""
    folders = [each for each in plan.folders.values() if each.kind in ("repository", "folder")]
    repositories = [each for each in folders if each.kind == "repository"]
    with_metrics = sum(bool(each.metrics) for each in repositories)
    line = f"Found {_repositories(len(repositories))}, {with_metrics:,} with metrics"
    if others := len(folders) - len(repositories):
        line += f", and {text.counted(others, 'other folder')} with metrics"
    if registered := sum(plan.state_of(each.path) == "already registered" for each in folders):
        line += f"; {registered:,} already registered"
    return f"{line}."
