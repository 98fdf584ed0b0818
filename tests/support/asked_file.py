"""The one row of values that an engine reads, as a file."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import duckdb

from aggregator.team.counting import Asked


def write_asked(path: Path, values: Asked) -> Path:
    with duckdb.connect() as con:
        con.execute(
            "create table asked as select ?::bigint as least_members, ?::date as baseline_from,"
            " ?::date as earlier_from, ?::date as recent_from, ?::date as until",
            astuple(values),
        )
        con.table("asked").write_parquet(str(path))
    return path
