"""What is new in the transcripts that may be read, read with the warehouse closed.

Every enabled folder is listed, and files that look as they did are not opened. What was read is
stored later, together with the rest of a run (``storing``). Of very many files a part at a time is
held in memory: each is stored before the next is read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import NamedTuple, cast

import xxhash

from collector.files.trees import FileRefused, Refusal
from collector.parameters import Tool
from collector.transcripts import roots
from collector.transcripts.facts import Facts
from collector.transcripts.owners import Owners
from collector.transcripts.reader import Owner, Reject
from collector.transcripts.reading import Reading, read
from collector.transcripts.roots import Found
from collector.transcripts.seen import Seen
from schema.statements import row_count, statement
from schema.warehouse import Connection, Warehouse

REJECTS_KEPT = 20
PART_FILES = 20_000
"""So many files at most are looked at before what was read of them is stored."""

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


Known = Callable[[Root, Sequence[str]], Mapping[str, KnownTranscript]]
"""From files of a folder, by path, to what is known of those that were there before."""


def nothing_known(root: Root, paths: Sequence[str]) -> Mapping[str, KnownTranscript]:
    """What is known where no file was read before."""
    return {}


@dataclass(frozen=True)
class Before:
    """What the warehouse says before anything is read: folders, files, and whose folders are whose.

    ``projects`` are ids by path, ``inactive`` those of them that are not collected; ``stands_for``
    are folders that are gone and what stands for them.
    """

    roots: list[Root]
    files: Known
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
    """What a run read of the transcripts, or a part of it.

    ``present`` are digests of the paths in each folder that was seen to its end.
    """

    before: Before
    files: int = 0
    files_unchanged: int = 0
    read: list[ReadFile] = field(default_factory=list)
    present: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    refusals: list[tuple[Root, Refusal]] = field(default_factory=list)
    missing: list[Root] = field(default_factory=list)
    found_worktrees: dict[str, str] = field(default_factory=dict)
    is_last: bool = False


def before(con: Connection, warehouse: Warehouse) -> Before:
    """What there is to go on from; without any enabled folder nothing else is looked up.

    Where more files are known than a part has, they are looked up when they are needed, in
    ``warehouse``, which must not be open then.
    """
    enabled = [
        Root(cast(Tool, source), path, projects)
        for source, path, projects in con.execute(
            statement("collector/sql/transcripts/roots.sql")
        ).fetchall()
    ]
    known: Known = nothing_known
    projects: dict[str, str] = {}
    inactive: set[str] = set()
    stands_for: dict[str, str] = {}
    if enabled:
        files = row_count(con, "transcript_files")
        known = _all_known(con) if files <= PART_FILES else _looked_up(warehouse)
        listed = con.execute(statement("schema/registered.sql")).fetchall()
        for project_id, _, path, is_active in listed:
            projects[path] = project_id
            if not is_active:
                inactive.add(project_id)
        stands_for = dict(
            con.execute(statement("collector/sql/transcripts/folders.sql")).fetchall()
        )
    return Before(enabled, known, projects, frozenset(inactive), stands_for)


def _all_known(con: Connection) -> Known:
    files: dict[tuple[str, str], dict[str, KnownTranscript]] = {}
    rows = con.execute(statement("collector/sql/transcripts/all_files.sql")).fetchall()
    for source, root, path, *known in rows:
        files.setdefault((source, root), {})[path] = KnownTranscript(*known)
    return lambda root, _: files.get((root.source, root.path), {})


def _looked_up(warehouse: Warehouse) -> Known:
    query = statement("collector/sql/transcripts/files_before.sql")

    def known(root: Root, paths: Sequence[str]) -> Mapping[str, KnownTranscript]:
        values = {"source": root.source, "root": root.path, "paths": list(paths)}
        with warehouse.reading() as con:
            rows = con.execute(query, values).fetchall()
        return {path: KnownTranscript(*more) for path, *more in rows}

    return known


def scan(known: Before, *, full: bool = False, seen: Seen | None = None) -> Iterator[Scan]:
    """Read what is new in every enabled folder; ``full`` reads every file from its start. What was
    ``seen`` just before is not read again.

    Yields it in parts of at most PART_FILES files, at least one. Files are read from their start as
    well where projects were added, removed or moved meanwhile: their owners may differ now. No
    fault of a file stops the others.
    """
    owners = Owners(known.projects, known.stands_for)

    def owner(cwd: str | None, first_cwd: str | None) -> str | None:
        project_id = owners(cwd, first_cwd)
        return None if project_id in known.inactive else project_id

    digest = known.digest()
    part = Scan(known)
    for root in known.roots:
        if not os.path.isdir(root.path):
            part.missing.append(root)
            continue
        from_start = full or root.projects != digest
        read_new = partial(_read_new, root=root, owner=owner, from_start=from_start, seen=seen)
        present: set[int] = set()
        waiting: list[Found] = []
        for entry in _transcripts(root):
            if isinstance(entry, Refusal):
                part.refusals.append((root, entry))
                continue
            present.add(path_digest(entry.candidate.path))
            waiting.append(entry)
            if part.files + len(waiting) == PART_FILES:
                read_new(part, waiting)
                part.found_worktrees = owners.take_found()
                yield part
                part, waiting = Scan(known), []
        read_new(part, waiting)
        part.present[root.source, root.path] = present
    part.found_worktrees = owners.take_found()
    part.is_last = True
    yield part


def _transcripts(root: Root) -> Iterator[Found | Refusal]:
    """The transcripts in a folder, without opening one, and what cannot be one."""
    for entry in roots.find(root.source, root.path):
        if isinstance(entry, Refusal) or _is_text(entry.candidate.path):
            yield entry
        else:
            yield Refusal("a file", "has a name that is not UTF-8")


def _read_new(
    part: Scan,
    entries: list[Found],
    *,
    root: Root,
    owner: Owner,
    from_start: bool,
    seen: Seen | None,
) -> None:
    """Read those of the files that do not look as they did."""
    earlier = part.before.files(root, [each.candidate.path for each in entries]) if entries else {}
    part.files += len(entries)
    for entry in entries:
        known = earlier.get(entry.candidate.path)
        fingerprint = entry.fingerprint()
        if known is not None and not from_start and known.fingerprint == fingerprint:
            part.files_unchanged += 1
            continue
        base = known.checkpoint if known is not None and not from_start else None
        reading = seen.take(root.path, entry, owner) if seen is not None and base is None else None
        part.read.append(_read(root, entry, fingerprint, base, owner, reading))


def path_digest(path: str) -> int:
    """Stands for a path in sets of very many: two paths with the same one are not to be expected,
    and then one that is gone stays known."""
    return xxhash.xxh3_64_intdigest(path.encode())


def _read(
    root: Root,
    entry: Found,
    fingerprint: str,
    base: bytes | None,
    owner: Owner,
    reading: Reading | None,
) -> ReadFile:
    """Read the file, unless it has been."""
    candidate = entry.candidate
    size, modified_us = candidate.status.st_size, candidate.status.st_mtime_ns // 1000
    try:
        reading = reading or read(entry, base, owner)
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
    if path.isascii():
        return True
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
