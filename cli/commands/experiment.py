"""``experiment``: which of two skills works better, by units that were assigned one of them."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import text
from aggregator.parameters import (
    EXPERIMENT_SHARE,
    EXPERIMENT_UNIT,
    EXPERIMENT_WEEKS,
    ExperimentUnit,
)
from cli.ask import ask
from cli.options import complete_experiment, option
from cli.query_options import QueryOptions, resolve
from cli.session import Session, tell
from schema.errors import UsageError

if TYPE_CHECKING:
    from aggregator.answers.experiments import Plan
    from aggregator.experiments.analysis import ArmUses, Report
    from aggregator.experiments.experiment import Arm, Experiment
    from aggregator.team.experiments import TeamOfMaintainer
    from cli.screen import Block
    from schema.warehouse import Connection

PANEL = "Experiments"

ExperimentArgument = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The experiment.", autocompletion=complete_experiment),
]


def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name.")],
    control: Annotated[str, typer.Option(metavar="SKILL", help="The skill as it is used today.")],
    treatment: Annotated[str, typer.Option(metavar="SKILL", help="The skill that may be better.")],
    by: Annotated[ExperimentUnit, option(EXPERIMENT_UNIT)] = EXPERIMENT_UNIT.default,
    weeks: Annotated[int, option(EXPERIMENT_WEEKS, metavar="N")] = EXPERIMENT_WEEKS.default,
    share: Annotated[float, option(EXPERIMENT_SHARE, metavar="0.1-0.9")] = EXPERIMENT_SHARE.default,
) -> None:
    """Plan an experiment; it begins next Monday.

    Says how many units and weeks it takes to see a difference of 5, 10 and 20 points.
    """
    from aggregator.answers import experiments as answers
    from aggregator.calendar import today
    from aggregator.experiments import stored

    session: Session = context.obj
    session.warehouse.expect()
    team = _team(session) if by == "member" else None
    with session.warehouse.reading() as con:
        query = resolve(con, session.now, QueryOptions(all_projects=True))
        experiment = stored.plan(
            con,
            name,
            control=control,
            treatment=treatment,
            unit=by,
            weeks=weeks,
            share=share,
            now=session.now,
            today=today(session.now, query.zone),
            team_id=None if team is None else team.team_id,
        )
        if team is not None:
            team.check(experiment)
    if team is not None:
        team.publish(experiment)
    with session.warehouse.writing() as con:
        stored.insert(con, experiment)
        plan, found = answers.created(con, query, experiment)
    tell(
        session,
        "experiment create",
        query.zone,
        found,
        lambda: _created(plan),
        done=f"The experiment {experiment.name} begins on {experiment.begins_on}.",
    )


def arm(
    context: typer.Context,
    name: ExperimentArgument,
    session_id: Annotated[
        str | None, typer.Option("--session", metavar="ID", help="The session's id.")
    ] = None,
    project: Annotated[
        str | None,
        typer.Option("--project", metavar="PROJECT", help="The project's path, name or id."),
    ] = None,
) -> None:
    """Print the skill to use, for a hook or an installer.

    Before the experiment begins, and after it, that is the control.
    """
    from aggregator.answers.experiments import assigned
    from aggregator.experiments import stored
    from cli.screen import Verbatim
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    with session.warehouse.reading() as con:
        experiment = stored.find(con, name)
        unit = _unit(con, experiment, session_id, project)
        zone = reporting_zone(con)
    found = assigned(experiment, unit, session.now, zone, session=session_id, project=project)
    skill = found.data[0].skill
    tell(session, "experiment arm", zone, found, lambda: [Verbatim(text.plain(skill))])


def _team(session: Session) -> TeamOfMaintainer:
    """The team that this warehouse's user looks after. NotAMember, and what its store raises."""
    from aggregator.team.experiments import team_of
    from aggregator.team.membership import check_switch, known_at, team_url
    from cli.commands.team_sharing import spelled

    check_switch()
    with session.warehouse.reading() as con:
        url = team_url(con)
        known = known_at(con, url)
    with spelled():
        return team_of(url, known)


