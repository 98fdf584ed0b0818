"""Experiments: what was planned, which skill a unit is to use, and which works better."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from aggregator import text
from aggregator.answers.shared import NoFilters
from aggregator.answers.struct import Struct
from aggregator.calendar import today
from aggregator.experiments import analysis, planning, recorded, stored
from aggregator.experiments.analysis import LEAST_ADHERENCE, LEAST_UNITS, Report
from aggregator.experiments.experiment import ARMS, Arm, Experiment
from aggregator.experiments.planning import History, Size
from aggregator.parameters import ExperimentUnit
from aggregator.query import Query, Result, local
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        AT_MOST_ONE,
        ONE,
        Amount,
        Count,
        Difference,
        FirstDay,
        LastDay,
        Positive,
        ProjectName,
        PValue,
        Rate,
        SkillName,
        Uses,
    )


class Planned(Struct):
    """An experiment as it was planned."""

    experiment: str
    """The experiment's name."""
    control: SkillName
    treatment: SkillName
    unit: ExperimentUnit
    """What is assigned one of the two skills."""
    share: Rate
    """Share of the units that get the treatment."""
    begins_on: FirstDay
    ends_on: LastDay
    of_weeks: Positive
    """Number of weeks it was planned for."""
    created_at: datetime
    """When it was created."""
    stopped_at: datetime | None
    """When somebody stopped it; null: nobody did."""


class SizeNeeded(Struct):
    """What it takes to see a difference."""

    points: Positive
    """The difference of the two success rates, in points."""
    units_per_arm: Count
    """Units that the smaller arm needs, to find it with a chance of 85%."""
    weeks: Count | None
    """Weeks until there are so many; null: more than two years, or not known."""


class Created(Planned):
    """A new experiment, and what it can find."""

    sizes: list[SizeNeeded]
    """What it takes to see a difference of 5, 10 and 20 points."""
    base_rate: Rate
    """Success rate that the sizes start from."""
    uses_per_unit: Amount
    """Known outcomes of a unit that the sizes start from: of a session, or in a week."""
    units: Amount | None
    """Units there are, sessions a week; null: not known."""
    is_assumed: bool
    """Whether usual numbers were assumed, because the weeks before hold too little."""


class ArmReport(Struct):
    """One arm: the units that were assigned one of the skills."""

    arm: Arm
    """Whether it is the control or the treatment."""
    skill: SkillName
    units: Count
    """Units that used either skill."""
    uses: Uses
    known: Count
    """Uses whose outcome is known."""
    success_rate: Rate | None
    """Successes divided by known outcomes; null without any."""
    low: Rate | None
    """Lower bound of the rate's 95% interval, with units as observations; null: fewer than two."""
    high: Rate | None
    """Upper bound of the rate's 95% interval; null as low."""
    share_as_assigned: Rate | None
    """Share of uses that are of the assigned skill; null without uses."""


class Reported(Planned):
    """What an experiment found so far."""

    state: analysis.State
    """How far it is."""
    week: Count
    """The week whose end this is the state of; 0: none is over."""
    arms: list[ArmReport]
    """The control, then the treatment."""
    srm_p: PValue
    """p-value of so many units in each arm; below 0.001 the assignment did not work."""
    difference: Difference | None
    """Success rate of the treatment minus that of the control; null: too few units."""
    low: Difference | None
    """Lower bound of the difference's 95% interval; null as difference."""
    high: Difference | None
    """Upper bound of the difference's 95% interval; null as difference."""
    p_value: PValue | None
    """Probability of such a difference by chance; null as difference."""
    verdict: analysis.Verdict
    """Whether the treatment is better or worse. Before the end only below p = 0.001, at it below
    0.045; then the experiment is over."""
    in_words: str
    """The result in one sentence, with its numbers."""
    uses_without_unit: Count
    """Uses without a session, or in one that was resumed or forked from an unknown one."""
    notes: list[str]
    """What to know when reading the numbers."""
    recorded_in: ProjectName | None
    """The project whose tool recorded this test, over its users; null: skillhouse assigned it."""
    tool_verdict: analysis.ToolVerdict | None
    """What that tool says, from a t-test of single outcomes; null as recorded_in."""


class Assigned(Struct):
    """The skill that a unit is to use."""

    experiment: str
    """The experiment's name."""
    unit: str
    """The session, project or member."""
    arm: Arm
    """Its arm."""
    skill: SkillName
    is_running: bool
    """Whether the experiment runs today; before and after it everybody uses the control."""


