"""Pauses of skills in a project that is active on every day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from aggregator.presence import Name, Pause, Presence


def pauses_of(found: Mapping[Name, Presence], today: date, days: int = 0) -> dict[Name, Pause]:
    """The pauses until yesterday that are at least ``days`` long."""
    return {
        name: pause
        for name, each in found.items()
        if (pause := _pause(each, today - timedelta(days=1))).days >= days
    }


def _pause(seen: Presence, until: date) -> Pause:
    quiet = max(0, (until - seen.last_day).days)
    return Pause(quiet + 1, ((seen.days_used, (until - seen.first_day).days, quiet),))
