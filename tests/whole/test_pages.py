"""The documents show what the program does, and every link in them leads somewhere."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app
from cli.manual import manual
from cli.reference import walk
from pages import DOCS, MANUAL, README, blocks, current, documents, prose
from places import TOP
from site_source import CONFIGURATION, place

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """The names under which the headings of a document can be linked to."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in _HEADING.findall(prose(path)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def test_documents_are_as_they_are_generated() -> None:
    """Reference, data dictionary, and the output of every example, to the letter (`make docs`)."""
    stale = {
        str(path.relative_to(TOP)): list(unified_diff(kept.splitlines(), text.splitlines(), n=0))
        for path, text in current().items()
        if (kept := path.read_text(encoding="utf-8")) != text
    }

    assert stale == {}


def test_the_manual_is_the_generated_one() -> None:
    """``make docs`` writes docs/skillhouse.1 from the reference."""
    assert MANUAL.read_text(encoding="utf-8") == manual()


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff on this machine")
def test_the_manual_can_be_shown() -> None:
    """By troff without a warning; every command and every option is in what a reader sees."""
    line = ["groff", "-man", "-k", "-ww", "-Tutf8", "-P-cbou", "-rLL=200n", str(MANUAL)]
    done = subprocess.run(line, capture_output=True, encoding="utf-8", check=True)
    shown = " ".join(done.stdout.split())
    program = typer.main.get_command(app)

    assert done.stderr == ""
    for words, command in walk(program):
        assert f"skillhouse {' '.join(words)}" in shown
        options = [name for each in command.params if not each.hidden for name in each.opts]
        assert [name for name in options if name.startswith("-") and name not in shown] == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(TOP)))
def test_every_link_leads_somewhere(path: Path) -> None:
    """To a file of the repository, and to a heading in it; only two hosts are linked to at all."""
    broken = []
    for target in _LINK.findall(prose(path)):
        if target.startswith(("https://keepachangelog.com/", "https://semver.org/")):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        is_there = file.is_file() and file.is_relative_to(TOP)
        if not is_there or (anchor and anchor not in anchors(file)):
            broken.append(target)

    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    """By links alone, so that nothing is written that nobody finds."""
    reached, waiting = set(), [README]
    while waiting:
        path = waiting.pop()
        reached.add(path)
        targets = (each.partition("#")[0] for each in _LINK.findall(prose(path)))
        files = {(path.parent / each).resolve() for each in targets if each.endswith(".md")}
        waiting += files - reached - set(waiting)

    assert {str(path) for path in DOCS.rglob("*.md")} - set(map(str, reached)) == set()


def entries(nav: Any) -> Iterator[str]:
    """The pages of a menu, and of the menus in it."""
    for each in nav:
        for what in each.values():
            yield from [what] if isinstance(what, str) else entries(what)


def test_the_menu_of_the_site_has_every_page() -> None:
    """Once; the decisions have a list of their own."""
    menu = list(entries(tomllib.loads(CONFIGURATION.read_text())["project"]["nav"]))
    pages = {str(place(path)) for path in [*documents(), TOP / "benchmarks" / "results.md"]}

    assert len(menu) == len(set(menu))
    assert set(menu) - pages == set()
    assert {each for each in pages - set(menu) if not each.startswith("decisions/")} == set()


def test_the_readme_fits_a_few_screens() -> None:
    """It is the first minute; everything else is a page of docs/."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 110


def test_the_readme_names_the_first_commands() -> None:
    """How to install it, to find something to read, to try it without, and to ask."""
    text = README.read_text(encoding="utf-8")

    assert "uv tool install ." in text
    for line in ("discover --register --yes", "demo"):
        assert f"skillhouse {line}" in text


def test_json_in_documents_is_json() -> None:
    """What a reader is to copy into a client's file."""
    found = list(blocks("json"))

    assert found
    for name, code in found:
        try:
            json.loads(code)
        except ValueError as error:
            pytest.fail(f"{name}: {error}")


def test_python_in_documents_compiles() -> None:
    """That it also runs is a slow test (test_pages_run.py)."""
    found = list(blocks("python"))

    assert found
    for name, code in found:
        compile(ast.parse(code, name), name, "exec")
