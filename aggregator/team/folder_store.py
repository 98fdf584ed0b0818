"""A folder as a team's store.

An object is written into a private file next to it, synchronised and renamed, so that a reader gets
the old bytes or the new ones. The private file has one name for each object and is locked: of two
writers of one object the second waits, and what a killed one leaves is used by the next or deleted
with the object.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from schema.errors import (
    ObjectChanged,
    ObjectMissing,
    SkillhouseError,
    StoreDenied,
    StoreUnreachable,
    UsageError,
)

if TYPE_CHECKING:
    from aggregator.team.store import Entry, Stored

FOLDERS = {"members": 0o1733, "experiments": 0o755, "community": 0o755, "rollups": 0o700}
"""The folders of a store. Members write into theirs without seeing, reading or replacing what
others have there: only its owner, who runs the rollup, can list it."""

FILE_SYSTEMS = Path("/etc/fstab")
"""Where the system reads what is mounted where."""

_MOUNTED = Path("/proc/self/mountinfo")
"""Where Linux tells what is mounted."""

_ESCAPED = re.compile(r"\\([0-7]{3})")

_WAIT_S = 30.0
_OUT_OF_REACH = frozenset(
    {
        errno.ESTALE,
        errno.ETIMEDOUT,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.ENETDOWN,
        errno.ENOTCONN,
        errno.EIO,
        errno.ENXIO,
    }
)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def check_key(key: str) -> None:
    """UsageError for a key that could lead out of the store."""
    if (
        not key.isprintable()
        or "\\" in key
        or any(part in ("", ".", "..") for part in key.split("/"))
    ):
        raise UsageError("That is not a key of a team's store.")


class FolderStore:
    """The objects below ``root``. An e-tag is the SHA-256 of an object's bytes."""

    is_folder = True

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def url(self) -> str:
        return str(self._root)

    def get(self, key: str, *, at_most: int | None = None) -> Stored:
        """The whole object, from one opened file."""
        from aggregator.team.store import Stored

        with self._translated(key, "Reading"):
            data = self._read(key, at_most)
        return Stored(data, _etag_of(data))

    def etag(self, key: str) -> str | None:
        """The e-tag of the object as it is now."""
        try:
            return self.get(key).etag
        except ObjectMissing:
            return None

    def put(self, key: str, data: bytes, *, expected_etag: str | None) -> str:
        """Replace the version with that e-tag; with None, create an object that is not there."""
        with self._translated(key, "Writing"), self._private_file(key) as (descriptor, part):
            try:
                present = _etag_of(self._read(key, None))
            except FileNotFoundError:
                present = None
            if present != expected_etag:
                os.unlink(part)
                raise ObjectChanged(
                    f"{self._place(key)} was changed in the meantime.",
                    "Run the command again.",
                )
            self._replace(descriptor, part, key, data)
        return _etag_of(data)

    def overwrite(self, key: str, data: bytes) -> str:
        """Write an object whatever is there."""
        with self._translated(key, "Writing"), self._private_file(key) as (descriptor, part):
            self._replace(descriptor, part, key, data)
        return _etag_of(data)

    def list(self, prefix: str) -> Iterator[Entry]:
        """Every regular file below the folder ``prefix``, private ones left out."""
        from aggregator.team.store import Entry

        check_key(prefix.rstrip("/"))
        with self._translated(prefix, "Listing"):
            top = self._root / prefix
            if not top.exists():
                self._expect_root()
                return
            # `os.walk` would swallow that a folder may not be listed.
            with os.scandir(top) as found:
                entries = list(found)
        for entry in entries:
            if entry.name.startswith("."):
                continue
            key = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from self.list(f"{key}/")
            elif entry.is_file(follow_symlinks=False):
                with suppress(FileNotFoundError):
                    yield Entry(key, entry.stat(follow_symlinks=False).st_size)

    def delete(self, key: str) -> bool:
        """Delete an object and what a killed writer left of it; whether there was one."""
        check_key(key)
        with self._translated(key, "Deleting"):
            self._expect_root()
            with suppress(FileNotFoundError):
                os.unlink(self._part(key))
            try:
                os.unlink(self._root / key)
            except FileNotFoundError:
                return False
            _synchronise_folder((self._root / key).parent)
        return True

    def folders(self, prefix: str) -> Sequence[str]:
        """The folders in the one that is named ``prefix``, empty ones too; links are none."""
        check_key(prefix.rstrip("/"))
        with self._translated(prefix, "Listing"):
            try:
                with os.scandir(self._root / prefix) as found:
                    return sorted(
                        entry.name for entry in found if entry.is_dir(follow_symlinks=False)
                    )
            except FileNotFoundError:
                self._expect_root()
                return []

    def delete_folder(self, prefix: str) -> None:
        """Delete a folder, and private files of killed writers with it. A link is not followed."""
        check_key(prefix.rstrip("/"))
        folder = self._root / prefix.rstrip("/")
        with self._translated(prefix, "Deleting"):
            self._expect_root()
            try:
                shutil.rmtree(folder)
            except FileNotFoundError:
                return
            _synchronise_folder(folder.parent)

    def prepare(self) -> None:
        """Make the folders of a new team with their rights."""
        with self._translated("", "Making"):
            _expect_mounted(self._root)
            self._root.mkdir(mode=0o755, exist_ok=True)
            for name, mode in FOLDERS.items():
                folder = self._root / name
                folder.mkdir(exist_ok=True)
                if stat.S_IMODE(folder.stat().st_mode) != mode:
                    folder.chmod(mode)

    def is_bare(self) -> bool:
        """Whether nothing is in the folder, as far as it may be listed."""
        with self._translated("", "Listing"):
            self._expect_root()
            try:
                with os.scandir(self._root) as found:
                    return all(entry.name == "lost+found" for entry in found)
            except PermissionError:
                return False

    def _read(self, key: str, at_most: int | None) -> bytes:
        check_key(key)
        # A pipe with an object's name would block; a link could lead anywhere.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self._root / key, flags)
        except FileNotFoundError:
            self._expect_root()
            raise
        with open(descriptor, "rb", closefd=True) as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise StoreDenied(f"{self._place(key)} is not a regular file.", "Remove it.")
            if at_most is not None and found.st_size > at_most:
                raise StoreDenied(
                    f"{self._place(key)} has {found.st_size:,} bytes, at most {at_most:,} are"
                    " read.",
                    "Its author has to write it again.",
                )
            return file.read() if at_most is None else file.read(at_most)

    @contextmanager
    def _private_file(self, key: str) -> Iterator[tuple[int, Path]]:
        """The locked private file of an object: its descriptor and path."""
        check_key(key)
        part = self._part(key)
        self._make_parents(part.parent)
        deadline = time.monotonic() + _WAIT_S
        while True:
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(part, flags, 0o644)
            try:
                self._lock(descriptor, key, deadline)
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise StoreDenied(f"{part} is not a regular file.", "Remove it.")
                # Whoever had the lock before has renamed the file, or deleted it.
                if _is_same(descriptor, part):
                    os.fchmod(descriptor, 0o644)
                    yield descriptor, part
                    return
            finally:
                os.close(descriptor)

    def _make_parents(self, folder: Path) -> None:
        """Folders that others may read, unless they are in one that they may not."""
        if folder.exists():
            return
        self._expect_root()
        self._make_parents(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o755)

    def _lock(self, descriptor: int, key: str, deadline: float) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StoreUnreachable(
                        f"Another process has been writing {self._place(key)} for {_WAIT_S:.0f} s.",
                        "Try again later.",
                    ) from None
                time.sleep(0.02)
            else:
                return

    def _replace(self, descriptor: int, part: Path, key: str, data: bytes) -> None:
        try:
            os.ftruncate(descriptor, 0)
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
            os.rename(part, self._root / key)
        except OSError:
            with suppress(OSError):
                os.unlink(part)
            raise
        _synchronise_folder(part.parent)

    def _part(self, key: str) -> Path:
        path = self._root / key
        return path.with_name(f".{path.name}.part")

    def _place(self, key: str) -> str:
        return str(self._root / key) if key else str(self._root)

    def _expect_root(self) -> None:
        if not self._root.is_dir():
            raise StoreUnreachable(
                f"The folder {self._root} is not there.", "Check the path, or mount it."
            )
        _expect_mounted(self._root)

    @contextmanager
    def _translated(self, key: str, doing: str) -> Iterator[None]:
        """Errors of the system as ours, with the object named."""
        place = self._place(key)
        try:
            yield
        except SkillhouseError:
            raise
        except FileNotFoundError as exc:
            if doing == "Making":
                raise StoreUnreachable(
                    f"The folder {self._root.parent} is not there.", "Check the path, or mount it."
                ) from exc
            raise ObjectMissing(f"{place} is not there.", "Check the path of the team.") from exc
        except OSError as exc:
            if exc.errno in _OUT_OF_REACH:
                raise StoreUnreachable(f"{place} does not answer.", "Try again later.") from exc
            reason = (exc.strerror or type(exc).__name__).lower()
            hint = "Free some space." if exc.errno in _FULL else "Check the folder's rights."
            raise StoreDenied(f"{doing} {place} was refused: {reason}.", hint) from exc


