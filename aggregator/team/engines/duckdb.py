"""DuckDB, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from aggregator.team.engines.engine import Row
from schema.pool import CONFIG

MEMORY = "2GB"
"""What a rollup may take before it writes to the disk."""


class DuckDBEngine:
    """All tables are local Parquet files; ``folder`` takes what memory does not."""

    def __init__(self, counters: Sequence[Path], asked: Path, assigned: Path, folder: Path) -> None:
        self._con = duckdb.connect(str(folder / "rollup.duckdb"), config=CONFIG)
        self._con.execute("set memory_limit = $limit", {"limit": MEMORY})
        self._con.execute("set temp_directory = $folder", {"folder": str(folder / "spill")})
        # In the order of the files rows are grouped no faster, and it takes memory to keep it.
        self._con.execute("set preserve_insertion_order = false")
        self._con.read_parquet([str(path) for path in counters]).create_view("counters")
        self._con.read_parquet(str(asked)).create_view("asked")
        self._con.read_parquet(str(assigned)).create_view("assigned")

    @property
    def name(self) -> str:
        return f"DuckDB {duckdb.__version__}"

    def create(self, name: str, sql: str) -> None:
        self._con.sql(sql).create(name)

    def rows(self, sql: str) -> list[Row]:
        return self._con.sql(sql).fetchall()

    def close(self) -> None:
        self._con.close()
