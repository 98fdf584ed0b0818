"""``skillhouse sql`` and ``skillhouse path``: a person's own questions, which change nothing."""

from __future__ import annotations

import csv
import io
import os
import pty
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import sql_query
from command_line import House, Program, faults, start
from places import TOP
from schema.errors import SkillhouseError, UsageError
from schema.warehouse import Warehouse

ENDLESS = (
    "select count(*) from range(1000000000) a, range(1000000) b where a.range * b.range % 7 = 3"
)


@pytest.fixture(scope="module")
def kept(house: House, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse that many queries are asked of."""
    path = tmp_path_factory.mktemp("kept") / "w.duckdb"
    house.copy_to(path)
    return Warehouse(path)


# ---------------------------------------------------------------- answers


def test_a_query_is_answered_in_each_form(run: Program) -> None:
    """A table, CSV and JSON have the same rows: those that top-skills counts."""
    query = "select skill_name, count(*) as uses from skill_usage group by all order by 2 desc, 1"
    counted = {
        row["skill_name"]: row["total_invocations"]
        for row in run("top-skills", "--all-projects", "--json").json["data"]
    }

    table, text, told = (run("sql", query, *form) for form in ([], ["--csv"], ["--json"]))

    assert [each.code for each in (table, text, told)] == [0, 0, 0]
    assert {row["skill_name"]: row["uses"] for row in told.json["data"]} == counted
    read = list(csv.DictReader(io.StringIO(text.out)))
    assert {row["skill_name"]: int(row["uses"]) for row in read} == counted
    assert table.lines[0].split() == ["skill_name", "uses"]
    assert len(table.lines) == len(counted) + 1
    assert faults(told.json, "sql") == []
    assert told.json["totals"]["columns"] == [
        {"name": "skill_name", "type": "VARCHAR"},
        {"name": "uses", "type": "BIGINT"},
    ]


def test_values_of_every_type_have_a_form_in_json_and_csv(run: Program) -> None:
    """Instants in ISO 8601 and UTC, nested values as such, what JSON has no number for as text."""
    query = """
        select timestamptz '2026-11-01 12:30:00+01' as instant, date '2026-11-01' as day,
            time '10:30' as at, interval 90 minutes as pause, 1.25 as exact, 'nan'::double as no,
            [1, null] as list, {'a': [true]} as object, '{"b": 2}'::json as json,
            'x'::blob as bytes, null as nothing, '' as empty, 'a,"b"' as quoted,
            1 as twice, 2 as twice, true as yes,
            uuid '11111111-2222-3333-4444-555555555555' as id, 'red'::enum('red') as color,
            170141183460469231731687303715884105727 as large
    """

    [row] = run("sql", query, "--json").json["data"]
    text = run("sql", query, "--csv").out

    assert row == {
        "instant": "2026-11-01T11:30:00+00:00",
        "day": "2026-11-01",
        "at": "10:30:00",
        "pause": "1:30:00",
        "exact": 1.25,
        "no": "nan",
        "list": [1, None],
        "object": {"a": [True]},
        "json": {"b": 2},
        "bytes": "78",
        "nothing": None,
        "empty": "",
        "quoted": 'a,"b"',
        "twice": 1,
        "twice_2": 2,
        "yes": True,
        "id": "11111111-2222-3333-4444-555555555555",
        "color": "red",
        "large": 2**127 - 1,
    }
    [read] = csv.DictReader(io.StringIO(text))
    assert read == {
        **{name: str(value) for name, value in row.items()},
        "list": "[1,null]",
        "object": '{"a":[true]}',
        "json": '{"b":2}',
        "nothing": "",
        "yes": "true",
    }
    # Null is nothing, and an empty text is quoted, as in the files of `export`.
    assert ',,"","a,""b""",' in text


NAMES = st.sampled_from(["a", "A", "a_2", "b", "select", "x y", 'q"'])


@settings(max_examples=40)
@given(names=st.lists(NAMES, min_size=1, max_size=6))
def test_columns_are_told_apart_whatever_they_are_called(kept: Warehouse, names: list[str]) -> None:
    """Each value stands under a name of its own, in the query's order."""
    listed = ", ".join(
        f'{place} as "{name.replace(chr(34), 2 * chr(34))}"' for place, name in enumerate(names)
    )

    found = sql_query.run(kept, f"select {listed}")

    assert found.rows == [tuple(range(len(names)))]
    given_names = [column.name for column in found.columns]
    assert len({name.lower() for name in given_names}) == len(names)
    assert given_names[0] == names[0]


@pytest.mark.parametrize(
    "query",
    [
        "from skill_usage",
        "from skill_statistics",
        "with x as (select 1 as a) from x -- a comment",
        "describe skill_usage;",
        "show tables",
        "summarize projects",
        "explain select count(*) from skill_usage",
        "pivot skill_usage on kind using count(*) group by skill_name",
        "values (1), (2)",
        "select * from skill_usage where false",
    ],
)
def test_what_reads_is_run(run: Program, query: str) -> None:
    """Statements that look into the warehouse, in whichever way."""
    for form in ([], ["--csv"], ["--json"]):
        done = run("sql", query, *form)
        assert (done.code, done.err) == (0, "")
        assert done.out


def test_a_query_is_read_from_stdin(run: Program) -> None:
    """With a hyphen in its place."""
    env = {"SKILLHOUSE_WAREHOUSE": str(run.warehouse)}

    done = start("sql", "--csv", "-", env=env, stdin="select 1 as one\n\n, 'ä' as two;\n")

    assert (done.out, done.err, done.code) == ("one,two\n1,ä\n", "", 0)


def test_rows_are_limited_where_that_is_asked(run: Program) -> None:
    """In the query's order; whether there are more is told."""
    query = "select range as n from range(10) order by n desc"
    three, ten = (run("sql", query, "--json", "--limit", str(limit)).json for limit in (3, 10))

    assert [row["n"] for row in three["data"]] == [9, 8, 7]
    assert (three["totals"]["rows"], three["totals"]["more"]) == (3, True)
    assert (ten["totals"]["rows"], ten["totals"]["more"]) == (10, False)


def test_a_terminal_is_shown_the_first_rows(run: Program) -> None:
    """With a note of how to see more; a file or a pipe has them all."""
    line = ["sql", "select range as n from range(120)"]
    env = {"SKILLHOUSE_WAREHOUSE": str(run.warehouse)}

    shown = on_terminal(*line, env=env)

    assert shown.count("\n") == 1 + 50 + 1
    assert "Note: Only the first 50 rows are shown (more: --limit N)." in shown
    assert "Note" not in on_terminal(*line, "--limit", "60", env=env)
    assert len(start(*line, env=env).lines) == 121


def on_terminal(*words: str, env: dict[str, str]) -> str:
    """What the program writes on a terminal."""
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [sys.executable, "-m", "skillhouse", *words],
            cwd=TOP, env={"PATH": "/usr/bin:/bin", **env}, stdout=theirs, stderr=theirs,
        ) as program:  # fmt: skip
            os.close(theirs)
            shown = b"".join(_parts(ours))
            assert program.wait(60) == 0
    finally:
        os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def _parts(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # the other end is closed
        while part := os.read(terminal, 65_536):
            yield part


# ---------------------------------------------------------------- nothing else


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    "query",
    [
        "delete from skill_usage",
        "update skill_usage set kind = 'agent'",
        "insert into settings values ('a', 'b')",
        "with x as (select 'a' as k, 'b' as v) insert into settings from x",
        "create table more (a int)",
        "create or replace view skill_statistics as select 1",
        "drop table skill_usage",
        "alter table projects add column more int",
        "truncate skill_usage",
        "explain analyze delete from skill_usage",
        "copy skill_usage to '{file}'",
        "copy (select 1) to '{file}' (format json)",
        "export database '{file}'",
        "attach '{file}' as other",
        "detach warehouse",
        "checkpoint",
        "vacuum",
        "install httpfs",
        "load httpfs",
        "call pragma_version()",
        "pragma enable_profiling",
        "set enable_external_access = true",
        "reset lock_configuration",
        "begin",
        "select 1; drop table skill_usage",
        "use memory",
        "prepare x as select 1",
        "explain analyze copy (select 1) to '{file}'",
        "select * from query('drop table skill_usage')",
    ],
)
def test_nothing_is_written(run: Program, query: str) -> None:
    """Not the warehouse and no other file; the refusal is wrong usage and no fault of ours."""
    file = run.root / "written"
    before = digest(run.root)

    done = run("sql", query.format(file=file))

    assert (done.out, done.code) == ("", 2)
    assert done.err.startswith("Error: ")
    assert digest(run.root) == before


