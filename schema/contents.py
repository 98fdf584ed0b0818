"""What a database file holds, in numbers: to know that two files hold the same.

Every column of every row is read, so that a block that is damaged is found as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb  # noqa: F401  # gives connections the method `table`

from schema.connection import Connection
from schema.statements import statement


@dataclass(frozen=True)
class Content:
    """A table's rows, and a checksum over all their values; null without rows."""

    rows: int
    checksum: str | None


def tables_in(con: Connection, database: str) -> list[str]:
    """The names of the tables in an attached database."""
    found = con.execute(statement("schema/tables.sql"), {"database": database}).fetchall()
    return [name for (name,) in found]


def rows_of(con: Connection, database: str) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table: int(con.table(f"{database}.main.{table}").aggregate("count(*)").fetchall()[0][0])
        for table in tables_in(con, database)
    }


def contents_of(con: Connection, database: str) -> dict[str, Content]:
    """The content of each table, all of it read."""
    text = statement("schema/contents.sql")
    return {
        table: Content(*con.execute(text, {"table": f"{database}.main.{table}"}).fetchall()[0])
        for table in tables_in(con, database)
    }
