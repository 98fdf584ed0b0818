"""The warehouse file: its tables, its upgrades, and its manners towards other files and processes.

Another process is a real one here: DuckDB's locks do not show within a single process.
"""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.metadata import packages_distributions
from pathlib import Path

import duckdb
import pytest

import schema.upgrade
from places import TOP
from schema.columns import SKILL_USAGE, STAGED, STAGED_ONLY, staging_ddl
from schema.connection import transaction
from schema.dictionary import TABLES, data_dictionary
from schema.errors import (
    NotAWarehouse,
    WarehouseError,
    WarehouseMissing,
    WarehouseNewer,
)
from schema.loading import loading
from schema.places import backups
from schema.statements import statement
from schema.upgrade import MIGRATIONS, in_memory
from schema.warehouse import Connection, Warehouse

OUR_PACKAGES = ("schema", "collector", "aggregator", "cli")
CONTRACT_TABLES = {
    "projects",
    "skill_usage",
    "source_files",
    "rejected_records",
    "collect_runs",
    "agent_recommendations",
    "dirty_buckets",
    "skill_aggregates",
    "skill_breakdowns",
    "session_days",
    "project_days",
    "recurring_sessions",
    "archived_days",
    "archived_projects",
}
NEXT = len(MIGRATIONS) + 1
Opening = Callable[[Warehouse], AbstractContextManager[Connection]]
WAYS_TO_OPEN = pytest.mark.parametrize(
    "opening", [Warehouse.reading, Warehouse.writing], ids=["reading", "writing"]
)


def rows(con: Connection, sql: str) -> list[tuple[object, ...]]:
    return con.execute(sql).fetchall()


def columns_of(con: Connection, table: str) -> list[tuple[object, ...]]:
    """Name, type and nullability of each column, in order."""
    return con.execute(
        "select column_name, data_type, is_nullable from duckdb_columns()"
        " where database_name = current_database() and table_name = $table order by column_index",
        {"table": table},
    ).fetchall()


def names_in(con: Connection) -> set[object]:
    """Every table and view of the warehouse."""
    found = rows(
        con,
        "select table_name from information_schema.tables"
        " where table_catalog = current_database() and table_schema = 'main'",
    )
    return {name for (name,) in found}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    """A warehouse that holds a setting to recognise it by."""
    with warehouse.writing() as con:
        rows(con, "insert into settings values ('mark', 'here before')")
    return warehouse


# What is stored


def test_skill_usage_is_what_the_column_list_says() -> None:
    """Names, order, types and nullability of the table are those of the one list."""
    with in_memory() as con:
        rows(con, "create temp table spelled (instant TIMESTAMPTZ)")
        [(instant,)] = rows(
            con, "select data_type from duckdb_columns() where table_name='spelled'"
        )
        stored = columns_of(con, "skill_usage")

    spelled = {"TIMESTAMPTZ": instant}
    assert stored == [(c.name, spelled.get(c.type, c.type), c.nullable) for c in SKILL_USAGE]


def test_staging_has_the_columns_a_source_delivers() -> None:
    """What sources append to is made from the same list, and what only staging knows last."""
    with in_memory() as con:
        rows(con, staging_ddl("staged"))
        staged = [name for (name, *_) in rows(con, "describe staged")]

    assert staged == [*(column.name for column in STAGED), *(name for name, _ in STAGED_ONLY)]


def test_a_new_warehouse_has_every_table_of_the_contract(warehouse: Warehouse) -> None:
    """A new file holds the contract's tables, and its zone and its schema's steps on record."""
    with warehouse.writing() as con:
        tables = names_in(con)
        settings = rows(con, "select * from settings")
        steps = rows(con, "select version, name from schema_migrations order by version")

    assert tables >= CONTRACT_TABLES
    assert settings == [("timezone", "UTC")]
    assert steps == list(enumerate(MIGRATIONS, start=1))


def test_a_warehouse_nobody_has_made_yet_cannot_be_read(warehouse: Warehouse) -> None:
    """Asking before the first collect is an error, and leaves nothing behind."""
    with pytest.raises(WarehouseMissing, match="There is no warehouse"), warehouse.reading():
        pass

    assert not warehouse.path.parent.exists()


def test_the_file_and_its_folder_are_private(filled: Warehouse) -> None:
    """Only the owner may read what was collected."""
    assert (mode(filled.path), mode(filled.path.parent)) == (0o600, 0o700)


def test_every_migration_is_listed_and_every_listed_one_is_there() -> None:
    """No step is forgotten in the list, and they are numbered without a gap."""
    files = sorted(path.stem for path in (TOP / "schema" / "migrations").glob("*.sql"))

    assert files == list(MIGRATIONS)
    assert [int(name[:4]) for name in MIGRATIONS] == list(range(1, NEXT))