@pytest.mark.parametrize(
    "query",
    [
        "from '{file}'",
        "from read_csv('{file}')",
        "from read_text('{file}')",
        "from read_blob('{file}')",
        "from read_json('{file}')",
        "from sniff_csv('{file}')",
        "from parquet_metadata('{file}')",
        "from glob('{folder}/*')",
        "select * from query('from read_text(''{file}'')')",
        "from read_duckdb('{database}')",
        "select getenv('HOME')",
        "select getvariable('x') from query_table('{file}')",
    ],
)
def test_no_other_file_is_read(run: Program, query: str) -> None:
    """Neither its text nor its name reaches the answer."""
    file = run.folder("private") / "secret.csv"
    file.write_text("hush\nquiet\n")
    database = file.with_name("other.duckdb")
    shutil.copyfile(run.warehouse, database)

    done = run("sql", query.format(file=file, folder=file.parent, database=database))

    assert (done.out, done.code) == ("", 2)
    assert "hush" not in done.err
    assert "quiet" not in done.err


def test_variables_of_the_program_are_no_tables(run: Program) -> None:
    """DuckDB would look for a name among the variables of whoever calls it."""
    for name in ("query", "found", "relation", "warehouse"):
        assert run("sql", f"from {name}").code == 2


def test_other_commands_work_after_a_query(kept: Warehouse) -> None:
    """The locked engine is not used again in the process: the next piece of work may write."""
    sql_query.run(kept, "select 1")
    with pytest.raises(UsageError):
        sql_query.run(kept, "select nope")

    with kept.writing() as con:
        con.execute("insert into settings values ('test', 'x')")
        con.execute("delete from settings where key = 'test'")
    with kept.reading() as con:
        con.execute("set memory_limit = '1 GiB'")


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("selec 1", ["syntax error", "LINE 1: selec 1", "^"]),
        ("select nope from projects", ['"nope" not found', "Candidate bindings"]),
        ("select *\nfrom nowhere", ["nowhere does not exist"]),
        ("select\n  ->", ["syntax error", "LINE 2:   ->"]),
        ("select 'x'::int", ["Could not convert string 'x'", "LINE 1: select 'x'::int"]),
        ("select error('no\x1b[2J')", ["no\\x1b[2J"]),
        ("select $name", ["name"]),
        ("select 1; select 2", ["There are 2 statements"]),
        ("", ["The query is empty."]),
        ("/* nothing */", ["The query is empty."]),
        (";", ["The query is empty."]),
    ],
)
def test_an_error_says_what_and_where(run: Program, query: str, words: list[str]) -> None:
    """In DuckDB's words, a line each, and never as a traceback."""
    done = run("sql", query)

    assert (done.out, done.code) == ("", 2)
    for word in words:
        assert word in done.err
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err


