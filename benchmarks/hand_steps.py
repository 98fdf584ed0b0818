"""Steps that do by hand, in one statement, what nothing can do much faster: the baselines."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.fleet import files
from benchmarks.steps import Told, seconds, sql


def load(root: str, file_format: str, target: str) -> Told:
    """All files of one format in one table, checkpointed to a file."""
    found = files(Path(root), file_format)
    values: dict[str, object] = {"files": [str(path) for path in found]}
    if file_format == "json":
        values["largest"] = max(path.stat().st_size for path in found) + 1024

    def work() -> int:
        with duckdb.connect(target) as con:
            con.execute("set TimeZone = 'UTC'")
            [(rows,)] = con.execute(sql(f"hand_{file_format}"), values).fetchall()
            con.execute("checkpoint")
        return int(rows)

    took, rows = seconds(work)
    return {"seconds": took, "rows": rows}


def group_by(warehouse: str) -> Told:
    """One exact group by of all rows of a warehouse by project, kind, name and day, stored."""

    def work() -> int:
        with duckdb.connect(warehouse) as con:
            con.execute("set TimeZone = 'UTC'")
            # Not what the checkpoint would do for the rows' own table.
            con.execute("set max_vacuum_tasks = 0")
            [(groups,)] = con.execute(sql("daily_by_hand")).fetchall()
            con.execute("checkpoint")
        return int(groups)

    took, groups = seconds(work)
    return {"seconds": took, "groups": groups}