def _unit(
    con: Connection, experiment: Experiment, session_id: str | None, project: str | None
) -> str:
    """The id of the unit. UsageError where it is another one than the experiment's."""
    from aggregator.experiments.analysis import origin_of
    from schema.projects import resolve_project

    if experiment.unit == "member":
        from aggregator.team.membership import expected
        from schema import pseudonyms

        if session_id is not None or project is not None:
            raise UsageError(
                f"The experiment {experiment.name!r} assigns members: there is nothing to name.",
                f"skillhouse experiment arm {experiment.name}",
            )
        entry, known = expected(con), pseudonyms.stored(con)
        # Joining made them; a member is nobody without.
        assert known is not None
        return known.member(entry.team_id)
    if experiment.unit == "session":
        if not session_id or project is not None:
            raise UsageError(
                f"The experiment {experiment.name!r} assigns sessions.",
                "Name the session alone: --session ID",
            )
        return origin_of(con, session_id)
    if session_id is not None:
        raise UsageError(
            f"The experiment {experiment.name!r} assigns projects, not sessions.",
            "Name the project: --project PATH",
        )
    return resolve_project(con, os.getcwd() if project is None else project)


def listing(context: typer.Context) -> None:
    """List the experiments, the newest first."""
    ask(context, "experiment-list", QueryOptions(), lambda result: _list(result.data))


def report(context: typer.Context, name: ExperimentArgument) -> None:
    """What an experiment found so far.

    Uses count for the arm that their unit was assigned, whichever skill was used.
    """
    ask(
        context,
        "experiment-report",
        QueryOptions(),
        lambda result: _report(result.data),
        name=name,
    )


def stop(context: typer.Context, name: ExperimentArgument) -> None:
    """Stop an experiment; it cannot go on afterwards."""
    from aggregator.answers.experiments import stopped
    from aggregator.experiments import stored
    from cli.screen import Line
    from schema.warehouse import reporting_zone

    session: Session = context.obj
    session.warehouse.expect()
    with session.warehouse.reading() as con:
        known = stored.find(con, name)
    if known.team_id is not None and known.stopped_at is None:
        _team(session).replace(replace(known, stopped_at=session.now))
    with session.warehouse.writing() as con:
        stored.stop(con, stored.find(con, name), session.now)
        experiment = stored.find(con, name)
        zone = reporting_zone(con)
    tell(
        session,
        "experiment stop",
        zone,
        stopped(experiment, zone),
        lambda: [Line(f"Stopped {experiment.name}. Everybody uses {experiment.control} now.")],
        done=f"The experiment {experiment.name} was stopped.",
    )


experiment = typer.Typer(
    help="Which of two skills works better, by assigning one.",
    no_args_is_help=True,
    add_completion=False,
)
for called, function in (
    ("create", create),
    ("arm", arm),
    ("list", listing),
    ("report", report),
    ("stop", stop),
):
    experiment.command(called, rich_help_panel=PANEL)(function)


# ---------------------------------------------------------------- screens


