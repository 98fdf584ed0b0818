"""Which days were observed, in plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from oracle import Row, local_day

DAY = timedelta(days=1)


def observed_until(
    rows: Iterable[Row], zone: ZoneInfo, now: datetime, collected: datetime
) -> date | None:
    """The last complete day observed of the rows' projects together; None without rows."""
    today = local_day(now, zone)
    until = local_day(min(now, collected), zone) - DAY
    days = sorted({local_day(row.invoked_at, zone) for row in rows})
    if not days:
        return None
    last = min(days[-1], today)
    near = [day for day in days if last - 84 * DAY < day <= last]
    pauses = sorted((later - earlier).days - 1 for earlier, later in pairwise(near))
    usual = pauses[-2] if len(pauses) > 1 else 0
    return until if (until - last).days <= max(0, usual) else last


def open_day(rows: Iterable[Row], zone: ZoneInfo, now: datetime, collected: datetime) -> date:
    """The first day that is not completely observed."""
    today = local_day(now, zone)
    until = observed_until(rows, zone, now, collected)
    return today if until is None else min(today, until + DAY)
