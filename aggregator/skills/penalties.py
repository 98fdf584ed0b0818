"""What counts against a skill: that it fails, or that it fell out of use. Small, and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from aggregator.changes import ENOUGH
from aggregator.measures import Question
from aggregator.outcomes import Outcomes
from aggregator.parameters import UNUSED_DAYS
from aggregator.presence import pauses, presences, unused
from aggregator.reports.recommendations.evidence import gather
from aggregator.reports.recommendations.recommendation import Reason
from aggregator.reports.recommendations.rules import all_rules
from schema.frozen import dataclass
from schema.warehouse import Connection

Name = tuple[str, str]
"""Kind and name."""


@dataclass(frozen=True)
class Penalty:
    """Why a score is multiplied by ``factor``."""

    reason: Literal["fails", "fell out of use"]
    factor: float


FAILS = Penalty("fails", 0.8)
OUT_OF_USE = Penalty("fell out of use", 0.95)


def penalties(
    con: Connection,
    question: Question,
    known: Mapping[Name, Outcomes],
    here: Sequence[str] | None,
) -> dict[Name, tuple[Penalty, ...]]:
    """What counts against each of the names of which outcomes are ``known``, if anything does.

    ``here`` are the projects it is to be used in; None: anywhere. The rules are those of
    ``recommend``; they are asked only where they could say something.
    """
    found: dict[Name, tuple[Penalty, ...]] = {}
    judged = {
        name
        for name, outcomes in known.items()
        if outcomes.known >= ENOUGH and outcomes.successes < outcomes.known
    }
    if judged:
        for name in failing(con, question, here) & judged:
            found[name] = (FAILS,)
    used = {name for name, outcomes in known.items() if outcomes.total_invocations >= ENOUGH}
    if used:
        seen = presences(con, question)
        disused = unused(seen, pauses(con, question, seen, UNUSED_DAYS.default))
        for name in disused & used:
            found[name] = (*found.get(name, ()), OUT_OF_USE)
    return found


EVERYWHERE: frozenset[Reason] = frozenset({"got worse", "works badly", "hardly ever works"})
IN_PLACES: frozenset[Reason] = frozenset(
    {"fails in one project", "fails in some projects", *EVERYWHERE}
)


def failing(con: Connection, question: Question, here: Sequence[str] | None) -> set[Name]:
    """What ``recommend`` says fails, in these projects or wherever it is used."""
    found = set()
    for each in all_rules(gather(con, question)):
        in_places = {each.project_id, *each.places} & set(here or ())
        is_everywhere = each.project_id is None and not each.places
        if (is_everywhere and each.reason in EVERYWHERE) or (
            in_places and each.reason in IN_PLACES
        ):
            found.add((each.kind, each.skill_name))
    return found
