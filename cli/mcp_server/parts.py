"""What the tools answer with: the answers of our commands, and which of their rows and fields.

Every row and number is what the command of the same name prints with ``--json``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aggregator.measures import last_collected
from cli import text
from cli.answers import catalogue
from cli.answers.catalogue import Value
from cli.mcp_server.arguments import About, Arguments, Listed
from cli.output import Answer
from cli.query_options import QueryOptions
from cli.session import Session
from schema.errors import UnknownName
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


Query = Callable[[Connection, Session, Any], list[Part]]
"""Answers the arguments of one tool."""


@dataclass(frozen=True)
class CatalogueQuery:
    """A query for an answer of the catalogue.

    Each parameter of the answer is the tool's argument of the same name, if the tool has one;
    ``renamed`` are parameters with another argument's name. ``keep`` chooses rows, ``drop`` names
    fields that are left out, and ``wanted_by`` says whether these arguments ask for it at all.
    """

    name: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    keep: Callable[[Row], bool] | None = None
    drop: tuple[str, ...] = ()
    wanted_by: Callable[[Any], bool] | None = None

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
        options = arguments.options if isinstance(arguments, About) else QueryOptions()
        result = answer.answer(con, session, options, values)
        envelope = dict(result.answer.envelope())
        if "limit" in answer.parameters and isinstance(arguments, Listed):
            filters = envelope["filters"]
            assert isinstance(filters, Mapping)
            envelope["filters"] = {**filters, "limit": arguments.limit}
        part = Part(envelope, result.query.footer())
        rows = [row for row in part.rows if self.keep is None or self.keep(row)]
        rows = [{name: row[name] for name in row if name not in self.drop} for row in rows]
        return [Part({**envelope, "data": rows}, part.about)]


def together(*queries: Query) -> Query:
    """One query for the answers of several, in this order."""

    def query(con: Connection, session: Session, arguments: Arguments) -> list[Part]:
        return [part for each in queries for part in each(con, session, arguments)]

    return query


def stands_out(row: Row) -> bool:
    """Whether a row of ``health`` is worth an agent's attention."""
    changed = row["trend"]["verdict"] in ("improving", "degrading")
    return bool(changed or row["attention"] or row["unused"] or row["new"])


def projects(con: Connection, session: Session, _: Arguments) -> list[Part]:
    from cli.answers.beside import projects as registered

    return [_current(con, registered(con, session))]


def status(con: Connection, session: Session, _: Arguments) -> list[Part]:
    from cli.answers.beside import status as state

    return [_current(con, state(con, session))]


def _current(con: Connection, answer: Answer) -> Part:
    return Part(answer.envelope(), as_of_now(con, answer.timezone, answer.generated_at))


def as_of_now(con: Connection, zone: str, now: datetime) -> str:
    """Time zone and freshness of an answer that has no span."""
    collected = last_collected(con)
    when = "" if collected is None else f" ({text.moment(collected, zone)})"
    return f"now | zone {zone} | collected {text.age(collected, now)}{when}"


def first_steps(con: Connection) -> list[str]:
    """What to run first in a warehouse that holds nothing yet; empty in any other."""
    [(registered,)] = con.execute("select count(*) from projects").fetchall()
    if not registered:
        return ["No project is registered yet: skillhouse register-project PATH"]
    return [] if last_collected(con) else ["Nothing has been collected yet: skillhouse refresh"]


def with_first_steps(con: Connection, error: UnknownName) -> UnknownName:
    """The error, with what to run first where nothing can be known yet."""
    steps = first_steps(con)
    return UnknownName(error.message, steps[0]) if steps else error
