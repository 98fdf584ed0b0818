"""The program of a person who has transcripts, and what must be true of what it stores."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from command_line import Program
from schema.warehouse import Warehouse, from_micros
from transcript_ends import SECRET
from transcript_worlds import NEVER, World, claude_world

Rows = list[tuple[object, ...]]


def person(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    """The program of a person whose home holds nothing but transcripts."""
    made = Program(root, capsys, monkeypatch)
    at_home(monkeypatch, root / "home")
    (root / "home").mkdir()
    repository(root / "work" / "alpha")
    return made


def at_home(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("HOME", str(home))
    for variable in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME"):
        monkeypatch.delenv(variable, raising=False)


def repository(folder: Path) -> Path:
    (folder / ".git").mkdir(parents=True)
    return folder


def run(program: Program, *words: str) -> Any:
    """What a line answers; it has to end well."""
    ran = program("--json", *words)
    assert ran.code == 0, ran.err
    return ran.json


def ready(program: Program, *projects: Path) -> None:
    for project in projects:
        run(program, "register-project", str(project))
    run(program, "transcripts", "enable")


def stored(program: Program) -> Rows:
    """The transcripts' rows, in the form of the truth."""
    with Warehouse(program.warehouse).reading() as con:
        found = con.execute(
            "select project_name, kind, skill_name, epoch_us(invoked_at), trigger, session_id,"
            " outcome, error_type, duration_ms from skill_usage"
            " inner join projects using (project_id) where source_file_id is null"
        ).fetchall()
    rows = [
        (*row[:3], from_micros(row[3]), *row[4:8], None if row[8] is None else int(row[8]))
        for row in found
    ]
    return sorted(rows, key=repr)


def assert_private(folder: Path, *more: str) -> None:
    """No file below the folder holds what only transcripts may."""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for word in (SECRET, NEVER, *more):
                assert word.encode() not in data, path


def verified(program: Program) -> None:
    assert run(program, "verify")["totals"]["findings"] == 0


def world_of(program: Program, seed: int, sessions: int = 5) -> World:
    return claude_world(str(program.root / "work"), random.Random(seed), sessions=sessions)
