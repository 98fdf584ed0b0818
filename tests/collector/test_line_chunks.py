"""A file of lines gives the same lines and checkpoint in chunks as line by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.files import reading
from collector.files.reading import LineFile, LinesCheckpoint, LineTooLong
from collector.files.trees import Candidate, Tree


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lines")


def written(folder: Path, content: bytes) -> Candidate:
    (folder / "some.jsonl").write_bytes(content)
    found = Tree.at(str(folder)).file("some.jsonl")
    assert isinstance(found, Candidate)
    return found


def line_by_line(found: Candidate) -> tuple[list[bytes | None], LinesCheckpoint, bytes | None]:
    with LineFile(found) as file:
        lines = [line for _, line in file.lines()]
        return lines, file.checkpoint(), file.last_line


@settings(max_examples=60)
@given(
    lines=st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=8),
    last=st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")),
    size=st.integers(1, 40),
)
def test_chunks_hold_the_lines_that_are_read_one_by_one(
    folder: Path, lines: list[bytes], last: bytes, size: int
) -> None:
    """Also lines many times as long as a chunk, empty ones, and a last one without its newline."""
    found = written(folder, b"".join(line + b"\n" for line in lines) + last)
    seen: list[bytes | None] = []
    with LineFile(found) as file:
        for before, chunk in file.chunks(size):
            assert before == len(seen)
            seen += bytes(chunk).split(b"\n")[:-1]
        assert (seen, file.checkpoint(), file.last_line) == line_by_line(found)
    assert seen == lines


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_that_is_too_long_is_not_held(
    folder: Path, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    """Whether or not its newline has been written."""
    monkeypatch.setattr(reading, "MAX_LINE_BYTES", 100)
    found = written(folder, b"short\n" + b"x" * 200 + end)
    with LineFile(found) as file, pytest.raises(LineTooLong):
        list(file.chunks(16))
