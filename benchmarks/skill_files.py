"""``skill_metrics.json`` of any length, in the layout its writer has (``indent=2``)."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import log
from pathlib import Path

from benchmarks.moments import NAIVE_SHARE, calendar, night_span, sessions, slices
from benchmarks.vocabulary import (
    FOLLOW_UPS,
    PATHS,
    SKILL_WEIGHTS,
    SKILLS,
    VERDICT_WEIGHTS,
    VERDICTS,
    Verdict,
    queries,
)

PLACE = ".session-buddy"
FILE = "skill_metrics.json"
RECENT_SHARE = 0.2

_HEAD = '{\n  "invocations": [\n'
_SEPARATOR = ",\n"
_END = '\n  ],\n  "skills"'
_RECORD_END = "\n    },\n"
_LAST_RECORD_END = "\n    }"
_RECORD = """\
    {
      "skill_name": "%s",
      "invoked_at": "%s",
      "session_id": "%s",
      "workflow_path": %s,
      "completed": %s,
      "duration_seconds": %s,
      "user_query": %s,
      "alternatives_considered": %s,
      "selection_rank": %s,
      "follow_up_actions": %s,
      "error_type": %s
    }"""

_LOG_MEDIANS = {name: log(2 + 7 * (rank * 37 % 60)) for rank, name in enumerate(SKILLS)}
"""The duration of a skill is lognormal around that many seconds."""

_SPREAD = 0.7


@dataclass
class Totals:
    """What the writer counts of each skill: only records that have ended."""

    verdicts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    paths: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    first: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The writer's ``skills``, as they stand in the document."""
        aggregates = {name: self._aggregate(name) for name in self.first}
        return json.dumps(aggregates, indent=2).replace("\n", "\n  ")

    def _aggregate(self, name: str) -> dict[str, object]:
        verdicts = {v: n for (skill, v), n in self.verdicts.items() if skill == name and v.timed}
        ended = sum(verdicts.values())
        completed = sum(count for verdict, count in verdicts.items() if verdict.completed)
        seconds = round(self.seconds[name], 6)
        return {
            "skill_name": name,
            "total_invocations": ended,
            "completed_invocations": completed,
            "abandoned_invocations": ended - completed,
            "total_duration_seconds": seconds,
            "workflow_paths": {p: n for (skill, p), n in self.paths.items() if skill == name and p},
            "common_errors": {v.error: n for v, n in verdicts.items() if v.error},
            "follow_up_actions": {},
            "avg_selection_rank": None,
            "recommendation_success_rate": None,
            "first_invoked": self.first[name],
            "last_invoked": self.last[name],
            "completion_rate": completed / ended * 100,
            "avg_duration_seconds": seconds / completed if completed else 0.0,
        }


class Dice:
    """One file's random numbers, and pools of text as it stands in a record."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        texts = [json.dumps(text) for text in queries(rng)]
        self.queries = texts + ["null"] * (len(texts) // 2)
        self.alternatives = [_list(rng.sample(SKILLS, rng.choice((0, 0, 1, 2)))) for _ in range(97)]
        self.follow_ups = ["[]"] * 5 + [
            _list(rng.sample(FOLLOW_UPS, rng.choice((1, 1, 2)))) for _ in range(7)
        ]

    def some(self, pool: Sequence[str], count: int) -> list[str]:
        return self.rng.choices(pool, k=count)


def write(project: Path, records: int, rng: random.Random) -> None:
    """The project's document with that many records and the totals of all of them."""
    dice, totals = Dice(rng), Totals()
    path = project / PLACE / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii", newline="\n") as file:
        file.write(_HEAD)
        for number, (count, begin, end) in enumerate(slices(records)):
            file.write(_SEPARATOR if number else "")
            file.write(_SEPARATOR.join(_records(dice, count, begin, end, totals)))
        last = max(totals.last.values())
        file.write(f'{_END}: {totals.text()},\n  "last_updated": "{last[:26]}"\n}}')


def extend(project: Path, new: int, mutated: int, night: int, rng: random.Random) -> None:
    """Rewrite the document: ``new`` records at its end, ``mutated`` changed in its last fifth."""
    path = project / PLACE / FILE
    text = path.read_text(encoding="ascii")
    end = text.rindex(_END)
    recent = text.index(_RECORD_END, end - int((end - len(_HEAD)) * RECENT_SHARE))
    recent += len(_RECORD_END)
    old = text[recent : end - len(_LAST_RECORD_END)].split(_RECORD_END)
    for number in rng.sample(range(len(old)), mutated):
        old[number] = _later(old[number])
    added = _SEPARATOR.join(_records(Dice(rng), new, *night_span(night), Totals()))
    with open(path, "w", encoding="ascii", newline="\n") as file:
        file.write(text[:recent])
        file.write(_RECORD_END.join(old) + _LAST_RECORD_END + _SEPARATOR + added)
        file.write(text[end:])


def _later(record: str) -> str:
    """The record some hours on: one that had not ended has, and there is one more follow-up."""
    value = json.loads(record + "}")
    if value["duration_seconds"] is None:
        value["completed"], value["duration_seconds"] = True, 61.25
    value["follow_up_actions"] = [*value["follow_up_actions"], "write changelog"]
    text = json.dumps(value, indent=2).replace("\n", "\n    ")
    return "    " + text.removesuffix(_LAST_RECORD_END)


def _records(dice: Dice, count: int, begin: float, end: float, totals: Totals) -> Iterator[str]:
    rng = dice.rng
    names = rng.choices(SKILLS, cum_weights=SKILL_WEIGHTS, k=count)
    verdicts = rng.choices(VERDICTS, cum_weights=VERDICT_WEIGHTS, k=count)
    paths = rng.choices(PATHS, k=count)
    totals.verdicts.update(zip(names, verdicts, strict=True))
    totals.paths.update(zip(names, paths, strict=True))
    fields = zip(
        names,
        _moments(rng, count, begin, end),
        verdicts,
        paths,
        dice.some(dice.queries, count),
        dice.some(dice.alternatives, count),
        dice.some(("null", "1", "1", "2", "3"), count),
        dice.some(dice.follow_ups, count),
        strict=True,
    )
    for name, (session, when), verdict, path, query, alternatives, rank, follow_ups in fields:
        duration = "null"
        if verdict.timed:
            seconds = round(rng.lognormvariate(_LOG_MEDIANS[name], _SPREAD), 6)
            duration = repr(seconds)
            totals.first.setdefault(name, when)
            totals.last[name] = when
            if verdict.completed:
                totals.seconds[name] += seconds
        yield _RECORD % (
            name,
            when,
            session,
            f'"{path}"' if path else "null",
            "true" if verdict.completed else "false",
            duration,
            query,
            alternatives,
            rank,
            follow_ups,
            f'"{verdict.error}"' if verdict.error else "null",
        )


def _moments(rng: random.Random, count: int, begin: float, end: float) -> Iterator[tuple[str, str]]:
    """Session and time of each record; one time in ten has no offset."""
    at = calendar()
    for key, seconds in sessions(rng, count, begin, end):
        session = f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"
        for second in seconds:
            fraction = int(rng.random() * 999_999) + 1
            if rng.random() < NAIVE_SHARE:
                yield session, f"{at.local(second)}.{fraction:06d}"
            else:
                yield session, f"{at.utc(second)}.{fraction:06d}+00:00"


def _list(texts: Sequence[str]) -> str:
    """A list as it stands in a record."""
    return json.dumps(texts, indent=2).replace("\n", "\n      ")
