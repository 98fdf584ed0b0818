"""What skillhouse must compute, a second time, in plain Python.

Tests compare the product with this module, so it imports nothing of the product and prefers
the obvious way to the fast one. Everything here is a pure function but `read_project`, which
only reads files.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from oracle_values import (
    count_of,
    instant_of,
    json_of,
    milliseconds_of,
    rank_of,
    score_of,
    text_of,
    texts_of,
    verdict_of,
)

Kind = Literal["skill", "agent"]
Outcome = Literal["success", "failure", "abandoned", "unknown"]
Grain = Literal["daily", "weekly", "monthly", "all"]

Key = tuple[str, str, str, datetime | None, str | None, int]
"""What makes two rows the same one; the time is None where an idempotency key stands for it."""

GRAINS: tuple[Grain, ...] = ("daily", "weekly", "monthly", "all")
ALL_PROJECTS = "*"
Z_95 = 1.959963984540054
"""The 97.5 % point of the normal distribution."""

PLACEHOLDER_SECONDS = 0.01
"""What the writers of `invocations`-only documents put where nothing was measured."""


@dataclass(frozen=True)
class Row:
    """One invocation of a skill or one execution of an agent."""

    project: str
    kind: Kind
    name: str
    invoked_at: datetime
    session_id: str | None
    idempotency_key: str | None
    occurrence: int
    outcome: Outcome
    duration_ms: Decimal | None
    followups: int | None
    followup_actions: tuple[str, ...] | None
    quality_score: Decimal | None
    workflow_path: str | None
    error_type: str | None
    alternatives: tuple[str, ...] | None = None
    selection_rank: int | None = None

    @property
    def key(self) -> Key:
        """The row's identity: by its idempotency key where it has one, else by its time."""
        if self.idempotency_key is not None:
            return (self.project, self.kind, self.name, None, self.idempotency_key, 1)
        return (
            self.project,
            self.kind,
            self.name,
            self.invoked_at,
            self.session_id,
            self.occurrence,
        )


@dataclass(frozen=True)
class Measures:
    """What is said about a set of rows: rates 0..1, durations in ms, None where not known."""

    total_invocations: int
    successes: int
    failures: int
    abandoned: int
    unknown: int
    success_rate: float | None
    success_rate_low: float | None
    success_rate_high: float | None
    avg_duration_ms: float | None
    p50_duration_ms: float | None
    p95_duration_ms: float | None
    avg_quality_score: float | None
    avg_followup_actions: float | None
    projects: int
    sessions: int
    first_used: datetime | None
    last_used: datetime | None


def numbered(rows: Iterable[Row]) -> list[Row]:
    """The rows of one file, equal keys counted 1, 2, 3 in file order."""
    seen: Counter[Key] = Counter()
    result = []
    for row in rows:
        if row.idempotency_key is None:
            seen[row.key] += 1
            row = replace(row, occurrence=seen[row.key])
        result.append(row)
    return result


# ---------------------------------------------------------------- .session-buddy/skill_metrics.json


def read_document(text: str, project: str, zone: ZoneInfo) -> list[Row]:
    """The invocations in one skill_metrics.json, whoever wrote it; a broken document has none."""
    document = json_of(text)
    if not isinstance(document, dict):
        return []
    if "invocations" in document:
        records = document["invocations"]
        if not isinstance(records, list):
            return []
        placeholders = not {"skills", "summary", "last_updated"} & document.keys()
        rows = [invocation(record, project, zone, placeholders) for record in records]
    else:
        skills = document.get("skills")
        if not isinstance(skills, dict):
            return []
        rows = [
            planned_invocation(name, record, project, zone)
            for name, records in skills.items()
            if isinstance(records, list)
            for record in records
        ]
    return numbered(row for row in rows if row is not None)


def invocation(record: object, project: str, zone: ZoneInfo, placeholders: bool) -> Row | None:
    """One record of an `invocations` list; None without a name or a time."""
    if not isinstance(record, dict):
        return None
    name = text_of(record.get("skill_name"))
    invoked_at = instant_of(record.get("invoked_at"), zone)
    if name is None or invoked_at is None:
        return None

    completed = verdict_of(record.get("completed"))
    error_type = text_of(record.get("error_type"))
    outcome: Outcome
    if completed is None:
        outcome = "unknown"
    elif completed:
        outcome = "success"
    elif error_type is not None:
        outcome = "failure"
    else:
        outcome = "abandoned"

    seconds = record.get("duration_seconds")
    if placeholders and seconds == PLACEHOLDER_SECONDS:
        seconds = None

    followups: int | None = None
    followup_actions: tuple[str, ...] | None = None
    actions = record.get("follow_up_actions")
    if isinstance(actions, list):
        followups = len(actions)
        followup_actions = tuple(action for action in actions if isinstance(action, str))

    return Row(
        project=project,
        kind="skill",
        name=name,
        invoked_at=invoked_at,
        session_id=text_of(record.get("session_id")),
        idempotency_key=None,
        occurrence=1,
        outcome=outcome,
        duration_ms=milliseconds_of(seconds, per_unit=1000),
        followups=followups,
        followup_actions=followup_actions,
        quality_score=None,
        workflow_path=text_of(record.get("workflow_path")),
        error_type=error_type,
        alternatives=texts_of(record.get("alternatives_considered")),
        selection_rank=rank_of(record.get("selection_rank")),
    )


