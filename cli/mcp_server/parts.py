"""What the tools answer with: the answers of our commands, and which of their rows and fields.

Every row and number is what the command of the same name prints with ``--json``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from aggregator import text
from aggregator.measures import last_collected
from cli.answers import catalogue
from cli.answers.catalogue import Value
from cli.answers.places import Filter
from cli.mcp_server.arguments import Arguments, Listed, Recommendations
from cli.mcp_server.fields import without
from cli.output import Answer
from cli.session import Session
from schema.errors import UnknownName, UsageError
from schema.first_steps import none_collected, none_registered
from schema.statements import has_rows
from schema.warehouse import Connection

Row = Mapping[str, Any]

ALL_ROWS = 2**31 - 1
"""Every row is asked for; the page decides how many are sent."""


@dataclass(frozen=True)
class Part:
    """One of the answers in a reply; ``about`` states span, time zone and freshness."""

    envelope: Mapping[str, Any]
    about: str

    @property
    def command(self) -> str:
        return str(self.envelope["command"])

    @property
    def rows(self) -> Sequence[Row]:
        rows: Sequence[Row] = self.envelope["data"]
        return rows


class Query(Protocol):
    """Answers the arguments of one tool."""

    @property
    def answers(self) -> Mapping[str, Sequence[str]]:
        """The answers it may send by their commands, and the fields that each is without."""

    def __call__(self, con: Connection, session: Session, arguments: Any, /) -> list[Part]:
        """The answers, with all of their rows."""


@dataclass(frozen=True)
class CatalogueQuery:
    """A query for an answer of the catalogue.

    Each parameter of the answer is the tool's argument of the same name, if the tool has one;
    ``renamed`` are parameters with another argument's name, ``more`` further values of
    parameters. ``keep`` chooses rows for these
    arguments, unless they ask for ``all_rows``; those that are ``first`` lead, and otherwise the
    order is the command's. ``drop`` names fields that are left out, and ``wanted_by`` says whether
    these arguments ask for it at all. ``sums`` shortens the totals. ``quiet`` are filters that are
    not sent back.
    """

    name: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    keep: Callable[[Row, Any], bool] | None = None
    first: Callable[[Row], bool] | None = None
    drop: tuple[str, ...] = ()
    wanted_by: Callable[[Any], bool] | None = None
    more: Callable[[Any], Mapping[str, Value]] | None = None
    sums: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    quiet: tuple[str, ...] = ()

    @property
    def answers(self) -> Mapping[str, Sequence[str]]:
        return {self.name: self.drop}

    def __call__(self, con: Connection, session: Session, arguments: Arguments) -> list[Part]:
        if self.wanted_by is not None and not self.wanted_by(arguments):
            return []
        answer = catalogue.known(self.name)
        names = {each: self.renamed.get(each, each) for each in answer.parameters}
        values: dict[str, Value] = {
            parameter: getattr(arguments, argument)
            for parameter, argument in names.items()
            if argument in type(arguments).model_fields
        }
        if "limit" in answer.parameters:
            values["limit"] = ALL_ROWS
        if self.more is not None:
            values |= self.more(arguments)
        options = arguments.options
        if Filter.KIND not in answer.filters:
            options = replace(options, kind="all")
        result = answer.answer(con, session, options, values)
        envelope = dict(result.answer.envelope())
        if self.sums is not None:
            envelope["totals"] = self.sums(_mapping(envelope["totals"]))
        filters = dict(_mapping(envelope["filters"]))
        if "limit" in answer.parameters and isinstance(arguments, Listed):
            filters["limit"] = arguments.limit
        envelope["filters"] = {key: filters[key] for key in filters if key not in self.quiet}
        part = Part(envelope, result.query.footer())
        keep = None if getattr(arguments, "all_rows", False) else self.keep
        rows = [row for row in part.rows if keep is None or keep(row, arguments)]
        if self.first is not None:
            first = self.first
            rows.sort(key=lambda row: not first(row))
        return [Part({**envelope, "data": without(rows, self.drop)}, part.about)]


def _mapping(value: object) -> Mapping[str, Any]:
    assert isinstance(value, Mapping)
    return value


LISTINGS, NAMES = 5, 10
"""Listings that do not fit, and names in each, that ``list_skills`` sends."""


def longest_listings(totals: Mapping[str, Any]) -> Mapping[str, Any]:
    """The totals of ``skills`` with the longest listings of those that do not fit."""
    over = [each for each in totals["listings"] if each["over"]]
    longest = sorted(over, key=lambda each: -int(each["characters"]))[:LISTINGS]
    return {**totals, "listings": [{**each, "over": each["over"][:NAMES]} for each in longest]}


class Together:
    """A query for the answers of several, in this order."""

    def __init__(self, *queries: Query) -> None:
        self.queries = queries

    @property
    def answers(self) -> Mapping[str, Sequence[str]]:
        return {name: paths for each in self.queries for name, paths in each.answers.items()}

    def __call__(self, con: Connection, session: Session, arguments: Arguments) -> list[Part]:
        return [part for each in self.queries for part in each(con, session, arguments)]


@dataclass(frozen=True)
class OneOf:
    """A query for the one answer that the argument ``question`` names.

    UsageError for an argument of another question: an answer without it would look like one with.
    """

    prefix: str
    questions: tuple[str, ...]

    @property
    def answers(self) -> Mapping[str, Sequence[str]]:
        return {f"{self.prefix}-{question}": () for question in self.questions}

    def __call__(self, con: Connection, session: Session, arguments: Any) -> list[Part]:
        name = f"{self.prefix}-{arguments.question}"
        takes = {"question", *Listed.model_fields, *catalogue.known(name).parameters}
        others = [
            argument
            for argument, field in type(arguments).model_fields.items()
            if argument not in takes and getattr(arguments, argument) != field.default
        ]
        if others:
            raise UsageError(
                f"The question {arguments.question} does not take {' and '.join(others)}.",
                "Leave that out, or ask another question.",
            )
        return CatalogueQuery(name)(con, session, arguments)


def stands_out(row: Row, _: Arguments) -> bool:
    """Whether a row of ``health`` is worth an agent's attention."""
    return bool(row["comparison"]["findings"] or row["unused"] or row["new"])


