"""What files say about uses and runs, in pieces that merge in any order.

The same record is in several files (resumed, forked and copied sessions), the end of a run in
another file than its start, and a night's reading sees only a part. So a reader emits pieces, each
with the identity it belongs to, and merging them is idempotent, commutative and associative. Times
are microseconds since 1970, durations milliseconds.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, structs

Kind = Literal["skill", "agent"]
Outcome = Literal["success", "failure", "abandoned", "unknown"]
Trigger = Literal["typed", "model", "subagent", "workflow"]

MAX_NAME = 200
"""Characters; what is longer is not a name."""


UNKNOWN_RUN = "use:"
"""Stands for the run in which a use happened where its file no longer says which one."""


class Tokens(Struct, frozen=True, omit_defaults=True):
    """Tokens of a run as its file states them; None where it does not. ``cache`` is reads and
    writes of the cache together."""

    input: int | None = None
    output: int | None = None
    cache: int | None = None
    total: int | None = None

    def stated(self) -> int:
        return sum(count is not None for count in (self.input, self.output, self.cache, self.total))


class End(Struct, frozen=True, omit_defaults=True):
    """How a use or run ended, and the time of the record that says so.

    ``settled`` by its own result, otherwise by its turn. ``of_us`` is when the copy of the use
    began from which this was read: where copies carry new times the earliest one counts.
    """

    outcome: Outcome
    at_us: int
    of_us: int
    error_type: str | None = None
    duration_ms: int | None = None
    settled: bool = False

    def _rank(self) -> tuple[int, bool, int, str, bool, int, str]:
        return (
            -self.of_us,
            self.settled,
            self.at_us,
            # At one and the same time the worse outcome was written last.
            {"success": "a", "failure": "b"}.get(self.outcome, "c"),
            self.duration_ms is not None,
            self.duration_ms or 0,
            self.error_type or "",
        )


def later(one: End | None, other: End | None) -> End | None:
    """The end with the later evidence; of equal evidence the more complete."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=End._rank)


class Use(Struct, omit_defaults=True):
    """A use of a skill or a run of an agent, as far as one or more files tell.

    ``name`` is the name in the call and ``result_name`` the one in its result. ``call`` is the id
    of the call, ``agent`` the agent that it started, ``inside`` the run in which it happened:
    ``agent:ID`` or ``use:KEY``. ``remote`` runs end where no file says so. ``owner`` is the project
    it belongs to; without one the names are left out. ``last_us`` is the last record of an agent
    that a workflow runs. ``is_echo``: the record only repeats a call, so it is no use; this is seen
    only where the call stands before it, and a file may lose its beginning.
    """

    key: str
    kind: Kind
    at_us: int
    trigger: Trigger
    name: str | None = None
    result_name: str | None = None
    owner: str | None = None
    sessions: list[str] = []
    forked_from: str | None = None
    call: str | None = None
    agent: str | None = None
    inside: str | None = None
    returned: bool = False
    remote: bool = False
    is_echo: bool = False
    end: End | None = None
    last_us: int | None = None
    tokens: Tokens | None = None

    def merge(self, other: Use) -> Use:
        """Both pieces as one; ``other`` has the same key."""
        first, second = sorted((self, other), key=Use._rank)
        return structs.replace(
            first,
            name=first.name or second.name,
            result_name=first.result_name or second.result_name,
            owner=first.owner or second.owner,
            sessions=first.sessions
            if first.at_us < second.at_us
            else sorted({*first.sessions, *second.sessions}),
            forked_from=_least(first.forked_from, second.forked_from),
            call=first.call or second.call,
            agent=_least(first.agent, second.agent),
            returned=first.returned or second.returned,
            remote=first.remote or second.remote,
            is_echo=first.is_echo or second.is_echo,
            end=_of_copy(later(first.end, second.end), first.at_us),
            last_us=_greatest(first.last_us, second.last_us),
            tokens=_fuller(first.tokens, second.tokens),
        )

    def _rank(self) -> tuple[int, bool, bool, bool, str, str, str]:
        # The earliest copy counts; a main file knows better than an agent's copy of it.
        return (
            self.at_us,
            self.inside is not None,
            self.inside == UNKNOWN_RUN,
            self.owner is None,
            self.inside or "",
            self.owner or "",
            self.name or "",
        )


class Notice(Struct, frozen=True, omit_defaults=True):
    """The end of a background agent, as it was notified."""

    at_us: int
    outcome: Outcome
    duration_ms: int | None = None
    tokens: int | None = None


class Agent(Struct, omit_defaults=True):
    """What is known of an agent by its id: the call that started it (``call``), its type
    (``name``, only where its project is known), its first notice, whether a workflow's journal
    has its result (``done``)."""

    id: str
    call: str | None = None
    name: str | None = None
    notice: Notice | None = None
    done: bool = False

    def merge(self, other: Agent) -> Agent:
        notices = [each for each in (self.notice, other.notice) if each is not None]
        return Agent(
            self.id,
            _least(self.call, other.call),
            _least(self.name, other.name),
            min(notices, key=lambda each: (each.at_us, structs.astuple(each).__repr__()))
            if notices
            else None,
            self.done or other.done,
        )


class Session(Struct, omit_defaults=True):
    """A session: when it began, when all its background agents were stopped, and the session that
    began it (``parent``)."""

    id: str
    began_us: int | None = None
    kills_us: list[int] = []
    parent: str | None = None

    def merge(self, other: Session) -> Session:
        began = [each for each in (self.began_us, other.began_us) if each is not None]
        return Session(
            self.id,
            min(began, default=None),
            sorted({*self.kills_us, *other.kills_us}),
            _least(self.parent, other.parent),
        )


class Facts(Struct):
    """What one reading of one file yields. ``unattributed`` are uses that belong to no project."""

    uses: tuple[Use, ...] = ()
    agents: tuple[Agent, ...] = ()
    sessions: tuple[Session, ...] = ()
    unattributed: int = 0


def _least(one: str | None, other: str | None) -> str | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _greatest(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _fuller(one: Tokens | None, other: Tokens | None) -> Tokens | None:
    if one is None or other is None:
        return one or other
    return max(
        one, other, key=lambda each: (each.stated(), tuple(n or 0 for n in structs.astuple(each)))
    )


def _of_copy(end: End | None, at_us: int) -> End | None:
    """The end without its duration where it was read from a copy with other times."""
    if end is None or end.of_us == at_us or end.duration_ms is None:
        return end
    return structs.replace(end, duration_ms=None)