# The data dictionary


def test_the_committed_dictionary_is_the_generated_one() -> None:
    """`make docs` was run after the last change of the schema."""
    page = (TOP / "docs" / "data-dictionary.md").read_text(encoding="utf-8")

    assert page == data_dictionary()


def test_the_dictionary_explains_every_table_and_column() -> None:
    """Nothing in the file is unexplained, and nothing is explained that is not there."""
    explained = {
        table.name: set(table.meanings) or {column.name for column in SKILL_USAGE}
        for table in TABLES
    }

    with in_memory() as con:
        stored = {
            name: {column for (column, *_) in columns_of(con, str(name))} for name in names_in(con)
        }
    assert explained == stored


# Files that are not to be touched


@WAYS_TO_OPEN
def test_a_newer_schema_is_refused(filled: Warehouse, opening: Opening) -> None:
    """A file from a newer program is named as such; not a byte of it changes."""
    with filled.writing() as con:
        rows(
            con,
            "insert into schema_migrations select max(version) + 1, 'later', now()"
            " from schema_migrations",
        )
    before = digest(filled.path)

    with pytest.raises(WarehouseNewer) as refusal, opening(filled):
        pass

    assert f"schema version {NEXT}" in refusal.value.message
    assert f"up to {len(MIGRATIONS)}" in refusal.value.message
    assert "Upgrade" in refusal.value.hint
    assert digest(filled.path) == before
    assert list(filled.path.parent.iterdir()) == [filled.path]


def write_text(path: Path) -> None:
    path.write_text("my notes\n" * 1000, encoding="utf-8")


def write_nothing(path: Path) -> None:
    path.touch()


def write_sqlite(path: Path) -> None:
    con = sqlite3.connect(path)
    con.execute("create table notes (text)")
    con.commit()
    con.close()


def write_duckdb(path: Path, sql: str = "create table notes (text varchar)") -> None:
    """Another program's, in the format that our own files have."""
    with duckdb.connect(":memory:") as con:
        quoted = str(path).replace("'", "''")
        rows(con, f"attach '{quoted}' as other (storage_version 'v1.5.0')")
        rows(con, "use other")
        rows(con, sql)


def write_duckdb_view(path: Path) -> None:
    write_duckdb(path, "create view notes as select 'a note' as text")


def write_newest_duckdb(path: Path) -> None:
    """Another program's, in a format newer than that of our own files."""
    with duckdb.connect(path) as con:
        rows(con, "create table notes (text varchar)")


def write_cut_off(path: Path) -> None:
    write_duckdb(path)
    path.write_bytes(path.read_bytes()[:9000])


FOREIGN_FILES = pytest.mark.parametrize(
    "write",
    [
        write_text,
        write_nothing,
        write_sqlite,
        write_duckdb,
        write_duckdb_view,
        write_newest_duckdb,
        write_cut_off,
    ],
    ids=["text", "empty", "sqlite", "another_duckdb", "another_view", "newest_duckdb", "cut_off"],
)


@WAYS_TO_OPEN
@FOREIGN_FILES
def test_a_file_that_is_not_ours_is_refused(
    tmp_path: Path, write: Callable[[Path], None], opening: Opening
) -> None:
    """Whatever --warehouse names by mistake is refused in a sentence and stays as it was."""
    path = tmp_path / "thesis.db"
    write(path)
    path.chmod(0o644)
    before = digest(path), mode(path)

    with pytest.raises(WarehouseError) as refusal, opening(Warehouse(path)):
        pass

    assert str(path) in refusal.value.message
    assert refusal.value.hint
    assert (digest(path), mode(path)) == before
    assert list(tmp_path.iterdir()) == [path]


def test_another_programs_duckdb_file_is_told_apart_from_a_broken_one(tmp_path: Path) -> None:
    """Nobody is sent to repair a file that is in order, only not ours."""
    path = tmp_path / "thesis.db"
    write_duckdb(path)

    with (
        pytest.raises(NotAWarehouse, match="not a skillhouse warehouse"),
        Warehouse(path).reading(),
    ):
        pass


# Migrations


