"""What a start imports, and how the process ends. Times are the benchmarks' business."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import duckdb
import pytest

import skillhouse.start
from command_line import TOP, House
from schema import engine

NOT_FOR_A_QUERY = (
    "json",
    "duckdb",
    "rich",
    "pydantic",
    "mcp",
    "anyio",
    "polars",
    "pandas",
    "numpy",
    "plotille",
    "pyarrow",
    "jsonschema",
)

_TELL = """
import sys
from cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write("\\n".join(sys.modules))
"""


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with a furnished warehouse."""
    root = tmp_path_factory.mktemp("house")
    warehouse = root / "w.duckdb"
    House(tmp_path_factory).copy_to(warehouse)
    return {
        "PATH": "/usr/bin:/bin",
        "SKILLHOUSE_WAREHOUSE": str(warehouse),
        "SKILLHOUSE_TIMEZONE": "UTC",
    }


def python(
    *arguments: str, env: dict[str, str], stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=TOP,
        env=env,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "own", "reports"),
    [
        (["top-skills", "--limit", "1"], "top_skills", {"tokens", "origins"}),
        (["effectiveness", "deploy"], "effectiveness", {"tokens", "adoption", "origins"}),
    ],
    ids=["top-skills", "effectiveness"],
)
def test_a_query_imports_only_what_it_needs(
    env: dict[str, str], line: list[str], own: str, reports: set[str]
) -> None:
    """Its own command and report; nothing that collects, and no library that others need.

    The names in these answers are ASCII: the width of others is asked of a library.
    """
    done = python("-c", _TELL, *line, env=env)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stderr.split())

    assert {each for each in loaded if each.startswith("cli.commands.")} == {
        "cli.commands.blocks",
        f"cli.commands.{own}",
    }
    assert {each for each in loaded if each.startswith("aggregator.reports.")} == {
        f"aggregator.reports.{report}" for report in {own, *reports}
    }
    assert not {each for each in loaded if each.split(".")[0] == "collector"}
    assert not {"cli.demo", "cli.reference"} & loaded
    # What a refresh found is stored as JSON.
    needed = {"json"} if own == "effectiveness" else set()
    assert not (set(NOT_FOR_A_QUERY) - needed) & loaded


def test_whoever_uses_relations_imports_them() -> None:
    """Connections get these methods when the package is imported, which most commands do not do."""
    code = """if True:
        import _duckdb
        few = set(dir(_duckdb.DuckDBPyConnection))
        import duckdb
        print(*set(dir(duckdb.DuckDBPyConnection)) - few)
    """
    added = set(python("-c", code, env={}).stdout.split())
    assert {"sql", "table", "read_parquet"} <= added
    users, forgetful = set(), set()
    for folder in skillhouse.start.PACKAGES:
        for path in (TOP / folder).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            called = {
                each.func.attr
                for each in ast.walk(tree)
                if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
                if ast.unparse(each.func.value).rpartition(".")[2].lstrip("_") == "con"
            }
            if called & added:
                users.add(path.name)
                imported = {
                    name.name
                    for each in ast.walk(tree)
                    if isinstance(each, ast.Import)
                    for name in each.names
                }
                if "duckdb" not in imported:
                    forgetful.add(path.name)
    assert {"contents.py", "sheet.py", "sql_query.py"} <= users
    assert not forgetful


def test_a_duckdb_without_its_module_is_used_by_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A version that names things otherwise costs time, and works."""
    assert engine.duckdb.DuckDBPyConnection is duckdb.DuckDBPyConnection
    monkeypatch.setattr(engine, "_USED", ("another name",))
    assert engine._engine() is duckdb


def test_a_line_for_a_prompt_imports_next_to_nothing(env: dict[str, str]) -> None:
    """No screen and nothing that collects or answers: a prompt waits for it every time."""
    done = python("-c", _TELL, "status", "--line", env=env)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stderr.split())

    assert {each for each in loaded if each.startswith("aggregator.")} == {
        "aggregator.parameters",
        "aggregator.reports",
        "aggregator.reports.open_runs",
        "aggregator.reports.status",
        "aggregator.text",
    }
    assert "cli.screen" not in loaded
    assert not {each for each in loaded if each.split(".")[0] == "collector"}
    assert not {*NOT_FOR_A_QUERY} & loaded


def test_the_installed_program_and_the_module_are_one() -> None:
    """The console script is what ``python -m skillhouse`` and ``python -m cli`` run."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    script = EntryPoint("skillhouse", project["scripts"]["skillhouse"], "console_scripts")

    assert script.load() is skillhouse.start.run


def test_the_module_runs_the_program(env: dict[str, str]) -> None:
    """``python -m skillhouse`` is the program, and its exit code too."""
    module = python("-m", "skillhouse", "projects", env=env)
    package = python("-m", "cli", "projects", env=env)
    wrong = python("-m", "skillhouse", "top-skills", "--limit", "x", env=env)

    assert (module.returncode, module.stdout) == (0, package.stdout)
    assert wrong.returncode == 2


def test_importing_it_imports_nothing_else(env: dict[str, str]) -> None:
    """Every command begins with this package, and notebooks pay when they ask."""
    code = "import sys; old = set(sys.modules); import skillhouse; print(*set(sys.modules) - old)"

    assert set(python("-c", code, env=env).stdout.split()) == {"skillhouse", "__future__"}


@pytest.mark.parametrize(
    ("line", "code"),
    [(["top-skills"], 0), (["projects", "--json"], 0), (["top-skills", "--limit", "x"], 2)],
    ids=["answer", "json", "usage"],
)
def test_the_process_ends_with_its_output_whole(
    env: dict[str, str], line: list[str], code: int, tmp_path: Path
) -> None:
    """In a file, where output is buffered, all of it arrives before the process is gone."""
    with (tmp_path / "out").open("w") as out:
        done = python("-m", "cli", *line, env=env, stdout=out.fileno())

    assert done.returncode == code
    written = (tmp_path / "out").read_text("utf-8")
    assert written.endswith("\n") == (not code)
    assert done.stderr.endswith("\n") == bool(code)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("line", ["top-skills", "--help", "--version"])
def test_output_that_cannot_be_written_is_an_error(env: dict[str, str], line: str) -> None:
    """Said on stderr, and the exit code is not 0."""
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        done = python("-m", "cli", line, env=env, stdout=full)
    finally:
        os.close(full)

    assert done.returncode != 0
    assert done.stderr


def test_output_into_a_closed_stream_ends_in_order(env: dict[str, str]) -> None:
    """``skillhouse ... >&-``: Python then has no stdout at all."""
    closed = (
        "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )

    done = python("-c", closed, "-m", "cli", "top-skills", "--nope", env=env)

    assert done.returncode == 2
    assert "No such option" in done.stderr


def test_a_profiler_gets_to_write_its_findings(env: dict[str, str], tmp_path: Path) -> None:
    """What looks on does its work at the ordinary end of a process."""
    findings = tmp_path / "findings"

    done = python("-m", "cProfile", "-o", str(findings), "-m", "cli", "top-skills", env=env)

    assert done.returncode == 0
    assert findings.stat().st_size > 0
