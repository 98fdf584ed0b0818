"""Turns the facts of transcript files into rows: each use once, with end, session and trigger.

A piece is what is known about one use, agent or session. Rows depend on the pieces alone, so
neither the order of files nor the number of refreshes matters. Pieces are stored between refreshes,
because the end of a run may be in another file, read by a later refresh, than its start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from collector.transcripts.decoding import milliseconds
from collector.transcripts.facts import (
    UNKNOWN_RUN,
    Agent,
    End,
    Facts,
    Kind,
    Notice,
    Outcome,
    Session,
    Tokens,
    Trigger,
    Use,
)

DEFAULT_AGENT = "general-purpose"
WORKFLOW_AGENT = "workflow-subagent"
_MAX_PARENTS = 100


class Row(Struct, frozen=True):
    """A use of a skill or a run of an agent, ready to be stored.

    ``key`` is unique over the whole warehouse. Times are microseconds since 1970; ``evidence_us``
    is the time of the record that tells the outcome, None where it is unknown.
    """

    key: str
    source: str
    owner: str
    kind: Kind
    name: str
    trigger: Trigger
    invoked_us: int
    session_id: str | None
    outcome: Outcome
    error_type: str | None
    duration_ms: int | None
    evidence_us: int | None
    tokens: Tokens | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece as it is stored: its kind and id, its data, and the names that link it to others
    and are not stored yet."""

    kind: str
    id: str
    data: bytes
    links: tuple[str, ...] = ()


_TYPES: dict[str, type[Use] | type[Agent] | type[Session]] = {
    "use": Use,
    "agent": Agent,
    "session": Session,
}
_encode = msgspec.msgpack.Encoder().encode


class Store:
    """Pieces of a warehouse, and which of them changed since the last ``take_new``.

    It need not hold all pieces, but with each piece all that are linked to it, also indirectly.
    """

    def __init__(self, pieces: Iterable[Piece] = ()) -> None:
        self._uses: dict[str, Use] = {}
        self._agents: dict[str, Agent] = {}
        self._sessions: dict[str, Session] = {}
        # Each with the names that are stored already.
        self._new: dict[tuple[str, str], list[str]] = {}
        self._links: _Links | None = None
        self.load(pieces)

    def load(self, pieces: Iterable[Piece]) -> set[str]:
        """Add stored pieces, and return all their names."""
        names: set[str] = set()
        for piece in pieces:
            value = msgspec.msgpack.decode(piece.data, type=_TYPES[piece.kind])
            names.update(_names(value))
            if isinstance(value, Use):
                self._uses[value.key] = value
            elif isinstance(value, Agent):
                self._agents[value.id] = value
            else:
                self._sessions[value.id] = value
        return names

    def add(self, facts: Facts) -> None:
        """Merge the facts of newly read records."""
        for use in facts.uses:
            known = self._uses.get(use.key)
            merged = use if known is None else known.merge(use)
            # The latest read decides which project a record belongs to.
            merged.owner = use.owner or merged.owner
            if known != merged:
                self._uses[use.key] = merged
                self._note("use", use.key, known)
        for agent in facts.agents:
            before = self._agents.get(agent.id)
            together = agent if before is None else before.merge(agent)
            if before != together:
                self._agents[agent.id] = together
                self._note("agent", agent.id, before)
        for session in facts.sessions:
            earlier = self._sessions.get(session.id)
            both = session if earlier is None else earlier.merge(session)
            if earlier != both:
                self._sessions[session.id] = both
                self._note("session", session.id, earlier)
        self._links = None

    def _note(self, kind: str, key: str, before: Use | Agent | Session | None) -> None:
        self._new.setdefault((kind, key), _names(before) if before is not None else [])

    def forget(self, owner: str) -> list[Piece]:
        """Remove the uses of a project, and return the pieces to delete."""
        gone = [key for key, use in self._uses.items() if use.owner == owner]
        for key in gone:
            del self._uses[key]
            self._new.pop(("use", key), None)
        self._links = None
        return [Piece("use", key, b"") for key in gone]

    def take_new(self) -> list[Piece]:
        """The pieces that are new or changed since the last call, to be stored."""
        taken, self._new = sorted(self._new.items()), {}
        return [self._piece(kind, key, kept) for (kind, key), kept in taken]

    def all(self) -> list[Piece]:
        """Every piece, with all its links."""
        whole = (("use", self._uses), ("agent", self._agents), ("session", self._sessions))
        return [self._piece(kind, key, []) for kind, pieces in whole for key in pieces]

    def _piece(self, kind: str, key: str, kept: list[str]) -> Piece:
        value = self._value(kind, key)
        own, *others = _names(value)
        links = tuple(sorted({*others}.difference(kept, [own])))
        return Piece(kind, key, _encode(value), links)

    def _value(self, kind: str, key: str) -> Use | Agent | Session:
        if kind == "use":
            return self._uses[key]
        return self._agents[key] if kind == "agent" else self._sessions[key]

    def rows(self, touched: Sequence[Piece] | None = None) -> Iterator[Row]:
        """All rows of registered projects, in order of key; with ``touched`` only those that these
        pieces can affect."""
        keys = set(self._uses) if touched is None else self._related(touched)
        links = self._links = self._links or _Links(self._uses, self._agents, self._sessions)
        for key in sorted(keys):
            row = links.row(self._uses[key])
            if row is not None:
                yield row

    def origins(self, touched: Sequence[Piece]) -> dict[str, str | None]:
        """For each session that contains records of another (a resumed or forked one), the session
        that it continues.

        That is the one which a record names, or the one that began first; None if several began at
        the same time, because a copy of a session contains its beginning too.
        """
        links = self._links = self._links or _Links(self._uses, self._agents, self._sessions)
        known: dict[str, str] = {}
        unknown: set[str] = set()
        for key in sorted(self._related(touched)):
            origin, sessions = links.origin(self._uses[key])
            if origin is None:
                unknown |= sessions
            for each in sessions - {origin}:
                if origin is not None:
                    known[each] = min(origin, known.get(each, origin), key=links.began)
        lost = dict.fromkeys(unknown - known.keys())
        return {**lost, **{each: None if of in lost else of for each, of in known.items()}}

    def withdrawn(self, touched: Sequence[Piece]) -> list[str]:
        """The keys of these pieces that looked like a use and are not one."""
        uses = (self._uses[each.id] for each in touched if each.kind == "use")
        return [use.key for use in uses if use.is_echo]

    def _related(self, touched: Sequence[Piece]) -> set[str]:
        """The keys of all uses that are linked to one of these pieces, directly or indirectly."""
        pieces: list[Use | Agent | Session]
        pieces = [*self._uses.values(), *self._agents.values(), *self._sessions.values()]
        if 2 * len(touched) > len(pieces):
            return set(self._uses)
        with_name: dict[str, list[Use | Agent | Session]] = {}
        for piece in pieces:
            for name in _names(piece):
                with_name.setdefault(name, []).append(piece)
        keys: set[str] = set()
        ahead = [name for each in touched for name in _names(self._value(each.kind, each.id))]
        while ahead:
            for piece in with_name.pop(ahead.pop(), ()):
                if isinstance(piece, Use):
                    keys.add(piece.key)
                ahead += [name for name in _names(piece) if name in with_name]
        return keys


