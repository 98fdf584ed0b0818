"""An experiment with two skills: which unit is to use which, and how long it takes.

Skillhouse does not run skills: a hook or an installer asks which of the two skills to use, and what
it is told follows from the experiment and the unit alone, so that nothing need be stored of units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal

from aggregator.parameters import ExperimentUnit

Arm = Literal["control", "treatment"]
ARMS: tuple[Arm, Arm] = ("control", "treatment")

_DAYS = 7


@dataclass(frozen=True)
class Experiment:
    """Two skills, ``control`` and ``treatment``, and the units that are assigned one of them.

    ``share`` (0..1) of the units get the treatment. It begins on ``begins_on``, a Monday, and takes
    ``weeks``, unless somebody stopped it at ``stopped_at``. ``salt`` makes its assignment
    independent of that of any other experiment. ``team_id``: the team whose experiment it is.
    """

    name: str
    salt: str
    control: str
    treatment: str
    unit: ExperimentUnit
    share: float
    weeks: int
    begins_on: date
    created_at: datetime
    stopped_at: datetime | None = None
    team_id: str | None = None

    @property
    def ends_on(self) -> date:
        """Its last day as planned, a Sunday."""
        return self.begins_on + timedelta(days=_DAYS * self.weeks - 1)

    def skill(self, arm: Arm) -> str:
        """The skill that the units of an arm are to use."""
        return self.control if arm == "control" else self.treatment

    def arm(self, unit: str) -> Arm:
        """The arm of a unit, by its id."""
        return arm_of(self.salt, unit, self.share)

    def weeks_before(self, day: date) -> int:
        """How many of its weeks are over on that day, 0 to ``weeks``."""
        return max(0, min(self.weeks, (day - self.begins_on).days // _DAYS))


def arm_of(salt: str, unit: str, share: float) -> Arm:
    """The arm of a unit: the first 64 bits of SHA-256 of salt and unit, cut at ``share``."""
    digest = sha256(f"{salt}:{unit}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    return "treatment" if place < share else "control"


def next_monday(day: date) -> date:
    """The first Monday after that day."""
    return day + timedelta(days=_DAYS - day.weekday())
