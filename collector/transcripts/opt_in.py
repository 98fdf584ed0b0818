"""Which folders of transcripts this warehouse may read: nothing is read that was not enabled."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from collector.parameters import Tool
from collector.transcripts.roots import TOOLS, Found, default_root, find
from schema.connection import transaction
from schema.errors import UsageError
from schema.frozen import dataclass
from schema.statements import run_all, statement
from schema.warehouse import Connection, from_micros

NAMES: Mapping[str, str] = {
    "claude_code": "Claude Code",
    "codex": "Codex",
    "copilot": "Copilot CLI",
}
"""The tools as their users call them."""


@dataclass(frozen=True)
class Place:
    """A folder that may be read, or that a tool uses by default."""

    source: Tool
    path: str


@dataclass(frozen=True)
class EnabledRoot:
    """A folder that may be read; ``last_read_at`` is None before the first refresh."""

    source: Tool
    path: str
    enabled_at: datetime
    last_read_at: datetime | None


@dataclass(frozen=True)
class FolderContents:
    """What a folder contains, found without opening a file."""

    files: int
    size_bytes: int
    oldest: datetime | None
    newest: datetime | None


def default_places(environment: Mapping[str, str], home: Path) -> list[Place]:
    """Where each tool keeps its transcripts for this user."""
    return [Place(tool, str(default_root(tool, environment, home))) for tool in TOOLS]


def chosen_places(
    tools: list[Tool], roots: list[Path], environment: Mapping[str, str], home: Path
) -> list[Place]:
    """The places that a command line names. Without roots they are the tools' own.

    Raises UsageError where roots are named for several tools, and for one that is not a folder.
    """
    if not roots:
        named = tools or list(TOOLS)
        return [each for each in default_places(environment, home) if each.source in named]
    if len(tools) != 1:
        raise UsageError(
            "It needs the one tool whose transcripts are there.",
            "For example: claude_code",
            parameter="root",
        )
    places = []
    for root in roots:
        path = os.path.abspath(root.expanduser())
        _check(path)
        places.append(Place(tools[0], path))
    return places


def _check(path: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise UsageError("The folder's path is not UTF-8.", "Rename the folder.") from None
    if os.path.exists(path) and not os.path.isdir(path):
        raise UsageError(f"{path} is a file, not a folder.", "Name the folder of the transcripts.")


def enabled(con: Connection) -> list[EnabledRoot]:
    """The folders that may be read, in order of tool and path."""
    rows = con.execute(statement("collector/sql/transcripts/enabled_roots.sql")).fetchall()
    return [
        EnabledRoot(
            source, path, from_micros(at_us), None if read_us is None else from_micros(read_us)
        )
        for source, path, at_us, read_us in rows
    ]


def enable(con: Connection, places: list[Place], now: datetime) -> None:
    """Let these folders be read from the next refresh on. Idempotent."""
    with transaction(con):
        known = {(each.source, each.path) for each in enabled(con)}
        for place in places:
            if (place.source, place.path) not in known:
                con.execute(
                    statement("collector/sql/transcripts/enable.sql"),
                    {"source": place.source, "path": place.path, "now": now.isoformat()},
                ).fetchall()


def disable(con: Connection, places: list[Place]) -> list[Place]:
    """Read these folders no longer; what was collected stays. Returns those that were enabled.

    What is known of their files goes, so that enabling them again reads all that is still there.
    """
    with transaction(con):
        known = {(each.source, each.path) for each in enabled(con)}
        gone = [each for each in places if (each.source, each.path) in known]
        for place in gone:
            values = {"source": place.source, "root": place.path}
            run_all(con, "collector/sql/transcripts/disable.sql", values)
    return gone


def purge(con: Connection, tools: list[Tool]) -> int:
    """Delete all that was collected from these tools' transcripts; returns how many rows went."""
    values = {"sources": tools}
    with transaction(con):
        [(rows,)] = con.execute(
            statement("collector/sql/transcripts/purged_rows.sql"), values
        ).fetchall()
        run_all(con, "collector/sql/transcripts/purge.sql", values)
        run_all(con, "collector/sql/transcripts/loose_links.sql", {})
    return int(rows)


def contents_of(place: Place | EnabledRoot) -> FolderContents:
    """How many transcripts lie there and how old they are; none is opened."""
    files = size = 0
    oldest: int | None = None
    newest: int | None = None
    if os.path.isdir(place.path):
        for entry in find(place.source, place.path):
            if isinstance(entry, Found):
                status = entry.candidate.status
                files += 1
                size += status.st_size
                at_us = status.st_mtime_ns // 1000
                oldest = at_us if oldest is None else min(oldest, at_us)
                newest = at_us if newest is None else max(newest, at_us)
    return FolderContents(
        files,
        size,
        None if oldest is None else from_micros(oldest),
        None if newest is None else from_micros(newest),
    )
