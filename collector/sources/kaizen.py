"""``.kaizen/metrics/**/*.jsonl``: agents' executions, an optimizer's entries, and other events.

An execution is what the writer's own form is: a line of an ``executions.jsonl`` that has a
``success``, be it null. An optimizer's entry is a line of that file or of ``recommendations.jsonl``
with a list of them and no ``success``. Anything else that programs keep next to those is counted as
not an execution, and neither guessed into one nor refused.

A line never changes, so a file is read on from its checkpoint; where the bytes before it are no
longer the same (the writer prunes old lines in place), it is read again from the start.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial

from collector.bulk import reader
from collector.bulk.chunks import BulkFile
from collector.bulk.reader import BulkReader
from collector.file_records import FileRecords, Outcome, storable
from collector.files import documents
from collector.files.reading import (
    MAX_LINE_BYTES,
    ChangedMeanwhile,
    LineFile,
    LinesCheckpoint,
    LineTooLong,
    digest,
    read_document,
)
from collector.files.trees import Candidate, Entry, FileRefused, Fingerprint, Tree, printable
from collector.last_line import LastLine, Tally, waiting
from collector.read_results import Checkpoint, Queued, ReadAgain, Reading

FOLDER = ".kaizen/metrics"
EXECUTIONS = "executions.jsonl"
RECOMMENDATIONS = "recommendations.jsonl"
SUMMARY = "summary.json"
SUMMARY_LIMIT_BYTES = 1 << 20


class Kaizen:
    """The agents' executions of a project, and what an optimizer recommends about them."""

    name = "kaizen"

    def find(self, tree: Tree) -> Iterator[Entry]:
        return tree.files(FOLDER, ".jsonl")

    def fingerprint(self, tree: Tree, candidate: Candidate) -> str:
        """The file's, and its summary's: a renewed summary is read again to be reconciled."""
        own = Fingerprint.of(candidate.status).text()
        summary = _summary(tree, candidate)
        return f"{own}|{Fingerprint.of(summary.status).text()}" if summary else own

    def read(
        self,
        tree: Tree,
        candidate: Candidate,
        checkpoint: Checkpoint,
        file_records: FileRecords,
        bulk: BulkReader | None,
    ) -> Reading | Queued | ReadAgain:
        known = _known(checkpoint)
        read_line = _reader(candidate)
        is_executions = posixpath.basename(candidate.path) == EXECUTIONS
        last = LastLine.of(checkpoint)
        retraction = None
        with LineFile(candidate) as file:
            resumed = known is not None and file.resume(known)
            if last and last.digest and (resumed or known is None):
                change = file.last_line_change(last.offset, last.size_bytes, last.digest)
                if change != "same":
                    resumed = False
                    file.rewind()
                if change == "longer":
                    retraction = last.retraction
            queued = None
            is_large = file.unread_bytes >= reader.BULK_FROM_BYTES
            if bulk is not None and is_executions and is_large:
                try:
                    queued = _queue_lines(file, read_line, file_records, bulk)
                except LineTooLong:
                    bulk.discard(file_records.source_file_id)
                    return ReadAgain("by_record")
            else:
                _read_lines(file, read_line, file_records)
            reached = file.checkpoint()

        def finish() -> Reading | ReadAgain:
            before_us = _latest(checkpoint) if resumed else None
            if queued is not None and bulk is not None:
                records = bulk.finish(queued)
                if isinstance(records, ReadAgain):
                    return records
            if resumed and "latest_written_us" not in checkpoint:
                return ReadAgain("from_start")
            latest = [us for us in (file_records.latest_us, before_us) if us is not None]
            last_line, withheld = _read_last_line(file.last_line, reached, read_line, file_records)
            if before_us is not None and _reaches_back(file_records, before_us):
                return ReadAgain("from_start")
            return Reading(
                "read",
                detail=withheld,
                shape=posixpath.basename(printable(candidate.path)).removesuffix(".jsonl"),
                checkpoint={
                    **asdict(reached),
                    "latest_written_us": max(latest, default=None),
                    **(last_line.as_checkpoint() if last_line else {}),
                },
                writer_totals=_writer_totals(tree, candidate),
                whole=not resumed,
                note="" if resumed else _shrinkage(known, reached),
                retraction=retraction,
            )

        return finish() if queued is None else Queued(finish)


ReadLine = Callable[[bytes | None, int, FileRecords], None]
"""Takes a line, by its number, into a FileRecords; None is one that is too long."""


def _queue_lines(
    file: LineFile, read_line: ReadLine, file_records: FileRecords, bulk: BulkReader
) -> BulkFile:
    """Queue what is new in the file. Raises LineTooLong, when chunks may be queued already."""

    def read_by_record(data: bytes, records: FileRecords, position: int) -> int:
        lines = data.split(b"\n")[:-1]
        for number, line in enumerate(lines, start=position + 1):
            if line.strip():
                read_line(line, number, records)
        return len(lines)

    queued = BulkFile(file_records, "executions", False, read_by_record)
    for position, chunk in file.chunks(reader.CHUNK_BYTES):
        bulk.add(queued, bulk.next_chunk(queued, position), [chunk])
    return queued


def _shrinkage(known: LinesCheckpoint | None, reached: LinesCheckpoint) -> str:
    if known is None or reached.lines >= known.lines:
        return ""
    return f"was rewritten ({known.lines} lines before, {reached.lines} now); the history is kept"


