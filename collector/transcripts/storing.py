"""What was read of the transcripts goes into the warehouse, in the transaction of its run.

The pieces of uses and runs are merged with those that are stored, and rows are written where they
come out differently. Merging is the same in any order and however often, so nothing that another
process stored meanwhile is lost or told twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import structs

from collector.transcripts import folders
from collector.transcripts import kept_pieces as kept
from collector.transcripts.facts import Facts, Use
from collector.transcripts.reconcile import Row, names_of
from collector.transcripts.scan import REJECTS_KEPT, ReadFile, Scan, path_digest
from schema import zones
from schema.spelling import command
from schema.statements import run_all, statement
from schema.warehouse import Connection, reporting_zone

MANY_ROWS = 20_000
_CHUNK_ROWS = 10_000


@dataclass
class TranscriptsRun:
    """What a run did with transcripts, in numbers of files and of records.

    ``unattributed`` are uses that belong to no registered project; they are counted, not stored.
    ``shares`` are rows inserted and updated by project. ``problems`` want a person; ``notes`` do
    not.
    """

    files: int = 0
    files_unchanged: int = 0
    records_read: int = 0
    inserted: int = 0
    updated: int = 0
    rejected: int = 0
    ignored: int = 0
    unattributed: int = 0
    shares: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: TranscriptsRun) -> None:
        """Count another part of the same run as well."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for project_id, (inserted, updated) in other.shares.items():
            before = self.shares.get(project_id, (0, 0))
            self.shares[project_id] = (before[0] + inserted, before[1] + updated)
        self.problems += other.problems
        self.notes += other.notes

    def counts(self) -> dict[str, int]:
        """The numbers by their names."""
        return {name: getattr(self, name) for name in COUNTS}


COUNTS = (
    "files",
    "files_unchanged",
    "records_read",
    "inserted",
    "updated",
    "rejected",
    "ignored",
    "unattributed",
)


def store(con: Connection, found: Scan, *, now: datetime, collect_run_id: int) -> TranscriptsRun:
    """Merge what was read and write down how far; call it in the run's transaction.

    Of a folder that is no longer enabled, and of a file that another process read on meanwhile,
    nothing is taken: the next run reads it from what is stored then.
    """
    enabled = set(con.execute(statement("collector/sql/transcripts/root_paths.sql")).fetchall())
    done = TranscriptsRun(found.files, found.files_unchanged)
    stored = _checkpoints(con, found)
    taken = [
        each
        for each in found.read
        if (each.root.source, each.root.path) in enabled
        and (each.base is None or stored.get(_place(each)) == each.base)
    ]
    for each in taken:
        done.records_read += each.records
        done.rejected += each.rejected
        done.ignored += each.ignored
        done.unattributed += each.facts.unattributed
    rows, withdrawn, origins = _merge(con, [each.facts for each in taken])
    values: dict[str, object] = {"now": now.isoformat(), "collect_run_id": collect_run_id}
    if withdrawn:
        run_all(con, "collector/sql/transcripts/withdraw.sql", {"keys": withdrawn})
    if rows:
        _write_rows(con, rows, values, done)
    if origins:
        _write_origins(con, origins)
    _write_files(con, found, taken, enabled, values)
    _remember(con, found.found_worktrees)
    _tell(found, taken, done)
    return done


def _place(file: ReadFile) -> tuple[str, str, str]:
    return file.root.source, file.root.path, file.path


def _checkpoints(con: Connection, found: Scan) -> dict[tuple[str, str, str], bytes]:
    paths = [each.path for each in found.read if each.base is not None]
    if not paths:
        return {}
    rows = con.execute(
        statement("collector/sql/transcripts/checkpoints.sql"),
        {"paths": paths},
    ).fetchall()
    return {(source, root, path): checkpoint for source, root, path, checkpoint in rows}


def _merge(
    con: Connection, facts: list[Facts]
) -> tuple[list[Row], list[str], dict[str, str | None]]:
    """Store the pieces that are new; return the rows that they have a part in, the keys of rows
    that must not be there, and what resumed and forked sessions go on with."""
    if not any(each.uses or each.agents or each.sessions for each in facts):
        return [], [], {}
    registered = con.execute(statement("schema/registered.sql")).fetchall()
    active = {project_id for project_id, _, _, is_active in registered if is_active}
    facts = [_of_projects(each, active) for each in facts]
    pieces = kept.related_pieces(con, names_of(facts))
    for each in facts:
        pieces.add(each)
    new = pieces.take_new()
    if not new:
        return [], [], {}
    kept.replace(con, new)
    return list(pieces.rows(new)), pieces.withdrawn(new), pieces.origins(new)


def _write_origins(con: Connection, origins: dict[str, str | None]) -> None:
    values = {"sessions": list(origins), "origins": list(origins.values())}
    run_all(con, "collector/sql/transcripts/origins.sql", values)


def _of_projects(facts: Facts, active: set[str]) -> Facts:
    """The facts without what belongs to a project that left the registry while they were read."""
    if all(use.owner is None or use.owner in active for use in facts.uses):
        return facts
    of_projects: list[Use] = []
    for use in facts.uses:
        if use.owner is None or use.owner in active:
            of_projects.append(use)
        elif use.kind == "agent":
            # Skills inside it may be another project's, and end as it does.
            of_projects.append(structs.replace(use, owner=None, name=None, result_name=None))
    return structs.replace(facts, uses=tuple(of_projects))


