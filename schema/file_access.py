"""The file system around the warehouse: its folder, its permissions, and paths DuckDB takes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schema.error_translation import denied
from schema.errors import NotAWarehouse, WarehouseDenied
from schema.spelling import parameter


@contextmanager
def private_files() -> Iterator[None]:
    """Only the owner may read files created within the block, the log next to the file included."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def expect_path_for_duckdb(path: Path) -> None:
    """NotAWarehouse for a path that DuckDB does not take as it is.

    It reads a backslash as a slash, and looks for the log of a file before the first question mark.
    """
    for character in "\\?":
        if character in str(path) or character in os.path.realpath(path):
            raise NotAWarehouse(
                f"The path {path} contains '{character}', which has a special meaning in DuckDB.",
                f"Name a path without it with {parameter('warehouse')}. Nothing was changed.",
            )


def expect_home(path: Path) -> None:
    """Raise WarehouseDenied if the file would lie in a home folder that is not there.

    It may not be mounted yet, and an empty warehouse below it would pass for the real one.
    """
    home = Path(os.path.expanduser("~"))
    if home in path.parents and not home.is_dir():
        raise WarehouseDenied(
            f"Your home folder {home} is not there.",
            f"Mount it or check HOME, or name a warehouse elsewhere with {parameter('warehouse')}.",
        )


def make_folder(path: Path) -> None:
    """Create the file's folder if need be, as 0700."""
    expect_home(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise denied(path, exc) from exc


def make_private(path: Path) -> None:
    """Make the file 0600.

    By name, never by opening it: closing any descriptor of a file drops this process's locks on it.
    """
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as exc:
        raise denied(path, exc) from exc
