"""What was read of each folder of transcripts, and when it must be read again."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from collector.transcripts.claude_files import retention_days
from collector.transcripts.opt_in import NAMES, EnabledRoot, enabled
from schema.spelling import command
from schema.statements import statement
from schema.warehouse import Connection, from_micros

WARN_DAYS = 7
"""Warn so many days before unread transcripts are deleted."""


@dataclass(frozen=True)
class RefusedLine:
    """A line that was refused, or a file (line 0) that could not be read."""

    path: str
    line: int
    reason: str


@dataclass
class RootCheck:
    """One folder. ``retention_days`` is after how long its tool deletes transcripts, None: never.

    ``oldest`` is the last change of the oldest transcript there, ``uses`` how many rows the tool's
    transcripts have in the warehouse, ``left_out`` those of them that do not count.
    """

    root: EnabledRoot
    retention_days: int | None
    files: int = 0
    size_bytes: int = 0
    rejected: int = 0
    ignored: int = 0
    unattributed: int = 0
    uses: int = 0
    left_out: int = 0
    oldest: datetime | None = None
    versions: list[str] = field(default_factory=list)
    unknown_types: dict[str, int] = field(default_factory=dict)
    refused: list[RefusedLine] = field(default_factory=list)

    @property
    def read_before(self) -> datetime | None:
        """When the next refresh must have run, for nothing to be lost; None: at any time."""
        last = self.root.last_read_at
        if self.retention_days is None or last is None:
            return None
        return last + timedelta(days=self.retention_days)

    def warning(self, now: datetime, next_at: datetime | None = None) -> str | None:
        """What to say where transcripts will soon be deleted unread: the time is nearly over, or
        the next refresh (``next_at``) comes too late."""
        due = self.read_before
        if due is None or self.retention_days is None:
            return None
        margin = timedelta(days=min(WARN_DAYS, self.retention_days / 3))
        if now < due - margin and (next_at is None or next_at <= due):
            return None
        return f"{self.sentence(now)}; next needed before {due:%Y-%m-%d}: {command('refresh')}"

    def sentence(self, now: datetime) -> str:
        """How long transcripts last, and how long ago they were read."""
        name = NAMES[self.root.source]
        last = self.root.last_read_at
        read = "not read yet" if last is None else f"last read {_ago(now - last)}"
        if self.retention_days is None:
            return f"{name} keeps transcripts; {read}"
        return f"{name} deletes transcripts after {self.retention_days} days; {read}"


def check_roots(con: Connection) -> list[RootCheck]:
    """Every enabled folder. Reads the warehouse and how long Claude Code keeps transcripts."""
    checks = [RootCheck(root, _retention(root)) for root in enabled(con)]
    if not checks:
        return []
    by_place = {(each.root.source, each.root.path): each for each in checks}
    types: dict[tuple[str, str], Counter[str]] = {}
    versions: dict[tuple[str, str], set[str]] = {}
    rows = con.execute(statement("collector/sql/transcripts/checked_files.sql")).fetchall()
    for source, root, path, detail, size, at_us, rejected, ignored, unattributed, *lists in rows:
        rejects, unknown, of_versions = lists
        found = by_place.get((source, root))
        if found is None:
            continue
        found.files += 1
        found.size_bytes += size
        found.rejected += rejected
        found.ignored += ignored
        found.unattributed += unattributed
        at = from_micros(at_us)
        found.oldest = at if found.oldest is None else min(found.oldest, at)
        types.setdefault((source, root), Counter()).update(json.loads(unknown))
        versions.setdefault((source, root), set()).update(of_versions)
        if detail is not None:
            found.refused.append(RefusedLine(path, 0, detail))
        found.refused += [RefusedLine(path, *each) for each in json.loads(rejects)]
    uses = con.execute(statement("collector/sql/transcripts/uses.sql")).fetchall()
    counts = {source: (total, left_out) for source, total, left_out in uses}
    for place, found in by_place.items():
        found.unknown_types = dict(types.get(place, Counter()).most_common())
        found.versions = sorted(versions.get(place, ()))
        found.uses, found.left_out = counts.get(place[0], (0, 0))
    return checks


def warnings(con: Connection, now: datetime, next_at: datetime | None = None) -> list[str]:
    """What a person should do before transcripts are deleted that were not read; ``next_at`` is
    when the next refresh is due."""
    checks = [RootCheck(root, _retention(root)) for root in enabled(con)]
    return [said for each in checks if (said := each.warning(now, next_at)) is not None]


def _retention(root: EnabledRoot) -> int | None:
    return retention_days(Path(root.path).parent) if root.source == "claude_code" else None


def _ago(age: timedelta) -> str:
    if age < timedelta(days=1):
        return "today"
    return f"{age.days} day{'s' if age.days != 1 else ''} ago"
