"""Messages name commands and parameters as the reader's front end writes them."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

import pytest

from cli.catalogue import Catalogue
from cli.mcp_server.spelling import ToolNames
from cli.mcp_server.tools import TOOLS
from command_line import TOP
from schema.spelling import command, parameter, spelled_by
from skillhouse.errors import in_words_of_python

DOMAIN = ("schema", "collector", "aggregator")
ALLOWED = {
    "schema/dictionary.py": "the page of the data dictionary, whose examples are command lines",
}
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_COMMAND = re.compile(rf"\bskillhouse (?:{'|'.join(Catalogue())})\b(?! of\b)")


def texts(source: str) -> Iterator[tuple[int, str]]:
    """The texts of a module, without docstrings: each with its line; ``?`` is a value in it."""
    tree = ast.parse(source)
    inner, documents = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inner |= {id(part) for part in node.values}
        elif isinstance(node, ast.Expr):
            documents.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [each.value if isinstance(each, ast.Constant) else "?" for each in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and id(node) not in inner | documents:
            yield node.lineno, str(node.value)


def named(source: str) -> list[str]:
    """The options and command lines that a module's texts name, with their lines."""
    return [
        f"{line}: {found[0]}"
        for line, text in texts(source)
        for pattern in (_OPTION, _COMMAND)
        for found in pattern.finditer(text)
    ]


def test_no_text_of_the_domain_names_an_option_or_a_command_line() -> None:
    """They come from ``schema.spelling``, so that each front end can write them its own way."""
    found = {
        str(path.relative_to(TOP)): named(path.read_text(encoding="utf-8"))
        for package in DOMAIN
        for path in sorted((TOP / package).rglob("*.py"))
    }

    assert {path: lines for path, lines in found.items() if lines and path not in ALLOWED} == {}
    assert all(found[path] for path in ALLOWED), "an exception that is not needed any more"


@pytest.mark.parametrize(
    "source",
    [
        "hint = 'Choose another: --timezone Europe/Berlin'",
        "hint = f'({a}--purge)'.replace('', '') or f'{a} --purge'",
        "hint = 'First:' ' skillhouse refresh'",
        "hint = f'`skillhouse doctor {a}` lists them'",
    ],
)
def test_an_option_or_a_command_line_would_be_found(source: str) -> None:
    """What the test above looks for, it finds."""
    assert named(source)


def test_a_command_line_can_be_copied_whatever_its_values_are() -> None:
    """Values with blanks or quotes, or that look like options, reach the command as they are."""
    values = ("plain", "with blank", "it's", "$HOME", "--purge", "")
    line = command("move-project", *values, timezone="Europe/Berlin", all_projects=True)

    program, name, *words = shlex.split(line)

    assert (program, name) == ("skillhouse", "move-project")
    at = words.index("--")
    assert words[at + 1 :] == list(values)
    assert words[:at] == ["--timezone", "Europe/Berlin", "--all-projects"]


SPELLED = {
    "command line": (
        nullcontext,
        (
            "skillhouse top-skills",
            "skillhouse baseline show before",
            "skillhouse unregister-project 4f1c --purge",
            "--all-projects",
        ),
    ),
    "MCP": (
        lambda: spelled_by(ToolNames(TOOLS)),
        (
            "get_top_skills",
            "skillhouse baseline show before",
            "skillhouse unregister-project 4f1c --purge",
            "include_unregistered",
        ),
    ),
    "Python": (
        in_words_of_python,
        (
            "top_skills()",
            "baseline_show('before')",
            "skillhouse unregister-project 4f1c --purge",
            "all_projects",
        ),
    ),
}


@pytest.mark.parametrize(("within", "expected"), SPELLED.values(), ids=SPELLED)
def test_each_front_end_writes_what_its_users_can_do(
    within: Callable[[], AbstractContextManager[None]], expected: tuple[str, ...]
) -> None:
    """A tool or a method where there is one; otherwise the command line, which is always there."""
    with within():
        written = (
            command("top-skills"),
            command("baseline show", "before"),
            command("unregister-project", "4f1c", purge=True),
            parameter("all_projects"),
        )

    assert written == expected
    assert parameter("all_projects") == "--all-projects", "left behind"
