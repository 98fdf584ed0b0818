"""What a refresh keeps, read from the warehouse, and held to the oracle's rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from aggregator.calendar import ALL_TIME, span
from aggregator.measures import Question, scope
from aggregator.parameters import Kind
from aggregator.project_days import distinct_projects, totals_in
from oracle import (
    Measures,
    Outcome,
    Row,
    breakdowns,
    days_of_sessions,
    in_range,
    local_day,
    rollup,
    session_days,
)
from schema.warehouse import Warehouse, from_micros

Bucket = tuple[str, str, str, str, str]
ROLLUPS = """
select
    skill_aggregates.* replace (
        epoch_us(first_used) as first_used,
        epoch_us(last_used) as last_used,
        coalesce(project_name, skill_aggregates.project_id) as project_id
    )
from skill_aggregates left join projects on projects.project_id = skill_aggregates.project_id
order by all
"""
BREAKDOWNS = """
select
    time_window, window_start, coalesce(project_name, noted.project_id), kind, skill_name,
    dimension, value, times, successes, failures, abandoned, unknown
from skill_breakdowns as noted left join projects on projects.project_id = noted.project_id
order by all
"""
SESSION_DAYS = """
select project_name, kind, skill_name, session_id, day
from session_days inner join projects using (project_id)
"""
PROJECT_DAYS = """
select project_name, kind, day, uses, sessions
from project_days inner join projects using (project_id)
"""
RECURRING_SESSIONS = """
select project_name, session_id, kind, day
from recurring_sessions inner join projects using (project_id)
"""
KEPT = (ROLLUPS, BREAKDOWNS, SESSION_DAYS, PROJECT_DAYS, RECURRING_SESSIONS)
OUTCOMES: tuple[Outcome, ...] = ("success", "failure", "abandoned", "unknown")


def tables(warehouse: Warehouse) -> list[list[tuple[Any, ...]]]:
    """All that a refresh keeps, but for marks."""
    with warehouse.reading() as con:
        found = [con.execute(text).fetchall() for text in KEPT]
    return [sorted(rows, key=str) for rows in found]


def buckets(warehouse: Warehouse) -> dict[Bucket, tuple[Any, ...]]:
    """All rollups: (window, first day, project's name or '*', kind, name) to what is measured."""
    with warehouse.reading() as con:
        rows = con.execute(ROLLUPS).fetchall()
    found = {(row[0], str(row[1]), *map(str, row[2:5])): row[5:] for row in rows}
    assert len(found) == len(rows)
    return found


def assert_right(warehouse: Warehouse, rows: list[Row], zone: str) -> None:
    """Every bucket is there, none too many, with the oracle's counts, sums and ends."""
    wanted: dict[Bucket, Measures] = {
        (grain, str(start), project, kind, name): measures
        for (grain, start, project, kind, name), measures in rollup(rows, ZoneInfo(zone)).items()
    }
    found = buckets(warehouse)
    assert found.keys() == wanted.keys()
    for key, (uses, good, bad, left, unknown, *_, sessions, projects, first, last) in found.items():
        m = wanted[key]
        assert (uses, good, bad, left, unknown) == (
            m.total_invocations,
            m.successes,
            m.failures,
            m.abandoned,
            m.unknown,
        )
        assert (sessions, projects) == (m.sessions, m.projects)
        assert (from_micros(first), from_micros(last)) == (m.first_used, m.last_used)
    _, noted, days, project_days, recurring = tables(warehouse)
    counts = breakdowns(rows, ZoneInfo(zone))
    assert {row[:7] for row in noted} == {key[:7] for key in counts}
    assert len({row[:7] for row in noted}) == len(noted)
    for *group, times, good, bad, left, unknown in noted:
        wanted_counts = [counts[(*group, outcome)] for outcome in OUTCOMES]
        assert [good, bad, left, unknown] == wanted_counts
        assert times == sum(wanted_counts)
    assert len(days) == len(set(days))
    assert set(days) == session_days(rows, ZoneInfo(zone))
    whole = days_of_sessions(rows, ZoneInfo(zone))
    sessions = Counter((project, *day) for (project, _), theirs in whole.items() for day in theirs)
    uses = Counter((r.project, r.kind, local_day(r.invoked_at, ZoneInfo(zone))) for r in rows)
    assert sorted(project_days) == sorted((*key, uses[key], sessions[key]) for key in uses)
    assert sorted(recurring) == sorted(
        (*session, *day) for session, theirs in whole.items() if len(theirs) > 1 for day in theirs
    )


def assert_totals_are_right(
    warehouse: Warehouse, rows: list[Row], zone: str, now: datetime
) -> None:
    """Of every span between two days, of skills and of agents: as many as a set has members."""
    days = sorted({local_day(row.invoked_at, ZoneInfo(zone)) for row in rows})
    spans = [ALL_TIME, *(span(since, until) for since in days for until in days if since <= until)]
    with warehouse.reading() as con:
        for kind in get_args(Kind):
            question = Question(ALL_TIME, scope(con), kind, now)
            assert totals_in(con, question, spans) == [
                (
                    len({row.project for row in used}),
                    len({(row.project, row.session_id) for row in used if row.session_id}),
                )
                for over in spans
                for used in [
                    [
                        row
                        for row in in_range(rows, over.since, over.until, ZoneInfo(zone))
                        if kind in ("all", row.kind)
                    ]
                ]
            ]
            for over in spans:
                asked = question.over(over)
                assert distinct_projects(con, asked) == totals_in(con, asked, [over])[0].projects


def assert_sums_agree(warehouse: Warehouse) -> None:
    """Days add up to weeks, months and all time, per project and overall."""
    totals: defaultdict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
    added = (0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12)
    for (window, _, *group), numbers in buckets(warehouse).items():
        for i in added:
            totals[window, *group][i] += numbers[i]
    for (_, *group), sums in list(totals.items()):
        for grain in ("daily", "weekly", "monthly", "all"):
            assert totals[grain, *group] == sums
