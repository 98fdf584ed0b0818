"""The experiments of a warehouse: creating them, finding them again, and stopping them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from aggregator.experiments.experiment import Experiment, next_monday
from aggregator.parameters import EXPERIMENT_SHARE, EXPERIMENT_WEEKS, ExperimentUnit
from schema.errors import UnknownName, UsageError
from schema.names import did_you_mean
from schema.spelling import command
from schema.statements import run_all, statement
from schema.warehouse import Connection, from_micros

NAME_LIMIT = 100
LEAST_SHARE = 0.1
"""The smaller arm would need too many units to say anything."""

MOST_WEEKS = 52
_SALT_BYTES = 16


def plan(
    con: Connection,
    name: str,
    *,
    control: str,
    treatment: str,
    unit: ExperimentUnit,
    weeks: int,
    share: float,
    now: datetime,
    today: date,
    team_id: str | None = None,
) -> Experiment:
    """A new experiment, which begins next Monday; nothing is stored yet.

    UsageError for a name that is taken or none, for one skill twice, for a share or a number of
    weeks out of bounds, and for a skill that another experiment has at the same time.
    """
    name, control, treatment = name.strip(), control.strip(), treatment.strip()
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise UsageError(
            f"An experiment's name has 1 to {NAME_LIMIT} printable characters.",
            f"For example: {command('experiment create', 'review-v2')} ...",
        )
    if not control or not treatment or control == treatment:
        raise UsageError(
            "An experiment compares two different skills.",
            "Name the skill of today as control, and the other one as treatment.",
            parameter="treatment",
        )
    if not LEAST_SHARE <= share <= 1 - LEAST_SHARE:
        raise UsageError(
            f"{share} is not between {LEAST_SHARE} and {1 - LEAST_SHARE}.",
            "With 0.5, an experiment needs the fewest units.",
            parameter=EXPERIMENT_SHARE.name,
        )
    if not 1 <= weeks <= MOST_WEEKS:
        raise UsageError(
            f"{weeks} is not between 1 and {MOST_WEEKS} weeks.",
            "12 weeks are usual.",
            parameter=EXPERIMENT_WEEKS.name,
        )
    experiment = Experiment(
        name,
        secrets.token_hex(_SALT_BYTES),
        control,
        treatment,
        unit,
        share,
        weeks,
        next_monday(today),
        now,
        None,
        team_id,
    )
    _check_free(listed(con), experiment)
    return experiment


def insert(con: Connection, experiment: Experiment) -> None:
    """Store an experiment, instead of the one of that name if there is any."""
    run_all(
        con,
        "aggregator/experiments/insert.sql",
        {
            "name": experiment.name,
            "salt": experiment.salt,
            "control": experiment.control,
            "treatment": experiment.treatment,
            "unit": experiment.unit,
            "share": experiment.share,
            "weeks": experiment.weeks,
            "begins_on": experiment.begins_on,
            "created_at": experiment.created_at.isoformat(),
            "stopped_at": experiment.stopped_at and experiment.stopped_at.isoformat(),
            "team_id": experiment.team_id,
        },
    )


def _check_free(others: Iterable[Experiment], new: Experiment) -> None:
    for each in others:
        if each.name == new.name:
            raise UsageError(
                f"There is an experiment {new.name!r} already.",
                "Choose another name; an experiment cannot be prolonged or repeated.",
            )
        shared = {each.control, each.treatment} & {new.control, new.treatment}
        if shared and each.stopped_at is None and each.ends_on >= new.begins_on:
            raise UsageError(
                f"{', '.join(sorted(shared))} is in the experiment {each.name!r} until"
                f" {each.ends_on}.",
                f"Wait, or stop that one first: {command('experiment stop', each.name)}",
            )


def listed(con: Connection) -> list[Experiment]:
    """All experiments, the newest first."""
    rows = con.execute(statement("aggregator/experiments/experiments.sql")).fetchall()
    return [_experiment(row) for row in rows]


def _experiment(row: Sequence[Any]) -> Experiment:
    *plan, created_us, stopped_us, team_id = row
    stopped_at = None if stopped_us is None else from_micros(stopped_us)
    values = [*plan, from_micros(created_us), stopped_at, team_id]
    return Experiment(*values)


def find(con: Connection, name: str) -> Experiment:
    """The experiment of that name. UnknownName suggests the nearest."""
    known = {each.name: each for each in listed(con)}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = did_you_mean(near, f"{command('experiment list')} shows all.")
    raise UnknownName(f"There is no experiment {name!r}.", hint)


def stop(con: Connection, experiment: Experiment, now: datetime) -> None:
    """Stop it; it cannot go on afterwards. UsageError where it was stopped before."""
    if experiment.stopped_at is not None:
        raise UsageError(
            f"The experiment {experiment.name!r} was stopped already.",
            f"What it found: {command('experiment report', experiment.name)}",
        )
    con.execute(
        statement("aggregator/experiments/stop.sql"),
        {"now": now.isoformat(), "name": experiment.name},
    ).fetchall()
