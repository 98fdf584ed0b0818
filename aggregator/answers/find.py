"""The right skill for a task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from aggregator import calendar
from aggregator.answers.shared import ends
from aggregator.answers.struct import Struct
from aggregator.parameters import FIND_LIMIT, FileKind
from aggregator.query import Query, Result
from aggregator.skills import find as report
from aggregator.skills.files import CategoryBasis, Version
from schema.errors import UsageError
from schema.spelling import command
from schema.statements import has_rows
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
        RateHigh,
        RateLow,
        SkillName,
        SuccessRate,
        TagsFilter,
        TypesFilter,
        Uses,
    )

MAX_QUESTION = 4_000
NOTHING_FITS = "No good match: the best ones cover little of the question."


class Filters(Struct):
    """What was asked."""

    question: str
    """The task, in the words of whoever asked."""
    also: list[str]
    """Other wordings of it; the relevance is the mean over all wordings."""
    projects: ProjectIds | None
    types: TypesFilter | None = None
    tags: TagsFilter | None = None
    elsewhere: bool
    """Only skills that work in other projects and are not on disk in the projects asked about, nor
    for the user."""
    kind: FileKind | None
    """Only skills, agents or commands; null: all."""
    category: str | None
    """Only skills of this category; null: all."""
    limit: Limit
    gone: bool
    """Also files that are no longer there."""


class Penalty(Struct):
    """What lowers a score."""

    reason: Literal["fails", "fell out of use"]
    """What counts against the skill."""
    factor: Rate
    """What the score is multiplied by."""


class Place(Struct):
    """Where a skill is on disk."""

    project_id: ProjectId | None
    """The project; null: the user's own folders."""
    project_name: ProjectName
    tool: str
    """The tool that reads the file, or Collection."""
    path: str
    """The file, relative to the project or to the user's home folder."""


class Row(Struct):
    """A skill, agent or command that may be the right one."""

    rank: Positive
    """Place in the ranking, from 1."""
    kind: FileKind
    """Whether it is a skill, an agent or a command."""
    skill_name: SkillName
    description: str | None
    """What its file says it is for; null: no file."""
    category: str | None
    """What it is about; null: not known."""
    category_basis: CategoryBasis | None
    """Who says so: own (your patterns), agreed (your team's), told (its author) or
    derived (from its words)."""
    fit: Literal["good", "weak"]
    """Whether it explains enough of the question."""
    score: Rate
    """(0.6 similarity + 0.3 effectiveness + 0.1 context) times the penalties."""
    relevance: Rate
    """Share of the question's weight that its words explain; comparable between questions."""
    similarity: Rate
    """Its relevance divided by the best one. Below 0.5 it comes after all others."""
    effectiveness: Rate
    """Success rate of the last 90 complete days, drawn towards that of its kind while there are few
    outcomes."""
    effectiveness_basis: Literal["own", "prior"]
    """Whether outcomes of its own are known; prior: only those of its kind."""
    context: Rate
    """Half for being on disk in the projects asked about or for the user, half for use there in the
    last 90 days; 0 without projects."""
    penalties: list[Penalty]
    """What lowers the score."""
    matched_words: list[str]
    """The question's words that it explains."""
    places: list[Place]
    """Where it is on disk; empty: no file."""
    has_file: bool
    """Whether it is on disk; false: known from its uses alone, and matched by its name."""
    visible: bool | None
    """Whether the agent's model is shown it; null: no file."""
    total_invocations: Uses
    success_rate: SuccessRate | None
    success_rate_low: RateLow | None
    success_rate_high: RateHigh | None
    last_used: datetime | None
    """When it was last used; null: never."""


class Totals(Struct):
    """Over all rows, shown or not."""

    skills_searched: Count
    """Skills, agents and commands that were searched."""
    projects: Count
    """Projects that were searched."""
    fits: bool
    """Whether any of them fits well."""


class Answer(Struct):
    """The right skill for a task."""

    filters: Filters
    data: list[Row]
    totals: Totals


def find(
    con: Connection,
    query: Query,
    question: str,
    *,
    also: Sequence[str] = (),
    elsewhere: bool = False,
    kind: FileKind | None = None,
    category: str | None = None,
    limit: Annotated[int, FIND_LIMIT] = FIND_LIMIT.default,
    gone: bool = False,
) -> Result[report.Found, Answer]:
    """The skills, agents and commands that fit a task, best first. UsageError for no question."""
    wordings = [each for each in (question, *also) if each.strip()]
    if not wordings:
        raise UsageError("The question is empty.", "Describe the task in a sentence.")
    if max(map(len, wordings)) > MAX_QUESTION:
        raise UsageError(
            f"The question has more than {MAX_QUESTION:,} characters.",
            "Describe it in a few sentences.",
        )
    scope = query.question.scope
    if elsewhere and scope.is_default:
        raise UsageError(
            "Elsewhere than where?", "Name the project it is for.", parameter="elsewhere"
        )
    today = calendar.today(query.question.now, query.zone)
    wanted = report.Wanted(limit, kind, category, elsewhere, gone)
    found = report.find(con, query.question, today, wordings, wanted)
    answer = Answer(
        filters=Filters(
            question=question,
            also=list(also),
            projects=None if scope.is_default else scope.ids,
            types=list(scope.types) or None,
            tags=list(scope.tags) or None,
            elsewhere=elsewhere,
            kind=kind,
            category=category,
            limit=limit,
            gone=gone,
        ),
        data=[_row(rank, match, query) for rank, match in enumerate(found.matches, start=1)],
        totals=Totals(
            skills_searched=found.skills_searched, projects=found.projects, fits=found.fits
        ),
    )
    warnings = files_missing(con, query)
    if not warnings and not found.fits:
        warnings = [NOTHING_FITS]
    if found.trouble:
        warnings = [*warnings, found.trouble]
    return Result(found, query, answer, warnings)


def files_missing(con: Connection, query: Query) -> list[str]:
    """What is to be done before anything is known of skill files; empty where something is."""
    if has_rows(con, "skill_files"):
        return []
    if not query.question.scope.projects:
        return query.warnings()
    return [f"No skill file was found yet: {command('index-skills')}"]


def _row(rank: int, match: report.Match, query: Query) -> Row:
    candidate, text = match.candidate, match.text
    return Row(
        rank=rank,
        kind=candidate.kind,
        skill_name=candidate.name,
        description=text.description if text else None,
        category=match.category,
        category_basis=match.category_basis,
        fit=match.fit,
        score=min(1.0, match.score),
        relevance=min(1.0, candidate.relevance),
        similarity=min(1.0, match.similarity),
        effectiveness=match.effectiveness.value,
        effectiveness_basis="own" if match.effectiveness.is_own else "prior",
        context=match.context,
        penalties=[
            Penalty(reason=penalty.reason, factor=penalty.factor) for penalty in match.penalties
        ],
        matched_words=list(match.matched_words),
        places=[place_of(place) for place in match.places],
        has_file=candidate.digest is not None,
        visible=any(place.is_visible for place in match.places) if match.places else None,
        total_invocations=match.outcomes.total_invocations,
        success_rate=match.outcomes.success_rate,
        **ends(match.outcomes.success_interval),
        last_used=query.local(match.last_used),
    )


def place_of(place: Version) -> Place:
    """Where a file is."""
    return Place(
        project_id=None if place.is_users else place.project_id,
        project_name=place.project_name,
        tool=place.tool,
        path=place.path,
    )
