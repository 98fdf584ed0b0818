"""Copilot CLI: one folder a session, with all that happened in ``events.jsonl``. These files are
short and most of their records count, so no line is passed over.

A turn begins with a person's message. It rests with a message of the model that asks for no tool;
``abort`` and ``session.error`` end it otherwise.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from collector.transcripts import decoding
from collector.transcripts.decoding import ABSENT
from collector.transcripts.facts import (
    UNKNOWN_RUN,
    End,
    Outcome,
    Session,
    Tokens,
    Trigger,
    Use,
    later,
)
from collector.transcripts.reader import LineReader, Sink

_MANY = 1000
_REFUSED = ("denied", "rejected", "user_rejected", "permission_denied")
_PREFIXES = [
    "abort",
    "assistant.",
    "hook.",
    "permission.",
    "session.",
    "skill.",
    "subagent.",
    "system.",
    "tool.",
    "user.",
]


class Record(Struct):
    type: object = None
    timestamp: object = None
    data: Raw = ABSENT


class Data(Struct):
    sessionId: object = None
    copilotVersion: object = None
    context: Raw = ABSENT
    toolCallId: object = None
    parentToolCallId: object = None
    toolName: object = None
    arguments: Raw = ABSENT
    toolRequests: Raw = ABSENT
    success: object = None
    error: Raw = ABSENT
    agentName: object = None
    durationMs: object = None
    totalTokens: object = None


class Context(Struct):
    cwd: object = None


class Arguments(Struct):
    skill: object = None


class Error(Struct):
    code: object = None


_record = msgspec.json.Decoder(Record).decode
_data = msgspec.json.Decoder(Data).decode
_context = msgspec.json.Decoder(Context).decode
_arguments = msgspec.json.Decoder(Arguments).decode
_error = msgspec.json.Decoder(Error).decode
_requests = msgspec.json.Decoder(list[Raw]).decode
_text = msgspec.json.Decoder(str).decode


class State(Struct, omit_defaults=True):
    first_cwd: str | None = None
    session: str | None = None
    cwd: str | None = None
    calls: dict[str, Use] = {}
    runs: dict[str, Use] = {}
    turn: list[Use] = []


class Reader(LineReader[Record, State]):
    """Reads the lines of one session's events into a sink."""

    def __init__(self, session: str | None, state: bytes | None, sink: Sink) -> None:
        super().__init__(_record, State(session=session), state, sink)

    def _record(self, record: Record, line: bytes) -> None:
        read = {
            "session.start": self._begin,
            "session.resume": self._begin,
            "user.message": self._prompt,
            "assistant.message": self._message,
            "tool.execution_start": self._tool,
            "tool.execution_complete": self._tool_end,
            "subagent.started": self._run,
            "subagent.completed": self._run_end,
            "subagent.failed": self._run_end,
            "session.error": self._failed,
            "abort": self._aborted,
        }.get(record.type if isinstance(record.type, str) else "")
        if read is None:
            kind = record.type if isinstance(record.type, str) else ""
            if kind.startswith(tuple(_PREFIXES)):
                self._sink.ignored += 1
            else:
                self._sink.unknown_type(record.type)
            return
        data = decoding.maybe(_data, record.data)
        if data is not None:
            decoding.check(line)
            read(record, data)

    def _begin(self, record: Record, data: Data) -> None:
        state = self._state
        context = decoding.maybe(_context, data.context)
        cwd = decoding.a_path(context.cwd) if context is not None else None
        if cwd is not None:
            state.cwd = cwd
            state.first_cwd = state.first_cwd or cwd
        self._sink.version(data.copilotVersion)
        session = decoding.an_id(data.sessionId)
        at_us = decoding.microseconds(record.timestamp)
        if record.type == "session.start" and session is not None:
            state.session = session
        if state.session is not None and at_us is not None:
            self._sink.session(Session(state.session, at_us))

    def _prompt(self, record: Record, data: Data) -> None:
        if data.parentToolCallId is None:
            self._state.turn = []

    def _message(self, record: Record, data: Data) -> None:
        asks = decoding.maybe(_requests, data.toolRequests)
        if not asks and data.parentToolCallId is None:
            self._end_turn(record, "success")

    def _tool(self, record: Record, data: Data) -> None:
        if data.toolName != "skill":
            return
        arguments = decoding.maybe(_arguments, data.arguments)
        if arguments is None:
            written = decoding.maybe(_text, data.arguments)
            arguments = decoding.maybe(_arguments, written.encode()) if written else None
        name = decoding.required_name(arguments.skill if arguments else None)
        use = self._start(record, data, "skill", name)
        if use.owner is None:
            return
        _hold(self._state.calls, use)
        if use.inside is None:
            self._state.turn.append(use)

    def _tool_end(self, record: Record, data: Data) -> None:
        use = self._state.calls.pop(decoding.an_id(data.toolCallId) or "", None)
        at_us = decoding.microseconds(record.timestamp)
        if use is None or at_us is None:
            return
        use = next((each for each in self._state.turn if each.key == use.key), use)
        use.returned = True
        if data.success is False:
            error = decoding.maybe(_error, data.error)
            refused = error is not None and error.code in _REFUSED
            end = End(
                "abandoned" if refused else "failure",
                at_us,
                use.at_us,
                None if refused else "other",
                settled=True,
            )
            use.end = later(use.end, end)
            self._state.turn = [each for each in self._state.turn if each.key != use.key]
        self._sink.use(use)

    def _run(self, record: Record, data: Data) -> None:
        run = self._start(record, data, "agent", decoding.required_name(data.agentName))
        run.agent, run.returned = run.key, True
        self._sink.use(run)
        _hold(self._state.runs, run)

    def _run_end(self, record: Record, data: Data) -> None:
        run = self._state.runs.pop(decoding.an_id(data.toolCallId) or "", None)
        if run is None:
            return
        total = decoding.a_count(data.totalTokens)
        run.tokens = Tokens(total=total) if total is not None else None
        failed = record.type == "subagent.failed"
        outcome: Outcome = "failure" if failed else "success"
        self._end(record, run, outcome, "agent_failed" if failed else None, data.durationMs)

    def _failed(self, record: Record, data: Data) -> None:
        self._end_turn(record, "failure", "api_error")

    def _aborted(self, record: Record, data: Data) -> None:
        self._end_turn(record, "abandoned")
        for run in self._state.runs.values():
            self._end(record, run, "abandoned", None, None)
        self._state.runs = {}

    def _start(self, record: Record, data: Data, kind: str, name: str) -> Use:
        state = self._state
        call = decoding.required_id(data.toolCallId)
        at_us = decoding.required_time(record.timestamp)
        parent = decoding.an_id(data.parentToolCallId)
        trigger: Trigger = "model" if parent is None else "subagent"
        key = f"copilot:{call}@{at_us}"
        use = Use(key, "agent" if kind == "agent" else "skill", at_us, trigger, name)
        if parent is not None:
            run = state.runs.get(parent)
            use.inside = f"use:{run.key}" if run else UNKNOWN_RUN
        use.call = call
        use.sessions = [state.session] if state.session else []
        self._sink.use(self._sink.attribute(use, state.cwd, state.first_cwd))
        return use

    def _end(
        self, record: Record, use: Use, outcome: Outcome, error_type: str | None, took: object
    ) -> None:
        at_us = decoding.microseconds(record.timestamp)
        if at_us is None:
            return
        stated = decoding.a_count(took)
        if stated is None:
            stated = decoding.milliseconds(use.at_us, at_us)
        use.end = later(use.end, End(outcome, at_us, use.at_us, error_type, stated, settled=True))
        self._sink.use(use)

    def _end_turn(self, record: Record, outcome: Outcome, error_type: str | None = None) -> None:
        at_us = decoding.microseconds(record.timestamp)
        if at_us is None:
            return
        for use in self._state.turn:
            use.end = later(use.end, End(outcome, at_us, use.at_us, error_type))
            self._sink.use(use)


def _hold(calls: dict[str, Use], use: Use) -> None:
    """Keep the call until its end comes; the oldest gives way where too many have none."""
    if len(calls) >= _MANY:
        del calls[next(iter(calls))]
    calls[use.call or use.key] = use
