"""Claude Code: sessions, the agents that they start, and the journals of workflows.

In a session's own file a turn begins with a person's prompt. What is used in it waits for the last
evidence before the next prompt: the model came to rest, a person interrupted, or it failed. Inside
an agent's file nothing waits: what becomes of an agent is said elsewhere.
"""

from __future__ import annotations

from msgspec import Raw, Struct

from collector.transcripts import claude_records as records
from collector.transcripts import decoding
from collector.transcripts.claude_files import File
from collector.transcripts.claude_records import Block, Record
from collector.transcripts.decoding import Rejected
from collector.transcripts.facts import (
    UNKNOWN_RUN,
    Agent,
    End,
    Kind,
    Outcome,
    Session,
    Trigger,
    Use,
    later,
)
from collector.transcripts.jsonlines import Found
from collector.transcripts.reader import LineReader, Sink

_MARKERS = (
    b'"Skill"',
    b'"Agent"',
    b'"Task"',
    b'"SlashCommand"',
    b"command-message>",
    b"task-notification>",
    b'"agents_killed"',
    # Records of the client begin so; each is short, and new types of them come often.
    b'\n{"type":',
)
_AGENT_TOOLS = ("Agent", "Task")
_TOOLS = _MARKERS[:4]
_TOP_BYTES = 256
_START_BYTES = 1500
_MANY = 1000


class State(Struct, omit_defaults=True):
    """What of a file's beginning is needed to go on reading it: the turn and calls still open.

    ``word_us`` is the model's last word where nothing said yet that the turn rests there.
    ``tips`` are the last records of agents whose records are in the session's own file.
    """

    first_cwd: str | None = None
    sessions: list[str] = []
    calls: dict[str, Use] = {}
    turn: list[Use] = []
    turn_calls: list[str] = []
    working: bool = False
    word_us: int | None = None
    echo: str | None = None
    tips: dict[str, str] = {}
    run: Use | None = None


