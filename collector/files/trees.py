"""A project's folder, looked at and read without leaving a trace in it.

Only regular files inside the project's real path are opened, for reading. A link that leads out, a
pipe, a socket or a folder with a file's name is named in a ``Refusal`` and left alone. Opening
never follows a last link and never waits (a pipe put in a file's place meanwhile cannot hold us).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_DEPTH = 128
_OPEN_FLAGS = (
    os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)


@dataclass(frozen=True)
class Candidate:
    """A regular file: ``path`` is relative to the root, with ``/``; ``real`` is its place.

    ``beside`` are files that hold part of its content, such as a database's log.
    """

    path: str
    real: str
    status: os.stat_result
    beside: tuple[Candidate, ...] = ()

    @property
    def modified_ns(self) -> int:
        """When it, or what belongs to it, was last written, in nanoseconds since 1970."""
        return max([self.status.st_mtime_ns, *(each.modified_ns for each in self.beside)])


@dataclass(frozen=True)
class Refusal:
    """Something that has a source's name but is not opened, and why."""

    path: str
    reason: str


Entry = Candidate | Refusal


class FileRefused(Exception):
    """A file could not be opened after all; the argument is the reason."""


@dataclass(frozen=True)
class Fingerprint:
    """How a file looked: enough to say that it has not changed since."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Fingerprint:
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    def text(self) -> str:
        return f"{self.size}:{self.mtime_ns}:{self.ctime_ns}:{self.inode}"


def printable(path: str | bytes) -> str:
    """A file's name as text that can be stored: bytes that are not UTF-8 are spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@dataclass(frozen=True)
class Tree:
    """A project's folder by its real path."""

    root: str

    @classmethod
    def at(cls, root: Path | str) -> Tree:
        return cls(os.path.realpath(root))

    def file(self, path: str) -> Entry | None:
        """What is at ``path``; None where nothing is."""
        full = os.path.join(self.root, path)
        try:
            status = os.lstat(full)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            return Refusal(printable(path), reason_of(exc))
        return self._entry(path, full, status)

    def files(self, folder: str, suffix: str) -> Iterator[Entry]:
        """Every file below ``folder`` whose name ends in ``suffix``, in order of path.

        Linked folders inside the project are entered once each; those that lead out are refused.
        """
        start = self.directory(folder)
        if start is None:
            return
        if isinstance(start, Refusal):
            yield start
            return
        seen: set[tuple[int, int]] = set()
        yield from self._walk(folder, start, suffix, 0, seen)

    def directory(self, folder: str) -> str | Refusal | None:
        """The real path of ``folder``; None if there is none, a Refusal if it is no folder."""
        full = os.path.join(self.root, folder)
        try:
            real = os.path.realpath(full, strict=True)
            status = os.stat(real)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            return Refusal(printable(folder), reason_of(exc))
        if not self._inside(real):
            return Refusal(printable(folder), "is a link that leads out of the project")
        if not stat.S_ISDIR(status.st_mode):
            return Refusal(printable(folder), "is not a folder")
        return real

    def _walk(
        self, folder: str, real: str, suffix: str, depth: int, seen: set[tuple[int, int]]
    ) -> Iterator[Entry]:
        if depth > MAX_DEPTH:
            yield Refusal(printable(folder), f"lies more than {MAX_DEPTH} folders deep")
            return
        try:
            status = os.stat(real)
            with os.scandir(real) as listing:
                names = sorted(entry.name for entry in listing)
        except OSError as exc:
            yield Refusal(printable(folder), reason_of(exc))
            return
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        for name in names:
            yield from self._visit(f"{folder}/{name}", f"{real}/{name}", suffix, depth, seen)

    def _visit(
        self, path: str, full: str, suffix: str, depth: int, seen: set[tuple[int, int]]
    ) -> Iterator[Entry]:
        try:
            status = os.lstat(full)
        except FileNotFoundError:
            return
        except OSError as exc:
            yield Refusal(printable(path), reason_of(exc))
            return
        named_like_a_file = full.endswith(suffix)
        if stat.S_ISDIR(status.st_mode):
            if named_like_a_file:
                yield Refusal(printable(path), "is a folder with a file's name")
            yield from self._walk(path, full, suffix, depth + 1, seen)
        elif stat.S_ISLNK(status.st_mode) and not named_like_a_file:
            linked = self.directory(path)
            if isinstance(linked, str):
                yield from self._walk(path, linked, suffix, depth + 1, seen)
            elif linked is not None and linked.reason != "is not a folder":
                yield linked
        elif named_like_a_file:
            yield self._entry(path, full, status)

    def _entry(self, path: str, full: str, status: os.stat_result) -> Entry:
        shown = printable(path)
        real = full
        try:
            real = os.path.realpath(full, strict=True)
            if not self._inside(real):
                return Refusal(shown, "is a link that leads out of the project")
            if stat.S_ISLNK(status.st_mode):
                status = os.stat(real)
        except FileNotFoundError:
            return Refusal(shown, "is a link to nothing")
        except OSError as exc:
            return Refusal(shown, reason_of(exc))
        kind = _kind(status.st_mode)
        if kind != "file":
            return Refusal(shown, f"is a {kind}, not a file")
        return Candidate(path, real, status)

    def _inside(self, real: str) -> bool:
        return real == self.root or real.startswith(self.root.rstrip(os.sep) + os.sep)


def open_for_reading(candidate: Candidate) -> int:
    """A descriptor of the file that was looked at; FileRefused when it is no longer that file."""
    try:
        descriptor = os.open(candidate.real, _OPEN_FLAGS)
    except OSError as exc:
        raise FileRefused(reason_of(exc)) from exc
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise FileRefused(f"is a {_kind(status.st_mode)}, not a file")
    return descriptor


def _kind(mode: int) -> str:
    for test, name in (
        (stat.S_ISREG, "file"),
        (stat.S_ISDIR, "folder"),
        (stat.S_ISFIFO, "pipe"),
        (stat.S_ISSOCK, "socket"),
    ):
        if test(mode):
            return name
    return "device"


def reason_of(exc: OSError) -> str:
    """Why something cannot be read, in the words of a ``Refusal``."""
    return f"cannot be read: {(exc.strerror or type(exc).__name__).lower()}"
