"""What the rules judge by: outcomes of the last complete days, and what was used when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from aggregator.calendar import ALL_TIME, Span, span
from aggregator.changes import recent_and_earlier
from aggregator.measures import (
    EVERY_PROJECT,
    ProjectLabel,
    Question,
    Scope,
    ask,
    measure,
    scope,
)
from aggregator.observation import observation
from aggregator.outcomes import Outcomes
from aggregator.parameters import UNUSED_DAYS
from aggregator.presence import Name, Pause, Presence, pauses, presences
from aggregator.reports.recommendations.recommendation import Rate, together
from schema.warehouse import Connection


class Rates(NamedTuple):
    """A skill's success rate in the recent days, and in the recent and earlier days together."""

    recent: Rate = Rate()
    both: Rate = Rate()

    @property
    def earlier(self) -> Rate:
        recent, both = self
        return Rate(both.successes - recent.successes, both.known - recent.known)


@dataclass(frozen=True)
class Evidence:
    """All that the rules look at. ``targets`` are the ids of the projects asked about.

    ``outcomes`` are of every project, because a project is compared with the others; ``paths``,
    ``presences`` and ``pauses`` are of the targets together. ``used_ever``: of which names which
    project knows at all, where anything hangs on that.
    """

    today: date
    recent: Span
    earlier: Span
    projects: tuple[ProjectLabel, ...]
    targets: frozenset[str]
    outcomes: Mapping[Name, Mapping[str, Rates]]
    paths: Mapping[Name, Mapping[str, Rate]]
    presences: dict[Name, Presence]
    pauses: Mapping[Name, Pause]
    used_ever: frozenset[tuple[str, str, str]] = frozenset()

    @property
    def span(self) -> Span:
        """Recent and earlier days together."""
        return span(self.earlier.since, self.recent.until)

    @property
    def days(self) -> int:
        return self.span.days or 0

    @cached_property
    def of_targets(self) -> Mapping[Name, Rates]:
        """The outcomes of each name that the projects asked about used, in them together."""
        found = {}
        for name, outcomes in self.outcomes.items():
            here = [each for project, each in outcomes.items() if project in self.targets]
            if here:
                found[name] = Rates(
                    together([each.recent for each in here]), together([each.both for each in here])
                )
        return found


def gather(con: Connection, question: Question) -> Evidence:
    """The evidence of a question's projects and kind, whatever its span."""
    now = observation(con, question).open_day
    recent, earlier = recent_and_earlier(now)
    everywhere = _every_project(con, question)
    seen = presences(con, question)
    both = question.over(span(earlier.since, recent.until))
    return Evidence(
        today=now,
        recent=recent,
        earlier=earlier,
        projects=everywhere.scope.projects,
        targets=frozenset(question.scope.ids),
        outcomes=_outcomes(con, everywhere.over(both.span), recent),
        paths=_paths(con, both),
        presences=seen,
        pauses=pauses(con, question, seen, UNUSED_DAYS.default),
    )


def _every_project(con: Connection, question: Question) -> Question:
    """The question about all active projects, and those it is about anyway."""
    if question.scope.is_default or question.scope.is_everything:
        return question
    active = scope(con).projects
    here = set(question.scope.ids) | {project.project_id for project in active}
    known = {p.project_id: p for p in (*active, *question.scope.projects)}
    chosen = tuple(known[each] for each in sorted(here))
    return Question(
        question.span,
        Scope(chosen, is_default=len(chosen) == len(active)),
        question.kind,
        question.now,
        question.watermark,
    )


def _outcomes(con: Connection, question: Question, recent: Span) -> dict[Name, dict[str, Rates]]:
    asked_about = set(question.scope.ids)
    found: defaultdict[Name, dict[str, Rates]] = defaultdict(dict)
    # Projects that are not asked about are left out here: looking a long list of them up at every
    # row is slow.
    everything = replace(question, scope=replace(question.scope, is_everything=True))
    rows = ask(con, "reports/recommendations/places", everything, since_recent=recent.since)
    for project, kind, name, good_lately, lately, good, known in rows:
        if project in asked_about:
            found[kind, name][project] = Rates(Rate(good_lately, lately), Rate(good, known))
    return dict(found)


def _paths(con: Connection, question: Question) -> dict[Name, dict[str, Rate]]:
    found: dict[Name, dict[str, Rate]] = {}
    for kind, name, path, *counts in ask(con, "reports/paths", question, by="name"):
        outcomes = Outcomes(*counts)
        found.setdefault((kind, name), {})[path or ""] = Rate(outcomes.successes, outcomes.known)
    return found


def used_ever(con: Connection, question: Question) -> frozenset[tuple[str, str, str]]:
    """Every (project, kind, name) that there ever was."""
    every = measure(con, _every_project(con, question).over(ALL_TIME), by="project")
    return frozenset((m.group, m.kind, m.skill_name) for m in every if m.group != EVERY_PROJECT)
