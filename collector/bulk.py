"""Large files through DuckDB's own JSON reader, many times faster than record by record.

A file is cut into parts between records, and DuckDB reads many parts at once. It is used only where
it surely says the same as the careful reader: a part with any record that is not plainly what its
writer means by it is handed to the careful reader instead, whole.

Parts stand in memory without a name where the system offers that, so that nothing of a file (it may
hold a user's own words) is ever written anywhere; elsewhere in a private temporary folder.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb

from collector.chunk_index import ChunkIndex, KnownChunk
from collector.file_records import FUTURE_LIMIT, REJECTS_KEPT, FileRecords, NameTotals
from collector.reading import DocumentFile, Run, Sizes, StartOver
from schema import zones
from schema.statements import run_all, statement
from schema.warehouse import Connection

BULK_FROM_BYTES = 128 << 10
"""Files, or what is new in them, below this size are read record by record."""

CHUNK_BYTES = 1 << 20
RECENT_CHUNK_BYTES = 256 << 10
RECENT_BYTES = 12 << 20
"""Small parts cost more to read; they pay where records still change, at a document's end."""

BUFFERED_CHUNKS = 256
"""Parts read at a time, while as many more are being filled."""

Format = Literal["invocations", "executions", "stored"]
FORMATS: tuple[Format, ...] = ("invocations", "executions", "stored")
_COUNTED = ("duration_placeholder", "time_repeated_hour", "time_skipped_hour")
_KINDS = {"invocations": "skill", "executions": "agent", "stored": "skill"}
ReadByRecord = Callable[[bytes, FileRecords, int], int]


class NeedsFallback(Exception):
    """The file cannot be read in bulk after all; nothing of it counts yet."""


@dataclass
class Chunk:
    """A run of whole records, numbered through the pass in the order of files.

    ``position`` is how many records came before it, where that is known when it is cut (lines).
    ``totals`` are NameTotals by name, as JSON. A part that is ``known`` from the last read is not
    staged; or it is for a while, so that equal records ``beside`` it are told apart as ever.
    """

    number: int
    position: int = 0
    size_bytes: int = 0
    digest: str = ""
    head: str = ""
    known: KnownChunk | None = None
    beside: bool = False
    records: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    earliest_us: int | None = None
    latest_us: int | None = None
    totals: str = "{}"
    careful: FileRecords | None = None

    def as_known(self) -> KnownChunk:
        """What is remembered of it; a part that was read carefully is so again each time."""
        if self.known is not None:
            return self.known
        if self.careful is None:
            findings = tuple(self.findings[name] for name in _COUNTED)
            return KnownChunk(
                self.size_bytes,
                self.digest,
                self.head,
                self.records,
                findings,
                self.earliest_us,
                self.latest_us,
                self.totals,
            )
        read = self.careful
        totals = json.dumps({name: astuple(total) for name, total in read.totals.items()})
        times = (read.earliest_us, read.latest_us)
        return KnownChunk(self.size_bytes, "", self.head, self.records, (), *times, totals)


@dataclass
class BulkFile:
    """A file on its way through; ``bare`` says that its 0.01 s are a placeholder.

    ``totals`` is what those of its parts hold that are known from the last read.

    ``careful`` reads one part's bytes record by record, beginning after a position, and returns how
    many records it saw; it raises NeedsFallback for what breaks the whole file.
    """

    file_records: FileRecords
    format: Format
    bare: bool
    careful: ReadByRecord
    parts: list[Chunk] = field(default_factory=list)
    totals: dict[str, NameTotals] = field(default_factory=dict)
    broken: bool = False


@dataclass(frozen=True)
class _Waiting:
    file: BulkFile
    part: Chunk
    slots: Buffers
    slot: int

    @property
    def path(self) -> str:
        return self.slots.path(self.slot)


