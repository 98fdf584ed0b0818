"""Writing and removing configuration files, but only those that skillhouse wrote."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cli.nightly.job import MARK, Piece
from schema.errors import SystemRefused, UsageError


def place(pieces: Sequence[Piece]) -> list[str]:
    """Write all files; UsageError, and none is written, if one replaces somebody else's."""
    for piece in pieces:
        if not piece.path.is_absolute():
            raise SystemRefused(f"There is no home folder for {piece.path}.", "Set HOME.")
        _check_ours(piece.path)
    for piece in pieces:
        try:
            piece.path.parent.mkdir(parents=True, exist_ok=True)
            new = piece.path.with_name(f".{piece.path.name}.new")
            new.write_text(piece.text, encoding="utf-8")
            os.replace(new, piece.path)
        except OSError as exc:
            raise _refused(piece.path, exc) from exc
    return [str(piece.path) for piece in pieces]


def remove(paths: Sequence[Path], keep: Path) -> list[str]:
    """Remove those files that exist, and folders left empty below ``keep``. UsageError if one
    is somebody else's."""
    there = [path for path in paths if path.exists()]
    for path in there:
        _check_ours(path)
    for path in there:
        try:
            path.unlink()
        except OSError as exc:
            raise _refused(path, exc) from exc
        _remove_empty(path.parent, keep)
    return [str(path) for path in there]


def ours(path: Path) -> bool:
    """Whether that file exists and skillhouse wrote it."""
    if not path.is_absolute():
        return False  # in a home folder that there is not
    try:
        return MARK in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _remove_empty(folder: Path, keep: Path) -> None:
    while folder != keep and keep in folder.parents:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _check_ours(path: Path) -> None:
    if os.path.lexists(path) and not ours(path):
        raise UsageError(
            f"{path} already exists and was not written by skillhouse.",
            "It was not changed. Move it away, or use another scheduler.",
        )


def _refused(path: Path, exc: OSError) -> SystemRefused:
    return SystemRefused.of(exc, path, "Check who owns the folder, or leave out --write.")
