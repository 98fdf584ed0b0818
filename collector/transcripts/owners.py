"""Whose row it is: the registered project in whose folder an agent worked.

The nearest registered folder at or above the folder counts; otherwise, for a git worktree, its
repository's; otherwise the first folder of the file. Worktrees are remembered, as most are deleted
within hours.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from collector.files.checkouts import checkout_of


class Owners:
    """Finds the project of a folder.

    ``projects`` are ids by real path. ``worktrees`` are repositories by the folder of a worktree
    of theirs, as they were known before.
    """

    def __init__(
        self, projects: Mapping[str, str], worktrees: Mapping[str, str] | None = None
    ) -> None:
        self._projects = {os.path.realpath(path): each for path, each in projects.items()}
        self._remembered = dict(worktrees or {})
        self._found_worktrees: dict[str, str] = {}
        self._known: dict[str, str | None] = {}

    def __call__(self, cwd: str | None, first_cwd: str | None) -> str | None:
        """The project's id; None if the folder belongs to no project."""
        found = self._of(cwd) if cwd else None
        return found if found is not None or not first_cwd else self._of(first_cwd)

    def take_found(self) -> dict[str, str]:
        """The worktrees found since the last call, to be remembered, with their repositories."""
        taken, self._found_worktrees = self._found_worktrees, {}
        return taken

    def _of(self, folder: str) -> str | None:
        if folder not in self._known:
            self._known[folder] = self._look_up(folder)
        return self._known[folder]

    def _look_up(self, folder: str) -> str | None:
        if not os.path.isabs(folder) or "\0" in folder:
            return None
        real = Path(os.path.realpath(folder))
        above = [real, *real.parents]
        return self._nearest(above) or self._of_worktree(above)

    def _nearest(self, above: list[Path]) -> str | None:
        found = (self._projects.get(str(each)) for each in above)
        return next((each for each in found if each is not None), None)

    def _of_worktree(self, above: list[Path]) -> str | None:
        for folder in above:
            checkout = checkout_of(folder)
            if checkout is not None:
                if not checkout.is_worktree:
                    return None
                repository = os.path.dirname(checkout.repository)
                owner = self._nearest_to(repository)
                if owner is not None:
                    self._found_worktrees[str(folder)] = repository
                return owner
            known = self._remembered.get(str(folder))
            if known is not None and not folder.exists():
                return self._nearest_to(known)
        return None

    def _nearest_to(self, repository: str) -> str | None:
        real = Path(os.path.realpath(repository))
        return self._nearest([real, *real.parents])
