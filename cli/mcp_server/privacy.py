"""Paths and session ids stay on this machine's side, unless they are asked for.

An agent's words may go anywhere. Fields that hold a path or a session are left out. In texts a
registered project's path becomes its id, which our commands take in its place; any other path, and
what looks like a session's id, becomes a note. Names of skills, agents and projects stay: they are
what is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schema.warehouse import Connection

HIDDEN = frozenset(
    {
        *("project_path", "warehouse_path", "path", "session_id", "workflow_id"),
        *("idempotency_key", "worktree_of"),
    }
)
NAMES = frozenset(
    {
        *("skill_name", "name", "agent", "project_name", "first_name", "second_name"),
        *("then_name", "next_name", "workflow_name", "project_id", "kind", "command"),
    }
)
PATH_LEFT_OUT = "(a path)"
ID_LEFT_OUT = "(an id)"

_PATH = re.compile(
    r"""(?<=')(?:~|/[^'\n]+)/[^'\n]*(?=')"""
    r"""|(?<![\w.~/\\])(?!(?<=:)//)(?:~|(?:file:)?/)(?:/*[^\s/'"`<>|;,()]+)?(?:/+[^\s/'"`<>|;,()]+)+/?"""
    r"""|\b[A-Za-z]:\\[^\s'"`<>|;,()]+"""
    r"""|~(?=[\s'"`]|$)"""
)
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)


@dataclass(frozen=True)
class Privacy:
    """``known`` are texts and what stands for each, the longest first."""

    known: tuple[tuple[str, str], ...]
    show_paths: bool = False

    def told(self, value: Any, key: str = "") -> Any:
        """A JSON value without paths and session ids."""
        if self.show_paths:
            return value
        if isinstance(value, Mapping):
            return {
                self.text(str(name)): self.told(inner, str(name))
                for name, inner in value.items()
                if name not in HIDDEN
            }
        if isinstance(value, list | tuple):
            return [self.told(each, key) for each in value]
        return self.text(value) if isinstance(value, str) and key not in NAMES else value

    def text(self, words: str) -> str:
        if self.show_paths:
            return words
        for known, instead in self.known:
            if known in words:
                # Not a folder whose name only begins with this one's.
                words = re.sub(re.escape(known) + r"(?![\w-]|\.\w)", instead, words)
        return _UUID.sub(ID_LEFT_OUT, _PATH.sub(PATH_LEFT_OUT, words))


def privacy(con: Connection | None, warehouse: Path, *, show_paths: bool) -> Privacy:
    """What is known of a warehouse's paths; ``con`` is None where it cannot be opened."""
    known = {str(warehouse): "the warehouse", str(warehouse.parent): PATH_LEFT_OUT}
    if con is not None and not show_paths:
        rows = con.execute("select project_path, project_id from projects").fetchall()
        known.update({str(path): str(project_id) for path, project_id in rows})
    known.setdefault(str(Path.home()), PATH_LEFT_OUT)
    # A root would stand for every slash.
    longest = sorted((each for each in known.items() if len(each[0]) > 1), key=lambda e: -len(e[0]))
    return Privacy(tuple(longest), show_paths)
