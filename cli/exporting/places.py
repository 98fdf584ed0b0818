"""Output files, written completely or not at all and readable only by their owner.

A file is written next to its target first and then moved there. Links are followed. Standard
output, pipes and devices are written directly.
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

from cli.output import copy
from schema.engine import duckdb
from schema.error_translation import translated
from schema.errors import SkillhouseError, SystemRefused, UsageError
from schema.file_access import private_files
from schema.places import begin_of, folder_of, log_of, unfinished
from schema.settings import absolute
from schema.swap import put, put_new, remove

STDOUT = 1
_LINKS = 40
"""Maximum number of links in a row, as in the system."""

_DESCRIPTORS = re.compile(r"/proc/(?P<process>\d+)(/task/\d+)?/fd|/dev/fd")


@dataclass(frozen=True)
class Target:
    """The target of an output.

    ``path`` is as given. ``file`` is the regular file to write, links followed; None for a stream.
    ``descriptor`` is the open file of this process that was given, if any.
    """

    path: Path
    file: Path | None = None
    descriptor: int | None = None

    @property
    def is_stdout(self) -> bool:
        return self.descriptor == STDOUT


@dataclass
class Written:
    """An output being written: ``draft`` is the file to fill, ``size_bytes`` its final size."""

    draft: Path
    size_bytes: int = 0


def target_of(named: Path) -> Target:
    """The target of a path on the command line; ``-`` is standard output.

    SystemRefused for a path that cannot be read, UsageError for a block device.
    """
    if str(named) == "-":
        return Target(named, descriptor=STDOUT)
    path = absolute(named)
    descriptor = _descriptor(path)
    try:
        if descriptor is not None:
            os.fstat(descriptor)
            # Duplicate it, so that its number is not reused.
            kept = descriptor if descriptor == STDOUT else os.dup(descriptor)
            return Target(path, descriptor=kept)
        mode = path.stat().st_mode
    except FileNotFoundError:
        return Target(path, Path(os.path.realpath(path)))
    except OSError as exc:
        raise SystemRefused.of(exc, path) from exc
    if stat.S_ISBLK(mode):
        raise UsageError(f"{path} is a disk.", "Use a file on it.")
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
    """UsageError if the file cannot be written there, or may not be replaced."""
    if target.file is None:
        return
    if not target.file.parent.is_dir():
        raise UsageError(f"There is no folder {target.file.parent}.", "Create it, or use another.")
    if not os.path.lexists(target.file):
        return
    if not target.file.is_file():
        raise UsageError(f"{target.path} exists and is not a file.", "Use another path.")
    if _is_ours(target.file, warehouse):
        raise UsageError(f"{target.path} is the warehouse or a copy of it.", "Use another file.")
    if not force:
        raise _exists(target)


class TargetExists(UsageError):
    """The output file exists, and may not be overwritten."""


def _exists(target: Target) -> TargetExists:
    return TargetExists(f"{target.path} already exists.", "Add --force to overwrite it.")


def _is_ours(real: Path, warehouse: Path) -> bool:
    home = warehouse.resolve()
    if real.parent == folder_of(home):
        return True
    return real in (home, log_of(home)) or (
        real.parent == home.parent and real.name.startswith(f"{begin_of(home)}.duckdb")
    )


@contextmanager
def written(target: Target, *, force: bool) -> Iterator[Written]:
    """A draft to fill; it becomes ``target`` if the block succeeds and is deleted otherwise.

    SkillhouseError for an error of the file system, BrokenPipeError for a closed pipe.
    """
    with ExitStack() as stack:
        if target.file is not None:
            draft = unfinished(target.file)
            stack.callback(remove, draft)
        # DuckDB writes some drafts, and takes a backslash in a path for a slash.
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
                    copy_to(made.draft, target)
                    return
                if made.draft != draft:
                    shutil.copyfile(made.draft, draft)
                draft.chmod(0o600)
            (put if force else put_new)(draft, target.file)
        except BrokenPipeError:
            raise
        except FileExistsError:
            raise _exists(target) from None
        except OSError as exc:
            raise refused(target.path, exc) from exc


def copy_to(draft: Path, target: Target) -> None:
    """Write a finished file to a stream; raises OSError."""
    if target.is_stdout:
        copy(draft)
        return
    to: Path | int = target.path if target.descriptor is None else target.descriptor
    with draft.open("rb") as source, open(to, "wb") as stream:
        shutil.copyfileobj(source, stream, 1 << 20)


def refused(target: Path, exc: Exception) -> SkillhouseError:
    """The error to show for an error while writing."""
    name = "Standard output" if str(target) == "-" else target
    if isinstance(exc, OSError):
        return SystemRefused.of(exc, name, "Nothing was written.")
    reason = "it could not be written"
    if isinstance(exc, duckdb.Error) and (error := translated(exc, target)) is not None:
        reason = "no space left" if "space" in error.message else "permission denied"
    hint = "Free some space" if "space" in reason else "Check its folder"
    return SystemRefused(
        f"{name}: {reason}.", f"{hint} and run the command again. Nothing was written."
    )