def _expect_mounted(folder: Path) -> None:
    """StoreUnreachable where the system is told to mount something there that is not mounted: the
    folder beneath it is not the team's."""
    # A link may lead to where something is mounted.
    real = Path(os.path.realpath(folder))
    above = {folder, *folder.parents, real, *real.parents}
    for point in _paths_in(FILE_SYSTEMS, 1):
        if point in above and not _is_mounted(point):
            raise StoreUnreachable(f"{point} is not mounted.", "Mount it, and try again.")


def _is_mounted(point: Path) -> bool:
    # A folder that is mounted at another place of the same device shows in the list alone.
    return os.path.ismount(point) or Path(os.path.realpath(point)) in _paths_in(_MOUNTED, 4)


def _paths_in(table: Path, place: int) -> Iterator[Path]:
    """The paths in a column of one of the system's tables, counted from 0."""
    try:
        text = table.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    for line in text.split("\n"):
        words = re.split("[ \t]+", line.strip(" \t"))
        if len(words) > place and words[place].startswith("/") and not words[0].startswith("#"):
            # What would part or end a line is written as its number.
            yield Path(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), words[place]))


def _etag_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def _is_same(descriptor: int, path: Path) -> bool:
    """Whether the opened file is the one that has the path now."""
    opened = os.fstat(descriptor)
    try:
        named = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino)


def _synchronise_folder(folder: Path) -> None:
    """Make a rename survive a crash of the machine; members may not open their folder."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
