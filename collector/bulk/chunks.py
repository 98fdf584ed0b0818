"""The chunks of a file that is read in bulk, and what they add up to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, field
from typing import Literal

from collector.bulk.chunk_index import KnownChunk
from collector.bulk.document import DocumentChunk
from collector.file_records import REJECTS_KEPT, FileRecords, NameTotals

Format = Literal["invocations", "executions", "stored"]
"""Skill documents, lines of agents' executions, rows of a database."""

COUNTED = ("duration_placeholder", "time_repeated_hour", "time_skipped_hour")
"""The findings that a plain record can have, in the order in which SQL counts them."""

ReadByRecord = Callable[[bytes, FileRecords, int], int | None]
"""Reads a chunk's bytes record by record, after so many records of its file, and returns how many
it holds; None for a chunk that is not a list of records, so that the file must be read whole."""


@dataclass
class Chunk:
    """Adjacent whole records, numbered through the run in the order of files.

    ``position`` is how many records came before it, where that is known when it is cut (lines).
    ``totals`` are NameTotals by name, as JSON. A chunk that is ``known`` from the last run is not
    staged. An ``overlapping`` one is, for a while: its times overlap those of changed chunks, and
    equal records are numbered together. ``by_record`` holds what the record reader made of it.
    """

    number: int
    position: int = 0
    size_bytes: int = 0
    digest: str = ""
    head: str = ""
    known: KnownChunk | None = None
    overlapping: bool = False
    records: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    earliest_us: int | None = None
    latest_us: int | None = None
    totals: str = "{}"
    by_record: FileRecords | None = None

    def as_known(self) -> KnownChunk:
        """What is remembered of it. The record reader reads its chunks again in every run."""
        if self.known is not None:
            return self.known
        if self.by_record is None:
            findings = tuple(self.findings[name] for name in COUNTED)
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
        read = self.by_record
        totals = json.dumps({name: astuple(total) for name, total in read.totals.items()})
        times = (read.earliest_us, read.latest_us)
        return KnownChunk(self.size_bytes, "", self.head, self.records, (), *times, totals)


@dataclass
class BulkFile:
    """A file that is being read in bulk; ``bare``: its durations of 0.01 s are a placeholder.

    ``known_totals`` are those of its chunks that are known from the last run. ``needs_fallback``
    is set when a chunk turns out to be no list of records.
    """

    file_records: FileRecords
    format: Format
    bare: bool
    read_by_record: ReadByRecord
    chunks: list[Chunk] = field(default_factory=list)
    known_totals: dict[str, NameTotals] = field(default_factory=dict)
    needs_fallback: bool = False

    def add_up(self) -> int:
        """Complete the file's records with what its chunks held; returns how many that is."""
        records = 0
        for chunk in self.chunks:
            _add(self.file_records, chunk, records)
            records += chunk.records if chunk.known is None else chunk.known.records
        return records

    def may_repeat(self) -> bool:
        """Whether a chunk that was not read again may hold a record of the same time as one read.

        Then the two may be equal in their key, and only both together can be numbered.
        """
        kept = [c.known for c in self.chunks if c.known is not None and not c.overlapping]
        if not kept:
            return False
        for chunk in self.chunks:
            if chunk.known is not None:
                if chunk.by_record is not None:
                    return True
                continue
            times = chunk.by_record or chunk
            if any(known.overlaps(times.earliest_us, times.latest_us) for known in kept):
                return True
        return False


KeptChunk = tuple[Chunk, DocumentChunk]
"""A chunk that is known, and where it is in its document now."""


def likely_overlapping(
    file: BulkFile, kept: Sequence[KeptChunk], gone: Iterable[KnownChunk]
) -> list[KeptChunk]:
    """Unchanged chunks that may hold records of the same time as those that changed or were added.

    Only the likely ones: whether these were all is known once the others have been read.
    """
    if not kept:
        return []
    old = list(gone)
    grew = file.chunks[-1].known is None
    return [
        (chunk, place)
        for chunk, place in kept
        if chunk.known is not None
        and (
            any(chunk.known.overlaps(each.earliest_us, each.latest_us) for each in old)
            or (grew and chunk is kept[-1][0])
        )
    ]


def _add(whole: FileRecords, chunk: Chunk, base: int) -> None:
    """Add what one chunk held to its file; ``base`` is how many records came before."""
    if chunk.known is not None:
        whole.staged_rows += chunk.known.records
        whole.findings += Counter(dict(zip(COUNTED, chunk.known.findings, strict=True)))
        return
    if chunk.by_record is None:
        whole.staged_rows += chunk.records
        whole.findings += chunk.findings
        whole.saw(chunk.earliest_us)
        whole.saw(chunk.latest_us)
        return
    read = chunk.by_record
    shift = 0 if chunk.position else base
    for place, row in enumerate(read.rows):
        # Within a file, rows are in the order of chunks, then in the order of records.
        whole.rows.append((*row[:-1], (chunk.number << 32) + place))
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
