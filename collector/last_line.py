"""The last line of a file when no newline ends it yet.

It counts when it is a whole JSON object: no object is the beginning of another, so what follows on
that line can only be blanks, or make the line one that is not JSON. The checkpoint stays in front
of it; its place is read again when the file grows, and what was counted of it is taken off first.
Anything else that is there (half a record; a number, which could still grow) waits and is
reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, field, replace

from collector.file_records import FileRecords, NameTotals, Recommendation, StagedRow
from collector.known_files import Remembered
from collector.read_results import Retraction
from schema.frozen import dataclass

KEY = "last_line"
FINDING = "last_line_unfinished"

_BEHIND_ALL = 2**62
"""The position of a last line's row: greater than that of any other row of its file."""


@dataclass(frozen=True)
class LastLine:
    """What is remembered of a last line and where it begins; ``digest`` is empty where it waits.

    The counts are those that it added to its file's.
    """

    offset: int = 0
    size_bytes: int = 0
    digest: str = ""
    records: int = 0
    rejected: int = 0
    ignored: int = 0
    findings: dict[str, int] = field(default_factory=dict)
    totals: dict[str, dict[str, int]] = field(default_factory=dict)
    retraction: Retraction | None = None

    @staticmethod
    def of(checkpoint: Mapping[str, object]) -> LastLine | None:
        """The one that a checkpoint remembers."""
        kept = checkpoint.get(KEY)
        if not isinstance(kept, dict):
            return None
        retraction = kept["retraction"]
        return LastLine(**{**kept, "retraction": Retraction(**retraction) if retraction else None})

    def as_checkpoint(self) -> dict[str, object]:
        """What a checkpoint is to hold of it, besides everything else."""
        return {KEY: asdict(self)}


def last_line_only(checkpoint: Mapping[str, object]) -> dict[str, object]:
    """What a reading from the start is to know of a checkpoint: the last line, if there was one."""
    return {KEY: checkpoint[KEY]} if KEY in checkpoint else {}


def waiting(file_records: FileRecords) -> LastLine:
    """A last line of which nothing is taken yet; ``file_records`` counts it as a finding."""
    file_records.findings[FINDING] += 1
    return LastLine(findings={FINDING: 1})


class Tally:
    """How much a file's records held before a last line was read into it."""

    def __init__(self, file_records: FileRecords) -> None:
        self._intake = file_records
        self._rows = len(file_records.rows)
        self._entries = len(file_records.recommendations)
        self._rejected = file_records.rejected
        self._ignored = file_records.ignored
        self._findings = Counter(file_records.findings)
        self._totals = {name: replace(total) for name, total in file_records.totals.items()}

    def last_line(self, offset: int, size_bytes: int, digest: str) -> LastLine:
        """The line that was read since."""
        file_records = self._intake
        rows = file_records.rows[self._rows :]
        entries = file_records.recommendations[self._entries :]
        # Parts that are read in bulk number their rows in another way.
        file_records.rows[self._rows :] = [(*row[:-1], _BEHIND_ALL) for row in rows]
        return LastLine(
            offset,
            size_bytes,
            digest,
            records=len(rows) + len(entries),
            rejected=file_records.rejected - self._rejected,
            ignored=file_records.ignored - self._ignored,
            findings=dict(file_records.findings - self._findings),
            totals={
                name: asdict(total)
                for name, total in subtracted(file_records.totals, self._totals).items()
            },
            retraction=_retraction(rows, entries),
        )


def _retraction(rows: list[StagedRow], entries: list[Recommendation]) -> Retraction | None:
    for row in rows:
        kind, name, when, session, key = row[1:6]
        return Retraction(str(kind), str(name), str(when), _text(session), _text(key))
    for entry in entries:
        return Retraction("recommendation", entry.agent, str(entry.recommended_at), None, None)
    return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def without_last_line(known: Remembered) -> Remembered:
    """A file's counts up to its checkpoint, which its last line stands behind."""
    last = LastLine.of(known.checkpoint)
    if last is None:
        return known
    totals = {name: NameTotals(**numbers) for name, numbers in last.totals.items()}
    return replace(
        known,
        records=known.records - last.records,
        rejected=known.rejected - last.rejected,
        ignored=known.ignored - last.ignored,
        findings=known.findings - Counter(last.findings),
        read_totals=subtracted(known.read_totals, totals),
    )


def subtracted(totals: dict[str, NameTotals], part: dict[str, NameTotals]) -> dict[str, NameTotals]:
    """``totals`` less ``part``; names of which nothing is left are left out."""
    none = NameTotals()
    left = {name: total - part.get(name, none) for name, total in totals.items()}
    return {name: total for name, total in left.items() if total.records}
