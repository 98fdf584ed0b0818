"""The arms of a team's experiments: assigned to its members, counted by its rollup, and reported.

Which member gets which arm follows from experiment and member, so that no assignment is stored
anywhere. An arm is shown as any other cell: with enough members, of whom none has most of its uses,
and where nothing about fewer members follows by subtraction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from aggregator.experiments.analysis import ArmUses, Look, Report, concluded, decided
from aggregator.experiments.experiment import ARMS, Experiment
from aggregator.experiments.experiment import Arm as ArmName
from aggregator.statistics.ratios import RatioSums
from aggregator.team.engines.engine import Row
from aggregator.team.showing import may_be_shown, rests_on_enough


@dataclass(frozen=True)
class Arm:
    """What a rollup publishes of an arm, after ``week`` weeks, as whole numbers.

    ``members`` used either skill. Of their ``uses`` ``kept`` are of the skill that was assigned;
    None where too few members used one of the two. ``units`` have a known outcome; the other sums
    are those of ``RatioSums`` over them.
    """

    experiment: str
    arm: ArmName
    week: int
    members: int
    uses: int
    kept: int | None
    units: int
    successes: int
    known: int
    ss: int
    sn: int
    nn: int


def weeks_counted(experiment: Experiment, until: date) -> int:
    """How many of its weeks are over when weeks before ``until`` are counted."""
    if experiment.stopped_at is not None:
        until = min(until, experiment.stopped_at.date())
    return experiment.weeks_before(until)


def assigned(experiments: Iterable[Experiment], members: Sequence[str], until: date) -> list[Row]:
    """Experiment, arm, member, control, treatment, first day and first day after, of each member.

    Experiments of which no week is over are left out.
    """
    rows: list[Row] = []
    for each in experiments:
        weeks = weeks_counted(each, until)
        end = each.begins_on + timedelta(weeks=weeks)
        if weeks:
            rows += [
                (
                    each.name,
                    each.arm(member),
                    member,
                    each.control,
                    each.treatment,
                    each.begins_on,
                    end,
                )
                for member in members
            ]
    return rows


class Counted(NamedTuple):
    """A row of ``arms.sql``."""

    experiment: str
    arm: ArmName
    members: int
    uses: int
    largest: int
    kept: int
    keepers: int
    largest_kept: int
    others: int
    largest_other: int
    units: int
    successes: int
    known: int
    ss: int
    sn: int
    nn: int

    def may_be_shown(self, least_members: int) -> bool:
        """Whether it is of enough members, as any cell."""
        return may_be_shown(self.members, self.largest, self.uses, least_members) and (
            rests_on_enough(self.units, least_members)
        )

    def may_be_split(self, least_members: int) -> bool:
        """Whether also the uses of each of its two skills are, or are nobody's."""
        return all(
            not amount or may_be_shown(members, largest, amount, least_members)
            for members, largest, amount in (
                (self.keepers, self.largest_kept, self.kept),
                (self.others, self.largest_other, self.uses - self.kept),
            )
        )

    def published(self, week: int, *, split: bool) -> Arm:
        """What is published of it after so many weeks."""
        return Arm(
            self.experiment,
            self.arm,
            week,
            self.members,
            self.uses,
            self.kept if split else None,
            self.units,
            self.successes,
            self.known,
            self.ss,
            self.sn,
            self.nn,
        )


def shown(
    experiments: Iterable[Experiment],
    counted: Iterable[Sequence[Any]],
    rests: Iterable[Sequence[Any]],
    before: Mapping[str, list[Arm]],
    *,
    until: date,
    least_members: int,
    hidden_skills: Collection[str] = (),
) -> list[Arm]:
    """The arms to publish: both of an experiment, or none.

    ``counted`` and ``rests`` are the rows of ``arms.sql`` and ``arm_rests.sql``; ``hidden_skills``
    are those of which not all is shown otherwise. What was decided in the run ``before`` stays as
    it was, because later weeks do not count.
    """
    rows = {(row[0], row[1]): Counted(*row) for row in counted}
    too_small = {*hidden_skills} | {
        skill
        for skill, _, members, uses, largest, units in rests
        if not may_be_shown(members, largest, uses, least_members)
        or not rests_on_enough(units, least_members)
    }
    found: list[Arm] = []
    for each in experiments:
        if too_small & {each.control, each.treatment}:
            continue
        decided_arms = before.get(each.name, [])
        if is_decided(each, decided_arms):
            if all(arm.members >= least_members for arm in decided_arms):
                found += decided_arms
            continue
        arms = [rows[each.name, arm] for arm in ARMS if (each.name, arm) in rows]
        if len(arms) == len(ARMS) and all(arm.may_be_shown(least_members) for arm in arms):
            week = weeks_counted(each, until)
            split = all(arm.may_be_split(least_members) for arm in arms)
            found += [arm.published(week, split=split) for arm in arms]
    return found


def first_days(experiments: Iterable[Experiment], arms: Iterable[Arm]) -> dict[str, date]:
    """The skills of the experiments whose arms are shown, and the first day that these cover."""
    names = {each.experiment for each in arms}
    found: dict[str, date] = {}
    for each in experiments:
        if each.name in names:
            for skill in (each.control, each.treatment):
                found[skill] = min(found.get(skill, each.begins_on), each.begins_on)
    return found


def is_decided(experiment: Experiment, arms: Sequence[Arm]) -> bool:
    """Whether these arms are those of the experiment's last look."""
    look = look_of(experiment, arms)
    return look is not None and decided(experiment, look) is not None


def look_of(experiment: Experiment, arms: Sequence[Arm]) -> Look | None:
    """The look that these arms are; None where they are not both."""
    found: dict[ArmName, ArmUses] = {
        each.arm: ArmUses(
            each.members,
            each.uses,
            each.kept,
            RatioSums(each.units, each.successes, each.known, each.ss, each.sn, each.nn),
        )
        for each in arms
    }
    return Look.of(experiment, arms[0].week, found) if found.keys() == set(ARMS) else None


def report_of(experiment: Experiment, arms: Sequence[Arm], day: date) -> Report:
    """What the team's rollups say of an experiment; ``arms`` is empty where they show none."""
    look = look_of(experiment, arms)
    return concluded(experiment, [] if look is None else [look], day)
