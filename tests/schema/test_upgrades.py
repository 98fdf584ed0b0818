"""Warehouses that earlier versions wrote: today's program opens them and says what they said.

How the files were made is said in ``make_warehouses.py``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.refresh import refresh
from aggregator.reports.compare import compare
from aggregator.reports.effectiveness import effectiveness
from aggregator.reports.top_skills import top_skills
from collector.collect import collect
from collector.projects.moving import move
from collector.projects.registry import projects
from command_line import Program
from conftest import THOROUGH
from expected import as_oracle, by_group, ranking, same
from old_fleet import ASKED_AT, LINES, MEMBERS, ZONE, lay_out
from oracle import Row, measure, read_project
from places import SAMPLES, TOP, WAREHOUSES
from schema.upgrade import MIGRATIONS
from schema.warehouse import Warehouse, reporting_zone
from stored import in_order, stored_rows

STATES = ("fresh", "marked")
EARLIER = [name.name.removesuffix(".duckdb.gz") for name in sorted(WAREHOUSES.glob("*.gz"))]
RAW = (
    "projects",
    "skill_usage",
    "source_files",
    "rejected_records",
    "collect_runs",
    "agent_recommendations",
    "settings",
)
"""Tables whose rows are facts, which no upgrade may lose; the others are computed from them."""

EACH = pytest.mark.parametrize("name", EARLIER)
AT_LENGTH = pytest.mark.parametrize(
    "name",
    [
        name
        for name in EARLIER
        if THOROUGH > 1 or name.endswith("marked") or name[:4] in (EARLIER[0][:4], EARLIER[-1][:4])
    ],
)
"""Marks wait in it or not: that is told apart in the longest upgrade, which takes the steps of all
others, and in the shortest."""


@pytest.fixture
def program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


def unpacked(name: str, folder: Path) -> Warehouse:
    """A stored warehouse as a file, to be opened by today's program."""
    path = folder / "data" / "warehouse.duckdb"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(gzip.decompress((WAREHOUSES / f"{name}.duckdb.gz").read_bytes()))
    return Warehouse(path)


def facts(path: Path) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """The rows of the raw tables with their columns' names, read by nothing but DuckDB."""
    found = {}
    with duckdb.connect(path, read_only=True) as con:
        con.execute("set TimeZone = 'UTC'").fetchall()
        for table in RAW:
            columns = [row[0] for row in con.execute(f"describe {table}").fetchall()]
            found[table] = (columns, _texts(con, table, columns))
    return found


def _texts(con: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
    listed = ", ".join(f"cast({column} as varchar)" for column in columns)
    return con.execute(f"select {listed} from {table} order by all").fetchall()


def said_then(name: str) -> dict[str, Any]:
    """What the version that wrote the warehouse answered."""
    text = (WAREHOUSES / f"{name[:4]}-answers.json").read_text(encoding="utf-8")
    answers: dict[str, Any] = json.loads(text)
    return answers


RECENT = re.compile(r"\.(trend|weeks|last_7_days|previous_7_days|next)$")
"""Spans counted back from today: they end with the last observed day now, and all comparisons are
of 30 days with the 90 before."""

NUMBER = re.compile(r"\d[\d.,-]*%?")


def still_said(then: Any, now: Any, where: str = "") -> list[str]:
    """Where an answer of then is no longer part of that of now; fields may have been added."""
    if RECENT.search(where):
        kept = isinstance(then, list) or now.keys() >= then.keys()
        return [] if kept and type(now) is type(then) else [f"{where}: {then} then, {now} now"]
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            fault
            for field, value in then.items()
            for fault in still_said(value, now.get(field, "nothing"), f"{where}.{field}")
        ]
    if where.endswith(".warnings"):
        # Versions since also warn where nothing new comes.
        return [f"{where}: {each}" for each in then if each not in now]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        pairs = enumerate(zip(then, now, strict=True))
        return [fault for i, (a, b) in pairs for fault in still_said(a, b, f"{where}[{i}]")]
    if isinstance(then, float) and isinstance(now, float):
        now = pytest.approx(now, rel=1e-12)
    if ".insights[" in where or where.endswith(".statement"):
        # Sentences may be worded anew; what they are about and their numbers stay.
        return [] if NUMBER.findall(then) == NUMBER.findall(now) else [f"{where}: {then} / {now}"]
    return [] if then == now else [f"{where}: {then} then, {now} now"]


@cache
def oracle_rows() -> tuple[Row, ...]:
    return tuple(
        row
        for member in MEMBERS
        for row in read_project(SAMPLES / member.sample, member.name, ZoneInfo(member.timezone))
    )


