"""The repositories below a folder, and what each holds: one bounded walk.

Links are not followed. Hidden folders are not entered, nor those that tools fill by themselves
(``node_modules``, virtual environments, caches). Within a repository only the upper folders are
searched, for repositories inside it. Only git's own notes of where a worktree is are opened.
"""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Literal, TypeAlias

from collector.files.checkouts import Checkout, checkout_of
from collector.files.trees import Refusal, Tree, printable, reason_of
from schema.frozen import dataclass

FolderKind: TypeAlias = Literal["repository", "worktree", "submodule", "bare", "folder"]

MAX_DEPTH = 8
"""Folders below the one that is searched."""
DEPTH_IN_REPOSITORY = 3
MAX_FOLDERS = 100_000

_LEFT_OUT = frozenset(
    {"node_modules", "bower_components", "venv", "__pycache__", "site-packages", "Pods"}
)
_MARKS_OF_LEFT_OUT = ("pyvenv.cfg", "CACHEDIR.TAG")
"""Files that virtual environments and caches have, whatever their folder is called."""
_METRICS = frozenset({".session-buddy", ".kaizen", ".crackerjack"})
_BARE = ("HEAD", "objects", "refs")
_MODULES = "/.git/modules/"


@dataclass(frozen=True)
class FoundFolder:
    """A repository, or another folder with metrics. ``of`` is the repository that a
    worktree or a submodule belongs to, ``metrics`` counts metrics files by format."""

    path: str
    kind: FolderKind
    of: str | None = None
    metrics: dict[str, int] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()


@dataclasses.dataclass
class Found:
    """What a walk found, in order of path. ``refused`` could not be searched, ``links_out`` counts
    linked folders outside; ``is_cut``: there was more than a walk searches."""

    folders: list[FoundFolder]
    refused: list[Refusal] = field(default_factory=list)
    links_out: int = 0
    is_cut: bool = False

    @property
    def repositories(self) -> list[FoundFolder]:
        return [each for each in self.folders if each.kind == "repository"]


def is_left_out(name: str) -> bool:
    """Whether folders of that name are never entered."""
    return name.startswith(".") or name in _LEFT_OUT


def metrics_of(path: str) -> tuple[dict[str, int], list[Refusal]]:
    """The metrics files of a project by format, and what is named like one but cannot be read."""
    # Imported here: what lists projects need not load what reads their files.
    from collector.sources import SOURCES

    tree = Tree.at(path)
    found: Counter[str] = Counter()
    refused: list[Refusal] = []
    for source in SOURCES:
        for entry in source.find(tree):
            if isinstance(entry, Refusal):
                refused.append(entry)
            else:
                found[source.name] += 1
    return dict(found), refused


def look_at(path: str) -> FoundFolder:
    """What the folder itself is."""
    checkout = checkout_of(Path(path))
    if checkout is not None:
        return _checked_out(path, checkout)
    try:
        names = os.listdir(path)
    except OSError:
        names = []
    if all(name in names for name in _BARE):
        return FoundFolder(path, "bare")
    return _with_metrics(path, "folder")


def find_repositories(root: str) -> Found:
    """Every repository in and below a folder, given by its real path."""
    walk = _Walk(root)
    walk.run()
    found = walk.found
    found.folders.sort(key=lambda each: each.path)
    return found


class _Walk:
    """One walk; a folder is known by device and inode, so that it is found once."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._seen: set[tuple[int, int]] = set()
        self._looked = 0
        self.found = Found([])

    def run(self) -> None:
        # Each with how many levels below it are still searched.
        open_folders = [(self._root, MAX_DEPTH)]
        while open_folders:
            path, depth = open_folders.pop()
            if self._looked == MAX_FOLDERS:
                self.found.is_cut = True
                return
            self._looked += 1
            open_folders += [(inner, below) for inner, below in self._search(path, depth)]

    def _search(self, path: str, depth: int) -> Iterator[tuple[str, int]]:
        try:
            with os.scandir(path) as listing:
                entries = {entry.name: entry for entry in listing}
        except OSError as exc:
            self._refuse(path, exc)
            return
        if path != self._root and any(name in entries for name in _MARKS_OF_LEFT_OUT):
            return
        if ".git" in entries:
            checkout = checkout_of(Path(path))
            if checkout is not None:
                self._add(_checked_out(path, checkout))
                self._add_worktrees(checkout)
                depth = min(depth, DEPTH_IN_REPOSITORY)
            else:
                self.found.refused.append(
                    Refusal(printable(path), "has a .git that cannot be understood")
                )
        elif all(name in entries for name in _BARE):
            self._add(FoundFolder(path, "bare"))
            self._add_worktrees(Checkout(path, is_worktree=False))
            return
        elif not _METRICS.isdisjoint(entries):
            folder = _with_metrics(path, "folder")
            if folder.metrics:
                self._add(folder)
        for name, entry in entries.items():
            if is_left_out(name):
                continue
            try:
                if entry.is_symlink():
                    self._count_link(entry.path)
                elif depth and entry.is_dir(follow_symlinks=False):
                    yield entry.path, depth - 1
            except OSError as exc:
                self._refuse(entry.path, exc)

    def _add(self, folder: FoundFolder) -> None:
        try:
            status = os.stat(folder.path)
        except OSError as exc:
            self._refuse(folder.path, exc)
            return
        if (status.st_dev, status.st_ino) not in self._seen:
            self._seen.add((status.st_dev, status.st_ino))
            self.found.folders.append(folder)

    def _add_worktrees(self, checkout: Checkout) -> None:
        """Those that git knows, wherever they are below the root; many are in hidden folders."""
        for path in checkout.worktrees():
            real = os.path.realpath(path)
            if real.startswith(self._root.rstrip(os.sep) + os.sep):
                found = checkout_of(Path(real))
                if found is not None and found.is_worktree:
                    self._add(_checked_out(real, found))

    def _count_link(self, path: str) -> None:
        real = os.path.realpath(path)
        if os.path.isdir(real) and not f"{real}/".startswith(f"{self._root.rstrip('/')}/"):
            self.found.links_out += 1

    def _refuse(self, path: str, exc: OSError) -> None:
        self.found.refused.append(Refusal(printable(path), reason_of(exc)))


def _checked_out(path: str, checkout: Checkout) -> FoundFolder:
    if checkout.is_worktree:
        return _with_metrics(path, "worktree", checkout.repository.removesuffix("/.git"))
    if _MODULES in checkout.repository:
        return _with_metrics(path, "submodule", checkout.repository.partition(_MODULES)[0])
    return _with_metrics(path, "repository")


def _with_metrics(path: str, kind: FolderKind, of: str | None = None) -> FoundFolder:
    metrics, refused = metrics_of(path)
    return FoundFolder(path, kind, of, metrics, tuple(refused))
