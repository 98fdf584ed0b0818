"""What was asked, as the warehouse understands it, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from aggregator.measures import Question, last_collected, scope
from cli.output import Answer
from cli.session import Session
from cli.text import age, moment
from cli.wanted import Wanted
from schema.warehouse import Connection, reporting_zone

Found = TypeVar("Found")


@dataclass(frozen=True)
class Asked:
    """A question, the zone it is answered in, and what an answer's surroundings need."""

    question: Question
    zone: str
    collected_at: datetime | None

    def filters(self, **more: object) -> dict[str, object]:
        """The question as the JSON envelope repeats it."""
        span, scope = self.question.span, self.question.scope
        return {
            "window": span.grain,
            "since": None if span.since is None else span.since.isoformat(),
            "until": None if span.until is None else span.until.isoformat(),
            "kind": self.question.kind,
            "projects": None if scope.is_default else [p.project_id for p in scope.projects],
            **more,
        }

    def warnings(self) -> list[str]:
        if not self.question.scope.projects:
            return ["No project is registered yet: skillhouse register-project PATH"]
        if self.collected_at is None:
            return ["Nothing has been collected yet: skillhouse refresh"]
        return []

    def footer(self) -> str:
        """The line that names zone, span and freshness."""
        span = self.question.span.label()
        if self.collected_at is None:
            fresh = "never collected"
        else:
            when = moment(self.collected_at, self.zone)
            fresh = f"collected {age(self.collected_at, self.question.now)} ({when})"
        return f"{span} | zone {self.zone} | {fresh}"


@dataclass(frozen=True)
class Answered(Generic[Found]):
    """An answer in numbers (``found``) and as the JSON of every front end, with its question."""

    found: Found
    asked: Asked
    answer: Answer


def ask(con: Connection, session: Session, wanted: Wanted) -> Asked:
    """The question as the warehouse understands it.

    Raises UnknownName for a project that is not registered, BadDate or UsageError for its span.
    """
    zone = reporting_zone(con)
    question = Question(
        wanted.window.span(session.now, zone),
        scope(con, wanted.projects, include_inactive=wanted.all_projects),
        wanted.kind,
        session.now,
    )
    return Asked(question, zone, last_collected(con))
