"""The baselines: one DuckDB statement that does the least possible work for the same task."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.fleet import files
from benchmarks.steps import StepOutput, sql, timed


def load(root: str, file_format: str, target: str) -> StepOutput:
    """Load all files of one format into one table and checkpoint it."""
    found = files(Path(root), file_format)
    values: dict[str, object] = {"files": [str(path) for path in found]}
    if file_format == "json":
        values["largest"] = max(path.stat().st_size for path in found) + 1024

    def work() -> int:
        with duckdb.connect(target) as con:
            con.execute("set TimeZone = 'UTC'")
            [(rows,)] = con.execute(sql(f"load_{file_format}"), values).fetchall()
            con.execute("checkpoint")
        return int(rows)

    took, rows = timed(work)
    return {"seconds": took, "rows": rows}


def group_by(warehouse: str) -> StepOutput:
    """Store one exact group by of all rows by project, kind, name and day."""

    def work() -> int:
        with duckdb.connect(warehouse) as con:
            con.execute("set TimeZone = 'UTC'")
            # Without the vacuum that the checkpoint would run on the rows' own table.
            con.execute("set max_vacuum_tasks = 0")
            [(groups,)] = con.execute(sql("group_by")).fetchall()
            con.execute("checkpoint")
        return int(groups)

    took, groups = timed(work)
    return {"seconds": took, "groups": groups}
