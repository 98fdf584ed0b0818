"""Where an exported file goes: beside its place first, whole or not at all, for its owner only."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schema.errors import SkillhouseError, UsageError
from schema.places import begin_of, folder_of, log_of, unfinished
from schema.swap import put, put_new, remove
from schema.warehouse import private_files, translated


def check_target(target: Path, warehouse: Path, *, force: bool) -> None:
    """UsageError where a file may not be put: one is there already, or what is may not go."""
    if not target.parent.is_dir():
        raise UsageError(f"There is no folder {target.parent}.", "Make it, or name another.")
    if not os.path.lexists(target):
        return
    if not target.is_file():
        raise UsageError(f"{target} is there already, and is not a file.", "Name another.")
    if _is_ours(target, warehouse):
        raise UsageError(f"{target} is the warehouse, or a copy of it.", "Name another file.")
    if not force:
        raise UsageError(f"{target} is there already.", "Add --force to replace it.")


def _is_ours(target: Path, warehouse: Path) -> bool:
    real = target.resolve()
    home = warehouse.resolve()
    if real.parent == folder_of(home):
        return True
    return real in (home, log_of(home)) or (
        real.parent == home.parent and real.name.startswith(f"{begin_of(home)}.duckdb")
    )


@contextmanager
def written(target: Path, *, force: bool) -> Iterator[Path]:
    """Where to write what becomes ``target`` when the block ends well. Nothing is left otherwise.

    SkillhouseError for what the file system refuses.
    """
    draft = unfinished(target)
    try:
        with private_files():
            yield draft
            draft.chmod(0o600)
        (put if force else put_new)(draft, target)
    except FileExistsError:
        raise UsageError(f"{target} is there already.", "Add --force to replace it.") from None
    except OSError as exc:
        raise refused(target, exc) from exc
    finally:
        remove(draft)


def refused(target: Path, exc: Exception) -> SkillhouseError:
    """What an error while writing means for the person who waits."""
    reason = "it could not be written"
    if isinstance(exc, OSError):
        reason = (exc.strerror or reason).lower()
    elif (told := translated(exc, target)) is not None:  # type: ignore[arg-type]
        reason = "no space is left" if "space" in told.message else "permission denied"
    full = isinstance(exc, OSError) and exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    hint = "Free some space" if full or "space" in reason else "Check its folder"
    return SkillhouseError(
        f"{target}: {reason}.", f"{hint}, and run the command again; nothing was half written."
    )
