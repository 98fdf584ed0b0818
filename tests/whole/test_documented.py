"""The documents name every command and option, and name none that does not exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.diagnostics import ExitCode
from cli.examples import SHOWN
from cli.main import app
from cli.program import ALIASES
from cli.reference import walk
from pages import DOCS, documents
from schema.settings import TIMEZONE_VARIABLE, WAREHOUSE_VARIABLE

PAGE = (DOCS / "commands.md").read_text(encoding="utf-8")
TOUR = (DOCS / "answers.md").read_text(encoding="utf-8")
PROGRAM: Any = typer.main.get_command(app)
COMMANDS = {" ".join(words): command for words, command in walk(PROGRAM)}


def long_options(command: Any) -> list[str]:
    shown = [each for each in command.params if not getattr(each, "hidden", False)]
    return [name for each in shown for name in each.opts if name.startswith("--")]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    """In the reference, each with a help text."""
    command = COMMANDS[name]

    assert f"\n### {name}\n" in PAGE
    for option in long_options(command):
        assert f"`{option}" in PAGE
    assert command.help
    assert all(parameter.help for parameter in command.params)


def test_global_options_variables_and_exit_codes_are_documented() -> None:
    """What holds for every command."""
    variables = [WAREHOUSE_VARIABLE, TIMEZONE_VARIABLE, "SKILLHOUSE_DEBUG", "NO_COLOR"]
    codes = [f"| {code.value} |" for code in ExitCode]

    for text in [*long_options(PROGRAM), *variables, *codes]:
        assert text in PAGE


def test_the_tour_names_every_command() -> None:
    """Someone who reads docs/answers.md knows what there is."""
    assert [name for name in COMMANDS if not re.search(rf"\b{name}\b", TOUR)] == []


def test_examples_are_of_commands() -> None:
    """None is left of a command that has another name now."""
    assert SHOWN - COMMANDS.keys() == set()


@pytest.mark.parametrize("page", documents(), ids=lambda path: path.name)
def test_no_document_names_a_command_that_does_not_exist(page: Path) -> None:
    """Every ``skillhouse ...`` in code is a command's name, or a group's."""
    text = page.read_text(encoding="utf-8")
    spoken = set(re.findall(r"(?:`|\$ )skillhouse (?:--[\w-]+ )*([a-z][a-z-]+)", text))

    # `help COMMAND` is another way to ask for `COMMAND --help`.
    assert spoken - {words.split()[0] for words in COMMANDS} - {"help"} - ALIASES.keys() == set()
