"""Keeping the rollups true: whole buckets are computed anew, only those that marks say are stale.

Because a bucket is always recomputed from its rows, the order of passes, late rows and repeated
refreshes cannot change a number, and a rebuild gives the same answers as any number of refreshes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.calendar import GRAINS
from schema.settings import check_timezone
from schema.statements import run_all, statement
from schema.warehouse import Connection, Warehouse, reporting_zone, transaction

FUTURE_LIMIT = timedelta(hours=24)
"""Rows further ahead than this are kept out of every answer until their time comes."""


@dataclass(frozen=True)
class Refresh:
    """How many marks were worked off, and how many rollup rows were written."""

    marks: int
    buckets: int


def refresh(
    warehouse: Warehouse, *, now: datetime, full: bool = False, timezone: str | None = None
) -> Refresh:
    """Recompute the stale buckets, or all of them when ``full``, in one transaction.

    ``timezone`` changes the zone in which days are cut, which makes every bucket stale. Raises
    UsageError for an unknown zone, WarehouseError.
    """
    if timezone is not None:
        check_timezone(timezone)
    with warehouse.writing() as con, transaction(con):
        if timezone is not None and timezone != reporting_zone(con):
            run_all(con, "aggregator/rollups/recut.sql", {"zone": timezone})
            full = True
        if full:
            run_all(con, "aggregator/rollups/mark_everything.sql", {})
        [(marks,)] = con.execute(
            "select count(*) from (select distinct * from dirty_buckets)"
        ).fetchall()
        buckets = _recompute(con, now) if marks else 0
    return Refresh(marks, buckets)


def _recompute(con: Connection, now: datetime) -> int:
    horizon = {"horizon": (now + FUTURE_LIMIT).isoformat()}
    run_all(con, "aggregator/rollups/stale.sql", {})
    insert = "\n".join(
        (
            "insert into skill_aggregates",
            statement("aggregator/rollups/placed_stale.sql"),
            statement("aggregator/rollups/measure.sql"),
        )
    )
    buckets = 0
    for grain in GRAINS:
        for overall in (False, True):
            values = {**horizon, "time_window": grain, "overall": overall}
            [(written,)] = con.execute(insert, values).fetchall()
            buckets += written
    run_all(con, "aggregator/rollups/clear_marks.sql", horizon)
    return buckets
