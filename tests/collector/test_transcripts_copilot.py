"""Copilot CLI's transcripts: one folder a session, one file of events."""

from __future__ import annotations

import json
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
        path = root / "s1/events.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = "\n".join([*self.lines, ""]).encode()
        store, checkpoint = Store(), None
        for number in range(1, pieces + 1):
            path.write_bytes(data[: len(data) * number // pieces])
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


def test_other_tools_and_events_are_no_uses(tmp_path: Path) -> None:
    """A shell that names a skill is no use, and new kinds of events do no harm."""
    events = Events()
    events.add("tool.execution_start", toolCallId="c9", toolName="bash", arguments={"skill": "x"})
    events.add("skill.invoked", name="x", content=SECRET)
    events.add("hook.start", input={"toolName": "skill"})
    events.lines += ['{"type":"new.kind","data":7}', "[]", '{"type":"user.message","data":7}']

    assert events.rows(tmp_path) == []
