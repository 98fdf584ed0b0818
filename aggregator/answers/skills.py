"""The catalogue of skills on disk."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from aggregator.answers.find import files_missing
from aggregator.answers.struct import Struct
from aggregator.answers.text_changes import TextChange, text_change
from aggregator.parameters import SKILLS_BUDGET, SKILLS_LIMIT, FileKind, FileState, RelationKind
from aggregator.query import Query, Result
from aggregator.skills import catalogue as report
from aggregator.skills.files import CategoryBasis
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        Count,
        Limit,
        Positive,
        ProjectId,
        ProjectIds,
        ProjectName,
        Rate,
        SkillName,
        SuccessRate,
        TagsFilter,
        TypesFilter,
        Uses,
    )


class Filters(Struct):
    """What was asked."""

    name: str | None
    """The one skill asked about; null: all."""
    projects: ProjectIds | None
    types: TypesFilter | None = None
    tags: TagsFilter | None = None
    kind: FileKind | None
    """Only skills, agents or commands; null: all."""
    category: str | None
    """Only skills of this category; null: all."""
    state: FileState | None
    """Only skills in this state; null: in any."""
    relation: RelationKind | None
    """Only skills with this relation to another; null: all."""
    limit: Limit
    budget: Positive
    """Characters that a project's listing may have."""


class Relation(Struct):
    """How a skill is related to another file."""

    relation: RelationKind
    """copy: the same text; version: same name and nearly the same text; renamed: nearly the same
    text under another name; overlap: another name, competing for the same requests; namesake: same
    name, another skill."""
    skill_name: SkillName
    project_name: ProjectName
    similarity: Rate
    """How alike the words of both are; 1: the same."""


class Row(Struct):
    """A skill file."""

    kind: FileKind
    """Whether it is a skill, an agent or a command."""
    skill_name: SkillName
    category: str | None
    """What it is about; null: not known."""
    category_basis: CategoryBasis | None
    """Who says so: own (your patterns), agreed (your team's), told (its author) or
    derived (from its words)."""
    tool: str
    """The tool that reads the file, or Collection."""
    project_id: ProjectId | None
    """The project; null: the user's own folders."""
    project_name: ProjectName
    path: str
    """The file, relative to the project or to the user's home folder."""
    state: FileState
    """The first that holds of: gone, hidden from the model, changed in the last 30 days, never
    used there, used in the last 90 days, unused since."""
    states: list[FileState]
    """All states that hold."""
    visible: bool
    """Whether the agent's model is shown it."""
    description: str
    """What the file says it is for."""
    description_length: Count
    """Characters of its whole description."""
    modified_at: datetime
    """When the file was last written."""
    first_seen_at: datetime
    """When it was first found."""
    relations: list[Relation]
    """How it is related to other files."""
    changes: list[TextChange]
    """Changes of its text, the newest first."""
    total_invocations: Uses
    success_rate: SuccessRate | None
    last_used: datetime | None
    """When it was last used there; null: never."""


class Listing(Struct):
    """What an agent's model is shown of the skills of a project, in every session."""

    project_name: ProjectName
    characters: Count
    """Characters of all names and descriptions."""
    budget: Positive
    """Characters that fit."""
    over: list[str]
    """Skills whose description does not fit, the least used first."""


class Totals(Struct):
    """Over all rows, shown or not."""

    files: Count
    """Files with these filters."""
    texts: Count
    """Different texts among them."""
    listings: list[Listing]
    """The listing of each project."""


class Answer(Struct):
    """The catalogue of skills on disk."""

    filters: Filters
    data: list[Row]
    totals: Totals


def skills(
    con: Connection,
    query: Query,
    *,
    name: str | None = None,
    kind: FileKind | None = None,
    category: str | None = None,
    state: FileState | None = None,
    relation: RelationKind | None = None,
    limit: Annotated[int, SKILLS_LIMIT] = SKILLS_LIMIT.default,
    budget: Annotated[int, SKILLS_BUDGET] | None = SKILLS_BUDGET.default,
) -> Result[report.Catalogue, Answer]:
    """The skills, agents and commands on disk: where, in which state, and how related.

    UnknownName for a name that no file has.
    """
    scope = query.question.scope
    budget = budget or query.question.listing_budget
    wanted = report.Wanted(limit, name, kind, category, state, relation, budget)
    found = report.catalogue(con, query.question, wanted)
    answer = Answer(
        filters=Filters(
            name=name,
            projects=None if scope.is_default else scope.ids,
            types=list(scope.types) or None,
            tags=list(scope.tags) or None,
            kind=kind,
            category=category,
            state=state,
            relation=relation,
            limit=limit,
            budget=budget,
        ),
        data=[_row(entry, query) for entry in found.entries],
        totals=Totals(
            files=found.found,
            texts=found.texts,
            listings=[
                Listing(
                    project_name=each.project_name,
                    characters=each.characters,
                    budget=each.budget,
                    over=list(each.over),
                )
                for each in found.listings
            ],
        ),
    )
    return Result(found, query, answer, files_missing(con, query))


def _row(entry: report.Entry, query: Query) -> Row:
    version = entry.version
    return Row(
        kind=version.kind,
        skill_name=version.name,
        category=entry.category,
        category_basis=entry.category_basis,
        tool=version.tool,
        project_id=None if version.is_users else version.project_id,
        project_name=version.project_name,
        path=version.path,
        state=entry.state,
        states=list(entry.states),
        visible=version.is_visible,
        description=entry.text.description,
        description_length=entry.text.description_length,
        modified_at=query.local(version.modified_at),
        first_seen_at=query.local(entry.first_seen_at),
        relations=[
            Relation(
                relation=each.kind,
                skill_name=each.name,
                project_name=each.project_name,
                similarity=each.similarity,
            )
            for each in entry.relations
        ],
        changes=[text_change(each, query) for each in entry.changes],
        total_invocations=entry.outcomes.total_invocations,
        success_rate=entry.outcomes.success_rate,
        last_used=query.local(entry.last_used),
    )
