"""The methods of ``import skillhouse``: one for each question, made from the catalogue.

``python -m cli.python_source`` prints questions.py of cli/python-package, and with the word
``team`` team_questions.py, but for their layout; `make docs` renews the files, and a test keeps
them the same. It is source so that editors and type checkers know every argument, and generated so
that each is declared once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from textwrap import wrap
from typing import get_args

from aggregator.parameters import (
    ALL_PROJECTS,
    ALL_TIME,
    DAYS,
    KIND,
    PERIOD,
    SINCE,
    TAGS,
    TYPES,
    UNTIL,
    WINDOW,
    Grain,
    Kind,
)
from cli.answers import catalogue
from cli.answers.catalogue import Known, Parameter
from cli.answers.places import Filter
from cli.answers.schemas import schema_of
from cli.answers.shapes import hints, row_type
from cli.answers.types import answer_type

_HEAD = '''\
"""Every question as a method. Written by `make docs` from the catalogue of questions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
%(imports)s
    from skillhouse.result import Result

Span: TypeAlias = %(span)s
Projects: TypeAlias = str | PathLike[str] | Sequence[str | PathLike[str]]
Texts: TypeAlias = str | Sequence[str]


class Questions(ABC):
    """One method for each question.

    ``window`` is the current day, week or month; ``period`` is 2026-11, 2026-W47, 2026-Q4,
    2026, yesterday, last-week, 7d or, for the last hours, 24h; ``since`` and ``until`` are
    first and last day in the same forms; ``days`` ends today. Name one span.
    ``projects`` are ids, names or paths; without any, all active projects count. Of these only
    those of one of the ``types``, and with the ``tags`` (``team:core``, or ``team`` for any team).
    """

    @abstractmethod
    def _answer(self, question: str, given: Mapping[str, Any]) -> Result[Any, Any, Any]:
        """The answer to a question of the catalogue, with the arguments that were given."""
'''

_TEAM_HEAD = '''\
"""Every question about a team as a method. Written by `make docs` from the catalogue."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
%(imports)s
    from skillhouse.result import Result


class TeamQuestions(ABC):
    """One method for each question about the team that the warehouse is in."""

    @abstractmethod
    def _answer(self, question: str, given: Mapping[str, Any]) -> Result[Any, Any, Any]:
        """The answer to a question of the catalogue, with the arguments that were given."""
'''
TEAM = "team-"
"""What the names of questions about a team begin with."""

_SPAN = [
    f"period: str | None = {PERIOD.default}",
    f"since: date | str | None = {SINCE.default}",
    f"until: date | str | None = {UNTIL.default}",
    f"days: int | None = {DAYS.default}",
]
_PROJECTS = [
    "projects: Projects = ()",
    f"all_projects: bool = {ALL_PROJECTS.default}",
    f"types: Texts = {TYPES.default}",
    f"tags: Texts = {TAGS.default}",
]
_WIDTH = 92


def source(*, team: bool = False) -> str:
    """The module, of all questions or of those about a team; it still has to be laid out."""
    names = (name for name in catalogue.names() if name.startswith(TEAM) == team)
    known = [catalogue.known(name) for name in names]
    modules = {_module_of(each): each.give.__module__ for each in known}
    rows = {_row_type(each).__module__ for each in known} | {
        hints(answer_type(each.name))[part].__module__
        for each in known
        for part in ("filters", "totals")
    }
    modules |= {_alias(name): name for name in rows}
    lines = sorted(
        f"    from {package} import {module} as {alias}"
        for alias, name in modules.items()
        for package, _, module in (name.rpartition("."),)
    )
    head = _TEAM_HEAD if team else _HEAD
    made = head % {"imports": "\n".join(lines), "span": _literal(get_args(Grain))}
    methods = ["\n".join(_method(each)) for each in known]
    return "\n".join([made, "\n\n".join(methods)]) + "\n"


def _method(known: Known) -> Iterator[str]:
    name = known.name.removeprefix(TEAM).replace("-", "_")
    first = [_parameter(each) for each in known.parameters.values() if each.required]
    own = [_parameter(each) for each in known.parameters.values() if not each.required]
    named = [*_filters(known), *own]
    parameters = ["self", *first, *(["*", *named] if named else [])]
    answer = hints(answer_type(known.name))
    result = ", ".join(map(_type_name, (_row_type(known), answer["filters"], answer["totals"])))
    if named:
        yield f"    def {name}("
        yield from (f"        {each}," for each in parameters)
        yield f"    ) -> Result[{result}]:"
    else:
        yield f"    def {name}({', '.join(parameters)}) -> Result[{result}]:"
    yield from _docstring(known)
    yield f'        return self._answer("{known.name}", locals())'
    yield ""


def _docstring(known: Known) -> Iterator[str]:
    lines = [*_sentence_of(known)]
    first = " ".join((known.give.__doc__ or "").split()).partition(". ")[0].rstrip(".") + "."
    if not lines:
        yield f'        """{first}"""'
        return
    yield from _wrapped(f'"""{first}', "        ")
    yield ""
    for each in lines:
        yield from _wrapped(each, "        ", "            ")
    yield '        """'


def _sentence_of(known: Known) -> Iterator[str]:
    """What each argument of its own means, as the filters of the answer say."""
    fields = schema_of(known.name)["properties"]["filters"]["properties"]
    for name in known.parameters:
        sentence = fields.get(name, {}).get("description")
        if sentence:
            yield f"``{name}``: {sentence}"


def _wrapped(text: str, indent: str, later: str | None = None) -> list[str]:
    return wrap(
        text,
        _WIDTH + len(indent),
        initial_indent=indent,
        subsequent_indent=later or indent,
        break_on_hyphens=False,
    )


def _filters(known: Known) -> list[str]:
    found: list[str] = []
    if Filter.SPAN in known.filters:
        window = f'window: Span = "{WINDOW.default}"'
        whole = window if known.days is None else f"all_time: bool = {ALL_TIME.default}"
        found += [whole, *_SPAN]
    if Filter.PROJECTS in known.filters:
        found += _PROJECTS
    if Filter.KIND in known.filters:
        found.append(f'kind: {_literal(get_args(Kind))} = "{KIND.default}"')
    return found


def _literal(choices: tuple[str, ...]) -> str:
    listed = ", ".join(f'"{choice}"' for choice in choices)
    return f"Literal[{listed}]"


def _parameter(of: Parameter) -> str:
    annotation = _literal(of.choices) if of.choices else of.type.__name__
    if of.many:
        annotation = f"Sequence[{annotation}]"
    if of.nullable:
        annotation += " | None"
    default = f'"{of.default}"' if isinstance(of.default, str) else repr(of.default)
    return f"{of.name}: {annotation}" + ("" if of.required else f" = {default}")


def _row_type(known: Known) -> type:
    found: type = row_type(known.name)
    return found


def _module_of(known: Known) -> str:
    return _alias(known.give.__module__)


def _type_name(of: type) -> str:
    return f"{_alias(of.__module__)}.{of.__qualname__}"


def _alias(module: str) -> str:
    """A module's name among the imports: ``_team_shared`` of ``aggregator.answers.team.shared``."""
    return "_" + module.partition(".answers.")[2].replace(".", "_")


if __name__ == "__main__":
    sys.stdout.write(source(team=sys.argv[1:] == ["team"]).rstrip("\n") + "\n")