def planned_invocation(name: str, record: object, project: str, zone: ZoneInfo) -> Row | None:
    """One record of the planned shape, `skills: {name: [records]}`."""
    if not isinstance(record, dict):
        return None
    invoked_at = instant_of(record.get("invoked_at"), zone)
    if not name or invoked_at is None:
        return None
    success = verdict_of(record.get("success"))
    return Row(
        project=project,
        kind="skill",
        name=name,
        invoked_at=invoked_at,
        session_id=text_of(record.get("session_id")),
        idempotency_key=None,
        occurrence=1,
        outcome="unknown" if success is None else "success" if success else "failure",
        duration_ms=milliseconds_of(record.get("duration_ms"), per_unit=1),
        followups=count_of(record.get("followup_actions")),
        followup_actions=None,
        quality_score=None,
        workflow_path=None,
        error_type=None,
    )


# ------------------------------------------------------- .kaizen/metrics/**/executions.jsonl


def read_lines(text: str, project: str, agent_folder: str, zone: ZoneInfo) -> list[Row]:
    """The executions in one JSONL file, one row per execution; a bad line is passed over.

    What follows the last newline counts once it is a whole object; half of one is none.
    """
    records = [json_of(line) for line in text.split("\n")]
    rows = [execution(record, project, agent_folder, zone) for record in records]
    return list(merge(numbered(row for row in rows if row is not None)).values())


def execution(record: object, project: str, agent_folder: str, zone: ZoneInfo) -> Row | None:
    """One line's record; None where its writer says nothing of success, or without name or time."""
    if not isinstance(record, dict) or "success" not in record:
        return None
    name = text_of(record.get("agent")) or agent_folder
    invoked_at = instant_of(record.get("timestamp"), zone)
    if not name or invoked_at is None:
        return None
    success = verdict_of(record.get("success"))
    return Row(
        project=project,
        kind="agent",
        name=name,
        invoked_at=invoked_at,
        session_id=text_of(record.get("session_id")),
        idempotency_key=text_of(record.get("idempotency_key")),
        occurrence=1,
        outcome="unknown" if success is None else "success" if success else "failure",
        duration_ms=milliseconds_of(record.get("execution_time_s"), per_unit=1000),
        followups=None,
        followup_actions=None,
        quality_score=score_of(record.get("quality_score")),
        workflow_path=None,
        error_type=None,
    )


# ---------------------------------------------------------------- a project and its snapshots


def read_project(root: Path, project: str, zone: ZoneInfo) -> list[Row]:
    """Everything a project's files say now, one row per key."""
    rows: list[Row] = []
    document = root / ".session-buddy" / "skill_metrics.json"
    if document.is_file():
        rows += read_document(content(document), project, zone)
    metrics = root / ".kaizen" / "metrics"
    for path in sorted(metrics.rglob("executions.jsonl")):
        if path.is_file():
            folder = path.parent.relative_to(metrics).as_posix()
            rows += read_lines(content(path), project, "" if folder == "." else folder, zone)
    return list(merge(rows).values())


def content(path: Path) -> str:
    """A file's text; bytes that are not UTF-8 become lone surrogates, which no JSON of ours has."""
    return path.read_bytes().decode("utf-8", errors="surrogateescape")


def completeness(row: Row) -> int:
    """How much of an invocation's life a state has seen: the more, the higher."""
    if row.outcome == "success":
        return 3
    if row.outcome == "failure":
        return 2
    if row.outcome == "abandoned":
        return 1 if row.duration_ms is None else 2
    return 0


def merge(rows_in_snapshot_order: Iterable[Row]) -> dict[Key, Row]:
    """The union of snapshots: of one key's states the most complete, of equal ones the latest."""
    best: dict[Key, Row] = {}
    for row in rows_in_snapshot_order:
        known = best.get(row.key)
        if known is None or completeness(row) >= completeness(known):
            best[row.key] = row
    return best


# ---------------------------------------------------------------- statistics


def wilson(successes: int, known: int) -> tuple[float | None, float | None]:
    """The Wilson score interval of `successes` in `known` at 95 %; (None, None) of nothing."""
    if known == 0:
        return None, None
    rate = successes / known
    z2 = Z_95 * Z_95
    centre = rate + z2 / (2 * known)
    spread = Z_95 * math.sqrt(rate * (1 - rate) / known + z2 / (4 * known * known))
    scale = 1 + z2 / known
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == known else (centre + spread) / scale
    return low, high


def quantile_cont(values: Iterable[Decimal | float], q: float) -> float | None:
    """The q-quantile with linear interpolation between neighbours; None of nothing."""
    ordered = sorted(float(value) for value in values)
    if not ordered:
        return None
    position = (len(ordered) - 1) * q
    below, above = math.floor(position), math.ceil(position)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def average(values: Iterable[Decimal | int]) -> float | None:
    """The arithmetic mean; None of nothing."""
    given = [Decimal(value) for value in values]
    return float(statistics.mean(given)) if given else None


