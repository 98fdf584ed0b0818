"""Rollups stay true whatever comes, in whatever order: late, ahead, unregistered, rezoned."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import aggregator.rebuild_parts
import aggregator.refresh
from aggregator.calendar import ALL_TIME, bucket
from aggregator.measures import Measures as Found
from aggregator.measures import Question, scope
from aggregator.measures import measure as ask
from aggregator.rebuild_parts import parts_by_month, parts_by_project
from aggregator.refresh import Refresh, refresh
from aggregator.relations.create import create
from aggregator.reports.effectiveness import effectiveness
from collector.projects.registering import register
from collector.projects.registry import find_project, purge, unregister
from conftest import NOW, THOROUGH, Fleet, execution, invocation, write_executions, write_skills
from expected import as_oracle, same
from kept_rollups import (
    assert_right,
    assert_sums_agree,
    assert_totals_are_right,
    buckets,
    tables,
)
from older import write_older
from oracle import (
    measure,
    read_project,
)
from schema.errors import WarehouseMissing
from schema.warehouse import Warehouse
from stored import stored_rows
from worlds import ZONES

# ---------------------------------------------------------------- any order of passes

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 20)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
SKILLS = st.builds(
    lambda at, name, session, completed, error, seconds, path, actions: invocation(
        name,
        at.isoformat(),
        session_id=session,
        completed=completed,
        error_type=error,
        duration_seconds=seconds,
        workflow_path=path,
        follow_up_actions=actions,
    ),
    MOMENTS,
    st.sampled_from(["a", "b"]),
    st.sampled_from([None, "s-1", "s-2"]),
    st.booleans(),
    st.sampled_from([None, "ToolError"]),
    st.sampled_from([None, -1.0, 0.5, 60]),
    st.sampled_from([None, "quick"]),
    st.sampled_from([[], ["rerun"], ["rerun", "git commit", "rerun"]]),
)
EXECUTIONS = st.builds(
    lambda at, success, score: execution(
        at.isoformat() + "Z", success=success, quality_score=score
    ),
    MOMENTS,
    st.sampled_from([True, False, None]),
    st.sampled_from([None, 0.5, 0.75]),
)
WRITES = st.tuples(
    st.sampled_from(["one", "two"]),
    st.lists(SKILLS, min_size=1, max_size=6),
    st.lists(EXECUTIONS, max_size=4),
)
STEPS = st.lists(
    WRITES | st.sampled_from(["collect", "collect one", "aggregate", "aggregate --full"]),
    min_size=2,
    max_size=8,
)


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kathmandu"])
@given(steps=STEPS)
@settings(
    max_examples=2 * THOROUGH,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_days_add_up_after_any_order_of_passes(
    zone: str, steps: list[str | tuple[str, list[dict[str, object]], list[dict[str, object]]]]
) -> None:
    """Sum of days = weeks = months = all time, per project and overall; each is the oracle's."""
    with tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(Path(folder), Warehouse(Path(folder) / "w.duckdb", zone))
        roots = dict(zip(("one", "two"), fleet.projects("one", "two", timezone=zone), strict=True))
        skills: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
        lines: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
        for step in (*steps, "collect", "aggregate"):
            if isinstance(step, tuple):
                name, new_skills, new_lines = step
                skills[name] += new_skills
                lines[name] += new_lines
                write_skills(roots[name], {"invocations": skills[name], "last_updated": ""})
                write_executions(roots[name], "reviewer", lines[name])
            elif step.startswith("collect"):
                fleet.collect(*step.split()[1:])
            else:
                refresh(fleet.warehouse, now=NOW, full=step.endswith("--full"))
                assert_sums_agree(fleet.warehouse)

        rows = [
            row for name, root in roots.items() for row in read_project(root, name, ZoneInfo(zone))
        ]
        assert_sums_agree(fleet.warehouse)
        assert_right(fleet.warehouse, rows, zone)
        assert_totals_are_right(fleet.warehouse, rows, zone, NOW)
        refreshed = tables(fleet.warehouse)
        refresh(fleet.warehouse, now=NOW, full=True)
        assert tables(fleet.warehouse) == refreshed


# ---------------------------------------------------------------- late rows


