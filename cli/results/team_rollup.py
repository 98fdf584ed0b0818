"""What ``team rollup`` did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.answers.struct import Struct

if TYPE_CHECKING:
    from datetime import date

    from aggregator.answers.fields import Amount, Count, Text


class RollupFilters(Struct):
    """What was asked."""

    url: Text
    """Where the team's store is."""
    engine: str
    """The engine that was asked for: duckdb or spark."""


class RefusedFile(Struct):
    """A member's file that was not counted."""

    member: str
    """The member that the file is named after."""
    reason: str
    """Why it was refused."""


class RollupTotals(Struct):
    """The run that is in force now."""

    run: Text
    """Its name in the store."""
    published_at: datetime
    """When it was published."""
    engine: Text
    """The engine and its version."""
    members: Count
    """Members that were counted."""
    rows: Count
    """Their rows."""
    left_out: Count
    """Rows of counters that only newer versions know."""
    cells: Count
    """Cells that were published."""
    since: date
    """First day of the weeks that rates are of."""
    until: date
    """First day that is not counted: the Monday of the open week."""
    seconds: Amount
    """How long it took."""


class TeamRollup(Struct):
    """What a team rollup counted, published and refused."""

    filters: RollupFilters
    data: list[RefusedFile]
    totals: RollupTotals
