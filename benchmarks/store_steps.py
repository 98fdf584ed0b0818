"""Steps that make and scan a project's SQLite database."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from benchmarks import volume
from benchmarks.steps import StepOutput, sql, timed

_PROMPT_TEXTS = 3
"""A prompt is so many times as long as in a document: a row has about 240 bytes."""

_INSERT = """
insert into skill_invocation (
    skill_name, invoked_at, session_id, workflow_path, completed, duration_seconds, user_query,
    alternatives_considered, selection_rank, follow_up_actions, error_type, created_at,
    workflow_phase
)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def make_store(file: str, rows: int, seed: int) -> StepOutput:
    """Make a database in session-buddy's layout with so many invocations."""
    Path(file).parent.mkdir(parents=True)

    sqlite3.register_adapter(datetime, _naive)
    sqlite3.register_adapter(tuple, _list)

    def work() -> None:
        with closing(sqlite3.connect(file)) as con:
            con.execute("pragma journal_mode = wal").fetchall()
            con.execute(sql("sqlite/skills_db"))
            with con:
                con.executemany(_INSERT, _rows(rows, seed))

    took, _ = timed(work)
    return {"seconds": took, "bytes": Path(file).stat().st_size}


def _rows(count: int, seed: int) -> Iterator[tuple[object, ...]]:
    """The same uses as in a document, with naive UTC times and the phase of their workflow."""
    rng = random.Random(seed)
    for use in volume.uses(rng, count):
        query = use.user_query and " ".join([use.user_query] * _PROMPT_TEXTS)
        phase = rng.choice((None, "setup", "execution"))
        yield (*use._replace(user_query=query), f"{use.invoked_at:%Y-%m-%d %H:%M:%S}", phase)


def _naive(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat()


def _list(texts: tuple[str, ...]) -> str | None:
    return json.dumps(texts) if texts else None


def scan_store(file: str) -> StepOutput:
    """SQLite's own scan: fetch every row with all its columns."""

    def work() -> int:
        with closing(sqlite3.connect(file)) as con:
            return sum(1 for _ in con.execute("select * from skill_invocation"))

    took, rows = timed(work)
    return {"seconds": took, "rows": rows}
