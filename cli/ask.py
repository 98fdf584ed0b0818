"""How a command asks its question and prints the answer, and the options that make the query."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

import typer

from aggregator.parameters import ALL_PROJECTS, DAYS_BEFORE_TODAY, KIND
from cli.answers.places import PLACES
from cli.options import (
    AllProjectsOption,
    AllTimeOption,
    DaysOption,
    KindOption,
    PeriodOption,
    ProjectsOption,
    RowDaysOption,
    SinceOption,
    TagsOption,
    TypesOption,
    UntilOption,
    WindowOption,
    option,
)
from cli.query_options import QueryOptions, Window, of_rows, resolve
from cli.session import Session, answered, reading

if TYPE_CHECKING:
    from aggregator.query import Result
    from cli.screen import Block


def ask(
    context: typer.Context,
    question: str,
    options: QueryOptions,
    screen: Callable[[Result[Any, Any]], list[Block]],
    /,
    *,
    part_of_name: str | None = None,
    is_long: bool = False,
    **own: object,
) -> None:
    """Print the answer to a question of the catalogue, on a terminal as ``screen`` lays it out.

    ``own`` are the question's parameters besides the options. Its ``name`` may be given as
    ``part_of_name``: a unique part of a skill's or agent's name. ``is_long``: with a progress bar.
    UnknownName for a part of several names, and as ``resolve`` and the question raise.
    """
    session: Session = context.obj
    place = PLACES[question]
    with reading(session, place.path) as con:
        if part_of_name is not None:
            from aggregator.known_names import full_name

            own["name"] = full_name(con, part_of_name)

        def give() -> Result[Any, Any]:
            return place.give()(con, resolve(con, session.now, options), **own)

        if is_long:
            from cli.watched import reading_rows

            result = reading_rows(session, con, give)
        else:
            result = give()
    session.output.emit(answered(session, question, result), lambda: screen(result))


class Selection(NamedTuple):
    """The options that make the ``QueryOptions`` of a command, by the name of their value."""

    options: Mapping[str, Any]
    window: Callable[..., Window] = Window
    """Makes the span of those options that are not about projects and kind."""
    last: Mapping[str, Any] = {"all_projects": AllProjectsOption}
    """Come behind the command's own."""

    def taken_from(self, given: dict[str, Any]) -> QueryOptions:
        """The query options of the values, which are removed from ``given``.

        UsageError for more than one span.
        """
        taken = {name: given.pop(name) for name in (*self.options, *self.last)}
        projects, types, tags = (taken.pop(name) or () for name in _PROJECTS)
        kind = taken.pop("kind", KIND.default)
        all_projects = taken.pop("all_projects", ALL_PROJECTS.default)
        return QueryOptions(self.window(**taken), projects, kind, all_projects, types, tags)


_PROJECTS = {"project": ProjectsOption, "project_type": TypesOption, "tag": TagsOption}
_PROJECTS_AND_KIND = {**_PROJECTS, "kind": KindOption}
_RANGE = {"since": SinceOption, "until": UntilOption}
_SPAN = {"window": WindowOption, "period": PeriodOption, **_RANGE, "days": DaysOption}
_SPAN_OF_ROWS = {
    "period": PeriodOption,
    **_RANGE,
    "days": RowDaysOption,
    "all_time": AllTimeOption,
}
_DAYS_BEFORE_TODAY = Annotated[
    int | None,
    option(DAYS_BEFORE_TODAY, sentence=DAYS_BEFORE_TODAY.sentence_with_default, bounded=False),
]

# A command's parameter of one of these types stands for the options: see ``spelled_out``.
FilesOptions: TypeAlias = Annotated[QueryOptions, Selection(_PROJECTS, last={})]
ProjectsOptions: TypeAlias = Annotated[QueryOptions, Selection(_PROJECTS)]
AboutOptions: TypeAlias = Annotated[QueryOptions, Selection(_PROJECTS_AND_KIND)]
SpanOptions: TypeAlias = Annotated[QueryOptions, Selection({**_SPAN, **_PROJECTS_AND_KIND})]
DayOptions: TypeAlias = Annotated[
    QueryOptions, Selection({**_RANGE, "days": _DAYS_BEFORE_TODAY, **_PROJECTS_AND_KIND})
]
RowOptions: TypeAlias = Annotated[
    QueryOptions, Selection({**_SPAN_OF_ROWS, **_PROJECTS_AND_KIND}, of_rows)
]
RowOptionsOfSkills: TypeAlias = Annotated[
    QueryOptions, Selection({**_SPAN_OF_ROWS, **_PROJECTS}, of_rows)
]


def spelled_out(function: Callable[..., None]) -> Callable[..., None]:
    """The command for Typer: a ``Selection`` is spelled out, and options have their defaults."""
    signature = inspect.signature(function, eval_str=True)
    parameters: list[inspect.Parameter] = []
    last: list[inspect.Parameter] = []
    selections: dict[str, Selection] = {}
    for each in signature.parameters.values():
        chosen = _in_annotation(each.annotation, Selection)
        if chosen is None:
            parameters.append(_with_default(each))
        else:
            selections[each.name] = chosen
            parameters += [_parameter(*item) for item in chosen.options.items()]
            last += [_parameter(*item) for item in chosen.last.items()]

    @wraps(function)
    def command(**given: Any) -> None:
        options = {name: chosen.taken_from(given) for name, chosen in selections.items()}
        function(**given, **options)

    setattr(command, "__signature__", signature.replace(parameters=[*parameters, *last]))  # noqa: B010  # mypy knows no such attribute
    command.__annotations__ = {}
    return command


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return _with_default(inspect.Parameter(name, kind, annotation=annotation))


def _with_default(parameter: inspect.Parameter) -> inspect.Parameter:
    info = _in_annotation(parameter.annotation, typer.models.ParameterInfo)
    if parameter.default is inspect.Parameter.empty and hasattr(info, "preset"):
        return parameter.replace(default=info.preset)
    return parameter


def _in_annotation(annotation: Any, kind: type[Any]) -> Any:
    """What the annotation says of that type, besides its own type; None if nothing."""
    said = getattr(annotation, "__metadata__", ())
    return next((each for each in said if isinstance(each, kind)), None)
