"""What each tool's reader keeps while it reads a file: pieces, rejects, what it passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from collector.transcripts import decoding
from collector.transcripts.facts import Agent, Facts, Session, Use

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
        """The use with its project; without one it loses its names and is counted."""
        found.owner = self._owner(decoding.a_path(cwd), first_cwd)
        if found.owner is None:
            found.name = None
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
            list(self._uses.values()),
            list(self._agents.values()),
            list(self._sessions.values()),
            len(self._unattributed),
        )


def _is_word(value: str) -> bool:
    return 0 < len(value) <= _SHORT and all(each.isalnum() or each in "-_.:/+" for each in value)
