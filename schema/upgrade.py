"""Which schema version a file has, and the steps that bring it to the present one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from schema.connection import Connection, transaction
from schema.engine import duckdb
from schema.error_translation import not_ours
from schema.errors import WarehouseNewer
from schema.pool import pooled_connection
from schema.spelling import parameter
from schema.statements import statement
from schema.stored_settings import ZONE_SETTING, store_setting

MIGRATIONS = (
    "0001_initial",
    "0002_what_adds_up",
    "0003_ledger",
    "0004_retention",
    "0005_stores",
    "0006_baselines",
    "0007_records",
    "0008_local_times",
    "0009_shared_rows",
    "0010_transcripts",
    "0011_skill_files",
    "0012_team",
    "0013_skill_places",
    "0014_recorded_experiments",
    "0015_project_types",
    "0016_session_origins",
    "0017_stored_verdicts",
    "0018_project_days",
)


def latest_version() -> int:
    """The schema version of this program."""
    return len(MIGRATIONS)


@contextmanager
def in_memory(timezone: str = "UTC") -> Iterator[Connection]:
    """An empty warehouse in memory, of today's schema. Nothing is spilled."""
    with pooled_connection(Path()) as con:
        con.execute("attach ':memory:' as warehouse")
        con.execute("use warehouse")
        migrate(con, lambda: timezone)
        yield con


def version_of(con: Connection, name: str, path: Path) -> int:
    """The schema version of the file attached as ``name``; 0 for an empty one.

    Raises WarehouseNewer for a file from the future and NotAWarehouse for another program's.
    """
    con.execute(f"use {name}")
    try:
        return schema_version(con, path)
    finally:
        con.execute("use memory")


def migrate(con: Connection, timezone: Callable[[], str]) -> list[str]:
    """Run the migrations that are missing, each with its record in one transaction.

    Returns a sentence for each repair that was needed.
    """
    repaired: list[str] = []
    taken = schema_version(con, None)
    for number, name in enumerate(MIGRATIONS[taken:], start=taken + 1):
        with transaction(con):
            if number == 1:
                con.execute(statement("schema/schema_migrations.sql"))
            con.execute(statement(f"schema/migrations/{name}.sql"))
            if name == "0008_local_times":
                # Imported here: an upgrade is rare.
                from schema.local_times import fill

                repaired += fill(con)
            if number == 1:
                store_setting(con, ZONE_SETTING, timezone())
            con.execute(
                statement("schema/note_migration.sql"),
                {"version": number, "name": name},
            )
    return repaired


def schema_version(con: Connection, path: Path | None) -> int:
    """The last migration that was run; 0 for an empty file.

    Raises WarehouseNewer for a file from the future and NotAWarehouse for another program's.
    """
    try:
        # Listing the tables first would read them all in: it takes longer than many an answer.
        [(latest,)] = con.execute(statement("schema/version.sql")).fetchall()
    except duckdb.CatalogException:
        if path is not None and _holds_anything(con):
            raise not_ours(path) from None
        return 0
    version = int(latest or 0)
    if version > len(MIGRATIONS) and path is not None:
        raise WarehouseNewer(
            f"{path} has schema version {version}; this program knows up to {len(MIGRATIONS)}.",
            f"Upgrade skillhouse, or name another file with {parameter('warehouse')}."
            " Nothing was changed.",
        )
    return version


def _holds_anything(con: Connection) -> bool:
    """Whether there is any table or view in the database in use."""
    [(holds,)] = con.execute(statement("schema/holds_anything.sql")).fetchall()
    return bool(holds)
