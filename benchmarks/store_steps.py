"""Steps around a project's SQLite database."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from benchmarks.moments import END
from benchmarks.steps import Told, seconds, sql

_INSERT = """
insert into skill_invocation (
    skill_name, invoked_at, session_id, workflow_path, completed, duration_seconds, user_query,
    alternatives_considered, selection_rank, follow_up_actions, error_type, created_at,
    workflow_phase
)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def make_store(file: str, rows: int, seed: int) -> Told:
    """A database as session-buddy keeps it, filled with so many invocations."""
    Path(file).parent.mkdir(parents=True)

    def work() -> None:
        with closing(sqlite3.connect(file)) as con:
            con.execute("pragma journal_mode = wal").fetchall()
            con.execute(sql("skills_db"))
            with con:
                con.executemany(_INSERT, _rows(rows, seed))

    took, _ = seconds(work)
    return {"seconds": took, "bytes": Path(file).stat().st_size}


def _rows(count: int, seed: int) -> Iterator[tuple[object, ...]]:
    dice = random.Random(seed)
    for number in range(count):
        when = END - timedelta(seconds=30 * (count - number), microseconds=dice.randrange(10**6))
        written = when.replace(tzinfo=None)
        yield (
            f"skill-{int(dice.expovariate(0.1))}",
            written.isoformat(),
            f"session-{number // 20}",
            dice.choice([None, "quick", "comprehensive"]),
            dice.random() < 0.9,
            round(dice.expovariate(0.02), 6),
            "what somebody asked for " * dice.randrange(1, 8),
            dice.choice([None, '["another-skill", "a-third-one"]']),
            dice.choice([None, 1, 2]),
            dice.choice([None, '["git commit"]', '["run tests", "git commit"]']),
            dice.choice([None, None, None, "TimeoutError"]),
            written.strftime("%Y-%m-%d %H:%M:%S"),
            dice.choice([None, "setup", "execution"]),
        )


def scan_store(file: str) -> Told:
    """SQLite's own scan: every row of the table with all its columns, handed to Python."""

    def work() -> int:
        with closing(sqlite3.connect(file)) as con:
            return sum(1 for _ in con.execute("select * from skill_invocation"))

    took, rows = seconds(work)
    return {"seconds": took, "rows": rows}
