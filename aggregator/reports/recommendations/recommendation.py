"""A thing to do, the numbers it rests on, and what doing it would bring."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from aggregator.findings.finding import Finding
from aggregator.parameters import Action
from aggregator.statistics.proportions import wilson
from schema.frozen import dataclass

Reason = Literal[
    "got worse",
    "became slower",
    "fails in one project",
    "works badly",
    "hardly ever works",
    "unused",
    "works in like projects",
    "may be getting worse",
    "few outcomes, mostly bad",
    "fails in some projects",
    "fails on some paths",
    "used by members alike",
    "used by most members",
]

Basis = Literal["members like me", "all members"]
"""Whose uses in a team are meant."""

Unit = Literal["fewer failures", "more successes"]

MONTH_DAYS = 30
"""A month, where an effect is stated by the month."""


class Rate(NamedTuple):
    """Successes among known outcomes."""

    successes: int = 0
    known: int = 0

    @property
    def rate(self) -> float | None:
        return self.successes / self.known if self.known else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson 95 % interval."""
        return wilson(self.successes, self.known)


NO_RATE = Rate()


def together(rates: Iterable[Rate]) -> Rate:
    """All of them as one."""
    successes = known = 0
    for of_one, known_of_one in rates:
        successes += of_one
        known += known_of_one
    return Rate(successes, known)


@dataclass(frozen=True)
class Effect:
    """What a month would have of it at the present pace; ``low`` and ``high``: 95 % interval.

    The interval is that of the rates; the pace is taken as it was.
    """

    unit: Unit
    value: float
    low: float
    high: float


class CopyFrom(NamedTuple):
    """A file that can be copied: its project's id, and its path there."""

    project_id: str
    path: str


class OfTeam(NamedTuple):
    """How many of these members of a team use it; ``interval`` is that of all members' rate, with
    members as the units."""

    team_name: str
    basis: Basis
    members: int
    of_members: int
    interval: tuple[float, float]


@dataclass(frozen=True)
class Recommendation:
    """One thing to do about ``skill_name``, in ``project_id`` or wherever it is used.

    ``here`` is what is said of it, ``there`` what that is compared with. ``places`` are projects
    (ids) or workflow paths ('' is none given) where it fails or, for adopt, works. ``p_value`` is
    corrected for all comparisons of its rule; None where an interval is what speaks. ``finding`` is
    what it rests on, ``also`` what else is found that asks for the same. ``copy_from`` are files to
    adopt; ``listing_characters`` is what a file that was never used takes of what an agent's model
    is shown. ``of_team`` is set where it is what a team's members use, and ``here`` is theirs.
    """

    action: Action
    reason: Reason
    kind: str
    skill_name: str
    project_id: str | None = None
    here: Rate = NO_RATE
    there: Rate | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    effect: Effect | None = None
    places: tuple[str, ...] = ()
    finding: Finding | None = None
    also: tuple[Finding, ...] = ()
    last_day: date | None = None
    total_invocations: int | None = None
    unused_days: int | None = None
    copy_from: tuple[CopyFrom, ...] = ()
    listing_characters: int | None = None
    of_team: OfTeam | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the rate of ``here``."""
        return self.here.interval if self.of_team is None else self.of_team.interval


def effect_first(one: Recommendation) -> tuple[int, float, str, str, str, str]:
    """The order: failures that need not happen, successes to be had, what is uncertain, the rest.

    Within each, the larger expected effect first: different units are not weighed up.
    """
    if one.action == "watch":
        place = 2
    elif one.reason == "became slower":
        place = 1
    elif one.effect is None:
        place = 3
    else:
        place = 0 if one.effect.unit == "fewer failures" else 1
    value = -one.effect.value if one.effect is not None else 0.0
    return place, value, one.skill_name, one.kind, one.project_id or "", one.reason
