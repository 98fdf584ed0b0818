"""One pass: look at every project's files, read what is new, then store it all in one transaction.

Looking and reading happen with the warehouse closed. Only the merge holds it, and rows,
checkpoints, rejects, dirty marks and the pass's own record are committed together or not at all.
No fault of a file or a project stops the others.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from collector.intake import Intake, NameTotals
from collector.look import look_at
from collector.passes import FileOutcome, KnownFile, Pass, ProjectPass
from collector.registry import Project, find_project, projects
from schema.columns import staging_ddl
from schema.statements import run_all, statement, steps
from schema.warehouse import Connection, Warehouse, transaction

Progress = Callable[[int, int], None]
KnownFiles = dict[str, dict[str, KnownFile]]


def collect(
    warehouse: Warehouse,
    names: Sequence[str] = (),
    *,
    now: datetime,
    full: bool = False,
    progress: Progress | None = None,
) -> Pass:
    """Collect from the named projects, or from every active one.

    ``full`` reads every file from its start, whatever the checkpoints say; the result is the same.
    ``progress`` is told projects done and projects in all. Raises UnknownName, WarehouseError.
    """
    with warehouse.reading() as con:
        wanted = _wanted(con, names)
        known = _known_files(con)
    workshop = warehouse.workshop()
    try:
        workshop.execute(staging_ddl("staged"))
        for step in steps("collector/sql/staging.sql"):
            workshop.execute(step)
        report = []
        for done, project in enumerate(wanted):
            if progress:
                progress(done, len(wanted))
            before = known.get(project.project_id, {})
            report.append(_stage_project(workshop, project, before, now, full))
        with warehouse.attached(workshop):
            return _store(workshop, report, now)
    finally:
        workshop.close()


def _wanted(con: Connection, names: Sequence[str]) -> list[Project]:
    """The projects to collect; a main checkout before its worktrees."""
    if names:
        named = {p.project_id: p for p in (find_project(con, name) for name in names)}
        return sorted(named.values(), key=lambda p: (p.is_worktree, p.name))
    active = [project for project in projects(con) if project.is_active]
    return sorted(active, key=lambda p: (p.is_worktree, p.name))


def _known_files(con: Connection) -> KnownFiles:
    known: KnownFiles = {}
    for row in con.execute(statement("collector/sql/known_files.sql")).fetchall():
        totals = {name: NameTotals(**numbers) for name, numbers in json.loads(row[11]).items()}
        known.setdefault(row[0], {})[row[1]] = KnownFile(
            state=row[2],
            detail=row[3] or "",
            fingerprint=row[4],
            checkpoint=json.loads(row[5]),
            size_bytes=row[6],
            records=row[7],
            rejected=row[8],
            ignored=row[9],
            findings=Counter(json.loads(row[10])),
            read_totals=totals,
        )
    return known


def _stage_project(
    workshop: Connection,
    project: Project,
    known: dict[str, KnownFile],
    now: datetime,
    full: bool,
) -> ProjectPass:
    began = time.monotonic()
    entry = ProjectPass(project.project_id, project.name)
    files = []
    for outcome in look_at(project, known, entry, now, full):
        before = known.get(outcome.path)
        files.append(_file_row(project, outcome, before))
        if outcome.intake is not None:
            _stage_intake(workshop, outcome.intake)
            _count(entry, outcome.intake)
    _append(workshop, "staged_files", files)
    entry.duration_ms = round((time.monotonic() - began) * 1000)
    return entry


def _stage_intake(workshop: Connection, intake: Intake) -> None:
    _append(workshop, "staged", intake.rows)
    _append(
        workshop,
        "staged_recommendations",
        [
            (
                intake.project_id,
                item.agent,
                item.recommended_at,
                item.occurrence,
                item.time_basis,
                item.metrics_count,
                json.dumps(item.items),
                intake.source_file_id,
            )
            for item in intake.recommendations
        ],
    )
    _append(
        workshop,
        "staged_rejects",
        [(intake.project_id, intake.source_file_id, *reject) for reject in intake.rejects],
    )


def _append(con: Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    # The appender is what makes this fast: bound parameters cost close to a millisecond a row.
    appender = con.appender(table)
    for row in rows:
        appender.append_row(*row)
    appender.flush()


def _count(entry: ProjectPass, intake: Intake) -> None:
    entry.rejected += intake.rejected
    entry.ignored += intake.ignored
    entry.records_read += (
        len(intake.rows) + len(intake.recommendations) + intake.rejected + intake.ignored
    )


def _file_row(
    project: Project, outcome: FileOutcome, before: KnownFile | None
) -> tuple[object, ...]:
    reading, intake = outcome.reading, outcome.intake
    records = rejected = ignored = 0
    findings: Counter[str] = Counter()
    totals: dict[str, NameTotals] = {}
    if intake is not None:
        base = before if before is not None and not reading.whole else None
        records = len(intake.rows) + len(intake.recommendations) + (base.records if base else 0)
        rejected = intake.rejected + (base.rejected if base else 0)
        ignored = intake.ignored + (base.ignored if base else 0)
        findings = intake.findings + (base.findings if base else Counter())
        totals = _added(intake.totals, base.read_totals if base else {})
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
        outcome.size_bytes,
        reading.whole,
        intake is not None,
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


def _store(con: Connection, report: list[ProjectPass], now: datetime) -> Pass:
    """Merge what was staged and write the pass down, all in one transaction."""
    with transaction(con):
        [(last,)] = con.execute("select max(collect_run_id) from collect_runs").fetchall()
        run_id = (last or 0) + 1
        values: dict[str, object] = {
            "now": now.isoformat(),
            "collect_run_id": run_id,
        }
        owners = _owners(con)
        run_all(con, "collector/sql/reattribute.sql", values)
        run_all(con, "collector/sql/merge.sql", values)
        _count_changes(con, report, owners)
        run_all(con, "collector/sql/files.sql", values)
        synced = [p.project_id for p in report if p.files or not p.problems]
        values |= {
            "synced": synced,
            "outcome": "problems" if any(p.problems for p in report) else "done",
            "projects": json.dumps([_ledger_entry(p) for p in report]),
        }
        run_all(con, "collector/sql/ledger.sql", values)
    return Pass(run_id, now, report)


def _owners(con: Connection) -> dict[int, str]:
    """Which project each staged file was read for, whoever its rows will belong to."""
    rows = con.execute("select source_file_id, project_id from staged_files").fetchall()
    return dict(rows)


def _count_changes(con: Connection, report: list[ProjectPass], owners: dict[int, str]) -> None:
    inserted: Counter[str] = Counter()
    updated: Counter[str] = Counter()
    counts = con.execute("select source_file_id, inserted, updated from change_counts").fetchall()
    for file_id, new, changed in counts:
        inserted[owners[file_id]] += new
        updated[owners[file_id]] += changed
    entries = con.execute(statement("collector/sql/recommendations.sql")).fetchall()
    for (file_id,) in entries:
        inserted[owners[file_id]] += 1
    for entry in report:
        entry.inserted = inserted[entry.project_id]
        entry.updated = updated[entry.project_id]
        entry.unchanged = (
            entry.records_read - entry.inserted - entry.updated - entry.rejected - entry.ignored
        )


def _ledger_entry(entry: ProjectPass) -> dict[str, object]:
    return {
        **{
            name: value
            for name, value in asdict(entry).items()
            if name not in ("problems", "notes")
        },
        "problems": [str(problem) for problem in entry.problems],
        "notes": [str(note) for note in entry.notes],
    }
