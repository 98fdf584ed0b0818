"""What is known of a count of a warehouse, without the counters themselves."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal, get_args

from aggregator.calendar import bucket, today
from aggregator.team import limits
from aggregator.team.agreement import Agreement
from aggregator.team.membership import Membership
from schema.frozen import dataclass

Counter = Literal["success", "failure", "abandoned", "unknown", "duration", "followup_actions"]
COUNTERS: tuple[Counter, ...] = get_args(Counter)
Reason = Literal[
    "withheld",
    "not in the agreement",
    "unreadable name",
    "source unknown",
    "too many uses",
    "too many skills",
]


@dataclass(frozen=True)
class LeftOut:
    """A skill or agent with uses that are not sent."""

    kind: str
    skill_name: str
    uses: int
    reason: Reason


@dataclass(frozen=True)
class Weeks:
    """Whole weeks, by their Mondays: from ``since`` on, up to ``before``, which is not included."""

    since: date
    before: date


@dataclass(frozen=True)
class Counted:
    """What a publish would send. ``digest`` is the SHA-256 of the file, ``size_bytes`` its size.

    ``weeks_dropped`` is the number of the oldest weeks that no longer fit.
    """

    member: str
    row_count: int
    size_bytes: int
    digest: str
    left_out: tuple[LeftOut, ...]
    weeks_dropped: int


def weeks_of(entry: Membership, agreement: Agreement, now: datetime, zone: str) -> Weeks:
    """The weeks that may be sent: those that are over, since the week of joining."""
    monday = bucket("weekly", today(now, zone)).start
    earliest = max(limits.EARLIEST, monday - timedelta(weeks=agreement.weeks))
    return Weeks(max(entry.since, earliest), monday)
