"""One file's records on their way to rows: checked, counted, given their occurrence numbers.

A value that cannot be what its field means becomes null and is counted as a finding; a record that
cannot be placed at all (no name, no time) is rejected with a reason. What is not named in the
contract never gets in: a source hands over named fields, not records.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from collector.timestamps import Moment, NotATimestamp, TimeBasis, parse_timestamp

Kind = Literal["skill", "agent"]
Outcome = Literal["success", "failure", "abandoned", "unknown"]
Value = str | int | None | datetime | Decimal | list[str]
StagedRow = tuple[Value, ...]

FUTURE_LIMIT = timedelta(hours=24)
REJECTS_KEPT = 1000
"""Rejects of one file stored one by one; above that they are only counted."""

_LONGEST_DURATION_MS = Decimal(10) ** 15 - 1
_LARGEST_SCORE = Decimal(10) ** 12 - 1
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_THOUSANDTH = Decimal("0.001")
_MILLIONTH = Decimal("0.000001")

FINDINGS = {
    "duration_placeholder": "durations with a placeholder value (0.01 s), stored as null",
    "duration_negative": "negative durations (a clock change), stored as null",
    "duration_unusable": "invalid durations, stored as null",
    "verdict_unusable": "records without a known outcome, counted as unknown",
    "field_unusable": "fields of the wrong type or out of range, stored as null",
    "time_in_future": "records more than 24 hours in the future, kept out of answers until then",
    "time_repeated_hour": "local times in a repeated hour, read as its first occurrence",
    "time_skipped_hour": "local times in a skipped hour, moved forward by its length",
    "last_line_unfinished": "incomplete last lines, read when they are complete",
    "text_repaired": "texts with characters that are not Unicode, replaced",
}


@dataclass(frozen=True)
class Recommendation:
    """One entry an optimizer wrote about ``agent``; ``items`` holds only the contract's fields."""

    agent: str
    recommended_at: datetime
    occurrence: int
    time_basis: TimeBasis
    local_time: datetime | None
    metrics_count: int | None
    items: list[dict[str, object]]


@dataclass(frozen=True)
class WorkflowExecution:
    """A workflow that an engine ran; what it was asked to do is not taken."""

    workflow_id: str
    status: str
    repositories: list[str] | None
    created_at: datetime
    updated_at: datetime | None
    time_basis: TimeBasis
    created_local: datetime | None
    updated_local: datetime | None


@dataclass(frozen=True)
class RecordedExperiment:
    """A test of two strategies that a tool recorded: ``arms`` are sums over users, as JSON.

    ``share`` (0..1) of the users got the treatment. ``least_outcomes`` are those that the tool asks
    for in each arm.
    """

    experiment: str
    control: str
    treatment: str
    share: float
    least_outcomes: int | None
    began_on: date
    ended_on: date
    arms: str


@dataclass
class NameTotals:
    """What was read of one name in one file, in the terms its writer counts in."""

    records: int = 0
    successes: int = 0
    unfinished: int = 0

    def __add__(self, other: NameTotals) -> NameTotals:
        return NameTotals(
            self.records + other.records,
            self.successes + other.successes,
            self.unfinished + other.unfinished,
        )

    def __sub__(self, other: NameTotals) -> NameTotals:
        return self + NameTotals(-other.records, -other.successes, -other.unfinished)


