"""Codex: threads. A skill is known where a person names it; an agent's run is a thread of its own.

Children and forks begin with a copy of the parent's records under new times, so the earliest copy
of a use counts, and of a turn only what carries its own ``turn_id``. What a model reads by itself
leaves no record: the number of uses is a floor.
"""

from __future__ import annotations

import posixpath
import re

import msgspec
from msgspec import Raw, Struct

from collector.transcripts import decoding
from collector.transcripts.decoding import ABSENT, Rejected
from collector.transcripts.facts import End, Outcome, Session, Tokens, Use, later
from collector.transcripts.reader import LineReader, Sink

_SKILL = re.compile(r"<skill>\s*\n<name>(.*?)</name>\s*\n<path>", re.DOTALL)
_THREAD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OPEN_TURNS = 5
_MARKERS = (
    b"<skill>",
    b'"session_meta"',
    b'"turn_context"',
    b'"task_started"',
    b'"turn_started"',
    b'"task_complete"',
    b'"turn_complete"',
    b'"turn_aborted"',
)


class Record(Struct):
    type: object = None
    timestamp: object = None
    payload: Raw = ABSENT


class Payload(Struct):
    type: object = None
    role: object = None
    turn_id: object = None
    cwd: object = None
    error: Raw = ABSENT
    content: Raw = ABSENT
    started_at: object = None
    info: Raw = ABSENT


class Meta(Struct):
    id: object = None
    cwd: object = None
    cli_version: object = None
    source: Raw = ABSENT
    parent_thread_id: object = None
    agent_role: object = None
    forked_from_id: object = None


class Source(Struct):
    subagent: Raw = ABSENT


class Subagent(Struct):
    thread_spawn: Raw = ABSENT


class Spawn(Struct):
    parent_thread_id: object = None
    agent_role: object = None


class Item(Struct):
    type: object = None
    text: Raw = ABSENT


class Counts(Struct):
    input_tokens: object = None
    cached_input_tokens: object = None
    output_tokens: object = None
    total_tokens: object = None


class TokenInfo(Struct):
    total_token_usage: Counts | None = None
    last_token_usage: Counts | None = None


_record = msgspec.json.Decoder(Record).decode
_payload = msgspec.json.Decoder(Payload).decode
_meta = msgspec.json.Decoder(Meta).decode
_source = msgspec.json.Decoder(Source).decode
_subagent = msgspec.json.Decoder(Subagent).decode
_spawn = msgspec.json.Decoder(Spawn).decode
_item = msgspec.json.Decoder(Item).decode
_token_info = msgspec.json.Decoder(TokenInfo).decode

KNOWN_TYPES = frozenset(
    ["compacted", "event_msg", "response_item", "session_meta", "turn_context", "world_state"]
)
_ENDS = ("task_complete", "turn_complete", "turn_aborted")


class State(Struct, omit_defaults=True):
    """``thread`` is the file's own one. ``open`` are uses by their turn, whose end is to come."""

    first_cwd: str | None = None
    thread: str | None = None
    began_us: int = 0
    cwd: str | None = None
    turn: str | None = None
    own_turn: bool = False
    copied: bool = False
    ordinal: int = 0
    open: dict[str, list[Use]] = {}
    seen: dict[str, int] = {}
    run: Use | None = None
    base: list[int] = []
    base_known: bool = False


