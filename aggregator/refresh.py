"""Refreshes the rollups: recomputes whole buckets, and only those that are marked as stale.

A bucket is always recomputed from its rows. So the order of runs, late rows and repeated refreshes
cannot change a number, and a rebuild gives the same answers as any number of refreshes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aggregator import retention
from aggregator.archive import expect_nothing_archived
from aggregator.calendar import EARLIER_DAYS, FUTURE_LIMIT, GRAINS, RECENT_DAYS, today
from aggregator.findings.rules import rules
from aggregator.parameters import Grain
from aggregator.rebuild_parts import Part, parts_by_month, parts_by_project
from aggregator.relations.create import create
from schema import copy_and_swap, zones
from schema.connection import transaction
from schema.frozen import dataclass
from schema.interpretation import reread_if_zones_changed
from schema.loading import FEW_ROWS, join_no_row_groups
from schema.statements import has_rows, row_count, run, run_all, statement, steps
from schema.stored_settings import stored_setting
from schema.warehouse import Connection, Warehouse, stored_zone

MANY_MARKS = 100_000
WORTH_A_REBUILD = 0.25
"""From this many marks, and this share of all days, a rebuild is cheaper than a refresh."""

_SUMMED_BREAKDOWNS: tuple[tuple[Grain, bool, Grain, bool], ...] = (
    ("weekly", True, "daily", True),
    ("monthly", True, "monthly", False),
    ("all", False, "monthly", False),
    ("all", True, "monthly", True),
)
"""Which breakdowns (grain, all projects) are the sum of which others, in order of computation."""


@dataclass(frozen=True)
class Refresh:
    """How many days of skills and agents were recomputed, and how many buckets that made stale.

    ``has_retention``: whether rows are to be archived one day, so that it is worth asking which.
    """

    marks: int
    buckets: int
    has_retention: bool = False


def refresh(
    warehouse: Warehouse,
    *,
    now: datetime,
    full: bool = False,
    timezone: str | None = None,
    compared_days: tuple[int, int] = (RECENT_DAYS, EARLIER_DAYS),
) -> Refresh:
    """Recompute the stale buckets, or all of them when ``full``, in one transaction.

    With them the verdicts on the recent days against the days before them: ``compared_days``.

    ``timezone`` changes the reporting zone, which makes every bucket stale. Raises UsageError
    for an unknown zone and if days are archived, and WarehouseError: WarehouseMissing where there
    is no file, which only collecting makes.
    """
    warehouse.expect()
    if timezone is not None:
        zones.check_zone(timezone)
    horizon = {"horizon": (now + FUTURE_LIMIT).isoformat()}
    everything = full or timezone is not None
    is_large = copy_and_swap.is_worth_it(warehouse.path)
    long_running = everything or (is_large and _has_dirty_buckets(warehouse))
    with warehouse.writing(long_running=long_running) as con, transaction(con):
        if _rows(con) > FEW_ROWS:
            join_no_row_groups(con)  # a run does, see collector.merge.COMPACT_EVERY
        for relation in ("invocations", "added_measures"):
            create(con, relation)
        if timezone is not None and timezone != stored_zone(con):
            expect_nothing_archived(con)
            zones.prepare(con, [timezone], many=True)
            run_all(con, "aggregator/rollups/recut.sql", {"zone": timezone})
            full = True
        reread_if_zones_changed(con)
        done = _rebuild(con, horizon) if full else _refresh_stale(con, horizon)
        changed = full or bool(done.marks)
        if changed or not _are_current(con, now):
            # Imported here: mostly a refresh finds nothing new, and should not pay for more.
            from aggregator.findings.find import store_verdicts

            store_verdicts(con, now, *compared_days, changed=changed)
        run_all(con, "aggregator/rollups/refreshed.sql", {"now": now.isoformat()})
        return replace(done, has_retention=stored_setting(con, retention.SETTING) is not None)


def archive(warehouse: Warehouse, done: Refresh, *, now: datetime) -> int:
    """Archive what retention says after a refresh; returns how many rows.

    The file is not even opened where all rows stay. Raises as ``retention.apply``.
    """
    return retention.apply(warehouse, now=now, nightly=True) if done.has_retention else 0


def _are_current(con: Connection, now: datetime) -> bool:
    """Whether verdicts were stored on this day, and by this version's rules.

    On another day, there may be a day more to compare.
    """
    found = con.execute(statement("aggregator/findings/basis.sql")).fetchall()
    return [(rules() in basis, found_on) for basis, _, _, found_on in found] == [
        (True, today(now, stored_zone(con)))
    ]


def _rows(con: Connection) -> int:
    return row_count(con, "skill_usage")


def _has_dirty_buckets(warehouse: Warehouse) -> bool:
    """Whether there is anything to compute; all-time buckets alone would read all rows."""
    with warehouse.reading() as con:
        return has_rows(con, "dirty_buckets")


def _rebuild(con: Connection, horizon: dict[str, str]) -> Refresh:
    """Recompute every bucket, marked or not."""
    for text in ("empty", "all_buckets"):
        run_all(con, f"aggregator/rollups/{text}.sql", {})
    days, *written = _measure(con, horizon, full=True)
    _break_down(con, horizon, full=True)
    run_all(con, "aggregator/rollups/clear_marks.sql", horizon)
    return Refresh(days, days + sum(written))


def _refresh_stale(con: Connection, horizon: dict[str, str]) -> Refresh:
    """Recompute the stale buckets from their rows."""
    [(marks,)] = con.execute(statement("aggregator/rollups/marks.sql")).fetchall()
    if not marks:
        return Refresh(0, 0)
    if marks >= MANY_MARKS and marks > _stored_days(con) * WORTH_A_REBUILD:
        return Refresh(marks, _rebuild(con, horizon).buckets)
    for text in ("stale", "stale_buckets"):
        run_all(con, f"aggregator/rollups/{text}.sql", {})
    written = _measure(con, horizon, full=False)
    _break_down(con, horizon, full=False)
    run_all(con, "aggregator/rollups/clear_marks.sql", horizon)
    return Refresh(marks, sum(written))


def _stored_days(con: Connection) -> int:
    """How many buckets there are of a project's days."""
    text = statement("aggregator/rollups/stored_days.sql")
    [(days,)] = con.execute(text).fetchall()
    return int(days)