def test_a_late_row_touches_its_four_buckets_in_two_scopes_and_no_other(fleet: Fleet) -> None:
    """A row 40 days late: its day, week, month and all time, in its project and overall."""
    records = [invocation(n, f"2026-{m:02}-1{d}T10:00:00") for n in "ab" for m in (9, 10, 11)
               for d in range(4)]  # fmt: skip
    for name in ("one", "two"):
        write_skills(fleet.project(name), {"invocations": records, "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    before = buckets(fleet.warehouse)

    late = invocation("a", "2026-10-11T12:00:00", session_id="late")
    root = fleet.root / "one"
    write_skills(root, {"invocations": [*records, late], "last_updated": ""})
    fleet.collect()
    done = refresh(fleet.warehouse, now=NOW)
    after = buckets(fleet.warehouse)

    touched = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    windows = {
        ("daily", "2026-10-11"),
        ("weekly", "2026-10-05"),
        ("monthly", "2026-10-01"),
        ("all", "1970-01-01"),
    }
    assert touched == {(*w, project, "skill", "a") for w in windows for project in ("one", "*")}
    assert done == Refresh(marks=1, buckets=8)
    assert_sums_agree(fleet.warehouse)


def test_a_refresh_with_nothing_new_does_nothing(fleet: Fleet) -> None:
    """No mark, no bucket, the same table."""
    write_skills(fleet.project(), {"invocations": [invocation()]})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    before = buckets(fleet.warehouse)

    fleet.collect()
    done = refresh(fleet.warehouse, now=NOW)

    assert done == Refresh(0, 0)
    assert buckets(fleet.warehouse) == before


@pytest.mark.parametrize("full", [False, True])
def test_a_warehouse_that_is_gone_is_an_error_and_not_made_again(
    fleet: Fleet, *, full: bool
) -> None:
    """Also where it went after it was collected into: an empty one would look like lost data."""
    write_skills(fleet.project(), {"invocations": [invocation()]})
    fleet.collect()
    fleet.warehouse.path.unlink()
    with pytest.raises(WarehouseMissing):
        refresh(fleet.warehouse, now=NOW, full=full)
    assert not fleet.warehouse.path.exists()


def test_a_record_that_completes_later_is_recounted_and_not_counted_twice(fleet: Fleet) -> None:
    """Running in the first snapshot, done in the second: one use, one success."""
    root = fleet.project()
    running = invocation(completed=False, duration_seconds=None)
    write_skills(root, {"invocations": [running], "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)

    write_skills(root, {"invocations": [invocation()], "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)

    assert {numbers[:5] for numbers in buckets(fleet.warehouse).values()} == {(1, 1, 0, 0, 0)}


# ---------------------------------------------------------------- what can not be added


def all_time(fleet: Fleet, *projects: str, now: datetime = NOW) -> dict[str, Found]:
    with fleet.warehouse.reading() as con:
        found = ask(con, Question(ALL_TIME, scope(con, projects), "all", now))
    return {m.skill_name: m for m in found}


def test_sessions_and_projects_are_distinct_over_days_and_projects(fleet: Fleet) -> None:
    """A session over midnight is one; one id in two projects is two; a row without one is none."""
    nights = [invocation("a", f"2026-08-0{d}T23:30:00", session_id="s-1") for d in (3, 4)]
    nobody = invocation("a", "2026-08-03T12:00:00", session_id=None)
    for name, records in (("one", [*nights, nobody]), ("two", nights[:1]), ("three", [nobody])):
        write_skills(fleet.project(name), {"invocations": records, "last_updated": ""})
    fleet.collect()

    from_rows = all_time(fleet)["a"]
    refresh(fleet.warehouse, now=NOW)
    from_rollups = all_time(fleet)["a"]

    assert (from_rows.sessions, from_rows.projects, from_rows.total_invocations) == (2, 3, 5)
    assert from_rollups == from_rows
    overall = {k[1]: v[-4:-2] for k, v in buckets(fleet.warehouse).items() if k[2] == "*"}
    assert overall["2026-08-01"] == (2, 3)
    assert overall["2026-08-04"] == (1, 1)


def test_a_session_is_counted_once_however_its_days_come_and_go(fleet: Fleet) -> None:
    """A second day arrives late, a third moves to another day: no window counts it twice."""
    root = fleet.project()

    def seen(*days: str) -> None:
        lines = [
            execution(f"2026-{day}T23:30:00Z", session_id="s-1", idempotency_key=f"k-{number}")
            for number, day in enumerate(days)
        ]
        records = [invocation("a", f"2026-{day}T23:30:00") for day in days]
        write_executions(root, "reviewer", lines)
        write_skills(root, {"invocations": records, "last_updated": ""})
        fleet.collect()
        refresh(fleet.warehouse, now=NOW)
        assert_right(fleet.warehouse, stored_rows(fleet.warehouse), "UTC")

    seen("08-03")
    assert tables(fleet.warehouse)[2] == []
    seen("08-03", "08-04")
    seen("08-03", "08-04", "09-30")
    seen("08-03", "08-04", "10-01")
    days = tables(fleet.warehouse)[2]
    refresh(fleet.warehouse, now=NOW, full=True)

    assert days == tables(fleet.warehouse)[2] != []


def test_so_many_marks_that_all_is_computed_anew_change_no_number(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first refresh computes everything; what it leaves is what marks one by one would."""
    records = [invocation("a", f"2026-08-{day:02}T10:00:00") for day in range(1, 20)]
    root = fleet.project()
    write_skills(root, {"invocations": records, "last_updated": ""})
    fleet.collect()
    monkeypatch.setattr(aggregator.refresh, "MANY_MARKS", 2)

    done = refresh(fleet.warehouse, now=NOW)

    assert done == Refresh(marks=19, buckets=2 * (19 + 4 + 1 + 1))
    assert_right(fleet.warehouse, read_project(root, "app", ZoneInfo("UTC")), "UTC")
    assert refresh(fleet.warehouse, now=NOW) == Refresh(0, 0)


def test_a_rebuild_in_many_parts_changes_no_number(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Months of several projects, with sessions over the ends of months, in parts of a few rows."""
    for name in ("one", "two", "three"):
        lines = [
            execution(f"2026-{month:02}-{day:02}T23:30:00Z", session_id=f"{name}-{month // 2}")
            for month in range(3, 9)
            for day in (1, 15, 28)
        ]
        write_executions(fleet.project(name), "reviewer", lines)
    fleet.collect()
    refresh(fleet.warehouse, now=NOW, full=True)
    whole = tables(fleet.warehouse)
    monkeypatch.setattr(aggregator.rebuild_parts, "PART_ROWS", 10)

    refresh(fleet.warehouse, now=NOW, full=True)

    with fleet.warehouse.reading() as con:
        create(con, "invocations")
        assert len(parts_by_month(con)) == 3
        assert len(parts_by_project(con)) == 3
    assert whole[2]
    assert tables(fleet.warehouse) == whole
    assert_right(fleet.warehouse, stored_rows(fleet.warehouse), "UTC")


# ---------------------------------------------------------------- leaving and coming back


def test_a_purged_project_leaves_nothing_behind(fleet: Fleet) -> None:
    """Its rollups, its breakdowns and its sessions go, and all others are as if it had not been."""
    records = [
        invocation("a", f"2026-08-0{d}T23:30:00", workflow_path="quick", follow_up_actions=["push"])
        for d in (3, 4)
    ]
    for name in ("one", "two"):
        write_skills(fleet.project(name), {"invocations": records, "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)

    with fleet.warehouse.writing() as con:
        purge(con, find_project(con, "two"))
    refresh(fleet.warehouse, now=NOW)

    left = read_project(fleet.root / "one", "one", ZoneInfo("UTC"))
    assert_right(fleet.warehouse, left, "UTC")
    assert len(fleet.query("select * from session_days")) == 2


def test_an_unregistered_project_leaves_the_overall_numbers_and_comes_back(fleet: Fleet) -> None:
    """At once, from the rows, and after the refresh; its own rollups are kept meanwhile."""
    for name, uses in (("one", 3), ("two", 2)):
        records = [invocation("a", f"2026-08-03T09:0{i}:00") for i in range(uses)]
        write_skills(fleet.project(name), {"invocations": records, "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    whole = buckets(fleet.warehouse)

    def used() -> tuple[int, int]:
        before = all_time(fleet)["a"].total_invocations
        refresh(fleet.warehouse, now=NOW)
        return before, all_time(fleet)["a"].total_invocations

    with fleet.warehouse.writing() as con:
        unregister(con, find_project(con, "two"))
    without = used()
    assert {row[2] for row in tables(fleet.warehouse)[1]} == {"one", "two", "*"}
    left = buckets(fleet.warehouse)
    with fleet.warehouse.writing() as con:
        register(con, fleet.root / "two", now=NOW, default_timezone="UTC")
    back = used()

    assert without == (3, 3)
    assert back == (5, 5)
    assert buckets(fleet.warehouse) == whole
    assert {k: v for k, v in left.items() if k[2] != "*"} == {
        k: v for k, v in whole.items() if k[2] != "*"
    }


# ---------------------------------------------------------------- rows ahead of their time


@pytest.mark.parametrize("days_ahead", [2, 40])
def test_a_row_far_ahead_stays_out_until_its_time_comes(fleet: Fleet, days_ahead: int) -> None:
    """More than 24 hours ahead is no part of any answer; later it is, with or without a refresh."""
    ahead = (NOW + timedelta(days=days_ahead)).isoformat()
    records = [invocation("a"), invocation("a", ahead), invocation("b", ahead)]
    root = fleet.project()
    write_skills(root, {"invocations": records, "last_updated": ""})
    fleet.collect()
    rows = read_project(root, "app", ZoneInfo("UTC"))
    now_rows = [row for row in rows if row.invoked_at <= NOW]

    from_rows = all_time(fleet)
    refresh(fleet.warehouse, now=NOW)
    from_rollups = all_time(fleet)

    assert from_rows == from_rollups
    assert list(from_rows) == ["a"]
    assert same(as_oracle(from_rows["a"]), measure(now_rows))
    assert_right(fleet.warehouse, now_rows, "UTC")

    later = NOW + timedelta(days=days_ahead - 1)
    asked_first = all_time(fleet, now=later)
    refresh(fleet.warehouse, now=later)

    assert asked_first == all_time(fleet, now=later)
    assert sorted(asked_first) == ["a", "b"]
    assert_right(fleet.warehouse, rows, "UTC")


def test_24_hours_ahead_is_the_limit(fleet: Fleet) -> None:
    """Clocks differ a little: what is at most a day ahead counts, a microsecond more does not."""
    at = NOW + timedelta(hours=24)
    just = invocation("just", at.isoformat())
    beyond = invocation("beyond", (at + timedelta(microseconds=1)).isoformat())
    write_skills(fleet.project(), {"invocations": [just, beyond], "last_updated": ""})
    fleet.collect()

    before = set(all_time(fleet))
    refresh(fleet.warehouse, now=NOW)

    assert before == set(all_time(fleet)) == {"just"}


# ---------------------------------------------------------------- another reporting zone


@pytest.mark.parametrize(
    "zone", ZONES if THOROUGH > 1 else ("America/Los_Angeles", "Asia/Kathmandu")
)
def test_changing_the_reporting_zone_equals_a_fresh_warehouse_in_it(
    fleet: Fleet, tmp_path: Path, zone: str
) -> None:
    """``aggregate --timezone`` leaves what collecting anew in that zone would."""
    start = datetime(2026, 10, 30, 0, 30, tzinfo=UTC)
    moments = [start + timedelta(hours=5 * n) for n in range(60)]
    root = fleet.project()
    write_executions(root, "reviewer", [execution(moment.isoformat()) for moment in moments])
    other = "Asia/Tokyo" if zone == "UTC" else "UTC"
    changed = Warehouse(tmp_path / "changed.duckdb", other)
    fresh = Warehouse(tmp_path / "fresh.duckdb", zone)
    for warehouse in (changed, fresh):
        again = Fleet(fleet.root, warehouse)
        again.register(root)
        again.collect()
        refresh(warehouse, now=NOW)
    before = buckets(changed)

    refresh(changed, now=NOW, timezone=zone)

    days = "select day, week, month, epoch_us(invoked_at) from skill_usage order by all"
    assert buckets(changed) == buckets(fresh) != before
    with changed.reading() as one, fresh.reading() as two:
        assert one.execute(days).fetchall() == two.execute(days).fetchall()
    write_executions(root, "late", [execution("2026-11-05T20:00:00Z")])
    for warehouse in (changed, fresh):
        Fleet(fleet.root, warehouse).collect()
        refresh(warehouse, now=NOW)
    assert buckets(changed) == buckets(fresh)


# ---------------------------------------------------------------- a file of an older version


def test_a_warehouse_of_the_first_schema_answers_at_once_and_is_refreshed_as_a_whole(
    fleet: Fleet,
) -> None:
    """Up to the refresh its answers come from the rows, after it from all rollups; they agree."""
    records = [
        invocation(name, f"2026-08-{day:02}T23:30:00", session_id=f"s-{day // 2}",
                   workflow_path="quick", completed=day % 3 > 0, error_type="ToolError")
        for name in "ab" for day in range(1, 29)
    ]  # fmt: skip
    root = fleet.project()
    write_skills(root, {"invocations": records, "last_updated": ""})
    fleet.collect()
    refresh(fleet.warehouse, now=NOW)
    wanted = tables(fleet.warehouse)
    older = fleet.warehouse.path.with_name("older.duckdb")
    write_older(fleet.warehouse, 1, older)
    older.replace(fleet.warehouse.path)

    def answers() -> list[object]:
        with fleet.warehouse.reading() as con:
            every = scope(con)
            spans = (ALL_TIME, bucket("weekly", NOW.date() - timedelta(days=100)))
            return [
                effectiveness(con, Question(each, every, "all", NOW), name)
                for each in spans for name in "ab"
            ]  # fmt: skip

    at_once = answers()
    marks = fleet.query("select count(*) from dirty_buckets")
    done = refresh(fleet.warehouse, now=NOW)

    assert marks == [(56,)]
    assert done.marks == 56
    assert at_once == answers()
    assert tables(fleet.warehouse) == wanted
