"""Merging a batch: staged rows, checkpoints and the run's record go into the warehouse together."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Set

from collector.batch import ALIKE, Batch
from collector.outdated import leave_out, outdated
from collector.projects.sharing import Sharing, share
from collector.results import ProjectResult, Remark
from collector.run_record import RunRecord, project_entry
from collector.skill_files import storing as skill_files
from collector.skill_files.scan import USER
from collector.transcripts.counting import decide_counted
from schema import zones
from schema.interpretation import reread_if_zones_changed
from schema.loading import FEW_ROWS, loading
from schema.statements import has_rows, row_count, run_all, statement
from schema.warehouse import Connection, reporting_zone

COMPACT_EVERY = 8
"""Every 8th run of a large warehouse compacts partially filled row groups."""

MANY_ROWS = 20_000
"""From this many staged rows on, zone offsets are looked up by day; and from so many changes on,
they are not put into a table of their own."""


def merge(batch: Batch, run: RunRecord, *, is_end: bool, is_last: bool) -> None:
    """Merge what is staged and record the run, all in one transaction.

    Projects that changed in the registry since they were read are left out. ``is_end``: no more
    batches follow. ``is_last``: what is left out is not read again.
    """
    con = batch.con
    registered = {row[0] for row in con.execute(statement("schema/registered.sql")).fetchall()}
    _leave_out_outdated(batch, run, registered)
    # Ended before it is stored: the run's record is in the same transaction as its last rows, so
    # that a run which is killed is never found ended.
    run.end(is_end and (is_last or not run.retries))
    if not run.collect_run_id:
        [(last,)] = con.execute(statement("collector/sql/last_run.sql")).fetchall()
        run.collect_run_id = (last or 0) + 1
    compacts = _rows(con) <= FEW_ROWS or run.collect_run_id % COMPACT_EVERY == 0
    with loading(con, compacts=compacts):
        # First the time zones, as rows are put on days by them.
        reread_if_zones_changed(con)
        _store_transcripts(con, run)
        _merge_staged(batch, run)
        if run.ended:
            _store_skill_files(con, run)
        # After both kinds of rows: a project's own decide which of its transcripts' rows count.
        decide_counted(con)
        run_all(con, "collector/sql/collect_run.sql", _run_values(run, registered))
        batch.forget_rows()
    batch.clear()


def _leave_out_outdated(batch: Batch, run: RunRecord, registered: Set[str]) -> None:
    con = batch.con
    if run.collect_run_id and not _is_stored(con, run):
        # Another file has taken the warehouse's place: nothing of this run is in it.
        for entry in run.projects:
            is_there = entry.project_id in registered
            run.outdated[entry.project_id] = "rewound" if is_there else "gone"
        run.collect_run_id = 0
    run.outdated |= outdated(con, batch.assumed)
    leave_out(con, run.outdated)
    for entry in run.projects:
        if entry.project_id in run.outdated:
            entry.leave_out()


def _store_transcripts(con: Connection, run: RunRecord) -> None:
    """What was read of transcripts, once, and each project's part of it."""
    if run.transcripts_read is not None:
        from collector.transcripts.storing import store

        stored = store(
            con,
            run.transcripts_read,
            now=run.watch.started_at,
            collect_run_id=run.collect_run_id,
        )
        run.transcripts_read = None
        if run.transcripts is None:
            run.transcripts = stored
        else:
            run.transcripts.add(stored)
    if run.transcripts is not None:
        for entry in run.projects:
            inserted, updated = run.transcripts.shares.get(entry.project_id, (0, 0))
            entry.transcripts_inserted, entry.transcripts_updated = inserted, updated


def _store_skill_files(con: Connection, run: RunRecord) -> None:
    """The skill files that were read, and what a person should hear of them."""
    if run.skills_read is None:
        return
    stored = skill_files.store(
        con, run.skills_read, now=run.watch.started_at, left_out=run.outdated
    )
    run.skills_read = None
    run.user_skills = stored.projects.get(USER)
    for entry in run.projects:
        if found := stored.projects.get(entry.project_id):
            entry.skill_files = found.files
            entry.skill_files_read = len(found.read)
            entry.problems += found.problems
            entry.notes += found.notes


