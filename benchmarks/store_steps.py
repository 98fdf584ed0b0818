"""Steps that make and scan a project's SQLite database."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
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

    def work() -> None:
        with closing(sqlite3.connect(file)) as con:
            con.execute("pragma journal_mode = wal").fetchall()
            con.execute(sql("skills_db"))
            with con:
                con.executemany(_INSERT, _rows(rows, seed))

    took, _ = timed(work)
    return {"seconds": took, "bytes": Path(file).stat().st_size}


def _rows(count: int, seed: int) -> Iterator[tuple[object, ...]]:
    """The same uses as in a document, with naive UTC times and the phase of their workflow."""
    rng = random.Random(seed)
    for use in volume.uses(rng, count):
        written = use.invoked_at.replace(tzinfo=None)
        yield (
            use.skill_name,
            written.isoformat(),
            use.session_id,
            use.workflow_path,
            use.completed,
            use.duration_seconds,
            use.user_query and " ".join([use.user_query] * _PROMPT_TEXTS),
            _list(use.alternatives_considered),
            use.selection_rank,
            _list(use.follow_up_actions),
            use.error_type,
            f"{written:%Y-%m-%d %H:%M:%S}",
            rng.choice((None, "setup", "execution")),
        )


def _list(texts: Sequence[str]) -> str | None:
    return json.dumps(texts) if texts else None


def scan_store(file: str) -> StepOutput:
    """SQLite's own scan: fetch every row with all its columns."""

    def work() -> int:
        with closing(sqlite3.connect(file)) as con:
            return sum(1 for _ in con.execute("select * from skill_invocation"))

    took, rows = timed(work)
    return {"seconds": took, "rows": rows}
