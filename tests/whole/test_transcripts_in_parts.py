"""Transcripts that are too many to be held at once are read and stored in parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.transcripts import scan
from command_line import Program
from schema.warehouse import Warehouse
from transcript_program import assert_private, person, ready, run, stored, verified, world_of
from transcript_worlds import expected, write


@pytest.fixture
def program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Program:
    return person(tmp_path, capsys, monkeypatch)


def known(program: Program) -> list[str]:
    with Warehouse(program.warehouse).reading() as con:
        return [row[0] for row in con.execute("select path from transcript_files").fetchall()]


@pytest.mark.parametrize("files", [1, 3])
def test_parts_make_the_same_rows(
    program: Program, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    """Night by night, in parts of so many files: the rows, counts and files known are those of one
    reading, whatever lies in which part; what is gone is forgotten, and what is not stays."""
    monkeypatch.setattr(scan, "PART_FILES", files)
    ready(program, program.root / "work/alpha")
    world = world_of(program, 21)
    home = program.root / "home"
    write(world, home, 0.5, world.dice)
    run(program, "refresh")
    write(world, home)
    outside = program.root / "outside.jsonl"
    outside.write_text("")
    for name in ("a-link", "z-link"):
        (home / ".claude/projects" / f"{name}.jsonl").symlink_to(outside)
    answer = run(program, "refresh")

    [told] = [row for row in answer["data"] if row.get("source") == "transcripts"]
    [alpha] = [row for row in answer["data"] if row.get("project_name") == "alpha"]
    paths = sorted(path for path in home.rglob("*.jsonl") if not path.is_symlink())
    assert told["files"] == len(paths) > 2 * files
    assert len(known(program)) == len(paths)
    assert (told["inserted"], told["updated"]) == (
        alpha["transcripts_inserted"],
        alpha["transcripts_updated"],
    )
    for name in ("a-link", "z-link"):
        assert sum(f"{name}.jsonl is a link" in each for each in told["warnings"]) == 1
    assert stored(program) == expected(world)

    [same] = [row for row in run(program, "refresh")["data"] if row.get("source") == "transcripts"]
    assert (same["files_unchanged"], same["records_read"]) == (len(paths), 0)
    for path in (paths[0], paths[-1]):
        path.unlink()
    run(program, "refresh")
    assert len(known(program)) == len(paths) - 2
    assert stored(program) == expected(world)
    verified(program)
    assert_private(program.root / "data")