class BulkReader:
    """Where the parts of a pass's large files become staged rows."""

    def __init__(self, con: Connection, now: datetime) -> None:
        self._con = con
        self._now = now
        self._slots, self._slots_read = Buffers(), Buffers()
        self._waiting: list[_Waiting] = []
        self._reader = ThreadPoolExecutor(1)
        self._reading: Future[None] | None = None
        self._prepared = False
        self._zones: list[str] = []
        self._parts = 0
        self._rows = 0
        self._beside: list[int] = []
        self._finished: list[int] = []
        self._totals: dict[int, dict[str, NameTotals]] | None = None

    def close(self) -> None:
        """Let go of the memory or the files that parts stood in."""
        self._reader.shutdown()
        self._slots.close()
        self._slots_read.close()

    @property
    def rows(self) -> int:
        """How many rows were staged since the last settling, but for parts still being read."""
        return self._rows

    def add(self, file: BulkFile, part: Chunk, pieces: list[bytes | memoryview]) -> None:
        """Take a part of ``file``, given in pieces."""
        if not self._prepared:
            self._prepared = True
            self._reading = self._reader.submit(self._prepare)
        slot = len(self._waiting)
        self._slots.fill(slot, pieces)
        self._waiting.append(_Waiting(file, part, self._slots, slot))
        if len(self._waiting) == BUFFERED_CHUNKS:
            self._read_on()

    def read_ahead(self, parts: int) -> None:
        """Let what waits be read already, when it is so many parts and nothing is being read."""
        if len(self._waiting) >= parts and (self._reading is None or self._reading.done()):
            self._read_on()

    def add_document(self, file: BulkFile, document: DocumentFile, ledger: ChunkIndex) -> None:
        """Take a document's records, but of the parts that ``ledger`` knows only their numbers.

        Raises ChangedMeanwhile, when parts of it may wait or be staged.
        """
        known = ledger.parts
        if known and known[-1].size_bytes < RECENT_CHUNK_BYTES // 2:
            # Records are added at the end: the last part grows, or each night would leave a crumb.
            known = known[:-1]
        kept: dict[int, tuple[Chunk, Run]] = {}
        sizes = Sizes(CHUNK_BYTES, min(RECENT_CHUNK_BYTES, CHUNK_BYTES), RECENT_BYTES)
        for run in document.runs(sizes, known):
            part = self.next_part(file)
            part.size_bytes, part.digest, part.head = run.size_bytes, run.digest, run.head
            if run.known is None:
                self.add(file, part, [b"[", run.data, b"]"])
            else:
                part.known = ledger.parts[run.known]
                kept[run.known] = part, run
        gone = [part for index, part in enumerate(ledger.parts) if index not in kept]
        file.totals = ledger.totals_without(gone)
        for part, run in _likely_beside(file, list(kept.values()), gone):
            part.beside = True
            self._beside.append(part.number)
            self.add(file, part, [b"[", document.read_again(run), b"]"])

    def next_part(self, file: BulkFile, position: int = 0) -> Chunk:
        """The next part of ``file``; its number says where it stands among all."""
        self._parts += 1
        part = Chunk(self._parts, position)
        file.parts.append(part)
        return part

    def flush(self) -> None:
        """Read all parts that wait."""
        self._read_on()
        self._wait()

    def _wait(self) -> None:
        """Until nothing is being read: only then the connection is for others."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.result()

    def _read_on(self) -> None:
        """Let the parts that wait be read, while the next ones are filled."""
        self._wait()
        waiting, self._waiting = self._waiting, []
        self._slots, self._slots_read = self._slots_read, self._slots
        if waiting:
            self._reading = self._reader.submit(self._read_all, waiting)

    def _prepare(self) -> None:
        run_all(self._con, "collector/sql/bulk/prepare.sql", {})

    def _read_all(self, waiting: list[_Waiting]) -> None:
        for wanted in FORMATS:
            chosen = [each for each in waiting if each.file.format == wanted]
            if chosen:
                self._read(chosen, wanted)

    def discard(self, source_file_id: int) -> None:
        """Forget what was staged of a file."""
        self.flush()
        self._con.execute(
            "delete from staged where source_file_id = $id", {"id": source_file_id}
        ).fetchall()

    def finish(self, file: BulkFile) -> int:
        """Complete the file's records with what its parts held; returns how many that is.

        Raises NeedsFallback, with nothing of the file staged, when it needs the record reader, and StartOver when a record that is new may equal one in a part that was not read again.
        """
        self.flush()
        if file.broken:
            self.discard(file.file_records.source_file_id)
            raise NeedsFallback
        _refuse_repetition(file)
        records = 0
        for part in file.parts:
            _absorb(file.file_records, part, records)
            records += part.records if part.known is None else part.known.records
        staged = self._staged_totals().get(file.file_records.source_file_id, {})
        for totals in (staged, file.totals):
            for name, numbers in totals.items():
                file.file_records.add_totals(name, numbers)
        self._finished.append(file.file_records.source_file_id)
        return records

    def settle(self) -> None:
        """Make the rows of finished files ready to be merged with all others."""
        values = {"finished": self._finished, "beside": self._beside}
        run_all(self._con, "collector/sql/bulk/settle.sql", values)
        self._finished, self._beside = [], []
        self._rows = 0

    def _staged_totals(self) -> dict[int, dict[str, NameTotals]]:
        """What is staged of each file by name; asked once for all that were read together."""
        if self._totals is None:
            self._totals = {}
            query = statement("collector/sql/bulk/totals.sql")
            found = self._con.execute(query, {"beside": self._beside}).fetchall()
            for source_file_id, name, *numbers in found:
                self._totals.setdefault(source_file_id, {})[name] = NameTotals(*numbers)
        return self._totals

    def _read(self, waiting: list[_Waiting], wanted: Format) -> None:
        try:
            self._load(waiting, wanted)
        except (duckdb.InvalidInputException, duckdb.DataError):
            if len(waiting) == 1:
                self._read_carefully(waiting[0])
                return
            # One part is not JSON, or not of these types: find it, the others go on.
            half = len(waiting) // 2
            self._read(waiting[:half], wanted)
            self._read(waiting[half:], wanted)

    def _load(self, waiting: list[_Waiting], wanted: Format) -> None:
        con = self._con
        self._totals = None
        horizon = (self._now + FUTURE_LIMIT).isoformat()
        self._know_zones({str(each.file.file_records.zone) for each in waiting})
        con.execute("delete from parts").fetchall()
        appender = con.appender("parts")
        for each in waiting:
            appender.append_row(*self._described(each))
        appender.flush()
        values = {"paths": [each.path for each in waiting], "horizon": horizon}
        con.execute(statement(f"collector/sql/bulk/{wanted}.sql"), values).fetchall()
        # Among the rows staged before, few of this kind have as high a number as these parts have.
        parts = {each.part.number: each.part for each in waiting}
        numbers = {"first": min(parts), "kind": _KINDS[wanted]}
        found = con.execute(statement("collector/sql/bulk/statistics.sql"), numbers).fetchall()
        statistics = {row[0]: row[1:] for row in found}
        careful = []
        for each in waiting:
            part = each.part
            if part.number not in statistics:
                careful.append(each)
                continue
            part.records, irregular, *counts, part.earliest_us, part.latest_us = statistics[
                part.number
            ]
            self._rows += part.records
            part.findings = +Counter(dict(zip(_COUNTED, counts, strict=True)))
            if irregular:
                careful.append(each)
        if careful:
            dropped = {**numbers, "irregular": [each.part.number for each in careful]}
            con.execute(statement("collector/sql/bulk/drop_irregular.sql"), dropped).fetchall()
            for each in careful:
                self._read_carefully(each)
        if wanted == "invocations":
            part_totals = statement("collector/sql/bulk/part_totals.sql")
            for number, totals in con.execute(part_totals, numbers).fetchall():
                if number in parts:
                    parts[number].totals = totals

    def _know_zones(self, names: set[str]) -> None:
        """See that local times of these zones can be read; a zone's place never changes."""
        if new := sorted(names - set(self._zones)):
            self._zones += new
            zones.prepare(self._con, self._zones, local=True, many=True)

    def _read_carefully(self, each: _Waiting) -> None:
        file_records = each.file.file_records.fresh()
        try:
            each.part.records = each.file.careful(
                each.slots.content(each.slot), file_records, each.part.position
            )
        except NeedsFallback:
            each.file.broken = True
        each.part.careful = file_records

    def _described(self, each: _Waiting) -> tuple[object, ...]:
        file_records = each.file.file_records
        return (
            each.path,
            each.part.number,
            file_records.project_id,
            file_records.source_file_id,
            self._zones.index(str(file_records.zone)) + 1,
            file_records.snapshot_at,
            each.file.bare,
        )


