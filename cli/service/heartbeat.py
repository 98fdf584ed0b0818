"""When the scheduler is to look again: soon, and at the very moment at which a run is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger


class Heartbeat(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Fires a beat from now, or at the next due time when that is earlier.

    Reckoned from the present and never from the last time it fired, so that neither a night that
    was slept through nor a clock that was changed makes many beats of it, or none.
    """

    def __init__(self, beat: timedelta, due: Callable[[datetime], datetime | None]) -> None:
        self._beat = beat
        self._due = due

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        beat = now + self._beat
        due = self._due(now)
        return beat if due is None else min(beat, due)
