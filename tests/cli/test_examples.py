"""Every command and option is explained: two examples that run, in plain words, for any width."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import cli.main
from cli.catalogue import Catalogue
from cli.examples import EXAMPLES
from cli.main import app
from cli.program import ALIASES
from cli.reference import walk
from readme import Run, fleet
from test_plain_words import found_in

PROGRAM: Any = typer.main.get_command(app)
COMMANDS = {" ".join(words): command for words, command in walk(PROGRAM)}
LINES = [(words, line) for words, lines in EXAMPLES.items() for line in lines]
WIDEST = 76
"""The help indents an example by three on a terminal of 80 columns."""

SERVE = ("schedule run", "dashboard", "mcp", "team rollup")
"""Commands that run until they are stopped, or need a team; of these and of
the demo the lines are only read."""

BEFORE = {
    "edit-project": ["skillhouse add ~/code/payments-service"],
    "move-project": ["mv ~/code/storefront-web ~/code/shop", "mv ~/code/ledger-lib ../ledger-lib"],
    "categories remove": [
        "skillhouse categories set testing 'test-*'",
        "skillhouse categories set review code-review",
    ],
    "baseline show": ["skillhouse baseline save before-upgrade"],
    "baseline compare": ["skillhouse baseline save before-upgrade"],
    "baseline delete": ["skillhouse baseline save before-upgrade"],
    "experiment arm": [
        "skillhouse experiment create one --control refactor --treatment docs-writer"
    ],
    "restore": ["skillhouse backup", "skillhouse backup warehouse-copy.duckdb"],
    "mcp uninstall": ["skillhouse mcp install codex --write"],
}
BEFORE |= {f"experiment {each}": BEFORE["experiment arm"] for each in ("report", "stop")}

BEFORE["team join"] = ["skillhouse team init ~/team --skill 'test-*'"]
BEFORE |= {
    f"team {each}": [*BEFORE["team join"], "skillhouse team join ~/team --yes"]
    for each in ("preview", "publish", "forget")
}

"""What a person did before, for an example that goes on from there."""

ASK_FIRST = {"baseline delete before-upgrade", "restore"}
"""Lines that ask before they do it: not on a terminal they say how to confirm."""


@pytest.mark.parametrize("words", COMMANDS)
def test_help_has_examples_of_this_command(words: str) -> None:
    """At least two, which begin with the program and its name, and are never wrapped."""
    lines = EXAMPLES[words]
    names = {words, *(alias for alias, name in ALIASES.items() if name == words)}

    assert len(set(lines)) == len(lines) >= 2
    for line in lines:
        assert any(f"{line} ".startswith(f"skillhouse {name} ") for name in names)
        assert len(line) <= WIDEST
        assert line in COMMANDS[words].epilog


def test_only_commands_have_examples() -> None:
    """And the group that is a command itself."""
    assert EXAMPLES.keys() - COMMANDS.keys() == {"mcp"}


@pytest.mark.parametrize("words", COMMANDS)
def test_each_argument_and_option_is_explained(words: str) -> None:
    """In plain words, without a function's name for a type; the help says what all share."""
    command = COMMANDS[words]
    texts = [str(command.help), str(command.epilog)]
    for parameter in command.params:
        about = str(getattr(parameter, "help", "") or "")
        texts.append(about)
        assert about.strip(), parameter.name
        assert "_" not in (parameter.metavar or "") or parameter.param_type_name == "argument"
    assert [each for text in texts for each in found_in(text)] == []
    assert "--warehouse PATH, --quiet" in command.epilog
    # Paragraphs are lines, so that they fit any terminal.
    assert not re.search(r"[^\n]\n[^\n]", str(command.help))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The sample data, collected."""
    with fleet(tmp_path_factory.mktemp("examples").resolve()) as run:
        run("skillhouse refresh --quiet")
        yield run


def ran(line: str) -> tuple[object, str]:
    """The exit code of a line, and what it wrote to stderr."""
    words = [os.path.expanduser(word) for word in shlex.split(line)]
    if words[0] == "mv":
        shutil.copytree(words[1], words[2], dirs_exist_ok=True)
        return 0, ""
    told = io.StringIO()
    code: object = 0
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
        try:
            cli.main.main(words[1:])
        except SystemExit as end:
            code = end.code or 0
    return code, told.getvalue()


@pytest.mark.slow
def test_each_example_runs(demo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands, each on a fresh copy of the warehouse, in one of the projects."""
    warehouse = Path(os.environ["SKILLHOUSE_WAREHOUSE"])
    monkeypatch.setenv("SKILLHOUSE_CONFIG", str(tmp_path / "config.toml"))
    failed = []
    for number, (words, line) in enumerate(LINES):
        if words == "demo" or words in SERVE:
            continue
        place = tmp_path / str(number)
        shutil.copytree(Path(os.environ["HOME"]) / "code" / "atlas-cli", place / "atlas-cli")
        shutil.copyfile(warehouse, place / "w.duckdb")
        monkeypatch.setenv("SKILLHOUSE_WAREHOUSE", str(place / "w.duckdb"))
        monkeypatch.chdir(place / "atlas-cli")
        done = [ran(each) for each in (*BEFORE.get(words, ()), line)]
        wanted = 2 if line.removeprefix("skillhouse ") in ASK_FIRST else 0
        if [code for code, _ in done[:-1]] != [0] * (len(done) - 1) or done[-1][0] != wanted:
            failed.append((line, done))
        shutil.rmtree(place)

    assert failed == []


@pytest.mark.parametrize(
    "line", [line for words, line in LINES if words == "demo" or words in SERVE]
)
def test_examples_that_serve_are_valid_lines(line: str) -> None:
    """Options and values are known; nothing is started."""
    _, rest = cli.main.split_globals(shlex.split(line)[1:])
    command: Any = Catalogue()[rest[0]]
    for position, word in enumerate(rest[1:], start=1):
        if word not in getattr(command, "commands", {}):
            break
        command, rest = command.commands[word], rest[position:]

    assert command.make_context("skillhouse", rest[1:]).params is not None