def _likely_beside(
    file: BulkFile, kept: list[tuple[Chunk, Run]], gone: list[KnownChunk]
) -> list[tuple[Chunk, Run]]:
    """Unchanged parts that may hold records of the same time as those that changed or were added.

    Only likely ones: whether these were all is known when the others have been read.
    """
    if not kept:
        return []
    grew = file.parts[-1].known is None
    return [
        (part, run)
        for part, run in kept
        if part.known is not None
        and (
            any(part.known.overlaps(old.earliest_us, old.latest_us) for old in gone)
            or (grew and part is kept[-1][0])
        )
    ]


def _refuse_repetition(file: BulkFile) -> None:
    """StartOver, if a part that was not read again may hold a record of the same time as one read.

    Then the two may be equal in their key, and only both together say which is which.
    """
    kept = [part.known for part in file.parts if part.known is not None and not part.beside]
    if not kept:
        return
    for part in file.parts:
        if part.known is not None:
            if part.careful is not None:
                raise StartOver
            continue
        times = part.careful or part
        if any(known.overlaps(times.earliest_us, times.latest_us) for known in kept):
            raise StartOver


def _absorb(whole: FileRecords, part: Chunk, base: int) -> None:
    """Add what one part held to its file; ``base`` is how many records came before."""
    if part.known is not None:
        whole.staged_rows += part.known.records
        whole.findings += Counter(dict(zip(_COUNTED, part.known.findings, strict=True)))
        return
    if part.careful is None:
        whole.staged_rows += part.records
        whole.findings += part.findings
        whole.saw(part.earliest_us)
        whole.saw(part.latest_us)
        return
    read = part.careful
    shift = 0 if part.position else base
    for place, row in enumerate(read.rows):
        # Within a file, rows stand in the order of parts, then in the order of records.
        whole.rows.append((*row[:-1], (part.number << 32) + place))
    for position, reason in read.rejects:
        if len(whole.rejects) < REJECTS_KEPT:
            whole.rejects.append((position + shift, reason))
    for item in read.recommendations:
        whole.add_recommendation(item)
    whole.rejected += read.rejected
    whole.ignored += read.ignored
    whole.findings += read.findings
    for name, totals in read.totals.items():
        whole.add_totals(name, totals)
    whole.saw(read.earliest_us)
    whole.saw(read.latest_us)


class Buffers:
    """Places that DuckDB can open by name: memory without a name, or files in a private folder."""

    def __init__(self) -> None:
        self._descriptors: list[int] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._in_memory = hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd")

    def fill(self, slot: int, pieces: list[bytes | memoryview]) -> None:
        if not self._in_memory:
            with open(self._file(slot), "wb", opener=_private) as file:
                file.writelines(pieces)
            return
        if slot == len(self._descriptors):
            self._descriptors.append(os.memfd_create("part"))
        descriptor = self._descriptors[slot]
        os.ftruncate(descriptor, 0)
        at = 0
        for piece in pieces:
            at += os.pwrite(descriptor, piece, at)

    def path(self, slot: int) -> str:
        return f"/proc/self/fd/{self._descriptors[slot]}" if self._in_memory else self._file(slot)

    def content(self, slot: int) -> bytes:
        return Path(self.path(slot)).read_bytes()

    def close(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []
        if self._folder is not None:
            self._folder.cleanup()

    def _file(self, slot: int) -> str:
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="skillhouse-")
        return os.path.join(self._folder.name, str(slot))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
