"""Writes transcripts of Claude Code: one file a session, in its folder in the user's home."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from json import dumps
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cli.demo.client_sessions import AgentRun, ClientSession, Turn

PROJECTS = Path(".claude", "projects")
VERSION = "2.1.270"


def write(home: Path, folder: Path, sessions: Iterable[ClientSession]) -> None:
    """Write the sessions that were held in the project's folder."""
    below = home / PROJECTS / re.sub("[^A-Za-z0-9]", "-", str(folder))
    below.mkdir(parents=True, exist_ok=True)
    for session in sessions:
        lines = _Lines(session, str(folder)).all()
        with (below / f"{session.session_id}.jsonl").open("w", encoding="ascii") as file:
            file.writelines(f"{dumps(line)}\n" for line in lines)


class _Lines:
    """The records of one session, each with what all records of it have."""

    def __init__(self, session: ClientSession, cwd: str) -> None:
        self._session, self._cwd = session, cwd
        self._written = 0

    def all(self) -> Iterator[Mapping[str, object]]:
        yield {"type": "permission-mode", "sessionId": self._session.session_id}
        for turn in self._session.turns:
            yield from self._turn(turn)

    def _turn(self, turn: Turn) -> Iterator[Mapping[str, object]]:
        use, at = turn.use, turn.use.invoked_at
        if turn.is_typed:
            name = f"<command-name>/{use.skill_name}</command-name>"
            yield self._person(f"<command-message>{use.skill_name}</command-message>\n{name}", at)
        else:
            yield self._person("Go on.", at - timedelta(seconds=1))
            call = self._id("toolu")
            yield self._call(call, "Skill", {"skill": use.skill_name}, at)
            result = {"success": True, "commandName": use.skill_name}
            yield self._result(call, "Launching skill", result, at + timedelta(milliseconds=12))
        for run in turn.agents:
            yield from self._agent(run)
        last = turn.agents[-1] if turn.agents else None
        end = last.at + timedelta(milliseconds=last.duration_ms + 200) if last else at
        end = max(end, at + timedelta(seconds=min(use.duration_seconds or 3, 15)))
        if use.completed:
            yield self._model({"type": "text", "text": "Done."}, "end_turn", end)
        elif use.error_type is not None:
            yield self._model({"type": "text", "text": "Error."}, "max_tokens", end)
        elif use.duration_seconds is not None:
            yield self._person("[Request interrupted by user]", end)

    def _agent(self, run: AgentRun) -> Iterator[Mapping[str, object]]:
        call = self._id("toolu")
        yield self._call(call, "Agent", {"subagent_type": run.name, "prompt": "Look."}, run.at)
        end = run.at + timedelta(milliseconds=run.duration_ms)
        if not run.success:
            yield self._result(call, "API Error", "Error", end, is_error=True)
            return
        read, written, cached = run.tokens
        usage = {
            "input_tokens": read,
            "output_tokens": written,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": cached,
        }
        result = {
            "status": "completed",
            "agentId": call[-8:],
            "totalDurationMs": run.duration_ms,
            "totalTokens": sum(run.tokens),
            "usage": usage,
        }
        yield self._result(call, "Found.", result, end)

    def _person(self, text: str, at: datetime) -> Mapping[str, object]:
        return self._record("user", at, message={"role": "user", "content": text})

    def _call(
        self, call: str, tool: str, given: Mapping[str, object], at: datetime
    ) -> Mapping[str, object]:
        block = {"type": "tool_use", "id": call, "name": tool, "input": given}
        return self._model(block, "tool_use", at)

    def _model(self, block: Mapping[str, object], stop: str, at: datetime) -> Mapping[str, object]:
        message = {"role": "assistant", "model": "m", "content": [block], "stop_reason": stop}
        return self._record("assistant", at, message=message)

    def _result(
        self, call: str, text: str, result: object, at: datetime, is_error: bool = False
    ) -> Mapping[str, object]:
        block = {"type": "tool_result", "tool_use_id": call, "content": text, "is_error": is_error}
        message = {"role": "user", "content": [block]}
        return self._record("user", at, message=message, toolUseResult=result)

    def _record(self, kind: str, at: datetime, **more: object) -> Mapping[str, object]:
        stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "cwd": self._cwd,
            "sessionId": self._session.session_id,
            "version": VERSION,
            "type": kind,
            **more,
            "uuid": self._id("uuid"),
            "timestamp": stamp,
        }

    def _id(self, kind: str) -> str:
        self._written += 1
        made = uuid5(NAMESPACE_URL, f"{self._session.session_id}/{self._written}")
        return f"toolu_{made.hex}" if kind == "toolu" else str(made)
