"""How workflows end and how long they take, and whether that differs by the skills used in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from itertools import groupby
from statistics import median
from typing import Literal

from aggregator.calendar import Span, today
from aggregator.changes import ENOUGH, LEAST_CHANGE, LEVEL, Word
from aggregator.durations import PaceWord
from aggregator.measures import Question
from aggregator.outcomes import Outcomes
from aggregator.reports.workflows.executions import Execution, Pair, every_execution, pairs
from aggregator.statistics import ranks
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import difference, equality
from schema.errors import UnknownName
from schema.frozen import dataclass
from schema.names import did_you_mean
from schema.spelling import command
from schema.warehouse import Connection, reporting_zone

EACH_LEVEL = LEVEL / 2
"""Outcomes and durations are two questions to one answer, so each has half of its errors."""

OutcomeVerdict = Literal["more", "fewer", "no clear difference", "insufficient data"]
DurationVerdict = Literal["longer", "shorter", "no clear difference", "insufficient data"]
OUTCOME_WORDS: Mapping[OutcomeVerdict, Word] = {
    "more": "better",
    "fewer": "worse",
    "no clear difference": "no clear change",
    "insufficient data": "not enough data",
}
DURATION_WORDS: Mapping[DurationVerdict, PaceWord] = {
    "longer": "slower",
    "shorter": "faster",
    "no clear difference": "no clear change",
    "insufficient data": "not enough data",
}
"""The verdicts in the words that every command uses."""


@dataclass(frozen=True)
class Ends(Outcomes):
    """How executions ended, and the durations in ms of those that did. Open ones are unknown."""

    durations_ms: tuple[float, ...]

    @property
    def executions(self) -> int:
        return self.total_invocations

    @property
    def open(self) -> int:
        """Executions that have not ended."""
        return self.unknown

    @property
    def p50_duration_ms(self) -> float | None:
        return median(self.durations_ms) if self.durations_ms else None


@dataclass(frozen=True)
class Workflow:
    """All executions of one name (None: the ids hold none) in the span asked for."""

    name: str | None
    ends: Ends
    statuses: dict[str, int]
    projects: int
    first_started: datetime
    last_started: datetime


@dataclass(frozen=True)
class WithSkill:
    """Executions with a skill against those without it, of one workflow.

    ``change``: the success rate with it minus that without, ``low`` and ``high`` its 95 % interval.
    The p-values are corrected for all skills of the workflow.
    """

    kind: str
    skill_name: str
    with_it: Ends
    without: Ends
    change: float | None
    low: float | None
    high: float | None
    outcome_p: float | None
    outcome: OutcomeVerdict
    duration_p: float | None
    duration: DurationVerdict


@dataclass(frozen=True)
class Paired:
    """In how many executions a use is known by its session, by project and time, or is in doubt."""

    by_session: int
    by_time: int
    doubtful: int
    observed: int


@dataclass(frozen=True)
class Workflows:
    """The workflows asked for, most executions first; of one name also its skills and its runs.

    ``runs`` are the executions, the last first, with the uses that are known to be theirs.
    """

    rows: list[Workflow]
    ends: Ends
    statuses: dict[str, int]
    paired: Paired
    skills: list[WithSkill]
    runs: list[tuple[Execution, list[Pair]]]


def workflows(con: Connection, question: Question, name: str | None = None) -> Workflows:
    """What ran in the span asked for, by the day on which it began; of one name, also by skill.

    Raises UnknownName with the nearest names for a workflow that never ran in these projects.
    """
    every = every_execution(con)
    here = set(question.scope.ids)
    ours = [e for e in every if e.project_id in here and e.started_at <= question.horizon]
    if name is not None:
        _known(name, ours)
        ours = [each for each in ours if each.name == name]
    zone = reporting_zone(con)
    asked = [e for e in ours if _within(question.span, e.started_at, zone)]
    by_execution = pairs(con, question, every) if asked else {}
    observed = [each for each in asked if _is_observed(each, by_execution)]
    return Workflows(
        rows=_rows(asked),
        ends=ends(asked),
        statuses=_statuses(asked),
        paired=_paired(asked, by_execution, len(observed)),
        skills=[] if name is None else compared(observed, by_execution),
        runs=[] if name is None else [(e, by_execution.get(e, [])) for e in reversed(asked)],
    )


def _known(name: str, executions: Sequence[Execution]) -> None:
    names = {each.name for each in executions if each.name is not None}
    if name not in names:
        near = get_close_matches(name, sorted(names), cutoff=0.5)
        hint = did_you_mean(near, f"List them: `{command('workflows')}`")
        raise UnknownName(f"No workflow is named {name!r}.", hint)


def _within(span: Span, moment: datetime, zone: str) -> bool:
    if span.hours is not None:
        return moment >= span.hours.since_at
    day = today(moment, zone)
    return (span.since is None or day >= span.since) and (span.until is None or day <= span.until)


def ends(executions: Sequence[Execution]) -> Ends:
    """How they ended."""
    counts = Counter(each.outcome for each in executions)
    durations = (each.duration_ms for each in executions)
    return Ends(
        counts["success"],
        counts["failure"],
        counts["abandoned"],
        counts["open"],
        tuple(each for each in durations if each is not None),
    )


def _statuses(executions: Iterable[Execution]) -> dict[str, int]:
    counts = Counter(each.status for each in executions)
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _rows(executions: Sequence[Execution]) -> list[Workflow]:
    by_name: dict[str | None, list[Execution]] = {}
    for each in executions:
        by_name.setdefault(each.name, []).append(each)
    rows = [
        Workflow(
            name,
            ends(runs),
            _statuses(runs),
            len({each.project_id for each in runs}),
            runs[0].started_at,
            runs[-1].started_at,
        )
        for name, runs in by_name.items()
    ]
    return sorted(rows, key=lambda row: (-row.ends.executions, row.name is None, row.name or ""))


def _is_observed(execution: Execution, by_execution: Mapping[Execution, list[Pair]]) -> bool:
    """Whether it has ended and all uses in it are known, so that a skill can be called absent."""
    found = by_execution.get(execution, [])
    if execution.outcome == "open" or any(pair.how == "doubtful" for pair in found):
        return False
    return bool(execution.repositories) or any(pair.how == "session" for pair in found)


def _paired(
    executions: Sequence[Execution], by_execution: Mapping[Execution, list[Pair]], observed: int
) -> Paired:
    hows = [{pair.how for pair in by_execution.get(each, [])} for each in executions]
    return Paired(
        sum("session" in how for how in hows),
        sum("time" in how for how in hows),
        sum("doubtful" in how for how in hows),
        observed,
    )


# ---------------------------------------------------------------- by skill


def compared(
    executions: Sequence[Execution], by_execution: Mapping[Execution, list[Pair]]
) -> list[WithSkill]:
    """Of each skill, executions with it against those without; the most used first.

    Outcomes by Fisher's test, durations by that of Mann and Whitney, each corrected over all skills
    (false discovery rate ``EACH_LEVEL``), with ``ENOUGH`` on both sides.
    """
    used: dict[tuple[str, str], set[Execution]] = {}
    for each in executions:
        for pair in by_execution.get(each, []):
            used.setdefault((pair.kind, pair.skill_name), set()).add(each)
    sides = [
        (
            name,
            ends([each for each in executions if each in with_it]),
            ends([each for each in executions if each not in with_it]),
        )
        for name, with_it in sorted(used.items(), key=lambda one: (-len(one[1]), one[0]))
    ]
    outcomes = _corrected(
        equality(of.successes, of.known, others.successes, others.known)
        if min(of.known, others.known) >= ENOUGH
        else None
        for _, of, others in sides
    )
    durations = _corrected(
        ranks.equality(rank_sum(of.durations_ms, others.durations_ms))
        if min(len(of.durations_ms), len(others.durations_ms)) >= ENOUGH
        else None
        for _, of, others in sides
    )
    return [
        _with_skill(name, of, others, outcome_p, duration_p)
        for (name, of, others), outcome_p, duration_p in zip(
            sides, outcomes, durations, strict=True
        )
    ]


def _corrected(p_values: Iterable[float | None]) -> list[float | None]:
    found = list(p_values)
    sure = iter(adjusted([p for p in found if p is not None]))
    return [None if p is None else next(sure) for p in found]


def _with_skill(
    name: tuple[str, str], of: Ends, others: Ends, outcome_p: float | None, duration_p: float | None
) -> WithSkill:
    rate, rate_without = of.success_rate, others.success_rate
    change = None if rate is None or rate_without is None else rate - rate_without
    low, high = difference(of.successes, of.known, others.successes, others.known) or (None, None)
    outcome: OutcomeVerdict = "insufficient data"
    if outcome_p is not None and change is not None:
        outcome = "no clear difference"
        if outcome_p <= EACH_LEVEL and abs(change) >= LEAST_CHANGE:
            outcome = "more" if change > 0 else "fewer"
    duration: DurationVerdict = "insufficient data"
    if duration_p is not None:
        duration = "no clear difference"
        if duration_p <= EACH_LEVEL:
            larger = rank_sum(of.durations_ms, others.durations_ms).superiority or 0.0
            duration = "longer" if larger > 0.5 else "shorter"
    return WithSkill(*name, of, others, change, low, high, outcome_p, outcome, duration_p, duration)


def rank_sum(values: Sequence[float], others: Sequence[float]) -> ranks.RankSum:
    """All of both ranked together, equal ones by the middle of their ranks."""
    tagged = sorted([*((value, 1) for value in values), *((value, 0) for value in others)])
    total, ties, place = 0.0, 0, 0
    for _, group in groupby(tagged, key=lambda one: one[0]):
        members = [ours for _, ours in group]
        total += sum(members) * (place + (len(members) + 1) / 2)
        ties += len(members) ** 3 - len(members)
        place += len(members)
    return ranks.RankSum(len(values), len(others), total, ties)