class NameFilter(Struct):
    """What was asked."""

    experiment: str | None
    """The experiment's name; null: all."""


class ArmFilters(Struct):
    """What was asked."""

    experiment: str
    """The experiment's name."""
    session: str | None
    """The session's id; null: the unit is not a session."""
    project: str | None
    """The project; null: the unit is not a project."""


class Totals(Struct):
    """Over all rows."""

    experiments: Count
    """Number of experiments."""


class CreateAnswer(Struct):
    """The experiment that was created."""

    filters: NameFilter
    data: Annotated[list[Created], ONE]
    totals: Totals


class StopAnswer(Struct):
    """The experiment that was stopped."""

    filters: NameFilter
    data: Annotated[list[Planned], AT_MOST_ONE]
    totals: Totals


class ArmAnswer(Struct):
    """The skill to use."""

    filters: ArmFilters
    data: Annotated[list[Assigned], ONE]
    totals: Totals


class ListAnswer(Struct):
    """Every experiment, the newest first."""

    filters: NoFilters
    data: list[Reported]
    totals: Totals


class ReportAnswer(Struct):
    """What an experiment found."""

    filters: NameFilter
    data: Annotated[list[Reported], ONE]
    totals: Totals


@dataclass(frozen=True)
class Plan:
    """A new experiment with the sizes that were worked out for it."""

    experiment: Experiment
    history: History
    sizes: list[Size]


def created(con: Connection, query: Query, experiment: Experiment) -> tuple[Plan, CreateAnswer]:
    """The experiment, with what it takes to see 5, 10 and 20 points."""
    history = planning.history(con, query.question, experiment)
    plan = Plan(experiment, history, planning.sizes(history, experiment))
    row = Created(
        **_planned(experiment, query.zone),
        sizes=[
            SizeNeeded(points=each.points, units_per_arm=each.units_per_arm, weeks=each.weeks)
            for each in plan.sizes
        ],
        base_rate=history.rate,
        uses_per_unit=history.uses,
        units=history.units,
        is_assumed=history.is_assumed,
    )
    return plan, CreateAnswer(
        filters=NameFilter(experiment=experiment.name), data=[row], totals=Totals(experiments=1)
    )


def stopped(experiment: Experiment, zone: str) -> StopAnswer:
    """The experiment after it was stopped."""
    return StopAnswer(
        filters=NameFilter(experiment=experiment.name),
        data=[Planned(**_planned(experiment, zone))],
        totals=Totals(experiments=1),
    )


def assigned(
    experiment: Experiment,
    unit: str,
    now: datetime,
    zone: str,
    *,
    session: str | None = None,
    project: str | None = None,
) -> ArmAnswer:
    """The skill that a unit is to use today: the control before the experiment and after it."""
    day = today(now, zone)
    is_running = experiment.begins_on <= day <= experiment.ends_on and experiment.stopped_at is None
    arm: Arm = experiment.arm(unit) if is_running else "control"
    row = Assigned(
        experiment=experiment.name,
        unit=unit,
        arm=arm,
        skill=experiment.skill(arm),
        is_running=is_running,
    )
    return ArmAnswer(
        filters=ArmFilters(experiment=experiment.name, session=session, project=project),
        data=[row],
        totals=Totals(experiments=1),
    )


def listed(con: Connection, query: Query) -> Result[list[Report], ListAnswer]:
    """Every experiment with what it found so far, the newest first.

    Behind them the tests that projects' tools recorded, the last ended first.
    """
    own = [_found(con, query, each) for each in stored.listed(con)]
    theirs = recorded.recorded(con)
    answer = ListAnswer(
        filters=NoFilters(),
        data=[
            *(_reported(each, query.zone) for each in own),
            *(_reported(each.report, query.zone, each) for each in theirs),
        ],
        totals=Totals(experiments=len(own) + len(theirs)),
    )
    found = [*own, *(each.report for each in theirs)]
    return Result(found, query, answer, query.warnings())


def report(con: Connection, query: Query, name: str) -> Result[Report, ReportAnswer]:
    """What that experiment, or a tool's test, found. UnknownName suggests the nearest."""
    tests = {each.report.experiment.name: each for each in recorded.recorded(con)}
    theirs = tests.get(name)
    found = theirs.report if theirs is not None else _found(con, query, stored.find(con, name))
    answer = ReportAnswer(
        filters=NameFilter(experiment=found.experiment.name),
        data=[_reported(found, query.zone, theirs)],
        totals=Totals(experiments=1),
    )
    return Result(found, query, answer, query.warnings())


