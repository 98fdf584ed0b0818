"""What a shell completes: projects, skills and agents, quickly, and never with an error."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.dates import parse_period, parse_range
from aggregator.refresh import refresh
from cli import completion, state_writer
from cli.options import complete_project, complete_skill
from command_line import LONG, TOP, WIDE, House, Ran, start
from conftest import NOW, Fleet, invocation, write_skills
from schema.warehouse import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the warehouse would be; it is not there."""
    path = tmp_path / "w.duckdb"
    monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(path))
    monkeypatch.setenv("SKILLHOUSE_TIMEZONE", "UTC")
    return path


def completed(warehouse: Path, *words: str) -> list[str]:
    """What bash is told to offer for the last of the words."""
    line = " ".join(["skillhouse", *words])
    done = start(
        env={
            "SKILLHOUSE_WAREHOUSE": str(warehouse),
            "_SKILLHOUSE_COMPLETE": "complete_bash",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words)),
        }
    )
    assert (done.err, done.code) == ("", 0)
    return [line for line in done.out.splitlines() if line]


def test_names_are_offered_by_their_beginning(house: House, warehouse: Path) -> None:
    """Projects by name, skills and agents most used first."""
    house.copy_to(warehouse)

    assert complete_project("") == ["alpha", "beta", "gone"]
    assert complete_project("al") == ["alpha"]
    assert complete_skill("") == ["code-review", "deploy", "reviewer", LONG, WIDE]
    assert complete_skill("de") == ["deploy"]
    assert complete_skill("nothing") == []


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["top-s"], ["top-skills"]),
        (["effectiveness", "de"], ["deploy"]),
        (["compare", "code"], ["code-review"]),
        (["top-skills", "--project", "be"], ["beta"]),
        (["move-project", "al"], ["alpha"]),
        (["collect", "alpha", "b"], ["beta"]),
        (["--json", "doctor", "g"], ["gone"]),
        (["top-skills", "--sort", "eff"], ["effectiveness"]),
        (["top-skills", "--min"], ["--min-uses"]),
    ],
    ids=" ".join,
)
def test_a_shell_is_offered_them(
    house: House, warehouse: Path, words: list[str], offered: list[str]
) -> None:
    """The same through the protocol that bash speaks."""
    house.copy_to(warehouse)

    assert completed(warehouse, *words) == offered


