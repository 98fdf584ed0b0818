"""What a database file holds, in numbers: to know that two files hold the same.

Every column of every row is read, so that a block that is damaged is found as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from schema.connection import Connection
from schema.statements import statement

# The sum does not depend on the order of the rows. `hash` differs between versions of DuckDB and is
# never stored: both files are read by this process.
_SUMMED = "count(*), cast(sum(cast(hash(*columns(*)) as hugeint)) as varchar)"


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
    return {
        table: Content(*con.table(f"{database}.main.{table}").aggregate(_SUMMED).fetchall()[0])
        for table in tables_in(con, database)
    }