def _write_rows(
    con: Connection, rows: Sequence[Row], values: Mapping[str, object], done: TranscriptsRun
) -> None:
    con.execute(statement("collector/sql/transcripts/staged_rows.sql")).fetchall()
    appender = con.appender("transcript_rows")
    for row in rows:
        appender.append_row(*_columns(row))
    appender.flush()
    zones.prepare(con, [reporting_zone(con)], many=len(rows) > MANY_ROWS)
    run_all(con, "collector/sql/transcripts/rows.sql", values)
    counts = con.execute(statement("collector/sql/transcripts/changes_by_project.sql")).fetchall()
    for project_id, inserted, updated in counts:
        done.shares[project_id] = (inserted, updated)
        done.inserted += inserted
        done.updated += updated


def _columns(row: Row) -> tuple[object, ...]:
    tokens = row.tokens
    three = (tokens.input, tokens.output, tokens.cache) if tokens else (None, None, None)
    total = tokens.total if tokens else None
    if total is None and any(count is not None for count in three):
        total = sum(count or 0 for count in three)
    return (
        row.key,
        row.source,
        row.owner,
        row.kind,
        row.name,
        row.trigger,
        row.invoked_us,
        row.session_id,
        row.outcome,
        row.error_type,
        row.duration_ms,
        row.evidence_us,
        *three,
        total,
    )


def _write_files(
    con: Connection,
    found: Scan,
    taken: list[ReadFile],
    enabled: set[tuple[str, str]],
    values: Mapping[str, object],
) -> None:
    con.execute(statement("collector/sql/transcripts/staged_files.sql")).fetchall()
    known = _known_files(con, [_place(each) for each in taken if _adds(each)])
    appender = con.appender("read_transcripts")
    for each in taken:
        earlier = known.get(_place(each)) if _adds(each) else None
        appender.append_row(*_place(each), *_file_columns(each, earlier or _Known()))
    appender.flush()
    _stage_gone(con, found)
    run_all(con, "collector/sql/transcripts/files.sql", values)
    seen = [place for place in found.present if place in enabled]
    for source, path in seen:
        con.execute(
            statement("collector/sql/transcripts/note_read.sql"),
            {
                "now": values["now"],
                "projects": found.before.digest(),
                "source": source,
                "path": path,
            },
        ).fetchall()


@dataclass(frozen=True)
class _Known:
    """What is stored of a file to which more is added."""

    checkpoint: bytes | None = None
    records: int = 0
    rejected: int = 0
    ignored: int = 0
    unattributed: int = 0
    rejects: str = "[]"
    unknown_types: str = "{}"
    versions: Sequence[str] = ()


def _adds(file: ReadFile) -> bool:
    """Whether the file keeps what is known of it: it was read on, or could not be read."""
    return file.base is not None or file.refused is not None


def _known_files(
    con: Connection, places: list[tuple[str, str, str]]
) -> dict[tuple[str, str, str], _Known]:
    """What is stored of these files."""
    if not places:
        return {}
    values = {"paths": [path for _, _, path in places]}
    rows = con.execute(statement("collector/sql/transcripts/known_files.sql"), values).fetchall()
    return {(row[0], row[1], row[2]): _Known(*row[3:]) for row in rows}


def _file_columns(file: ReadFile, earlier: _Known) -> tuple[object, ...]:
    rejects, types = earlier.rejects, earlier.unknown_types
    if file.rejects:
        added = [[each.line, each.reason] for each in file.rejects]
        rejects = json.dumps([*json.loads(rejects), *added][:REJECTS_KEPT])
    if file.unknown_types:
        types = json.dumps(Counter(json.loads(types)) + file.unknown_types)
    return (
        "read" if file.refused is None else "refused",
        file.refused,
        file.fingerprint,
        earlier.checkpoint if file.refused is not None else file.checkpoint,
        file.size_bytes,
        file.modified_us,
        earlier.records + file.records,
        earlier.rejected + file.rejected,
        earlier.ignored + file.ignored,
        earlier.unattributed + file.facts.unattributed,
        rejects,
        types,
        sorted({*earlier.versions, *file.versions}),
    )


def _stage_gone(con: Connection, found: Scan) -> None:
    """Files that are no longer there. Their rows stay; nothing needs to be known of the files."""
    con.execute(statement("collector/sql/transcripts/gone.sql")).fetchall()
    for (source, root), present in found.present.items():
        values = {"source": source, "root": root}
        rows = con.execute(statement("collector/sql/transcripts/paths_of_root.sql"), values)
        gone: list[str] = []
        while chunk := rows.fetchmany(_CHUNK_ROWS):
            gone += [path for (path,) in chunk if path_digest(path) not in present]
        appender = con.appender("gone_transcripts")
        for path in gone:
            appender.append_row(source, root, path)
        appender.flush()


def _remember(con: Connection, worktrees: Mapping[str, str]) -> None:
    for folder, repository in sorted(worktrees.items()):
        folders.stand_for(con, folder, repository)


def _tell(found: Scan, taken: list[ReadFile], done: TranscriptsRun) -> None:
    """What a person should hear; only what can be mended is a problem."""
    for root, refusal in found.refusals:
        said = f"{root.source}: {refusal.path} {refusal.reason}"
        (done.problems if refusal.reason.startswith("cannot") else done.notes).append(said)
    for each in taken:
        if each.refused is not None:
            done.problems.append(f"{each.root.source}: {each.path} {each.refused}")
    reasons: Counter[str] = Counter()
    for each in taken:
        reasons.update({f"{each.root.source}: {each.path}": each.rejected} if each.rejected else {})
    for place, number in sorted(reasons.items()):
        lines = "line was" if number == 1 else "lines were"
        done.notes.append(f"{place}: {number} {lines} rejected; `{command('doctor')}` says why")
