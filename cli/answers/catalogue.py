"""Every answer by name: its function, its filters and its parameters.

For export, MCP and the report. Looking up a name imports only that answer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from aggregator.query import Query, Result
from cli.answers.places import PLACES, Filter
from cli.output import Answer
from cli.query_options import QueryOptions, Window, resolve
from cli.session import Session, answered
from schema.errors import UnknownName, UsageError
from schema.frozen import dataclass
from schema.names import did_you_mean
from schema.warehouse import Connection

Value: TypeAlias = str | int | float | bool | Sequence[str] | None


@dataclass(frozen=True)
class Parameter:
    """A parameter of one answer; ``choices`` is empty if any value is allowed.

    ``required`` ones have no default; ``many``: a list of texts.
    """

    name: str
    type: type[str] | type[int] | type[float] | type[bool]
    choices: tuple[str, ...] = ()
    nullable: bool = False
    required: bool = False
    default: Value = None
    least: int | None = None
    most: int | None = None
    many: bool = False

    def check(self, value: Value) -> None:
        """UsageError for a number outside its bounds."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        if self.least is not None and value < self.least:
            raise UsageError(f"{self.name} cannot be {value}.", f"The minimum is {self.least:,}.")
        if self.most is not None and value > self.most:
            raise UsageError(f"{self.name} cannot be {value}.", f"The maximum is {self.most:,}.")

    def read(self, text: str) -> Value:
        """The value of a text; UsageError for an invalid one."""
        try:
            value = _read(self.type, text)
        except (ValueError, KeyError):
            value = None
        if value is None or (self.choices and value not in self.choices):
            allowed = " or ".join(self.choices) if self.choices else _NAMED[self.type]
            raise UsageError(f"{text!r} is not a value of {self.name}.", f"Allowed: {allowed}.")
        return value


_NAMED = {str: "text", int: "an integer", float: "a number", bool: "yes or no"}


@dataclass(frozen=True)
class Answered:
    """A result with its query, and the answer of it."""

    result: Result[Any, Any]
    answer: Answer

    @property
    def query(self) -> Query:
        return self.result.query


@dataclass(frozen=True)
class Known:
    """An answer of the catalogue. Call ``give`` with the values of ``parameters`` by name."""

    name: str
    give: Callable[..., Result[Any, Any]]
    filters: Filter
    parameters: Mapping[str, Parameter]
    days: int | None = None

    def answer(
        self,
        con: Connection,
        session: Session,
        options: QueryOptions,
        values: Mapping[str, Value],
    ) -> Answered:
        """The answer. UsageError for an unknown or missing value; raises as ``give`` does."""
        for name in values:
            if name not in self.parameters:
                takes = ", ".join(self.parameters) or "none"
                raise UsageError(f"{self.name} has no {name!r}.", f"Parameters: {takes}.")
        for parameter in self.parameters.values():
            if parameter.required and parameter.name not in values:
                raise UsageError(f"{self.name} needs a {parameter.name}.", "Add it.")
            parameter.check(values.get(parameter.name))
        self._check(options)
        if self.days is not None and options.window == Window():
            options = replace(options, window=Window(days=self.days))
        result = self.give(con, resolve(con, session.now, options), **values)
        return Answered(result, answered(session, self.name, result))

    def _check(self, options: QueryOptions) -> None:
        asked = {
            Filter.SPAN: ("a span", options.window != QueryOptions().window),
            Filter.PROJECTS: (
                "projects",
                bool(options.projects or options.all_projects or options.types or options.tags),
            ),
            Filter.KIND: ("a kind", options.kind != "all"),
        }
        for part, (named, given) in asked.items():
            if given and part not in self.filters:
                raise UsageError(f"{self.name} cannot be filtered by {named}.", "Leave it out.")


def names() -> list[str]:
    """The names of all answers."""
    return list(PLACES)


def exported_names() -> list[str]:
    """The names of the answers that can be exported."""
    return [name for name, place in PLACES.items() if place.exported]


@cache
def known(name: str) -> Known:
    """The answer of that name. UnknownName suggests similar ones."""
    place = PLACES.get(name)
    if place is None:
        near = get_close_matches(name, PLACES, n=3, cutoff=0.5)
        hint = did_you_mean(near, f"Choose one of {', '.join(PLACES)}.")
        raise UnknownName(f"There is no answer named {name!r}.", hint)
    give = place.give()
    return Known(name, give, place.filters, _parameters(give), place.days)


def _parameters(give: Callable[..., Any]) -> dict[str, Parameter]:
    """The parameters after connection and query, without callbacks."""
    types = get_type_hints(give, include_extras=True)
    own = list(inspect.signature(give).parameters.values())[2:]
    found = (_parameter(each, types[each.name]) for each in own)
    return {each.name: each for each in found if each is not None}


def _parameter(each: inspect.Parameter, annotation: Any) -> Parameter | None:
    nullable = False
    if get_origin(annotation) in (Union, UnionType):
        parts = [part for part in get_args(annotation) if part is not NoneType]
        nullable = len(parts) < len(get_args(annotation))
        annotation = parts[0]
    declared = None
    if get_origin(annotation) is Annotated:
        annotation, declared = get_args(annotation)
    many = get_origin(annotation) is Sequence and get_args(annotation) == (str,)
    if many:
        annotation = str
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    if not choices and annotation not in _NAMED:
        return None
    required = each.default is inspect.Parameter.empty
    return Parameter(
        each.name,
        str if choices else annotation,
        choices,
        nullable,
        required,
        None if required else each.default,
        None if declared is None else declared.least,
        None if declared is None else declared.most,
        many,
    )


def _read(kind: type, text: str) -> Value:
    if kind is bool:
        return {"yes": True, "true": True, "no": False, "false": False}[text.lower()]
    return kind(text)  # type: ignore[no-any-return]