def test_a_query_that_takes_too_long_is_stopped(kept: Warehouse) -> None:
    """Soon after its time is over; the warehouse is free for the next one."""
    began = time.monotonic()

    with pytest.raises(SkillhouseError, match=r"stopped after 0\.2 seconds") as told:
        sql_query.run(kept, ENDLESS, timeout_s=0.2)

    assert not isinstance(told.value, UsageError)
    assert time.monotonic() - began < 20
    assert sql_query.run(kept, "select 1").rows == [(1,)]
    for wrong in (0, -1, float("nan"), float("inf"), 1e9):
        with pytest.raises(UsageError, match="timeout"):
            sql_query.run(kept, "select 1", timeout_s=wrong)


def test_the_time_limit_of_the_command(run: Program) -> None:
    """Exit code 1: the query was in order."""
    done = run("sql", ENDLESS, "--timeout", "0.2")

    assert (done.out, done.code) == ("", 1)
    assert "--timeout 0.4" in done.err


def test_forms_exclude_each_other(run: Program) -> None:
    """CSV is no answer of JSON."""
    assert run("sql", "select 1", "--csv", "--json").code == 2


def test_a_warehouse_that_is_not_there_is_not_made(run: Program) -> None:
    """It is named, and so is the command that makes one."""
    run.warehouse.unlink()

    done = run("sql", "select 1")

    assert done.code == 1
    assert "register-project" in done.err
    assert not run.warehouse.exists()


# ---------------------------------------------------------------- path


def test_path_prints_the_path_and_nothing_else(run: Program) -> None:
    """So that it can stand in another command; whether the file is there is told beside it."""
    there = run("path")
    told = run("path", "--json").json
    run.warehouse.unlink()
    missing = run("path")

    assert (there.out, there.err, there.code) == (f"{run.warehouse}\n", "", 0)
    assert told["data"] == [{"path": str(run.warehouse), "exists": True}]
    assert (missing.out, missing.code) == (there.out, 0)
    assert "register-project" in missing.err
    assert not run.warehouse.exists()
