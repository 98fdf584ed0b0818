"""A warehouse as an earlier version of the schema would hold it."""

from __future__ import annotations

from pathlib import Path

from schema.connection import attach
from schema.statements import statement
from schema.upgrade import MIGRATIONS
from schema.warehouse import Warehouse


def write_older(warehouse: Warehouse, version: int, target: Path) -> None:
    """Write what a warehouse holds into a new file of schema ``version``."""
    with warehouse.staging_connection() as con:
        attach(con, warehouse.path, "today", wait_s=0, read_only=True)
        attach(con, target, "older", wait_s=0)
        con.execute("use older")
        con.execute(
            "create table schema_migrations"
            " (version integer primary key, name varchar not null, applied_at timestamptz)"
        )
        for name in MIGRATIONS[:version]:
            con.execute(statement(f"schema/migrations/{name}.sql"))
        columns = con.execute(
            "select table_name, string_agg(column_name, ', ') from duckdb_columns()"
            " where database_name = 'older' and table_name in"
            " (select table_name from duckdb_tables() where database_name = 'older')"
            " group by table_name"
        ).fetchall()
        for table, names in columns:
            con.execute(f"delete from {table}").fetchall()
            con.execute(f"insert into {table} by name select {names} from today.{table}").fetchall()
        con.execute(f"delete from schema_migrations where version > {version}").fetchall()
        con.execute("use memory")
        con.execute("detach older")
        con.execute("detach today")
