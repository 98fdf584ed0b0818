"""Retention: rows older than the setting become archived days, and no answer changes by it.

Off by default. Rows are deleted in the transaction that writes their archived days, so that no use
is ever missing or counted twice.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from aggregator.calendar import FUTURE_LIMIT, today
from schema.connection import transaction
from schema.errors import UsageError, WarehouseDamaged
from schema.frozen import dataclass
from schema.spelling import command
from schema.statements import run_all, statement
from schema.stored_settings import store_setting, stored_setting
from schema.warehouse import Connection, Warehouse, reporting_zone

SETTING = "retention_raw_days"
FEWEST_DAYS = 7
"""Minimum retention: records may still change for some days, archived days do not."""

MOST_DAYS = 36_500
ASTRAY_DAYS = 31
"""A nightly run takes the clock to be at most this many days after the latest use, so that a clock
that is a year ahead does not archive a year of rows."""


MANY_ROWS = 100_000
"""From this many rows on, readers would wait longer than working on a copy of the file takes."""


@dataclass(frozen=True)
class Retention:
    """``rows_since``: the first day whose rows stay. ``archived_before``: None without archive.

    ``rows_due`` counts rows that the next run will archive, ``uses_archived`` the archived ones.
    """

    raw_days: int | None
    rows_since: date | None
    rows_due: int
    uses_archived: int
    archived_before: date | None


def retention(con: Connection, *, now: datetime, raw_days: int | None = None) -> Retention:
    """What the setting, or ``raw_days`` in its place, comes to at ``now``."""
    days = raw_days if raw_days is not None else stored_raw_days(con)
    since = None if days is None else _rows_since(con, days, now)
    text = statement("aggregator/reports/retention.sql")
    [numbers] = con.execute(text, {"rows_since": since}).fetchall()
    return Retention(days, since, *numbers)


def check_raw_days(days: int) -> int:
    """``days`` when rows may be kept for so long; UsageError otherwise."""
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise UsageError(
            f"{days} is not between {FEWEST_DAYS} and {MOST_DAYS}.",
            "For example: 365",
            parameter="raw_days",
        )
    return days


def stored_raw_days(con: Connection) -> int | None:
    """For how many days rows are kept; None: forever."""
    text = stored_setting(con, SETTING)
    if text is None:
        return None
    try:
        return check_raw_days(int(text))
    except (ValueError, UsageError):
        raise WarehouseDamaged(
            "The retention setting in the warehouse is invalid.",
            f"Set it again: `{command('retention')}`.",
        ) from None


def store_raw_days(con: Connection, days: int | None) -> None:
    """Set the retention to ``days`` days, or forever. Nothing is deleted by this alone."""
    value = None if days is None else str(check_raw_days(days))
    with transaction(con):
        store_setting(con, SETTING, value)


def apply(warehouse: Warehouse, *, now: datetime, nightly: bool = False) -> int:
    """Archive the rows that are older than the setting; returns how many.

    The file is opened for writing only if there are any. ``nightly``: nobody is watching, so the
    clock is not trusted far beyond the latest use.
    """
    if not warehouse.exists():
        return 0
    with warehouse.reading() as con:
        due, _ = _due(con, now, nightly)
    if not due:
        return 0
    with warehouse.writing(long_running=due >= MANY_ROWS) as con, transaction(con):
        # Checked again: another process may have archived them in between.
        rows, since = _due(con, now, nightly)
        if rows:
            values = {"rows_since": since, "now": now.isoformat()}
            run_all(con, "aggregator/rollups/archive.sql", values)
    return rows


def _due(con: Connection, now: datetime, nightly: bool) -> tuple[int, date | None]:
    days = stored_raw_days(con)
    if days is None:
        return 0, None
    since = _rows_since(con, days, now)
    if nightly:
        horizon = {"horizon": (now + FUTURE_LIMIT).isoformat()}
        [(latest,)] = con.execute(
            statement("aggregator/rollups/latest_day.sql"),
            horizon,
        ).fetchall()
        if latest is None:
            return 0, None
        since = min(since, latest + timedelta(days=min(ASTRAY_DAYS, days) - days))
    [(rows,)] = con.execute(
        statement("aggregator/rollups/rows_before.sql"), {"since": since}
    ).fetchall()
    return int(rows), since


def _rows_since(con: Connection, days: int, now: datetime) -> date:
    """The first day whose rows are kept: that many days before today, in the reporting zone."""
    return today(now, reporting_zone(con)) - timedelta(days=days)