def names_of(facts: Iterable[Facts]) -> set[str]:
    """All names by which the pieces of these facts can be linked."""
    names: set[str] = set()
    for each in facts:
        pieces: list[Use | Agent | Session] = [*each.uses, *each.agents, *each.sessions]
        names.update(name for piece in pieces for name in _names(piece))
    return names


def _names(piece: Use | Agent | Session) -> list[str]:
    """The names that link a piece to others, its own first: pieces that share a name may belong to
    the same row."""
    if isinstance(piece, Agent):
        names = [f"agent:{piece.id}", f"call:{piece.call}" if piece.call else None]
    elif isinstance(piece, Session):
        names = [f"session:{piece.id}", f"session:{piece.parent}" if piece.parent else None]
    else:
        names = [
            f"use:{piece.key}",
            f"agent:{piece.agent}" if piece.agent else None,
            f"call:{piece.call}" if piece.call else None,
            piece.inside if piece.inside != UNKNOWN_RUN else None,
            *(f"session:{each}" for each in piece.sessions),
        ]
    return [name for name in names if name is not None]


class _Links:
    """What a use's row takes from other pieces, found by ids."""

    def __init__(
        self, uses: dict[str, Use], agents: dict[str, Agent], sessions: dict[str, Session]
    ) -> None:
        self._uses, self._agents, self._sessions = uses, agents, sessions
        self._runs: dict[str, list[Use]] = {}
        self._calls: dict[str, list[Use]] = {}
        self._started: dict[str, list[Agent]] = {}
        for use in sorted(uses.values(), key=lambda each: each.key):
            if use.agent is not None:
                self._runs.setdefault(use.agent, []).append(use)
            if use.call is not None:
                self._calls.setdefault(use.call, []).append(use)
        for agent in sorted(agents.values(), key=lambda each: each.id):
            if agent.call is not None:
                self._started.setdefault(agent.call, []).append(agent)

    def row(self, use: Use) -> Row | None:
        name = self._name(use)
        if use.owner is None or name is None or use.is_echo:
            return None
        end, tokens = self._end(use)
        outcome: Outcome = "unknown" if end is None else end.outcome
        return Row(
            use.key,
            use.key.partition(":")[0],
            use.owner,
            use.kind,
            name,
            self._trigger(use),
            use.at_us,
            self.session(use),
            outcome,
            end.error_type if end else None,
            end.duration_ms if end else None,
            end.at_us if end else None,
            tokens if use.kind == "agent" else None,
        )

    def _name(self, use: Use) -> str | None:
        if use.name is not None or use.kind == "skill":
            return use.name
        if not use.returned:
            return None
        typed = (agent.name for agent in self._agents_of(use) if agent.name is not None)
        default = WORKFLOW_AGENT if use.trigger == "workflow" else DEFAULT_AGENT
        return use.result_name or next(typed, default)

    def _agents_of(self, use: Use) -> list[Agent]:
        """The agents that a call started: by the id in its result, otherwise by the call's own."""
        if use.agent is not None:
            agent = self._agents.get(use.agent)
            return [agent] if agent is not None else []
        return self._started.get(use.call, []) if use.call is not None else []

    def _trigger(self, use: Use) -> Trigger:
        if use.kind == "agent" and use.key.startswith("codex:"):
            return "subagent" if self._run_of(use) is not None else "model"
        return use.trigger

    def _end(self, use: Use) -> tuple[End | None, Tokens | None]:
        if use.trigger == "workflow":
            return self._workflow_end(use), use.tokens
        if use.remote:
            return None, use.tokens
        if use.end is not None and (use.end.settled or use.agent is None):
            return use.end, use.tokens
        if use.kind == "agent" or use.agent is not None:
            noticed = self._background_end(use)
            return (noticed[0] or use.end), (use.tokens or noticed[1])
        if use.inside is not None and not use.key.startswith("codex:"):
            return self._inner_end(use), None
        return use.end, None

    def _workflow_end(self, use: Use) -> End | None:
        if use.last_us is None or not any(agent.done for agent in self._agents_of(use)):
            return None
        took = milliseconds(use.at_us, use.last_us)
        return End("success", use.last_us, use.at_us, None, took)

    def _background_end(self, use: Use) -> tuple[End | None, Tokens | None]:
        """The first notice of the agent's end, or the stop of all agents before it."""
        notices = [each.notice for each in self._agents_of(use) if each.notice is not None]
        notice = min(notices, key=lambda each: each.at_us, default=None)
        if use.agent is not None:
            kills = [
                at_us
                for session in use.sessions
                for at_us in self._sessions.get(session, Session(session)).kills_us
                if at_us > use.at_us
            ]
            stopped = min(kills, default=None)
            if stopped is not None and (notice is None or stopped < notice.at_us):
                notice = Notice(stopped, "abandoned")
        if notice is None:
            return None, None
        took = notice.duration_ms
        if took is None:
            took = milliseconds(use.at_us, notice.at_us)
        error_type = "agent_failed" if notice.outcome == "failure" else None
        end = End(notice.outcome, notice.at_us, use.at_us, error_type, took)
        return end, Tokens(total=notice.tokens) if notice.tokens is not None else None

    def _inner_end(self, use: Use) -> End | None:
        """A skill used within a run has the outcome of the run."""
        run = self._run_of(use)
        end = self._end(run)[0] if run is not None else None
        if end is None:
            return None
        error_type = "agent_failed" if end.outcome == "failure" else None
        return End(end.outcome, end.at_us, use.at_us, error_type)

    def _run_of(self, use: Use) -> Use | None:
        how, _, key = (use.inside or "").partition(":")
        if how == "use":
            return self._uses.get(key)
        if how != "agent":
            return None
        runs = self._runs.get(key, [])
        if not runs and key in self._agents:
            runs = self._calls.get(self._agents[key].call or "", [])
        # Some gateways reuse ids of calls: the run of the same session is meant.
        near = [each for each in runs if set(each.sessions) & set(use.sessions)]
        return next(iter(near or runs), None)

    def session(self, use: Use) -> str | None:
        """The session a use counts for: of those that contain it, the one that began first."""
        if use.forked_from is not None:
            return use.forked_from
        held = [self._root(each) for each in use.sessions]
        return min(held, key=self.began, default=None)

    def origin(self, use: Use) -> tuple[str | None, set[str]]:
        """The original session of a use, if others contain it too, and all that contain it."""
        sessions = {self._root(each) for each in use.sessions}
        if use.forked_from is not None:
            return use.forked_from, sessions
        if len(sessions) < 2:
            return None, set()
        first, second, *_ = sorted(sessions, key=self.began)
        return (None if self.began(first)[:2] == self.began(second)[:2] else first), sessions

    def began(self, session: str) -> tuple[bool, int, str]:
        """Sort key: when a session began; unknown last."""
        began = self._sessions.get(session, Session(session)).began_us
        return began is None, began or 0, session

    def _root(self, session: str) -> str:
        for _ in range(_MAX_PARENTS):
            parent = self._sessions.get(session, Session(session)).parent
            if parent is None:
                return session
            session = parent
        return session
