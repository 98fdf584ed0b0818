"""Settings for every command: option, environment, file, default, in this order."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import platformdirs
import pytest

from cli.configuration import SETTINGS, Configuration, setting, write_setting
from command_line import House, Program
from schema.errors import UsageError
from schema.settings import plain_folder


@pytest.fixture
def file(run: Program, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of settings, which is not there yet."""
    path = run.root / "settings" / "config.toml"
    monkeypatch.setenv("SKILLHOUSE_CONFIG", str(path))
    return path


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program where nothing is registered yet."""
    return Program(tmp_path, capsys, monkeypatch)


@pytest.fixture
def lived_in(run: Program, house: House) -> Program:
    """The program with two active projects that have been collected, and one's own settings."""
    house.copy_to(run.warehouse)
    return run


VALUES = {
    "warehouse": ("~/w.duckdb", str(Path("~/w.duckdb").expanduser())),
    "timezone": ("Asia/Kolkata", "Asia/Kolkata"),
    "span": ("90D", "90d"),
    "kind": ("agent", "agent"),
    "projects": ("a, b c ,", ["a", "b c"]),
    "limit": ("7", 7),
    "color": ("never", "never"),
    "theme": ("light", "light"),
    "pager": ("less -R", "less -R"),
    "recent_days": ("14", 14),
    "earlier_days": ("28", 28),
    "listing_budget": ("16000", 16000),
}
WRONG = {
    "timezone": "Mars/Base",
    "span": "soon",
    "kind": "both",
    "limit": "0",
    "color": "red",
    "theme": "blue",
    "recent_days": "0",
    "earlier_days": "many",
    "listing_budget": "-1",
}


@pytest.mark.parametrize("name", [each.name for each in SETTINGS])
def test_environment_then_file_then_default(name: str, file: Path) -> None:
    """Each setting from each place; a program that reads TOML finds in the file what was set."""
    text, value = VALUES[name]
    of = setting(name)
    assert Configuration({"SKILLHOUSE_CONFIG": str(file)}).found(of).source == "default"

    write_setting(of, text)
    assert tomllib.loads(file.read_text(encoding="utf-8")) == {name: value}
    found = Configuration({"SKILLHOUSE_CONFIG": str(file)}).found(of)
    assert (found.value, found.source) == (value, "file")

    other: Mapping[str, str] = {"SKILLHOUSE_CONFIG": str(file), of.variable: text}
    file.write_text("", encoding="utf-8")
    found = Configuration(other).found(of)
    assert (found.value, found.source) == (value, "environment")


@pytest.mark.parametrize(("name", "text"), WRONG.items())
def test_a_wrong_value_is_refused_where_it_is_set_and_where_it_is_read(
    name: str, text: str, file: Path
) -> None:
    """Nothing is written, and a file or variable that holds it is named."""
    with pytest.raises(UsageError):
        write_setting(setting(name), text)
    assert not file.exists()

    file.parent.mkdir()
    file.write_text(f"{name} = {json.dumps(text)}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=str(file)):
        Configuration()
    variable = setting(name).variable
    with pytest.raises(UsageError, match=variable):
        Configuration({variable: text, "SKILLHOUSE_CONFIG": "/none"}).found(setting(name))


def test_the_rest_of_the_file_stays(file: Path) -> None:
    """Comments, order and other settings are as the person wrote them."""
    file.parent.mkdir()
    file.write_text("# mine\nkind = 'skill' # always\n\nspan = '7d'\n", encoding="utf-8")
    write_setting(setting("limit"), "5")
    write_setting(setting("span"), None)
    assert file.read_text(encoding="utf-8") == "# mine\nkind = 'skill' # always\n\nlimit = 5\n"


@pytest.mark.parametrize(
    "content",
    [b"kind = ", b"\xff\xfe", b"nonsense = 1", b"kind = {a = 1}", b"limit = true", b"[" * 5000],
)
def test_a_broken_file_is_told_and_can_be_mended(
    content: bytes, file: Path, lived_in: Program
) -> None:
    """A question names the file and ends with 2; no traceback."""
    file.parent.mkdir()
    file.write_bytes(content)
    done = lived_in("top-skills")
    assert done.code == 2
    assert str(file) in done.err
    assert "Traceback" not in done.err


def test_settings_stand_in_for_what_the_line_leaves_open(file: Path, lived_in: Program) -> None:
    """A question with settings gives what the same question with options gives without them."""
    lines = (
        ["--period", "3mo", "--kind", "skill", "--limit", "2"],
        ["--window", "all", "--kind", "skill", "--limit", "2"],
        ["--days", "400", "--kind", "agent", "--limit", "1"],
    )
    plain = [_answer(lived_in, *line) for line in lines]
    for name, value in (("span", "3mo"), ("kind", "skill"), ("limit", "2")):
        assert lived_in("config", "set", name, value).code == 0
    told = [
        _answer(lived_in),
        _answer(lived_in, "--window", "all"),
        _answer(lived_in, "--days", "400", "--kind", "agent", "--limit", "1"),
    ]
    assert told == plain
    assert plain[0] != plain[2]


def _answer(program: Program, *options: str) -> object:
    done = program("top-skills", *options, "--json")
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    return answer["filters"], answer["data"]


def test_a_listed_setting_says_where_it_comes_from(
    file: Path, lived_in: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row a setting, with its source; --json has the same."""
    lived_in("config", "set", "kind", "skill")
    monkeypatch.setenv("SKILLHOUSE_LIMIT", "9")
    rows = json.loads(lived_in("config", "list", "--json").out)["data"]
    assert [row["name"] for row in rows] == [each.name for each in SETTINGS]
    sources = {row["name"]: row["source"] for row in rows}
    assert sources["kind"] == "file"
    assert sources["limit"] == "environment"
    assert sources["span"] == "default"
    screen = lived_in("config", "list").out
    assert "SKILLHOUSE_LIMIT" in screen
    assert str(file) in screen


def test_a_folder_that_cannot_be_written_is_told(file: Path, lived_in: Program) -> None:
    """A file where a folder should be: the place and the reason, exit code 1."""
    file.parent.write_text("", encoding="utf-8")
    assert os.path.isfile(file.parent)
    done = lived_in("config", "set", "kind", "skill")
    assert done.code in (1, 2)
    assert str(file) in done.err


@pytest.mark.parametrize("home", [None, "", "/home/her", "/home/her/", "here", " /home/her"])
@pytest.mark.parametrize(
    "named", [None, "", "/data", "/data/", "data", "~/data", "/da ta", "/data "]
)
def test_a_folder_that_is_plain_to_see_is_the_platforms(
    named: str | None, home: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the environment says; where it is not plain, the platform's library is asked."""
    for name, value in (("HOME", home), ("XDG_DATA_HOME", named), ("XDG_CONFIG_HOME", named)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    for variable, below, of in (
        ("XDG_DATA_HOME", ".local/share", platformdirs.user_data_path),
        ("XDG_CONFIG_HOME", ".config", platformdirs.user_config_path),
    ):
        folder = plain_folder(variable, below)
        if folder is not None:
            assert folder == of("skillhouse", appauthor=False)
        elif sys.platform.startswith("linux"):
            assert not (home or "").startswith("/home") or named in ("data", "~/data", "/data ")
