"""The arguments of each tool, typed and bounded; the tools' JSON Schemas are made from them.

Clients fill in what an agent left out: null or "" for an argument with a default counts as not
given, also as an element of ``projects``. An unknown argument is ignored, and the answer says so:
some clients add their own, and an agent that misspells one must be told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from aggregator import parameters
from aggregator.parameters import (
    Action,
    FileKind,
    FileState,
    Grain,
    Kind,
    PairSort,
    RelationKind,
    Sort,
    TeamSort,
    UseTrigger,
)
from cli.query_options import QueryOptions, Window, of_rows
from schema.errors import UsageError
from schema.parameter import Parameter

MAX_ROWS = 100
_MAX_LABELS, _LONGEST_LABEL = 20, 250
_SHOWN, _NAME_SHOWN = 3, 30
"""How many unknown arguments are named, and how many characters of each."""


def _as_list(value: object) -> object:
    """Some clients send a list as JSON text, or only its one element."""
    if not isinstance(value, str):
        return value
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return [value]
    return read if isinstance(read, list) else [value]


def _given_projects(value: object) -> object:
    listed = _as_list(value)
    return [each for each in listed if not _is_blank(each)] if isinstance(listed, list) else listed


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _short(labels: list[str]) -> list[str]:
    """Bounds that the schema does not state: a model reads every word of it, for each tool."""
    if len(labels) > _MAX_LABELS or any(len(each) > _LONGEST_LABEL for each in labels):
        raise ValueError(f"at most {_MAX_LABELS} texts of {_LONGEST_LABEL} characters")
    return labels


Name = Annotated[
    str, Field(min_length=1, max_length=1000, description="A skill's or an agent's exact name.")
]
Project = Annotated[str, Field(min_length=1, max_length=4096)]
Projects = Annotated[
    list[Project],
    BeforeValidator(_given_projects),
    Field(max_length=50, description="Ids or names of projects. Empty: all active ones."),
]
Labels = Annotated[list[str], BeforeValidator(_given_projects), AfterValidator(_short)]
Label = Annotated[str, Field(min_length=1, max_length=_LONGEST_LABEL)]
Day = Annotated[str, Field(min_length=1, max_length=40)]
Period = Annotated[str, Field(min_length=1, max_length=40)]
Wording = Annotated[str, Field(min_length=1, max_length=4000)]
Tag = Annotated[str, Field(max_length=1000)]


def declared(of: Parameter[Any], *, most: int | None = None, sentence: str = "") -> Any:
    """The argument of a parameter; ``most`` is a narrower bound, ``sentence`` another one."""
    return Field(of.default, ge=of.least, le=most or of.most, description=sentence or of.sentence)


def _of_ranking(of: Parameter[Any]) -> Any:
    """The argument of a parameter that only the ranking of a team has."""
    return declared(of, sentence=f"Of top-skills: {of.sentence[0].lower()}{of.sentence[1:]}")


class Arguments(BaseModel):
    """The arguments of one tool."""

    model_config = ConfigDict(extra="forbid")

    @property
    def options(self) -> QueryOptions:
        """Span, projects and kind that are asked about."""
        return QueryOptions()


class Listed(Arguments):
    """Of a tool that returns a list in pages."""

    limit: int = declared(parameters.LIMIT, most=MAX_ROWS)
    cursor: str | None = Field(
        None,
        max_length=1000,
        description="next_cursor of the page before; same arguments.",
    )


class About(Arguments):
    """Of a tool that filters by project and kind."""

    projects: Projects = []
    types: Labels = Field(default=[], description="Project types.")
    tags: Labels = Field(default=[], description="Tags, as team:core.")
    kind: Kind = declared(parameters.KIND)
    include_unregistered: bool = declared(parameters.ALL_PROJECTS)

    @property
    def options(self) -> QueryOptions:
        return self.about(Window())

    def about(self, window: Window) -> QueryOptions:
        """Projects and kind, with this span."""
        return QueryOptions(
            window,
            self.projects,
            self.kind,
            self.include_unregistered,
            self.types,
            self.tags,
        )


class Spanned(About):
    """With a span, too: at most one of window, period, since/until and days."""

    window: Grain = declared(parameters.WINDOW)
    period: Period | None = declared(parameters.PERIOD)
    since: Day | None = declared(parameters.SINCE)
    until: Day | None = declared(parameters.UNTIL)
    days: int | None = declared(parameters.DAYS)

    @property
    def options(self) -> QueryOptions:
        window = Window(self.window, self.period, self.since, self.until, self.days)
        return self.about(window)


class Begun(Spanned):
    """Of a tool that can tell apart who began a use, and what recorded it."""

    trigger: UseTrigger | None = declared(parameters.TRIGGER)
    source: Annotated[str, Field(max_length=100)] | None = declared(parameters.SOURCE)


class TopSkills(Begun, Listed):
    sort: Sort = declared(parameters.SORT)
    min_uses: int = declared(parameters.MIN_USES)


class OneName(Begun):
    name: Name


class CompareName(Begun, Listed):
    name: Name
    by: str | None = declared(parameters.COMPARE_BY)


class NameSummary(About):
    name: Name


class SkillTrends(About, Listed):
    name: Name | None = Field(None, description="Only this one, with its parts.")
    by: Literal["project", "type"] | None = Field(
        None, description="The parts of the named one: its projects, or their types."
    )


class Insights(About, Listed):
    pass


class Patterns(About, Listed):
    pattern: Literal["transitions", "pairs", "both"] = Field(
        "both",
        description="Which skill follows which, which are used together in a session, or both.",
    )
    name: Name | None = None
    period: Period | None = declared(parameters.PERIOD)
    since: Day | None = declared(parameters.SINCE)
    until: Day | None = declared(parameters.UNTIL)
    days: int | None = Field(
        None,
        ge=parameters.ROW_DAYS.least,
        le=parameters.ROW_DAYS.most,
        description=parameters.ROW_DAYS.sentence_with_default,
    )
    all_time: bool = declared(parameters.ALL_TIME)
    min_times: int = declared(parameters.MIN_TIMES, sentence="Minimum number of times or sessions.")
    sort_pairs: PairSort = declared(parameters.PAIR_SORT)
    all_rows: bool = Field(False, description="Also rows that chance explains.")
    repeats: bool = declared(parameters.REPEATS)
    idle_minutes: int = declared(parameters.IDLE_MINUTES)
    trigger: UseTrigger | None = declared(parameters.TRIGGER)

    @property
    def options(self) -> QueryOptions:
        window = of_rows(self.period, self.since, self.until, self.days, self.all_time)
        return self.about(window)


class FindSkills(Listed):
    query: str = Field(min_length=1, max_length=4000, description="The task, in the user's words.")
    wordings: Annotated[list[Wording], BeforeValidator(_given_projects)] = Field(
        default=[],
        max_length=8,
        description="The task in the words that a skill's description would use; give two.",
    )
    project: Project | None = Field(
        None, description="Only skills of this project and the user's own: its id or name."
    )
    kind: FileKind | None = None
    limit: int = declared(parameters.FIND_LIMIT, most=MAX_ROWS)

    @property
    def options(self) -> QueryOptions:
        return QueryOptions(projects=[self.project] if self.project else [])


class ListSkills(Listed):
    projects: Projects = []
    name: Name | None = None
    state: FileState | None = None
    relation: RelationKind | None = None

    @property
    def options(self) -> QueryOptions:
        return QueryOptions(projects=self.projects)


class Recommendations(About, Listed):
    task: str | None = Field(
        None,
        max_length=4000,
        description="The task: also lists skills for it that work in other projects and"
        " are missing in the given ones.",
    )
    action: Action | None = declared(parameters.ACTION)
    after: Name | None = Field(None, description="What is used next: only after this one.")


TeamQuestion = Literal["top-skills", "baselines", "changes", "suggest", "clusters"]


class Team(Listed):
    question: TeamQuestion = "top-skills"
    name: Name | None = Field(None, description="Of baselines: only this skill or agent.")
    team: Label | None = _of_ranking(parameters.TEAM_LABEL)
    project_type: Label | None = _of_ranking(parameters.TEAM_TYPE)
    week: Day | None = _of_ranking(parameters.TEAM_WEEK)
    category: Label | None = _of_ranking(parameters.CATEGORY)
    sort: TeamSort = _of_ranking(parameters.TEAM_SORT)


class ListProjects(Listed):
    pass


class NoArguments(Arguments):
    pass


class RegisterProject(Arguments):
    path: str = Field(
        pattern=r"^(/|~|[A-Za-z]:[\\/])",
        max_length=4096,
        description="Absolute path of the project's top folder.",
    )
    name: str | None = Field(None, min_length=1, max_length=200)
    type: str | None = Field(
        None, min_length=1, max_length=100, description="cli, web, library, ..."
    )
    timezone: str | None = Field(
        None, min_length=1, max_length=100, description="IANA time zone of its local times."
    )
    tags: dict[Tag, Tag] = Field(default={}, max_length=20)


class UnregisterProject(Arguments):
    project: Project = Field(description="A project's id or name.")


class Collect(Arguments):
    projects: Projects = []
    full: bool = Field(False, description="Re-read all files from the beginning.")


class Compute(Arguments):
    full: bool = Field(False, description="Recompute all statistics.")


@dataclass(frozen=True)
class Call:
    """The valid arguments of a call, and the names of those that the tool does not have."""

    arguments: Arguments
    unknown: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """One sentence about what was ignored, or none."""
        return [_takes(type(self.arguments), self.unknown)] if self.unknown else []


def read(model: type[Arguments], given: Mapping[str, object]) -> Call:
    """The arguments of a call. UsageError says which of them are wrong, and why."""
    fields = model.model_fields
    unknown = tuple(name for name in given if name not in fields)
    known = {
        name: _hyphenated(value, fields[name].annotation)
        for name, value in given.items()
        if name in fields and (fields[name].is_required() or not _is_blank(value))
    }
    try:
        return Call(model.model_validate(known), unknown)
    except ValidationError as error:
        faults = [_fault(dict(each)) for each in error.errors(include_url=False)[:5]]
        raise UsageError("; ".join(faults) + ".", _takes(model, unknown)) from None


def _hyphenated(value: object, annotation: Any) -> object:
    """``success-rate`` for ``success_rate`` where that is one of the values, otherwise as it is."""
    if not isinstance(value, str):
        return value
    parts = (annotation, *get_args(annotation))
    choices = {choice for part in parts for choice in get_args(part) if isinstance(choice, str)}
    hyphenated = value.replace("_", "-")
    return hyphenated if hyphenated in choices else value


def _takes(model: type[Arguments], unknown: Sequence[str]) -> str:
    """Names the unknown arguments, if any, and all that the tool has."""
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


def input_schema(model: type[Arguments]) -> dict[str, Any]:
    """The JSON Schema of a tool's arguments, without the titles, which only repeat the names."""
    schema: dict[str, Any] = model.model_json_schema()
    return {key: value for key, value in _without_titles(schema).items() if key != "description"}


def _without_titles(node: Any, *, names: bool = False) -> Any:
    """``names``: the keys of ``node`` are names of arguments, one of which may be title."""
    if isinstance(node, dict):
        return {
            key: _without_titles(value, names=key in ("properties", "$defs") and not names)
            for key, value in node.items()
            if names or key != "title"
        }
    return [_without_titles(each) for each in node] if isinstance(node, list) else node
