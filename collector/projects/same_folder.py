"""Whether a folder is a project's under another path, or holds a copy of one's metrics."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

from collector.file_records import FileRecords
from collector.files.reading import ChangedMeanwhile, modified_at
from collector.files.trees import Candidate, FileRefused, Tree, open_for_reading, printable
from collector.projects.sharing import folder_of
from collector.sources import SOURCES
from collector.sources.source import Source
from schema import zones
from schema.statements import statement
from schema.warehouse import Connection, micros

_OPENING_TIMES = 16
_COMPARED_BYTES = 4096
_COMPARED_FILES = 8


def same_folder(con: Connection, path: str) -> str | None:
    """The id of the project whose folder is at ``path`` too, or moved there; None for a new one.

    A folder is known by its device and inode. Those of a folder that is gone may be another's by
    now, so one that has moved must also begin its files with the records that are known of them.
    """
    folder = folder_of(path)
    if folder is None:
        return None
    query = statement("collector/sql/project_folders.sql")
    rows = con.execute(query).fetchall()
    for project_id, known_path, known, _ in rows:
        if known in (folder, None) and folder_of(known_path) == folder:
            return str(project_id)
    inode = folder.partition(":")[2]
    for project_id, known_path, known, zone in rows:
        # A device's number changes when it is mounted again.
        is_alike = known is not None and known.partition(":")[2] == inode
        if is_alike and not os.path.exists(known_path):
            is_same = _holds_its_files(con, project_id, path, zone)
            if is_same or (is_same is None and known == folder):
                return str(project_id)
    return None


def _holds_its_files(con: Connection, project_id: str, path: str, zone: str) -> bool | None:
    """Whether any file that is known of a project begins as it did; None where none is known."""
    query = statement("collector/sql/known_openings.sql")
    known = con.execute(query, {"id": project_id}).fetchall()
    if not known:
        return None
    files = {printable(each.path): (source, each) for source, each in _files(Tree.at(path))}
    for place, fingerprint, opening_us in known:
        if place not in files:
            continue
        source, candidate = files[place]
        tree = Tree.at(path)
        if fingerprint and source.fingerprint(tree, candidate) == fingerprint:
            return True
        if opening_us and _opening(source, tree, candidate, zone) == list(opening_us):
            return True
    return False


def _files(tree: Tree) -> Iterator[tuple[Source, Candidate]]:
    for source in SOURCES:
        for entry in source.find(tree):
            if isinstance(entry, Candidate):
                yield source, entry


def _opening(source: Source, tree: Tree, candidate: Candidate, zone: str) -> list[int]:
    """The first times in a file, in microseconds since 1970."""
    file_records = FileRecords("", 0, zones.zone(zone), modified_at(candidate), datetime.now(UTC))
    with suppress(ChangedMeanwhile, FileRefused):
        source.read(tree, candidate, {}, file_records, None)
    return sorted(micros(row[3]) for row in file_records.rows if isinstance(row[3], datetime))[
        :_OPENING_TIMES
    ]


def copies(path: str, others: Mapping[str, str]) -> list[str]:
    """Those of the ``others`` (names and paths) that have a file beginning with the same bytes.

    A first check when a project is registered; what is really shared is found by its records.
    """
    begins = {}
    for _, candidate in islice(_files(Tree.at(path)), _COMPARED_FILES):
        if begin := _first_bytes(candidate):
            begins[candidate.path] = begin
    return [
        name
        for name, root in others.items()
        if any(_begins_with(root, file, begin) for file, begin in begins.items())
    ]


def _begins_with(root: str, path: str, begin: bytes) -> bool:
    entry = Tree.at(root).file(path)
    return isinstance(entry, Candidate) and _first_bytes(entry) == begin


def _first_bytes(candidate: Candidate) -> bytes:
    """The first bytes of a file, where there are enough of them to tell it from others."""
    try:
        descriptor = open_for_reading(candidate)
    except FileRefused:
        return b""
    try:
        data = os.pread(descriptor, _COMPARED_BYTES, 0)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
    return data if len(data) >= _COMPARED_BYTES // 4 else b""
