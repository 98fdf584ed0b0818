"""Which skills and agents are used, and which of them work: a ranking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import get_args

from aggregator.measures import Measures, Question, measure
from aggregator.parameters import CATEGORY, LIMIT, MIN_USES, SORT, Sort
from aggregator.project_days import distinct_projects
from aggregator.reports.tokens import Tokens, tokens_by_name
from schema.frozen import dataclass
from schema.warehouse import Connection

SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True)
class Ranked:
    """``share`` is the name's part (0..1) of all invocations the question is about; ``tokens`` are
    those of an agent's runs, None where no transcript states any."""

    rank: int
    measures: Measures
    share: float
    tokens: Tokens | None = None


@dataclass(frozen=True)
class TopSkills:
    """The ranking's first rows, and totals over all skills and agents, shown or not."""

    rows: list[Ranked]
    total_invocations: int
    skills: int
    projects: int


def top_skills(
    con: Connection,
    question: Question,
    *,
    sort: Sort = SORT.default,
    min_uses: int = MIN_USES.default,
    limit: int = LIMIT.default,
    category: str | None = CATEGORY.default,
) -> TopSkills:
    """The names used in the span, best first; ties by uses, then by name.

    ``effectiveness`` ranks by the lower bound of the success rate's interval, so that one success
    in one use never beats ninety-five in a hundred; ``tokens`` by all tokens of an agent's runs.
    Names without the number come last. Only those of a ``category``, None: all.
    """
    found = measure(con, question)
    projects = None
    if category is not None:
        # Imported here: it is seldom asked for.
        from aggregator.skills.categories import category_of_names

        category_of = category_of_names(con)
        found = [m for m in found if category_of(m.kind, m.skill_name) == category]
        chosen = {(m.kind, m.skill_name) for m in found}
        each = measure(con, question, by="project")
        projects = len({m.group for m in each if (m.kind, m.skill_name) in chosen})
    tokens = tokens_by_name(con, question)
    rows = ranked(found, sort=sort, min_uses=min_uses, limit=limit, tokens=tokens)
    total = sum(m.total_invocations for m in found)
    if projects is None:
        projects = distinct_projects(con, question)
    return TopSkills(rows, total, len(found), projects)


def ranked(
    found: Sequence[Measures],
    *,
    sort: Sort = SORT.default,
    min_uses: int = MIN_USES.default,
    limit: int = LIMIT.default,
    tokens: Mapping[str, Tokens] | None = None,
) -> list[Ranked]:
    """The first rows of a span's ranking; ``tokens`` are those of agents."""
    known = tokens or {}

    def tokens_of(measures: Measures) -> Tokens | None:
        return known.get(measures.skill_name) if measures.kind == "agent" else None

    total = sum(m.total_invocations for m in found)
    eligible = [m for m in found if m.total_invocations >= min_uses]
    eligible.sort(key=_order(sort, tokens_of))
    return [
        Ranked(rank, measures, measures.total_invocations / total, tokens_of(measures))
        for rank, measures in enumerate(eligible[:limit], start=1)
    ]


def _order(
    sort: Sort, tokens_of: Callable[[Measures], Tokens | None]
) -> Callable[[Measures], tuple[float, int, str, str]]:
    def key(measures: Measures) -> tuple[float, int, str, str]:
        value = _value(measures, tokens_of(measures), sort)
        ties = (-measures.total_invocations, measures.skill_name, measures.kind)
        return (-value if value is not None else float("inf"), *ties)

    return key


def _value(measures: Measures, tokens: Tokens | None, sort: Sort) -> float | None:
    match sort:
        case "uses":
            return measures.total_invocations
        case "effectiveness":
            interval = measures.success_interval
            return interval[0] if interval else None
        case "success-rate":
            return measures.success_rate
        case "failures":
            return measures.failures + measures.abandoned
        case "duration":
            return measures.avg_duration_ms
        case "recent":
            return measures.last_used.timestamp()
        case "tokens":
            return None if tokens is None else tokens.total