def for_the_task(given: Recommendations) -> Mapping[str, Value]:
    """What works elsewhere and is missing in the given projects; without any, what there is."""
    kind = None if given.kind == "all" else given.kind
    return {"elsewhere": bool(given.projects), "kind": kind}


def has_finding(row: Row) -> bool:
    """Whether something of a row of ``health`` needs attention or is worth a look."""
    return row["comparison"]["level"] is not None


def is_type(row: Row) -> bool:
    """Whether a row of ``compare`` is about a type of projects."""
    return bool(row["group"] == "type")


def is_habit(row: Row, _: Arguments) -> bool:
    """Whether a row of ``patterns-transitions`` is a finding: a habit, or a change of success."""
    return row["follows"] == "more than chance" or row["verdict"] in ("better", "worse")


def is_usual_next(row: Row, given: Recommendations) -> bool:
    """Whether a row of ``patterns-transitions`` says what is used next after the one asked for."""
    asked = given.after is None or row["first_name"] == given.after
    return bool(asked and row["follows"] == "more than chance")


def is_together(row: Row, _: Arguments) -> bool:
    """Whether a row of ``patterns-pairs`` is more than chance."""
    return bool(row["verdict"] == "together")


@dataclass(frozen=True)
class StateQuery:
    """A query for an answer about the warehouse itself, which has no span."""

    name: str
    answer: Callable[[Connection, Session], Answer]
    shape: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda envelope: envelope

    @property
    def answers(self) -> Mapping[str, Sequence[str]]:
        return {self.name: ()}

    def __call__(self, con: Connection, session: Session, _: Arguments) -> list[Part]:
        found = self.answer(con, session)
        about = as_of_now(con, found.timezone, found.generated_at)
        return [Part(self.shape(found.envelope()), about)]


QUIET_FIELDS = (
    *(
        "warehouse_path",
        "rows",
        "warehouse_bytes",
        "rejected_records",
        "stale_buckets",
        "last_success_at",
    ),
    *("age_s", "schedule", "next_run_at"),
)
"""What is left of ``status`` where all is well."""


def only_what_is_wrong(envelope: Mapping[str, Any]) -> Mapping[str, Any]:
    """``status`` without the projects that are neither silent nor behind, and where nothing is
    wrong with no more than ``QUIET_FIELDS``."""
    noted = [_noted(row) for row in envelope["data"]]
    if envelope["warnings"] or any(noted):
        rows = [
            {**row, "projects": projects}
            for row, projects in zip(envelope["data"], noted, strict=True)
        ]
    else:
        rows = [{name: row[name] for name in QUIET_FIELDS} for row in envelope["data"]]
    return {**envelope, "data": rows}


def _noted(row: Row) -> list[Row]:
    """The projects that are silent, or were collected before the last complete run, or never."""
    last: str | None = row["last_success_at"]
    return [
        project
        for project in row["projects"]
        if project["silent"]
        or last is None
        or project["last_sync_at"] is None
        or project["last_sync_at"] < last
    ]


def as_of_now(con: Connection, zone: str, now: datetime) -> str:
    """Time zone and freshness of an answer that has no span."""
    collected = last_collected(con)
    when = "" if collected is None else f" ({text.moment(collected, zone)})"
    return f"now | zone {zone} | collected {text.age(collected, now)}{when}"


def first_steps(con: Connection) -> list[str]:
    """What to run first in a warehouse that holds nothing yet; empty in any other."""
    if not has_rows(con, "projects"):
        return [none_registered()]
    return [] if last_collected(con) else [none_collected()]


def with_first_steps(con: Connection, error: UnknownName) -> UnknownName:
    """The error, with what to run first where nothing can be known yet."""
    steps = first_steps(con)
    return UnknownName(error.message, steps[0]) if steps else error
