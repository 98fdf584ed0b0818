"""What ``doctor`` shows of transcripts, and what several commands say of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator import text
from schema.frozen import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from cli.screen import Block
    from collector.transcripts.check import RootCheck
    from schema.warehouse import Connection

REJECTS_SHOWN = 5
TYPES_SHOWN = 12
"""How many kinds of unknown records a screen names; JSON has all."""


def root_problems(check: RootCheck, now: datetime) -> list[str]:
    """What a person can mend: folders read too rarely, and files that cannot be read."""
    found = [] if (warning := check.warning(now)) is None else [warning]
    found += [
        f"{check.root.source}: {each.path} {each.reason}" for each in check.refused if not each.line
    ]
    return found


def root_blocks(checks: list[RootCheck], now: datetime, zone: str) -> list[Block]:
    """Each folder of transcripts, what was read of it, and when it must be read again."""
    from cli.screen import Heading, Line
    from collector.transcripts.opt_in import NAMES

    blocks: list[Block] = []
    for check in checks:
        blocks.append(Heading(f"{NAMES[check.root.source]} transcripts in {check.root.path}"))
        blocks += [Line(f"  {line}") for line in _root_lines(check, now, zone)]
    return blocks


def _root_lines(check: RootCheck, now: datetime, zone: str) -> list[str]:
    oldest = "" if check.oldest is None else f", the oldest of {text.day(check.oldest, zone)}"
    lines = [
        f"{text.counted(check.files, 'file')} ({text.size(check.size_bytes)}){oldest};"
        f" {text.counted(check.uses, 'use')} stored, {check.unattributed:,} in folders that are not"
        " registered",
        check.sentence(now),
    ]
    if check.read_before is not None:
        lines[-1] += f"; the next refresh is needed before {text.day(check.read_before, zone)}"
    if check.left_out:
        lines.append(
            f"{text.counted(check.left_out, 'use')} left out of answers: the projects' own files"
            " have the same uses, or the project's setting excludes them"
        )
    if check.versions:
        lines.append(f"written by versions {', '.join(check.versions)}")
    if check.unknown_types:
        types = [f"{name} ({times:,})" for name, times in check.unknown_types.items()]
        more = f" and {len(types) - TYPES_SHOWN} more" if len(types) > TYPES_SHOWN else ""
        lines.append(f"unknown records, ignored: {', '.join(types[:TYPES_SHOWN])}{more}")
    if check.rejected:
        lines.append(f"{text.counted(check.rejected, 'line')} rejected:")
        for each in [each for each in check.refused if each.line][:REJECTS_SHOWN]:
            lines.append(f"  {each.path}, line {each.line}: {each.reason}")
    return lines


@dataclass(frozen=True)
class Sessions:
    """Sessions of Claude Code by folder, as far as the names of its files say.

    ``are_read``: transcripts are enabled.
    """

    by_folder: Mapping[str, int]
    are_read: bool

    def line(self) -> str | None:
        """How many they are, and what it takes to read them; None where there are none."""
        if not (count := sum(self.by_folder.values())):
            return None
        counted = text.counted(count, "session")
        if self.are_read:
            return f"About {counted} of Claude Code here; the next refresh reads them."
        return f"About {counted} of Claude Code here, not read: skillhouse transcripts enable"


def sessions_of(con: Connection | None, folders: Sequence[str]) -> Sessions:
    """The sessions that lie there for each folder; ``con`` is None where there is no warehouse."""
    from collector.transcripts import discovery, opt_in
    from collector.transcripts.roots import default_root

    known = [] if con is None else opt_in.enabled(con)
    enabled = [each.path for each in known if each.source == "claude_code"]
    root = str(default_root("claude_code", os.environ, Path.home()))
    roots = list(dict.fromkeys([*enabled, root]))
    counts = {
        folder: sum(discovery.session_files(each, folder) for each in roots) for folder in folders
    }
    return Sessions(counts, root in enabled)