def _measure(con: Connection, horizon: dict[str, str], *, full: bool) -> list[int]:
    """Compute grain after grain: each project, then all projects together.

    Returns how many buckets were written by each statement, those of the projects' days first.
    """
    if full:
        _fill_project_days(con, horizon)
        texts = ["all_sessions"]
    elif _has_project_days(con):
        texts = ["changed_sessions", "changed_project_days"]
    else:
        _fill_project_days(con, horizon)
        texts = ["changed_sessions"]
    [(first_day,)] = con.execute(statement("aggregator/rollups/first_dirty_day.sql")).fetchall()
    for text in (*texts, "insert_session_days"):
        run_all(con, f"aggregator/rollups/{text}.sql", {**horizon, "first_day": first_day})
    days = 0
    whole: Part = {"until": None}
    for part in parts_by_month(con) if full else [whole]:
        days += _insert(con, "days", "daily", {**horizon, **part}, full=full)
    written = [days, _insert(con, "all_projects", "daily", horizon, full=full, overall=True)]
    for grain in GRAINS[1:]:
        each = "all_time" if grain == "all" else "longer_buckets"
        for file, overall in ((each, False), ("all_projects", True)):
            written.append(_insert(con, file, grain, horizon, full=full, overall=overall))
    return written


def _fill_project_days(con: Connection, horizon: dict[str, str]) -> None:
    """Count all days of every project; none may be there yet."""
    for part in parts_by_project(con):
        run_all(con, "aggregator/rollups/all_project_days.sql", {**horizon, **part})


def _has_project_days(con: Connection) -> bool:
    """Whether a refresh has filled them; none has in a file that was just upgraded."""
    return has_rows(con, "project_days")


def _break_down(con: Connection, horizon: dict[str, str], *, full: bool) -> None:
    """Count the breakdowns: a project's months and all projects' days from rows, the rest added."""
    _insert(con, "breakdowns", "monthly", horizon, full=full)
    _insert(con, "breakdowns", "daily", horizon, full=full, overall=True)
    for grain, overall, part_grain, part_overall in _SUMMED_BREAKDOWNS:
        values = {
            "time_window": grain,
            "overall": overall,
            "part_window": part_grain,
            "part_overall": part_overall,
            "everything": full,
        }
        run_all(con, "aggregator/rollups/add_breakdowns.sql", values)


def _insert(
    con: Connection,
    file: str,
    grain: Grain,
    horizon: Mapping[str, object],
    *,
    full: bool,
    overall: bool = False,
) -> int:
    """Fill one grain's buckets, all of them or the stale ones; returns how many rows were added.

    ``horizon`` may also have the days of a part, see ``aggregator.rebuild_parts``.
    """
    since = horizon.get("first_day")
    if not full:
        [(since,)] = con.execute(
            statement("aggregator/rollups/first_stale_bucket.sql"),
            {"grain": grain},
        ).fetchall()
    values = {
        **horizon,
        "time_window": grain,
        "overall": overall,
        "since": since,
        "everything": full,
    }
    if file == "breakdowns" and not full:
        run_all(con, "aggregator/rollups/stale_rows.sql", values)
    [step] = steps(f"aggregator/rollups/{file}.sql")
    [(written,)] = run(con, step, values).fetchall()
    return int(written)
