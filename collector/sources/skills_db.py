"""``.session-buddy/skills.db``: invocations in SQLite, as session-buddy or crackerjack's bridge do.

- session-buddy's table ``skill_invocation`` is only appended to; of later versions it has more
  columns. It is read on from the last id. ``skill_metrics`` is the writer's own count, kept for
  reconciliation. An import from a JSON document calls the session ``migrated``: it has none.
- The bridge's table ``skill_invocations`` says when a row was made and when it was completed, in
  UTC and whole seconds, and changes the row when the skill ends. It is read whole. Its
  ``skills.db`` is a folder with the database in it.

The database is never opened: a copy is (``collector/files/databases.py``).
"""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from queue import SimpleQueue

from collector.bulk.chunks import BulkFile, Chunk
from collector.bulk.reader import BulkReader
from collector.file_records import FileRecords
from collector.files import documents
from collector.files.databases import (
    Copy,
    Damaged,
    HeldByWriter,
    fingerprint,
    opened_copy,
    with_logs,
)
from collector.files.reading import digest
from collector.files.trees import Candidate, Entry, Refusal, Tree
from collector.read_results import Checkpoint, Queued, ReadAgain, Reading, shrinkage
from collector.sources import skills_db_experiments
from collector.sources.session_buddy import PLACEHOLDER_S, outcome_of
from schema.statements import statement

FOLDER = ".session-buddy"
PATH = f"{FOLDER}/skills.db"
INNER_PATH = f"{PATH}/skills.db"
IMPORTED_SESSION = "migrated"
BULK_FROM_ROWS = 1000
"""New rows below this number are read one by one."""

WHOLE_FROM_ROWS = 20_000
"""So many new rows are read in bulk together with all others, which is faster than one by one."""

CHUNK_ROWS = 2000
READ_AHEAD_CHUNKS = 125
"""DuckDB reads a table's first chunks while SQLite writes the next; fewer cost more a row."""

_BEFORE_ALL, _LAST = -(2**63), 2**63 - 1
"""Ids of SQLite."""

TABLE, BRIDGE = "skill_invocation", "skill_invocations"
_NEEDED = frozenset({"id", "skill_name", "invoked_at", "created_at"})
_FIELDS = (
    "id",
    "skill_name",
    "invoked_at",
    "session_id",
    "workflow_path",
    "completed",
    "duration_seconds",
    "alternatives_considered",
    "selection_rank",
    "follow_up_actions",
    "error_type",
)
"""The columns of the first version, in the order in which the bulk reader gets them."""
_PHASE = "workflow_phase"
WRITTEN_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""How new the state of a row is that never changes: whatever a document says is newer."""

_NO_LIST = 0
"""Stands for a value that should be a list and is not; readers of lists report it."""

Record = dict[str, object]


class SkillsDb:
    """The skill invocations that a project keeps in SQLite."""

    name = "skills_db"

    def find(self, tree: Tree) -> Iterator[Entry]:
        folder = tree.directory(FOLDER)
        # What is wrong with the folder itself is said with the document that is there.
        if not isinstance(folder, str) or not os.access(folder, os.X_OK):
            return
        path = INNER_PATH if isinstance(tree.directory(PATH), str) else PATH
        found = tree.file(path) or (tree.file(PATH) if path == INNER_PATH else None)
        if isinstance(found, Candidate):
            yield with_logs(tree, found)
        elif found is not None:
            yield found
        elif tree.file(f"{path}-wal") is not None:
            yield Refusal(path, "is missing, only its log (-wal) exists")

    def fingerprint(self, tree: Tree, candidate: Candidate) -> str:
        """That of the database and of its logs."""
        return fingerprint(candidate)

    def read(
        self,
        tree: Tree,
        candidate: Candidate,
        checkpoint: Checkpoint,
        file_records: FileRecords,
        bulk: BulkReader | None,
    ) -> Reading | Queued:
        if not candidate.status.st_size:
            return Reading("torn", "is empty")
        try:
            with opened_copy(tree, candidate) as copy:
                tables = _names(copy.con, statement("collector/sql/sqlite/tables.sql"))
                if tables >= skills_db_experiments.TABLES:
                    skills_db_experiments.read_experiments(copy.con, file_records)
                reading = _read_tables(copy, tables, checkpoint, file_records, bulk)
        except HeldByWriter:
            return Reading("torn", "another process keeps it locked")
        except Damaged as exc:
            if bulk is not None:
                bulk.discard(file_records.source_file_id)
            return Reading("malformed", str(exc))
        if copy.writer_at_work:
            note = "is being written; uncommitted changes are read at a later refresh"
            return _with(reading, note=note)
        return reading


def _with(reading: Reading | Queued, **said: str) -> Reading | Queued:
    """A reading that says more, also once its chunks were read."""
    if isinstance(reading, Reading):
        return replace(reading, **said)  # type: ignore[arg-type]  # they are fields of text
    queued = reading

    def finish() -> Reading | ReadAgain:
        answer = queued.finish()
        if isinstance(answer, ReadAgain):
            return answer
        return replace(answer, **said)  # type: ignore[arg-type]

    return Queued(finish)


def _read_tables(
    copy: Copy,
    tables: set[str],
    checkpoint: Checkpoint,
    file_records: FileRecords,
    bulk: BulkReader | None,
) -> Reading | Queued:
    if TABLE in tables:
        reading = _read_invocations(copy, tables, checkpoint, file_records, bulk)
        if BRIDGE in tables and _is_bridged(copy.con):
            return _with(reading, detail=f"its table {BRIDGE}, beside {TABLE}, is not read")
        return reading
    if BRIDGE in tables:
        return _read_bridge(copy.con, checkpoint, file_records)
    named = _names(copy.con, statement("collector/sql/sqlite/names.sql"))
    if {TABLE, BRIDGE} & named:
        raise Damaged("has a view or a virtual table instead of a table of invocations")
    raise Damaged(f"is another program's database: it has no table {TABLE}")


def _names(con: sqlite3.Connection, query: str) -> set[str]:
    return {_decoded(name) for (name,) in con.execute(query).fetchall()}


def _is_bridged(con: sqlite3.Connection) -> bool:
    """Whether the bridge's table, which is there, holds anything."""
    return con.execute(statement("collector/sql/sqlite/is_bridged.sql")).fetchone() is not None


