"""One pass: look at every project's files, read what is new, then store it in one transaction.

Looking and reading happen with the warehouse closed. Only the merge holds it, and rows,
checkpoints, rejects, dirty marks and the pass's own record are committed together or not at all.
No fault of a file or a project stops the others.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from collector.batch import Batch
from collector.file_records import NameTotals
from collector.outdated import CHANGED, Outdated, leave_out, outdated, said
from collector.registry import Project, find_project, projects
from collector.results import CollectResult, KnownFile, ProjectResult, Remark
from collector.runs import Stopwatch, Trigger, failure_recorded
from collector.sharing import Sharing, share
from schema import zones
from schema.interpretation import renew
from schema.loading import FEW_ROWS, loading
from schema.statements import run_all, statement
from schema.warehouse import Connection, Warehouse, reporting_zone

MEMORY_LIMIT_MIB = 1536
ATTEMPTS = 3
"""How often a project is read whose registration changes each time before its rows are stored."""

JOINING_EVERY = 8
"""A pass leaves row groups that are not full. In a large warehouse each so many-th joins them."""

MANY_ROWS = 20_000
"""So many rows are worth making their days ready to be looked up."""

Progress = Callable[[int, int], None]
KnownFiles = dict[str, dict[str, KnownFile]]


def collect(
    warehouse: Warehouse,
    names: Sequence[str] = (),
    *,
    now: datetime,
    full: bool = False,
    progress: Progress | None = None,
    trigger: Trigger = "manual",
) -> CollectResult:
    """Collect from the named projects, or from every active one.

    ``full`` reads every file from its start, whatever the checkpoints say; the result is the same.
    ``progress`` is told projects done and projects in all; ``trigger`` is what began the pass.
    Raises UnknownName, WarehouseError. A pass that fails is written down as far as the warehouse
    can be written; otherwise ``collector.runs.record_failure`` does it later.
    """
    ledger = RunRecord(Stopwatch.start(now), trigger, whole=not names)
    with failure_recorded(warehouse, ledger.watch, trigger, whole=ledger.whole):
        return _pass(warehouse, names, ledger, full=full, progress=progress)


def _pass(
    warehouse: Warehouse,
    names: Sequence[str],
    ledger: RunRecord,
    *,
    full: bool,
    progress: Progress | None,
) -> CollectResult:
    now = ledger.watch.started_at
    is_new = not warehouse.exists()
    if is_new:
        # A pass makes the warehouse where there is none; answers do not.
        with warehouse.writing():
            pass
    with warehouse.reading() as con:
        wanted = _wanted(con, names)
        known = _known_files(con)
    with warehouse.workshop() as workshop:
        # A file of many millions of records is one batch, however large; what does not fit is
        # spilled.
        workshop.execute(f"set memory_limit = '{MEMORY_LIMIT_MIB} MiB'").fetchall()
        batch = Batch(workshop, now=now, full=full)
        try:
            for attempt in range(ATTEMPTS):
                for done, project in enumerate(wanted):
                    if progress and not attempt:
                        progress(done, len(wanted))
                    batch.look(project, known.get(project.project_id, {}))
                    if batch.is_full():
                        ledger.projects += batch.settle()
                        with warehouse.attached(workshop):
                            _store(batch, ledger)
                is_last = attempt == ATTEMPTS - 1
                ledger.projects += batch.settle()
                with warehouse.attached(workshop):
                    _store(batch, ledger, is_end=True, is_last=is_last)
                if ledger.ended:
                    break
                # The registry or the file changed while these were read: read them as they are now.
                again = ledger.take_retries()
                with warehouse.reading() as con:
                    wanted = [each for each in projects(con) if each.project_id in again]
                    known = _known_files(con)
            made = str(warehouse.path) if is_new and not ledger.projects else None
            return CollectResult(ledger.collect_run_id, now, ledger.projects, made)
        finally:
            batch.close()


@dataclass
class RunRecord:
    """A pass as it is written down: with every batch, and for good with the last."""

    watch: Stopwatch
    trigger: Trigger
    whole: bool
    collect_run_id: int = 0
    projects: list[ProjectResult] = field(default_factory=list)
    outdated: dict[str, Outdated] = field(default_factory=dict)
    ended: bool = False

    @property
    def retries(self) -> set[str]:
        """The projects that were left out and can be read again."""
        return {project_id for project_id, why in self.outdated.items() if why in CHANGED}

    def take_retries(self) -> set[str]:
        """The same, about to be read again: what was noted of them is dropped."""
        retries = self.retries
        self.projects = [each for each in self.projects if each.project_id not in retries]
        self.outdated = {k: why for k, why in self.outdated.items() if k not in retries}
        return retries

    @property
    def outcome(self) -> str:
        if not self.ended:
            return "running"
        return "problems" if any(entry.problems for entry in self.projects) else "done"


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


def _store(batch: Batch, ledger: RunRecord, *, is_end: bool = False, is_last: bool = False) -> None:
    """Merge what is staged and write the pass down, all in one transaction.

    Projects for which no longer holds what their reading assumed are left out. ``is_end`` says that
    no more batches follow, ``is_last`` that what is left out is not read again.
    """
    con = batch.con
    registered = {row[0] for row in con.execute("select project_id from projects").fetchall()}
    if ledger.collect_run_id and not _is_stored(con, ledger):
        # Another file stands in the warehouse's place by now: nothing of this pass is in it.
        for entry in ledger.projects:
            ledger.outdated[entry.project_id] = (
                "rewound" if entry.project_id in registered else "gone"
            )
        ledger.collect_run_id = 0
    ledger.outdated |= outdated(con, batch.assumed)
    leave_out(con, ledger.outdated)
    for entry in ledger.projects:
        if entry.project_id in ledger.outdated:
            entry.leave_out()
    ledger.ended = is_end and (is_last or not ledger.retries)
    if ledger.ended:
        for entry in ledger.projects:
            if reason := ledger.outdated.get(entry.project_id):
                entry.problems.append(Remark(entry.project_name, "", said(reason)))
    if not ledger.collect_run_id:
        [(last,)] = con.execute("select max(collect_run_id) from collect_runs").fetchall()
        ledger.collect_run_id = (last or 0) + 1
    joins = _rows(con) <= FEW_ROWS or ledger.collect_run_id % JOINING_EVERY == 0
    with loading(con, joins=joins):
        values: dict[str, object] = {
            "now": ledger.watch.started_at.isoformat(),
            "collect_run_id": ledger.collect_run_id,
        }
        renew(con)
        # Whose file it was read from, whoever the rows will belong to.
        owners = dict(con.execute("select source_file_id, project_id from staged_files").fetchall())
        if con.execute("select 1 from staged_retractions limit 1").fetchall():
            run_all(con, "collector/sql/retractions.sql", values)
        _tell_sharing(ledger, share(con, batch.places))
        if owners:
            if _has_databases(con):
                run_all(con, "collector/sql/imported.sql", values)
            zones.prepare(con, [reporting_zone(con)], many=_staged(con) > MANY_ROWS)
            run_all(con, "collector/sql/merge.sql", values)
            _count_changes(con, ledger.projects, owners)
            run_all(con, "collector/sql/files.sql", values)
        values |= {
            "synced": [
                p.project_id
                for p in ledger.projects
                if (p.files or not p.problems) and p.project_id not in ledger.outdated
            ],
            "ended_at": ledger.watch.time().isoformat(),
            "trigger": ledger.trigger,
            "whole": ledger.whole,
            "process_id": os.getpid(),
            "outcome": ledger.outcome,
            # A project that was purged meanwhile is named nowhere any more.
            "projects": json.dumps(
                [_ledger_entry(e) for e in ledger.projects if e.project_id in registered]
            ),
        }
        run_all(con, "collector/sql/ledger.sql", values)
        batch.forget_rows()
    batch.clear()


def _tell_sharing(ledger: RunRecord, found: list[Sharing]) -> None:
    for entry in ledger.projects:
        for each in found:
            if each.project_id == entry.project_id:
                entry.notes.append(Remark(entry.project_name, "", each.sentence))


def _is_stored(con: Connection, ledger: RunRecord) -> bool:
    """Whether the batches of this pass that were stored before are in the warehouse."""
    query = (
        "select 1 from collect_runs where collect_run_id = $id and process_id = $process"
        " and started_at = cast($started_at as timestamptz)"
    )
    values = {
        "id": ledger.collect_run_id,
        "process": os.getpid(),
        "started_at": ledger.watch.started_at.isoformat(),
    }
    return bool(con.execute(query, values).fetchall())


def _rows(con: Connection) -> int:
    """How many rows there will be, about: those that are stored, and those that are to be."""
    query = "select (select count(*) from skill_usage) + (select count(*) from staged)"
    [(rows,)] = con.execute(query).fetchall()
    return int(rows)


def _staged(con: Connection) -> int:
    [(rows,)] = con.execute("select count(*) from staged").fetchall()
    return int(rows)


def _has_databases(con: Connection) -> bool:
    """Whether any project keeps invocations in a database: only those know of imports."""
    found = con.execute(statement("collector/sql/databases.sql")).fetchall()
    return bool(found)


def _count_changes(con: Connection, report: list[ProjectResult], owners: dict[int, str]) -> None:
    inserted: Counter[str] = Counter()
    updated: Counter[str] = Counter()
    counts = con.execute("select source_file_id, inserted, updated from change_counts").fetchall()
    for file_id, new, changed in counts:
        inserted[owners[file_id]] += new
        updated[owners[file_id]] += changed
    entries = con.execute(statement("collector/sql/recommendations.sql")).fetchall()
    for (file_id,) in entries:
        inserted[owners[file_id]] += 1
    for file_id, new, changed in _store_workflows(con):
        inserted[owners[file_id]] += new
        updated[owners[file_id]] += changed
    for entry in report:
        if entry.project_id not in set(owners.values()):
            continue
        entry.inserted = inserted[entry.project_id]
        entry.updated = updated[entry.project_id]
        entry.unchanged = (
            entry.records_read - entry.inserted - entry.updated - entry.rejected - entry.ignored
        )


def _store_workflows(con: Connection) -> list[tuple[int, int, int]]:
    """Per file how many workflows are new and how many changed."""
    run_all(con, "collector/sql/workflows.sql", {})
    counts = "select source_file_id, inserted, updated from workflow_counts"
    return con.execute(counts).fetchall()


def _ledger_entry(entry: ProjectResult) -> dict[str, object]:
    return {
        **{
            name: value
            for name, value in asdict(entry).items()
            if name not in ("problems", "notes")
        },
        "problems": [str(problem) for problem in entry.problems],
        "notes": [str(note) for note in entry.notes],
    }
