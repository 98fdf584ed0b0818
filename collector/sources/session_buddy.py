"""``.session-buddy/skill_metrics.json``: one path that five writers fill in six shapes.

The shapes are distinguished by what the document holds, never by its name:

- ``crackerjack``, ``session-buddy``  ``invocations`` next to the writer's own totals in ``skills``
- ``export``                          the same with a ``summary``
- ``session-buddy-local``             ``invocations`` alone, times local
- ``session-buddy-utc``               ``invocations`` alone, times with an offset
- ``planned``                         no ``invocations``; ``skills`` maps names to lists of records

Where ``skills`` holds totals they are kept for reconciliation and never counted as records.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collector.bulk import reader
from collector.bulk.chunk_index import ChunkIndex, unpack_index
from collector.bulk.chunks import BulkFile, ReadByRecord
from collector.bulk.document import DocumentFile
from collector.bulk.reader import BulkReader
from collector.file_records import FileRecords, Outcome, storable
from collector.files import documents
from collector.files.trees import Candidate, Entry, Fingerprint, Tree
from collector.read_results import Checkpoint, Queued, ReadAgain, Reading, shrinkage
from collector.sources.whole_document import read_whole

PATH = ".session-buddy/skill_metrics.json"
LEGACY_PATH = ".crackerjack/skill_metrics.json"
"""Where older trackers left what is of the first shape as a rule."""

PLACEHOLDER_S = 0.01
"""What the writers of the bare shapes put where the caller measured nothing."""

_TOTAL_LIMIT = 2**63

_SESSION_FIELDS = ("session_id", "user_query", "alternatives_considered", "selection_rank")


class SessionBuddy:
    """The skill invocations of a project, in the document at ``path``."""

    def __init__(self, name: str = "session_buddy", path: str = PATH) -> None:
        self.name = name
        self._path = path

    def find(self, tree: Tree) -> Iterator[Entry]:
        folder = tree.directory(self._path.split("/")[0])
        if folder is not None and not isinstance(folder, str):
            yield folder
        elif folder is not None and (entry := tree.file(self._path)) is not None:
            yield entry

    def fingerprint(self, tree: Tree, candidate: Candidate) -> str:
        return Fingerprint.of(candidate.status).text()

    def read(
        self,
        tree: Tree,
        candidate: Candidate,
        checkpoint: Checkpoint,
        file_records: FileRecords,
        bulk: BulkReader | None,
    ) -> Reading | Queued:
        if bulk is not None and candidate.status.st_size >= reader.BULK_FROM_BYTES:
            reading = _read_in_bulk(candidate, checkpoint, file_records, bulk)
            if reading is not None:
                return reading
        whole = read_whole(candidate, checkpoint)
        if isinstance(whole, Reading):
            return whole
        return _read_value(whole.value, whole.content, checkpoint, file_records)


def _read_in_bulk(
    candidate: Candidate, checkpoint: Checkpoint, file_records: FileRecords, bulk: BulkReader
) -> Reading | Queued | None:
    """The reading of a document laid out as its writers do; None for any other layout."""
    with DocumentFile(candidate) as file:
        frame = file.frame()
        if frame is None or frame.get("invocations") != []:
            return None
        first = file.first_record()
        if not isinstance(first, dict):
            return None
        shape = _shape(frame, [first])
        bare = shape.startswith("session-buddy-")
        # A chunk is known only under the same zone and rules for placeholders.
        terms = f"{file_records.zone} {bare}"
        queued = BulkFile(file_records, "invocations", bare, _chunk_reader(bare))
        bulk.add_document(queued, file, unpack_index(checkpoint, terms))
        content = file.content()
    if checkpoint.get("content") == content:
        bulk.discard(file_records.source_file_id)
        return Reading("read", unchanged=True)

    def finish() -> Reading | ReadAgain:
        count = bulk.finish(queued)
        if isinstance(count, ReadAgain):
            return count
        index = ChunkIndex(tuple(each.as_known() for each in queued.chunks), file_records.totals)
        return Reading(
            "read",
            shape=shape,
            checkpoint={"content": content, "records": count, **index.packed(terms)},
            writer_totals=_writer_totals(frame.get("skills")),
            warning=shrinkage(checkpoint.get("records"), count),
        )

    return Queued(finish)


def _chunk_reader(bare: bool) -> ReadByRecord:
    def read_by_record(data: bytes, file_records: FileRecords, position: int) -> int | None:
        records = documents.parse_document(data)
        if not isinstance(records, list):
            return None
        for number, record in enumerate(records, start=position + 1):
            _add_invocation(record, number, PLACEHOLDER_S if bare else None, file_records)
        return len(records)

    return read_by_record


def _read_value(
    document: dict[str, Any], content: str, checkpoint: Checkpoint, file_records: FileRecords
) -> Reading:
    if "invocations" in document:
        records = document["invocations"]
        if not isinstance(records, list):
            return Reading("malformed", "`invocations` is not a list")
        shape = _shape(document, records)
        bare = shape.startswith("session-buddy-")
        for position, record in enumerate(records, start=1):
            _add_invocation(record, position, PLACEHOLDER_S if bare else None, file_records)
        count = len(records)
    elif _is_planned(document):
        shape = "planned"
        count = _add_planned(document["skills"], file_records)
    else:
        return Reading("malformed", "has no `invocations` in a known format")
    return Reading(
        "read",
        shape=shape,
        checkpoint={"content": content, "records": count},
        writer_totals=_writer_totals(document.get("skills")),
        warning=shrinkage(checkpoint.get("records"), count),
    )


def _shape(document: dict[str, object], records: list[object]) -> str:
    first = next((record for record in records if isinstance(record, dict)), {})
    if "summary" in document:
        return "export"
    if "skills" in document or "last_updated" in document:
        return "session-buddy" if any(f in first for f in _SESSION_FIELDS) else "crackerjack"
    invoked_at = first.get("invoked_at")
    has_offset = isinstance(invoked_at, str) and ("+" in invoked_at or invoked_at.endswith("Z"))
    return "session-buddy-utc" if has_offset else "session-buddy-local"


def _is_planned(document: dict[str, object]) -> bool:
    skills = document.get("skills")
    if not isinstance(skills, dict):
        return False
    return not skills or any(isinstance(records, list) for records in skills.values())


def _object(record: object, position: int, file_records: FileRecords) -> dict[str, Any] | None:
    """A record that can be read; None for one that was rejected instead."""
    if not isinstance(record, dict):
        file_records.reject(position, "is not a JSON object")
        return None
    if documents.nests_too_deep(record):
        file_records.reject(position, documents.DEEP.reason)
        return None
    return record


def _add_invocation(
    found: object, position: int, placeholder: float | None, file_records: FileRecords
) -> None:
    record = _object(found, position, file_records)
    if record is None:
        return
    completed = file_records.verdict(record.get("completed"))
    error_type = file_records.text(record.get("error_type"))
    duration = record.get("duration_seconds")
    followups = file_records.texts(record.get("follow_up_actions"))
    file_records.add(
        position,
        kind="skill",
        name=record.get("skill_name"),
        invoked_at=record.get("invoked_at"),
        session_id=record.get("session_id"),
        outcome=outcome_of(completed, error_type),
        duration_ms=file_records.duration_ms(duration, placeholder=placeholder),
        followup_actions=None if followups is None else len(record["follow_up_actions"]),
        followup_names=followups,
        workflow_path=record.get("workflow_path"),
        error_type=error_type,
        alternatives_considered=file_records.texts(record.get("alternatives_considered")),
        selection_rank=record.get("selection_rank"),
        unfinished=completed is False and duration is None,
    )


def outcome_of(completed: bool | None, error_type: str | None) -> Outcome:
    """How an invocation ended, by what its writer notes of it."""
    if completed is None:
        return "unknown"
    if completed:
        return "success"
    return "failure" if error_type else "abandoned"


def _add_planned(skills: dict[str, object], file_records: FileRecords) -> int:
    position = 0
    for name, records in skills.items():
        if not isinstance(records, list):
            position += 1
            file_records.reject(position, "is not a list of records")
            continue
        for found in records:
            position += 1
            record = _object(found, position, file_records)
            if record is None:
                continue
            success = file_records.verdict(record.get("success"))
            file_records.add(
                position,
                kind="skill",
                name=name,
                invoked_at=record.get("invoked_at"),
                session_id=record.get("session_id"),
                outcome="unknown" if success is None else "success" if success else "failure",
                duration_ms=file_records.duration_ms(record.get("duration_ms"), unit_ms=1),
                followup_actions=file_records.count(record.get("followup_actions"), 2**31),
                unfinished=success is None,
            )
    return position


def _writer_totals(skills: object) -> dict[str, dict[str, float]] | None:
    """The writer's own count and completions of each skill, where it left them."""
    if not isinstance(skills, dict):
        return None
    totals: dict[str, dict[str, float]] = {}
    for name, aggregate in skills.items():
        if not isinstance(aggregate, dict):
            continue
        records = aggregate.get("total_invocations")
        successes = aggregate.get("completed_invocations")
        if not isinstance(records, int) or not isinstance(successes, int):
            continue
        if max(abs(records), abs(successes)) < _TOTAL_LIMIT:
            totals[storable(name)] = {"records": records, "successes": successes}
    return totals or None
