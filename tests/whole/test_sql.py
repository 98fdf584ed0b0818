"""SQL is in .sql files, whole statements that their engine takes; SQLite's in folders sqlite/."""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from schema.statements import steps
from stores import BRIDGE, EXPERIMENT_TABLES, STORE, make_bridge, make_store

ROOT = next(folder for folder in Path(__file__).parents if (folder / "pyproject.toml").exists())
FILES = sorted(
    str(path.relative_to(ROOT))
    for package in ("schema", "collector", "aggregator", "cli", "benchmarks", "tests")
    for path in (ROOT / package).rglob("*.sql")
)
OF_SQLITE = [path for path in FILES if Path(path).parent.name == "sqlite"]
OF_DUCKDB = [path for path in FILES if Path(path).parent.name != "sqlite"]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as shared:
        yield shared


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[sqlite3.Connection]]:
    """A database as session-buddy keeps it with its tests, one as the bridge does, an empty one."""
    root = tmp_path_factory.mktemp("databases")
    make_store(root / "a")
    make_bridge(root / "b")
    with (
        closing(sqlite3.connect(root / "a" / STORE)) as store,
        closing(sqlite3.connect(root / "b" / BRIDGE)) as bridge,
        closing(sqlite3.connect(":memory:")) as empty,
    ):
        store.executescript(EXPERIMENT_TABLES)
        yield [store, bridge, empty]


@pytest.mark.parametrize("path", OF_DUCKDB)
def test_duckdb_parses_each_file_as_the_steps_that_are_run(
    con: duckdb.DuckDBPyConnection, path: str
) -> None:
    """The file alone is whole statements, as many as its semicolons at ends of lines say."""
    whole = con.extract_statements((ROOT / path).read_text(encoding="utf-8"))
    one_by_one = [con.extract_statements(step) for step in steps(path)]

    assert len(whole) >= 1
    assert [len(parsed) for parsed in one_by_one] == [1] * len(whole)


@pytest.mark.parametrize("path", OF_SQLITE)
def test_sqlite_prepares_each_file_in_the_folders_named_after_it(
    databases: list[sqlite3.Connection], path: str
) -> None:
    """Prepared, not only parsed: against the tables that the writers of such databases make."""
    text = (ROOT / path).read_text(encoding="utf-8")
    values = dict.fromkeys(("id", "last", "after", "upto", "rows", "enough", "table"), 1)
    said = []
    for con in databases:
        try:
            con.execute(f"explain {text}", values).fetchall()
        except sqlite3.Error as exc:
            said.append(str(exc))

    assert len(said) < len(databases), said


@pytest.mark.parametrize(
    "fragment", [", count(*) as uses", "where project_id = $id", "select 1 from"]
)
def test_a_part_of_a_statement_would_be_noticed(
    con: duckdb.DuckDBPyConnection, fragment: str
) -> None:
    with pytest.raises(duckdb.Error):
        con.extract_statements(fragment)


def test_both_engines_have_files() -> None:
    assert len(OF_DUCKDB) > 100
    assert len(OF_SQLITE) > 8


BEGINS = re.compile(r"\s*(select|insert|update|delete|merge|with|from|create|alter)\s")
"""How a statement begins that reads or changes data; others are of the connection."""


def statements_in(con: duckdb.DuckDBPyConnection, python: str) -> Iterator[str]:
    """The texts in a module that DuckDB parses as statements about data, built ones too."""
    for node in ast.walk(ast.parse(python)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "a" for part in node.values]
            text = "".join(map(str, parts))
        else:
            continue
        if BEGINS.match(text) and parses(con, text):
            yield " ".join(text.split())


def parses(con: duckdb.DuckDBPyConnection, text: str) -> bool:
    try:
        return bool(con.extract_statements(text))
    except duckdb.Error:
        return False


def test_no_statement_about_data_is_in_python(con: duckdb.DuckDBPyConnection) -> None:
    """What belongs to a connection may be: attach, set, use, pragma, begin, its empty tables."""
    found = {
        f"{path.relative_to(ROOT)}: {text}"
        for package in ("schema", "collector", "aggregator", "cli")
        for path in (ROOT / package).rglob("*.py")
        for text in statements_in(con, path.read_text("utf-8"))
    }

    assert not found


@pytest.mark.parametrize(
    "python",
    [
        "con.execute('select 1 from t')",
        "con.execute(\n    'delete'\n    ' from t'\n)",
        "con.execute(f'select * from {table} where a = $a')",
        'TEXT = """\n    with a as (select 1)\n    from a\n"""',
    ],
    ids=["plain", "joined", "formatted", "over lines"],
)
def test_a_statement_in_python_would_be_noticed(
    con: duckdb.DuckDBPyConnection, python: str
) -> None:
    """However it is written."""
    assert len(list(statements_in(con, python))) >= 1
