"""A batch of projects on its way into the warehouse: looked at, read, and ready to be merged.

A pass is one batch as a rule, and then one transaction. A pass that reads millions of records is
several, so that neither memory nor the time the warehouse is held grows with the fleet; a file's
rows, checkpoint, rejects and marks are in the same batch always.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple
from datetime import datetime

from collector.bulk import BulkReader
from collector.file_records import FileRecords, NameTotals, StagedRow
from collector.last_line import without_last_line
from collector.registry import Project
from collector.results import FileResult, KnownFile, ProjectResult
from collector.scan import FileScan, finish, scan_project
from collector.sharing import Place, place_of
from schema.columns import staging_ddl
from schema.statements import run_all
from schema.warehouse import Connection

BATCH_ROWS = 1_000_000
"""Rows staged in DuckDB at which a batch is merged."""

HELD_ROWS = 300_000
"""Rows read record by record, which take far more room until they are staged."""

_TABLES = (
    "staged",
    "staged_recommendations",
    "staged_workflows",
    "staged_rejects",
    "staged_retractions",
    "staged_files",
)


class Batch:
    """What is staged on a connection in memory, to be merged from there."""

    def __init__(self, con: Connection, *, now: datetime, full: bool) -> None:
        self.con = con
        self._now = now
        self._full = full
        self.places: dict[str, Place] = {}
        self.clear()
        self._stage = BulkReader(con, now)
        self._looks: list[tuple[Project, ProjectResult, list[FileScan]]] = []
        self.assumed: list[Project] = []
        self._rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in _TABLES}

    def close(self) -> None:
        """Let go of what parts of files stand in."""
        self._stage.close()

    def look(self, project: Project, known: Mapping[str, KnownFile]) -> ProjectResult:
        """Scan a project's files and read what is new; the counts are known after ``settle``."""
        began = time.monotonic()
        entry = ProjectResult(project.project_id, project.name)
        self.places[project.project_id] = place_of(project.path)
        looks = scan_project(project, known, entry, self._stage, now=self._now, full=self._full)
        self._looks.append((project, entry, list(looks)))
        entry.duration_ms = round((time.monotonic() - began) * 1000)
        return entry

    def is_full(self) -> bool:
        """Whether it is time to merge."""
        waiting = sum(
            len(look.outcome.file_records.rows)
            for _, _, looks in self._looks
            for look in looks
            if look.outcome is not None and look.outcome.file_records is not None
        )
        return waiting >= HELD_ROWS or self._stage.rows >= BATCH_ROWS

    def settle(self) -> list[ProjectResult]:
        """Finish all that was looked at, so that everything of it is staged."""
        for project, entry, looks in self._looks:
            began = time.monotonic()
            for look in looks:
                outcome = finish(project, entry, look)
                if outcome is not None:
                    self._take(project, entry, outcome, look.before)
            entry.duration_ms += round((time.monotonic() - began) * 1000)
        for table, rows in self._rows.items():
            _append(self.con, table, rows)
            rows.clear()
        self._stage.settle()
        settled = [entry for _, entry, _ in self._looks]
        self.assumed = [project for project, _, _ in self._looks]
        self._looks = []
        return settled

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
        entry: ProjectResult,
        outcome: FileResult,
        before: KnownFile | None,
    ) -> None:
        base = None if self._full and outcome.file_records is not None else before
        self._rows["staged_files"].append(_file_row(project, outcome, before, base))
        file_records = outcome.file_records
        if file_records is None:
            return
        self._rows["staged"] += [(*row, *_NOT_IN_BULK) for row in file_records.rows]
        self._rows["staged_recommendations"] += _recommendation_rows(file_records)
        self._rows["staged_workflows"] += _workflow_rows(file_records)
        self._rows["staged_rejects"] += [
            (file_records.project_id, file_records.source_file_id, *reject)
            for reject in file_records.rejects
        ]
        if outcome.reading.retraction is not None:
            self._rows["staged_retractions"].append(
                (file_records.source_file_id, *astuple(outcome.reading.retraction))
            )
        entry.rejected += file_records.rejected
        entry.ignored += file_records.ignored
        entry.records_read += file_records.records + file_records.rejected + file_records.ignored


_NOT_IN_BULK = (None, None, None, None)


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
    project: Project, outcome: FileResult, before: KnownFile | None, base: KnownFile | None
) -> tuple[object, ...]:
    """``base`` is what was known of the file where its reading rests on that."""
    reading, file_records = outcome.reading, outcome.file_records
    records = rejected = ignored = 0
    findings: Counter[str] = Counter()
    totals: dict[str, NameTotals] = {}
    if file_records is not None:
        earlier = without_last_line(before) if before is not None and not reading.whole else None
        records = file_records.records + (earlier.records if earlier else 0)
        rejected = file_records.rejected + (earlier.rejected if earlier else 0)
        ignored = file_records.ignored + (earlier.ignored if earlier else 0)
        findings = file_records.findings + (earlier.findings if earlier else Counter())
        totals = _added(file_records.totals, earlier.read_totals if earlier else {})
    return (
        outcome.source_file_id,
        project.project_id,
        outcome.source,
        outcome.path,
        reading.state,
        reading.detail or None,
        reading.shape,
        outcome.fingerprint,
        json.dumps(reading.checkpoint),
        json.dumps(base.checkpoint) if base else None,
        outcome.size_bytes,
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
    total = dict(old)
    for name, numbers in new.items():
        before = total.get(name, NameTotals())
        total[name] = NameTotals(
            before.records + numbers.records,
            before.successes + numbers.successes,
            before.unfinished + numbers.unfinished,
        )
    return total
