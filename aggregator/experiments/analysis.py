"""What an experiment found, by the arm that each unit was assigned.

All uses of either skill count for the arm of their unit, whichever of the two was used: who keeps
to an assignment and who does not is not random. The observations are the units, so the difference
is that of two ratios of sums (``aggregator.statistics.ratios``).

There is one look a week. An experiment may end early only where hardly any chance is left, so that
its planned end keeps nearly the whole level: J. L. Haybittle, Br. J. Radiol. 44 (1971) 793, and
R. Peto et al., Br. J. Cancer 34 (1976) 585. It cannot be prolonged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from aggregator.calendar import Span, today
from aggregator.experiments.experiment import ARMS, Arm, Experiment
from aggregator.measures import Question, ask, last_collected, scope
from aggregator.statistics.ratios import Difference, RatioSums, between, ratio_sums, sample_ratio
from schema.statements import statement
from schema.warehouse import Connection, reporting_zone

EARLY_LEVEL = 0.001
"""p-value below which an experiment ends before its planned week."""

FINAL_LEVEL = 0.045
"""p-value below which there is a difference at the planned end."""

SAMPLE_RATIO_LEVEL = 0.001
"""p-value of the units' numbers below which the assignment did not work, and nothing is said."""

LEAST_UNITS = 20
"""Units with a known outcome that each arm needs."""

LEAST_ADHERENCE = 0.8
"""Share of uses as assigned below which the effect is called diluted."""

State = Literal["planned", "running", "ended early", "ended", "stopped"]
Verdict = Literal[
    "better", "worse", "no clear difference", "not enough data", "assignment broken", "none yet"
]
ToolVerdict = Literal["treatment", "control", "inconclusive"]
"""What a tool says of a test that it recorded itself, see ``recorded``."""


@dataclass(frozen=True)
class UnitUses:
    """The uses of one unit over some weeks: of both skills, and their outcomes together."""

    uses_of_control: int = 0
    uses_of_treatment: int = 0
    successes: int = 0
    known: int = 0

    def __add__(self, other: UnitUses) -> UnitUses:
        return UnitUses(
            self.uses_of_control + other.uses_of_control,
            self.uses_of_treatment + other.uses_of_treatment,
            self.successes + other.successes,
            self.known + other.known,
        )


@dataclass(frozen=True)
class ArmUses:
    """What the units of an arm did: ``units`` that used either skill, all their ``uses``, those
    of the skill that was assigned (None: not told), and their outcomes (``sums``)."""

    units: int
    uses: int
    uses_as_assigned: int | None
    sums: RatioSums

    @property
    def share_as_assigned(self) -> float | None:
        """Share (0..1) of uses that are of the assigned skill; None without uses, or not told."""
        if self.uses_as_assigned is None or not self.uses:
            return None
        return self.uses_as_assigned / self.uses


@dataclass(frozen=True)
class Look:
    """The experiment at the end of its ``week`` (1 is the first)."""

    week: int
    arms: Mapping[Arm, ArmUses]
    sample_ratio_p: float
    difference: Difference | None
    """Treatment minus control; None where an arm has fewer than two units."""

    @classmethod
    def of(cls, experiment: Experiment, week: int, arms: Mapping[Arm, ArmUses]) -> Look:
        """The look at what both arms did."""
        control, treatment = (arms[arm] for arm in ARMS)
        shares = [1 - experiment.share, experiment.share]
        return cls(
            week,
            arms,
            sample_ratio([control.units, treatment.units], shares),
            between(treatment.sums, control.sums),
        )

    @property
    def is_broken(self) -> bool:
        """Whether the units do not fall into the arms as they were to."""
        return self.sample_ratio_p < SAMPLE_RATIO_LEVEL

    @property
    def is_enough(self) -> bool:
        """Whether both arms have units enough."""
        return all(arm.sums.units >= LEAST_UNITS for arm in self.arms.values())

    def verdict(self, level: float) -> Verdict:
        """What is said at this look, if a p-value below ``level`` is a difference."""
        if self.is_broken:
            return "assignment broken"
        if not self.is_enough or self.difference is None:
            return "not enough data"
        if self.difference.p_value >= level:
            return "no clear difference"
        return "better" if self.difference.value > 0 else "worse"


@dataclass(frozen=True)
class Report:
    """An experiment and what it found; ``look`` is the one that decided, otherwise the last.

    ``uses_without_unit`` belong to no unit, as those without a session, and count nowhere.
    """

    experiment: Experiment
    state: State
    look: Look
    verdict: Verdict
    uses_without_unit: int = 0
    tool_verdict: ToolVerdict | None = None