def _merge_staged(batch: Batch, run: RunRecord) -> None:
    """Staged rows, recommendations, workflows, rejects and checkpoints into their tables."""
    con = batch.con
    values: dict[str, object] = {
        "now": run.watch.started_at.isoformat(),
        "collect_run_id": run.collect_run_id,
    }
    # The project of each file, although its rows may be another project's, see ``share``.
    readers = dict(con.execute(statement("collector/sql/projects_of_files.sql")).fetchall())
    if has_rows(con, "staged_retractions"):
        run_all(con, "collector/sql/retractions.sql", values)
    _note_sharing(run, share(con, batch.places))
    if not readers:
        return
    has_databases = _has_databases(con)
    if has_databases:
        run_all(con, "collector/sql/imported.sql", values)
    if has_databases or _are_shared(con):
        run_all(con, ALIKE, {})
    zones.prepare(con, [reporting_zone(con)], many=row_count(con, "staged") > MANY_ROWS)
    run_all(con, "collector/sql/repeated.sql", values)
    if has_rows(con, "archived_projects"):
        run_all(con, "collector/sql/archived.sql", values)
    _find_matches(con)
    run_all(con, "collector/sql/merge.sql", {**values, "changes": _changes(con)})
    _count_changes(con, run.projects, readers)
    if has_databases:
        run_all(con, "collector/sql/experiments.sql", {})
    run_all(con, "collector/sql/files.sql", values)


def _find_matches(con: Connection) -> None:
    """Stored rows of the identities that arrive, as the table ``matches``."""
    run_all(con, "collector/sql/matches/arriving.sql", {})
    # Each way reads columns of all stored rows, and most runs need one of them.
    for way in con.execute(statement("collector/sql/matches/ways.sql")).fetchall():
        run_all(con, f"collector/sql/matches/{way[0]}.sql", {})


def _changes(con: Connection) -> str:
    """The view or the table that has the rows to be stored.

    Few are put into a table: each of the statements that read them would look for them among all
    that is staged, and planning that takes longer than storing them.
    """
    run_all(con, "collector/sql/changes.sql", {})
    [(most,)] = con.execute(statement("collector/sql/most_changes.sql")).fetchall()
    if most > MANY_ROWS:
        return "changes"
    run_all(con, "collector/sql/few_changes.sql", {})
    return "few_changes"


def _run_values(run: RunRecord, registered: Set[str]) -> dict[str, object]:
    return {
        "now": run.watch.started_at.isoformat(),
        "collect_run_id": run.collect_run_id,
        "synced": [
            each.project_id
            for each in run.projects
            if (each.files or not each.problems) and each.project_id not in run.outdated
        ],
        "ended_at": run.watch.time().isoformat(),
        "trigger": run.trigger,
        "whole": run.whole,
        "process_id": os.getpid(),
        "outcome": run.outcome,
        "transcripts": None if run.transcripts is None else json.dumps(run.transcripts.counts()),
        # A project that was purged since it was read must not be named anywhere.
        "projects": json.dumps(
            [project_entry(each) for each in run.projects if each.project_id in registered]
        ),
    }


def _note_sharing(run: RunRecord, found: list[Sharing]) -> None:
    for entry in run.projects:
        for each in found:
            if each.project_id == entry.project_id:
                entry.notes.append(Remark(entry.project_name, "", each.sentence))


def _is_stored(con: Connection, run: RunRecord) -> bool:
    """Whether the warehouse has the batches of this run that were merged before."""
    query = statement("collector/sql/run_of_process.sql")
    values = {
        "id": run.collect_run_id,
        "process": os.getpid(),
        "started_at": run.watch.started_at.isoformat(),
    }
    return bool(con.execute(query, values).fetchall())


def _rows(con: Connection) -> int:
    """About how many rows there will be: stored and staged ones."""
    return row_count(con, "skill_usage") + row_count(con, "staged")


def _are_shared(con: Connection) -> bool:
    """Whether any staged row was given to its owner, and by that to another place in its table."""
    found = con.execute(statement("collector/sql/staged_shared.sql")).fetchall()
    return bool(found)


def _has_databases(con: Connection) -> bool:
    """Whether any project keeps invocations in a database: only those hold imports."""
    found = con.execute(statement("collector/sql/databases.sql")).fetchall()
    return bool(found)


def _count_changes(con: Connection, results: list[ProjectResult], readers: dict[int, str]) -> None:
    inserted: Counter[str] = Counter()
    updated: Counter[str] = Counter()
    counts = con.execute(statement("collector/sql/change_counts.sql")).fetchall()
    for file_id, new, changed in counts:
        inserted[readers[file_id]] += new
        updated[readers[file_id]] += changed
    entries = con.execute(statement("collector/sql/recommendations.sql")).fetchall()
    for (file_id,) in entries:
        inserted[readers[file_id]] += 1
    for file_id, new, changed in _store_workflows(con):
        inserted[readers[file_id]] += new
        updated[readers[file_id]] += changed
    for entry in results:
        if entry.project_id not in readers.values():
            continue
        entry.inserted = inserted[entry.project_id]
        entry.updated = updated[entry.project_id]
        entry.unchanged = (
            entry.records_read - entry.inserted - entry.updated - entry.rejected - entry.ignored
        )


def _store_workflows(con: Connection) -> list[tuple[int, int, int]]:
    """Per file how many workflows are new and how many changed."""
    run_all(con, "collector/sql/workflows.sql", {})
    counts = statement("collector/sql/workflow_counts.sql")
    return con.execute(counts).fetchall()
