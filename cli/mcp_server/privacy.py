"""Removes paths and session ids from answers, unless they are asked for.

What an agent reads may leave this machine. Fields that hold a path or a session are left out. In
texts a registered project's path becomes its id, which our commands take in its place; any other
path, and what looks like a session id, becomes a placeholder. Names of skills, agents and projects
stay: questions are about them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schema.errors import SkillhouseError
from schema.settings import home
from schema.statements import statement
from schema.warehouse import Connection

HIDDEN_FIELDS = frozenset(
    {
        *("project_path", "warehouse_path", "path", "session_id", "workflow_id"),
        *("idempotency_key", "worktree_of", "moved_from", "also_at"),
    }
)
NAME_FIELDS = frozenset(
    {
        *("skill_name", "name", "agent", "project_name", "first_name", "second_name"),
        *("then_name", "next_name", "workflow_name", "project_id", "kind", "command"),
    }
)
PATH_PLACEHOLDER = "(a path)"
ID_PLACEHOLDER = "(an id)"

_PATH = re.compile(
    r"""(?<=')(?:~|/[^'\n]+)/[^'\n]*(?=')"""
    r"""|(?<![\w.~/\\])(?!(?<=:)//)(?:~|(?:file:)?/)(?:/*[^\s/'"`<>|;,()]+)?(?:/+[^\s/'"`<>|;,()]+)+/?"""
    r"""|\b[A-Za-z]:\\[^\s'"`<>|;,()]+"""
    r"""|~(?=[\s'"`]|$)"""
)
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)


@dataclass(frozen=True)
class Redaction:
    """What is removed; ``replacements`` are known paths and what stands for each, longest first."""

    replacements: tuple[tuple[str, str], ...]
    show_paths: bool = False

    def value(self, value: Any, key: str = "") -> Any:
        """A JSON value without paths and session ids."""
        if self.show_paths:
            return value
        if isinstance(value, Mapping):
            return {
                self.text(str(name)): self.value(inner, str(name))
                for name, inner in value.items()
                if name not in HIDDEN_FIELDS
            }
        if isinstance(value, list | tuple):
            return [self.value(each, key) for each in value]
        return self.text(value) if isinstance(value, str) and key not in NAME_FIELDS else value

    def text(self, text: str) -> str:
        """A text without paths and session ids."""
        if self.show_paths:
            return text
        for path, instead in self.replacements:
            if path in text:
                # Not a folder whose name only begins with this one's.
                text = re.sub(re.escape(path) + r"(?![\w-]|\.\w)", instead, text)
        return _UUID.sub(ID_PLACEHOLDER, _PATH.sub(PATH_PLACEHOLDER, text))

    def error(self, error: SkillhouseError) -> SkillhouseError:
        """An error of the same kind without paths and session ids."""
        message, hint = self.text(error.message), self.text(error.hint)
        return type(error)(message, hint, parameter=error.parameter)


def redaction(con: Connection | None, warehouse: Path, *, show_paths: bool) -> Redaction:
    """What is removed from the answers of a warehouse; ``con`` is None where it cannot be read."""
    paths = {str(warehouse): "the warehouse", str(warehouse.parent): PATH_PLACEHOLDER}
    if con is not None and not show_paths:
        rows = con.execute(statement("schema/registered.sql")).fetchall()
        paths.update({str(path): str(project_id) for project_id, _, path, _ in rows})
    if (folder := home()) is not None:
        paths.setdefault(str(folder), PATH_PLACEHOLDER)
    # A root directory would stand for every slash.
    longest = sorted((each for each in paths.items() if len(each[0]) > 1), key=lambda e: -len(e[0]))
    return Redaction(tuple(longest), show_paths)
