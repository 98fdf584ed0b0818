"""Exports hold what answers and tables hold, in every format, and harm nothing on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from aggregator import tables
from cli.answers import catalogue
from cli.answers.places import PLACES
from cli.answers.types import answer_names
from cli.exporting import excel, markdown
from command_line import TOP, House, Program
from conftest import invocation, write_skills
from exported import FORMATS, rows_of
from schema.dictionary import TABLES
from schema.warehouse import Warehouse

TABULAR = ("csv", "parquet", "xlsx")
FORMULAS = ("=1+1", "+1", "-1", "@sum", "\tx", "\uff1dx")


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program where nothing is registered yet."""
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def lived_in(run: Program, house: House) -> Program:
    house.copy_to(run.warehouse)
    return run


def export(run: Program, form: str, *words: str) -> Path:
    """The file of an export that goes well."""
    target = run.root / f"made.{form}"
    done = run("export", *words, "--format", form, "--output", str(target), "--force")
    assert done.code == 0, done.err
    return target


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize("form", TABULAR)
def test_a_file_holds_the_rows_of_the_answer(lived_in: Program, form: str) -> None:
    """Every field of every row, numbers to the last digit, instants as the same instants."""
    answer = lived_in("top-skills", "--json").json

    rows = rows_of(export(lived_in, form, "top-skills"), form)

    assert len(rows) == len(answer["data"])
    for row, expected in zip(rows, answer["data"], strict=True):
        assert {name.partition(".")[0] for name in row} == set(expected)
        for name, cell in row.items():
            outer, _, inner = name.partition(".")
            value = expected[outer]
            if inner and value is not None:
                value = value[inner]
            assert same(cell, value, form), (name, cell, value)


def same(cell: object, value: object, form: str) -> bool:
    if value is None:
        return cell in (None, "")
    if form == "csv" or isinstance(cell, str):
        cell = str(cell)
        if isinstance(value, str) and value[10:11] == "T":
            return datetime.fromisoformat(cell) == datetime.fromisoformat(value)
        return cell == value if isinstance(value, str) else float(cell) == value
    if isinstance(cell, datetime):
        return cell == datetime.fromisoformat(str(value))
    # Excel writes sixteen digits of a number.
    return cell == (pytest.approx(value, rel=1e-15) if form == "xlsx" else value)


def one_name(what: str) -> list[str]:
    """What an answer is asked about that can be asked about one."""
    if "name" not in catalogue.known(what).parameters:
        return []
    named = {"baseline": ["kept"], "patterns": [], "workflows": []}
    return named.get(what.partition("-")[0], ["deploy"])


@pytest.mark.parametrize(
    "what", [name for name in catalogue.exported_names() if name != "activity"]
)
def test_json_is_the_answer_itself(lived_in: Program, what: str) -> None:
    """As its command gives it with --json; of a ranking all rows."""
    in_groups = what.startswith(("baseline-", "patterns-"))
    command = what.split("-") if in_groups else [what]
    if what.startswith("baseline-"):
        lived_in("baseline", "save", "kept")
    answer = lived_in(*command, *one_name(what), "--json").json
    if "limit" in answer["filters"]:
        answer["filters"]["limit"] = None

    told = json.loads(export(lived_in, "json", what, *one_name(what)).read_text("utf-8"))

    assert told | {"data": told["data"][: len(answer["data"])]} == answer


@pytest.mark.parametrize("form", TABULAR)
@pytest.mark.parametrize("what", [["summary"], ["effectiveness", "deploy"], ["compare", "deploy"]])
def test_columns_do_not_depend_on_what_was_found(
    lived_in: Program, what: list[str], form: str
) -> None:
    """Nested objects are columns of their own, lists stay one; the same over a span of nothing."""
    span = ["--project", "beta"] if what == ["summary"] else ["--period", "2025-01"]
    full = export(lived_in, "csv", *what).read_text("utf-8").splitlines()[0]
    empty = export(lived_in, "csv", *what, *span).read_text("utf-8").splitlines()[0]

    rows = rows_of(export(lived_in, form, *what), form)

    assert full == empty
    assert ",".join(rows[0]) == full
    if what[0] == "effectiveness":
        assert next(iter(rows[0])) == "kind"
        assert "trend.current.success_rate" in rows[0]
        assert {each["project_name"] for each in json.loads(str(rows[0]["by_project"]))} == {
            "alpha",
            "beta",
        }


