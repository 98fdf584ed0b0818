"""How long to wait after a pass that failed, and whether that time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Patience:
    """The waits after the first, second, ... failure in a row: doubled each time, up to a limit."""

    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(minutes=30)

    def after(self, failures: int) -> timedelta:
        return min(self.first * (1 << min(failures - 1, 20)), self.longest)


@dataclass(frozen=True)
class Setback:
    """Failures in a row for one due time, and when to try again, on the wall's clock and our own.

    Whichever comes first counts: our own clock stands still while the machine sleeps, and the
    wall's may be set back.
    """

    due_at: datetime
    failures: int
    again_at: datetime
    again_s: float

    def is_over(self, now: datetime, monotonic_s: float) -> bool:
        return now >= self.again_at or monotonic_s >= self.again_s