def _known(checkpoint: Checkpoint) -> LinesCheckpoint | None:
    match checkpoint:
        case {"offset": int(offset), "prefix": str(prefix), "lines": int(lines)} if offset:
            return LinesCheckpoint(offset, prefix, lines)
    return None


def _latest(checkpoint: Checkpoint) -> int | None:
    latest = checkpoint.get("latest_written_us")
    return latest if isinstance(latest, int) else None


def _reaches_back(file_records: FileRecords, before_us: int) -> bool:
    """Whether a new line may equal an old one in its key, so that occurrences must be recounted."""
    return file_records.earliest_us is not None and file_records.earliest_us <= before_us


def _agent(candidate: Candidate) -> str | None:
    """The agent that a file's folder names; None for a file that lies flat."""
    return posixpath.dirname(printable(candidate.path)[len(FOLDER) + 1 :]) or None


def _reader(candidate: Candidate) -> ReadLine:
    """What a line of that file is read by."""
    agent = _agent(candidate)
    match posixpath.basename(candidate.path):
        case file_name if file_name == EXECUTIONS:
            return partial(_read_record, add=partial(_add_execution, agent=agent))
        case file_name if file_name == RECOMMENDATIONS:
            return partial(_read_record, add=_add_recommendations)
    return _ignore


def _ignore(line: bytes | None, number: int, file_records: FileRecords) -> None:
    file_records.ignore()


def _read_lines(file: LineFile, read_line: ReadLine, file_records: FileRecords) -> None:
    for number, line in file.lines():
        if line is None or line.strip():
            read_line(line, number, file_records)


def _read_last_line(
    line: bytes | None, behind: LinesCheckpoint, read_line: ReadLine, file_records: FileRecords
) -> tuple[LastLine | None, str]:
    """Take what stands behind the last newline if it is whole, and say what is withheld of it."""
    is_ours = read_line is not _ignore
    if line is None and is_ours:
        return waiting(file_records), f"its last line is longer than {MAX_LINE_BYTES >> 20} MiB"
    if line is None or not line.strip():
        return None, ""
    value = documents.parse_record(line)
    is_whole = isinstance(value, dict) or value == documents.DEEP
    if not is_whole and not is_ours:
        return None, ""
    if not is_whole:
        return waiting(
            file_records
        ), f"its last line of {len(line):,} bytes is not a complete record"
    before = Tally(file_records)
    read_line(line, behind.lines + 1, file_records)
    return before.last_line(behind.offset, len(line), digest(line)), ""


def _read_record(
    line: bytes | None,
    number: int,
    file_records: FileRecords,
    *,
    add: Callable[[dict[str, object], int, FileRecords], None],
) -> None:
    if line is None:
        file_records.reject(number, f"is longer than {MAX_LINE_BYTES >> 20} MiB")
        return
    record = documents.parse_record(line)
    if isinstance(record, documents.Fault):
        file_records.reject(number, _without_line(record))
    elif not isinstance(record, dict):
        file_records.reject(number, "is not a JSON object")
    else:
        add(record, number, file_records)


def _add_recommendations(record: dict[str, object], number: int, file_records: FileRecords) -> None:
    items = record.get("recommendations")
    if not isinstance(items, list):
        file_records.ignore()
        return
    agent, when = record.get("agent"), record.get("timestamp")
    file_records.recommend(number, agent, when, record.get("metrics_count"), items)


def _without_line(fault: documents.Fault) -> str:
    """The reason without a line's number: the reject already names the line."""
    if fault.kind == "torn":
        return "is not one JSON object"
    return fault.reason.replace("line 1, ", "")


def _add_execution(
    record: dict[str, object], number: int, file_records: FileRecords, *, agent: str | None
) -> None:
    if "success" not in record:
        _add_recommendations(record, number, file_records)
        return
    named = record.get("agent")
    if agent is None and not isinstance(named, str):
        file_records.ignore()
        return
    success = file_records.verdict(record.get("success"))
    outcome: Outcome = "unknown" if success is None else "success" if success else "failure"
    file_records.add(
        number,
        kind="agent",
        name=named if isinstance(named, str) and named.strip() else agent,
        invoked_at=record.get("timestamp"),
        session_id=record.get("session_id"),
        idempotency_key=record.get("idempotency_key"),
        outcome=outcome,
        duration_ms=file_records.duration_ms(record.get("execution_time_s")),
        quality_score=record.get("quality_score"),
        error_type=record.get("error_type"),
    )


def _summary(tree: Tree, candidate: Candidate) -> Candidate | None:
    folder, _, name = candidate.path.rpartition("/")
    if name != EXECUTIONS:
        return None
    entry = tree.file(f"{folder}/{SUMMARY}")
    return entry if isinstance(entry, Candidate) else None


def _writer_totals(tree: Tree, candidate: Candidate) -> dict[str, dict[str, float]] | None:
    """The writer's own number of executions and successes, from the summary next to the file."""
    summary = _summary(tree, candidate)
    if summary is None or summary.status.st_size > SUMMARY_LIMIT_BYTES:
        return None
    try:
        value = documents.parse_document(read_document(summary))
    except (FileRefused, ChangedMeanwhile):
        return None
    match value:
        case {"agent": str(agent), "execution_count": int(records), "success_rate": float(rate)}:
            if 0 <= records < 2**63 and 0 <= rate <= 1:
                return {storable(agent): {"records": records, "success_rate": rate}}
    return None
