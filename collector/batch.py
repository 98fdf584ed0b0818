"""A batch: projects that were scanned and read, on their way to being merged together.

A run is one batch as a rule, and then one transaction. A run that reads millions of records is
several, so that neither memory nor the time the warehouse is locked grows with the number of files.
A file's rows, checkpoint, rejects and dirty marks are always in the same batch.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple
from datetime import datetime

from collector.bulk.reader import BulkReader
from collector.file_reader import FileRead, FileReader
from collector.file_records import FileRecords, NameTotals, StagedRow
from collector.known_files import KnownFile
from collector.last_line import without_last_line
from collector.projects.registry import Project
from collector.projects.sharing import Place, place_of
from collector.remarks import report_file
from collector.results import FileResult, ProjectResult
from collector.scan import scan_project
from schema.columns import staging_ddl
from schema.frozen import dataclass
from schema.statements import run_all, statement
from schema.warehouse import Connection

BATCH_ROWS = 1_000_000
"""Rows staged in DuckDB at which a batch is merged."""

MANY_COMPARED = 100_000
"""From so many rows of changed files on, comparing them with stored ones keeps readers waiting."""

HELD_ROWS = 300_000
"""Rows held in Python, which take far more room until they are staged."""

ALIKE = "collector/sql/alike.sql"
"""Finds the staged rows that may be equal to others; again after they got other keys or places."""

_TABLES = (
    "staged",
    "staged_recommendations",
    "staged_workflows",
    "staged_experiments",
    "staged_rejects",
    "staged_retractions",
    "staged_files",
)


@dataclass(frozen=True)
class _ProjectRead:
    """A project whose files were read or queued; ``result`` is complete once they are staged."""

    project: Project
    result: ProjectResult
    reader: FileReader
    files: list[FileRead]


class Batch:
    """What is read and staged on an in-memory connection, to be merged from there."""

    def __init__(self, con: Connection, *, now: datetime, full: bool) -> None:
        self.con = con
        self._now = now
        self._full = full
        self.places: dict[str, Place] = {}
        self.clear()
        self._bulk = BulkReader(con, now)
        self._read: list[_ProjectRead] = []
        self.assumed: list[Project] = []
        self._rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in _TABLES}

    def close(self) -> None:
        """Free the bulk reader's buffers."""
        self._bulk.close()

    def read_project(self, project: Project, known: Mapping[str, KnownFile]) -> None:
        """Scan a project's files and read what is new, or queue it for the bulk reader."""
        began = time.monotonic()
        result = ProjectResult(project.project_id, project.name)
        self.places[project.project_id] = place_of(project.path)
        reader = FileReader(project, self._bulk, self._now, self._full)
        files = [reader.read(scan) for scan in scan_project(project, known, result)]
        self._read.append(_ProjectRead(project, result, reader, files))
        result.duration_ms = round((time.monotonic() - began) * 1000)

    def is_full(self) -> bool:
        """Whether it is time to stage and merge."""
        held = sum(file.held_rows for each in self._read for file in each.files)
        return held >= HELD_ROWS or self._bulk.rows >= BATCH_ROWS

    def stage(self) -> list[ProjectResult]:
        """Stage everything that was read; returns the results of its projects.

        ``assumed`` are then the projects as they were when they were read.
        """
        for each in self._read:
            began = time.monotonic()
            for read in each.files:
                result = each.reader.finish(read)
                report_file(each.project, each.result, read.scan, result)
                if result is not None:
                    self._take(each.project, each.result, result, read.scan.known)
            each.result.duration_ms += round((time.monotonic() - began) * 1000)
        is_any_file_read = bool(self._rows["staged_files"])
        for table, rows in self._rows.items():
            if rows:
                _append(self.con, table, rows)
            rows.clear()
        if is_any_file_read:
            run_all(self.con, ALIKE, {})
            self._bulk.number_repeats()
        staged = [each.result for each in self._read]
        self.assumed = [each.project for each in self._read]
        self._read = []
        return staged

    @property
    def is_compared_for_long(self) -> bool:
        """Whether so many rows of changed files are staged that comparing them takes a second.

        Those of new files are not compared, and a first collect of many would copy a warehouse
        for each of its batches.
        """
        [(rows,)] = self.con.execute(statement("collector/sql/compared_rows.sql")).fetchall()
        return int(rows) >= MANY_COMPARED

    def forget_rows(self) -> None:
        """Release the rows that were merged; the commit then has none of them to compress.

        The table is replaced, because the memory of rows that are only deleted is not freed: no
        checkpoint reaches temporary tables.
        """
        self.con.execute(staging_ddl("staged")).fetchall()

    def clear(self) -> None:
        """Start with empty staging tables; the memory of those before them is freed."""
        self.forget_rows()
        run_all(self.con, "collector/sql/staging.sql", {})
        self.places.clear()

    def _take(
        self,
        project: Project,
        result: ProjectResult,
        file: FileResult,
        known: KnownFile | None,
    ) -> None:
        """Have a file's rows ready to be appended to the staging tables."""
        base = None if self._full and file.file_records is not None else known
        self._rows["staged_files"].append(_file_row(project, file, known, base))
        file_records = file.file_records
        if file_records is None:
            return
        self._rows["staged"] += [(*row, *_NOT_IN_BULK) for row in file_records.rows]
        self._rows["staged_recommendations"] += _recommendation_rows(file_records)
        self._rows["staged_workflows"] += _workflow_rows(file_records)
        self._rows["staged_experiments"] += [
            (file_records.project_id, *vars(each).values(), file_records.source_file_id)
            for each in file_records.experiments
        ]
        self._rows["staged_rejects"] += [
            (file_records.project_id, file_records.source_file_id, *reject)
            for reject in file_records.rejects
        ]
        if file.reading.retraction is not None:
            self._rows["staged_retractions"].append(
                (file_records.source_file_id, *astuple(file.reading.retraction))
            )
        result.rejected += file_records.rejected
        result.ignored += file_records.ignored
        result.records_read += file_records.total + file_records.rejected + file_records.ignored


