"""An engine that is used again is as new for each piece of work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from schema import pool
from schema.warehouse import Connection, Warehouse

LASTING = (
    "select name, value from duckdb_settings()"
    " where name not in ('temp_directory', 'duckdb_api', 'external_threads') order by name"
)
MACROS = "select function_name from duckdb_functions() where not internal"
HERE = (
    "select database_name from duckdb_databases() where not internal",
    "select table_name from duckdb_tables()",
    "select view_name from duckdb_views() where not internal",
    MACROS,
    LASTING,
    "select name from duckdb_variables()",
)


@pytest.fixture(autouse=True)
def _none_yet() -> None:
    """Engines that other tests have left are no part of these."""
    pool.close_pool()


def state(con: Connection) -> list[list[tuple[object, ...]]]:
    return [con.execute(text).fetchall() for text in HERE]


def test_nothing_of_one_piece_of_work_is_there_for_the_next(tmp_path: Path) -> None:
    """Files, temporary tables, macros, settings and transactions end with the work."""
    with pool.pooled_connection(tmp_path / "spill") as con:
        new, first = state(con), con
    with pool.pooled_connection(tmp_path / "other") as con:
        con.execute("set memory_limit = '100 MiB'")
        con.execute("set checkpoint_threshold = '1 TiB'")
        con.execute("set max_vacuum_tasks = 0")
        con.execute("set variable zone_days = 3")
        con.execute("set TimeZone = 'Asia/Tokyo'")
        con.execute(f"attach '{tmp_path / 'left.duckdb'}' as \"left behind\"")
        con.execute('use "left behind"')
        con.execute("create temp table staged (a integer)")
        con.execute("create temp view seen as select 1")
        con.execute("create temp macro one() as 1")
        con.execute("begin")
        con.execute("create table kept (a integer)")
    [engine] = pool._idle

    with pool.pooled_connection(tmp_path / "spill") as con:
        again = state(con)
        [(spill,)] = con.execute("select current_setting('temp_directory')").fetchall()

    assert con is not first
    assert again == new
    assert spill == str(tmp_path / "spill")
    assert pool._idle == [engine]


def test_a_file_is_free_for_other_processes_once_it_was_read_or_written(tmp_path: Path) -> None:
    """Engines that wait for work hold no lock."""
    warehouse = Warehouse(tmp_path / "w.duckdb")
    with warehouse.writing():
        pass
    with warehouse.reading():
        pass

    write = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create table t (a integer)')"
    subprocess.run([sys.executable, "-c", write, warehouse.path], check=True)

    assert pool._idle


@pytest.mark.parametrize("error", [duckdb.Error, KeyboardInterrupt], ids=["error", "interrupted"])
def test_an_engine_with_which_work_failed_islet_go(
    tmp_path: Path, error: type[BaseException]
) -> None:
    """And with it everything that it held."""
    path = tmp_path / "w.duckdb"

    def fail() -> None:
        with pool.pooled_connection(tmp_path) as con:
            con.execute(f"attach '{path}' as held")
            raise error

    with pytest.raises(error):
        fail()

    assert pool._idle == []
    with duckdb.connect(path) as other:
        assert other.execute("select 1").fetchall() == [(1,)]


def test_what_was_spilled_goes_with_its_engine(tmp_path: Path) -> None:
    """The folder is not left until the process ends."""
    spill = tmp_path / "spill"
    with pool.pooled_connection(spill) as con:
        con.execute("set memory_limit = '20 MiB'")
        con.execute("create temp table wide as select range as a, md5(range::varchar) as b"
                    " from range(1000000)").fetchall()  # fmt: skip
        was_there = spill.exists()

    assert was_there
    assert not spill.exists()
    assert pool._idle == []


def test_engines_are_not_collected(tmp_path: Path) -> None:
    """However much went on at once, few are kept."""
    with (
        pool.pooled_connection(tmp_path) as one,
        pool.pooled_connection(tmp_path) as two,
        pool.pooled_connection(tmp_path) as three,
    ):
        assert len({id(each) for each in (one, two, three)}) == 3

    assert len(pool._idle) == pool._KEPT
