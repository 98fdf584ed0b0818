"""``.kaizen/metrics/**/*.jsonl``: agents' executions, an optimizer's entries, and other events.

What a line is, it says itself: an ``event`` is of another kind and only counted, a list of
``recommendations`` without a ``success`` is an optimizer's entry, the rest are executions. A line
never changes, so a file is read on from its checkpoint; where the bytes before it are no longer the
same (the writer prunes old lines in place), it is read again from the start.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import asdict

from collector import bulk, documents
from collector.intake import Intake, Outcome, storable
from collector.reading import (
    MAX_LINE_BYTES,
    ChangedMeanwhile,
    LineFile,
    LinesCheckpoint,
    LineTooLong,
    StartOver,
    read_document,
)
from collector.sources.source import Checkpoint, Reading
from collector.trees import Candidate, Entry, FileRefused, Fingerprint, Tree, printable

FOLDER = ".kaizen/metrics"
EXECUTIONS = "executions.jsonl"
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
        self, tree: Tree, candidate: Candidate, checkpoint: Checkpoint | None, intake: Intake
    ) -> Reading:
        known = _known(checkpoint)
        agent = _agent(candidate)
        try:
            with LineFile(candidate) as file:
                resumed = known is not None and file.resume(known)
                whole = _stage_lines(file, agent, intake)
                if whole is None:
                    _read_lines(file, agent, intake)
                reached = file.checkpoint()
        except FileRefused as exc:
            return Reading("refused", str(exc), checkpoint=checkpoint or {})

        def complete() -> Reading:
            if whole is not None and intake.bulk is not None:
                intake.bulk.finish(whole)
            before_us = _latest(checkpoint) if resumed else None
            if before_us is not None and _reaches_back(intake, before_us):
                raise StartOver
            latest = [us for us in (intake.latest_us, before_us) if us is not None]
            return Reading(
                "read",
                shape=posixpath.basename(printable(candidate.path)).removesuffix(".jsonl"),
                checkpoint={**asdict(reached), "latest_us": max(latest, default=None)},
                writer_totals=_writer_totals(tree, candidate),
                whole=not resumed,
                note="" if resumed else _shrinkage(known, reached),
            )

        return complete() if whole is None else Reading("read", complete=complete)


def _stage_lines(file: LineFile, agent: str | None, intake: Intake) -> bulk.BulkFile | None:
    """What is new in the file on its way through the bulk reader; None where it is little."""
    if intake.bulk is None or file.unread_bytes < bulk.BULK_FROM_BYTES:
        return None

    def careful(data: bytes, part: Intake, position: int) -> int:
        lines = data.split(b"\n")[:-1]
        for number, line in enumerate(lines, start=position + 1):
            if line.strip():
                _read_line(line, number, agent, part)
        return len(lines)

    whole = bulk.BulkFile(intake, "executions", False, careful)
    try:
        for position, part in file.parts(bulk.PART_BYTES):
            intake.bulk.add(whole, intake.bulk.next_part(whole, position), [part])
    except LineTooLong as exc:
        raise bulk.NotPlain from exc
    return whole


def _shrinkage(known: LinesCheckpoint | None, reached: LinesCheckpoint) -> str:
    if known is None or reached.lines >= known.lines:
        return ""
    return (
        f"was rewritten by its writer ({known.lines} lines before, {reached.lines} now);"
        " the history is kept"
    )


def _known(checkpoint: Checkpoint | None) -> LinesCheckpoint | None:
    match checkpoint:
        case {"offset": int(offset), "prefix": str(prefix), "lines": int(lines)} if offset:
            return LinesCheckpoint(offset, prefix, lines)
    return None


def _latest(checkpoint: Checkpoint | None) -> int | None:
    latest = (checkpoint or {}).get("latest_us")
    return latest if isinstance(latest, int) else None


def _reaches_back(intake: Intake, before_us: int) -> bool:
    """Whether a new line may equal an old one in its key, so that occurrences must be recounted."""
    return intake.earliest_us is not None and intake.earliest_us <= before_us


def _agent(candidate: Candidate) -> str | None:
    """The agent that a file's folder names; None for a file that lies flat."""
    return posixpath.dirname(printable(candidate.path)[len(FOLDER) + 1 :]) or None


def _read_lines(file: LineFile, agent: str | None, intake: Intake) -> None:
    for number, line in file.lines():
        if line is None:
            intake.reject(number, f"is longer than {MAX_LINE_BYTES >> 20} MiB")
        elif line.strip():
            _read_line(line, number, agent, intake)


def _read_line(line: bytes, number: int, agent: str | None, intake: Intake) -> None:
    try:
        record = documents.parse_record(documents.decode(line))
    except (documents.Torn, documents.Malformed) as exc:
        intake.reject(number, _without_line(exc))
        return
    except documents.TooDeep as exc:
        intake.reject(number, str(exc))
        return
    if not isinstance(record, dict):
        intake.reject(number, "is not a JSON object")
    elif "success" in record:
        _add_execution(record, number, agent, intake)
    elif isinstance(record.get("recommendations"), list):
        intake.recommend(
            number,
            record.get("agent"),
            record.get("timestamp"),
            record.get("metrics_count"),
            record["recommendations"],
        )
    elif "event" in record or agent is None:
        intake.ignore()
    else:
        _add_execution(record, number, agent, intake)


def _without_line(exc: ValueError) -> str:
    """The reason without a line's number: the reject already names the line."""
    if isinstance(exc, documents.Torn):
        return "is not one JSON object"
    return str(exc).replace("line 1, ", "")


def _add_execution(
    record: dict[str, object], number: int, agent: str | None, intake: Intake
) -> None:
    named = record.get("agent")
    if agent is None and not isinstance(named, str):
        intake.ignore()
        return
    success = intake.verdict(record.get("success"))
    outcome: Outcome = "unknown" if success is None else "success" if success else "failure"
    intake.add(
        number,
        kind="agent",
        name=named if isinstance(named, str) and named.strip() else agent,
        invoked_at=record.get("timestamp"),
        session_id=record.get("session_id"),
        idempotency_key=record.get("idempotency_key"),
        outcome=outcome,
        duration_ms=intake.duration_ms(record.get("execution_time_s")),
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
    """The writer's own number of executions and successes, from the summary beside the file."""
    summary = _summary(tree, candidate)
    if summary is None or summary.status.st_size > SUMMARY_LIMIT_BYTES:
        return None
    try:
        value = documents.parse_document(documents.decode(read_document(summary)))
    except (FileRefused, ChangedMeanwhile, documents.Torn, documents.Malformed):
        return None
    match value:
        case {"agent": str(agent), "execution_count": int(records), "success_rate": float(rate)}:
            if 0 <= records < 2**63 and 0 <= rate <= 1:
                return {storable(agent): {"records": records, "success_rate": rate}}
    return None
