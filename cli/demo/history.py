"""What happened in an invented project, independent of the format it is written in.

A writer is a module with a function `write(folder, history)` that writes the files of one tool; it
is listed in `cli.demo.fleet.WRITERS`. One that writes transcripts takes `(home, folder, sessions)`
and is listed in `CLIENTS`. It gets all random choices with the history, or has its own generator,
so that a new writer does not change the files of others. The benchmarks pass streams of
uses and runs to the same writers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from json import dumps
from typing import Literal, NamedTuple

Shape = Literal["A", "B", "C", "D", "export"]
"""The layouts of `skill_metrics.json`: A to D by different versions of its tools, and an export."""

Stamp = Callable[[datetime], str]
"""Formats an instant as a tool does."""


class Use(NamedTuple):
    """One use of a skill; the fields are named as in `skill_metrics.json`.

    `invoked_at` is in UTC; `duration_seconds` is None while the use is running.
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
    """One run of an agent; the fields are named as in `executions.jsonl`. `timestamp` is in UTC.

    A field that is None is not written; a duration can also be written as null.
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
    """Recommendations of the optimizer for one agent: (message, expected impact, priority)."""

    agent: str
    timestamp: datetime
    metrics_count: int
    recommendations: Sequence[tuple[str, float, str]]


@dataclass(frozen=True)
class History:
    """All that happened in one project until `until`, oldest first."""

    shape: Shape
    zone: tzinfo
    until: datetime
    uses: Sequence[Use]
    runs: Mapping[str, Sequence[Run]]
    advice: Sequence[Advice]


def utc(at: datetime) -> str:
    """Format a UTC time with its offset, `+00:00`."""
    return at.isoformat()


def zulu(at: datetime) -> str:
    """Format a UTC time with a `Z`."""
    return f"{at.isoformat()[:-6]}Z"


def local(zone: tzinfo) -> Stamp:
    """Return a stamp that formats local time without an offset."""
    return lambda at: at.astimezone(zone).isoformat()[:-6]


@cache
def quoted(text: str | None) -> str:
    """Return a text, or null, as JSON. Cached: only for texts that occur often."""
    return dumps(text)
