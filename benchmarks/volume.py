"""Uses and runs by the million, for the writers of the demo's fleet.

The demo tells stories; here only the amount counts. Uses and runs come in sessions of about twelve,
and their columns are drawn in batches, because ten million records must be written in two minutes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import log
from zoneinfo import ZoneInfo

from benchmarks.fleet import BEGIN, END, ZONE
from cli.demo.fleet import ERRORS, FOLLOW_UPS, QUERIES
from cli.demo.history import Run, Use, local, utc, zulu

Span = tuple[datetime, datetime]
HISTORY: Span = (BEGIN, END)
BATCH = 20_000
SESSION_RECORDS = 12
LONGEST_GAP = 400
"""Seconds between two records of a session are fewer than that."""

LONGEST_SESSION = timedelta(seconds=2 * SESSION_RECORDS * LONGEST_GAP)

_NOUNS = ("api", "branch", "cache", "coverage", "database")
_VERBS = (
    "audit", "bisect", "build", "check", "clean", "compare", "debug", "deploy", "document",
    "explain", "fix", "format",
)  # fmt: skip
SKILLS = tuple(f"{verb}-{noun}" for noun in _NOUNS for verb in _VERBS)
"""By popularity: the n-th is used in proportion to ``n ** -1.1``."""

_SKILL_WEIGHTS = tuple(accumulate(rank**-1.1 for rank in range(1, len(SKILLS) + 1)))
_LOG_MEDIANS = {name: log(2 + 7 * (rank * 37 % 60)) for rank, name in enumerate(SKILLS)}
"""A skill's duration is lognormal around that many seconds."""

_AGENTS = (
    "orchestrator", "reviewer", "planner", "tester", "documenter", "refactorer", "researcher",
    "releaser",
)  # fmt: skip
_PATHS = ("quick", "comprehensive", "guided", None)
_RANKS = (None, 1, 1, 2, 3)
_QUERIES = 4096
_WORDS = (*_VERBS, *_NOUNS, *_VERBS, *_NOUNS, *" ".join(QUERIES).split())
_AGENT_SUCCESS = 0.87
_UNTIMED = 0.06
_KEYED = 4
"""One project in so many has an agent that gives each of its runs an idempotency key."""


_ENDINGS = (  # completed, whether it has ended, error type
    (True, True, None),
    (False, True, None),
    (False, False, None),
    *((False, True, error) for error in ERRORS),
)
_ENDING_WEIGHTS = tuple(accumulate((0.82, 0.05, 0.06, 0.03, 0.02, 0.01, 0.005, 0.005)))
"""82 % succeed, 7 % fail, 5 % are abandoned, and 6 % are running and have no duration."""

_ZONE = ZoneInfo(ZONE)
_LOCAL = local(_ZONE)


def uses(rng: random.Random, count: int, span: Span = HISTORY) -> Iterator[Use]:
    """So many uses of skills within the span, oldest session first, none at a whole second."""
    queries = _queries(rng)
    alternatives = [tuple(rng.sample(SKILLS, rng.choice((0, 0, 1, 2)))) for _ in range(97)]
    follow_ups: list[tuple[str, ...]] = [()] * 5
    follow_ups += [tuple(rng.sample(FOLLOW_UPS, rng.choice((1, 1, 2)))) for _ in range(7)]
    for size, begin, end in _batches(count, span):
        names = rng.choices(SKILLS, cum_weights=_SKILL_WEIGHTS, k=size)
        keys, seconds = zip(*_moments(rng, size, begin, end), strict=True)
        endings = rng.choices(_ENDINGS, cum_weights=_ENDING_WEIGHTS, k=size)
        completed, ended, errors = zip(*endings, strict=True)
        durations = (round(rng.lognormvariate(_LOG_MEDIANS[name], 0.7), 6) for name in names)
        yield from map(
            Use,
            names,
            [datetime.fromtimestamp(at + rng.uniform(1e-6, 0.999999), UTC) for at in seconds],
            [f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}" for key in keys],
            rng.choices(_PATHS, k=size),
            completed,
            [each if over else None for each, over in zip(durations, ended, strict=True)],
            rng.choices(queries, k=size),
            rng.choices(alternatives, k=size),
            rng.choices(_RANKS, k=size),
            rng.choices(follow_ups, k=size),
            errors,
        )


def runs(
    rng: random.Random, project: int, count: int, span: Span = HISTORY, first: int = 1
) -> Iterator[Run]:
    """So many runs of a project's one agent, oldest session first, numbered from ``first``."""
    agent, keyed = agent_of(project), project % _KEYED == 0
    number = first
    for size, begin, end in _batches(count, span):
        for key, second in _moments(rng, size, begin, end):
            success = rng.random() < _AGENT_SUCCESS
            seconds = round(rng.lognormvariate(log(90), 0.8), 3)
            yield Run(
                agent,
                datetime.fromtimestamp(second, UTC),
                success,
                seconds if rng.random() >= _UNTIMED else "null",
                int(rng.random() * 1000) / 1000,
                None if success else rng.choice(ERRORS),
                f"kz-{key[:12]}",
                f"T-{number:05d}",
                (1500 + int(rng.random() * 23500), 200 + int(rng.random() * 3800)),
                f"{agent}:{number}" if keyed else None,
            )
            number += 1


def agent_of(project: int) -> str:
    """The name of a project's one agent."""
    return _AGENTS[project % len(_AGENTS)]


def use_stamp(at: datetime) -> str:
    """A use's time as it is written: with an offset, but one in ten as local time without one."""
    return _LOCAL(at) if at.microsecond % 10 == 0 else utc(at)


def run_stamp(at: datetime) -> str:
    """A run's time as it is written: one in ten local, one in ten with that offset, else ``Z``."""
    if at.second % 10 == 0:
        return _LOCAL(at)
    return at.astimezone(_ZONE).isoformat() if at.second % 10 == 5 else zulu(at)


def night(number: int) -> Span:
    """Eight hours of the day with that number after the end, when all sessions have ended."""
    begin = END + timedelta(days=number - 0.75)
    return begin, begin + timedelta(hours=8)


def _queries(rng: random.Random) -> Sequence[str | None]:
    """Prompt texts of 2 to 10 words; one use in three has none."""
    texts = [" ".join(rng.choices(_WORDS, k=rng.randint(2, 10))) for _ in range(_QUERIES)]
    return [*texts, *[None] * (_QUERIES // 2)]


def _batches(count: int, span: Span) -> Iterator[tuple[int, float, float]]:
    """How many records are made at a time, and from which second of the epoch to which."""
    begin, end = (moment.timestamp() for moment in span)
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        share = (end - begin) / count
        yield size, begin + share * start, begin + share * (start + size)


def _moments(rng: random.Random, count: int, begin: float, end: float) -> Iterator[tuple[str, int]]:
    """The session's key (32 hexadecimal digits) and the second of the epoch of each record."""
    sizes = []
    left = count
    while left > 0:
        sizes.append(min(left, rng.randint(1, 2 * SESSION_RECORDS - 1)))
        left -= sizes[-1]
    starts = sorted(rng.uniform(begin, end) for _ in sizes)
    for start, size in zip(starts, sizes, strict=True):
        key, second = f"{rng.getrandbits(128):032x}", int(start)
        for gap in rng.choices(range(5, LONGEST_GAP), k=size):
            yield key, second
            second += gap
