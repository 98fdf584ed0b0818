"""The arms of a team's experiments: assigned to its members, counted by its rollup, and reported.

Which member gets which arm follows from experiment and member, so that no assignment is stored
anywhere. An arm is shown as any other cell: with enough members, of whom none has most of its uses,
and where nothing about fewer members follows by subtraction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aggregator.experiments.analysis import ArmUses, Look, Report, concluded, decided
from aggregator.experiments.experiment import ARMS, Experiment
from aggregator.experiments.experiment import Arm as ArmName
from aggregator.statistics.ratios import RatioSums
from aggregator.team.engines.engine import Row


@dataclass(frozen=True)
class Arm:
    """What a rollup publishes of an arm, after ``week`` weeks, as whole numbers.

    ``members`` used either skill; of their ``uses`` ``kept`` are of the skill that was assigned.
    ``units`` have a known outcome; the other sums are those of ``RatioSums`` over them.
    """

    experiment: str
    arm: ArmName
    week: int
    members: int
    uses: int
    kept: int
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


def shown(
    experiments: Iterable[Experiment],
    counted: Iterable[Sequence[Any]],
    rests: Iterable[Sequence[Any]],
    before: Mapping[str, list[Arm]],
    *,
    until: date,
    least_members: int,
) -> list[Arm]:
    """The arms to publish: both of an experiment, or none.

    ``counted`` and ``rests`` are the rows of ``arms.sql`` and ``arm_rests.sql``. What was decided
    in the run ``before`` stays as it was, because later weeks do not count.
    """
    rows = {(row[0], row[1]): row for row in counted}
    few = {name for name, members in rests if members < least_members}
    found: list[Arm] = []
    for each in experiments:
        if is_decided(each, before.get(each.name, [])):
            found += before[each.name]
            continue
        arms = [rows.get((each.name, arm)) for arm in ARMS]
        if each.name in few or any(
            row is None or row[2] < least_members or 5 * row[4] > 4 * row[3] for row in arms
        ):
            continue
        week = weeks_counted(each, until)
        found += [Arm(row[0], row[1], week, row[2], row[3], *row[5:]) for row in arms if row]
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