@dataclass
class FileRecords:
    """What one file has yielded so far.

    ``latest_us`` is the latest time, as written, of a record without an idempotency key, in
    microseconds: a later read that begins after these records and sees only later times cannot
    repeat a key.

    ``staged_rows`` counts the rows that the bulk reader staged and that are not in ``rows``.
    """

    project_id: str
    source_file_id: int
    zone: tzinfo
    snapshot_at: datetime
    now: datetime
    staged_rows: int = 0
    rows: list[StagedRow] = field(default_factory=list)
    recommendations: list[Recommendation] = field(default_factory=list)
    workflows: list[WorkflowExecution] = field(default_factory=list)
    experiments: list[RecordedExperiment] = field(default_factory=list)
    rejects: list[tuple[int, str]] = field(default_factory=list)
    rejected: int = 0
    ignored: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    totals: dict[str, NameTotals] = field(default_factory=dict)
    earliest_us: int | None = None
    latest_us: int | None = None
    _seen: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def fresh(self) -> FileRecords:
        """An empty file_records for the same file, record by record."""
        return FileRecords(
            self.project_id, self.source_file_id, self.zone, self.snapshot_at, self.now
        )

    @property
    def total(self) -> int:
        """How many rows and entries the file yielded."""
        entries = len(self.recommendations) + len(self.workflows)
        return self.staged_rows + len(self.rows) + entries

    def saw(self, when_us: int | None) -> None:
        """Remember a time of a record without an idempotency key."""
        if when_us is None:
            return
        if self.earliest_us is None or when_us < self.earliest_us:
            self.earliest_us = when_us
        if self.latest_us is None or when_us > self.latest_us:
            self.latest_us = when_us

    def add_totals(self, name: str, more: NameTotals) -> None:
        """Add what was read of ``name`` to the file's totals."""
        totals = self.totals.setdefault(name, NameTotals())
        totals.records += more.records
        totals.successes += more.successes
        totals.unfinished += more.unfinished

    def reject(self, position: int, reason: str) -> None:
        """Refuse the record at ``position`` (a line's number, or a record's place in its list)."""
        self.rejected += 1
        if len(self.rejects) < REJECTS_KEPT:
            self.rejects.append((position, reason))

    def ignore(self) -> None:
        """Count a record that is of another kind than the ones collected."""
        self.ignored += 1

    def add(
        self,
        position: int,
        *,
        kind: Kind,
        name: object,
        invoked_at: object,
        outcome: Outcome,
        session_id: object = None,
        idempotency_key: object = None,
        duration_ms: Decimal | None = None,
        followup_actions: int | None = None,
        followup_names: list[str] | None = None,
        quality_score: object = None,
        workflow_path: object = None,
        error_type: object = None,
        alternatives_considered: list[str] | None = None,
        selection_rank: object = None,
        workflow_phase: object = None,
        unfinished: bool = False,
        snapshot_at: datetime | None = None,
    ) -> None:
        """Take one invocation or execution; a missing name or time rejects it instead.

        ``snapshot_at`` is given where it is not the file's, because the record never changes.
        """
        clean_name = self.text(name)
        if clean_name is None or not clean_name.strip():
            self.reject(position, f"has no {kind} name")
            return
        when = self.instant(position, invoked_at)
        if when is None:
            return
        session, key = self.text(session_id), self.text(idempotency_key)
        occurrence = 1 if key else self._occurrence(kind, clean_name, when, session)
        row = (
            self.project_id,
            kind,
            clean_name,
            when.instant,
            session,
            key,
            occurrence,
            outcome,
            duration_ms,
            followup_actions,
            followup_names,
            self._score(quality_score),
            self.text(workflow_path),
            self.text(error_type),
            alternatives_considered,
            self.integer(selection_rank, 2**31),
            when.basis,
            snapshot_at or self.snapshot_at,
            self.source_file_id,
            self.text(workflow_phase),
            when.local,
            None,
            position,
        )
        self.rows.append(row)
        self.add_totals(clean_name, NameTotals(1, outcome == "success", unfinished))

    def count_earlier(self, name: object, invoked_at: object, session_id: object) -> None:
        """Let a skill's record that was read before count for the occurrence of equal ones."""
        clean_name, session = self._quietly(name), self._quietly(session_id)
        try:
            when = parse_timestamp(invoked_at, self.zone)
        except NotATimestamp:
            return
        if clean_name is not None:
            self._seen["skill", clean_name, when.local is None, when.written, session] += 1

    @staticmethod
    def _quietly(value: object) -> str | None:
        return storable(value) if isinstance(value, str) and value else None

    def recommend(
        self,
        position: int,
        agent: object,
        recommended_at: object,
        metrics_count: object,
        items: Sequence[object],
    ) -> None:
        """Take one optimizer entry; of each item only kind, priority, message and impact."""
        name = self.text(agent)
        if name is None:
            self.reject(position, "has no agent name")
            return
        when = self.instant(position, recommended_at)
        if when is None:
            return
        kept = [
            {key: self._plain(item[key]) for key in _RECOMMENDATION_FIELDS if key in item}
            for item in items
            if isinstance(item, dict)
        ]
        if len(kept) < len(items):
            self.findings["field_unusable"] += len(items) - len(kept)
        count = self.count(metrics_count, 2**63)
        self.add_recommendation(
            Recommendation(name, when.instant, 1, when.basis, when.local, count, kept)
        )

    def add_recommendation(self, item: Recommendation) -> None:
        """Add an entry, counted through among those equal to it in this file."""
        when = Moment(item.recommended_at, item.time_basis, item.local_time)
        occurrence = self._occurrence("recommendation", item.agent, when, None)
        self.recommendations.append(replace(item, occurrence=occurrence))

    def run_workflow(
        self,
        position: int,
        *,
        workflow_id: object,
        status: object,
        repositories: object,
        created_at: object,
        updated_at: object,
    ) -> None:
        """Take one workflow; without an id, a status or a time it is rejected instead."""
        named, state = self.text(workflow_id), self.text(status)
        if named is None or state is None:
            self.reject(position, f"has no {'workflow id' if named is None else 'status'}")
            return
        begun = self.instant(position, created_at)
        if begun is None:
            return
        try:
            changed = None if updated_at is None else parse_timestamp(updated_at, self.zone)
        except NotATimestamp:
            self.findings["field_unusable"] += 1
            changed = None
        where = self.texts(repositories)
        self.workflows.append(
            WorkflowExecution(
                named,
                state,
                where,
                begun.instant,
                changed.instant if changed else None,
                begun.basis,
                begun.local,
                changed.local if changed else None,
            )
        )

    def instant(self, position: int, value: object) -> Moment | None:
        """The time of a record; None when it had none and was rejected."""
        try:
            when = parse_timestamp(value, self.zone)
        except NotATimestamp as exc:
            self.reject(position, str(exc))
            return None
        if when.basis == "local_first_pass":
            self.findings["time_repeated_hour"] += 1
        elif when.basis == "local_gap":
            self.findings["time_skipped_hour"] += 1
        if when.instant > self.now + FUTURE_LIMIT:
            self.findings["time_in_future"] += 1
        return when

    def text(self, value: object) -> str | None:
        """A text field's value; null for an empty one and for what is not a text."""
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.findings["field_unusable"] += 1
            return None
        if not value.isascii() and _LONE_SURROGATE.search(value):
            self.findings["text_repaired"] += 1
            return storable(value)
        return value

    def texts(self, value: object) -> list[str] | None:
        """A list of texts; null for what is not a list, entries that are not texts are left out."""
        if value is None:
            return None
        if not isinstance(value, list):
            self.findings["field_unusable"] += 1
            return None
        return [text for text in map(self.text, value) if text is not None]

    def count(self, value: object, limit: int) -> int | None:
        """A number of things below ``limit``; null for anything else, and for one below 0."""
        return self.integer(value, limit, least=0)

    def integer(self, value: object, limit: int, *, least: int | None = None) -> int | None:
        """A whole number below ``limit`` in size and from ``least`` on; null for anything else."""
        if value is None:
            return None
        lowest = 1 - limit if least is None else least
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value < limit:
            self.findings["field_unusable"] += 1
            return None
        return value

    def duration_ms(
        self, value: object, *, unit_ms: int = 1000, placeholder: float | None = None
    ) -> Decimal | None:
        """A duration of ``unit_ms`` milliseconds a unit; null unless measured and not negative."""
        if value is None:
            return None
        number = _finite(value)
        if number is None:
            self.findings["duration_unusable"] += 1
        elif number < 0:
            self.findings["duration_negative"] += 1
        elif placeholder is not None and value == placeholder:
            self.findings["duration_placeholder"] += 1
        elif number * unit_ms > _LONGEST_DURATION_MS:
            self.findings["duration_unusable"] += 1
        else:
            return (number * unit_ms).quantize(_THOUSANDTH, ROUND_HALF_EVEN)
        return None

    def duration_between(self, began: object, ended: object) -> Decimal | None:
        """The duration from one time to another, in ms; null if either is not a valid time."""
        if began is None or ended is None:
            return None
        try:
            first, last = (parse_timestamp(value, self.zone).instant for value in (began, ended))
        except NotATimestamp:
            self.findings["duration_unusable"] += 1
            return None
        return self.duration_ms((last - first) // _MICROSECOND / 1000, unit_ms=1)

    def verdict(self, value: object) -> bool | None:
        """True or false as writers spell them (true, 1, false, 0); None is not a usable verdict."""
        if isinstance(value, bool | int | float) and value in (0, 1):
            return bool(value)
        self.findings["verdict_unusable"] += 1
        return None

    def _score(self, value: object) -> Decimal | None:
        if value is None:
            return None
        number = _finite(value)
        if number is None or abs(number) > _LARGEST_SCORE:
            self.findings["field_unusable"] += 1
            return None
        return number.quantize(_MILLIONTH, ROUND_HALF_EVEN)

    def _plain(self, value: object) -> object:
        if isinstance(value, bool | int | float):
            return value if _finite(value) is not None else None
        return self.text(value)

    def _occurrence(self, kind: str, name: str, when: Moment, session: str | None) -> int:
        written = when.written
        self.saw((written - _EPOCH) // _MICROSECOND)
        key = (kind, name, when.local is None, written, session)
        self._seen[key] += 1
        return self._seen[key]


def storable(text: str) -> str:
    """``text`` with what is not Unicode replaced; a database takes nothing else."""
    return _LONE_SURROGATE.sub("\ufffd", text)


_RECOMMENDATION_FIELDS = ("type", "priority", "message", "expected_impact")
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00")
_MICROSECOND = timedelta(microseconds=1)


def _finite(value: object) -> Decimal | None:
    """``value`` exactly as written, when it is a number and finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else _from_int(value)
    return number if number is not None and number.is_finite() else None


def _from_int(value: int) -> Decimal | None:
    return Decimal(value) if abs(value) < 10**300 else None
