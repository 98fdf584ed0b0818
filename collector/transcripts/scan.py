"""What is new in the transcripts that may be read, read with the warehouse closed.

Every enabled folder is listed, and files that look as they did are not opened. What was read is
stored later, together with the rest of a run (``storing``).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, cast

from collector.parameters import Tool
from collector.transcripts import roots
from collector.transcripts.facts import Facts
from collector.transcripts.owners import Owners
from collector.transcripts.reader import Owner, Reject
from collector.transcripts.reading import read
from collector.transcripts.roots import Found
from collector.trees import FileRefused, Refusal
from schema.warehouse import Connection

REJECTS_KEPT = 20
_NO_TYPES: Counter[str] = Counter()


@dataclass(frozen=True)
class Root:
    """An enabled folder; ``projects`` is the digest of those for whom it was read last."""

    source: Tool
    path: str
    projects: str | None


class KnownTranscript(NamedTuple):
    """What the last run left about a file."""

    state: str
    fingerprint: str
    checkpoint: bytes | None


@dataclass(frozen=True)
class Before:
    """What the warehouse says before anything is read: folders, files, and whose folders are whose.

    ``projects`` are ids by path, ``inactive`` those of them that are not collected; ``stands_for``
    are folders that are gone and what stands for them.
    """

    roots: list[Root]
    files: Mapping[tuple[str, str], Mapping[str, KnownTranscript]]
    projects: Mapping[str, str]
    inactive: frozenset[str]
    stands_for: Mapping[str, str]

    def digest(self) -> str:
        """Equal as long as the same folders are collected for the same projects."""
        said = json.dumps([sorted(self.projects.items()), sorted(self.inactive)])
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A transcript of which something was read, or that could not be read.

    ``base`` is the checkpoint from which the reading went on, None where it began at the start.
    There may be a million of these at once, so what is empty or alike is shared.
    """

    root: Root
    path: str
    fingerprint: str
    size_bytes: int
    modified_us: int
    facts: Facts = field(default_factory=Facts)
    base: bytes | None = None
    checkpoint: bytes | None = None
    whole: bool = True
    records: int = 0
    ignored: int = 0
    rejected: int = 0
    rejects: tuple[Reject, ...] = ()
    unknown_types: Counter[str] = field(default_factory=lambda: _NO_TYPES)
    versions: frozenset[str] = frozenset()
    refused: str | None = None


@dataclass
class Scan:
    """What a run read of the transcripts. ``present`` are the paths seen in each folder."""

    before: Before
    files: int = 0
    files_unchanged: int = 0
    read: list[ReadFile] = field(default_factory=list)
    present: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    refusals: list[tuple[Root, Refusal]] = field(default_factory=list)
    missing: list[Root] = field(default_factory=list)
    found_worktrees: dict[str, str] = field(default_factory=dict)


def before(con: Connection) -> Before:
    """What there is to go on from; without any enabled folder nothing else is looked up."""
    enabled = [
        Root(cast(Tool, source), path, projects)
        for source, path, projects in con.execute(
            "select source, path, projects from transcript_roots order by source, path"
        ).fetchall()
    ]
    files: dict[tuple[str, str], dict[str, KnownTranscript]] = {}
    projects: dict[str, str] = {}
    inactive: set[str] = set()
    stands_for: dict[str, str] = {}
    if enabled:
        rows = con.execute(
            "select source, root, path, state, fingerprint, checkpoint from transcript_files"
        ).fetchall()
        for source, root, path, *known in rows:
            files.setdefault((source, root), {})[path] = KnownTranscript(*known)
        listed = "select project_path, project_id, is_active from projects"
        for path, project_id, is_active in con.execute(listed).fetchall():
            projects[path] = project_id
            if not is_active:
                inactive.add(project_id)
        stands_for = dict(
            con.execute("select folder, stands_for from transcript_folders").fetchall()
        )
    return Before(enabled, files, projects, frozenset(inactive), stands_for)


def scan(known: Before, *, full: bool = False) -> Scan:
    """Read what is new in every enabled folder; ``full`` reads every file from its start.

    Files are read from their start as well where projects came, went or moved meanwhile: what was
    nobody's may be somebody's now. No fault of a file stops the others.
    """
    found = Scan(known)
    owners = Owners(known.projects, known.stands_for)

    def owner(cwd: str | None, first_cwd: str | None) -> str | None:
        project_id = owners(cwd, first_cwd)
        return None if project_id in known.inactive else project_id

    digest = known.digest()
    for root in known.roots:
        from_start = full or root.projects != digest
        _scan_root(found, root, owner, from_start=from_start)
    found.found_worktrees = owners.found_worktrees
    return found


def _scan_root(found: Scan, root: Root, owner: Owner, *, from_start: bool) -> None:
    present = found.present.setdefault((root.source, root.path), set())
    earlier = found.before.files.get((root.source, root.path), {})
    if not os.path.isdir(root.path):
        found.missing.append(root)
        return
    for entry in roots.find(root.source, root.path):
        if isinstance(entry, Refusal):
            found.refusals.append((root, entry))
            continue
        path = entry.candidate.path
        if not path.isascii() and not _is_text(path):
            found.refusals.append((root, Refusal("a file", "has a name that is not UTF-8")))
            continue
        present.add(path)
        found.files += 1
        known = earlier.get(path)
        fingerprint = entry.fingerprint()
        if known is not None and not from_start and known.fingerprint == fingerprint:
            found.files_unchanged += 1
            continue
        base = known.checkpoint if known is not None and not from_start else None
        found.read.append(_read(root, entry, fingerprint, base, owner))


def _read(root: Root, entry: Found, fingerprint: str, base: bytes | None, owner: Owner) -> ReadFile:
    candidate = entry.candidate
    size, modified_us = candidate.status.st_size, candidate.status.st_mtime_ns // 1000
    try:
        reading = read(entry, base, owner)
    except FileRefused as exc:
        # Its fingerprint is not kept: it is tried again each time.
        return ReadFile(root, candidate.path, "", size, modified_us, refused=str(exc))
    return ReadFile(
        root,
        candidate.path,
        fingerprint,
        size,
        modified_us,
        reading.facts,
        None if reading.whole else base,
        reading.checkpoint,
        reading.whole,
        reading.records,
        reading.ignored,
        len(reading.rejects),
        tuple(reading.rejects[:REJECTS_KEPT]),
        reading.unknown_types or _NO_TYPES,
        _shared(frozenset(reading.versions)),
    )


@lru_cache(256)
def _shared(versions: frozenset[str]) -> frozenset[str]:
    """The same for all equal ones: a tool has not many versions."""
    return versions


def listed(root: Root) -> Iterator[Found]:
    """The transcripts in a folder, without opening one; what is not one is left out."""
    for entry in roots.find(root.source, root.path):
        if isinstance(entry, Found):
            yield entry


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
