"""What the readers of all tools share: how a line is read, and what is kept meanwhile."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from collector.transcripts import decoding
from collector.transcripts.decoding import Rejected
from collector.transcripts.facts import Agent, Facts, Session, Use
from collector.transcripts.jsonlines import Found

Owner = Callable[[str | None, str | None], str | None]
"""From a record's folder and the file's first one to the project it belongs to, if any."""

_SHORT = 60


class Reject(Struct, frozen=True):
    """A line that was refused, by its number from 1, and why; never with anything of its text."""

    line: int
    reason: str


class Sink:
    """Collects the pieces of one reading; what changes again is kept in its last state."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._uses: dict[str, Use] = {}
        self._agents: dict[str, Agent] = {}
        self._sessions: dict[str, Session] = {}
        self._unattributed: set[str] = set()
        self.rejects: list[Reject] = []
        self.records = 0
        self.ignored = 0
        self.unknown_types: Counter[str] = Counter()
        self.versions: set[str] = set()

    def use(self, found: Use) -> None:
        """Keep the use as it stands; a later piece of the same key is merged into it.

        Of a run without a project its end is kept, as skills inside it may have one.
        """
        if found.owner is None and found.kind == "skill":
            return
        known = self._uses.get(found.key)
        self._uses[found.key] = found if known is None or known is found else known.merge(found)

    def attribute(self, found: Use, cwd: object, first_cwd: str | None) -> Use:
        """The use with its project; without one it loses its names and is counted, unless it is an
        echo."""
        found.owner = self._owner(decoding.a_path(cwd), first_cwd)
        if found.owner is None:
            found.name = None
            if not found.is_echo:
                self._unattributed.add(found.key)
        return found

    def agent(self, found: Agent) -> None:
        known = self._agents.get(found.id)
        self._agents[found.id] = found if known is None else known.merge(found)

    def session(self, found: Session) -> None:
        known = self._sessions.get(found.id)
        self._sessions[found.id] = found if known is None else known.merge(found)

    def reject(self, line: int, reason: str) -> None:
        self.rejects.append(Reject(line, reason))

    def undecodable(self, line: int, value: bytes) -> None:
        """Account for a line that the tool's decoder refused."""
        reason = decoding.why_undecodable(value)
        if reason is None:
            self.ignored += 1
        else:
            self.reject(line, reason)

    def unknown_type(self, name: object) -> None:
        self.ignored += 1
        shown = name if isinstance(name, str) and _is_word(name) else "(other)"
        self.unknown_types[shown] += 1

    def version(self, value: object) -> None:
        if isinstance(value, str) and _is_word(value) and len(self.versions) < _SHORT:
            self.versions.add(value)

    def facts(self) -> Facts:
        """The pieces, as of now."""
        return Facts(
            tuple(self._uses.values()),
            tuple(self._agents.values()),
            tuple(self._sessions.values()),
            len(self._unattributed),
        )


class OpenState(Protocol):
    """What of a file's beginning is needed to go on reading it; ``first_cwd`` is the folder that it
    began in."""

    first_cwd: str | None


R = TypeVar("R")
S = TypeVar("S", bound=OpenState)
_encode = msgspec.msgpack.Encoder().encode


class LineReader(ABC, Generic[R, S]):
    """Reads the lines of one file into a sink. Each tool's own says what a record means.

    ``decode`` makes a record of a line; ``opened`` is the state at a file's beginning, unless a
    checkpoint has another one (``state``).
    """

    markers: tuple[bytes, ...] = ()

    def __init__(
        self, decode: Callable[[bytes], R], opened: S, state: bytes | None, sink: Sink
    ) -> None:
        self._decode = decode
        self._sink = sink
        self._state = msgspec.msgpack.decode(state, type=type(opened)) if state else opened
        self._number = 0

    @property
    def first_cwd(self) -> str | None:
        return self._state.first_cwd

    def idle(self) -> bool:
        """Whether nothing is open that lines without a marker could tell the end of."""
        return False

    def passes(self, found: Found, start: int, end: int) -> int:
        """Up to where lines, from ``start`` on, need not be decoded; ``start`` for none."""
        return found.line(start, found.next(start)) if self.idle() else start

    def state(self) -> bytes:
        return _encode(self._state)

    def line(self, number: int, value: bytes) -> None:
        """Read a line; what it cannot be read for becomes a reject, and nothing is raised."""
        self._number = number
        read = decoding.record(self._decode, value)
        if read is None:
            self._sink.undecodable(number, value)
            return
        self._sink.records += 1
        try:
            self._record(*read)
        except Rejected as exc:
            self._sink.reject(number, str(exc))

    @abstractmethod
    def _record(self, record: R, line: bytes) -> None:
        """Note what a record says. Rejected for one that says something impossible."""


@lru_cache(256)
def _is_word(value: str) -> bool:
    return 0 < len(value) <= _SHORT and all(each.isalnum() or each in "-_.:/+" for each in value)
