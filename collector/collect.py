"""One run: scan every project's files, read what is new, stage it, and merge it in one transaction.

A record's way, file by file:

- ``collect.py``      selects the projects and decides when a batch is merged
- ``scan.py``         finds a project's files and sees which look different
- ``file_reader.py``  has ``sources/<format>.py`` read what is new, record by record into a
                      ``FileRecords``, or in chunks that ``bulk/reader.py`` reads many at a time
- ``transcripts/``    reads agent transcripts, which belong to no project, before all else
- ``skill_files/``    reads the skills that lie in the projects, where they changed
- ``batch.py``        stages it all in tables of an in-memory database
- ``merge.py``        merges these into the warehouse, with ``sql/merge.sql`` for the rows

Scanning and reading happen with the warehouse closed. Only the merge locks it, and rows,
checkpoints, rejects, dirty marks and the run's own record are committed together or not at all. No
fault of a file or a project stops the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

from collector.batch import Batch
from collector.known_files import KnownFiles
from collector.merge import merge
from collector.projects.registry import Project, find_project, projects
from collector.results import CollectResult, Remark
from collector.run_record import RunRecord
from collector.runs import Stopwatch, Trigger, failure_recorded
from collector.skill_files import scan as skill_files
from collector.skill_files import vectors
from collector.skill_files.scan import USER
from schema.statements import has_rows
from schema.warehouse import Connection, Warehouse, reporting_zone

if TYPE_CHECKING:
    from collector.transcripts.scan import Before, Scan
    from collector.transcripts.seen import Seen

MEMORY_LIMIT_MIB = 1200
"""What DuckDB is given. Chunks in flight come on top of it; together they are less than 1.5 GiB."""

ATTEMPTS = 3
"""How often a project is read whose registration changes each time before its rows are merged."""

Progress = Callable[[int, int], None]


def collect(
    warehouse: Warehouse,
    names: Sequence[str] = (),
    *,
    now: datetime,
    full: bool = False,
    progress: Progress | None = None,
    trigger: Trigger = "manual",
    seen: Seen | None = None,
) -> CollectResult:
    """Collect from the named projects, or from every active one.

    ``full`` reads every file from its start, whatever the checkpoints say; the result is the same.
    ``progress`` gets the number of projects done and of all; ``trigger`` is what started the run.
    ``seen`` are transcripts that were read just before.
    Raises UnknownName, WarehouseError. A run that fails is recorded if the warehouse can be
    written; otherwise ``collector.runs.record_failure`` does it later.
    """
    run = RunRecord(Stopwatch.start(now), trigger, whole=not names)
    with failure_recorded(warehouse, run.watch, trigger, whole=run.whole):
        return _collect(warehouse, names, run, full=full, progress=progress, seen=seen)


def _collect(
    warehouse: Warehouse,
    names: Sequence[str],
    run: RunRecord,
    *,
    full: bool,
    progress: Progress | None,
    seen: Seen | None,
) -> CollectResult:
    is_new = not warehouse.exists()
    if is_new:
        # Collecting creates the warehouse where there is none; queries do not.
        with warehouse.writing():
            pass
    with warehouse.reading() as con:
        selected = _selected(con, names)
        known = KnownFiles(con, warehouse)
        transcripts_before = _transcripts_before(con, warehouse)
        skills_before = skill_files.before(con)
        lacks_vectors = vectors.are_missing(con)
        zone = reporting_zone(con)
    run.skills_read = skill_files.scan(warehouse, selected, skills_before, full=full)
    lacks_vectors = lacks_vectors or any(each.read for each in run.skills_read.projects)
    with warehouse.staging_connection() as con:
        known.beside = con
        # A file of many millions of records is one batch, however large; what does not fit is
        # spilled.
        con.execute(f"set memory_limit = '{MEMORY_LIMIT_MIB} MiB'").fetchall()
        with closing(Batch(con, now=run.watch.started_at, full=full)) as batch:
            for part in _read_transcripts(transcripts_before, seen, full=full):
                run.transcripts_read = part
                # The last one with the first batch of the projects.
                if not part.is_last:
                    _stage_and_merge(warehouse, batch, run)
            _read_projects(warehouse, batch, run, selected, known, progress)
    trouble = vectors.make_vectors(warehouse)[1] if lacks_vectors else None
    new = str(warehouse.path) if is_new and not run.projects else None
    return _result(run, zone, trouble, new)


def _read_projects(
    warehouse: Warehouse,
    batch: Batch,
    run: RunRecord,
    selected: list[Project],
    known: KnownFiles,
    progress: Progress | None,
) -> None:
    """Read and merge the projects, and those again that changed before theirs were merged."""
    for attempt in range(ATTEMPTS):
        for done, project in enumerate(selected):
            if progress and not attempt:
                progress(done, len(selected))
            batch.read_project(project, known.of(project.project_id))
            if batch.is_full():
                _stage_and_merge(warehouse, batch, run)
        is_last_attempt = attempt == ATTEMPTS - 1
        _stage_and_merge(warehouse, batch, run, is_end=True, is_last=is_last_attempt)
        if run.ended:
            break
        # The registry or the file changed while these were read: read them as they are now.
        again = run.take_retries()
        with warehouse.reading(beside=batch.con) as reading:
            selected = [each for each in projects(reading) if each.project_id in again]
            known = KnownFiles(reading, warehouse)
        known.beside = batch.con


def _result(
    run: RunRecord, zone: str, trouble: str | None, new_warehouse: str | None
) -> CollectResult:
    """What the run did; ``trouble`` is what kept it from making vectors of skills."""
    mine = run.user_skills
    return CollectResult(
        run.collect_run_id,
        run.watch.started_at,
        run.projects,
        zone,
        new_warehouse,
        run.transcripts,
        (*(mine.problems if mine else ()), *([Remark(USER, "", trouble)] if trouble else ())),
        mine.notes if mine else (),
    )


def _transcripts_before(con: Connection, warehouse: Warehouse) -> Before | None:
    """What there is to go on from in the transcripts; None where none may be read."""
    if not has_rows(con, "transcript_roots"):
        return None
    # Imported here: without transcripts none of what reads them is needed.
    from collector.transcripts.scan import before

    return before(con, warehouse)


def _read_transcripts(known: Before | None, seen: Seen | None, *, full: bool) -> Iterator[Scan]:
    """What is new in the transcripts, in parts, each to be stored before the next is read."""
    if known is not None:
        from collector.transcripts.scan import scan

        yield from scan(known, full=full, seen=seen)


def _stage_and_merge(
    warehouse: Warehouse,
    batch: Batch,
    run: RunRecord,
    *,
    is_end: bool = False,
    is_last: bool = False,
) -> None:
    """Stage what was read and merge it; see ``merge`` for the last two."""
    run.projects += batch.stage()
    with warehouse.attached(batch.con, long_running=batch.is_compared_for_long):
        merge(batch, run, is_end=is_end, is_last=is_last)


def _selected(con: Connection, names: Sequence[str]) -> list[Project]:
    """The projects to collect; a main checkout before its worktrees."""
    if names:
        named = {p.project_id: p for p in (find_project(con, name) for name in names)}
        return sorted(named.values(), key=lambda p: (p.is_worktree, p.name))
    active = [project for project in projects(con) if project.is_active]
    return sorted(active, key=lambda p: (p.is_worktree, p.name))
