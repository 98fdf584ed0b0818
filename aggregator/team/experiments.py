"""The experiments of a team: objects of its store, which each member brings up to date here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from aggregator.experiments import stored
from aggregator.experiments.experiment import Experiment
from aggregator.team.agreement import Agreement
from aggregator.team.membership import Known
from aggregator.team.publish import check_team, current_agreement
from aggregator.team.store import EXPERIMENTS, Store, open_store
from schema.errors import ObjectChanged, ObjectMissing, TeamError, UsageError
from schema.statements import statement
from schema.warehouse import Connection

FORMAT = 1
MOST_BYTES = 64 << 10
"""An experiment is a few hundred bytes."""

MOST_EXPERIMENTS = 1_000

_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_NAME_LIMIT = 60


def key_of(name: str) -> str:
    """The key of an experiment. UsageError for a name that cannot be part of a key."""
    if not name or len(name) > _NAME_LIMIT or not set(name) <= _NAME:
        raise UsageError(
            f"A team's experiment has a name of 1 to {_NAME_LIMIT} small letters, digits, - and _.",
            "For example: review-v2",
        )
    return f"{EXPERIMENTS}{name}.json"


def serialise(experiment: Experiment) -> bytes:
    """The bytes of an experiment's object."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "team_id": experiment.team_id,
        "name": experiment.name,
        "salt": experiment.salt,
        "control": experiment.control,
        "treatment": experiment.treatment,
        "share": experiment.share,
        "weeks": experiment.weeks,
        "begins_on": experiment.begins_on.isoformat(),
        "created_at": experiment.created_at.astimezone(UTC).isoformat(),
        "stopped_at": None
        if experiment.stopped_at is None
        else experiment.stopped_at.astimezone(UTC).isoformat(),
    }
    return (json.dumps(document, indent=2) + "\n").encode()


def parse(data: bytes) -> Experiment:
    """The experiment of an object. TeamError for one that is damaged, or of a newer program."""
    try:
        found: dict[str, Any] = json.loads(data)
        if found["format"] != FORMAT:
            raise TeamError(
                f"An experiment of the team has format {found['format']}; known is {FORMAT}.",
                "Upgrade skillhouse.",
            )
        experiment = Experiment(
            _text(found["name"]),
            _text(found["salt"]),
            _text(found["control"]),
            _text(found["treatment"]),
            "member",
            float(found["share"]),
            int(found["weeks"]),
            date.fromisoformat(found["begins_on"]),
            _instant(found["created_at"]),
            None if found["stopped_at"] is None else _instant(found["stopped_at"]),
            _text(found["team_id"]),
        )
        key_of(experiment.name)
        if not (
            0 < experiment.share < 1
            and 1 <= experiment.weeks <= 52
            and experiment.begins_on.weekday() == 0
            and experiment.control != experiment.treatment
        ):
            raise ValueError(experiment.name)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UsageError):
        raise TeamError(
            "An experiment of the team is damaged.", "Ask the team's maintainer."
        ) from None
    return experiment


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > 200 or not value.isprintable():
        raise ValueError(value)
    return value


def _instant(value: object) -> datetime:
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError(value)
    return found


@dataclass(frozen=True)
class TeamOfMaintainer:
    """The team whose experiments are planned from here; its store is written by its maintainer."""

    store: Store
    agreement: Agreement

    @property
    def team_id(self) -> str:
        return self.agreement.team_id

    def check(self, experiment: Experiment) -> None:
        """UsageError where the name is not a key, or the agreement does not list both skills."""
        key_of(experiment.name)
        for skill in (experiment.control, experiment.treatment):
            if not self.agreement.lists(skill):
                raise UsageError(
                    f"The agreement of {self.agreement.name} does not list {skill!r}: its uses are"
                    " not published, so no experiment can compare them.",
                    "Add it to the agreement (team init), or choose another skill.",
                )

    def publish(self, experiment: Experiment) -> None:
        """Put a new experiment into the store. UsageError where there is one of its name."""
        try:
            self.store.put(key_of(experiment.name), serialise(experiment), expected_etag=None)
        except ObjectChanged:
            raise UsageError(
                f"The team has an experiment {experiment.name!r} already.",
                "Choose another name; an experiment cannot be prolonged or repeated.",
            ) from None

    def replace(self, experiment: Experiment) -> None:
        """Put a changed experiment, such as one that was stopped, in the place of what is there."""
        self.store.overwrite(key_of(experiment.name), serialise(experiment))


def team_of(url: str, known: Known | None = None) -> TeamOfMaintainer:
    """The team at a URL, which has to be the one that is ``known`` there.

    Raises what the store raises, and AgreementUnusable.
    """
    store = open_store(url)
    agreement = current_agreement(store).agreement
    if known and known.agreement:
        check_team(agreement, known.agreement.team_id, store.url)
    return TeamOfMaintainer(store, agreement)


def bring_up_to_date(con: Connection, experiments: Iterable[Experiment], team_id: str) -> list[str]:
    """Store the team's experiments as they are now; those of this machine's own stay.

    Returns the names that are not stored, because an own experiment has them.
    """
    own = {each.name for each in stored.listed(con) if each.team_id is None}
    con.execute(statement("aggregator/team/forget_experiments.sql"), {"team": team_id}).fetchall()
    refused = []
    for each in experiments:
        if each.name in own:
            refused.append(each.name)
        else:
            stored.insert(con, each)
    return refused


def published(store: Store, team_id: str) -> tuple[list[Experiment], list[str]]:
    """The team's experiments by name, and the keys of those that cannot be used."""
    found: list[Experiment] = []
    wrong: list[str] = []
    keys = sorted(entry.key for entry in store.list(EXPERIMENTS))
    for key in keys[:MOST_EXPERIMENTS]:
        with suppress(ObjectMissing):
            try:
                experiment = parse(store.get(key, at_most=MOST_BYTES).data)
            except TeamError:
                wrong.append(key)
                continue
            if key_of(experiment.name) == key and experiment.team_id == team_id:
                found.append(experiment)
            else:
                wrong.append(key)
    return found, wrong