def _decoded(text: bytes) -> str:
    """A text of the database; bytes that are not UTF-8 become what FileRecords repairs."""
    return text.decode("utf-8", "surrogateescape")


def _columns(con: sqlite3.Connection, table: str, needed: frozenset[str]) -> set[str]:
    columns_of = statement("collector/sql/sqlite/columns.sql")
    names = con.execute(columns_of, {"table": table}).fetchall()
    columns = {_decoded(name) for (name,) in names}
    if missing := sorted(needed - columns):
        raise Damaged(f"has a table {table} without {', '.join(missing)}")
    return columns


# ---------------------------------------------------------------- session-buddy's table


def _read_invocations(
    copy: Copy,
    tables: set[str],
    checkpoint: Checkpoint,
    file_records: FileRecords,
    bulk: BulkReader | None,
) -> Reading | Queued:
    con = copy.con
    columns = _columns(con, TABLE, _NEEDED)
    last = checkpoint.get("last_id")
    last = last if isinstance(last, int) else 0
    reached = statement("collector/sql/sqlite/reached.sql")
    values = {"last": last, "enough": WHOLE_FROM_ROWS}
    [(top, known, new)] = con.execute(reached, values).fetchall()
    if not isinstance(top, int | None):
        raise Damaged(f"has a table {TABLE} whose ids are not whole numbers")
    goes_on = (
        bool(last)
        and checkpoint.get("rows") == known
        and checkpoint.get("mark") == _mark(con, last)
    )
    if goes_on and not new:
        return Reading("read", unchanged=True)
    if not goes_on or new >= WHOLE_FROM_ROWS:
        goes_on, known, new = False, 0, known + new
    shape, mark = _shape(columns, tables), _mark(con, top or 0)
    writer_totals = _writer_totals(con) if "skill_metrics" in tables else None

    def reading_of(read: int) -> Reading:
        rows = known + read
        return Reading(
            "read",
            shape=shape,
            checkpoint={"last_id": top or 0, "rows": rows, "mark": mark},
            writer_totals=writer_totals,
            whole=not goes_on,
            warning=shrinkage(checkpoint.get("rows"), rows),
        )

    is_much = not goes_on and new >= BULK_FROM_ROWS
    if bulk is not None and is_much and columns.issuperset(_FIELDS):
        return _queue_rows(copy, _PHASE in columns, file_records, bulk, reading_of)
    con.text_factory = _decoded
    if goes_on and "session_id" in columns:
        earlier = statement("collector/sql/sqlite/earlier.sql")
        for name, invoked_at, session in con.execute(earlier, {"last": last}):
            file_records.count_earlier(name, invoked_at, _session(session))
    after = last if goes_on else _BEFORE_ALL
    read = 0
    for record in _records(con, "rows", {"after": after, "upto": _LAST}):
        _add(record, file_records)
        read += 1
    return reading_of(read)


