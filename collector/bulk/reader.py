"""The bulk reader: chunks of many files become staged rows, a few hundred at a time."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import get_args

from collector.bulk.buffers import Buffers
from collector.bulk.chunk_index import ChunkIndex
from collector.bulk.chunks import COUNTED, BulkFile, Chunk, Format, KeptChunk, likely_overlapping
from collector.bulk.document import ChunkSizes, DocumentFile
from collector.file_records import FUTURE_LIMIT, NameTotals
from collector.read_results import ReadAgain
from schema import zones
from schema.engine import duckdb
from schema.frozen import dataclass
from schema.statements import run_all, statement
from schema.warehouse import Connection

BULK_FROM_BYTES = 128 << 10
"""Files, or what is new in them, below this size go through the record reader."""

CHUNK_BYTES = 1 << 20
RECENT_CHUNK_BYTES = 256 << 10
RECENT_BYTES = 12 << 20
RECENT_SHARE = 3
"""Small chunks cost more to read; they pay where records still change, at a document's end: within
so many bytes, but no more than one part in ``RECENT_SHARE`` of its records."""

BUFFERED_CHUNKS = 256
"""Chunks read at a time, while as many more are being filled."""

_FORMATS: tuple[Format, ...] = get_args(Format)
_KINDS: dict[Format, str] = {"invocations": "skill", "executions": "agent", "stored": "skill"}


@dataclass(frozen=True)
class _QueuedChunk:
    file: BulkFile
    chunk: Chunk
    buffers: Buffers
    number: int

    @property
    def path(self) -> str:
        return self.buffers.path(self.number)


class BulkReader:
    """Reads the chunks of a run's large files into ``staged``.

    Chunks are queued in one set of buffers while a thread reads those in the other. That thread has
    the connection: ``flush`` before anything else is done on it.
    """

    def __init__(self, con: Connection, now: datetime) -> None:
        self._con = con
        self._now = now
        self._filling, self._being_read = Buffers(), Buffers()
        self._queue: list[_QueuedChunk] = []
        self._thread = ThreadPoolExecutor(1)
        self._reading: Future[None] | None = None
        self._prepared = False
        self._zones: list[str] = []
        self._chunks = 0
        self._rows = 0
        self._overlapping: list[int] = []
        self._finished: list[int] = []
        self._totals: dict[int, dict[str, NameTotals]] | None = None

    def close(self) -> None:
        """Free the buffers."""
        self._thread.shutdown()
        self._filling.close()
        self._being_read.close()

    @property
    def rows(self) -> int:
        """How many rows were staged since ``number_repeats``, but for chunks still being read."""
        return self._rows

    # ------------------------------------------------------------ queueing

    def add(self, file: BulkFile, chunk: Chunk, pieces: list[bytes | memoryview]) -> None:
        """Queue a chunk of ``file``, given in pieces."""
        if not self._prepared:
            self._prepared = True
            # In the thread, as from now on the connection is its own.
            self._reading = self._thread.submit(self._create_macros)
        # Buffers are filled again by number, so the file names that DuckDB opens stay few.
        number = len(self._queue)
        self._filling.fill(number, pieces)
        self._queue.append(_QueuedChunk(file, chunk, self._filling, number))
        if len(self._queue) == BUFFERED_CHUNKS:
            self._start_reading()

    def read_ahead(self, chunks: int) -> None:
        """Start reading queued chunks once so many are queued and no read is running."""
        if len(self._queue) >= chunks and (self._reading is None or self._reading.done()):
            self._start_reading()

    def add_document(self, file: BulkFile, document: DocumentFile, index: ChunkIndex) -> None:
        """Queue a document's records; of chunks that ``index`` knows only the numbers are taken.

        Raises ChangedMeanwhile; chunks of it may then be queued or staged.
        """
        known = index.chunks
        if known and known[-1].size_bytes < RECENT_CHUNK_BYTES // 2:
            # Records are appended: let the last chunk grow, or every night would leave a tiny one.
            known = known[:-1]
        kept: dict[int, KeptChunk] = {}
        recent_bytes = min(RECENT_BYTES, document.records_bytes // RECENT_SHARE)
        sizes = ChunkSizes(CHUNK_BYTES, min(RECENT_CHUNK_BYTES, CHUNK_BYTES), recent_bytes)
        for found in document.chunks(sizes, known):
            chunk = self.next_chunk(file)
            chunk.size_bytes, chunk.digest, chunk.head = found.size_bytes, found.digest, found.head
            if found.known is None:
                self.add(file, chunk, [b"[", found.data, b"]"])
            else:
                # Its rows are stored already, so only its numbers count in this run.
                chunk.known = index.chunks[found.known]
                kept[found.known] = chunk, found
        gone = [chunk for number, chunk in enumerate(index.chunks) if number not in kept]
        file.known_totals = index.totals_without(gone)
        for chunk, found in likely_overlapping(file, list(kept.values()), gone):
            chunk.overlapping = True
            self._overlapping.append(chunk.number)
            self.add(file, chunk, [b"[", document.read_again(found), b"]"])

    def next_chunk(self, file: BulkFile, position: int = 0) -> Chunk:
        """The next chunk of ``file``; its number gives its place among all chunks of the run."""
        self._chunks += 1
        chunk = Chunk(self._chunks, position)
        file.chunks.append(chunk)
        return chunk

    # ------------------------------------------------------------ results

    def flush(self) -> None:
        """Read all queued chunks, and wait until the connection is free."""
        self._start_reading()
        self._wait()

    def discard(self, source_file_id: int) -> None:
        """Remove what was staged of a file."""
        self.flush()
        self._con.execute(
            statement("collector/sql/bulk/discard.sql"), {"id": source_file_id}
        ).fetchall()

    def finish(self, file: BulkFile) -> int | ReadAgain:
        """Complete the file's records with what its chunks held; returns how many that is.

        ReadAgain ``by_record`` when a chunk is not a list of records, and ``from_start`` when a new
        record may equal one in a chunk that was not read again; the caller discards what is staged.
        """
        self.flush()
        if file.needs_fallback or file.may_repeat():
            return ReadAgain("by_record" if file.needs_fallback else "from_start")
        records = file.add_up()
        staged = self._staged_totals().get(file.file_records.source_file_id, {})
        for totals in (staged, file.known_totals):
            for name, numbers in totals.items():
                file.file_records.add_totals(name, numbers)
        self._finished.append(file.file_records.source_file_id)
        return records

    def number_repeats(self) -> None:
        """Number the equal records of finished files, so that their rows can be merged."""
        values = {"finished": self._finished, "overlapping": self._overlapping}
        run_all(self._con, "collector/sql/bulk/number_repeats.sql", values)
        self._finished, self._overlapping = [], []
        self._rows = 0

    def _staged_totals(self) -> dict[int, dict[str, NameTotals]]:
        """What is staged of each file by name; queried once for all files read together."""
        if self._totals is None:
            self._totals = {}
            query = statement("collector/sql/bulk/totals.sql")
            found = self._con.execute(query, {"overlapping": self._overlapping}).fetchall()
            for source_file_id, name, *numbers in found:
                self._totals.setdefault(source_file_id, {})[name] = NameTotals(*numbers)
        return self._totals

    # ------------------------------------------------------------ reading, in the thread

    def _wait(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.result()

    def _start_reading(self) -> None:
        """Have the queued chunks read while the next ones are queued."""
        self._wait()
        queue, self._queue = self._queue, []
        self._filling, self._being_read = self._being_read, self._filling
        if queue:
            self._reading = self._thread.submit(self._read_all, queue)

    def _create_macros(self) -> None:
        run_all(self._con, "collector/sql/bulk/macros.sql", {})

    def _read_all(self, queue: list[_QueuedChunk]) -> None:
        for wanted in _FORMATS:
            chosen = [each for each in queue if each.file.format == wanted]
            if chosen:
                self._read(chosen, wanted)

    def _read(self, queue: list[_QueuedChunk], wanted: Format) -> None:
        try:
            self._load(queue, wanted)
        except (duckdb.InvalidInputException, duckdb.DataError):
            if len(queue) == 1:
                self._read_by_record(queue[0])
                return
            # One chunk is not JSON, or not of these types: find it, the others go on.
            half = len(queue) // 2
            self._read(queue[:half], wanted)
            self._read(queue[half:], wanted)

    def _load(self, queue: list[_QueuedChunk], wanted: Format) -> None:
        con = self._con
        self._totals = None
        horizon = (self._now + FUTURE_LIMIT).isoformat()
        self._prepare_zones({str(each.file.file_records.zone) for each in queue})
        # The query joins the file that a record came from to what is known of its chunk.
        con.execute(statement("collector/sql/bulk/clear_chunks.sql")).fetchall()
        appender = con.appender("chunks")
        for each in queue:
            appender.append_row(*self._row(each))
        appender.flush()
        values = {"paths": [each.path for each in queue], "horizon": horizon}
        con.execute(statement(f"collector/sql/bulk/{wanted}.sql"), values).fetchall()
        # Few rows of this kind were staged before with numbers as high as these chunks have, so
        # the first number narrows the queries below well enough.
        chunks = {each.chunk.number: each.chunk for each in queue}
        numbers = {"first": min(chunks), "kind": _KINDS[wanted]}
        found = con.execute(statement("collector/sql/bulk/statistics.sql"), numbers).fetchall()
        statistics = {row[0]: row[1:] for row in found}
        irregular: list[_QueuedChunk] = []
        for each in queue:
            chunk = each.chunk
            if chunk.number not in statistics:
                irregular.append(each)
                continue
            chunk.records, is_irregular, *counts, chunk.earliest_us, chunk.latest_us = statistics[
                chunk.number
            ]
            self._rows += chunk.records
            chunk.findings = +Counter(dict(zip(COUNTED, counts, strict=True)))
            if is_irregular:
                irregular.append(each)
        if irregular:
            # A record that SQL cannot judge is judged in Python, with its whole chunk: the rows of
            # a chunk are numbered together, so they come from one reader.
            dropped = {**numbers, "irregular": [each.chunk.number for each in irregular]}
            con.execute(statement("collector/sql/bulk/drop_irregular.sql"), dropped).fetchall()
            for each in irregular:
                self._read_by_record(each)
        if wanted == "invocations":
            chunk_totals = statement("collector/sql/bulk/chunk_totals.sql")
            for number, totals in con.execute(chunk_totals, numbers).fetchall():
                if number in chunks:
                    chunks[number].totals = totals

    def _prepare_zones(self, names: set[str]) -> None:
        """Let SQL read local times of these zones; a zone's place in the list never changes."""
        if new := sorted(names - set(self._zones)):
            self._zones += new
            zones.prepare(self._con, self._zones, local=True, many=True)

    @staticmethod
    def _read_by_record(each: _QueuedChunk) -> None:
        file, chunk = each.file, each.chunk
        chunk.by_record = file.file_records.fresh()
        content = each.buffers.content(each.number)
        records = file.read_by_record(content, chunk.by_record, chunk.position)
        if records is None:
            file.needs_fallback = True
        else:
            chunk.records = records

    def _row(self, each: _QueuedChunk) -> tuple[object, ...]:
        file_records = each.file.file_records
        return (
            each.path,
            each.chunk.number,
            file_records.project_id,
            file_records.source_file_id,
            self._zones.index(str(file_records.zone)) + 1,
            file_records.snapshot_at,
            each.file.bare,
        )