def _created(plan: Plan) -> list[Block]:
    from aggregator.experiments.analysis import LEAST_UNITS
    from aggregator.experiments.planning import HISTORY_WEEKS, MOST_WEEKS, POWER, Size
    from cli.screen import Column, Heading, Line, Table, Verbatim

    experiment, history = plan.experiment, plan.history
    units = f"{experiment.unit}s"
    columns: list[Column[Size]] = [
        Column("Difference", lambda each: f"{each.points} points", right=True),
        Column.count(f"{units.capitalize()} per arm", lambda each: each.units_per_arm),
        Column(
            "Weeks",
            lambda each: f"over {MOST_WEEKS}" if each.weeks is None else text.count(each.weeks),
            right=True,
        ),
    ]
    based = (
        f"Assumed: {history.rate:.0%} succeed, {history.uses:g} uses a {experiment.unit}; there is"
        " too little history."
        if history.is_assumed
        else f"From the last {HISTORY_WEEKS} weeks of {experiment.control}:"
        f" {text.percent(history.rate)} succeed, {history.uses:.1f} uses a"
        f" {experiment.unit}{'' if experiment.unit == 'session' else ' and week'},"
        f" {text.decimal(history.units)} {units}"
        f"{' a week' if experiment.unit == 'session' else ''}."
    )
    needed = 2 * LEAST_UNITS
    if experiment.unit != "session" and history.units is not None and history.units < needed:
        few = text.counted(int(history.units), experiment.unit)
        based += f" Only {few} used it; an experiment by {experiment.unit} needs {needed} or more."
    flag = {"session": "--session ID", "project": "--project PATH", "member": ""}
    return [
        Heading(
            f"{experiment.name}: {experiment.treatment} against {experiment.control}, by"
            f" {experiment.unit}, {experiment.begins_on} to {experiment.ends_on}"
        ),
        Table(columns, plan.sizes),
        Line(f"To find it with a chance of {POWER:.0%}. {based}", quiet=True),
        Line("Which skill to use, for a hook:"),
        Verbatim(f"skillhouse experiment arm {experiment.name} {flag[experiment.unit]}".rstrip()),
    ]


def _list(found: list[Report]) -> list[Block]:
    from cli.screen import Column, Line, Table

    if not found:
        return [Line("No experiments yet. Plan one: skillhouse experiment create --help")]
    columns: list[Column[Report]] = [
        Column("Experiment", lambda each: each.experiment.name, name=True),
        Column("Verdict", lambda each: each.verdict),
        Column("State", lambda each: each.state, drop=1),
        Column("Week", lambda each: f"{each.look.week} of {each.experiment.weeks}", drop=2),
        Column("Control", lambda each: each.experiment.control, name=True, drop=4),
        Column("Treatment", lambda each: each.experiment.treatment, name=True, drop=4),
        Column("By", lambda each: each.experiment.unit, drop=5),
        Column("Difference", _difference, right=True, drop=3),
    ]
    return [Table(columns, found)]


def _difference(found: Report) -> str:
    difference = found.look.difference
    return text.NOT_AVAILABLE if difference is None else text.points(difference.value)


def _report(found: Report) -> list[Block]:
    from aggregator.answers.experiments import headline, notes
    from aggregator.experiments.analysis import EARLY_LEVEL, FINAL_LEVEL
    from aggregator.experiments.experiment import ARMS
    from cli.screen import Column, Heading, Line, Table

    experiment, look = found.experiment, found.look

    def of(arm: Arm) -> ArmUses:
        return look.arms[arm]

    columns: list[Column[Arm]] = [
        Column("Arm", lambda arm: arm),
        Column("Skill", experiment.skill, name=True),
        Column.count(f"{experiment.unit.capitalize()}s", lambda arm: of(arm).units),
        Column.count("Uses", lambda arm: of(arm).uses, drop=3),
        Column.count("Outcomes", lambda arm: of(arm).sums.known, drop=2),
        Column.rate("Success", lambda arm: of(arm).sums.rate),
        Column.interval(lambda arm: of(arm).sums.interval, drop=1),
        Column.rate("As assigned", lambda arm: of(arm).share_as_assigned, drop=4),
    ]
    p_value = "" if look.difference is None else f", p = {look.difference.p_value:.2g}"
    return [
        Heading(headline(found)),
        Table(columns, list(ARMS)),
        *(Line(f"Note: {note}") for note in notes(found)),
        Line(
            f"Week {look.week} of {experiment.weeks} ({experiment.begins_on} to"
            f" {experiment.ends_on}), {found.state}{p_value}. Ends early below {EARLY_LEVEL}; at"
            f" the end a difference is below {FINAL_LEVEL}.",
            quiet=True,
        ),
    ]