def test_an_answer_takes_its_own_options_and_the_questions_filters(lived_in: Program) -> None:
    """As its command does; without a limit all rows."""
    for options, own in (
        (["--set", "sort=effectiveness", "--limit", "2"], ["--sort", "effectiveness"]),
        (["--kind", "agent", "--days", "15", "--limit", "2"], ["--kind", "agent", "--days", "15"]),
        (["--project", "alpha", "--set", "min_uses=2", "--limit", "2"], ["--project", "alpha"]),
    ):
        shown = lived_in("top-skills", *own, "--limit", "2", "--json").json["data"]

        rows = lived_in("export", "top-skills", *options, "--format", "json").json["data"]

        assert rows == shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing-such"], "Nothing named 'nothing-such'"),
        (["top-skils"], "Did you mean top-skills"),
        (["settings"], "Nothing named 'settings'"),
        (["compare"], "needs a name"),
        (["compare", "deplyo"], "Did you mean deploy"),
        (["top-skills", "deploy"], "has no 'name'"),
        (["summary", "--days", "3"], "cannot be filtered by a span"),
        (["compare", "deploy", "--limit", "3"], "has no limit"),
        (["top-skills", "--set", "sort=luck"], "Allowed: uses or effectiveness"),
        (["top-skills", "--set", "min_uses=many"], "an integer"),
        (["top-skills", "--set", "colour=red"], "Options: sort, min_uses"),
        (["top-skills", "--set", "sort"], "is not KEY=VALUE"),
        (["top-skills", "--period", "never"], "never"),
        (["collect_runs", "--kind", "skill"], "by kind"),
        (["collect_runs", "deploy"], "by name"),
        (["collect_runs", "--days", "3"], "by span of days"),
        (["collect_runs", "--project", "alpha"], "by project"),
        (["skill_usage", "--set", "sort=uses"], "is a table"),
        (["pseudonyms"], "no pseudonyms yet"),
        (["top-skills", "--format", "parquet"], "--output"),
        (["top-skills", "--format", "xlsx"], "--output"),
        (["top-skills", "--json"], "--output"),
        (["top-skills", "--output", "top.txt"], "Cannot tell the format"),
        (["top-skills", "--output", "no/such/folder/top.csv"], "There is no folder"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_exported_is_said(lived_in: Program, words: list[str], told: str) -> None:
    """Wrong usage, two sentences, nothing on stdout and no file."""
    before = sorted(lived_in.root.rglob("*"))

    done = lived_in("export", *words)

    assert (done.code, done.out) == (2, "")
    assert told in done.err
    sentences = json.loads(done.err)["error"]["hint"] if "--json" in words else done.err
    assert len(sentences.splitlines()) == (1 if "--json" in words else 2)
    assert sorted(lived_in.root.rglob("*")) == before


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize("table", tables.names())
def test_every_table_can_be_exported(lived_in: Program, table: str) -> None:
    """All its rows and columns in every format, but for what the file keeps to itself."""
    with Warehouse(lived_in.warehouse).reading() as con:
        expected = con.table(table)
        head = list(expected.columns)
        [(count,)] = con.execute("select count(*) from query_table($t)", {"t": table}).fetchall()

    for form in FORMATS:
        target = export(lived_in, form, table, "--all-projects")
        if form == "markdown":
            assert len(target.read_text("utf-8").splitlines()) == count + 4
            continue
        rows = rows_of(target, form)
        assert len(rows) == count
        assert all(list(row) == head for row in rows)


def test_what_the_file_keeps_to_itself_is_no_table() -> None:
    """Its settings, with the key of its pseudonyms, its own history, what skill files say."""
    assert {table.name for table in TABLES} - set(tables.names()) == {
        *("settings", "schema_migrations"),
        *("skill_files", "skill_texts", "skill_categories", "skill_scans", "skill_vectors"),
    }


@pytest.mark.parametrize("form", ["csv", "parquet", "json", "xlsx"])
def test_rows_keep_decimals_instants_and_lists(run: Program, form: str) -> None:
    """Decimals to the digit, instants with the zone's offset, numbers Excel would round as text."""
    app = run.folder("app")
    record = invocation(
        at="2026-11-02T09:00:00.123456",
        duration_seconds=98765432101.234,
        follow_up_actions=["a, b", 'c"d'],
    )
    write_skills(app, {"invocations": [record], "last_updated": ""})
    run("register-project", str(app), "--timezone", "UTC")
    run("refresh")
    run("aggregate", "--timezone", "Asia/Kathmandu")

    [row] = rows_of(export(run, form, "skill_usage"), form)

    assert Decimal(str(row["duration_ms"])) == Decimal("98765432101234")
    if form == "parquet":
        assert row["invoked_at"] == datetime.fromisoformat("2026-11-02T09:00:00.123456+00:00")
        assert row["followup_names"] == ["a, b", 'c"d']
        return
    assert row["invoked_at"] == "2026-11-02T14:45:00.123456+05:45"
    assert row["day"] in ("2026-11-02", datetime(2026, 11, 2))  # noqa: DTZ001  # of a day
    names = row["followup_names"]
    assert (names if form == "json" else json.loads(names)) == ["a, b", 'c"d']
    with Warehouse(run.warehouse).reading() as con:
        [(file_id,)] = con.execute("select source_file_id from skill_usage").fetchall()
    assert str(row["source_file_id"]) == str(file_id)


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["skill_usage"], "project_id in (select project_id from projects where is_active)"),
        (["skill_usage", "--all-projects"], "true"),
        (["skill_usage", "deploy", "--kind", "skill", "--all-projects"], "skill_name = 'deploy'"),
        (
            ["skill_usage", "--project", "alpha"],
            "project_id in (select project_id from projects where project_name = 'alpha')",
        ),
        (
            ["skill_usage", "--since", "2026-11-03", "--until", "2026-11-05", "--all-projects"],
            "day between '2026-11-03' and '2026-11-05'",
        ),
        (
            ["skill_statistics", "--period", "2026-W45", "--all-projects"],
            "time_window = 'weekly' and window_start = '2026-11-02'",
        ),
        (
            ["skill_statistics", "--days", "7", "--all-projects"],
            "time_window = 'daily' and window_start between '2026-11-14' and '2026-11-20'",
        ),
        (
            ["skill_statistics"],
            "project_id = '*' or project_id in (select project_id from projects where is_active)",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_rows_of_a_table_are_chosen(lived_in: Program, words: list[str], where: str) -> None:
    """By project, kind, name and span, where the table has them; unregistered projects are not."""
    with Warehouse(lived_in.warehouse).reading() as con:
        [(count,)] = con.execute(f"select count(*) from {words[0]} where {where}").fetchall()

    rows = lived_in("export", *words, "--format", "json").json
    some = lived_in("export", *words, "--format", "json", "--limit", "2").json

    assert len(rows) == count > 2
    assert some == rows[:2]


# ---------------------------------------------------------------- formulas


@pytest.mark.parametrize("what", ["top-skills", "skill_usage"])
def test_no_name_becomes_a_formula(run: Program, what: str) -> None:
    """CSV puts an apostrophe before it, Excel keeps it a text, other formats leave it alone."""
    app = run.folder("app")
    write_skills(app, {"invocations": [invocation(name) for name in FORMULAS], "last_updated": ""})
    run("register-project", str(app))
    run("refresh")

    read = {
        form: {str(row["skill_name"]) for row in rows_of(export(run, form, what), form)}
        for form in ("csv", "parquet", "json", "xlsx")
    }
    book = openpyxl.load_workbook(run.root / "made.xlsx")

    assert read["parquet"] == read["json"] == read["xlsx"] == set(FORMULAS)
    assert read["csv"] == {f"'{name}" for name in FORMULAS}
    assert not [cell for page in book for row in page.rows for cell in row if cell.data_type == "f"]


# ---------------------------------------------------------------- what a format cannot take


def test_excel_s_limits_are_said(lived_in: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many rows are refused beforehand; a text that is too long is cut, and that is told."""
    monkeypatch.setattr(excel, "MAX_ROWS", 98)
    target = lived_in.root / "rows.xlsx"

    refused = lived_in("export", "skill_usage", "--output", str(target))
    fits = lived_in("export", "skill_usage", "--limit", "97", "--output", str(target))
    monkeypatch.setattr(excel, "MAX_CHARACTERS", 12)
    cut = lived_in("export", "projects", "--force", "--output", str(target))

    assert (refused.code, fits.code, cut.code) == (2, 0, 0)
    assert "98 rows are too many" in refused.err
    assert "parquet" in refused.err
    assert "cells cut to" in cut.err
    assert max(len(str(row["project_path"])) for row in rows_of(target, "xlsx")) == 12


def test_markdown_is_for_few_rows(lived_in: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """More are refused with what to do instead."""
    monkeypatch.setattr(markdown, "MAX_ROWS", 10)

    refused = lived_in("export", "skill_usage", "--format", "markdown")

    assert (refused.code, refused.out) == (2, "")
    assert "--limit" in refused.err


def test_markdown_reads_as_a_page(lived_in: Program) -> None:
    """A heading, what was asked, the fields, and a section for each list."""
    page = lived_in("export", "effectiveness", "deploy", "--format", "markdown").out

    assert page.startswith("# effectiveness\n\nAs of 2026-11-20T12:00:00+00:00 (UTC).")
    assert "## by\\_project" in page
    assert "| ToolError |" in page
    assert "### current" in page


def test_without_the_library_excel_is_a_sentence(
    lived_in: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which extra to install; nothing else needs it."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    target = lived_in.root / "top.xlsx"

    done = lived_in("export", "top-skills", "--output", str(target))

    assert (done.code, done.out, target.exists()) == (1, "", False)
    assert "the extra `excel`, which is not installed. Install it with:\n" in done.err
    assert lived_in("export", "top-skills").code == 0


# ---------------------------------------------------------------- the catalogue of answers


def test_every_answer_has_a_type_by_its_name() -> None:
    """It is the name of both."""
    for name in catalogue.exported_names():
        assert name in answer_names()
        assert catalogue.known(name).name == name


def test_an_answer_is_imported_only_when_it_is_asked_for() -> None:
    """Looking one up imports that one."""
    look = (
        "import sys; from cli.answers import catalogue; print(*sys.modules); print('--');"
        "catalogue.known('compare'); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=TOP, capture_output=True, encoding="utf-8", check=True
    )
    before, after = (part.split() for part in done.stdout.split("--\n"))
    own = {place.path for place in PLACES.values()}

    assert not own & set(before)
    assert own & set(after) == {"aggregator.answers.compare"}


def test_parameters_are_those_of_the_function() -> None:
    """With their types, choices and defaults; what it needs is said to be required."""
    ranked = catalogue.known("top-skills").parameters

    assert list(ranked) == ["sort", "min_uses", "limit", "trigger", "source", "category"]
    assert ranked["sort"].choices[0] == ranked["sort"].default == "uses"
    assert (ranked["limit"].type, ranked["limit"].default) == (int, 20)
    assert catalogue.known("compare").parameters["name"].required
    assert not ranked["limit"].required


def test_a_day_in_excel_is_a_day(lived_in: Program) -> None:
    """A date that sorts and computes, of public instants too."""
    [row, *_] = rows_of(export(lived_in, "xlsx", "top-skills", "--public"), "xlsx")

    assert isinstance(row["last_used"], datetime)
    assert row["last_used"].date() == date(2026, 11, 20)
