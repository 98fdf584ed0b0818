"""Taking snapshots, finding them again, and letting them go.

A snapshot keeps counts of the complete days before it was taken, of every name in every active
project, so that neither a later record, nor rows that go, nor a change of the zone alters it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from difflib import get_close_matches

from aggregator.calendar import EARLIER_DAYS, Span, last_days, span, today
from aggregator.measures import By, Measures, Question, ask, measure
from aggregator.observation import observation
from aggregator.presence import Name
from aggregator.spans import NOTHING, Counts, Key
from schema.connection import transaction
from schema.errors import UnknownName, UsageError
from schema.frozen import dataclass
from schema.names import did_you_mean
from schema.spelling import command
from schema.statements import run_all, statement
from schema.warehouse import Connection, from_micros, reporting_zone

NAME_LIMIT = 100
SNAPSHOT_DAYS = EARLIER_DAYS
"""A snapshot is of so many complete days: what `changes` compares recent days with."""


@dataclass(frozen=True)
class Baseline:
    """A snapshot: of which days, cut in which zone, of which projects, and how much it holds."""

    name: str
    created_at: datetime
    timezone: str
    span: Span
    projects: tuple[str, ...]
    names: int
    total_invocations: int


@dataclass(frozen=True)
class Kept:
    """What a snapshot holds of a name: its counts, days of use, and median duration in ms.

    ``days`` has a bit for each of the snapshot's days, so that days of several projects unite.
    """

    counts: Counts = NOTHING
    days: int = 0
    p50_duration_ms: float | None = None

    @property
    def days_used(self) -> int:
        """On how many of the snapshot's days it was used."""
        return self.days.bit_count()


def save(con: Connection, question: Question, name: str | None) -> Baseline:
    """Keep the last complete days of all projects asked for, under ``name`` or today's date.

    Raises UsageError for a name that is taken or none, and where there is nothing to keep.
    """
    zone = reporting_zone(con)
    day = today(question.now, zone)
    name = day.isoformat() if name is None else name
    _check_name(con, name)
    over = last_days(SNAPSHOT_DAYS, observation(con, question).open_day - timedelta(days=1))
    question = question.over(over)
    by: tuple[By, By] = ("name", "project")
    found = [each for grouping in by for each in measure(con, question, by=grouping)]
    if not found:
        raise UsageError(
            f"There is nothing to save: no uses in {over.label()}.",
            f"Collect first: {command('refresh')}",
        )
    days = {key: used for grouping in by for key, used in _days_used(con, question, grouping)}
    with transaction(con):
        con.execute(
            statement("aggregator/baselines/insert.sql"),
            {
                "name": name,
                "now": question.now.isoformat(),
                "zone": zone,
                "since": over.since,
                "until": over.until,
                "projects": question.scope.ids,
            },
        ).fetchall()
        _insert(con, name, found, days)
    return find(con, name)


def _check_name(con: Connection, name: str) -> None:
    if not name.strip() or len(name) > NAME_LIMIT:
        raise UsageError(
            f"A baseline's name has 1 to {NAME_LIMIT} characters.",
            f"For example: {command('baseline save', 'before-upgrade')}",
        )
    if con.execute(statement("aggregator/baselines/named.sql"), {"name": name}).fetchall():
        raise UsageError(
            f"There is a baseline {name!r} already; it is not overwritten.",
            f"Choose another name, or delete that one first: {command('baseline delete', 'NAME')}",
        )


def _days_used(con: Connection, question: Question, by: By) -> list[tuple[Key, str]]:
    rows = ask(
        con,
        "baselines/days_used",
        question,
        by=by,
        since=question.span.since,
        last=SNAPSHOT_DAYS - 1,
    )
    return [((group, kind, name), str(days)) for group, kind, name, days in rows]


def _insert(con: Connection, name: str, found: list[Measures], days: dict[Key, str]) -> None:
    columns: dict[str, Callable[[Measures], object]] = {
        "project_ids": lambda m: m.group,
        "kinds": lambda m: m.kind,
        "skill_names": lambda m: m.skill_name,
        "days_used": lambda m: days[m.group, m.kind, m.skill_name],
        "invocations": lambda m: m.total_invocations,
        "successes": lambda m: m.successes,
        "failures": lambda m: m.failures,
        "abandoned": lambda m: m.abandoned,
        "unknown": lambda m: m.unknown,
        "duration_counts": lambda m: m.duration_count,
        "duration_sums_ms": lambda m: str(m.duration_sum_ms),
        "p50_durations_ms": lambda m: m.p50_duration_ms,
    }
    values = {column: [value(m) for m in found] for column, value in columns.items()}
    run_all(con, "aggregator/baselines/insert_counts.sql", {**values, "baseline": name})


def baselines(con: Connection) -> list[Baseline]:
    """Every snapshot, the newest first."""
    rows = con.execute(statement("aggregator/baselines/listed.sql")).fetchall()
    return [
        Baseline(name, from_micros(created_us), zone, span(since, until), tuple(projects), *held)
        for name, created_us, zone, since, until, projects, *held in rows
    ]


def find(con: Connection, name: str | None) -> Baseline:
    """The snapshot of that name, or the newest one. UnknownName suggests the nearest."""
    known = baselines(con)
    if not known:
        raise UsageError("No baselines yet.", f"Save one: {command('baseline save')}")
    if name is None:
        return known[0]
    for each in known:
        if each.name == name:
            return each
    near = get_close_matches(name, [each.name for each in known], cutoff=0.4)
    hint = did_you_mean(near, f"List them: `{command('baseline list')}`")
    raise UnknownName(f"No baseline is named {name!r}.", hint)


def kept(con: Connection, baseline: Baseline) -> dict[Key, Kept]:
    """What a snapshot holds: of each project, and ('*') of all its projects together."""
    rows = con.execute(
        statement("aggregator/baselines/kept.sql"), {"baseline": baseline.name}
    ).fetchall()
    return {
        (group, kind, name): Kept(Counts(*counts), int(days, 2), p50)
        for group, kind, name, days, p50, *counts in rows
    }


def kept_together(con: Connection, baseline: Baseline, projects: Iterable[str]) -> dict[Name, Kept]:
    """What a snapshot holds of each kind and name in some projects together.

    Counts add up and days unite; the median of several projects is known only of all of them.
    """
    chosen = sorted(set(projects))
    values = {
        "baseline": baseline.name,
        "projects": chosen,
        "everything": set(chosen) >= set(baseline.projects),
    }
    rows = con.execute(statement("aggregator/baselines/combine_projects.sql"), values).fetchall()
    return {
        (kind, name): Kept(Counts(*counts), int(days, 2), p50)
        for kind, name, days, p50, *counts in rows
    }


def delete(con: Connection, baseline: Baseline) -> None:
    """Let a snapshot go."""
    with transaction(con):
        run_all(con, "aggregator/baselines/delete.sql", {"baseline": baseline.name})


def days_since(baseline: Baseline, day: date) -> int:
    """How many complete days there have been since a snapshot, ``day`` being still open."""
    assert baseline.span.until is not None
    return max(0, (day - baseline.span.until).days - 1)
