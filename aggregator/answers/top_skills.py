"""The ranking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from aggregator.answers.shared import Ranked, SpanFilters, measures_of
from aggregator.answers.struct import Struct
from aggregator.answers.tokens import Tokens, tokens_of
from aggregator.parameters import (
    CATEGORY,
    LIMIT,
    MIN_USES,
    SORT,
    SOURCE,
    TRIGGER,
    Sort,
    UseTrigger,
)
from aggregator.query import Query, Result
from aggregator.reports import top_skills as report
from aggregator.reports.origins import known_source
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import Count, Limit, SourceFilter, TriggerFilter, Uses


class Filters(SpanFilters):
    """What was asked."""

    sort: Annotated[Sort, SORT]
    min_uses: Annotated[int, MIN_USES]
    limit: Limit
    trigger: TriggerFilter | None
    source: SourceFilter | None
    category: Annotated[str, CATEGORY] | None


class Row(Ranked):
    """A row of the ranking."""

    tokens: Tokens | None
    """What an agent's runs cost; null for skills, and where no transcript states it."""


class Totals(Struct):
    """Over all rows, shown or not."""

    total_invocations: Uses
    """Uses of everything in the answer, shown or not."""
    skills: Count
    """Skills and agents, shown or not."""
    projects: Count
    """Number of projects."""


class Answer(Struct):
    """The ranking."""

    filters: Filters
    data: list[Row]
    totals: Totals


def top_skills(
    con: Connection,
    query: Query,
    *,
    sort: Sort = SORT.default,
    min_uses: Annotated[int, MIN_USES] = MIN_USES.default,
    limit: Annotated[int, LIMIT] = LIMIT.default,
    trigger: UseTrigger | None = TRIGGER.default,
    source: str | None = SOURCE.default,
    category: str | None = CATEGORY.default,
) -> Result[report.TopSkills, Answer]:
    """The names used most, or best by another measure."""
    source = known_source(con, source)
    question = query.question.only(trigger=trigger, source=source)
    found = report.top_skills(
        con, question, sort=sort, min_uses=min_uses, limit=limit, category=category
    )
    answer = Answer(
        filters=query.filters(
            Filters,
            sort=sort,
            min_uses=min_uses,
            limit=limit,
            trigger=trigger,
            source=source,
            category=category,
        ),
        data=[Row(tokens=tokens_of(row.tokens), **_ranked(row, query)) for row in found.rows],
        totals=Totals(
            total_invocations=found.total_invocations,
            skills=found.skills,
            projects=found.projects,
        ),
    )
    return Result(found, query, answer, query.warnings())


def ranked(rows: Sequence[report.Ranked], query: Query) -> list[Ranked]:
    """Rows of a ranking."""
    return [Ranked(**_ranked(row, query)) for row in rows]


def _ranked(row: report.Ranked, query: Query) -> dict[str, Any]:
    return {"rank": row.rank, "share": row.share, **measures_of(row.measures, query)}
