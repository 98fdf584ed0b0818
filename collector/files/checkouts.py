"""Which git repository a folder is a checkout of, as its ``.git`` says."""

from __future__ import annotations

import os
from pathlib import Path

from schema.frozen import dataclass

_LINK_LIMIT_BYTES = 4096


@dataclass(frozen=True)
class Checkout:
    """``repository`` is the real path of the git folder that its worktrees share."""

    repository: str
    is_worktree: bool

    def worktrees(self) -> list[str]:
        """The folders of the repository's worktrees, as git lists them; some may be gone."""
        found = []
        for note in sorted(Path(self.repository, "worktrees").glob("*/gitdir")):
            if (link := _text_of(note)) is not None:
                found.append(os.path.dirname(link))
        return found


def checkout_of(folder: Path) -> Checkout | None:
    """The checkout at ``folder``; None if it is not one or its ``.git`` cannot be understood."""
    git = folder / ".git"
    try:
        if git.is_dir():
            return Checkout(os.path.realpath(git), is_worktree=False)
        if not git.is_file():
            return None
    except OSError:
        return None
    text = _text_of(git)
    if text is None or not text.startswith("gitdir:"):
        return None
    link = Path(os.path.realpath(folder / text.removeprefix("gitdir:").strip()))
    if link.parent.name == "worktrees":
        return Checkout(str(link.parent.parent), is_worktree=True)
    return Checkout(str(link), is_worktree=False)


def _text_of(file: Path) -> str | None:
    """The text of one of git's small files; None where it cannot be read."""
    try:
        with open(file, encoding="utf-8") as opened:
            return opened.read(_LINK_LIMIT_BYTES).strip()
    except (OSError, UnicodeDecodeError):
        return None
