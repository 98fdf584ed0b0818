"""What a shell completes: projects, skills and agents, quickly, and never with an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.refresh import refresh
from cli.options import complete_project, complete_skill
from command_line import LONG, WIDE, House, start
from conftest import Fleet, invocation, write_skills
from schema.warehouse import Warehouse


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory)


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