def measure(rows: Iterable[Row]) -> Measures:
    """All numbers about these rows, from the rows themselves."""
    given = list(rows)
    outcomes = Counter(row.outcome for row in given)
    successes = outcomes["success"]
    known = successes + outcomes["failure"] + outcomes["abandoned"]
    low, high = wilson(successes, known)
    durations = [row.duration_ms for row in given if row.duration_ms is not None]
    return Measures(
        total_invocations=len(given),
        successes=successes,
        failures=outcomes["failure"],
        abandoned=outcomes["abandoned"],
        unknown=outcomes["unknown"],
        success_rate=successes / known if known else None,
        success_rate_low=low,
        success_rate_high=high,
        avg_duration_ms=average(durations),
        p50_duration_ms=quantile_cont(durations, 0.5),
        p95_duration_ms=quantile_cont(durations, 0.95),
        avg_quality_score=average(r.quality_score for r in given if r.quality_score is not None),
        avg_followup_actions=average(r.followups for r in given if r.followups is not None),
        projects=len({row.project for row in given}),
        sessions=len({(r.project, r.session_id) for r in given if r.session_id is not None}),
        first_used=min((row.invoked_at for row in given), default=None),
        last_used=max((row.invoked_at for row in given), default=None),
    )


# ---------------------------------------------------------------- the calendar


def local_day(invoked_at: datetime, zone: ZoneInfo) -> date:
    """The day an instant falls on by `zone`'s clock."""
    return invoked_at.astimezone(zone).date()


def bucket_start(invoked_at: datetime, grain: Grain, zone: ZoneInfo) -> date:
    """The first day of the day, ISO week, month or all of time that holds an instant."""
    day = local_day(invoked_at, zone)
    if grain == "daily":
        return day
    if grain == "weekly":
        return day - timedelta(days=day.weekday())
    if grain == "monthly":
        return day.replace(day=1)
    return date(1970, 1, 1)


def rollup(
    rows: Iterable[Row], zone: ZoneInfo
) -> dict[tuple[Grain, date, str, Kind, str], Measures]:
    """Measures per (grain, first day, project or '*' for all, kind, name)."""
    groups: defaultdict[tuple[Grain, date, str, Kind, str], list[Row]] = defaultdict(list)
    for row in rows:
        for grain in GRAINS:
            start = bucket_start(row.invoked_at, grain, zone)
            for project in (row.project, ALL_PROJECTS):
                groups[grain, start, project, row.kind, row.name].append(row)
    return {key: measure(group) for key, group in groups.items()}


def noted(rows: Iterable[Row]) -> Iterator[tuple[str, str | None, Outcome]]:
    """Each workflow path, each failure's error and each follow-up action, with the outcome."""
    for row in rows:
        yield "path", row.workflow_path, row.outcome
        if row.error_type is not None and row.outcome == "failure":
            yield "error", row.error_type, row.outcome
        for action in row.followup_actions or ():
            yield "followup", action, row.outcome


def breakdowns(
    rows: Iterable[Row], zone: ZoneInfo
) -> Counter[tuple[Grain, date, str, Kind, str, str, str | None, Outcome]]:
    """How often each was noted: per day and week of all projects, and everyone's longer windows."""
    counts: Counter[tuple[Grain, date, str, Kind, str, str, str | None, Outcome]] = Counter()
    for row in rows:
        for grain in GRAINS:
            start = bucket_start(row.invoked_at, grain, zone)
            own = (row.project,) if grain in ("monthly", "all") else ()
            for project in (*own, ALL_PROJECTS):
                bucket = (grain, start, project, row.kind, row.name)
                counts.update((*bucket, *each) for each in noted([row]))
    return counts


def session_days(rows: Iterable[Row], zone: ZoneInfo) -> set[tuple[str, Kind, str, str, date]]:
    """The days of a name's sessions that were there on more than one."""
    days: defaultdict[tuple[str, Kind, str, str], set[date]] = defaultdict(set)
    for row in rows:
        if row.session_id is not None:
            session = (row.project, row.kind, row.name, row.session_id)
            days[session].add(local_day(row.invoked_at, zone))
    return {(*key, day) for key, found in days.items() if len(found) > 1 for day in found}


def days_of_sessions(
    rows: Iterable[Row], zone: ZoneInfo
) -> dict[tuple[str, str], set[tuple[Kind, date]]]:
    """On which days a project's sessions had uses, skills and agents apart."""
    days: defaultdict[tuple[str, str], set[tuple[Kind, date]]] = defaultdict(set)
    for row in rows:
        if row.session_id is not None:
            days[row.project, row.session_id].add((row.kind, local_day(row.invoked_at, zone)))
    return dict(days)


def in_range(
    rows: Iterable[Row], since: date | None, until: date | None, zone: ZoneInfo
) -> list[Row]:
    """The rows from `since` to `until`, both days included by `zone`'s clock; None is open."""
    return [
        row
        for row in rows
        if (since is None or since <= local_day(row.invoked_at, zone))
        and (until is None or local_day(row.invoked_at, zone) <= until)
    ]
