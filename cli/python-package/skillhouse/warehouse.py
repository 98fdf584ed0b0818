"""A warehouse, opened for questions."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import Any, cast, get_args

from aggregator.parameters import (
    ALL_PROJECTS,
    ALL_TIME,
    KIND,
    LIMIT,
    TAGS,
    TYPES,
    WINDOW,
    Grain,
    Kind,
)
from cli.answers import catalogue
from cli.answers.catalogue import Known, Parameter, Value
from cli.answers.places import Filter
from cli.configuration import Configuration
from cli.output import Output
from cli.query_options import QueryOptions, Window
from cli.session import Session
from cli.sql_query import DEFAULT_TIMEOUT_S
from schema.errors import UsageError
from schema.parameter import MAX_COUNT
from schema.settings import Settings, load_settings
from schema.warehouse import now_utc
from skillhouse.errors import in_words_of_python
from skillhouse.questions import Questions
from skillhouse.result import Result
from skillhouse.table import Table
from skillhouse.team import Team


def open(path: str | PathLike[str] | None = None) -> Warehouse:
    """The warehouse file of a path, or else the one that the command line uses.

    Nothing is read or made here; a question raises WarehouseMissing where there is no such file.
    """
    with in_words_of_python():
        if path is not None and not fspath(path):
            raise UsageError("The path is empty.", "Leave it out for the default warehouse.")
        named = None if path is None else Path(path)
        return Warehouse(load_settings(named, configured=Configuration().text))


class Warehouse(Questions):
    """Each question is a method and opens the file for as long as it takes to answer.

    SkillhouseError, with a sentence that says what is wrong and one that says what to do, where
    there is no answer. It has nothing to be closed.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def path(self) -> Path:
        """The warehouse file."""
        return self._settings.warehouse_path

    @property
    def team(self) -> Team:
        """The questions about the team that this warehouse is in."""
        return Team(self._answer)

    def sql(
        self, query: str, *, timeout: float = DEFAULT_TIMEOUT_S, limit: int | None = None
    ) -> Table:
        """The rows of one query that reads: tables and views are those of the data dictionary.

        It is stopped after ``timeout`` seconds. It cannot change anything or use other files.
        """
        from cli import sql_query

        with in_words_of_python():
            seconds = _number("timeout", timeout)
            rows = None if limit is None else _integer("limit", limit, 1)
            session = self._session()
            return Table(
                sql_query.run(
                    session.warehouse, _text("query", query), timeout_s=seconds, limit=rows
                )
            )

    def __repr__(self) -> str:
        return f"skillhouse.open({str(self.path)!r})"

    def _session(self) -> Session:
        return Session(self._settings, Output(format="json", quiet=True), now_utc())

    def _answer(self, question: str, given: Mapping[str, Any]) -> Result[Any, Any, Any]:
        known = catalogue.known(question)
        with in_words_of_python():
            options, values = _options(known, given), _values(known, given)
            session = self._session()
            with session.warehouse.reading() as con:
                answered = known.answer(con, session, options, values)
        return Result(question, answered.answer)


def _options(known: Known, given: Mapping[str, Any]) -> QueryOptions:
    """Span, projects and kind among the arguments of a question."""
    kind = given.get("kind", KIND.default) if Filter.KIND in known.filters else KIND.default
    days = given.get("days")
    window = cast("Grain", _choice("window", given.get("window", WINDOW.default), get_args(Grain)))
    return QueryOptions(
        Window(
            window,
            _optional_text("period", given.get("period")),
            _day("since", given.get("since")),
            _day("until", given.get("until")),
            None if days is None else _integer("days", days, None),
            _flag("all_time", given.get("all_time", ALL_TIME.default)),
        ),
        _projects(given.get("projects", ())),
        cast("Kind", _choice("kind", kind, get_args(Kind))),
        _flag("all_projects", given.get("all_projects", ALL_PROJECTS.default)),
        _texts("types", given.get("types", TYPES.default)),
        _texts("tags", given.get("tags", TAGS.default)),
    )


def _values(known: Known, given: Mapping[str, Any]) -> dict[str, Value]:
    """The arguments that only this question has."""
    return {name: _checked(parameter, given[name]) for name, parameter in known.parameters.items()}


def _checked(parameter: Parameter, value: object) -> Value:
    name = parameter.name
    if value is None and parameter.nullable:
        return None
    if parameter.choices:
        return _choice(name, value, parameter.choices)
    if parameter.many:
        if not isinstance(value, list | tuple):
            raise UsageError(f"{name} is a list of texts, not {value!r}.")
        return [_text(name, each) for each in value]
    if parameter.type is bool:
        return _flag(name, value)
    if parameter.type is int:
        number = _integer(name, value, None)
        return min(number, MAX_COUNT) if name == LIMIT.name else number
    return _number(name, value) if parameter.type is float else _text(name, value)


def _choice(name: str, value: object, choices: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise UsageError(f"{name} cannot be {value!r}.", f"It is {' or '.join(choices)}.")
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{name} is True or False, not {value!r}.")
    return value


def _integer(name: str, value: object, least: int | None) -> int:
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(cast("Any", value))
    except TypeError:
        raise UsageError(f"{name} is a whole number, not {value!r}.") from None
    if least is not None and number < least:
        raise UsageError(f"{name} cannot be {number}.", f"The minimum is {least}.")
    if number > MAX_COUNT and name != LIMIT.name:
        raise UsageError(f"{name} cannot be {number}.", f"The maximum is {MAX_COUNT:,}.")
    return number


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{name} is a number, not {value!r}.")
    return float(value)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name} is a text, not {value!r}.")
    return value


def _optional_text(name: str, value: object) -> str | None:
    return None if value is None else _text(name, value)


def _day(name: str, value: object) -> str | None:
    """A day as the command line takes it; also a date, but no moment, which is of no one day."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return _optional_text(name, value)


def _texts(name: str, value: object) -> list[str]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, Sequence):
        raise UsageError(f"{name} is a text or a list of texts, not {value!r}.")
    return [_text(name, each) for each in listed]


def _projects(value: object) -> list[str]:
    listed = [value] if isinstance(value, str | PathLike) else value
    if not isinstance(listed, Sequence):
        raise UsageError(f"projects is a name or a list of them, not {value!r}.")
    return [_text("projects", str(each) if isinstance(each, PathLike) else each) for each in listed]
