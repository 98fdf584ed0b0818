"""Steps that load the same documents in other usual ways.

All read ``skill_metrics.json`` and store the same fields as the collector, under the same identity
where they have one. ``limit`` stops after so many records; each returns its seconds and records, to
compare the cost per record.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.fleet import files
from benchmarks.steps import StepOutput, sql, timed

Stored = tuple[Any, ...]


def reference(root: str, target: str, limit: int | None = None) -> StepOutput:
    """A connection and an insert for every record."""
    import duckdb

    def work() -> int:
        with duckdb.connect(target) as con:
            con.execute(sql("reference_table"))
        count = 0
        for count, record in enumerate(_records(root, limit), start=1):  # noqa: B007
            with duckdb.connect(target) as con:
                con.execute(sql("reference_insert"), record)
        return count

    took, count = timed(work)
    return {"seconds": took, "records": count}


def executemany(root: str, target: str, limit: int | None = None) -> StepOutput:
    """Python's json and one executemany in one transaction; no identity, so no merge."""
    import duckdb

    def work() -> int:
        with duckdb.connect(target) as con:
            con.execute(sql("plain_table"))
            records = list(_records(root, limit))
            con.execute("begin")
            con.executemany(sql("plain_insert"), records)
            con.execute("commit")
        return len(records)

    took, count = timed(work)
    return {"seconds": took, "records": count}


def sqlite(root: str, target: str, limit: int | None = None) -> StepOutput:
    """Python's json and sqlite, one executemany in one transaction."""

    def work() -> int:
        con = sqlite3.connect(target)
        with con:
            con.execute(sql("reference_table"))
            count = con.executemany(sql("reference_insert"), _records(root, limit)).rowcount
        con.close()
        return count

    took, count = timed(work)
    return {"seconds": took, "records": count}


def polars(root: str, target: str, limit: int | None = None) -> StepOutput:
    """polars reads each document; DuckDB stores the frames, without identity."""
    import duckdb
    import polars as pl

    fields: dict[str, Any] = {
        "skill_name": pl.String,
        "invoked_at": pl.String,
        "session_id": pl.String,
        "workflow_path": pl.String,
        "completed": pl.Boolean,
        "duration_seconds": pl.Float64,
        "alternatives_considered": pl.List(pl.String),
        "selection_rank": pl.Int32,
        "follow_up_actions": pl.List(pl.String),
        "error_type": pl.String,
    }
    layout = {"invocations": pl.List(pl.Struct(fields))}

    def frame(path: Path) -> pl.DataFrame:
        read = pl.read_json(path, schema=layout).explode("invocations").unnest("invocations")
        moments = pl.col("invoked_at").str.slice(0, 26).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f")
        return read.with_columns(moments, project_id=pl.lit(str(path.parents[1])))

    def work() -> int:
        parquet = Path(target).with_suffix(".parquet")
        pl.concat([frame(path) for path in files(Path(root), "json")]).write_parquet(parquet)
        with duckdb.connect(target) as con:
            [(count,)] = con.execute(
                "create table skill_usage as select * from read_parquet($path)",
                {"path": str(parquet)},
            ).fetchall()
        parquet.unlink()
        return int(count)

    took, count = timed(work)
    return {"seconds": took, "records": count}


def dlt(root: str, target: str, limit: int | None = None) -> StepOutput:
    """dlt merges into DuckDB on the same identity."""
    loader: Any = import_module("dlt")

    names = [
        "project_id",
        "skill_name",
        "invoked_at",
        "session_id",
        "occurrence",
        "workflow_path",
        "completed",
        "duration_seconds",
        "follow_up_actions",
        "error_type",
        "alternatives",
        "selection_rank",
    ]
    pipeline = loader.pipeline(
        "skills",
        pipelines_dir=str(Path(target).with_suffix(".dlt")),
        destination=loader.destinations.duckdb(target),
        dataset_name="skills",
    )
    resource = loader.resource(
        (dict(zip(names, record, strict=True)) for record in _records(root, limit)),
        name="skill_usage",
        write_disposition="merge",
        primary_key=names[:5],
    )
    took, _ = timed(lambda: pipeline.run(resource))
    count = pipeline.last_trace.last_normalize_info.row_counts["skill_usage"]
    return {"seconds": took, "records": count}


def _records(root: str, limit: int | None) -> Iterator[Stored]:
    return islice(_all_records(root), limit)


def _all_records(root: str) -> Iterator[Stored]:
    for path in files(Path(root), "json"):
        project = str(path.parents[1])
        seen: Counter[tuple[str, ...]] = Counter()
        for record in json.loads(path.read_bytes())["invocations"]:
            key = (project, record["skill_name"], record["invoked_at"], record["session_id"] or "")
            seen[key] += 1
            yield (
                *key,
                seen[key],
                record["workflow_path"],
                record["completed"],
                record["duration_seconds"],
                json.dumps(record["follow_up_actions"]),
                record["error_type"],
                json.dumps(record["alternatives_considered"]),
                record["selection_rank"],
            )
