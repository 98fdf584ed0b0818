"""The sessions of a project as its client's transcripts have them: the last month's uses, and the
agents that were started in between.

Transcripts tell of the same uses as the project's own files, so by themselves only the agents count
there.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from cli.demo.history import History, Use

KEPT = timedelta(days=30)  # clients delete older transcripts
AGENTS = ("Explore", "general-purpose", "Plan")


class AgentRun(NamedTuple):
    """A run of an agent that the client started; `tokens` are input, output and cache."""

    name: str
    at: datetime
    duration_ms: int
    success: bool
    tokens: tuple[int, int, int]


@dataclass(frozen=True)
class Turn:
    """A use of a skill, by name where a person typed it, and the agents started after it."""

    use: Use
    is_typed: bool
    agents: tuple[AgentRun, ...]


@dataclass(frozen=True)
class ClientSession:
    """One session: its turns, oldest first."""

    session_id: str
    turns: tuple[Turn, ...]

    @property
    def began(self) -> datetime:
        return self.turns[0].use.invoked_at - timedelta(seconds=2)


def client_sessions(history: History, rng: Random) -> Iterator[ClientSession]:
    """Yield the sessions of the last month, oldest first."""
    uses: dict[str, list[Use]] = defaultdict(list)
    for use in history.uses:
        if use.invoked_at >= history.until - KEPT:
            uses[use.session_id].append(use)
    for session_id, of_session in uses.items():
        yield ClientSession(session_id, tuple(_turn(use, rng) for use in of_session))


def _turn(use: Use, rng: Random) -> Turn:
    agents = []
    # Skills of a session are at least twenty seconds apart.
    at = _milliseconds(use.invoked_at) + timedelta(seconds=1)
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        duration_ms = round(rng.triangular(800, 6000, 2000))
        name = rng.choices(AGENTS, (5, 3, 2))[0]
        tokens = (rng.randrange(20, 900), rng.randrange(300, 6000), rng.randrange(8000, 90000))
        agents.append(AgentRun(name, at, duration_ms, rng.random() < 0.94, tokens))
        at += timedelta(milliseconds=duration_ms + 500)
    return Turn(use, is_typed=use.selection_rank is None, agents=tuple(agents))


def _milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