def test_a_name_that_would_steer_the_terminal_is_not_offered(
    tmp_path: Path, warehouse: Path
) -> None:
    """It could not be typed either."""
    fleet = Fleet(tmp_path / "projects", Warehouse(warehouse, "UTC"))
    names = ["good", "bad\x1b[31m", "bad\u202e", "bad\nline"]
    records = [invocation(name) for name in names]
    write_skills(fleet.project(), {"invocations": records, "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=fleet.collect().started_at)

    assert complete_skill("") == ["good"]


def break_it(path: Path) -> None:
    path.write_bytes(b"no database at all" * 999)


@pytest.mark.parametrize(
    "damage",
    [lambda path: None, break_it, lambda path: path.mkdir(), lambda path: path.touch(mode=0o000)],
    ids=["missing", "broken", "a-folder", "empty"],
)
def test_without_a_usable_warehouse_nothing_is_offered(
    warehouse: Path, damage: Callable[[Path], None]
) -> None:
    """No error, no noise, and no file is made."""
    damage(warehouse)
    existed = warehouse.exists()

    assert complete_project("") == complete_skill("") == []
    assert completed(warehouse, "effectiveness", "de") == []
    assert warehouse.exists() == existed


# ---------------------------------------------------------------- without importing anything

TABLE = TOP / "cli" / "completions.txt"
NO_NEED = ("typer", "duckdb", "aggregator", "pathlib", "json", "re")


def asked(warehouse: Path, line: str, *, shell: str = "bash", **more: str) -> Ran:
    """A shell's question about the last word of a line, and the modules that answering took."""
    env = {
        "PYTHONPATH": f"{TOP}:{TOP / 'cli' / 'python-package'}",
        "SKILLHOUSE_WAREHOUSE": str(warehouse),
        "_SKILLHOUSE_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        **more,
    }
    code = (
        "import os, sys; leave = os._exit\n"
        "def end(code):\n"
        "    sys.stderr.write(' '.join(sys.modules)); sys.stderr.flush(); leave(code)\n"
        "os._exit = end\n"
        "sys.argv = ['skillhouse']\n"
        "from skillhouse.start import run; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Ran(done.stdout, done.stderr, done.returncode)


@pytest.fixture
def refreshed(house: House, warehouse: Path) -> Path:
    """The furnished house, with the files that a refresh writes."""
    house.copy_to(warehouse)
    state_writer.write(Warehouse(warehouse, "UTC"), NOW)
    return warehouse


def test_the_table_is_that_of_the_program() -> None:
    """``make docs`` writes it."""
    made = subprocess.run(
        [sys.executable, "-m", "cli.completion_table"],
        cwd=TOP,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert made.stdout == TABLE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("top-s", ["top-skills"]),
        ("base", ["baseline"]),
        ("baseline c", ["compare"]),
        ("--json effectiveness de", ["deploy"]),
        ("show de", ["deploy"]),
        ("help eff", ["effectiveness"]),
        ("top-skills --sort eff", ["effectiveness"]),
        ("top-skills --min", ["--min-uses"]),
        ("top-skills --project be", ["beta"]),
        ("top-skills -p be", ["beta"]),
        ("top-skills --format j", ["json", "jsonl"]),
        ("--format m", ["md"]),
        ("top-skills --since ye", ["yesterday"]),
        ("top-skills --period last", ["last-week", "last-month"]),
        ("runs ", ["1"]),
        ("collect alpha b", ["beta"]),
        ("config set sp", ["span"]),
        ("effectiveness deploy de", []),
        ("edit-project alpha --type c", ["cli"]),
        ("export top", ["top-skills"]),
    ],
)
def test_a_shell_gets_it_at_once(refreshed: Path, line: str, offered: list[str]) -> None:
    """Dates, formats, types and run numbers too; neither Typer nor the warehouse is needed."""
    done = asked(refreshed, f"skillhouse {line}")

    assert done.code == 0
    assert done.out.splitlines() == offered or (done.out.splitlines() == [""] and not offered)
    assert not set(NO_NEED) & {each.split(".")[0] for each in done.err.split()}


@pytest.mark.parametrize("line", ["baseline ", "top-skills --kind ", "show ", "top-skills --li"])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_says_what_typer_says(refreshed: Path, line: str, shell: str) -> None:
    """The same values in each shell's form; what completes is told of with its first sentence."""
    more = {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    fast = asked(refreshed, f"skillhouse {line}", shell=shell, **more)
    names = Path(f"{refreshed}.names")
    names.unlink()
    slow = start(
        env={
            "SKILLHOUSE_WAREHOUSE": str(refreshed),
            "_SKILLHOUSE_COMPLETE": f"complete_{shell}",
            "COMP_WORDS": f"skillhouse {line}",
            "COMP_CWORD": str(len(line.split(" "))),
            "_TYPER_COMPLETE_ARGS": f"'skillhouse' {line}",
            **more,
        }
    )

    def values(told: str) -> set[str]:
        lines = told.replace("_arguments '*: :((", "").replace("))'", "").splitlines()
        return {each.partition("\t")[0].partition(":")[0].strip('"') for each in lines}

    assert values(fast.out) == values(slow.out) != set()


@pytest.mark.parametrize("kind", ["date", "period"])
def test_every_date_that_is_offered_is_understood(kind: str) -> None:
    items = completion._values(kind, "", None)
    assert items
    for value, _ in items:
        assert parse_period(value, NOW, "UTC").since is not None
        if kind == "date":
            parse_range(value, None, NOW, "UTC")
