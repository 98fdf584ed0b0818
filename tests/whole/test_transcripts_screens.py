"""Screens about transcripts, in windows of any width and with paths of any length."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from command_line import Program, cells
from transcript_program import person, repository
from transcript_worlds import Claude, World, write

LONG = "a-folder-whose-name-is-so-long-that-hardly-any-terminal-shows-it-beside-numbers"
WIDE = "検索と要約を行うとても長い名前のフォルダ"


@pytest.fixture
def program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return person(tmp_path, capsys, monkeypatch)


@pytest.mark.parametrize("columns", [50, 80, 200])
def test_discover_and_show_fit_the_window(
    program: Program, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """No line is wider; each folder is there, and its numbers and state stay; nothing controls the
    terminal."""
    # The last one's name is no path that can be shown or stored.
    names = ["short", LONG, WIDE, f"{LONG}/{WIDE}/deep", f"gone-{LONG}", "\x1b[31mred"]
    world = World(str(program.root / "work"), random.Random(1))
    for number, name in enumerate(names):
        session = Claude(world, cwd=name)
        for _ in range(number + 1):
            session.turn("rest", ("skill",))
        if not name.startswith("gone"):
            repository(program.root / "work" / name)
    write(world, program.root / "home")
    monkeypatch.setenv("COLUMNS", str(columns))

    found = program("discover")
    program("transcripts", "enable")
    shown = program("transcripts", "show")

    for done in (found, shown):
        assert done.code == 0, done.err
        assert max(cells(line) for line in done.lines) <= columns
        assert "\x1b" not in done.out
    for number, name in enumerate(names[:-1]):
        states = [line.split() for line in found.lines if str(number + 1) in line.split()]
        assert any(("gone" if name.startswith("gone") else "new") in line for line in states)
    assert "5 folders in 6 transcripts." in " ".join(found.lines)


QUESTIONS = [
    "summary",
    "top-skills",
    "top-skills --days 7 --trigger typed",
    "health",
    "trends",
    "anomalies",
    "recommend",
    "workflows",
    "patterns sessions",
    "patterns transitions",
    "patterns pairs",
    "patterns heatmap",
    "patterns heatmap --by workflow-path",
    "patterns bottlenecks",
    "patterns alternatives",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_empty_answer_says_where_uses_come_from(program: Program, question: str) -> None:
    """Whatever span was asked for: which tools write what, and the command that looks for it."""
    program("register-project", str(program.root / "work/alpha"))
    program("refresh")

    done = program(*question.split())

    assert (done.code, done.err) == (0, "")
    said = " ".join(done.lines)
    for word in ("Claude Code, Codex and Copilot CLI", "session-buddy", "crackerjack", "kaizen"):
        assert word in said
    assert "To look for transcripts: skillhouse discover" in done.lines
