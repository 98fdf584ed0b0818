"""The help of the whole program stays on one screen, however many commands there are."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest
import typer

from cli.catalogue import Catalogue
from cli.main import app
from cli.program import LONGEST_HELP, first_line, listed_name
from command_line import start

PROGRAM: Any = typer.main.get_command(app)
COMMANDS = dict(Catalogue().items())


@pytest.mark.parametrize(("columns", "lines"), [(80, 59), (120, 58)])
def test_the_help_stays_on_one_screen(columns: int, lines: int) -> None:
    """No line is wider than the window, and all of them fit it."""
    shown = start("--help", env={"COLUMNS": str(columns)})

    assert (shown.code, shown.err) == (0, "")
    assert len(shown.lines) <= lines
    assert max(map(len, shown.lines)) <= columns


def test_what_is_not_a_command_takes_a_dozen_lines() -> None:
    """So that there is room for 42 commands on 54 lines: headings, usage, options, no more."""
    shown = start("--help", env={"COLUMNS": "80"})
    panels = {command.rich_help_panel for command in COMMANDS.values()}

    assert len(shown.lines) - len(COMMANDS) <= 6 + len(panels)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_s_help_begins_with_a_short_sentence(name: str) -> None:
    """One line that stands beside the name; what is longer is told by the command's own help."""
    head, _, more = str(COMMANDS[name].help).strip().partition("\n")

    assert 0 < len(head) <= LONGEST_HELP
    assert head.endswith(".")
    assert not more or more.startswith("\n")


def test_the_help_names_every_command_once_under_its_panel_and_every_option() -> None:
    """The panels as the catalogue has them, each once, in its order."""
    shown = start("--help", env={"COLUMNS": "80"})
    expected: list[str] = []
    for panel, commands in groupby(COMMANDS.values(), lambda each: str(each.rich_help_panel)):
        assert panel not in expected
        expected += [panel, *(f"  {listed_name(each)} {first_line(each)}" for each in commands)]

    listed = shown.out.split("\n\n")[1].splitlines()

    assert [" ".join(line.split()) for line in listed] == [" ".join(e.split()) for e in expected]
    for option in ("--warehouse PATH", "--json", "--quiet", "--no-color", "--version", "--help"):
        assert option in shown.out


def test_a_command_s_own_help_tells_all_of_it() -> None:
    """The second paragraph too."""
    shown = start("compact", "--help", env={"COLUMNS": "100"})

    assert "Rewrite the file to free unused space." in shown.out
    assert "Deleted data is then also gone from the disk" in shown.out


def test_without_arguments_the_help_is_shown() -> None:
    """As wrong usage, with the same text."""
    asked, nothing = start("--help", env={}), start(env={})

    assert nothing.code == 2
    assert asked.out.strip() in nothing.out + nothing.err
