"""A question as the warehouse understands it, and what it is answered with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar, overload

from aggregator.calendar import Span
from aggregator.measures import Question
from aggregator.parameters import UseTrigger
from aggregator.text import age, moment
from schema import zones
from schema.first_steps import none_collected, none_registered
from schema.frozen import dataclass

Data = TypeVar("Data")
Json = TypeVar("Json")
Filters = TypeVar("Filters")


class Details(Protocol):
    """How a front end names the question that shows what a row rests on."""

    def of_name(
        self,
        question: str,
        name: str,
        *,
        over: Span | None = None,
        kind: str | None = None,
        everywhere: bool = False,
        project: str | None = None,
    ) -> str:
        """A question about a skill or agent, over a span, in the projects asked about or in one.

        ``kind`` is given where the name alone is ambiguous.
        """

    def of_ranking(self, over: Span) -> str:
        """The ranking of a span."""

    def of_scope(self, query: Query, question: str, name: str, kind: str) -> str:
        """A question about a skill or agent, over the query's own span and projects."""

    def of_sessions(self, query: Query, using: Sequence[str], idle_minutes: int) -> str:
        """The sessions, split after so long a pause, that use all of these."""

    def of_session(self, query: Query, session_id: str, idle_minutes: int) -> str:
        """One session, split after so long a pause, use by use."""

    def of_team(self, question: str) -> str:
        """A question about the user's team."""


@dataclass(frozen=True)
class Query:
    """What an answer gets: the rows to select (``question``), the zone, and its footer."""

    question: Question
    zone: str
    collected_at: datetime | None
    details: Details
    last_days: int | None = None
    """Set where the span was asked for as so many days that end today."""
    unobserved: str | None = None
    """The sentence to begin with where the last days are not observed."""
    nothing_recorded: bool = False
    """Whether no use was ever collected, from any project and in any span."""

    def over(self, span: Span) -> Query:
        """The same about another span."""
        return replace(self, question=self.question.over(span))

    def only(self, *, trigger: UseTrigger | None = None, source: str | None = None) -> Query:
        """The same about uses that were started in this way and come from this source."""
        return replace(self, question=self.question.only(trigger=trigger, source=source))

    def filters(self, of: Callable[..., Filters], **own: object) -> Filters:
        """The filters of an answer: those of every question, and its own."""
        span, scope = self.question.span, self.question.scope
        common: dict[str, object] = {
            "window": span.grain,
            "since": span.since,
            "until": span.until,
            "kind": self.question.kind,
            "projects": None if scope.is_default else [p.project_id for p in scope.projects],
        }
        if scope.types:
            common["types"] = list(scope.types)
        if scope.tags:
            common["tags"] = list(scope.tags)
        if span.hours is not None:
            common["since_at"] = self.local(span.hours.since_at)
        return of(**{**common, **own})

    @cached_property
    def project_names(self) -> Mapping[str, str]:
        """The names of the projects asked about, by id."""
        return {project.project_id: project.name for project in self.question.scope.projects}

    def project(self, project_id: str) -> dict[str, Any]:
        """The fields that say which project a row is about."""
        name = self.project_names.get(project_id, project_id)
        return {"project_id": project_id, "project_name": name}

    @overload
    def local(self, instant: datetime) -> datetime: ...
    @overload
    def local(self, instant: None) -> None: ...
    @overload
    def local(self, instant: datetime | None) -> datetime | None: ...
    def local(self, instant: datetime | None) -> datetime | None:
        """The instant in the reporting zone, as every answer writes it."""
        return local(instant, self.zone)

    def warnings(self) -> list[str]:
        """That the last days are not observed, or what to do before there can be an answer."""
        return [self.unobserved] if self.unobserved else self.first_steps()

    def first_steps(self) -> list[str]:
        """What is to be done before there can be an answer."""
        if not self.question.scope.projects:
            return [none_registered()]
        if self.collected_at is None:
            return [none_collected()]
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
class Result(Generic[Data, Json]):
    """What was found (``data``), and the typed answer that every front end hands on (``json``)."""

    data: Data
    query: Query
    json: Json
    warnings: list[str] = field(default_factory=list)


@overload
def local(instant: datetime, zone: str) -> datetime: ...
@overload
def local(instant: None, zone: str) -> None: ...
@overload
def local(instant: datetime | None, zone: str) -> datetime | None: ...
def local(instant: datetime | None, zone: str) -> datetime | None:
    """The instant in a zone."""
    return None if instant is None else instant.astimezone(zones.zone(zone))
