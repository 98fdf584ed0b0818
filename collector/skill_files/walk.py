"""Finding the skill files of a project, without opening one and without walking all of it.

As everywhere in the collector, only regular files inside the project's real path are taken. Links
inside are followed; a file that several paths lead to is taken once, by its real path.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from collector.files.trees import Candidate, Refusal, printable
from collector.skill_files.roots import COLLECTION_MARKS, Root

MAX_DEPTH = 6
"""Folders below a root that are entered."""

MAX_FILES = 5_000
"""Skill files of one project."""

LEADS_OUT = "is a link that leads out of the project"
NO_SKILLS = frozenset({"readme.md", "claude.md", "agents.md"})
NO_SKILL_FOLDERS = frozenset({"references", "assets", "scripts", "evals", "templates"})


@dataclass(frozen=True)
class Found:
    """A skill file, not opened yet. ``is_top``: it lies in the project's own top folder."""

    root: Root
    candidate: Candidate
    is_top: bool


@dataclass
class Walk:
    """One walk over the roots of a project; ``top`` is the project's real path.

    ``within`` are the real paths that nothing may lead out of; by default the project's.
    ``visited`` are the full paths of the files that were found and of every folder whose entries
    decide which those are; some of these need not be there. ``has_links``: one of them is a link.
    """

    top: str
    within: tuple[str, ...] = ()
    refusals: list[Refusal] = field(default_factory=list)
    visited: set[str] = field(default_factory=set)
    has_links: bool = False
    _seen: set[str] = field(default_factory=set)
    _refused: set[str] = field(default_factory=set)

    def files(self, roots: Sequence[Root]) -> Iterator[Found]:
        """The skill files of these roots, each once."""
        count = 0
        names = self._names(self.top)
        is_collection = any(mark in names for mark in COLLECTION_MARKS)
        for root in roots:
            if root.of_collection and not is_collection:
                continue
            first = root.folder.split("/")[0]
            if first not in ("*", ".") and first not in names:
                continue
            for folder in self._folders(root.folder):
                for found in self._below(root, folder):
                    count += 1
                    if count > MAX_FILES:
                        self._refuse("", f"has more than {MAX_FILES:,} skill files")
                        return
                    yield found

    def _names(self, folder: str) -> set[str]:
        self.visited.add(folder)
        try:
            return set(os.listdir(folder))
        except OSError as exc:
            self._refuse("", _why(exc))
            return set()

    def _folders(self, pattern: str) -> list[str]:
        """The folders of a root, relative to the project; its ``*`` is every folder there."""
        before, star, after = pattern.partition("*")
        if not star:
            return [pattern]
        parent = before.rstrip("/")
        self.visited.add(os.path.join(self.top, parent) if parent else self.top)
        try:
            with os.scandir(os.path.join(self.top, parent)) as listing:
                names = sorted(entry.name for entry in listing if not entry.name.startswith("."))
        except OSError:
            return []
        return [f"{before}{name}{after}" for name in names]

    def _below(self, root: Root, folder: str) -> Iterator[Found]:
        shown = "" if folder == "." else folder
        full = os.path.normpath(os.path.join(self.top, folder))
        above = os.path.dirname(full)
        while len(above) > len(self.top) and above not in self.visited:
            self.visited.add(above)
            above = os.path.dirname(above)
        try:
            status = os.lstat(full)
            real = full
            if stat.S_ISLNK(status.st_mode) or "/" in shown:
                real = os.path.realpath(full, strict=True)
                status = os.stat(real)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as exc:
            self._refuse(shown, _why(exc))
            return
        if not stat.S_ISDIR(status.st_mode):
            return
        self.has_links = self.has_links or real != full
        if not self._is_inside(real):
            self._refuse(shown, LEADS_OUT)
            return
        yield from self._walk(root, shown, real, 0, ())

    def _walk(
        self, root: Root, folder: str, real: str, depth: int, above: tuple[str, ...]
    ) -> Iterator[Found]:
        if real in above:
            return
        self.visited.add(real)
        try:
            with os.scandir(real) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as exc:
            self._refuse(folder, _why(exc))
            return
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            yield from self._visit(root, path, entry, depth, (*above, real))

    def _visit(
        self, root: Root, path: str, entry: os.DirEntry[str], depth: int, above: tuple[str, ...]
    ) -> Iterator[Found]:
        name, full = entry.name, entry.path
        wanted = name == root.ends if root.ends[0] != "." else name.endswith(root.ends)
        wanted = wanted and name.lower() not in NO_SKILLS
        enters = root.is_deep and _may_enter(root, name, depth)
        if not wanted and not enters:
            return
        try:
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                self.has_links = True
                full = os.path.realpath(full, strict=True)
                if not self._is_inside(full):
                    self._refuse(path, LEADS_OUT)
                    return
                status = os.stat(full)
        except FileNotFoundError:
            if wanted:
                self._refuse(path, "is a link to nothing")
            return
        except OSError as exc:
            self._refuse(path, _why(exc))
            return
        if stat.S_ISDIR(status.st_mode):
            if wanted and root.ends == "SKILL.md":
                self._refuse(path, "is a folder with a file's name")
            elif enters and depth < MAX_DEPTH:
                yield from self._walk(root, path, full, depth + 1, above)
            elif enters:
                self._refuse(path, f"lies more than {MAX_DEPTH} folders deep")
        elif wanted and not stat.S_ISREG(status.st_mode):
            self._refuse(path, f"is a {_kind(status.st_mode)}, not a file")
        elif wanted and full not in self._seen:
            self._seen.add(full)
            self.visited.add(full)
            path = printable(self._relative(full))
            yield Found(root, Candidate(path, full, status), "/" not in path)

    def _relative(self, real: str) -> str:
        # Mostly it is below the top folder, and `relpath` would take a quarter of the walk.
        top = self.top.rstrip(os.sep) + os.sep
        return real[len(top) :] if real.startswith(top) else os.path.relpath(real, self.top)

    def _is_inside(self, real: str) -> bool:
        tops = self.within or (self.top,)
        return any(real == top or real.startswith(top.rstrip(os.sep) + os.sep) for top in tops)

    def _refuse(self, path: str, reason: str) -> None:
        # Several roots lead to one folder.
        if path not in self._refused:
            self._refused.add(path)
            self.refusals.append(Refusal(printable(path), reason))


def _may_enter(root: Root, name: str, depth: int) -> bool:
    """Whether a folder may hold more of the root's files.

    A skill may itself be called as the folders are in which skills keep other files.
    """
    if name == ".git" or name == "node_modules":
        return False
    return name.lower() not in NO_SKILL_FOLDERS or (root.kind == "skill" and depth == 0)


def _kind(mode: int) -> str:
    for test, name in ((stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket")):
        if test(mode):
            return name
    return "device"


def _why(exc: OSError) -> str:
    return f"cannot be read: {(exc.strerror or type(exc).__name__).lower()}"
