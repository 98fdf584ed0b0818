"""What to adopt: a skill that does better, in projects alike, than what is used here for the same.

The same are workflow paths. It is said on request only, because what others use is no fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aggregator.measures import Question, ask
from aggregator.presence import Name
from aggregator.reports.recommendations.evidence import Evidence
from aggregator.reports.recommendations.recommendation import (
    MONTH_DAYS,
    Effect,
    Rate,
    Recommendation,
    together,
)
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.proportions import difference, equality
from schema.warehouse import Connection

LIKE_PROJECTS = 3
"""Projects of the same type that use it on the path, at least."""

WIDELY = 0.5
"""The part of the projects of that type with that path that use it there, at least."""

ENOUGH = 20
"""Known outcomes on either side, at least."""

LEAST_GAP = 0.1
"""It must do better by so much."""

LEVEL = 0.05
"""False discovery rate of all comparisons together."""

Used = Mapping[tuple[str, str], Mapping[Name, Rate]]
"""Of each (project, workflow path) the outcomes of each skill and agent."""


@dataclass
class _Like:
    """Projects of one type with one path, and the outcomes of each skill in each of them."""

    projects: list[str] = field(default_factory=list)
    skills: dict[Name, dict[str, Rate]] = field(default_factory=dict)


def adoptable(con: Connection, question: Question, evidence: Evidence) -> list[Recommendation]:
    """What is worth adopting in the projects asked about: one entry for each skill."""
    types = {p.project_id: p.project_type for p in evidence.projects if p.project_type}
    if not types:
        return []
    used: dict[tuple[str, str], dict[Name, Rate]] = {}
    for project, path, kind, name, *counts in ask(
        con, "reports/recommendations/paths_by_project", question
    ):
        if question.kind in ("all", kind):
            used.setdefault((project, path), {})[kind, name] = Rate(*counts)
    return worth_adopting(used, types, evidence.targets, evidence.days)


def worth_adopting(
    used: Used, types: Mapping[str, str], targets: Iterable[str], days: int
) -> list[Recommendation]:
    """The same from the outcomes, for projects with a type; effects are by month of ``days``."""
    wanted = set(targets)
    anywhere = {(project, name) for (project, _), skills in used.items() for name in skills}
    compared: list[tuple[Name, str, Rate, Rate, tuple[str, ...]]] = []
    for (project_type, path), like in _alike(used, types).items():
        for name, rates in like.skills.items():
            there = together(rates.values())
            if len(rates) < max(LIKE_PROJECTS, WIDELY * len(like.projects)) or there.known < ENOUGH:
                continue
            for project in like.projects:
                here = together(used[project, path].values())
                if (project, name) in anywhere or project not in wanted or here.known < ENOUGH:
                    continue
                assert types[project] == project_type
                compared.append((name, project, here, there, tuple(sorted(rates))))
    sure = adjusted(
        [
            equality(there.successes, there.known, here.successes, here.known)
            for _, _, here, there, _ in compared
        ]
    )
    found: dict[Name, Recommendation] = {}
    for (name, project, here, there, places), p in zip(compared, sure, strict=True):
        gap = there.successes / there.known - here.successes / here.known
        if p > LEVEL or gap < LEAST_GAP or name in found:
            continue
        low, high = difference(there.successes, there.known, here.successes, here.known) or (
            None,
            None,
        )
        pace = here.known / days * MONTH_DAYS
        effect = None
        if low is not None and high is not None:
            effect = Effect("more successes", pace * gap, pace * low, pace * high)
        found[name] = Recommendation(
            "adopt",
            "works in like projects",
            *name,
            project_id=project,
            here=there,
            there=here,
            change=gap,
            low=low,
            high=high,
            p_value=p,
            effect=effect,
            places=places,
        )
    return list(found.values())


def _alike(used: Used, types: Mapping[str, str]) -> dict[tuple[str, str], _Like]:
    found: dict[tuple[str, str], _Like] = {}
    for (project, path), skills in used.items():
        if project not in types:
            continue
        like = found.setdefault((types[project], path), _Like())
        like.projects.append(project)
        for name, rate in skills.items():
            like.skills.setdefault(name, {})[project] = rate
    return found
