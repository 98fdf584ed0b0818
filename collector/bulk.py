"""Large files through DuckDB's own JSON reader, many times faster than record by record.

A file is cut into parts between records, and DuckDB reads many parts at once. It is used only where
it surely says the same as the careful reader: a part with any record that is not plainly what its
writer means by it is handed to the careful reader instead, whole.

Parts stand in memory without a name where the system offers that, so that nothing of a file (it may
hold a user's own words) is ever written anywhere; elsewhere in a private temporary folder.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb

from collector.intake import FUTURE_LIMIT, Intake, NameTotals
from schema.statements import run_all, statement
from schema.warehouse import Connection

BULK_FROM_BYTES = 1 << 20
"""Files, or what is new in them, below this size are read record by record."""

PART_BYTES = 1 << 20
SLOTS = 64

Format = Literal["invocations", "executions"]
Careful = Callable[[bytes, Intake, int], int]


class NotPlain(Exception):
    """The file cannot be read in bulk after all; nothing of it counts yet."""


@dataclass
class Part:
    """A run of whole records. ``position`` is the first one's number less one."""

    position: int = 0
    records: int = 0
    careful: Intake | None = None
    earliest_us: int | None = None
    latest_us: int | None = None


@dataclass
class BulkFile:
    """A file on its way through; ``bare`` says that its 0.01 s are a placeholder.

    ``careful`` reads one part's bytes record by record into an intake, beginning after a position,
    and returns how many records it saw; it raises NotPlain for what breaks the whole file.
    """

    intake: Intake
    format: Format
    bare: bool
    careful: Careful
    parts: list[Part] = field(default_factory=list)
    broken: bool = False


class BulkStage:
    """Where the parts of a pass's large files become staged rows."""

    def __init__(self, con: Connection, now: datetime) -> None:
        self._con = con
        self._now = now
        self._slots = _Slots()
        self._waiting: list[tuple[BulkFile, Part]] = []
        self._ready = False
        self._files: dict[int, BulkFile] = {}

    def close(self) -> None:
        self._slots.close()

    def add(self, file: BulkFile, pieces: list[bytes | memoryview], position: int = 0) -> None:
        """Take the next part of ``file``."""
        if not self._ready:
            run_all(self._con, "collector/sql/bulk/macros.sql", {})
            self._ready = True
        part = Part(position)
        file.parts.append(part)
        self._slots.fill(len(self._waiting), pieces)
        self._waiting.append((file, part))
        if len(self._waiting) == SLOTS:
            self.flush()

    def flush(self) -> None:
        """Read all parts that wait."""
        waiting, self._waiting = self._waiting, []
        for wanted in ("invocations", "executions"):
            chosen = [i for i, (file, _) in enumerate(waiting) if file.format == wanted]
            if chosen:
                self._read(waiting, chosen, wanted)

    def discard(self, file: BulkFile) -> None:
        """Forget what was staged of ``file``."""
        self._waiting = [waiting for waiting in self._waiting if waiting[0] is not file]
        self._con.execute(
            "delete from staged where source_file_id = $id", {"id": file.intake.source_file_id}
        )

    def finish(self, file: BulkFile) -> None:
        """Complete the file's intake with what its parts held. NotPlain when it cannot be."""
        self.flush()
        if file.broken:
            self.discard(file)
            raise NotPlain
        position = 0
        for number, part in enumerate(file.parts):
            base = part.position or position
            if part.careful is not None:
                _absorb(file.intake, part.careful, base, number)
            else:
                file.intake.staged_rows += part.records
            position += part.records
            file.intake.saw(part.earliest_us)
            file.intake.saw(part.latest_us)
        self._con.execute(
            "create temp table if not exists bulk_files (source_file_id bigint)"
        )
        self._con.execute(
            "insert into bulk_files values ($id)", {"id": file.intake.source_file_id}
        )

    def _read(
        self, waiting: list[tuple[BulkFile, Part]], chosen: list[int], wanted: Format
    ) -> None:
        try:
            self._load(waiting, chosen, wanted)
        except duckdb.Error:
            if len(chosen) == 1:
                self._read_carefully(*waiting[chosen[0]], chosen[0])
                return
            # One part is not JSON, or not of these types: find it, the others go on.
            half = len(chosen) // 2
            self._read(waiting, chosen[:half], wanted)
            self._read(waiting, chosen[half:], wanted)

    def _load(
        self, waiting: list[tuple[BulkFile, Part]], chosen: list[int], wanted: Format
    ) -> None:
        con = self._con
        self._describe(waiting, chosen)
        values = {
            "paths": [self._slots.path(i) for i in chosen],
            "horizon": (self._now + FUTURE_LIMIT).isoformat(),
        }
        con.execute(statement(f"collector/sql/bulk/{wanted}.sql"), values).fetchall()
        regular = []
        found = con.execute(statement("collector/sql/bulk/statistics.sql")).fetchall()
        seen = {row[0]: row for row in found}
        for i in chosen:
            file, part = waiting[i]
            row = seen.get(self._number(file, part))
            if row is None or row[2]:
                self._read_carefully(file, part, i)
                continue
            regular.append(row[0])
            part.records, part.earliest_us, part.latest_us = row[1], row[4], row[5]
            if row[3]:
                file.intake.findings["duration_placeholder"] += row[3]
        con.execute(
            statement("collector/sql/bulk/stage.sql"), {"regular": regular}
        ).fetchall()
        for file_id, name, records, successes, unfinished in con.execute(
            statement("collector/sql/bulk/totals.sql"), {"regular": regular}
        ).fetchall():
            total = self._files[file_id].intake.totals.setdefault(name, NameTotals())
            total.records += records
            total.successes += successes
            total.unfinished += unfinished
