"""The same skill in each project and in each type of project: now and before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aggregator.changes import ENOUGH, LEAST_CHANGE, Change
from aggregator.changes import Verdict as RateVerdict
from aggregator.durations import LEAST_RATIO, Pace
from aggregator.findings.finding import Finding, PaceChange, Verdict
from aggregator.findings.sample import Cell, pooled
from aggregator.statistics.proportions import difference
from schema.frozen import dataclass


@dataclass(frozen=True)
class Part:
    """A project (its id) or the projects of a type ('' is none); ``projects`` is how many they are,
    ``findings`` are those about it.

    A part has no verdict of its own: it is worse where the skill got worse in a group that it
    belongs to, and its own numbers say so too.
    """

    part: str
    projects: int
    change: Change
    pace: PaceChange
    findings: tuple[Finding, ...]


def by_project(verdict: Verdict) -> list[Part]:
    """Each project that used it on either side, most used first."""
    return _parts(verdict, {project: [project] for project in verdict.cells})


def by_type(verdict: Verdict, types: Mapping[str, str | None]) -> list[Part]:
    """Each type of the projects that used it, most used first."""
    projects: dict[str, list[str]] = {}
    for project in verdict.cells:
        projects.setdefault(types.get(project) or "", []).append(project)
    return _parts(verdict, projects)


def by_group(verdict: Verdict, groups: Mapping[str, Sequence[str]]) -> list[Part]:
    """Each group of projects of which any used it, most used first; they may overlap."""
    used = {
        group: [project for project in projects if project in verdict.cells]
        for group, projects in groups.items()
    }
    return _parts(verdict, {group: projects for group, projects in used.items() if projects})


def _parts(verdict: Verdict, groups: Mapping[str, list[str]]) -> list[Part]:
    found = [
        _part(verdict, part, projects, [verdict.cells[project] for project in projects])
        for part, projects in groups.items()
    ]
    return sorted(found, key=lambda each: (-_uses(each), each.part))


def _uses(part: Part) -> int:
    return part.change.now.total_invocations + part.change.before.total_invocations


def _part(verdict: Verdict, part: str, projects: list[str], cells: Iterable[Cell]) -> Part:
    halves = list(cells)
    now, before = pooled(cell.now for cell in halves), pooled(cell.before for cell in halves)
    about = tuple(
        each
        for each in verdict.findings
        if each.is_sure and set(projects) & set(each.group.projects)
    )
    matters = {each.matter for each in about}
    rate, then = now.success_rate, before.success_rate
    change = None if rate is None or then is None else rate - then
    low, high = difference(now.successes, now.known, before.successes, before.known) or (
        None,
        None,
    )
    rate_verdict: RateVerdict = "insufficient data"
    if min(now.known, before.known) >= ENOUGH and change is not None:
        rate_verdict = "stable"
        if "worse" in matters and change <= -LEAST_CHANGE:
            rate_verdict = "degrading"
        elif "better" in matters and change >= LEAST_CHANGE:
            rate_verdict = "improving"
    ratio = None
    if now.typical_duration_ms and before.typical_duration_ms:
        ratio = now.typical_duration_ms / before.typical_duration_ms
    pace: Pace = "insufficient data"
    if min(now.duration_count, before.duration_count) >= ENOUGH and ratio is not None:
        pace = "steady"
        if "slower" in matters and ratio >= LEAST_RATIO:
            pace = "slower"
        elif "faster" in matters and 1 / ratio >= LEAST_RATIO:
            pace = "faster"
    return Part(
        part,
        len(projects),
        Change(now, before, change, low, high, 1.0, 1.0, rate_verdict),
        PaceChange(now, before, ratio, None, None, pace),
        about,
    )