def _found(con: Connection, query: Query, experiment: Experiment) -> Report:
    if experiment.unit == "member":
        from aggregator.team.shared_rates import report_of_members

        return report_of_members(con, experiment, today(query.question.now, query.zone))
    return analysis.report(con, query.question, experiment)


def headline(found: Report) -> str:
    """What was found, in one sentence with its numbers."""
    experiment = found.experiment
    versus = f"{experiment.treatment} against {experiment.control}"
    difference = found.look.difference
    numbers = ""
    if difference is not None:
        numbers = (
            f" ({text.points(difference.value)}, 95% interval"
            f" {difference.low * 100:+.0f} to {difference.high * 100:+.0f})"
        )
    match found.verdict:
        case "better" | "worse":
            return f"{experiment.treatment} is {found.verdict} than {experiment.control}{numbers}"
        case "no clear difference":
            return f"No clear difference: {versus}{numbers}"
        case "assignment broken":
            return f"No verdict: units are not split between the arms as assigned ({versus})"
        case "not enough data":
            return f"Not enough data: {versus}"
        case "none yet":
            if found.state == "planned":
                return f"Begins on {experiment.begins_on}: {versus}"
            return f"No verdict yet: {versus}"


def notes(found: Report) -> list[str]:
    """What to know when reading the numbers."""
    said: list[str] = []
    if found.tool_verdict is not None:
        said.append(
            "Recorded by the project's tool, over its users. The tool itself says:"
            f" {found.tool_verdict}, from a test that assumes that uses are independent."
        )
    experiment, look = found.experiment, found.look
    for arm in ARMS:
        share = look.arms[arm].share_as_assigned
        if share is not None and share < LEAST_ADHERENCE:
            said.append(
                f"Only {text.percent(share)} of the uses in the {arm} arm are of"
                f" {experiment.skill(arm)}: the difference shown is smaller than the real one."
            )
    if look.is_broken and look.week:
        said.append(
            f"{look.arms['control'].units:,} units in the control arm and"
            f" {look.arms['treatment'].units:,} in the treatment arm, where"
            f" {1 - experiment.share:.0%} and {experiment.share:.0%} were assigned: some units do"
            " not get what they were assigned, or are not recorded."
        )
    elif look.week and not look.is_enough:
        said.append(f"Each arm needs {LEAST_UNITS} units with a known outcome.")
    if found.uses_without_unit:
        are = "is" if found.uses_without_unit == 1 else "are"
        said.append(
            f"{text.counted(found.uses_without_unit, 'use')} {are} left out: without a session, or"
            " in one that was resumed or forked from an unknown one."
        )
    return said


def _planned(experiment: Experiment, zone: str) -> dict[str, Any]:
    return {
        "experiment": experiment.name,
        "control": experiment.control,
        "treatment": experiment.treatment,
        "unit": experiment.unit,
        "share": experiment.share,
        "begins_on": experiment.begins_on,
        "ends_on": experiment.ends_on,
        "of_weeks": experiment.weeks,
        "created_at": local(experiment.created_at, zone),
        "stopped_at": local(experiment.stopped_at, zone),
    }


def _reported(found: Report, zone: str, theirs: recorded.Recorded | None = None) -> Reported:
    look, difference = found.look, found.look.difference
    return Reported(
        **_planned(found.experiment, zone),
        state=found.state,
        week=look.week,
        arms=[_arm(found, arm) for arm in ARMS],
        srm_p=look.sample_ratio_p,
        difference=None if difference is None else difference.value,
        low=None if difference is None else difference.low,
        high=None if difference is None else difference.high,
        p_value=None if difference is None else difference.p_value,
        verdict=found.verdict,
        in_words=headline(found),
        uses_without_unit=found.uses_without_unit,
        notes=notes(found),
        recorded_in=None if theirs is None else theirs.project_name,
        tool_verdict=found.tool_verdict,
    )


def _arm(found: Report, arm: Arm) -> ArmReport:
    uses = found.look.arms[arm]
    low, high = uses.sums.interval or (None, None)
    return ArmReport(
        arm=arm,
        skill=found.experiment.skill(arm),
        units=uses.units,
        uses=uses.uses,
        known=uses.sums.known,
        success_rate=uses.sums.rate,
        low=low,
        high=high,
        share_as_assigned=uses.share_as_assigned,
    )
