"""What a look at transcripts read is what a run would have read, and is not read twice."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import msgpack

from collector.transcripts.discovery import Discovery, discover
from collector.transcripts.opt_in import Place
from collector.transcripts.roots import default_root
from collector.transcripts.scan import Before, ReadFile, Root, Scan, nothing_known, scan
from transcript_worlds import Claude, World, claude_world, write

TIME = "2026-11-01T10:00:0{}.000Z"


def lines(path: Path, *records: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    timed = ({**each, "timestamp": TIME.format(at)} for at, each in enumerate(records))
    path.write_text("".join(f"{json.dumps(each)}\n" for each in timed))


def codex(home: Path, name: str, folder: str) -> None:
    """A thread of an agent whose last turn, with a skill, is still open."""
    spawn = {"subagent": {"thread_spawn": {"parent_thread_id": "p", "agent_role": "worker"}}}
    meta = {"id": name, "cwd": folder, "source": spawn}
    text = "<skill>\n<name>deploy</name>\n<path>/x</path>"
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    lines(
        home / f".codex/sessions/2026/11/01/rollout-x-{name}.jsonl",
        {"type": "session_meta", "payload": meta},
        {"type": "event_msg", "payload": {"type": "task_started", "turn_id": "t"}},
        {"type": "response_item", "payload": message},
    )


def copilot(home: Path, name: str, folder: str) -> None:
    """A session in which a call and a run have no end yet."""
    call = {"toolCallId": f"{name}1", "toolName": "skill", "arguments": {"skill": "lint"}}
    lines(
        home / f".copilot/session-state/{name}/events.jsonl",
        {"type": "session.start", "data": {"sessionId": name, "context": {"cwd": folder}}},
        {"type": "tool.execution_start", "data": call},
        {"type": "subagent.started", "data": {"toolCallId": f"{name}2", "agentName": "helper"}},
    )


def home_of(folder: Path, seed: int) -> tuple[list[Root], Discovery, str]:
    """The transcripts of somebody who works in two repositories, seen once; and the folder above
    the repositories."""
    home, work = folder / "home", str(folder / "work")
    for name in ("alpha", "beta"):
        (Path(work) / name / ".git").mkdir(parents=True)
    world: World = claude_world(work, random.Random(seed), sessions=4)
    moved = Claude(world, cwd="beta")
    moved.turn("rest", ("skill", "agent:done"))
    moved.cwd = f"{work}/alpha"
    moved.turn("open", ("skill", "agent:launched"), typed=True)
    write(world, home)
    for name in ("alpha", "beta"):
        codex(home, f"codex-{name}", f"{work}/{name}")
        copilot(home, f"copilot-{name}", f"{work}/{name}")
    places = [
        Place(tool, str(default_root(tool, {}, home)))
        for tool in ("claude_code", "codex", "copilot")
    ]
    found = discover(places, {}, {}, folder / "nobody")
    assert {each.path for each in found.folders} >= {f"{work}/alpha", f"{work}/beta"}
    return [Root(each.source, each.path, None) for each in places], found, work


def said(file: ReadFile) -> tuple[ReadFile, object, object]:
    """The file, and its checkpoint decoded: one and the same may be written in several ways."""
    assert file.checkpoint is not None
    checkpoint = msgpack.decode(file.checkpoint)
    state = checkpoint["state"]
    return replace(file, checkpoint=None), checkpoint["place"], state and msgpack.decode(state)


def read_again(known: Before) -> Scan:
    (found,) = scan(known)
    return found


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "registered",
    [{"alpha": "a", "beta": "b"}, {"alpha": "a"}, {"": "whole"}, {}],
    ids=["both", "one", "above", "none"],
)
def test_what_was_seen_is_what_is_read(
    tmp_path: Path, seed: int, registered: dict[str, str]
) -> None:
    """Facts, rejects, counts and checkpoints, with every call and turn that is open, are those of
    a reading of its own, whichever of the folders became projects; one of them is inactive."""
    roots, found, work = home_of(tmp_path, seed)
    projects = {os.path.join(work, name).rstrip("/"): each for name, each in registered.items()}
    inactive = frozenset("b") if seed % 2 else frozenset[str]()
    known = Before(roots, nothing_known, projects, inactive, {})

    (kept,) = scan(known, seen=found.seen)
    again = read_again(known)

    assert [said(each) for each in kept.read] == [said(each) for each in again.read]
    assert replace(kept, read=[]) == replace(again, read=[])
    assert len(kept.read) == found.files > 6


def test_what_was_seen_is_not_read_twice_unless_it_changed(tmp_path: Path) -> None:
    """A file that looks as it did is not opened again; one that was written to since is, and so is
    everything where the same look is given to a second run."""
    roots, found, work = home_of(tmp_path, 1)
    known = Before(roots, nothing_known, {work: "whole"}, frozenset(), {})
    path = next((tmp_path / "home").rglob("rollout-x-codex-alpha.jsonl"))
    other = next((tmp_path / "home").rglob("rollout-x-codex-beta.jsonl"))
    status = path.stat()
    path.write_bytes(path.read_bytes().replace(b"deploy", b"delete"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.write_bytes(other.read_bytes().replace(b"deploy", b"delete"))
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns + 1))

    (first,) = scan(known, seen=found.seen)
    (second,) = scan(known, seen=found.seen)

    assert used(first, path) == ["deploy"]
    assert used(first, other) == used(second, path) == used(second, other) == ["delete"]


def used(found: Scan, path: Path) -> list[str | None]:
    """The skills of one file."""
    [file] = [each for each in found.read if path.name in each.path]
    return [use.name for use in file.facts.uses if use.kind == "skill"]
