"""What is known of a name over a span: counts and sums, and every number derived from them once.

A span that is a stored bucket is answered from it. Any other is added up from the stored days, but
for percentiles, which are taken from the rows. While marks wait to be worked off, everything is
answered from the rows, so that no answer lags behind a collect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from aggregator.archive import uses
from aggregator.calendar import ALL_TIME, Span
from aggregator.refresh import FUTURE_LIMIT
from aggregator.statistics.proportions import wilson
from schema.errors import UsageError
from schema.projects import resolve_project
from schema.statements import run, statement
from schema.warehouse import Connection, from_micros

Kind = Literal["skill", "agent", "all"]
By = Literal["name", "project", "type"]
EVERY_PROJECT = "*"

_ROWS = ("reports/asked", "reports/placed_rows")
_TOGETHER = ("reports/scopes", "rollups/together")


@dataclass(frozen=True)
class Measures:
    """The numbers of one name in one group (all projects asked for, one project, or one type).

    Durations are milliseconds over rows that have one, whatever their outcome.
    """

    group: str
    kind: str
    skill_name: str
    total_invocations: int
    successful_completions: int
    failures: int
    abandoned: int
    unknown: int
    duration_count: int
    duration_sum_ms: Decimal
    p50_duration_ms: float | None
    p95_duration_ms: float | None
    quality_count: int
    quality_sum: Decimal
    followup_count: int
    followup_sum: int
    sessions: int
    projects: int
    first_used: datetime
    last_used: datetime

    @property
    def known(self) -> int:
        """Invocations whose outcome is known."""
        return self.successful_completions + self.failures + self.abandoned

    @property
    def success_rate(self) -> float | None:
        return self.successful_completions / self.known if self.known else None

    @property
    def success_interval(self) -> tuple[float, float] | None:
        """The Wilson 95 % interval of the success rate."""
        return wilson(self.successful_completions, self.known)

    @property
    def avg_duration_ms(self) -> float | None:
        return float(self.duration_sum_ms) / self.duration_count if self.duration_count else None

    @property
    def avg_quality_score(self) -> float | None:
        return float(self.quality_sum) / self.quality_count if self.quality_count else None

    @property
    def avg_followup_actions(self) -> float | None:
        return self.followup_sum / self.followup_count if self.followup_count else None


@dataclass(frozen=True)
class Outcomes:
    """How often a name was used in a span, how often with success, and with a known outcome."""

    total_invocations: int
    successful_completions: int
    known: int

    @property
    def success_rate(self) -> float | None:
        return self.successful_completions / self.known if self.known else None


@dataclass(frozen=True)
class ProjectLabel:
    """A project as an answer names it."""

    project_id: str
    name: str
    project_type: str | None
    is_active: bool


@dataclass(frozen=True)
class Scope:
    """Which projects an answer is about. ``is_default`` says: all active ones, as stored.

    ``is_everything``: there is no other project, so that none has to be looked for in the rows.
    """

    projects: tuple[ProjectLabel, ...]
    is_default: bool
    is_everything: bool = False

    @property
    def ids(self) -> list[str]:
        return [project.project_id for project in self.projects]


@dataclass(frozen=True)
class Question:
    """Span, projects, kind and moment of a question; the same for all reports.

    ``from_rows`` says that marks wait, so that the rollups may not be used; None: not yet looked.
    """

    span: Span
    scope: Scope
    kind: Kind
    now: datetime
    from_rows: bool | None = None

    @property
    def horizon(self) -> datetime:
        return self.now + FUTURE_LIMIT

    def over(self, span: Span) -> Question:
        """The same question about another span."""
        return replace(self, span=span)


def labels(con: Connection) -> list[ProjectLabel]:
    """Every registered project as answers name it, by name."""
    rows = con.execute(
        "select project_id, project_name, project_type, is_active from projects"
        " order by project_name, project_id"
    ).fetchall()
    return [ProjectLabel(*row) for row in rows]


def scope(con: Connection, names: Sequence[str] = (), *, include_inactive: bool = False) -> Scope:
    """The projects that ids, names or paths name; all active ones when none is named.

    Raises UnknownName, and UsageError for an unregistered project unless ``include_inactive``.
    """
    known = labels(con)
    if not names:
        chosen = tuple(p for p in known if p.is_active or include_inactive)
        return Scope(
            chosen, all(p.is_active for p in chosen), is_everything=len(chosen) == len(known)
        )
    wanted = {resolve_project(con, name) for name in names}
    found = tuple(project for project in known if project.project_id in wanted)
    for project in found:
        if not project.is_active and not include_inactive:
            raise UsageError(
                f"{project.name!r} is unregistered; its history is kept but not part of answers.",
                "Add --all-projects to include it.",
            )
    return Scope(found, is_default=False)


def measure(
    con: Connection, question: Question, *, name: str | None = None, by: By = "name"
) -> list[Measures]:
    """The measures of every name that was used, or of one, in each group. In no order."""
    rows = run(con, *_statement(con, question, name, by)).fetchall()
    return [_measures(row) for row in rows]


def measure_whole_and_each(
    con: Connection, question: Question, name: str
) -> tuple[Measures | None, list[Measures]]:
    """The measures of one name over all projects asked for, and in each; one look where stored."""
    question = looked(con, question)
    if question.from_rows or not _is_stored(question, "name"):
        whole = measure(con, question, name=name)
        return whole[0] if whole else None, measure(con, question, name=name, by="project")
    values = asked(question, name) | {
        "time_window": question.span.grain,
        "window_start": question.span.start,
        # A list of all projects would take longer to plan than their rows to read.
        "projects": None if question.scope.is_default else question.scope.ids,
    }
    text = _measures_of(("reports/stored",))
    found = [_measures(row) for row in run(con, text, values).fetchall()]
    asked_for = set(question.scope.ids)
    return (
        next((m for m in found if [m.group] == _stored_ids(question)), None),
        [m for m in found if m.group in asked_for],
    )


def _measures(row: tuple[Any, ...]) -> Measures:
    first_us, last_us = row[-2:]
    return Measures(*(*row[:-2], from_micros(first_us), from_micros(last_us)))


def _statement(
    con: Connection, question: Question, name: str | None, by: By
) -> tuple[str, dict[str, object]]:
    span = question.span
    values = asked(question, name) | {"by": by, "time_window": "rows"}
    if looked(con, question).from_rows:
        parts: tuple[str, ...] = (uses(con), *_ROWS, "rollups/measure", *_TOGETHER)
    elif _is_stored(question, by):
        parts = ("reports/stored",)
        values |= {"time_window": span.grain, "window_start": span.start}
        if by == "name":
            values["projects"] = _stored_ids(question)
    else:
        parts = (uses(con), *_ROWS, "reports/asked_days", "rollups/add_days", *_TOGETHER)
    return _measures_of(parts), values


def _measures_of(parts: Sequence[str]) -> str:
    """The statement that ``parts`` make up, as the fields of ``Measures``."""
    source = _joined(*parts)
    return "\n".join((statement("aggregator/reports/measures.sql"), f"(\n{source}\n)"))


def _joined(*parts: str) -> str:
    return "\n".join(statement(f"aggregator/{part}.sql") for part in parts)


def asked(question: Question, name: str | None) -> dict[str, object]:
    """The values of ``asked.sql``, with which every statement over rows goes on."""
    return {
        "kind": question.kind,
        "name": name,
        "since": question.span.since,
        "until": question.span.until,
        "projects": question.scope.ids,
        "everything": question.scope.is_everything,
        "horizon": question.horizon.isoformat(),
    }


def rows_of(
    con: Connection, question: Question, name: str | None, *reports: str, **more: object
) -> list[tuple[Any, ...]]:
    """What ``reports``, one statement over the rows asked for, say of the question."""
    text = _joined(uses(con), "reports/asked", *reports)
    return run(con, text, asked(question, name) | more).fetchall()


def outcomes(con: Connection, question: Question, name: str, since_now: date) -> list[Outcomes]:
    """Outcomes in the question's span before the day ``since_now``, and from it on; both bounded.

    They add up over days, so no rows are needed unless marks wait.
    """
    more: dict[str, object] = {"since_now": since_now}
    if looked(con, question).from_rows:
        rows = rows_of(con, question, name, "reports/outcomes_rows", **more)
    else:
        values = asked(question, name) | more | {"projects": _stored_ids(question)}
        text = statement("aggregator/reports/outcomes_stored.sql")
        rows = run(con, text, values).fetchall()
    counts = {is_now: Outcomes(*numbers) for is_now, *numbers in rows}
    return [counts.get(is_now, Outcomes(0, 0, 0)) for is_now in (False, True)]


def kinds(con: Connection, question: Question, name: str) -> list[str]:
    """Whether ``name`` was ever a skill, an agent or both in the projects asked for."""
    ever = looked(con, question.over(ALL_TIME))
    if ever.from_rows:
        return sorted({kind for (kind,) in rows_of(con, ever, name, "reports/kinds_rows")})
    values = asked(ever, name) | {"projects": _stored_ids(ever)}
    text = statement("aggregator/reports/kinds_stored.sql")
    return sorted({kind for (kind,) in run(con, text, values).fetchall()})


@dataclass(frozen=True)
class Noted:
    """How often a workflow path, an error or a follow-up action was noted, and with which outcome.

    Errors are those of failures. A path may be None: none given.
    """

    value: str | None
    times: int
    successes: int
    failures: int
    abandoned: int
    unknown: int


def breakdowns(con: Connection, question: Question, name: str) -> dict[str, list[Noted]]:
    """What was noted of ``name``: each 'path', 'error' and 'followup', most frequent first.

    Stored are the days and weeks of all active projects together, and everyone's longer windows.
    """
    question = looked(con, question)
    grain = question.span.grain
    stored = grain is not None and (question.scope.is_default or grain in ("monthly", "all"))
    if stored and not question.from_rows:
        values = asked(question, name) | {
            "time_window": grain,
            "window_start": question.span.start,
            "projects": _stored_ids(question),
        }
        text = statement("aggregator/reports/breakdowns_stored.sql")
        rows = run(con, text, values).fetchall()
    else:
        parts = ("reports/placed_rows", "rollups/break_down", "rollups/breakdowns")
        rows = rows_of(con, question, name, *parts, overall=True, time_window="rows")
    return _most_frequent_first(rows)


def _most_frequent_first(rows: list[tuple[Any, ...]]) -> dict[str, list[Noted]]:
    """Projects added up; ties by the text, none given last."""
    added: dict[tuple[str, str | None], list[int]] = {}
    for *_, dimension, value, times, successes, failures, abandoned, unknown in rows:
        before = added.get((dimension, value), [0] * 5)
        now = (times, successes, failures, abandoned, unknown)
        added[dimension, value] = [a + b for a, b in zip(before, now, strict=True)]
    noted: dict[str, list[Noted]] = {"path": [], "error": [], "followup": []}
    for (dimension, value), counts in added.items():
        noted[dimension].append(Noted(value, *counts))
    for group in noted.values():
        group.sort(key=lambda each: (-each.times, each.value is None, each.value or ""))
    return noted


def _stored_ids(question: Question) -> list[str]:
    return [EVERY_PROJECT] if question.scope.is_default else question.scope.ids


def _is_stored(question: Question, by: By) -> bool:
    """Whether the rollups hold just these numbers."""
    one_group = question.scope.is_default or len(question.scope.projects) == 1
    return question.span.grain is not None and (by == "project" or (by == "name" and one_group))


def looked(con: Connection, question: Question) -> Question:
    """The question that knows whether marks wait; a report looks once, for all of its statements.

    Marks wait when any bucket is stale: collected since the last refresh, or just come into its
    time.
    """
    if question.from_rows is not None:
        return question
    wait = False
    if con.execute("select 1 from dirty_buckets limit 1").fetchall():
        text = statement("aggregator/reports/marks_wait.sql")
        [(wait,)] = con.execute(text, {"horizon": question.horizon.isoformat()}).fetchall()
    return replace(question, from_rows=wait)


def distinct_projects(con: Connection, question: Question) -> int:
    """How many of the projects asked for have any row in the span."""
    span = question.span
    if looked(con, question).from_rows:
        [(count,)] = rows_of(con, question, None, "reports/projects_rows")
        return int(count)
    values = asked(question, None) | {"time_window": span.grain or "daily"}
    if span.grain is not None:
        values |= {"since": span.start, "until": span.start}
    text = statement("aggregator/reports/projects_stored.sql")
    found = run(con, text, values).fetchall()
    return len({project_id for (project_id,) in found} & set(question.scope.ids))


def last_collected(con: Connection) -> datetime | None:
    """When the last pass began that stored anything; None when there was none yet.

    The last one is that which was written last: a clock that was wrong dates a pass far ahead.
    """
    text = statement("aggregator/reports/last_collected.sql")
    [(started_us,)] = con.execute(text).fetchall()
    return None if started_us is None else from_micros(started_us)


def nearest_names(con: Connection, name: str, count: int = 3) -> list[str]:
    """Names of skills and agents that look like ``name``."""
    from difflib import get_close_matches

    rows = con.execute(
        "select distinct skill_name from skill_aggregates where time_window = 'all'"
        " union select distinct skill_name from dirty_buckets"
    ).fetchall()
    names = [row[0] for row in rows if len(row[0]) <= 200]
    return get_close_matches(name, names, n=count, cutoff=0.5)