def report(con: Connection, question: Question, experiment: Experiment) -> Report:
    """What the experiment found so far, by weeks that are over and collected.

    Uses count in all projects, also in those that were unregistered since.
    """
    zone = reporting_zone(con)
    day = today(question.now, zone)
    collected = last_collected(con)
    if collected is not None:
        # The day of the collect is not over yet, as far as the collect knows.
        day = min(day, today(collected, zone))
    question = replace(
        question,
        scope=scope(con, include_inactive=True),
        kind="all",
        span=Span(experiment.begins_on, experiment.ends_on),
    )
    weeks, without_unit = weekly_uses(con, question, experiment)
    over = experiment.weeks_before(day) if collected is not None else 0
    if experiment.stopped_at is not None:
        over = min(over, experiment.weeks_before(today(experiment.stopped_at, zone)))
    found = concluded(experiment, looks(experiment, weeks, over), today(question.now, zone))
    return replace(found, uses_without_unit=without_unit)


def weekly_uses(
    con: Connection, question: Question, experiment: Experiment
) -> tuple[dict[tuple[str, int], UnitUses], int]:
    """The uses of each unit in each week from 0 on, and the uses that belong to no unit."""
    rows = ask(
        con,
        "experiments/units",
        question,
        unit=experiment.unit,
        control=experiment.control,
        treatment=experiment.treatment,
        begins_on=experiment.begins_on,
    )
    found = {(unit, week): UnitUses(*counts) for unit, week, *counts in rows if unit is not None}
    without = sum(row[2] + row[3] for row in rows if row[0] is None)
    return found, without


def origin_of(con: Connection, session_id: str) -> str:
    """The session that a resumed or forked session goes on with; itself where that is not known."""
    found = con.execute(
        statement("aggregator/experiments/session_origin.sql"), {"session": session_id}
    ).fetchall()
    return str(found[0][0] or session_id) if found else session_id


def concluded(experiment: Experiment, looks: Iterable[Look], day: date) -> Report:
    """The report on that day: of the first look that decides, otherwise of the last one.

    Weeks after it do not count.
    """
    look = look_at(experiment, {arm: {} for arm in ARMS}, 0)
    for look in looks:
        if (found := decided(experiment, look)) is not None:
            return found
    if experiment.stopped_at is not None:
        verdict = look.verdict(EARLY_LEVEL) if look.week else "not enough data"
        return Report(experiment, "stopped", look, verdict)
    state: State = "running" if experiment.begins_on <= day else "planned"
    broken = look.week > 0 and look.is_broken
    return Report(experiment, state, look, "assignment broken" if broken else "none yet")


def decided(experiment: Experiment, look: Look) -> Report | None:
    """The report of a look that ends the experiment: the planned one, or one with a verdict."""
    if look.week >= experiment.weeks:
        return Report(experiment, "ended", look, look.verdict(FINAL_LEVEL))
    verdict = look.verdict(EARLY_LEVEL)
    if verdict in ("better", "worse"):
        return Report(experiment, "ended early", look, verdict)
    return None


def looks(
    experiment: Experiment, weeks: Mapping[tuple[str, int], UnitUses], over: int
) -> Iterable[Look]:
    """The looks at the end of each week that is over, each over all weeks up to it."""
    by_week: list[list[tuple[str, UnitUses]]] = [[] for _ in range(over)]
    for (unit, week), uses in weeks.items():
        if 0 <= week < over:
            by_week[week].append((unit, uses))
    so_far: dict[Arm, dict[str, UnitUses]] = {arm: {} for arm in ARMS}
    for number, added in enumerate(by_week, start=1):
        for unit, uses in added:
            units = so_far[experiment.arm(unit)]
            units[unit] = units.get(unit, UnitUses()) + uses
        yield look_at(experiment, so_far, number)


def look_at(experiment: Experiment, units: Mapping[Arm, Mapping[str, UnitUses]], week: int) -> Look:
    """The look at the units of each arm with their uses up to the end of a week."""
    return Look.of(experiment, week, {arm: _arm(arm, [*units[arm].values()]) for arm in ARMS})


def _arm(arm: Arm, units: Sequence[UnitUses]) -> ArmUses:
    of_control = sum(each.uses_of_control for each in units)
    of_treatment = sum(each.uses_of_treatment for each in units)
    return ArmUses(
        len(units),
        of_control + of_treatment,
        of_control if arm == "control" else of_treatment,
        ratio_sums((each.successes, each.known) for each in units),
    )