_NOT_IN_BULK = (None, None, None, None)
"""The columns of a staged row that only the bulk reader fills."""


def _recommendation_rows(file_records: FileRecords) -> list[tuple[object, ...]]:
    return [
        (
            file_records.project_id,
            item.agent,
            item.recommended_at,
            item.occurrence,
            item.time_basis,
            item.local_time,
            item.metrics_count,
            json.dumps(item.items),
            file_records.source_file_id,
        )
        for item in file_records.recommendations
    ]


def _workflow_rows(file_records: FileRecords) -> list[tuple[object, ...]]:
    return [
        (
            file_records.project_id,
            *vars(each).values(),
            file_records.snapshot_at,
            file_records.source_file_id,
        )
        for each in file_records.workflows
    ]


def _append(
    con: Connection, table: str, rows: Iterable[StagedRow] | Iterable[tuple[object, ...]]
) -> None:
    # The appender is what makes this fast: bound parameters cost close to a millisecond a row.
    appender = con.appender(table)
    for row in rows:
        appender.append_row(*row)
    appender.flush()


def _file_row(
    project: Project, file: FileResult, known: KnownFile | None, base: KnownFile | None
) -> tuple[object, ...]:
    """``base`` is what was known of the file where its reading rests on that."""
    reading, file_records = file.reading, file.file_records
    records = rejected = ignored = 0
    findings: Counter[str] = Counter()
    totals: dict[str, NameTotals] = {}
    if file_records is not None:
        earlier = None if known is None or reading.whole else without_last_line(known.remembered)
        records = file_records.total + (earlier.records if earlier else 0)
        rejected = file_records.rejected + (earlier.rejected if earlier else 0)
        ignored = file_records.ignored + (earlier.ignored if earlier else 0)
        findings = file_records.findings + (earlier.findings if earlier else Counter())
        totals = _added(file_records.totals, earlier.read_totals if earlier else {})
    return (
        file.source_file_id,
        project.project_id,
        file.source,
        file.path,
        reading.state,
        reading.detail or None,
        reading.shape,
        file.fingerprint,
        json.dumps(reading.checkpoint),
        json.dumps(base.remembered.checkpoint) if base else None,
        file.size_bytes,
        reading.whole,
        file_records is not None,
        records,
        rejected,
        ignored,
        json.dumps(findings),
        json.dumps(reading.writer_totals) if reading.writer_totals else None,
        json.dumps({name: asdict(total) for name, total in totals.items()}),
    )


def _added(new: dict[str, NameTotals], old: dict[str, NameTotals]) -> dict[str, NameTotals]:
    none = NameTotals()
    return {name: old.get(name, none) + new.get(name, none) for name in old | new}
