"""Copilot CLI's transcripts: one folder a session, one file of events."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from collector.transcripts import reading, roots
from collector.transcripts.reconcile import Row, Store

SECRET = "the-secret-prompt"


class Events:
    """A session's events, a second apart, written below a root."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        context = {"cwd": "/home/dev/alpha"}
        self.add("session.start", sessionId="s1", copilotVersion="1.0.77", context=context)

    def add(self, kind: str, **data: Any) -> None:
        number = len(self.lines)
        at = f"2026-11-01T10:{number // 60:02d}:{number % 60:02d}.000Z"
        self.lines.append(
            json.dumps({"type": kind, "data": data, "id": str(number), "timestamp": at})
        )

    def skill(self, name: object, call: str = "c1", **more: Any) -> None:
        self.add("user.message", content=SECRET)
        self.add("assistant.message", content=SECRET, toolRequests=[{"toolCallId": call}])
        self.add("tool.execution_start", toolCallId=call, toolName="skill",
                 arguments={"skill": name, "args": SECRET}, **more)  # fmt: skip

    def loaded(self, call: str = "c1", **more: Any) -> None:
        self.add("tool.execution_complete", toolCallId=call, **{"success": True, **more})

    def rests(self) -> None:
        self.add("assistant.message", content=SECRET, toolRequests=[])
        self.add("assistant.turn_end", turnId="1")

    def rows(self, root: Path, pieces: int = 1) -> list[Row]:
        data = "\n".join([*self.lines, ""]).encode()
        return self.read(root, [data[: len(data) * n // pieces] for n in range(1, pieces + 1)])

    def read(self, root: Path, versions: list[bytes]) -> list[Row]:
        """The rows after the file was read in each of these versions."""
        path = root / "s1/events.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        store, checkpoint = Store(), None
        for data in versions:
            path.write_bytes(data)
            (found,) = roots.find("copilot", root)
            assert isinstance(found, roots.Found)
            result = reading.read(found, checkpoint, lambda cwd, first: cwd)
            checkpoint = result.checkpoint
            assert result.rejects == [] and SECRET not in repr(result)
            store.add(result.facts)
        return list(store.rows())


@pytest.mark.parametrize("pieces", [1, 2, 7, 100])
@pytest.mark.parametrize(
    ("end", "outcome", "error_type"),
    [
        ("rests", "success", None),
        ("abort", "abandoned", None),
        ("session.error", "failure", "api_error"),
        ("", "unknown", None),
    ],
)
def test_a_skill_shares_its_turns_end(
    tmp_path: Path, end: str, outcome: str, error_type: str | None, pieces: int
) -> None:
    """The model rests, a person aborts, the service fails, or nothing more is written."""
    events = Events()
    events.skill("commit")
    events.loaded()
    if end == "rests":
        events.rests()
    elif end:
        events.add(end, message=SECRET)
    events.add("user.message", content=SECRET)
    events.add("abort", reason=SECRET)
    (row,) = events.rows(tmp_path, pieces)

    assert (row.name, row.kind, row.trigger, row.session_id) == ("commit", "skill", "model", "s1")
    assert (row.outcome, row.error_type, row.duration_ms) == (outcome, error_type, None)
    assert row.owner == "/home/dev/alpha" and row.source == "copilot"


@pytest.mark.parametrize(
    ("error", "outcome", "error_type"),
    [
        ({"message": SECRET}, "failure", "other"),
        ({"code": "denied", "message": SECRET}, "abandoned", None),
    ],
    ids=["failed", "refused"],
)
def test_a_skill_that_was_not_loaded(
    tmp_path: Path, error: dict[str, str], outcome: str, error_type: str | None
) -> None:
    """Its own result is its end, whatever becomes of the turn."""
    events = Events()
    events.skill("commit")
    events.loaded(success=False, error=error)
    events.rests()
    (row,) = events.rows(tmp_path)

    assert (row.outcome, row.error_type) == (outcome, error_type)


@pytest.mark.parametrize(
    ("end", "outcome", "error_type", "duration"),
    [
        ("subagent.completed", "success", None, 777),
        ("subagent.failed", "failure", "agent_failed", 777),
        ("abort", "abandoned", None, 3000),
        ("", "unknown", None, None),
    ],
)
def test_a_run_and_the_skill_inside_it(
    tmp_path: Path, end: str, outcome: str, error_type: str | None, duration: int | None
) -> None:
    """A skill inside a run ends as the run does."""
    events = Events()
    events.add("subagent.started", toolCallId="a1", agentName="explorer", agentDescription=SECRET)
    events.add("tool.execution_start", toolCallId="c1", toolName="skill", parentToolCallId="a1",
               arguments=json.dumps({"skill": "commit"}))  # fmt: skip
    events.loaded()
    if end:
        events.add(end, toolCallId="a1", agentName="explorer", durationMs=777, totalTokens=42)
    agent, skill = sorted(events.rows(tmp_path, 3), key=lambda row: row.kind)

    assert (agent.name, agent.trigger, agent.outcome) == ("explorer", "model", outcome)
    assert (agent.error_type, agent.duration_ms) == (error_type, duration)
    assert (skill.trigger, skill.outcome, skill.duration_ms) == ("subagent", outcome, None)
    stated = agent.tokens.total if agent.tokens else None
    assert stated == (42 if end.startswith("subagent") else None)


def some_session(dice: random.Random) -> Events:
    """Turns with skills, and with runs that have skills inside them."""
    events = Events()
    for turn in range(dice.randint(2, 4)):
        events.skill(dice.choice(["commit", "pdf"]), f"c{turn}")
        events.loaded(f"c{turn}", **dice.choice([{}, {"success": False, "error": {"code": "x"}}]))
        if dice.random() < 0.6:
            events.add("subagent.started", toolCallId=f"a{turn}", agentName="explorer")
            events.add("tool.execution_start", toolCallId=f"i{turn}", toolName="skill",
                       parentToolCallId=f"a{turn}", arguments={"skill": "inner"})  # fmt: skip
            events.loaded(f"i{turn}")
            end = dice.choice(["subagent.completed", "subagent.failed", "assistant.turn_start"])
            events.add(end, toolCallId=f"a{turn}", durationMs=7)
        end = dice.choice(["rests", "abort", "session.error", "hook.end"])
        if end == "rests":
            events.rests()
        else:
            events.add(end)
    return events


@pytest.mark.parametrize("seed", range(20))
def test_what_was_read_stays(tmp_path: Path, seed: int) -> None:
    """A file that loses its beginning or its end, once whole or not yet, takes nothing back."""
    dice = random.Random(seed)
    events = some_session(dice)
    lines = [f"{line}\n".encode() for line in events.lines]
    data = b"".join(lines)

    def worn() -> bytes:
        part = dice.randint(0, len(lines))
        return b"".join(dice.choice([lines[part:], lines[:part]]))

    whole = events.rows(tmp_path / "at once")

    assert whole
    assert events.read(tmp_path / "worn", [worn(), worn(), data, worn(), worn()]) == whole


def test_other_tools_and_events_are_no_uses(tmp_path: Path) -> None:
    """A shell that names a skill is no use, and new kinds of events do no harm."""
    events = Events()
    events.add("tool.execution_start", toolCallId="c9", toolName="bash", arguments={"skill": "x"})
    events.add("skill.invoked", name="x", content=SECRET)
    events.add("hook.start", input={"toolName": "skill"})
    events.lines += ['{"type":"new.kind","data":7}', "[]", '{"type":"user.message","data":7}']

    assert events.rows(tmp_path) == []