class Reader(LineReader[Record, State]):
    """Reads the lines of one thread's file into a sink."""

    markers: tuple[bytes, ...] = _MARKERS

    def __init__(self, path: str, state: bytes | None, sink: Sink) -> None:
        super().__init__(_record, State(), state, sink)
        self._name = posixpath.basename(path)

    def idle(self) -> bool:
        """A file's own lines tell all by themselves; only a run's tokens stand anywhere."""
        return self._state.thread is not None and self._state.run is None

    def _record(self, record: Record, line: bytes) -> None:
        if record.type == "response_item":
            # Nearly all bytes are here, and few of them tell of a skill.
            if b"<skill>" in line:
                self._message(record, line)
            else:
                self._sink.ignored += 1
        elif record.type in ("event_msg", "turn_context"):
            self._event(record, line)
        elif record.type == "session_meta":
            self._begin(record, line)
        elif record.type not in KNOWN_TYPES:
            self._sink.unknown_type(record.type)
        else:
            self._sink.ignored += 1

    def _begin(self, record: Record, line: bytes) -> None:
        """The first of these is the thread in the file's name; later ones are the parents'."""
        state = self._state
        meta = decoding.maybe(_meta, record.payload)
        if meta is None:
            return
        if state.thread is not None:
            state.copied = True
            return
        decoding.check(line)
        self._sink.version(meta.cli_version)
        thread = decoding.required_id(meta.id)
        at_us = decoding.required_time(record.timestamp)
        state.first_cwd = state.cwd = decoding.a_path(meta.cwd)
        named = _THREAD.search(self._name)
        if named is not None and thread not in self._name:
            # The file lost its beginning, and this is the copy of its parent's.
            state.thread, state.began_us, state.copied = named.group(), at_us, True
            return
        state.thread, state.began_us = thread, at_us
        spawn, internal = _origin(meta)
        parent = decoding.an_id(spawn.parent_thread_id) if spawn else None
        state.copied = decoding.an_id(meta.forked_from_id) is not None or parent is not None
        self._sink.session(Session(thread, at_us, parent=parent))
        if spawn is None or internal:
            return
        role = "default" if spawn.agent_role is None else spawn.agent_role
        run = Use(f"codex:thread:{thread}", "agent", at_us, "model")
        run.name = decoding.required_name(role)
        run.agent, run.returned, run.sessions = thread, True, [parent or thread]
        run.inside = f"agent:{parent}" if parent else None
        state.run = self._sink.attribute(run, state.cwd, state.first_cwd)
        self._sink.use(state.run)

    def _event(self, record: Record, line: bytes) -> None:
        payload = decoding.maybe(_payload, record.payload)
        if payload is None:
            return
        if record.type == "turn_context":
            self._context(payload)
            return
        if payload.type in ("task_started", "turn_started"):
            self._turn(payload, record)
        elif payload.type in _ENDS:
            decoding.check(line)
            self._end(record, payload)
        elif payload.type == "token_count":
            self._count(payload)
        else:
            self._sink.ignored += 1

    def _context(self, payload: Payload) -> None:
        state = self._state
        cwd = decoding.a_path(payload.cwd)
        if cwd is not None:
            state.cwd = cwd
            state.first_cwd = state.first_cwd or cwd
        turn = decoding.an_id(payload.turn_id)
        if turn is not None and turn != state.turn:
            self._enter(turn)

    def _turn(self, payload: Payload, record: Record) -> None:
        state = self._state
        turn = decoding.an_id(payload.turn_id)
        state.ordinal += 1
        if turn is None:
            turn = f"{state.thread}:{state.ordinal}"
        self._enter(turn)
        started = decoding.a_count(payload.started_at)
        at_us = decoding.microseconds(record.timestamp)
        state.own_turn = self._is_own(turn, started, at_us)

    def _enter(self, turn: str) -> None:
        state = self._state
        if turn == state.turn:
            return
        state.turn = turn
        state.own_turn = self._is_own(turn, None, None)
        # Only the latest turn can still be used in, and its end and an earlier one's still come.
        state.seen = {}
        while len(state.open) > _OPEN_TURNS:
            del state.open[next(iter(state.open))]

    def _is_own(self, turn: str, started: int | None, at_us: int | None) -> bool:
        """Whether a turn began in this thread, rather than being copied from its parent."""
        state = self._state
        if not state.copied:
            return True
        made = [_made_ms(each or "") for each in (turn, state.thread)]
        if made[0] is not None and made[1] is not None:
            return made[0] >= made[1]
        if started is not None:
            return started >= state.began_us // 1_000_000
        return at_us is None or at_us > state.began_us

    def _message(self, record: Record, line: bytes) -> None:
        payload = decoding.maybe(_payload, record.payload)
        if payload is None or payload.type != "message" or payload.role != "user":
            return
        for item in decoding.items(_item, payload.content)[:1]:
            match = _SKILL.match(decoding.head(item.text) or "")
            if match:
                decoding.check(line)
                self._skill(record, decoding.required_name(match.group(1)))

    def _skill(self, record: Record, name: str) -> None:
        state = self._state
        if state.thread is None:
            raise Rejected("stands in a file without a session_meta")
        turn = state.turn or f"{state.thread}:{state.ordinal}"
        if state.copied and turn.startswith(f"{state.thread}:"):
            # An old version, without ids of turns: nothing tells a copy from the original.
            self._sink.ignored += 1
            return
        at_us = decoding.required_time(record.timestamp)
        occurrence = state.seen[name] = state.seen.get(name, 0) + 1
        use = Use(f"codex:{turn}:{name}:{occurrence}", "skill", at_us, "typed", name)
        use.sessions = [state.thread]
        self._sink.use(self._sink.attribute(use, state.cwd, state.first_cwd))
        if use.owner is not None:
            state.open.setdefault(turn, []).append(use)

    def _end(self, record: Record, payload: Payload) -> None:
        state = self._state
        turn = decoding.an_id(payload.turn_id) or state.turn or f"{state.thread}:{state.ordinal}"
        at_us = decoding.microseconds(record.timestamp)
        if at_us is None:
            return
        outcome: Outcome = "success"
        error_type = None
        if payload.type == "turn_aborted":
            outcome = "abandoned"
        elif bytes(payload.error) not in (b"", b"null"):
            outcome, error_type = "failure", "api_error"
        for use in state.open.pop(turn, []):
            took = decoding.milliseconds(use.at_us, at_us)
            use.end = later(use.end, End(outcome, at_us, use.at_us, error_type, took))
            self._sink.use(use)
        run = state.run
        if run is not None and self._is_own(turn, None, at_us):
            took = decoding.milliseconds(run.at_us, at_us)
            run.end = later(run.end, End(outcome, at_us, run.at_us, error_type, took))
            self._sink.use(run)

    def _count(self, payload: Payload) -> None:
        """The run's own tokens: a child's total may go on from that of its parent."""
        state = self._state
        info = decoding.maybe(_token_info, payload.info)
        if state.run is None or info is None or info.total_token_usage is None:
            return
        if not state.own_turn:
            return
        total = _numbers(info.total_token_usage)
        if not state.base_known:
            last = _numbers(info.last_token_usage) if info.last_token_usage else total
            state.base = [max(0, each - new) for each, new in zip(total, last, strict=True)]
            state.base_known = True
        own = [max(0, each - before) for each, before in zip(total, state.base, strict=True)]
        read, cached, written, everything = own
        state.run.tokens = Tokens(max(0, read - cached), written, cached, everything)
        self._sink.use(state.run)


def _origin(meta: Meta) -> tuple[Spawn | None, bool]:
    """Who spawned the thread, if anybody; and whether it is one of the client's own."""
    source = decoding.maybe(_source, meta.source)
    below = source.subagent if source else ABSENT
    if bytes(below) in (b"", b"null"):
        return None, False
    subagent = decoding.maybe(_subagent, below)
    spawn = decoding.maybe(_spawn, subagent.thread_spawn) if subagent else None
    if spawn is None:
        return None, True
    if spawn.parent_thread_id is None:
        spawn.parent_thread_id = meta.parent_thread_id
    if spawn.agent_role is None:
        spawn.agent_role = meta.agent_role
    return spawn, False


def _numbers(counts: Counts) -> list[int]:
    return [
        decoding.a_count(each) or 0
        for each in (
            counts.input_tokens,
            counts.cached_input_tokens,
            counts.output_tokens,
            counts.total_tokens,
        )
    ]


_V7 = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def _made_ms(identifier: str) -> int | None:
    """The time inside an id of the kind that carries one."""
    match = _V7.fullmatch(identifier)
    return int(match.group(1) + match.group(2), 16) if match else None
