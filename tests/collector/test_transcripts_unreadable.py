"""Transcripts that may not be read are named, and the others are read."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.transcripts.discovery import discover
from collector.transcripts.opt_in import Place
from collector.transcripts.scan import Before, Root, Scan, nothing_known, scan

NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Whoever runs the tests, modes count meanwhile."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def session(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o755)
    call = {"type": "tool_use", "id": path.stem, "name": "Skill", "input": {"skill": path.stem}}
    record = {
        "type": "assistant",
        "cwd": "/w",
        "sessionId": path.stem,
        "timestamp": "2026-11-01T10:00:00.000Z",
        "message": {"role": "assistant", "content": [call], "stop_reason": "tool_use"},
    }
    path.write_text(json.dumps(record) + "\n")
    path.chmod(0o644)


def whole(before: Before) -> Scan:
    (found,) = scan(before)
    return found


def used(found: Scan) -> list[str | None]:
    return [use.name for each in found.read for use in each.facts.uses]


@pytest.fixture
def linked() -> Iterator[Path]:
    """A root that is a link, with a session that may be read, one that may not, and a folder that
    may not be entered. Every user may enter all above it."""
    with tempfile.TemporaryDirectory() as name:
        room = Path(os.path.realpath(name))
        room.chmod(0o755)
        root = room / "real"
        session(root / "-w/good.jsonl")
        session(root / "-w/closed.jsonl")
        session(root / "-closed/inside.jsonl")
        root.chmod(0o755)
        (room / "link").symlink_to(root)
        (root / "-w/closed.jsonl").chmod(0)
        (root / "-closed").chmod(0)
        yield room / "link"
        (root / "-closed").chmod(0o755)


def test_what_may_not_be_read_is_named_and_read_once_it_may(linked: Path) -> None:
    """A session and a folder of mode 0000, in a root that is a link: each has its reason, nothing
    else is missed, and both are read as soon as they may be."""
    place = Root("claude_code", str(linked), None)
    before = Before([place], nothing_known, {"/w": "w"}, frozenset(), {})

    with without_privileges():
        found = whole(before)

    assert used(found) == ["good"]
    assert {each.path: each.refused for each in found.read} == {
        "-w/closed.jsonl": "cannot be read: permission denied",
        "-w/good.jsonl": None,
    }
    assert [(each.path, each.reason) for _, each in found.refusals] == [
        ("-closed", "cannot be read: permission denied")
    ]
    # Its fingerprint must not be kept, or it would never be opened again.
    assert {each.path: bool(each.fingerprint) for each in found.read} == {
        "-w/closed.jsonl": False,
        "-w/good.jsonl": True,
    }
    (linked / "-w/closed.jsonl").chmod(0o644)
    (linked / "-closed").chmod(0o755)
    assert used(whole(before)) == ["inside", "closed", "good"]


def test_a_look_names_what_it_could_not_read(linked: Path) -> None:
    """``discover`` as well: it counts the session that it could read."""
    with without_privileges():
        found = discover([Place("claude_code", str(linked))], {}, {}, Path("/nobody"))

    assert [(each.path, each.sessions) for each in found.folders] == [("/w", 1)]
    assert found.refused == [
        "claude_code: -closed cannot be read: permission denied",
        "claude_code: -w/closed.jsonl cannot be read: permission denied",
    ]
