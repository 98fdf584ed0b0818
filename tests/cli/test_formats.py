"""Each format of each answer: read back with other people's parsers, it says what the JSON says."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from math import isclose
from pathlib import Path
from typing import Any

import pytest

from aggregator.text import rounded
from command_line import House, Program
from command_lines import LINES
from conftest import invocation, write_skills
from test_cli_contract import words

pytestmark = pytest.mark.slow

Row = Mapping[str, Any]

DIFFERS_BY_RUN = {
    "backup": {"path", "removed", "size_bytes"},
    "baseline-save": {"baseline", "created_at"},
    "compact": {"bytes_before", "bytes_after"},
    "report": {"size_bytes"},
    "restore": {"kept_aside", "size_bytes"},
    "runs": {"duration_ms"},
    "status": {"warehouse_bytes", "backup_bytes", "temporary_bytes"},
}
"""What two runs of the same line cannot have in common: sizes of files, and names made of times."""


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def lived_in(run: Program, house: House) -> Program:
    house.copy_to(run.warehouse)
    return run


def same(command: str, row: Row) -> dict[str, Any]:
    return {
        name: value for name, value in row.items() if name not in DIFFERS_BY_RUN.get(command, ())
    }


def at(row: Row, column: str) -> Any:
    value: Any = row
    for step in column.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def says(text: str, value: Any) -> bool:
    """Whether a cell has the value of the JSON, a fraction in few digits."""
    if value is None:
        return text == ""
    if isinstance(value, bool):
        return text == str(value).lower()
    if isinstance(value, float):
        return isclose(float(text), value, rel_tol=5e-4, abs_tol=0.005 if abs(value) >= 1 else 0)
    if isinstance(value, list):
        return text == "; ".join(map(str, value))
    if isinstance(value, Mapping):
        return text == "; ".join(f"{name}={each}" for name, each in value.items())
    return text.removeprefix("'") == str(value)


def missing(row: Row, columns: set[str], before: str = "") -> Iterator[str]:
    """The values of a row that have no column. A list of objects is left out."""
    for name, value in row.items():
        column = f"{before}{name}"
        if column in columns:
            continue
        if isinstance(value, Mapping):
            yield from missing(value, columns, f"{column}.")
        elif value is not None and not (isinstance(value, list) and columns):
            yield column


def markdown_tables(page: str) -> list[tuple[list[str], list[list[str]]]]:
    """The tables of a page: the cells of their heads, and of their rows."""
    tables: list[tuple[list[str], list[list[str]]]] = []
    inside = False
    for line in page.splitlines():
        if not line.startswith("| "):
            inside = False
            continue
        cells = [re.sub(r"\\(.)", r"\1", cell[1:-1]) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not inside:
            tables.append((cells, []))
        elif set(cells) != {"---"}:
            assert len(cells) == len(tables[-1][0])
            tables[-1][1].append(cells)
        inside = True
    return tables


@pytest.mark.parametrize("command", LINES)
def test_every_format_says_what_json_says(run: Program, house: House, command: str) -> None:
    """The same rows, and every field of them but those that are lists of objects."""

    def answer(form: str) -> str:
        house.copy_to(run.warehouse)
        done = run("--format", form, *words(run, command))
        assert done.code == 0, done.err
        return str(done.out)

    rows = json.loads(answer("json"))["data"]
    lines = [json.loads(line) for line in answer("jsonl").splitlines()]
    assert [same(command, row) for row in lines] == [same(command, row) for row in rows]

    reader = csv.DictReader(StringIO(answer("csv")), strict=True)
    columns = set(reader.fieldnames or ())
    told = [same(command, row) for row in reader]
    assert len(told) == len(rows)
    for cells, row in zip(told, rows, strict=True):
        if command == "sql":  # a list in a person's own query may hold anything, and is JSON text
            assert json.loads(cells.pop("list")) == row["list"]
        assert [c for c in cells if not says(cells[c], at(row, c))] == []
        texts = {name for name in cells if isinstance(at(row, name), str)}
        assert not any(cells[name].startswith(("{", "[")) for name in cells.keys() - texts)
        assert list(missing(row, columns)) == []

    tables = markdown_tables(answer("md"))
    head, body = tables[0]
    if head == ["field", "value"]:
        [row], body = rows, [[value for _, value in body]] and body
        pairs = [(name, value, row) for name, value in body]
    else:
        assert len(body) == len(rows)
        pairs = [
            (name, cell, row)
            for cells, row in zip(body, rows, strict=True)
            for name, cell in zip(head, cells, strict=True)
        ]
    wrong = [
        (name, cell)
        for name, cell, row in pairs
        if name in same(command, {name: 0}) and not says(cell.replace("\\n", "\n"), at(row, name))
    ]
    assert wrong == []


def test_a_format_may_stand_anywhere(lived_in: Program) -> None:
    """Before the command, behind it, and with or without an equals sign."""
    expected = lived_in("--format", "csv", "top-skills").out

    assert expected.startswith("rank,")
    assert lived_in("top-skills", "--format=csv").out == expected
    assert lived_in("top-skills", "--days", "9999", "--format", "csv").out == expected
    assert lived_in("-j", "projects").json == lived_in("projects", "--format", "json").json


def test_fields_are_chosen_by_name(lived_in: Program) -> None:
    """In the order asked for, exact in JSON, in every format; a field of an object by its way."""
    whole = lived_in("top-skills", "--json").json["data"]
    names = ["skill_name", "success_rate", "tokens.runs"]
    expected = [{name: at(row, name) for name in names} for row in whole]
    line = ("top-skills", f"--json={','.join(names)}")

    assert lived_in(*line).json["data"] == expected
    assert lived_in("--fields", ",".join(names), "top-skills").json["data"] == expected
    lines = lived_in(*line[:1], "--fields", ",".join(names), "--format", "jsonl").lines
    assert [json.loads(each) for each in lines] == expected
    head, *rows = csv.reader(lived_in(*line[:1], "--format", "csv", "--fields=success_rate").lines)
    assert head == ["success_rate"]
    assert [row[0] for row in rows] == [rounded(row["success_rate"]) for row in whole]
    [(head, rows)] = markdown_tables(lived_in(*line[:1], "--format=md", "--fields=kind,rank").out)
    assert (head, rows) == (["kind", "rank"], [[row["kind"], str(row["rank"])] for row in whole])


def test_an_unknown_field_stops_before_anything_is_done(lived_in: Program) -> None:
    """The nearest and the list; the project that would be unregistered stays."""
    refused = lived_in("unregister-project", "beta", "--fields", "project_nam", "--format", "csv")

    assert (refused.code, refused.out) == (2, "")
    assert "'project_nam'" in refused.err
    assert "Did you mean project_name" in refused.err
    assert "project_id, project_name, project_path" in refused.err
    active = [row for row in lived_in("projects", "--json").json["data"] if row["is_active"]]
    assert "beta" in [row["project_name"] for row in active]


@pytest.mark.parametrize(
    "line",
    [
        ["effectiveness", "nothing-of-that-name"],
        ["top-skills", "--since", "tomorrowish"],
        ["top-skills", "--limit", "many"],
        ["no-such-command"],
        ["top-skills", "--no-such-option"],
        ["top-skills", "--warehouse"],
        ["top-skills", "--warehouse", "/nowhere/w.duckdb"],
        ["sql", "delete from skill_usage"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("form", [["--json"], ["-j"], ["--format", "jsonl"], ["--json=skill_name"]])
def test_an_error_is_json_where_json_is_asked_for(
    lived_in: Program, line: list[str], form: list[str]
) -> None:
    """One line on stderr, with the exit code that the command ends with without --json."""
    plain = lived_in(*line)
    if form == ["--json=skill_name"] and line[0] == "sql":
        form = ["--json=x"]

    done = lived_in(*form, *line)

    assert done.out == ""
    error = json.loads(done.err)["error"]
    assert set(error) == {"message", "hint", "exit_code"}
    assert done.code == error["exit_code"] == plain.code != 0
    assert error["message"]
    assert "\n" not in done.err.strip()


def test_formats_exclude_each_other(lived_in: Program) -> None:
    """Two formats, or a table of chosen fields, are a wrong line."""
    for line in (
        ["--json", "--format", "csv"],
        ["--format", "table", "--fields", "rank"],
        ["--fields", ","],
        ["--format", "yaml"],
        ["--format"],
    ):
        assert lived_in("top-skills", *line).code == 2, line


def test_csv_cannot_run_anything(run: Program) -> None:
    """A name that a spreadsheet would run gets an apostrophe, as in an export; numbers do not."""
    repo = run.folder("repo")
    evil = '=HYPERLINK("x","y")'
    write_skills(repo, {"invocations": [invocation(evil), invocation("a,b")]})
    run("register-project", str(repo))
    run("refresh")

    printed = run("top-skills", "--format", "csv").out
    exported = run("export", "top-skills", "--format", "csv").out

    named = {row["skill_name"] for row in csv.DictReader(StringIO(printed))}
    assert named == {f"'{evil}", "a,b"}
    assert named == {row["skill_name"] for row in csv.DictReader(StringIO(exported))}
    asked = run(
        "sql", "--format", "csv", "select skill_name, -1 as n from skill_usage order by n"
    ).out
    assert {(row["skill_name"], row["n"]) for row in csv.DictReader(StringIO(asked))} == {
        (f"'{evil}", "-1"),
        ("a,b", "-1"),
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (0.86956521, "0.8696"),
        (1e-9, "1e-09"),
        (1.0, "1"),
        (-2.5, "-2.5"),
        (12.346, "12.35"),
        (999.999, "1000"),
        (1000.4, "1000"),
        (123456.7, "123457"),
    ],
)
def test_numbers_have_few_digits(value: float, text: str) -> None:
    assert rounded(value) == text
