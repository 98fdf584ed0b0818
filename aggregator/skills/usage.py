"""How often and how well skills on disk are used, by the names that uses were recorded under.

Uses know names, not files. A use in a project counts for the text that has that name there (or for
the user); where the project has no file of the name, for every text of the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from aggregator.calendar import span
from aggregator.measures import Question, ask, ask_whole
from aggregator.outcomes import NO_OUTCOMES, Outcomes
from schema.frozen import dataclass
from schema.warehouse import Connection, from_micros

RECENT_DAYS = 90
"""Effectiveness is that of the last complete days."""

ENOUGH = 20
"""So many known outcomes weigh as much as what is known of all skills and agents of the kind."""

NO_RATE = 0.5
"""The rate of a kind of which no outcome is known."""


@dataclass(frozen=True)
class Uses(Outcomes):
    """Uses of a skill or agent in one project, with the last one's moment."""

    project_id: str
    kind: str
    name: str
    last_used: datetime


@dataclass(frozen=True)
class Effectiveness:
    """A success rate drawn towards that of all skills and agents of its kind, 0..1.

    ``is_own``: outcomes of its own are known.
    """

    value: float
    is_own: bool


def uses(con: Connection, question: Question, names: Sequence[str] | None = None) -> list[Uses]:
    """Uses in each project, in the question's span, of the given names (None: of all)."""
    chosen = None if names is None else list(names)
    rows = ask_whole(con, "skills/sql/uses", question, names=chosen)
    return [
        Uses(*(*counts, project_id, kind, name, from_micros(last_us)))
        for project_id, kind, name, *counts, last_us in rows
    ]


def recent(question: Question, today: date) -> Question:
    """The question about the last complete days."""
    return question.over(span(today - timedelta(days=RECENT_DAYS), today - timedelta(days=1)))


def rates(con: Connection, question: Question) -> dict[str, float]:
    """The success rate of all skills and agents of each kind in the question's span."""
    rows = ask(con, "skills/sql/rates", question, by="name")
    successes = sum(row[1] for row in rows)
    known = sum(row[2] for row in rows)
    overall = successes / known if known else NO_RATE
    found = {"skill": overall, "agent": overall}
    return found | {kind: done / of_kind for kind, done, of_kind in rows if of_kind}


def effectiveness(outcomes: Outcomes, usual: float) -> Effectiveness:
    """How well a skill or agent works, by what is known of it and of all of its kind."""
    known = outcomes.known
    return Effectiveness((outcomes.successes + ENOUGH * usual) / (known + ENOUGH), known > 0)


def total(found: Iterable[Outcomes]) -> Outcomes:
    """Outcomes of several projects together."""
    return sum(found, start=NO_OUTCOMES)
