"""What each tool may be asked, typed and bounded; the JSON Schemas of the tools are made of it.

Clients fill in what an agent left out: null or "" for an argument that has a default is as if not
given, here and among the projects. An unknown argument is ignored, and the answer says so: some
clients add their own, and an agent that misspells one must be told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from aggregator.measures import Kind
from aggregator.reports.patterns.pairs import Sort as PairSort
from aggregator.reports.patterns.rows import ENOUGH
from aggregator.reports.recommendations.recommendation import Action
from aggregator.reports.top_skills import Sort
from cli.wanted import Wanted, Window, of_rows
from schema.errors import UsageError

ROWS = 20
MOST_ROWS = 100
_SHOWN, _NAME_SHOWN = 3, 30
"""How many unknown arguments are named, and how many characters of each."""


def _listed(value: object) -> object:
    """Some clients hand over a list as a text of JSON, or its one element."""
    if not isinstance(value, str):
        return value
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return [value]
    return read if isinstance(read, list) else [value]


def _given_projects(value: object) -> object:
    listed = _listed(value)
    return [each for each in listed if not _is_blank(each)] if isinstance(listed, list) else listed


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


Name = Annotated[
    str, Field(min_length=1, max_length=1000, description="A skill's or an agent's exact name.")
]
Project = Annotated[str, Field(min_length=1, max_length=4096)]
Projects = Annotated[
    list[Project],
    BeforeValidator(_given_projects),
    Field(max_length=50, description="Only these projects: ids or names. Empty: all active ones."),
]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Period = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-(\d{2}|W\d{2}|\d{2}-\d{2})$",
        description="A month 2026-11, an ISO week 2026-W47 or a day 2026-11-20.",
    ),
]
Tag = Annotated[str, Field(max_length=1000)]
Times = Annotated[int, Field(ge=1, le=1_000_000_000)]


class Arguments(BaseModel):
    """What a tool is called with."""

    model_config = ConfigDict(extra="forbid")


class Listed(Arguments):
    """A list, a page at a time."""

    limit: int = Field(ROWS, ge=1, le=MOST_ROWS, description="Rows at most.")
    cursor: str | None = Field(
        None, max_length=1000, description="next_cursor of the page before, all else unchanged."
    )


class About(Arguments):
    """Projects and kind."""

    projects: Projects = []
    kind: Kind = Field("all", description="Skills, agents, or both.")
    include_unregistered: bool = Field(
        False, description="Include the history of unregistered projects."
    )

    @property
    def wanted(self) -> Wanted:
        return Wanted(Window(), self.projects, self.kind, self.include_unregistered)


class Spanned(About):
    """Projects, kind and a span: at most one of window, period, since/until and days."""

    window: Literal["daily", "weekly", "monthly", "all"] = Field(
        "all", description="The day, week or month that is open now, or all time."
    )
    period: Period | None = None
    since: Day | None = Field(None, description="The first day.")
    until: Day | None = Field(None, description="The last day, included.")
    days: int | None = Field(None, ge=1, le=36500, description="Today and the days before.")

    @property
    def wanted(self) -> Wanted:
        window = Window(self.window, self.period, self.since, self.until, self.days)
        return Wanted(window, self.projects, self.kind, self.include_unregistered)


class TopSkills(Spanned, Listed):
    sort: Sort = Field("uses", description="effectiveness ranks by a cautious success rate.")
    min_uses: Times = Field(1, description="Leave out what was used less often.")


class OneName(Spanned):
    name: Name


class CompareName(Spanned, Listed):
    name: Name


class NameSummary(About):
    name: Name


class Insights(About, Listed):
    pass


class Patterns(About, Listed):
    pattern: Literal["transitions", "pairs", "both"] = Field(
        "both", description="What follows what, what is used together in a session, or both."
    )
    name: Name | None = None
    period: Period | None = None
    since: Day | None = Field(None, description="The first day.")
    until: Day | None = Field(None, description="The last day, included.")
    days: int | None = Field(
        None, ge=1, le=36500, description="Today and the days before; 90 unless a span is named."
    )
    all_time: bool = Field(False, description="Every day; rows are read, so it may take a while.")
    min_times: Times = Field(ENOUGH, description="Leave out what was seen less often.")
    sort_pairs: PairSort = "lift"

    @property
    def wanted(self) -> Wanted:
        window = of_rows(self.period, self.since, self.until, self.days, self.all_time)
        return Wanted(window, self.projects, self.kind, self.include_unregistered)


class Recommendations(About, Listed):
    action: Action | None = Field(None, description="Only things of this kind.")


class ListProjects(Listed):
    pass


class Nothing(Arguments):
    pass


class RegisterProject(Arguments):
    path: str = Field(
        pattern=r"^(/|~|[A-Za-z]:[\\/])",
        max_length=4096,
        description="The absolute path of the project's top folder.",
    )
    name: str | None = Field(None, min_length=1, max_length=200)
    type: str | None = Field(
        None, min_length=1, max_length=100, description="cli, web, library, ..."
    )
    timezone: str | None = Field(
        None, min_length=1, max_length=100, description="The IANA zone of its local times."
    )
    tags: dict[Tag, Tag] = Field(default={}, max_length=20)


class UnregisterProject(Arguments):
    project: Project = Field(description="A project's id or name.")


class Collect(Arguments):
    projects: Projects = []
    full: bool = Field(False, description="Read every file from its start.")


class Compute(Arguments):
    full: bool = Field(False, description="Compute every rollup anew.")


@dataclass(frozen=True)
class Call:
    """The arguments as a tool takes them, and the names of those it does not have."""

    arguments: Arguments
    unknown: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """One sentence about what was ignored, or none."""
        return [_takes(type(self.arguments), self.unknown)] if self.unknown else []


def read(model: type[Arguments], given: Mapping[str, object]) -> Call:
    """What a tool is called with. UsageError says which arguments are wrong, and why."""
    fields = model.model_fields
    unknown = tuple(name for name in given if name not in fields)
    meant = {
        name: value
        for name, value in given.items()
        if name in fields and (fields[name].is_required() or not _is_blank(value))
    }
    try:
        return Call(model.model_validate(meant), unknown)
    except ValidationError as error:
        faults = [_fault(dict(each)) for each in error.errors(include_url=False)[:5]]
        raise UsageError("; ".join(faults) + ".", _takes(model, unknown)) from None


def _takes(model: type[Arguments], unknown: Sequence[str]) -> str:
    """Which arguments there are, after those that were given and are not among them."""
    takes = f"This tool takes {', '.join(model.model_fields) or 'no arguments'}."
    if not unknown:
        return takes
    quoted = ", ".join(repr(name[:_NAME_SHOWN])[: _NAME_SHOWN + 2] for name in unknown[:_SHOWN])
    more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
    noun = "argument" if len(unknown) == 1 else "arguments"
    return f"Unknown {noun} ignored: {quoted}{more}. {takes}"


def _fault(found: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in found["loc"])[:100] or "the arguments"
    what = str(found["msg"])
    return f"{where}: {what[:1].lower()}{what[1:]}"


def schema_of(model: type[Arguments]) -> dict[str, Any]:
    """The JSON Schema of a tool's arguments, without what only repeats the names."""
    schema: dict[str, Any] = model.model_json_schema()
    return {key: value for key, value in _lean(schema).items() if key != "description"}


def _lean(node: Any, *, names: bool = False) -> Any:
    """``names``: the keys of ``node`` are arguments, one of which may be called title."""
    if isinstance(node, dict):
        return {
            key: _lean(value, names=key in ("properties", "$defs") and not names)
            for key, value in node.items()
            if names or key != "title"
        }
    return [_lean(each) for each in node] if isinstance(node, list) else node
