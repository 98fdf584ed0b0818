"""What documents tell a reader to type can be typed: lines are right, and blocks run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.demo.fleet import write_fleet
from cli.main import app, split_globals
from pages import blocks, documents, prose

PROGRAM: Any = typer.main.get_command(app)

AT_ONCE = ("--help", "--version", "--install-completion", "--show-completion")
"""Options that do something as soon as they are parsed."""

_LINES = re.compile(
    r"(?m)(?:^|[;&|(] *|do )skillhouse (?=[a-z-])((?:\"[^\"]*\"|'[^']*'|[^\"'`\n;&|<>()#])*)"
)
_INLINE = re.compile(r"`skillhouse ([^`]+)`")
_NOT_HERE = re.compile(
    r"^(?:uv|pipx|pip|claude|make|git|openssl|export SKILLHOUSE_MCP_TOKEN"
    r"|skillhouse (?:--install-completion|mcp|dashboard|schedule|team|discover --register$))"
    r"(?:.*\\\n)*.*\n?",
    re.MULTILINE,
)
"""What a test leaves alone: it installs, serves, asks a person, or changes the machine."""


def lines() -> list[tuple[str, str]]:
    """Every line of the program in documents, with the page it is on."""
    in_blocks = [
        (name, line)
        for language in ("sh", "console")
        for name, code in blocks(language)
        for typed in (code if language == "sh" else "".join(re.findall(r"^\$ (.*\n)", code, re.M)),)
        for line in _LINES.findall(typed.replace("\\\n", " "))
    ]
    in_text = [
        (path.name, " ".join(line.split()))
        for path in documents()
        for line in _INLINE.findall(prose(path))
        if not re.search(r"[\[<]", line) and len(line.split()) > 1
    ]
    return in_blocks + in_text


def check(line: str) -> None:
    """Parse a line as the program does. A usage error if it is wrong."""
    named = line.replace("CLIENT", "codex").replace("COMMAND", "health")
    first, words = split_globals(shlex.split(named))
    words = [each for each in words if each not in AT_ONCE]
    if not words:
        return
    context = PROGRAM.make_context("skillhouse", [*first, *words])
    command = PROGRAM
    rest = [*context._protected_args, *context.args]
    while hasattr(command, "commands") and rest:
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
        rest = [*context._protected_args, *context.args] if hasattr(command, "commands") else []


def test_every_line_is_right() -> None:
    """Commands, options, values and required arguments, in blocks and in sentences."""
    found = lines()
    wrong = []
    for name, line in found:
        try:
            check(line)
        except Exception as error:
            wrong.append(f"{name}: {line}: {type(error).__name__} {error}")

    assert len(found) > 60
    assert wrong == []


@pytest.mark.parametrize(
    "line",
    ["top-skils", "top-skills --sort nonsense", "compare", "health --nope", "baseline list x"],
)
def test_a_wrong_line_would_be_found(line: str) -> None:
    """The check is not one that lets everything pass."""
    with pytest.raises(Exception, match=r".+"):
        check(line)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A home with the sample data in ~/code, registered and collected by the installed program."""
    home = tmp_path_factory.mktemp("home").resolve()
    write_fleet(home / "code", datetime.now(UTC), home=home)
    found = {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "LANG": "C.UTF-8",
    }
    register = 'for each in ~/code/*/; do skillhouse register-project "$each"; done'
    done = run(f"{register}\nskillhouse refresh", found, home)
    assert done.returncode == 0, done.stderr
    return found


def run(code: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """A block in a shell that stops at the first line that fails."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.xdist_group("documents")
def test_shell_blocks_run(environment: dict[str, str], tmp_path: Path) -> None:
    """In the order of the pages. They end with 0, or with 1 where a check finds something.

    The examples of docs/commands.md have their output there, and those of help texts have a test.
    """
    found = [
        (name, left)
        for name, code in blocks("sh")
        if not name.startswith("commands.md") and (left := _NOT_HERE.sub("", code)).strip()
    ]
    wrong = []
    for name, code in found:
        done = run(code, environment, tmp_path)
        if done.returncode not in (0, 1) or "Error" in done.stderr:
            wrong.append(f"{name}: exit code {done.returncode}\n{code}{done.stderr}")

    assert len(found) >= 10
    assert wrong == []


@pytest.mark.slow
@pytest.mark.xdist_group("documents")
def test_python_blocks_run(environment: dict[str, str], tmp_path: Path) -> None:
    """Each as a program of its own."""
    for name, code in blocks("python"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=120,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{name}: {done.stderr}"
