"""Commands that a screen or an error proposes work when they are typed as they are."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from command_line import Program

SCREENS = ("summary", "health", "recommend", "trends", "anomalies", "compare deploy", "runs")


def proposed(text: str) -> list[list[str]]:
    """The words of each command in a text, without those that have a placeholder."""
    found = re.findall(r"skillhouse [^`\n:;]+", text)
    lines = [shlex.split(each.rstrip(").")) for each in found]
    return [words[1:] for words in lines if not any(word.isupper() for word in words)]


def test_proposed_commands_ask_the_same_warehouse(
    run: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it was named on the line, with a path that needs quotes; each of them answers."""
    there = tmp_path / "it's there" / "w.duckdb"
    there.parent.mkdir()
    run.warehouse.rename(there)
    monkeypatch.setenv("COLUMNS", "200")
    tried = 0
    for screen in SCREENS:
        shown = run("--warehouse", str(there), *screen.split())
        assert shown.code == 0
        for words in proposed(shown.out):
            assert words[:2] == ["--warehouse", str(there)], screen
            assert run(*words).code == 0, words
            tried += 1
    assert tried > 3
    assert "skillhouse --warehouse" not in run("summary").out


def test_errors_propose_the_same_warehouse(run: Program, tmp_path: Path) -> None:
    """Also as JSON, whatever is in the path."""
    there = tmp_path / "a 'quoted' \"name\".duckdb"
    said = run("--warehouse", str(there), "status")
    as_json = run("--warehouse", str(there), "status", "--json")

    line = f"skillhouse --warehouse {shlex.quote(str(there))} register-project PATH"
    assert line in said.err
    assert line in json.loads(as_json.err)["error"]["hint"]
    folder = run.folder("app")
    assert run("--warehouse", str(there), "register-project", str(folder)).code == 0
    assert run("--warehouse", str(there), "status").code == 0


def test_the_sample_data_is_asked_again() -> None:
    """What ``--demo`` shows proposes ``--demo``; prose is not a command."""
    from cli import proposals

    proposals.use_options(["--demo"])
    text = "skillhouse compare x; skillhouse collects it; skillhouse demo; skillhouse show y"
    shown = proposals.as_typed(text)
    proposals.use_options([])

    assert shown == (
        "skillhouse --demo compare x; skillhouse collects it; skillhouse demo;"
        " skillhouse --demo show y"
    )
    assert proposals.as_typed(text) == text