@pytest.fixture
def add_migration(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the program one more migration than it has, or another text for that one."""

    def add(sql: str) -> None:
        name = f"{NEXT:04d}_next"

        def with_the_next(path: str) -> str:
            return sql if path == f"schema/migrations/{name}.sql" else statement(path)

        monkeypatch.setattr(schema.upgrade, "MIGRATIONS", (*MIGRATIONS, name))
        monkeypatch.setattr(schema.upgrade, "statement", with_the_next)

    return add


@WAYS_TO_OPEN
def test_an_upgrade_keeps_a_copy_of_the_file(
    filled: Warehouse, add_migration: Callable[[str], None], opening: Opening
) -> None:
    """The file as it was stands beside the upgraded one, as private; what was in it is still in."""
    before = digest(filled.path)
    add_migration("alter table projects add column colour varchar;")

    with opening(filled) as con:
        names = [name for (name, *_) in columns_of(con, "projects")]
        mark = rows(con, "select value from settings where key = 'mark'")
        [(version,)] = rows(con, "select max(version) from schema_migrations")

    [copy] = [kept.path for kept in backups(filled.path)]
    assert copy.name.endswith(f"-before-{NEXT:04d}.duckdb")
    assert digest(copy) == before
    assert mode(copy) == 0o600
    assert names[-1] == "colour"
    assert mark == [("here before",)]
    assert version == NEXT


def test_an_upgrade_happens_once(filled: Warehouse, add_migration: Callable[[str], None]) -> None:
    """An upgraded file is opened as it is: no second step, no second copy."""
    add_migration("create table colours (name varchar); insert into colours values ('red');")
    with filled.writing():
        pass
    files = sorted((path.name, path.stat().st_mtime_ns) for path in filled.path.parent.iterdir())

    with filled.reading() as con:
        colours = rows(con, "select name from colours")

    after = sorted((path.name, path.stat().st_mtime_ns) for path in filled.path.parent.iterdir())
    assert colours == [("red",)]
    assert after == files


def test_a_migration_that_fails_leaves_nothing(
    filled: Warehouse, add_migration: Callable[[str], None]
) -> None:
    """A step and its record are one transaction; a step that was repaired can be taken later."""
    add_migration("create table colours (name varchar); select * from not_there;")
    with pytest.raises(duckdb.CatalogException), filled.writing():
        pass
    with duckdb.connect(filled.path, read_only=True) as con:
        tables = names_in(con)
        [(version,)] = rows(con, "select max(version) from schema_migrations")
    add_migration("create table colours (name varchar);")
    with filled.writing() as con:
        repaired = names_in(con)

    assert "colours" not in tables
    assert version == len(MIGRATIONS)
    assert "colours" in repaired


def test_a_transaction_is_all_or_nothing(filled: Warehouse) -> None:
    """An error half-way takes back what was written before it."""

    def fail_half_way(con: Connection) -> None:
        with transaction(con):
            rows(con, "delete from settings")
            raise ZeroDivisionError

    with filled.writing() as con, pytest.raises(ZeroDivisionError):
        fail_half_way(con)

    with filled.reading() as con:
        left = rows(con, "select value from settings where key = 'mark'")
    assert left == [("here before",)]


def test_a_load_after_a_kill_within_a_commit_leaves_a_file_that_opens(filled: Warehouse) -> None:
    """What a log has of a commit that never ended counts for nothing, and is not in the way."""
    log = filled.path.with_name(filled.path.name + ".wal")
    more = "insert into settings select '{}' || range, repeat('value', 9) from range(40000)"
    with filled.staging_connection() as con, filled.attached(con):
        with transaction(con):
            rows(con, more.format("never "))
        unfinished = log.read_bytes()[:-100]
        file = filled.path.read_bytes()
    filled.path.write_bytes(file)
    log.write_bytes(unfinished)

    with filled.staging_connection() as con, filled.attached(con), loading(con, compacts=True):
        rows(con, more.format("some "))

    with filled.reading() as con:
        assert rows(con, "select count(*) from settings where key like 'never %'") == [(0,)]
        assert rows(con, "select count(*) from settings where key like 'some %'") == [(40_000,)]


def test_a_load_is_all_or_nothing_and_written_once(filled: Warehouse) -> None:
    """With the commit its rows are in the file and no log holds them too; later work has one."""
    log = filled.path.with_name(filled.path.name + ".wal")
    more = "insert into settings select 'some ' || range, repeat('value', 9) from range(40000)"

    def fail(con: Connection) -> None:
        with loading(con, compacts=True):
            rows(con, more)
            raise ZeroDivisionError

    with filled.staging_connection() as con, filled.attached(con):
        with pytest.raises(ZeroDivisionError):
            fail(con)
        before = rows(con, "select count(*) from settings")
        with loading(con, compacts=True):
            rows(con, more)
        loaded = log.exists() and log.stat().st_size > 0
        with transaction(con):
            rows(con, "insert into settings values ('one', 'more')")
        later = log.stat().st_size > 0
    with filled.reading() as con:
        after = rows(con, "select count(*) from settings")

    assert (loaded, later) == (False, True)
    assert (before, after) == ([(2,)], [(40_003,)])


# Other processes


# The packages


@pytest.mark.parametrize("package", OUR_PACKAGES)
def test_no_dependency_claims_our_names(package: str) -> None:
    """Our packages stand at the top level, so nothing installed beside us may have their names."""
    claimed_by = set(packages_distributions().get(package, []))

    assert claimed_by <= {"skillhouse"}