def _mark(con: sqlite3.Connection, row_id: int) -> str:
    found = con.execute(statement("collector/sql/sqlite/mark.sql"), {"id": row_id}).fetchone()
    mark = found[0] if found else None
    return digest(mark if isinstance(mark, bytes) else repr(mark).encode())


def _queue_rows(
    copy: Copy,
    has_phase: bool,
    file_records: FileRecords,
    bulk: BulkReader,
    reading_of: Callable[[int], Reading],
) -> Queued:
    """Queue all rows; ``reading_of`` makes the reading once the number of rows is known."""
    queued = BulkFile(file_records, "stored", True, _read_chunk_by_record)
    name = "chunk_with_phase" if has_phase else "chunk"
    position = 0
    with closing(_answers(copy, statement(f"collector/sql/sqlite/{name}.sql"))) as answers:
        for ids, answer in answers:
            try:
                text, rows = answer()
            except sqlite3.OperationalError as exc:
                if exc.sqlite_errorname != "SQLITE_ERROR":
                    raise
                chunk = bulk.next_chunk(queued, position)
                rows = _read_rows_by_record(copy.con, ids, chunk, file_records.fresh())
            else:
                if rows:
                    bulk.add(queued, bulk.next_chunk(queued, position), [text])
                    bulk.read_ahead(READ_AHEAD_CHUNKS)
            position += rows

    def finish() -> Reading | ReadAgain:
        answer = bulk.finish(queued)
        return answer if isinstance(answer, ReadAgain) else reading_of(position)

    return Queued(finish)


_Ids = dict[str, int]


def _ranges(con: sqlite3.Connection) -> Iterator[_Ids]:
    """All rows in turn, by their ids."""
    query = statement("collector/sql/sqlite/range_end.sql")
    after = _BEFORE_ALL
    while found := con.execute(query, {"after": after, "rows": CHUNK_ROWS}).fetchone():
        yield {"after": after, "upto": found[0]}
        after = found[0]
    yield {"after": after, "upto": _LAST}


_Answer = tuple[bytes, int]


def _answers(copy: Copy, query: str) -> Generator[tuple[_Ids, Callable[[], _Answer]]]:
    """What is said of each range, in their order, while the next ones are being read."""
    free: SimpleQueue[sqlite3.Connection] = SimpleQueue()
    for con in copy.readers:
        free.put(con)

    def read(ids: _Ids) -> _Answer:
        con = free.get()
        try:
            [(text, rows)] = con.execute(query, ids).fetchall()
        finally:
            free.put(con)
        return text, rows

    begun: deque[tuple[_Ids, Future[_Answer]]] = deque()
    pool = ThreadPoolExecutor(len(copy.readers))
    try:
        for ids in _ranges(copy.con):
            begun.append((ids, pool.submit(read, ids)))
            if len(begun) > 2 * len(copy.readers):
                ids, answer = begun.popleft()
                yield ids, answer.result
        for ids, answer in begun:
            yield ids, answer.result
    finally:
        pool.shutdown(cancel_futures=True)


def _read_rows_by_record(
    con: sqlite3.Connection, ids: _Ids, chunk: Chunk, file_records: FileRecords
) -> int:
    """Rows that SQLite cannot make JSON of (some hold bytes), one by one; how many there are."""
    con.text_factory = _decoded
    for record in _records(con, "rows", ids):
        _add(record, file_records)
        chunk.records += 1
    con.text_factory = bytes
    chunk.by_record = file_records
    return chunk.records


def _read_chunk_by_record(data: bytes, file_records: FileRecords, position: int) -> int | None:
    lines = data.splitlines()
    for line in lines:
        cells = documents.parse_record(line)
        if isinstance(cells, documents.Fault):
            return None
        assert isinstance(cells, list)
        _add(dict(zip((*_FIELDS, _PHASE), cells, strict=False)), file_records)
    return len(lines)