def hold_to_the_oracle(warehouse: Warehouse) -> None:
    """The three questions, answered from the files a second time."""
    rows = list(oracle_rows())
    assert stored_rows(warehouse) == in_order(rows)
    with warehouse.reading() as con:
        question = Question(ALL_TIME, scope(con), "all", ASKED_AT)
        ranked = top_skills(con, question, limit=100)
        told = effectiveness(con, question, "optimizer")
        compared = compare(con, question, "pytest-run")
        registered = projects(con)
    wanted = ranking(rows, limit=100)
    assert [(r.rank, r.measures.kind, r.measures.skill_name) for r in ranked.rows] == [
        (r.rank, r.kind, r.name) for r in wanted
    ]
    for row, want in zip(ranked.rows, wanted, strict=True):
        assert same(as_oracle(row.measures), want.measures)
    assert told is not None
    assert same(as_oracle(told.measures), measure(r for r in rows if r.name == "optimizer"))
    names = {project.project_id: project.name for project in registered}
    tests = by_group([row for row in rows if row.name == "pytest-run"], lambda row: row.project)
    for found, (project, expected) in zip(compared.by_project, tests, strict=True):
        assert names[found.group] == project
        assert same(as_oracle(found), expected)


def test_every_earlier_version_left_its_warehouses() -> None:
    """Who adds a migration stores what the version before it writes (make_warehouses.py)."""
    earlier = {f"{number:04d}-{s}" for number in range(1, len(MIGRATIONS)) for s in STATES}

    assert earlier <= set(EARLIER)
    for name in EARLIER:
        assert (WAREHOUSES / f"{name}.duckdb.gz").stat().st_size < 600 << 10


@AT_LENGTH
def test_an_old_warehouse_gives_the_answers_it_gave(program: Program, name: str) -> None:
    """Before and after the next refresh, and after all was computed anew."""
    warehouse = unpacked(name, program.root)
    then = said_then(name)

    for step in ((), ("aggregate",), ("aggregate", "--full")):
        if step:
            assert program(*step).code == 0
        for words in LINES:
            now = program("--json", *words)
            assert now.code == 0, now.err
            assert still_said(then[" ".join(words)], now.json, " ".join(words)) == []
    with warehouse.reading() as con:
        assert reporting_zone(con) == ZONE


@EACH
def test_an_upgrade_loses_no_fact_and_keeps_the_file_as_it_was(tmp_path: Path, name: str) -> None:
    """Every raw row is in the upgraded file with the columns it had; a copy is what was there."""
    warehouse = unpacked(name, tmp_path)
    before = facts(warehouse.path)
    digest = hashlib.sha256(warehouse.path.read_bytes()).hexdigest()

    with warehouse.reading() as con:
        after = {table: _texts(con, table, columns) for table, (columns, _) in before.items()}

    for table, (_, rows) in before.items():
        assert Counter(rows) <= Counter(after[table]), table
        assert table == "settings" or len(rows) == len(after[table])
    copies = [
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in warehouse.path.parent.rglob("*")
        if path.is_file() and path != warehouse.path
    ]
    assert copies == ([digest] if int(name[:4]) < len(MIGRATIONS) else [])


@AT_LENGTH
def test_an_old_warehouse_holds_what_the_files_say_and_knows_it(tmp_path: Path, name: str) -> None:
    """Rows and numbers are those that plain Python reads from the same files, before and after a
    refresh; reading every file from its start again adds nothing and changes nothing."""
    warehouse = unpacked(name, tmp_path)
    hold_to_the_oracle(warehouse)
    folders = lay_out(tmp_path / "fleet")
    with warehouse.writing() as con:
        for project in projects(con):
            move(con, project, folders[project.name])

    for full in (False, True):
        done = collect(warehouse, now=ASKED_AT, full=full)

        changes = [(entry.inserted, entry.updated) for entry in done.projects]
        assert changes == [(0, 0)] * len(MEMBERS)
        assert [problem for problem in done.problems if "rejected" not in str(problem)] == []
    refresh(warehouse, now=ASKED_AT)
    hold_to_the_oracle(warehouse)


@pytest.mark.parametrize("name", [f"{EARLIER[0][:4]}-marked", f"{EARLIER[-1][:4]}-marked"])
def test_several_ask_at_once_while_an_old_warehouse_is_upgraded(tmp_path: Path, name: str) -> None:
    """One of them upgrades, once; the others wait for it, and all get their answer.

    The longest upgrade and the shortest: how they wait has nothing to do with what is upgraded.
    """
    warehouse = unpacked(name, tmp_path)
    line = [sys.executable, "-m", "cli", "--warehouse", str(warehouse.path), "--json", "summary"]

    asking = [
        subprocess.Popen(
            line, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=60) for process in asking]

    assert [(p.returncode, err) for p, (_, err) in zip(asking, answers, strict=True)] == (
        [(0, "")] * 4
    )
    told = [json.loads(out)["totals"] for out, _ in answers]
    assert told == [told[0]] * 4
    with warehouse.reading() as con:
        steps = con.execute("select version from schema_migrations order by 1").fetchall()
    assert steps == [(number,) for number in range(1, len(MIGRATIONS) + 1)]
    hold_to_the_oracle(warehouse)
