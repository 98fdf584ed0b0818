"""Where a file that is asked for goes.

A file is written beside its place first and put there whole or not at all, for its owner only. A
link stays, and what it names is replaced. Standard output, a pipe or a device is written to.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cli.output import copy
from schema.error_translation import translated
from schema.errors import SkillhouseError, SystemRefused, UsageError
from schema.file_access import private_files
from schema.places import begin_of, folder_of, log_of, unfinished
from schema.settings import absolute
from schema.swap import put, put_new, remove

STDOUT = 1
_LINKS = 40
"""As many links in a row as the system follows."""

_DESCRIPTORS = re.compile(r"/proc/(?P<process>\d+)(/task/\d+)?/fd|/dev/fd")


@dataclass(frozen=True)
class Target:
    """Where output goes.

    ``path`` is as it was named. ``file`` is the regular file to be replaced or made, links
    followed; None for a stream. ``descriptor`` is the one of this process that was named, if any.
    """

    path: Path
    file: Path | None = None
    descriptor: int | None = None

    @property
    def is_stdout(self) -> bool:
        return self.descriptor == STDOUT


@dataclass
class Written:
    """What is being written: ``draft`` is the file to fill, ``size_bytes`` what it came to."""

    draft: Path
    size_bytes: int = 0


def target_of(named: Path) -> Target:
    """What a path on the command line names; ``-`` is standard output.

    Raises SystemRefused for a path that cannot be looked at, UsageError for a block device.
    """
    if str(named) == "-":
        return Target(named, descriptor=STDOUT)
    path = absolute(named)
    descriptor = _descriptor(path)
    try:
        if descriptor is not None:
            os.fstat(descriptor)
            # A copy of one that we were given: files that we open get other numbers.
            kept = descriptor if descriptor == STDOUT else os.dup(descriptor)
            return Target(path, descriptor=kept)
        mode = path.stat().st_mode
    except FileNotFoundError:
        return Target(path, Path(os.path.realpath(path)))
    except OSError as exc:
        raise SystemRefused.of(exc, path) from exc
    if stat.S_ISBLK(mode):
        raise UsageError(f"{path} is a disk.", "Name a file on it.")
    if stat.S_ISCHR(mode) or stat.S_ISFIFO(mode):
        return Target(path)
    return Target(path, Path(os.path.realpath(path)))


def _descriptor(path: Path) -> int | None:
    """The number of the open file of this process that a path such as /dev/stdout leads to."""
    for _ in range(_LINKS):
        folder = os.path.realpath(path.parent)
        found = _DESCRIPTORS.fullmatch(folder)
        if found and path.name.isdecimal():
            ours = found["process"] in (None, str(os.getpid()))
            return int(path.name) if ours else None
        try:
            path = Path(folder, os.readlink(path))
        except OSError:
            return None
    return None


def check_target(target: Target, warehouse: Path, *, force: bool) -> None:
    """UsageError where a file may not be put: one is there already, or what is may not go."""
    if target.file is None:
        return
    if not target.file.parent.is_dir():
        raise UsageError(f"There is no folder {target.file.parent}.", "Make it, or name another.")
    if not os.path.lexists(target.file):
        return
    if not target.file.is_file():
        raise UsageError(f"{target.path} is there already, and is not a file.", "Name another.")
    if _is_ours(target.file, warehouse):
        raise UsageError(f"{target.path} is the warehouse, or a copy of it.", "Name another file.")
    if not force:
        raise UsageError(f"{target.path} is there already.", "Add --force to replace it.")


def _is_ours(real: Path, warehouse: Path) -> bool:
    home = warehouse.resolve()
    if real.parent == folder_of(home):
        return True
    return real in (home, log_of(home)) or (
        real.parent == home.parent and real.name.startswith(f"{begin_of(home)}.duckdb")
    )


@contextmanager
def written(target: Target, *, force: bool) -> Iterator[Written]:
    """What to fill, which goes to ``target`` when the block ends well. Nothing is left otherwise.

    SkillhouseError for what the file system refuses. A closed pipe is a BrokenPipeError.
    """
    with ExitStack() as stack:
        if target.file is not None:
            draft = unfinished(target.file)
            stack.callback(remove, draft)
        # DuckDB, which writes some drafts, reads a backslash in a path as a slash.
        if target.file is None or "\\" in str(draft):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="skillhouse-"))
            made = Written(Path(folder) / "draft")
        else:
            made = Written(draft)
        try:
            with private_files():
                yield made
                made.size_bytes = made.draft.stat().st_size
                if target.file is None:
                    pour(made.draft, target)
                    return
                if made.draft != draft:
                    shutil.copyfile(made.draft, draft)
                draft.chmod(0o600)
            (put if force else put_new)(draft, target.file)
        except BrokenPipeError:
            raise
        except FileExistsError:
            raise UsageError(
                f"{target.path} is there already.", "Add --force to replace it."
            ) from None
        except OSError as exc:
            raise refused(target.path, exc) from exc


def pour(draft: Path, target: Target) -> None:
    """Write a finished file into a stream; raises what the system says of it."""
    if target.is_stdout:
        copy(draft)
        return
    to: Path | int = target.path if target.descriptor is None else target.descriptor
    with draft.open("rb") as source, open(to, "wb") as stream:
        shutil.copyfileobj(source, stream, 1 << 20)


def refused(target: Path, exc: Exception) -> SkillhouseError:
    """What an error while writing means for the person who waits."""
    name = "Standard output" if str(target) == "-" else target
    if isinstance(exc, OSError):
        return SystemRefused.of(exc, name, "Nothing was half written.")
    reason = "it could not be written"
    if isinstance(exc, duckdb.Error) and (told := translated(exc, target)) is not None:
        reason = "no space is left" if "space" in told.message else "permission denied"
    hint = "Free some space" if "space" in reason else "Check its folder"
    return SystemRefused(
        f"{name}: {reason}.", f"{hint}, and run the command again; nothing was half written."
    )
