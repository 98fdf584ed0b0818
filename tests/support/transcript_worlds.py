"""Transcripts in many forms, written together with the truth about them.

The writer decides what happens (which skill, which end), writes the records a client would write,
and notes the row that must come of it. Nothing is ever parsed to learn the truth.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from transcript_ends import ENDS, LOAD_ERRORS, SECRET

NEVER = "never-used"
START = datetime(2026, 9, 1, 8, tzinfo=UTC)
NAMES = ("commit", "pdf", "plugin-x:review", "调研规范", "db-migrate")
AGENTS = ("Explore", "Plan", "code-reviewer")

# What a transcript shows of other transcripts, lists and summaries: names that count nowhere.
TRAP = json.dumps({"type": "tool_use", "id": "q", "name": "Skill", "input": {"skill": NEVER}})
TRAP_TAGS = f"<command-message>{NEVER}</command-message>\n<command-name>/{NEVER}</command-name>"


@dataclass
class Expected:
    """A row that must come of the files; ``session`` None is told only when all are written."""

    kind: str
    name: str
    at: datetime
    trigger: str
    session: str
    outcome: str = "unknown"
    error_type: str | None = None
    duration_ms: int | None = None
    project: str | None = "alpha"
    tokens: int | None = None

    def key(self) -> tuple[object, ...]:
        return (
            self.project,
            self.kind,
            self.name,
            self.at,
            self.trigger,
            self.session,
            self.outcome,
            self.error_type,
            self.duration_ms,
        )


@dataclass
class World:
    """Files by their path below the home, as lines; and the rows that must come of them."""

    work: str
    dice: random.Random
    files: dict[str, list[bytes]] = field(default_factory=dict)
    rows: list[Expected] = field(default_factory=list)
    now: datetime = START
    numbers: int = 0

    def tick(self, low: int = 1, high: int = 5000) -> datetime:
        self.now += timedelta(milliseconds=self.dice.randint(low, high))
        return self.now

    def fresh(self, prefix: str = "") -> str:
        self.numbers += 1
        return f"{prefix}{self.dice.getrandbits(32):08x}{self.numbers:04d}"

    def want(self, kind: str, name: str, trigger: str, session: str, at: datetime) -> Expected:
        row = Expected(kind, name, at, trigger, session)
        self.rows.append(row)
        return row

    def json(self, path: str, value: object) -> None:
        self.files[path] = [json.dumps(value).encode()]


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def took(start: datetime, end: datetime) -> int:
    return round((end - start) / timedelta(milliseconds=1))


class Claude:
    """One session of Claude Code, written turn by turn."""

    def __init__(self, world: World, old: bool = False, cwd: str = "alpha") -> None:
        self.world, self.old = world, old
        self.id = world.fresh("s")
        self.cwd = f"{world.work}/{cwd}"
        self.folder = ".claude/projects/-work-x"
        self.path = f"{self.folder}/{self.id}.jsonl"
        self.lines = world.files.setdefault(self.path, [])
        self.mine: list[Expected] = []
        self.last = ""
        self._put({"type": "permission-mode", "permissionMode": "default", "sessionId": self.id})
        self.record("attachment", attachment={"type": "skill_listing", "content": TRAP})

    # Records

    def record(self, type_: str, at: datetime | None = None, **fields: Any) -> datetime:
        at = at or self.world.tick()
        uuid = self.world.fresh("u")
        record = {
            "parentUuid": self.last or None,
            "isSidechain": False,
            "cwd": self.cwd,
            "sessionId": self.id,
            "version": "1.0.71" if self.old else "2.1.270",
            "type": type_,
            **fields,
            "uuid": uuid,
            "timestamp": stamp(at),
        }
        self.last = uuid
        self._put(record)
        return at

    def _put(self, record: dict[str, Any]) -> None:
        spaced = self.world.dice.random() < 0.3
        text = json.dumps(record, ensure_ascii=spaced, separators=None if spaced else (",", ":"))
        self.lines.append(text.encode())

    def says(self, *blocks: dict[str, Any], stop: str | None = None, **fields: Any) -> datetime:
        message = {"role": "assistant", "model": "m", "content": list(blocks), "stop_reason": stop}
        return self.record("assistant", message={**message, **fields.pop("message", {})}, **fields)

    def calls(self, tool: str, given: dict[str, Any], **fields: Any) -> tuple[str, datetime]:
        call = self.world.fresh("toolu_")
        block = {"type": "tool_use", "id": call, "name": tool, "input": given}
        return call, self.says(block, stop=None if self.old else "tool_use", **fields)

    def gets(self, call: str, text: Any, result: Any = None, **fields: Any) -> datetime:
        block = {"tool_use_id": call, "type": "tool_result", "content": text}
        if fields.pop("is_error", False):
            block["is_error"] = True
        if result is not None:
            fields["toolUseResult"] = result
        return self.record("user", message={"role": "user", "content": [block]}, **fields)

    def person(self, text: str, **fields: Any) -> datetime:
        more = {} if self.old else {"origin": {"kind": "human"}, "promptSource": "typed"}
        return self.record("user", message={"role": "user", "content": text}, **{**more, **fields})

    # What a turn holds

    def noise(self) -> None:
        """Records and results in which names stand without being used."""
        dice = self.world.dice
        for _ in range(dice.randint(0, 2)):
            call, _ = self.calls("Read", {"file_path": f"/{SECRET}"})
            self.gets(call, f"1\t{TRAP}", {"file": TRAP_TAGS})
            if dice.random() < 0.3:
                self.record("progress", data={"message": json.loads(TRAP)})
            if dice.random() < 0.3:
                self.says({"type": "text", "text": TRAP_TAGS})
            if dice.random() < 0.2:
                self._put({"type": "quantum-latch", "state": TRAP})
            if dice.random() < 0.2:
                self.record("system", subtype="compact_boundary", content="x")
                text = f"This session is continued. {TRAP_TAGS}"
                self.person(text, isCompactSummary=True, origin=None, promptSource=None)

    def skill(self, turn: list[Expected], error: str | None = None) -> None:
        """The model loads a skill; with an error it is settled, otherwise its turn decides."""
        name = self.world.dice.choice(NAMES)
        field = "command" if self.old else "skill"
        call, at = self.calls("Skill", {field: name, "args": SECRET})
        row = self._want("skill", name, "model", at)
        if error is None:
            self.gets(call, f"Launching skill: {name}", {"success": True, "commandName": name})
            self.record(
                "user",
                isMeta=True,
                message={"role": "user", "content": [{"type": "text", "text": SECRET}]},
            )
            turn.append(row)
            return
        text, denial, row.outcome, row.error_type = LOAD_ERRORS[error]
        more = {"toolDenialKind": denial} if denial else {}
        self.gets(call, text, f"Error: {text}", is_error=True, **more)

    def slash_command(self, turn: list[Expected]) -> None:
        call, at = self.calls("SlashCommand", {"command": f"/tidy {SECRET}"})
        turn.append(self._want("skill", "tidy", "model", at))
        self.gets(call, "Launching command: /tidy")
        echo = "<command-message>tidy is running…</command-message>"
        echo += "\n<command-name>/tidy</command-name>"
        self.record("user", message={"role": "user", "content": [{"type": "text", "text": echo}]})

    def agent(self, how: str) -> None:
        """A run of an agent that ends in one of the ways there are, with skills inside it."""
        dice = self.world.dice
        name = dice.choice(AGENTS)
        named = dice.random() < 0.8 or how in ("no_such", "refused", "mate", "no_result")
        given = {"prompt": SECRET, **({"subagent_type": name} if named else {})}
        call, at = self.calls("Task" if self.old else "Agent", given)
        row = self._want("agent", name if named else "general-purpose", "model", at)
        inner: list[Expected] = []
        agent = self.world.fresh("a")
        if how not in ("no_such", "refused", "mate"):
            inner = self._agent_file(agent, call, name, sidechain=self.old)
        self._agent_end(how, row, call, agent, at, named, name)
        for each in inner:
            each.outcome = row.outcome
            each.error_type = "agent_failed" if row.outcome == "failure" else None

    def _agent_end(
        self, how: str, row: Expected, call: str, agent: str, at: datetime, named: bool, name: str
    ) -> None:
        if how == "done":
            row.tokens = self.world.dice.randint(1, 10**6)
            result = {
                "agentId": agent,
                "totalDurationMs": 777,
                "totalTokens": row.tokens,
                "status": "completed",
            }
            if not named:
                result["agentType"] = row.name = name
            self.gets(call, [{"type": "text", "text": TRAP}], result)
            row.outcome, row.duration_ms = "success", 777
        elif how == "error":
            end = self.gets(call, f"API Error: {SECRET}", "Error", is_error=True)
            row.outcome, row.error_type, row.duration_ms = "failure", "api_error", took(at, end)
            row.name = row.name if named or self.old else name
        elif how == "no_such":
            self.gets(
                call, "<tool_use_error>Agent type 'x' not found.</tool_use_error>", is_error=True
            )
            row.outcome, row.error_type = "failure", "unknown_agent"
        elif how == "refused":
            self.gets(
                call,
                "The user doesn't want to proceed",
                is_error=True,
                toolDenialKind="user-rejected",
            )
            row.outcome = "abandoned"
        elif how == "mate":
            self.gets(call, "Spawned", {"status": "teammate_spawned", "agentId": agent})
        elif how != "no_result":
            self._in_background(how, row, call, agent, at)
            row.name = row.name if named else name

    def _in_background(self, how: str, row: Expected, call: str, agent: str, at: datetime) -> None:
        self.gets(call, "Async agent launched", {"status": "async_launched", "agentId": agent})
        self.noise()
        if how == "kill_all":
            killed = self.record("system", subtype="agents_killed")
            self.person(
                "2 background agents were stopped",
                origin=None,
                promptSource="system",
                queuePriority="later",
            )
            row.outcome, row.duration_ms = "abandoned", took(at, killed)
        elif how != "launched":
            status = {"completed": "success", "failed": "failure", "killed": "abandoned"}
            with_call, with_usage = self.world.dice.random() < 0.8, self.world.dice.random() < 0.8
            end = self._notify(
                agent, call if with_call else None, how, 4321 if with_usage else None
            )
            row.outcome = status[how]
            row.error_type = "agent_failed" if how == "failed" else None
            row.duration_ms = 4321 if with_usage else took(at, end)
            row.tokens = 8765 if with_usage else None
            if self.world.dice.random() < 0.3:
                self._notify(agent, call, "failed", 1)

    def _notify(self, agent: str, call: str | None, status: str, duration: int | None) -> datetime:
        text = f"<task-notification>\n<task-id>{agent}</task-id>\n"
        text += f"<tool-use-id>{call}</tool-use-id>\n" if call else ""
        text += f"<status>{status}</status>\n<summary>{SECRET}</summary>\n<result>{SECRET} "
        text += (
            "<status>killed</status> </result><usage><duration_ms>5</duration_ms></usage></result>"
        )
        spent = "<subagent_tokens>8765</subagent_tokens>"
        usage = f"\n<usage>{spent}<duration_ms>{duration}</duration_ms></usage>" if duration else ""
        text += f"{usage}\n</task-notification>"
        at = self.world.tick()
        self._put(
            {
                "type": "queue-operation",
                "operation": "enqueue",
                "timestamp": stamp(at),
                "sessionId": self.id,
                "content": text,
            }
        )
        self.person(text, origin={"kind": "task-notification"}, promptSource="system")
        return at

    def _agent_file(self, agent: str, call: str, name: str, sidechain: bool) -> list[Expected]:
        """The agent's own records: in its file, or (1.x) in the session's own."""
        keep = (self.lines, self.last, self.path)
        more: dict[str, Any] = {"isSidechain": True, "agentId": agent}
        if not sidechain:
            base = f"{self.folder}/{self.id}/subagents/agent-{agent}"
            self.lines = self.world.files.setdefault(f"{base}.jsonl", [])
            self.world.json(
                f"{base}.meta.json",
                {"agentType": name, "description": SECRET, "toolUseId": call},
            )
        self.last = ""
        self.record("user", message={"role": "user", "content": TRAP_TAGS}, **more)
        inner = []
        if self.world.dice.random() < 0.7:
            skill = self.world.dice.choice(NAMES)
            used, at = self.calls("Skill", {"skill": skill}, **more)
            inner.append(self._want("skill", skill, "subagent", at))
            self.gets(used, "Launching", {"success": True}, **more)
        self.says({"type": "text", "text": SECRET}, stop=None if self.old else "end_turn", **more)
        self.lines, self.last, self.path = keep
        return inner

    def forked_skill(self, background: bool) -> None:
        name, agent = self.world.dice.choice(NAMES), self.world.fresh("a")
        call, at = self.calls("Skill", {"skill": name})
        row = self._want("skill", name, "model", at)
        result = {"success": True, "status": "forked", "agentId": agent, "background": background}
        end = self.gets(call, "forked", result)
        row.outcome, row.duration_ms = "success", took(at, end)
        if background:
            self._notify(agent, None, "completed", 99)
            row.duration_ms = 99

    # Turns

    def turn(self, end: str, uses: tuple[str, ...], typed: bool = False) -> None:
        """A prompt, what is used, and how the turn ends."""
        turn: list[Expected] = []
        if typed:
            name = self.world.dice.choice(NAMES)
            tags = (
                f"<command-message>{name}</command-message>\n<command-name>/{name}</command-name>"
            )
            turn.append(self._want("skill", name, "typed", self.person(tags)))
        else:
            self.person(f"{SECRET} {TRAP}")
        if self.world.dice.random() < 0.3:
            self.person(
                "<command-name>/model</command-name>\n   <command-message>model</command-message>"
            )
        for use in uses:
            self.noise()
            kind, _, how = use.partition(":")
            if kind == "skill":
                self.skill(turn, how or None)
            elif kind == "agent":
                self.agent(how)
            elif kind == "slash":
                self.slash_command(turn)
            else:
                self.forked_skill(how == "background")
        self._end(end, turn)

    def _end(self, end: str, turn: list[Expected]) -> None:
        if not self.old and self.world.dice.random() < 0.3:
            self.person(SECRET, promptSource="queued")
        if end == "open":
            call, _ = self.calls("Bash", {"command": SECRET})
            self.gets(call, "cut here")
            return
        text = {"type": "text", "text": SECRET}
        if end == "woken_then_interrupted":
            self.says(text, stop="end_turn")
            self._notify(self.world.fresh("b"), None, "completed", 5)
            self.calls("Bash", {"command": SECRET})
        if end in ("interrupt", "woken_then_interrupted"):
            marker = {"type": "text", "text": "[Request interrupted by user]"}
            at = self.record("user", message={"role": "user", "content": [marker]})
        elif end in ("rate_limit", "api"):
            code = {"error": "rate_limit"} if end == "rate_limit" else {}
            at = self.says(
                text,
                stop="stop_sequence",
                isApiErrorMessage=True,
                message={"model": "<synthetic>"},
                **code,
            )
        elif end in ("last_word", "hook"):
            at = self.says(text)
            if end == "hook":
                self.record("system", subtype="stop_hook_summary", preventedContinuation=False)
            else:
                self.person(SECRET)
                self.says(text, stop="end_turn")
        else:
            at = self.says(text, stop="max_tokens" if end == "max_tokens" else "end_turn")
        for row in turn:
            row.outcome, row.error_type = ENDS[end]
            row.duration_ms = took(row.at, at) if row.trigger == "typed" else None

    def _want(self, kind: str, name: str, trigger: str, at: datetime) -> Expected:
        row = self.world.want(kind, name, trigger, self.id, at)
        self.mine.append(row)
        return row

    # Copies

    def copy(self, how: str) -> Claude:
        """The session as another one goes on with it; both keep all that was written so far."""
        other = Claude.__new__(Claude)
        other.__dict__.update(self.__dict__)
        other.id = self.id if how == "conflict" else self.world.fresh("0" if how != "late" else "z")
        name = f"{self.id} (conflicted copy)" if how == "conflict" else other.id
        other.path = f"{self.folder}/{name}.jsonl"
        other.lines = self.world.files.setdefault(other.path, [])
        other.mine = []
        for line in self.lines:
            record = json.loads(line)
            if how != "old_id_inside" and "sessionId" in record:
                if how == "branch" and "uuid" in record:
                    record["forkedFrom"] = {"sessionId": self.id, "messageUuid": record["uuid"]}
                record["sessionId"] = other.id
            if how == "renumber" and "uuid" in record:
                record["uuid"] = "n" + record["uuid"]
                record["parentUuid"] = record["parentUuid"] and "n" + record["parentUuid"]
            other.lines.append(json.dumps(record).encode())
        if how in ("resume", "fork", "renumber", "late"):
            for row in self.mine:
                if row.trigger != "subagent" or self.old:
                    row.session = min(row.session, other.id)
        return other


COPIES = ("resume", "fork", "branch", "renumber", "conflict", "old_id_inside", "late")


def claude_world(work: str, dice: random.Random, sessions: int = 3) -> World:
    """Some sessions of some turns, some of them copied and gone on with."""
    world = World(work, dice)
    ways = [f"agent:{how}" for how in ("done", "error", "no_such", "refused")]
    new = [f"agent:{how}" for how in ("completed", "failed", "killed", "mate", "launched")]
    for _ in range(sessions):
        session = Claude(world, old=dice.random() < 0.3)
        uses = ["skill", "skill", *(f"skill:{error}" for error in LOAD_ERRORS), *ways]
        uses += ["slash"] if session.old else ["forked:", "forked:background", *new]
        ends = ["last_word", "hook", "interrupt", "api"] if session.old else list(ENDS)[:-1]
        for _ in range(dice.randint(1, 4)):
            chosen = tuple(dice.choice(uses) for _ in range(dice.randint(0, 3)))
            session.turn(dice.choice(ends), chosen, typed=dice.random() < 0.3)
        if dice.random() < 0.6:
            copied = session.copy(dice.choice(COPIES))
            copied.turn(dice.choice(ends), ("skill",))
            if dice.random() < 0.5:
                session.turn(dice.choice(ends), ("skill",))
        elif dice.random() < 0.4:
            session.turn("open", ("skill",), typed=dice.random() < 0.5)
    return world


def expected(world: World) -> list[tuple[object, ...]]:
    return sorted((replace(row).key() for row in world.rows), key=repr)


def write(world: World, home: Path, share: float = 1.0, dice: random.Random | None = None) -> None:
    """The files as they stand after about a share of their bytes was written."""
    for path, lines in world.files.items():
        data = b"\n".join(lines) + b"\n"
        cut = len(data)
        if dice is not None and share < 1 and path.endswith(".jsonl"):
            cut = min(len(data), int(len(data) * share * dice.uniform(0.5, 1.5)))
        target = home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.stat().st_size < cut:
            target.write_bytes(data[:cut])
