"""The ranking of all members' skills."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase
from math import inf
from typing import TYPE_CHECKING, Annotated, Any

from aggregator.answers.shared import ends
from aggregator.answers.struct import Struct
from aggregator.answers.team.shared import (
    Members,
    OfSkill,
    TeamTotals,
    community,
    of_skill,
    totals,
    warnings,
)
from aggregator.parameters import (
    CATEGORY,
    LIMIT,
    TEAM_LABEL,
    TEAM_SORT,
    TEAM_TYPE,
    TEAM_WEEK,
    TeamSort,
)
from aggregator.query import Query, Result
from aggregator.skills.files import categories
from aggregator.team.shared_rates import Community, Percentiles
from aggregator.team.showing import Rated
from schema.errors import UnknownName, UsageError
from schema.warehouse import Connection

if TYPE_CHECKING:
    from aggregator.answers.fields import (
        Abandoned,
        Failures,
        Limit,
        MedianDuration,
        P95Duration,
        Positive,
        Successes,
        SuccessRate,
        Unknown,
        Uses,
    )


class Filters(Struct):
    """What was asked."""

    team: Annotated[str, TEAM_LABEL] | None
    project_type: Annotated[str, TEAM_TYPE] | None
    week: date | None
    """The Monday of the one week asked for; null: the weeks of totals."""
    category: Annotated[str, CATEGORY] | None
    sort: Annotated[TeamSort, TEAM_SORT]
    limit: Limit


class Row(OfSkill):
    """A row of the ranking."""

    rank: Positive
    """Place in the ranking, from 1."""
    members: Members
    total_invocations: Uses
    successful_completions: Successes
    failures: Failures
    abandoned: Abandoned
    unknown: Unknown
    success_rate: SuccessRate | None
    success_rate_low: float | None
    """Lower bound of the rate's 95% interval, with members as the units; null without."""
    success_rate_high: float | None
    """Upper bound of the rate's 95% interval, with members as the units; null without."""
    p50_duration_ms: MedianDuration | None
    p95_duration_ms: P95Duration | None
    first_week: date | None
    """Monday of the first week that is shown of it; null: none is."""
    last_week: date | None
    """Monday of the last week that is shown of it; null: none is."""
    category: str | None
    """By your own patterns, then by the agreement's; null: neither names one."""


class Answer(Struct):
    """The ranking of all members' skills."""

    filters: Filters
    data: list[Row]
    totals: TeamTotals


def top_skills(
    con: Connection,
    query: Query,
    *,
    team: str | None = TEAM_LABEL.default,
    project_type: str | None = TEAM_TYPE.default,
    week: str | None = TEAM_WEEK.default,
    category: str | None = CATEGORY.default,
    sort: TeamSort = TEAM_SORT.default,
    limit: Annotated[int, LIMIT] = LIMIT.default,
) -> Result[Answer, Answer]:
    """What all members use most, or what works best for them."""
    monday = None if week is None else _monday(week)
    if sum(each is not None for each in (team, project_type, week)) > 1:
        raise UsageError(
            "A team, a type of project and a week cannot be combined.",
            "Ask for one of them: smaller groups would reveal single members.",
        )
    found, problems = community(con)
    rows: list[Row] = []
    listed = 0
    if found is not None:
        cut, part = next(
            (
                (cut, asked)
                for cut, asked in (
                    ("team", team),
                    ("type", project_type),
                    ("week", None if monday is None else monday.isoformat()),
                )
                if asked is not None
            ),
            ("all", ""),
        )
        if part and part not in (known := found.parts(cut)) and cut != "week":
            raise UnknownName(
                f"There are no results for {part!r}.",
                f"Shown: {', '.join(known)}." if known else "The team is too small to be divided.",
            )
        cells = _cells(con, found, cut, part, category, sort)
        rows, listed = _rows(found, cut, part, cells[:limit]), len(cells)
    answer = Answer(
        filters=Filters(
            team=team,
            project_type=project_type,
            week=monday,
            category=category,
            sort=sort,
            limit=limit,
        ),
        data=rows,
        totals=totals(found, query, listed),
    )
    return Result(answer, query, answer, warnings(found, problems, query))


def _monday(week: str) -> date:
    try:
        day = date.fromisoformat(week)
    except ValueError:
        raise UsageError(f"{week!r} is not a week.", "Name a day of it: 2026-11-16") from None
    return day - timedelta(days=day.weekday())


def _cells(
    con: Connection, found: Community, cut: str, part: str, category: str | None, sort: TeamSort
) -> list[tuple[Rated, str | None]]:
    """What is asked for, in order, each with its category."""
    own = categories(con)

    def category_of(name: str) -> str | None:
        for pattern, named in own.patterns:
            if fnmatchcase(name.lower(), pattern.lower()):
                return named
        return found.agreement.category_of(name)

    durations = found.durations(cut, part) if sort == "duration" else {}
    cells = [
        (cell, named)
        for cell in found.of_cut(cut, part)
        if category in (None, named := category_of(cell.skill))
    ]
    cells.sort(key=lambda each: (_ORDER[sort](each[0], durations), -each[0].uses, each[0].key))
    return cells


def _rows(
    found: Community, cut: str, part: str, cells: Sequence[tuple[Rated, str | None]]
) -> list[Row]:
    weeks = found.weeks_of()
    durations = found.durations(cut, part)
    return [
        Row(rank=rank, category=named, **_fields(cell, durations, weeks))
        for rank, (cell, named) in enumerate(cells, start=1)
    ]


def _fields(
    cell: Rated, durations: Mapping[Any, Percentiles], weeks: Mapping[Any, tuple[date, date]]
) -> dict[str, Any]:
    first, last = weeks.get(cell.key, (None, None))
    times = durations.get(cell.key)
    return {
        **of_skill(cell.key),
        "members": cell.members,
        "total_invocations": cell.uses,
        "successful_completions": cell.successes,
        "failures": cell.failures,
        "abandoned": cell.abandoned,
        "unknown": cell.unknown,
        "success_rate": cell.sums.rate,
        **ends(cell.sums.interval),
        "p50_duration_ms": times.p50_ms if times else None,
        "p95_duration_ms": times.p95_ms if times else None,
        "first_week": first,
        "last_week": last,
    }


def _low(cell: Rated) -> float:
    interval = cell.sums.interval
    return interval[0] if interval else -1.0


_ORDER: dict[TeamSort, Callable[[Rated, Mapping[Any, Percentiles]], float]] = {
    "uses": lambda cell, _: -cell.uses,
    "members": lambda cell, _: -cell.members,
    "effectiveness": lambda cell, _: -_low(cell),
    "success-rate": lambda cell, _: -(-1.0 if cell.sums.rate is None else cell.sums.rate),
    "failures": lambda cell, _: -(cell.failures + cell.abandoned),
    "duration": lambda cell, times: -times[cell.key].p50_ms if cell.key in times else inf,
}