def _add(record: Record, file_records: FileRecords) -> None:
    position = record["id"]
    assert isinstance(position, int)
    completed = file_records.verdict(record.get("completed"))
    error_type = file_records.text(record.get("error_type"))
    duration = record.get("duration_seconds")
    followups = _list_of(record.get("follow_up_actions"), [])
    alternatives = _list_of(record.get("alternatives_considered"), [])
    file_records.add(
        position,
        kind="skill",
        name=record.get("skill_name"),
        invoked_at=record.get("invoked_at"),
        session_id=_session(record.get("session_id")),
        outcome=outcome_of(completed, error_type),
        duration_ms=file_records.duration_ms(duration, placeholder=PLACEHOLDER_S),
        followup_actions=len(followups) if isinstance(followups, list) else None,
        followup_names=file_records.texts(followups),
        workflow_path=record.get("workflow_path"),
        error_type=error_type,
        alternatives_considered=file_records.texts(alternatives),
        selection_rank=record.get("selection_rank"),
        workflow_phase=record.get(_PHASE),
        unfinished=completed is False and duration is None,
        snapshot_at=WRITTEN_ONCE,
    )


def _session(value: object) -> object:
    return None if value == IMPORTED_SESSION else value


def _shape(columns: set[str], tables: set[str]) -> str:
    """The schema's versions as its writer calls them: V1, V1-3, V1+2+4."""
    versions = [1]
    versions += [2] if "embedding" in columns else []
    versions += [3] if _PHASE in columns else []
    versions += [4] if "skill_metrics_cache" in tables else []
    unbroken = versions == list(range(1, len(versions) + 1))
    if len(versions) > 1 and unbroken:
        return f"skills-db V1-{versions[-1]}"
    return f"skills-db V{'+'.join(map(str, versions))}"


def _writer_totals(con: sqlite3.Connection) -> dict[str, dict[str, float]] | None:
    try:
        found = con.execute(statement("collector/sql/sqlite/writer_totals.sql")).fetchall()
    except sqlite3.OperationalError:
        return None
    return {
        name.decode("utf-8", "replace"): {"records": records, "successes": successes}
        for name, records, successes in found
        if isinstance(name, bytes) and isinstance(records, int) and isinstance(successes, int)
    } or None


# ---------------------------------------------------------------- the bridge's table


def _read_bridge(
    con: sqlite3.Connection, checkpoint: Checkpoint, file_records: FileRecords
) -> Reading:
    _columns(con, BRIDGE, frozenset({"id", "skill_name", "created_at", "completed"}))
    con.text_factory = _decoded
    records = list(_records(con, "bridge_rows", {}))
    content = digest(repr(records).encode("utf-8", "surrogateescape"))
    if checkpoint.get("content") == content:
        return Reading("read", unchanged=True)
    for record in records:
        _add_bridged(record, file_records)
    return Reading(
        "read",
        shape="bridge",
        checkpoint={"content": content, "rows": len(records)},
        warning=shrinkage(checkpoint.get("rows"), len(records)),
    )


def _add_bridged(record: Record, file_records: FileRecords) -> None:
    position = record["id"]
    if not isinstance(position, int):
        raise Damaged(f"has a table {BRIDGE} whose ids are not whole numbers")
    made_at = _in_utc(record["created_at"])
    completed = file_records.verdict(record.get("completed"))
    error_type = file_records.text(record.get("error_type"))
    followups = _list_of(record.get("follow_up_actions"), [])
    file_records.add(
        position,
        kind="skill",
        name=record.get("skill_name"),
        invoked_at=made_at,
        session_id=record.get("session_id"),
        outcome=outcome_of(completed, error_type),
        duration_ms=file_records.duration_between(made_at, _in_utc(record.get("completed_at"))),
        followup_actions=len(followups) if isinstance(followups, list) else None,
        followup_names=file_records.texts(followups),
        error_type=error_type,
        alternatives_considered=file_records.texts(
            _list_of(record.get("alternatives_considered"), None)
        ),
        selection_rank=record.get("selection_rank"),
        workflow_phase=record.get("workflow_phase"),
        unfinished=completed is False and record.get("completed_at") is None,
    )


def _in_utc(value: object) -> object:
    """A time of SQLite's clock, which is in UTC and does not say so."""
    return f"{value}Z" if isinstance(value, str) else value


# ---------------------------------------------------------------- rows and their values


def _records(con: sqlite3.Connection, name: str, values: dict[str, int]) -> Iterator[Record]:
    cursor = con.execute(statement(f"collector/sql/sqlite/{name}.sql"), values)
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def _list_of(value: object, missing: list[object] | None) -> object:
    """A list that is stored as JSON text."""
    if value is None:
        return missing
    if not isinstance(value, str):
        return _NO_LIST
    found = documents.parse_record(value)
    return found if isinstance(found, list) else _NO_LIST