class Reader(LineReader[Record, State]):
    """Reads the lines of one file into a sink."""

    def __init__(self, file: File, state: bytes | None, sink: Sink) -> None:
        super().__init__(records.record, State(), state, sink)
        self._file = file
        self._value = b""
        self._last_version: object = None
        self._last_session: object = None
        self._began = bool(self._state.sessions)
        self.markers = _MARKERS if file.kind in ("session", "agent") else ()

    @property
    def agent(self) -> str | None:
        """The id of the agent whose file it is."""
        return self._file.agent

    def idle(self) -> bool:
        """Whether nothing is open that lines without a marker could tell the end of."""
        known = self._state.first_cwd is not None and (self._file.kind == "agent" or self._began)
        return known and not self._waits()

    def passes(self, found: Found, start: int, end: int) -> int:
        """Up to where lines need not be decoded: those without a marker while nothing is open,
        those that only say that the model works on, and those of the client that never count."""
        line, passed = start, -1
        while passed < line < end:
            passed = line
            if self.idle():
                line = found.line(line, found.next(line))
            elif self._state.turn and not self._state.calls and not self._state.tips:
                line = self._goes_on(found, line, end)
            else:
                break
            while line < end and found.type(line) in records.NEVER_COUNT:
                line = found.stop(line) + 1
        return line

    def _goes_on(self, found: Found, start: int, end: int) -> int:
        """Up to where lines only say that the model works on, or never count. In the text of a
        string the quotes of these would be escaped."""
        interrupt = found.place(b"[Request interrupted", start)
        last = found.line(start, min(found.next(start), interrupt, end))
        line, result, call, goes_on = start, -1, -1, False
        while line < last:
            stop = found.stop(line)
            if result < line:
                result = found.place(b'"tool_result"', line)
            works_on = result < stop and result < line + _START_BYTES
            if not works_on and call < line:
                call = found.place(b'"stop_reason":"tool_use"', line)
            works_on = works_on or call < stop
            if not works_on and found.type(line) not in records.NEVER_COUNT:
                break
            goes_on, line = goes_on or works_on, stop + 1
        if goes_on:
            self._state.working, self._state.word_us = True, None
        return line

    def _record(self, record: Record, line: bytes) -> None:
        self._value = line
        state = self._state
        if state.first_cwd is None:
            state.first_cwd = decoding.a_path(record.cwd)
        if record.version != self._last_version:
            self._last_version = record.version
            self._sink.version(record.version)
        if self._file.kind == "journal":
            self._journal(record)
            return
        if record.sessionId != self._last_session:
            self._note_session(record)
        if self._file.kind == "workflow_agent":
            self._note_run(record)
        if record.type == "assistant":
            if self._waits() or any(tool in line for tool in _TOOLS):
                self._assistant(record)
            else:
                self._sink.ignored += 1
        elif record.type == "user":
            self._user(record)
        elif record.type == "queue-operation":
            begin = records.beginning(record.content)
            if begin.startswith(records.NOTICE):
                self._notice(record, record.content, begin)
        elif record.type == "system":
            self._system(record)
        elif record.type not in records.KNOWN_TYPES:
            self._sink.unknown_type(record.type)
        else:
            self._sink.ignored += 1

    def _waits(self) -> bool:
        return bool(self._state.turn or self._state.calls or self._state.tips)

    # Sessions and workflows

    def _note_session(self, record: Record) -> None:
        session = decoding.an_id(record.sessionId)
        at_us = decoding.microseconds(record.timestamp)
        if self._file.kind != "session" or session is None or at_us is None:
            return
        self._last_session = session
        sessions = self._state.sessions
        if session not in sessions and len(sessions) < _MANY:
            sessions.append(session)
            self._began = True
            self._sink.session(Session(session, at_us))

    def _note_run(self, record: Record) -> None:
        """An agent of a workflow runs from its first record to its last."""
        at_us = decoding.microseconds(record.timestamp)
        if at_us is None or self._file.agent is None:
            return
        state = self._state
        if state.run is None:
            agent = self._agent_of(record)
            run = Use(f"claude_code:agent:{agent}", "agent", at_us, "workflow")
            run.agent = agent
            run.sessions = self._sessions(record)
            run.returned = True
            state.run = self._sink.attribute(run, record.cwd, state.first_cwd)
        state.run.last_us = max(at_us, state.run.last_us or at_us)
        self._sink.use(state.run)

    def _agent_of(self, record: Record) -> str | None:
        """The agent by its record, as a copy of its file may have another name."""
        return decoding.an_id(record.agentId) or self._file.agent

    def _journal(self, record: Record) -> None:
        agent = decoding.an_id(record.agentId)
        if record.type == "result" and agent is not None:
            self._sink.agent(Agent(agent, done=True))
        else:
            self._sink.ignored += 1

    def _sessions(self, record: Record) -> list[str]:
        session = decoding.an_id(record.sessionId) or self._file.session
        return [session] if session else []

    # The model

    def _assistant(self, record: Record) -> None:
        message = decoding.maybe(records.message, record.message)
        if message is None:
            return
        inside = self._inside_of(record)
        blocks = records.all_blocks(message.content)
        calls = False
        for block in blocks:
            if block.type == "tool_use":
                calls = True
                try:
                    self._call(record, block, inside)
                except Rejected as exc:
                    self._sink.reject(self._number, str(exc))
        if inside is not None:
            return
        state = self._state
        state.echo = state.echo if calls else None
        if calls:
            state.working, state.word_us = True, None
        if record.isApiErrorMessage is True:
            self._evidence(record, "failure", records.api_error_type(record.error))
        elif message.model == "<synthetic>" or message.stop_reason == "tool_use":
            return
        elif message.stop_reason in ("end_turn", "stop_sequence"):
            self._evidence(record, "success")
        elif message.stop_reason is not None:
            self._evidence(record, "failure", records.stop_error_type(message.stop_reason))
        elif not calls and any(block.type == "text" for block in blocks):
            state.word_us = decoding.microseconds(record.timestamp)

    def _call(self, record: Record, block: Block, inside: str | None) -> None:
        kind: Kind = "skill"
        name: str | None
        if block.name in ("Skill", "SlashCommand"):
            given = decoding.maybe(records.skill_input, block.input) or records.SkillInput()
            found = given.skill if given.skill is not None else given.command
            if block.name == "SlashCommand" and isinstance(found, str):
                found = (found.split(maxsplit=1) or [""])[0]
            name = _name(found)
        elif block.name in _AGENT_TOOLS:
            kind = "agent"
            asked = decoding.maybe(records.agent_input, block.input) or records.AgentInput()
            missing = asked.subagent_type is None
            name = None if missing else decoding.required_name(asked.subagent_type)
        else:
            return
        decoding.check(self._value)
        call = decoding.required_id(block.id)
        at_us = decoding.required_time(record.timestamp)
        trigger: Trigger = "model" if inside is None else "subagent"
        use = Use(f"claude_code:{call}@{at_us}", kind, at_us, trigger, name)
        use.call, use.inside = call, inside
        self._start(record, use)
        state = self._state
        if block.name == "SlashCommand" and inside is None:
            state.echo = name
        if kind == "skill" and use.owner is None:
            return
        if len(state.calls) >= _MANY:
            del state.calls[next(iter(state.calls))]
        state.calls[call] = use
        if inside is None:
            state.turn_calls.append(call)
            state.turn += [use] if kind == "skill" else []

    def _start(self, record: Record, use: Use) -> None:
        use.sessions = self._sessions(record)
        forked = decoding.maybe(records.forked_from, record.forkedFrom)
        use.forked_from = decoding.an_id(forked.sessionId) if forked else None
        self._sink.use(self._sink.attribute(use, record.cwd, self._state.first_cwd))

    def _inside_of(self, record: Record) -> str | None:
        """The run that a record belongs to; None in the session itself.

        Where agents' records are in the session's own file, each links to the one before it, and
        the first of an agent belongs to the oldest call that has none yet.
        """
        if self._file.agent is not None:
            return f"agent:{self._agent_of(record)}"
        if record.isSidechain is not True:
            return None
        tips = self._state.tips
        parent, own = decoding.an_id(record.parentUuid), decoding.an_id(record.uuid)
        key = tips.get(parent) if parent else None
        if key is None:
            runs = [each for each in self._state.calls.values() if each.kind == "agent"]
            begun = set(tips.values())
            free = [each.key for each in runs if each.key not in begun]
            key = free[0] if free else runs[-1].key if runs else None
        if key is None:
            return UNKNOWN_RUN
        if own is not None:
            if len(tips) >= _MANY:
                del tips[next(iter(tips))]
            tips[own] = key
        return f"use:{key}"

    # Persons, results and the client

    def _user(self, record: Record) -> None:
        top = bytes(memoryview(record.message)[:_TOP_BYTES])
        special = b"<command-message>" in top or b"<task-notification>" in top or b"\\u003c" in top
        if not special and not self._waits():
            self._sink.ignored += 1
            return
        message = decoding.maybe(records.message, record.message)
        if message is None:
            return
        inside = self._inside_of(record)
        blocks: list[Block] = []
        text = message.content
        if bytes(memoryview(text)[:1]) == b"[":
            blocks = records.all_blocks(text)
            text = next((each.text for each in blocks if each.type == "text"), decoding.ABSENT)
        results = [each for each in blocks if each.type == "tool_result"]
        for result in results:
            self._result(record, result)
        begin = records.beginning(text)
        if begin.startswith(records.NOTICE):
            self._notice(record, text, begin)
        elif inside is None and results and not begin.startswith(records.INTERRUPT):
            self._state.working, self._state.word_us = True, None
        elif inside is None:
            self._person(record, begin)

    def _person(self, record: Record, begin: str) -> None:
        state = self._state
        if begin.startswith(records.INTERRUPT):
            self._evidence(record, "abandoned")
            return
        if record.isMeta is True or record.isCompactSummary is True:
            return
        steers = record.promptSource == "queued" and state.working
        typed = records.typed_name(begin)
        if typed is not None:
            if typed == state.echo:
                self._echo(record, typed)
            else:
                self._typed(record, typed, steers)
            return
        origin = decoding.maybe(records.origin, record.origin)
        if (
            records.is_client_command(begin)
            or (origin is not None and origin.kind not in (None, "human"))
            or record.promptSource == "system"
            or record.queuePriority is not None
            or steers
        ):
            return
        self._next_prompt()

    def _echo(self, record: Record, name: str) -> None:
        """Note that the record only repeats a call: read without it, it looks typed."""
        self._state.echo = None
        if (at_us := decoding.microseconds(record.timestamp)) is not None:
            self._start(record, _typed_use(name, at_us, is_echo=True))

    def _typed(self, record: Record, typed: str, steers: bool) -> None:
        if not steers:
            self._next_prompt()
        decoding.check(self._value)
        name = decoding.required_name(typed)
        at_us = decoding.required_time(record.timestamp)
        use = _typed_use(name, at_us)
        self._start(record, use)
        if use.owner is not None:
            self._state.turn.append(use)

    def _next_prompt(self) -> None:
        self._rest_at_last_word()
        self._state.turn, self._state.turn_calls = [], []
        self._state.working = True

    def _system(self, record: Record) -> None:
        if record.subtype == "turn_duration" or (
            record.subtype == "stop_hook_summary" and record.preventedContinuation is not True
        ):
            if record.isSidechain is not True:
                self._rest_at_last_word()
        elif record.subtype == "agents_killed":
            at_us = decoding.microseconds(record.timestamp)
            for session in self._sessions(record) if at_us is not None else []:
                self._sink.session(Session(session, kills_us=[at_us or 0]))

    def _notice(self, record: Record, text: Raw, begin: str) -> None:
        at_us = decoding.microseconds(record.timestamp)
        found = records.notice(text, begin, at_us) if at_us is not None else None
        if found is not None:
            self._sink.agent(Agent(found[0], found[1], notice=found[2]))

    # Ends

    def _rest_at_last_word(self) -> None:
        word_us, self._state.word_us = self._state.word_us, None
        if word_us is not None:
            self._end_turn("success", word_us, None)

    def _evidence(self, record: Record, outcome: Outcome, error_type: str | None = None) -> None:
        decoding.check(self._value)
        at_us = decoding.microseconds(record.timestamp)
        if at_us is not None:
            self._end_turn(outcome, at_us, error_type)
            self._state.word_us = None

    def _end_turn(self, outcome: Outcome, at_us: int, error_type: str | None) -> None:
        state = self._state
        state.working = False
        for waiting in state.turn:
            typed = waiting.trigger == "typed"
            took = decoding.milliseconds(waiting.at_us, at_us) if typed else None
            end = End(outcome, at_us, waiting.at_us, error_type, took)
            waiting.end = later(waiting.end, end)
            self._sink.use(waiting)
        if outcome == "abandoned":
            for call in state.turn_calls:
                use = state.calls.get(call)
                if use is not None and use.kind == "agent":
                    self._settle(use, outcome, at_us, None, ran=True)

    def _settle(
        self, use: Use, outcome: Outcome, at_us: int, error_type: str | None, ran: bool
    ) -> None:
        took = decoding.milliseconds(use.at_us, at_us) if ran else None
        use.end = later(use.end, End(outcome, at_us, use.at_us, error_type, took, settled=True))
        self._sink.use(use)

    def _leave_turn(self, use: Use) -> None:
        self._state.turn = [each for each in self._state.turn if each.key != use.key]

    def _result(self, record: Record, block: Block) -> None:
        state = self._state
        call = decoding.an_id(block.tool_use_id)
        use = state.calls.pop(call, None) if call is not None else None
        if use is None:
            return
        decoding.check(self._value)
        state.tips = {uuid: key for uuid, key in state.tips.items() if key != use.key}
        # Of a skill in its turn two objects may stand for one use after a restart.
        use = next((each for each in state.turn if each.key == use.key), use)
        at_us = decoding.microseconds(record.timestamp)
        if at_us is None:
            return
        use.returned = True
        found = decoding.maybe(records.result, record.toolUseResult) or records.Result()
        if block.is_error is True or found.success is False:
            self._error(record, block, use, at_us)
        elif use.kind == "agent":
            self._agent_result(use, found, at_us)
        elif found.status == "forked":
            self._leave_turn(use)
            use.agent = decoding.an_id(found.agentId)
            if found.background is not True:
                self._settle(use, "success", at_us, None, ran=True)
        self._sink.use(use)

    def _error(self, record: Record, block: Block, use: Use, at_us: int) -> None:
        begin = records.result_text(block) or records.beginning(record.toolUseResult)
        outcome, error_type = records.refusal_reason(begin, record.toolDenialKind, use.kind)
        self._leave_turn(use)
        ran = use.kind == "agent" and (
            error_type in ("api_error", "agent_failed") or begin.startswith(records.INTERRUPT)
        )
        if outcome != "unknown":
            self._settle(use, outcome, at_us, error_type, ran)

    def _agent_result(self, use: Use, found: records.Result, at_us: int) -> None:
        use.agent = decoding.an_id(found.agentId)
        if use.owner is not None and found.agentType is not None:
            use.result_name = decoding.an_id(found.agentType)
        if found.status in (None, "completed"):
            use.tokens = records.tokens(found)
            took = decoding.a_count(found.totalDurationMs)
            if took is None:
                took = decoding.milliseconds(use.at_us, at_us)
            end = End("success", at_us, use.at_us, None, took, settled=True)
            use.end = later(use.end, end)
        elif found.status != "async_launched":
            use.remote = True


def _typed_use(name: str, at_us: int, *, is_echo: bool = False) -> Use:
    key = f"claude_code:typed:{name}@{at_us}"
    return Use(key, "skill", at_us, "typed", name, is_echo=is_echo)


def _name(value: object) -> str:
    return decoding.required_name(
        value.strip().removeprefix("/") if isinstance(value, str) else value
    )
