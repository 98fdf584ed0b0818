"""Days with unusual usage, success rate or duration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from aggregator.answers.fields import (
    Amount,
    Count,
    Evidence,
    Kind,
    Limit,
    Positive,
    ProjectId,
    ProjectName,
    PValue,
    Rate,
    SkillName,
)
from aggregator.answers.shared import SpanFilters


@dataclass(frozen=True, kw_only=True)
class Filters(SpanFilters):
    """What was asked."""

    name: str | None
    """The only name looked at; null: all."""
    limit: Limit


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A project that an unusual value came from."""

    project_id: ProjectId
    project_name: ProjectName
    value: Amount | None
    """Its uses, success rate, or mean duration in milliseconds on those days; null without
    any."""
    expected: Amount | None
    """The same in the weeks before; null without any."""
    share: Rate
    """Share of the whole deviation in that direction."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row."""

    kind: Kind | None
    """Skill or agent; null where nothing at all was used."""
    skill_name: SkillName | None
    """The name; null where nothing at all was used."""
    names: Positive
    """How many skills and agents it is about: one, or all that were not used."""
    measure: Literal["uses", "success_rate", "duration"]
    """What is unusual."""
    anomaly: Literal["drop", "spike", "shift"]
    """A day below (drop) or above (spike) the usual range, or the first of days that stayed
    outside it (shift)."""
    direction: Literal["up", "down"]
    """Whether the value is above or below the usual range."""
    day: date
    """The day, or the first one after the shift."""
    last_day: date
    """The last day of those that the value is of."""
    value: Amount
    """Uses (of a shift: a day), a rate 0..1, or a median duration in milliseconds."""
    n: Count
    """Uses, known outcomes or durations behind the value."""
    expected: Amount
    """The middle of the usual range, in the value's unit."""
    expected_low: Amount
    """Lower end of the usual range: 99 of 100 usual values are not below it."""
    expected_high: Amount
    """Upper end of the usual range: 99 of 100 usual values are not above it."""
    p_value: PValue
    """Chance of a value as far out on a usual day; not adjusted for how many were looked at."""
    projects: list[Cause]
    """The projects it came from, largest share first; shares below a tenth are left out."""
    evidence: Evidence
    """The command that shows those days."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Over all rows, shown or not."""

    anomalies: Count
    """Found, shown or not."""
    names: Count
    """Skills and agents used on these days or before."""
    names_judged: Count
    """Those with enough history to have a usual range."""
    judged_since: date | None
    """First day judged; null where no day is complete."""
    judged_until: date | None
    """Last day judged: over, and collected since."""
    comparisons: Count
    """Values that were looked at, each a chance for a false alarm."""
    level: Rate
    """False-alarm rate: the share of uneventful fleets in which anything is found."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Days that left their band."""

    filters: Filters
    data: list[Row]
    totals: Totals
