"""Reading what is new in a file, or having the bulk reader do it.

The warehouse is closed meanwhile. A file that changes while it is read is tried again a few times;
one that needs another way of reading (see ``ReadAgain``) is read again in that way. Every other
fault of a file is its reading's state.
"""

from __future__ import annotations

import time
from dataclasses import field, replace
from datetime import datetime
from hashlib import blake2b

from collector.bulk.reader import BulkReader
from collector.file_records import FileRecords
from collector.files.reading import ChangedMeanwhile, modified_at
from collector.files.trees import Candidate, FileRefused
from collector.last_line import last_line_only
from collector.projects.registry import Project
from collector.read_results import Checkpoint, Queued, ReadAgain, Reading
from collector.results import FileResult
from collector.scan import FileScan
from schema import zones
from schema.frozen import dataclass

ATTEMPTS = 4
_PAUSE_S = 0.03
_STABLE_AFTER_S = 2.0
_BUSY_WITHIN_S = 5.0


@dataclass(frozen=True)
class FileRead:
    """A file that was read, or whose chunks are queued. ``reading`` is None for one not opened.

    ``checkpoint`` is where its reading began; an empty one is its start.
    """

    scan: FileScan
    reading: Reading | Queued | None
    file_records: FileRecords | None = None
    checkpoint: Checkpoint = field(default_factory=dict)

    @property
    def held_rows(self) -> int:
        """How many rows are held in Python until they are staged."""
        return len(self.file_records.rows) if self.file_records else 0


@dataclass(frozen=True)
class FileReader:
    """Reads the files of one project; record by record where there is no ``bulk`` reader.

    ``full`` reads every file from its start, also where it looks unchanged.
    """

    project: Project
    bulk: BulkReader | None
    now: datetime
    full: bool

    def read(self, scan: FileScan) -> FileRead:
        """Read what is new in a file; a large one may be queued and is complete with ``finish``."""
        if isinstance(scan.found, Candidate) and scan.looks_unchanged and not self.full:
            return FileRead(scan, None)
        known = scan.known.remembered.checkpoint if scan.known else {}
        if scan.found is None:
            return FileRead(scan, Reading("gone"), checkpoint=known)
        if not isinstance(scan.found, Candidate):
            return FileRead(scan, Reading("refused", scan.found.reason), checkpoint=known)
        return self._read(scan, last_line_only(known) if self.full else known, self.bulk)

    def finish(self, read: FileRead) -> FileResult | None:
        """The file's result, once its chunks were read; None for a file that was not opened."""
        while isinstance(read.reading, Queued):
            answer = read.reading.finish()
            if isinstance(answer, ReadAgain):
                if self.bulk is not None:
                    self.bulk.discard(source_file_id(self.project.project_id, read.scan.path))
                read = self._read(read.scan, *self._other_way(answer, read.checkpoint, self.bulk))
            else:
                read = FileRead(read.scan, answer, read.file_records, read.checkpoint)
        return None if read.reading is None else self._result(read, read.reading)

    def _read(self, scan: FileScan, checkpoint: Checkpoint, bulk: BulkReader | None) -> FileRead:
        """Read the file, again while its writer is at work, and in another way if need be."""
        assert scan.source is not None
        assert isinstance(scan.found, Candidate)
        torn = Reading("torn", "changes each time it is read")
        read = FileRead(scan, torn, None, checkpoint)
        attempts = 0
        while attempts < ATTEMPTS:
            if attempts:
                time.sleep(_PAUSE_S)
            records = self._empty_records(scan, scan.found)
            try:
                answer = scan.source.read(scan.tree, scan.found, checkpoint, records, bulk)
            except (ChangedMeanwhile, FileRefused) as exc:
                if bulk is not None:
                    bulk.discard(records.source_file_id)
                if isinstance(exc, FileRefused):
                    return FileRead(scan, Reading("refused", str(exc)), records, checkpoint)
                attempts += 1
                continue
            if isinstance(answer, ReadAgain):
                checkpoint, bulk = self._other_way(answer, checkpoint, bulk)
                continue
            read = FileRead(scan, answer, records, checkpoint)
            is_torn = isinstance(answer, Reading) and answer.state == "torn"
            if not is_torn or _age_s(scan.found) > _BUSY_WITHIN_S:
                break
            attempts += 1
        return read

    @staticmethod
    def _other_way(
        answer: ReadAgain, checkpoint: Checkpoint, bulk: BulkReader | None
    ) -> tuple[Checkpoint, BulkReader | None]:
        return ({}, bulk) if answer.how == "from_start" else (checkpoint, None)

    def _empty_records(self, scan: FileScan, found: Candidate) -> FileRecords:
        return FileRecords(
            self.project.project_id,
            source_file_id(self.project.project_id, scan.path),
            zones.zone(self.project.timezone),
            modified_at(found),
            self.now,
        )

    def _result(self, read: FileRead, reading: Reading) -> FileResult:
        scan, found = read.scan, read.scan.found
        is_file = isinstance(found, Candidate)
        is_news = reading.state == "read" and not reading.unchanged
        if not is_news:
            # The next run goes on from where this one would have.
            reading = replace(reading, checkpoint=read.checkpoint)
        # A file written just now may change again within a tick of its clock and look the same.
        # Its fingerprint is left empty then: its content decides at the next run.
        is_stable = isinstance(found, Candidate) and _age_s(found) > _STABLE_AFTER_S
        return FileResult(
            source=scan.source.name if scan.source else "",
            path=scan.path,
            source_file_id=source_file_id(self.project.project_id, scan.path),
            size_bytes=found.status.st_size if isinstance(found, Candidate) else 0,
            fingerprint=scan.fingerprint if is_stable else "",
            reading=reading,
            file_records=read.file_records if is_file and is_news else None,
        )


def source_file_id(project_id: str, path: str) -> int:
    """A file's number: a hash of its project and path, so that it is the same in every run."""
    digest = blake2b(f"{project_id}\0{path}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big")


def _age_s(found: Candidate) -> float:
    return time.time() - found.modified_ns / 1e9
