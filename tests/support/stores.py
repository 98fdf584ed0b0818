"""Databases as their writers keep them, made and written to by SQLite itself."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

STORE = ".session-buddy/skills.db"
BRIDGE = ".session-buddy/skills.db/skills.db"
VERSIONS = ((1,), (1, 2), (1, 2, 3), (1, 2, 4), (1, 2, 3, 4))
"""Those that are met: the later ones add an embedding, the phase, and tables of their own."""

_FIRST = """
create table skill_invocation (
    id integer primary key autoincrement,
    skill_name text not null,
    invoked_at text not null,
    session_id text not null,
    workflow_path text,
    completed boolean not null default 0,
    duration_seconds real,
    user_query text,
    alternatives_considered text,
    selection_rank integer,
    follow_up_actions text,
    error_type text,
    created_at text not null default (datetime('now'))
);
create index invocation_session on skill_invocation (session_id);
create table skill_metrics (
    skill_name text primary key,
    total_invocations integer not null default 0,
    completed_invocations integer not null default 0
);
create trigger counted after insert on skill_invocation
begin
    insert or ignore into skill_metrics (skill_name) values (new.skill_name);
    update skill_metrics
    set
        total_invocations = total_invocations + 1,
        completed_invocations = completed_invocations + new.completed
    where skill_name = new.skill_name;
end;
"""
_LATER = {
    2: "alter table skill_invocation add column embedding blob;",
    3: "alter table skill_invocation add column workflow_phase text;"
    "alter table skill_invocation add column workflow_step_id text;",
    4: "create table skill_metrics_cache (skill_name text primary key);",
}
_BRIDGED = """
create table skill_invocations (
    id integer primary key autoincrement,
    session_id text not null,
    skill_name text not null,
    user_query text,
    workflow_phase text,
    alternatives_considered text,
    selection_rank integer,
    completed boolean default false,
    error_type text,
    follow_up_actions text,
    created_at timestamp default current_timestamp,
    completed_at timestamp
);
"""

EXPERIMENT_TABLES = """
create table ab_test_configs (
    test_id integer primary key autoincrement, test_name text not null unique, description text,
    control_strategy text not null, treatment_strategy text not null, start_date text not null,
    end_date text, min_sample_size integer default 100, metrics text,
    assignment_ratio real default 0.5, status text default 'running'
);
create table ab_test_assignments (
    assignment_id integer primary key autoincrement, test_id integer not null,
    user_id text not null, group_name text not null, unique (test_id, user_id)
);
create table ab_test_outcomes (
    outcome_id integer primary key autoincrement, test_id integer not null, user_id text not null,
    skill_name text not null, completed boolean not null, duration_seconds real,
    user_rating real, recorded_at text not null
);
"""


def make_store(
    project: Path, versions: Iterable[int] = (1, 2, 3, 4), *, journal: str = "delete"
) -> Path:
    """A new ``skills.db`` of these schema versions, without rows."""
    file = project / STORE
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as con:
        con.execute(f"pragma journal_mode = {journal}")
        con.executescript(_FIRST)
        for version in versions:
            con.executescript(_LATER.get(version, ""))
    return file


def make_bridge(project: Path) -> Path:
    """A new database of the bridge, in the folder that is called ``skills.db``."""
    file = project / BRIDGE
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as con:
        con.executescript(_BRIDGED)
    return file


def store(file: Path, records: Iterable[Mapping[str, Any]], created_at: str | None = None) -> None:
    """Write records as session-buddy does: an empty list becomes null."""
    with closing(sqlite3.connect(file)) as con, con:
        for record in records:
            values = dict(record)
            for name in ("alternatives_considered", "follow_up_actions"):
                if isinstance(values.get(name), list):
                    values[name] = json.dumps(values[name]) if values[name] else None
            if created_at is not None:
                values.setdefault("created_at", created_at)
            insert(con, "skill_invocation", values)


def bring_in(file: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Import a document's records as session-buddy's script does: no session, no second equal."""
    with closing(sqlite3.connect(file)) as con:
        known = set(con.execute("select skill_name, invoked_at from skill_invocation").fetchall())
    fresh = []
    for record in records:
        key = (record["skill_name"], record["invoked_at"])
        if key not in known:
            known.add(key)
            fresh.append({**record, "session_id": "migrated"})
    store(file, fresh)


def insert(con: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> None:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    con.execute(f"insert into {table} ({names}) values ({marks})", tuple(values.values()))


def insert_bridged(file: Path, names: Iterable[str]) -> None:
    """Rows of the bridge, a minute apart; every other one has ended."""
    with closing(sqlite3.connect(file)) as con, con:
        for number, name in enumerate(names):
            row: dict[str, Any] = {
                "session_id": f"c-{number}",
                "skill_name": name,
                "workflow_phase": "fast",
                "alternatives_considered": "[]",
                "created_at": f"2026-08-03 09:{number:02}:00",
            }
            if number % 2:
                ended_at = f"2026-08-03 09:{number:02}:05"
                row |= {"completed": 1, "follow_up_actions": '["test"]', "completed_at": ended_at}
            insert(con, "skill_invocations", row)


def run_sql(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as con, con:
        for each in statements:
            con.execute(each)


_WRITER = """
import sqlite3, sys
con = sqlite3.connect(sys.argv[1], isolation_level=None)
for each in sys.argv[2:]:
    con.execute(each).fetchall()
print('there', flush=True)
for line in sys.stdin:
    con.execute(line).fetchall()
    print('done', flush=True)
"""


class Writer:
    """Another process that has the database open."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, statement: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(statement + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"

    def kill(self) -> None:
        """End it as a crash does: nothing is closed, logs and journals stay."""
        self._process.kill()
        self._process.wait()


@contextmanager
def writer(file: Path, *statements: str) -> Iterator[Writer]:
    """A process that ran these statements and keeps its connection until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(file), *statements],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        yield Writer(process)
        assert process.stdin is not None
        process.stdin.close()
