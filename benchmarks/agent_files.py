"""``executions.jsonl`` of any length, with the ``summary.json`` that its writer puts beside it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from math import log
from pathlib import Path

from benchmarks.moments import NAIVE_SHARE, calendar, night_span, sessions, slices
from benchmarks.vocabulary import AGENTS, ERRORS

PLACE = ".kaizen/metrics"
FILE = "executions.jsonl"

_LINE = (
    '{"agent": "%s", %s"execution_time_s": %s, %s"quality_score": %s, "session_id": "%s",'
    ' "success": %s, "task_id": "T-%05d", "timestamp": "%s",'
    ' "tokens": {"input": %d, "output": %d}}\n'
)
_LOG_MEDIAN = log(90)
_SPREAD = 0.8
_SUCCESS_SHARE = 0.87
_UNTIMED_SHARE = 0.06
_KEYED = 4
"""One project in four has agents that give every execution a key of their own."""


def write(project: Path, number: int, records: int, rng: random.Random) -> None:
    """The project's one agent with that many executions, oldest first."""
    path = _path(project, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    done = 0
    with open(path, "w", encoding="ascii", newline="\n") as file:
        for count, begin, end in slices(records):
            file.writelines(_lines(rng, number, done, count, begin, end))
            done += count
    _summarise(path, number, records)


def extend(project: Path, number: int, new: int, night: int, rng: random.Random) -> None:
    """Append a night's executions; the summary stays behind, as it does."""
    with open(_path(project, number), "a", encoding="ascii", newline="\n") as file:
        file.writelines(_lines(rng, number, 10_000_000 + night * new, new, *night_span(night)))


def _path(project: Path, number: int) -> Path:
    return project / PLACE / AGENTS[number % len(AGENTS)] / FILE


def _lines(
    rng: random.Random, number: int, done: int, count: int, begin: float, end: float
) -> Iterator[str]:
    agent, keyed = AGENTS[number % len(AGENTS)], number % _KEYED == 0
    for task, (session, when) in enumerate(_moments(rng, count, begin, end), start=done + 1):
        success = rng.random() < _SUCCESS_SHARE
        timed = rng.random() >= _UNTIMED_SHARE
        yield _LINE % (
            agent,
            "" if success else f'"error": "{rng.choice(ERRORS)}", ',
            round(rng.lognormvariate(_LOG_MEDIAN, _SPREAD), 3) if timed else "null",
            f'"idempotency_key": "{agent}:{task}", ' if keyed else "",
            int(rng.random() * 1000) / 1000,
            session,
            "true" if success else "false",
            task,
            when,
            1500 + int(rng.random() * 23500),
            200 + int(rng.random() * 3800),
        )


def _moments(rng: random.Random, count: int, begin: float, end: float) -> Iterator[tuple[str, str]]:
    """Session and time of each execution: as a rule ``Z``, one in ten without an offset."""
    at = calendar()
    for key, seconds in sessions(rng, count, begin, end):
        session = f"kz-{key[:12]}"
        for second in seconds:
            dice = rng.random()
            if dice < NAIVE_SHARE:
                yield session, at.local(second)
            elif dice < 2 * NAIVE_SHARE:
                yield session, f"{at.local(second)}+{at.hours(second):02d}:00"
            else:
                yield session, f"{at.utc(second)}Z"


def _summarise(path: Path, number: int, records: int) -> None:
    """What the writer says of the file, rounded as it rounds."""
    summary = {
        "agent": AGENTS[number % len(AGENTS)],
        "avg_execution_time_s": 124.0,
        "avg_quality_score": 0.5,
        "execution_count": records,
        "success_rate": _SUCCESS_SHARE,
        "trend": {"quality_score": "stable", "success_rate": "stable"},
    }
    text = json.dumps(summary, indent=2, sort_keys=True)
    path.with_name("summary.json").write_text(text + "\n", encoding="ascii")
