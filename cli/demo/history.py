"""What happened in an invented project, before any tool wrote it down.

A writer is a module here that leaves a `History` on disk in the format of one tool: `write(folder,
history)`. It draws no random numbers from the fleet's source, so that a new writer changes no file
of the others, and it is named in `WRITERS` in `cli.demo.fleet`. Whoever needs volume instead of
stories hands a stream of uses or runs to the writers directly, as the benchmarks do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from json import dumps
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Shape = Literal["A", "B", "C", "D", "export"]
"""The layouts of `skill_metrics.json`: its writers' versions, oldest first, and an export."""

Stamp = Callable[[datetime], str]
"""How a writer spells an instant."""


class Use(NamedTuple):
    """One use of a skill, under the names that its writers give the values.

    `invoked_at` is an instant in UTC, `duration_seconds` null while the use has not ended.
    """

    skill_name: str
    invoked_at: datetime
    session_id: str
    workflow_path: str | None
    completed: bool
    duration_seconds: float | None
    user_query: str | None
    alternatives_considered: Sequence[str]
    selection_rank: int | None
    follow_up_actions: Sequence[str]
    error_type: str | None


class Run(NamedTuple):
    """One run of an agent, under its writer's names; `timestamp` is an instant in UTC.

    None: the key is not written. An agent can also hand over a null as its `execution_time_s`.
    """

    agent: str
    timestamp: datetime
    success: bool
    execution_time_s: float | Literal["null"] | None = None
    quality_score: float | None = None
    error: str | None = None
    session_id: str | None = None
    task_id: str | None = None
    tokens: tuple[int, int] | None = None  # input, output
    idempotency_key: str | None = None


class Advice(NamedTuple):
    """An entry of the optimizer about one agent: (message, expected impact, priority) each."""

    agent: str
    timestamp: datetime
    metrics_count: int
    recommendations: Sequence[tuple[str, float, str]]


@dataclass(frozen=True)
class History:
    """All that happened in one project until `until`, oldest first."""

    shape: Shape
    zone: ZoneInfo
    until: datetime
    uses: Sequence[Use]
    runs: Mapping[str, Sequence[Run]]
    advice: Sequence[Advice]


def utc(at: datetime) -> str:
    """Spell a UTC instant with its offset, `+00:00`."""
    return at.isoformat()


def zulu(at: datetime) -> str:
    """Spell a UTC instant with a `Z`."""
    return f"{at.isoformat()[:-6]}Z"


def local(zone: ZoneInfo) -> Stamp:
    """Return the stamp of a writer that notes the local time and no offset."""
    return lambda at: at.astimezone(zone).isoformat()[:-6]


@cache
def quoted(text: str | None) -> str:
    """Return a text, or null, as JSON. Remembered: for texts that occur again and again."""
    return dumps(text)
