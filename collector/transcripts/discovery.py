"""Where agents worked: the folders that transcripts name, read once and stored nowhere."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from collector.files.checkouts import checkout_of
from collector.files.trees import FileRefused, Refusal
from collector.transcripts import claude_files, seen
from collector.transcripts.facts import Facts
from collector.transcripts.opt_in import EnabledRoot, Place
from collector.transcripts.reading import read
from collector.transcripts.reconcile import Store
from collector.transcripts.roots import Found, find
from collector.transcripts.seen import Seen

State = Literal["new", "registered", "worktree", "gone", "home or temporary"]


@dataclass
class Discovered:
    """A folder in which agents worked. ``worktree_of`` is set where the state says so.

    ``project`` is the registered project it belongs to. ``last_us`` is when it was used last, in
    microseconds since 1970; None where no skill and no agent ran.
    """

    path: str
    state: State
    is_repository: bool = False
    worktree_of: str | None = None
    project: str | None = None
    sessions: int = 0
    skill_uses: int = 0
    agent_runs: int = 0
    last_us: int | None = None


@dataclass
class Discovery:
    """All folders, the most used first, what could not be read, and what a run need not read
    again."""

    folders: list[Discovered]
    files: int = 0
    seen: Seen = field(default_factory=Seen)
    refused: list[str] = field(default_factory=list)


def discover(
    places: Iterable[Place | EnabledRoot],
    projects: Mapping[str, str],
    stands_for: Mapping[str, str],
    home: Path,
) -> Discovery:
    """Read every transcript in these places. ``projects`` are names by path; ``stands_for`` are
    worktrees that are gone, with the repository of each.

    Only folders, times and the records that count are read. Nothing is written anywhere.
    """
    found = Discovery([])
    owners = _FolderOwners(projects, stands_for, home)
    store = Store()

    for place in places:
        if not os.path.isdir(place.path):
            continue
        for entry in find(place.source, place.path):
            if isinstance(entry, Refusal):
                found.refused.append(f"{place.source}: {entry.path} {entry.reason}")
                continue
            found.files += 1
            try:
                reading = read(entry, None, seen.folders)
            except FileRefused as exc:
                found.refused.append(f"{place.source}: {entry.candidate.path} {exc}")
                continue
            store.add(reading.facts)
            found.seen.keep(place.path, entry, reading)
            if reading.first_cwd is not None and _is_session(entry, reading.facts):
                owners.folder(reading.first_cwd).sessions += 1
    for row in store.rows():
        folder = owners.folder(seen.folder_of(row.owner))
        if row.kind == "skill":
            folder.skill_uses += 1
        else:
            folder.agent_runs += 1
        folder.last_us = max(folder.last_us or row.invoked_us, row.invoked_us)
    found.folders = sorted(
        owners.found.values(),
        key=lambda each: (-(each.skill_uses + each.agent_runs), -each.sessions, each.path),
    )
    return found


def session_files(root: str, project: str) -> int:
    """How many sessions of Claude Code lie there for a project, by the name of its folder; no file
    is opened."""
    folder = os.path.join(root, claude_files.project_folder(project))
    try:
        return sum(name.endswith(".jsonl") for name in os.listdir(folder))
    except OSError:
        return 0


def _is_session(found: Found, facts: Facts) -> bool:
    """Whether a person began it, and not another session."""
    if found.tool != "claude_code":
        return all(each.parent is None for each in facts.sessions)
    file = claude_files.classify(found.candidate.path)
    return file is not None and file.kind == "session"


class _FolderOwners:
    """What a folder belongs to: a registered project, a repository, or nothing but itself."""

    def __init__(
        self, projects: Mapping[str, str], stands_for: Mapping[str, str], home: Path
    ) -> None:
        self._projects = {os.path.realpath(path): name for path, name in projects.items()}
        self._stands_for = stands_for
        self._home = os.path.realpath(home)
        # Where the home itself lies in such a folder, lying in it says nothing.
        above_home = {str(each) for each in Path(self._home).parents}
        temporary = {os.path.realpath(each) for each in (tempfile.gettempdir(), *_TEMPORARY)}
        self._temporary = temporary - above_home
        self._known: dict[str, Discovered] = {}
        self.found: dict[str, Discovered] = {}

    def folder(self, cwd: str) -> Discovered:
        if cwd not in self._known:
            folder = self._look_up(cwd)
            self._known[cwd] = self.found.setdefault(folder.path, folder)
        return self._known[cwd]

    def _look_up(self, cwd: str) -> Discovered:
        if not os.path.isabs(cwd):
            return Discovered(cwd, "gone")
        real = Path(os.path.realpath(cwd))
        for folder in (real, *real.parents):
            name = self._projects.get(str(folder))
            if name is not None:
                return Discovered(str(folder), "registered", project=name)
            if str(folder) == self._home:
                break
            checkout = checkout_of(folder)
            if checkout is not None:
                if not checkout.is_worktree:
                    return Discovered(str(folder), "new", is_repository=True)
                return self._worktree(str(folder), os.path.dirname(checkout.repository))
            remembered = self._stands_for.get(str(folder))
            if remembered is not None and not folder.exists():
                return self._worktree(str(folder), remembered)
        if not real.is_dir():
            return Discovered(str(real), "gone")
        above = {str(each) for each in (real, *real.parents)}
        if str(real) == self._home or str(real) == real.anchor or above & self._temporary:
            return Discovered(str(real), "home or temporary")
        return Discovered(str(real), "new")

    def _worktree(self, folder: str, repository: str) -> Discovered:
        name = self._projects.get(os.path.realpath(repository))
        return Discovered(
            folder, "worktree", is_repository=True, worktree_of=name or repository, project=name
        )


_TEMPORARY = ("/tmp", "/var/tmp", "/private/tmp")  # noqa: S108 # compared with, never written to
