"""Checks that a warehouse is consistent, independently of the code that filled it.

Every block is read. Sums are added up again, and every bucket is recomputed from its rows by
separate statements, so that a fault of the refresh is not repeated here. Archived uses count as
rows. Marked buckets are left out: they are known to be stale.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aggregator.calendar import GRAINS
from aggregator.relations.create import create
from schema.contents import contents_of
from schema.engine import duckdb
from schema.interpretation import prepare_to_reread
from schema.statements import row_count, run_all, statement, used_by
from schema.warehouse import Connection

EXAMPLES = 3
"""Findings of a check that are listed in full; the others are counted."""

MEMORY_LIMIT_MIB = 1280
"""What DuckDB may use; what a check does not hold in it is spilled."""

ROWS_A_PART = {"project_days": 4_000_000, "recomputed": 500_000}
"""These checks work in parts of about so many rows: what counts of sessions and percentiles need is
not spilled. Each part reads all rows."""


@dataclass(frozen=True)
class Check:
    """A promise and what was found against it: how many cases, and a sentence for some of them."""

    name: str
    promise: str
    findings: int
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """All checks, and what was read for them. ``marked`` days are stale and were not checked."""

    checks: tuple[Check, ...]
    tables: int
    rows: int
    marked: int

    @property
    def sentences(self) -> list[str]:
        return [sentence for check in self.checks for sentence in check.sentences]


_LONGER = tuple(grain for grain in GRAINS if grain != "daily")
_CHECKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("counted_once", "Nothing is counted twice", ("",)),
    ("orphans", "Every row has its project and its file", ("",)),
    ("local_times", "Every local time is read in its project's zone", ("",)),
    ("days_of_rows", "Every row is in its day, week and month", ("",)),
    ("ledger", "Every project has the rows that were inserted", ("",)),
    ("days_add_up", "Days add up to weeks, months and all time", _LONGER),
    ("projects_add_up", "Projects add up to all of them", ("",)),
    ("paths_add_up", "Workflow paths add up to the uses", ("",)),
    ("baselines_add_up", "Projects add up in every baseline", ("",)),
    ("project_days", "Projects' days match the records", ("",)),
    ("recomputed", "Statistics match the records", GRAINS),
)
"""Name and file of each check, its promise, and the time windows it is asked for one by one."""


def verify(con: Connection, progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Check everything; ``progress`` gets the checks done and the number of checks.

    Raises duckdb.Error for a block that cannot be read, which the connection's owner translates.
    """
    [(database,)] = con.execute(statement("schema/current_database.sql")).fetchall()
    contents = contents_of(con, str(database))
    run_all(con, "aggregator/checks/marked.sql", {})
    for relation in ("invocations", "added_measures"):
        create(con, relation)
    prepare_to_reread(con)
    con.execute(f"set memory_limit = '{MEMORY_LIMIT_MIB} MiB'").fetchall()
    stored = row_count(con, "skill_usage")
    checks = []
    for done, (name, promise, windows) in enumerate(_CHECKS):
        if progress:
            progress(done, len(_CHECKS))
        parts = 1 + int(stored) // ROWS_A_PART[name] if name in ROWS_A_PART else 1
        checks.append(_check(con, name, promise, windows, parts))
    [(marked,)] = con.execute(statement("aggregator/rollups/marks.sql")).fetchall()
    rows = sum(content.rows for content in contents.values())
    return Verdict(tuple(checks), len(contents), rows, int(marked))


def _check(con: Connection, name: str, promise: str, windows: tuple[str, ...], parts: int) -> Check:
    findings = 0
    sentences: list[str] = []
    text = statement(f"aggregator/checks/{name}.sql")
    for window in windows:
        values: dict[str, object] = {"examples": EXAMPLES}
        if window:
            values["time_window"] = window
        found: list[tuple[str, str | None, str | None]] = []
        count = 0
        for part in range(parts):
            rows = _run(con, text, used_by(text, {**values, "parts": parts, "part": part}))
            count += int(rows[0][0]) if rows else 0
            found += [(about, stored, expected) for _, about, stored, expected in rows]
        findings += count
        examples = sorted(found, key=lambda each: each[0])[:EXAMPLES]
        sentences += [
            f"{about}: {_difference(stored, expected)}. Expected: {_lower(promise)}."
            for about, stored, expected in examples
        ]
        if count > len(examples):
            sentences.append(f"and {count - len(examples):,} more of these.")
    return Check(name, promise, findings, tuple(sentences))


def _run(con: Connection, text: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
    """Run a check within the limit of memory; without it where that is not enough."""
    try:
        return con.execute(text, values).fetchall()
    except duckdb.OutOfMemoryException:
        con.execute("reset memory_limit").fetchall()
        return con.execute(text, values).fetchall()


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _difference(stored: str | None, expected: str | None) -> str:
    """What is stored and what should be, in those measures that differ."""
    if stored is None or expected is None:
        return "is missing" if stored is None else "is stored, and should not be"
    if not stored.startswith("{"):
        return f"stored: {stored}, expected: {expected}"
    is_now, should = json.loads(stored), json.loads(expected)
    return ", ".join(
        f"{name} is {is_now[name]}, should be {should[name]}"
        for name in is_now
        if is_now[name] != should[name]
    )
