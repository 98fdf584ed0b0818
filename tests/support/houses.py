"""The warehouse that most tests of commands ask, and the program on a copy of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import House, Program


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory)


@pytest.fixture
def run(
    house: House,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Program:
    """The program, on a warehouse that a test may change."""
    program = Program(tmp_path, capsys, monkeypatch)
    house.copy_to(program.warehouse)
    return program
