"""Codex's transcripts: skills that a person names, and threads that are an agent's run."""

from __future__ import annotations

import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conftest import THOROUGH
from transcript_collector import Collector, cuts, tell_in_pieces, told
from transcript_ends import SECRET
from transcript_worlds import NEVER, START, Expected, World, expected, stamp, took, write

ENDS = {
    "complete": ("success", None),
    "error": ("failure", "api_error"),
    "aborted": ("abandoned", None),
    "open": ("unknown", None),
}


def v7(at: datetime, dice: random.Random) -> str:
    """An id with its time inside, as Codex makes them."""
    ms = round((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
    text = f"{ms:012x}7{dice.getrandbits(12):03x}8{dice.getrandbits(60):015x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Thread:
    """A thread's file, written turn by turn."""

    def __init__(
        self, world: World, parent: Thread | None = None, source: object = "cli", **meta: Any
    ) -> None:
        self.world, self.parent = world, parent
        self.start = world.tick()
        self.id = v7(self.start, world.dice)
        self.root: str = parent.root if parent is not None else self.id
        self.path = f".codex/sessions/2026/09/01/rollout-x-{self.id}.jsonl"
        self.lines = world.files.setdefault(self.path, [])
        self.turn = ""
        self.mine: list[Expected] = []
        payload = {"id": self.id, "cwd": f"{world.work}/alpha", "cli_version": "0.146.0"}
        self.put("session_meta", {**payload, "source": source, **meta}, self.start)

    def put(self, kind: str, payload: dict[str, Any], at: datetime | None = None) -> datetime:
        at = at or self.world.tick()
        record = {"timestamp": stamp(at), "type": kind, "payload": payload}
        self.lines.append(json.dumps(record).encode())
        return at

    def event(self, kind: str, **fields: Any) -> datetime:
        return self.put("event_msg", {"type": kind, **fields})

    def message(self, text: str, role: str = "user", at: datetime | None = None) -> datetime:
        content = [{"type": "input_text", "text": text}]
        return self.put("response_item", {"type": "message", "role": role, "content": content}, at)

    def begin(self, *skills: str) -> None:
        at = self.world.tick()
        self.turn = v7(at, self.world.dice)
        started = int(at.timestamp())
        self.event("task_started", turn_id=self.turn, started_at=started)
        self.put("turn_context", {"turn_id": self.turn, "cwd": f"{self.world.work}/alpha"})
        self.message(f"{SECRET} quoting <skill>\n<name>{NEVER}</name>\n<path>")
        self.mine = []
        for name in skills:
            text = f"<skill>\n<name>{name}</name>\n<path>/x/SKILL.md</path>\n{SECRET}"
            at = self.message(text)
            self.mine.append(self.world.want("skill", name, "typed", self.root, at))
        self.message(f"<skill>\n<name>{NEVER}</name>\n<path>", role="assistant")
        self.put("response_item", {"type": "function_call", "name": f"sed {NEVER}/SKILL.md"})
        self.put("compacted", {"replacement_history": f"<skill>\n<name>{NEVER}</name>\n<path>"})

    def end(self, how: str) -> datetime | None:
        at = None
        if how == "aborted":
            at = self.event("turn_aborted", turn_id=self.turn, reason="interrupted")
        elif how != "open":
            error = (
                {"error": {"message": SECRET, "codex_error_info": "x"}} if how == "error" else {}
            )
            at = self.event("task_complete", turn_id=self.turn, **error)
        for row in self.mine:
            row.outcome, row.error_type = ENDS[how]
            row.duration_ms = took(row.at, at) if at else None
        return at

    def child(self, how: str, role: str | None, nested: bool = False) -> Thread:
        """An agent's thread: the parent's records come first, all under the child's first time."""
        spawn = {"parent_thread_id": self.id, "depth": 1, "agent_role": role}
        child = Thread(self.world, self, {"subagent": {"thread_spawn": spawn}})
        self.copy_into(child)
        trigger = "subagent" if nested else "model"
        row = self.world.want("agent", role or "default", trigger, self.root, child.start)
        child.begin("in-the-child")
        child.tokens(500, 40)
        end = child.end(how)
        row.outcome, row.error_type = ENDS[how]
        row.duration_ms = took(child.start, end) if end else None
        return child

    def copy_into(self, other: Thread) -> None:
        for line in self.lines:
            record = json.loads(line)
            record["timestamp"] = stamp(other.start)
            other.lines.append(json.dumps(record).encode())

    def fork(self) -> Thread:
        other = Thread(self.world, forked_from_id=self.id)
        self.copy_into(other)
        return other

    def tokens(self, total: int, last: int) -> None:
        def counts(number: int) -> dict[str, int]:
            return {"input_tokens": number, "output_tokens": 0, "total_tokens": number}

        info = {"total_token_usage": counts(total), "last_token_usage": counts(last)}
        self.event("token_count", info=info)


def codex_world(work: str, dice: random.Random) -> World:
    world = World(work, dice)
    thread = Thread(world)
    for _ in range(dice.randint(1, 4)):
        skills = dice.choice([(), ("commit",), ("commit", "pdf"), ("commit", "commit")])
        thread.begin(*skills)
        if dice.random() < 0.5:
            child = thread.child(dice.choice(list(ENDS)), dice.choice([None, "worker"]))
            if dice.random() < 0.3:
                child.begin()
                child.child("complete", "deep", nested=True)
        thread.end(dice.choice(list(ENDS)))
        if dice.random() < 0.3:
            thread = thread.fork()
    return world


@settings(max_examples=12 * THOROUGH, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9), nights=st.integers(1, 4))
@example(seed=689658324, nights=4)
def test_any_threads_in_any_pieces(
    tmp_path_factory: pytest.TempPathFactory, seed: int, nights: int
) -> None:
    """Children and forks repeat their parent under new times: each use counts once, as it was, and
    files that are trimmed, deleted or renamed take nothing back."""
    base = tmp_path_factory.mktemp("world")
    (base / "work/alpha").mkdir(parents=True)
    dice = random.Random(seed)
    world = codex_world(str(base / "work"), dice)

    collector = tell_in_pieces(base, world, nights, dice)

    assert SECRET.encode() not in collector.kept() and NEVER.encode() not in collector.kept()


@pytest.mark.slow
def test_every_cut_of_a_thread(tmp_path: Path) -> None:
    """A thread's file may end at any byte when it is read, and a child's as well."""
    (tmp_path / "work/alpha").mkdir(parents=True)
    world = World(str(tmp_path / "work"), random.Random(2))
    thread = Thread(world)
    thread.begin("commit", "commit")
    child = thread.child("error", "worker")
    thread.end("complete")
    write(world, tmp_path / "home")
    for each in (thread, child):
        path = tmp_path / "home" / each.path
        data = path.read_bytes()
        for cut in cuts(data, every=THOROUGH > 1):
            path.write_bytes(data[:cut])
            collector = Collector(tmp_path / "home", tmp_path / "work", world.dice)
            collector.night()
            path.write_bytes(data)

            assert told(collector.night()) == expected(world), cut


def test_an_archived_thread_counts_once(tmp_path: Path) -> None:
    """It stands in another folder, and its old place is empty."""
    (tmp_path / "work/alpha").mkdir(parents=True)
    world = World(str(tmp_path / "work"), random.Random(1))
    thread = Thread(world)
    thread.begin("commit")
    thread.end("complete")
    write(world, tmp_path / "home")
    collector = Collector(tmp_path / "home", tmp_path / "work", world.dice)
    collector.night()
    archive = tmp_path / "home/.codex/archived_sessions"
    archive.mkdir()
    shutil.move(tmp_path / "home" / thread.path, archive)

    assert told(collector.night()) == expected(world)
    assert told(collector.night(full=True)) == expected(world)


@pytest.mark.parametrize(
    "source", ["review", {"other": "guardian"}, "compact", {"memory": 1}, {"thread_spawn": None}]
)
def test_the_clients_own_threads_are_no_runs(tmp_path: Path, source: object) -> None:
    """Only a thread that was spawned as an agent is a run."""
    (tmp_path / "work/alpha").mkdir(parents=True)
    world = World(str(tmp_path / "work"), random.Random(1))
    thread = Thread(world, source={"subagent": source})
    thread.begin()
    thread.end("complete")
    write(world, tmp_path / "home")

    assert Collector(tmp_path / "home", tmp_path / "work", world.dice).night() == []


@pytest.mark.parametrize(
    ("before", "counts", "own"),
    [
        ([(900, 900)], [(1000, 100), (1300, 300)], 400),
        ([(900, 900)], [(100, 100), (400, 300), (400, 300)], 400),
        ([], [(100, 100)], 100),
    ],
    ids=["goes on from the parent's", "begins anew", "without a parent's"],
)
def test_a_childs_own_tokens(
    tmp_path: Path,
    before: list[tuple[int, int]],
    counts: list[tuple[int, int]],
    own: int,
) -> None:
    """A child's total may go on from its parent's, whose tokens are not the child's."""
    (tmp_path / "work/alpha").mkdir(parents=True)
    world = World(str(tmp_path / "work"), random.Random(1))
    assert world.now == START
    thread = Thread(world)
    thread.begin()
    for each in before:
        thread.tokens(*each)
    spawn = {"parent_thread_id": thread.id}
    child = Thread(world, thread, {"subagent": {"thread_spawn": spawn}})
    thread.copy_into(child)
    child.begin()
    for each in counts:
        child.tokens(*each)
    write(world, tmp_path / "home")
    (row,) = Collector(tmp_path / "home", tmp_path / "work", world.dice).night()

    assert row.tokens is not None and row.tokens.total == own
