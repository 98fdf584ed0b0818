"""What the rules judge by: outcomes of the last complete days, and what was used when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

from aggregator.calendar import Span, span
from aggregator.findings.find import Findings, every_project, find
from aggregator.findings.finding import Verdict
from aggregator.findings.renames import Rename, renames
from aggregator.measures import ProjectLabel, Question, ask
from aggregator.outcomes import Outcomes
from aggregator.parameters import UNUSED_DAYS
from aggregator.presence import Name, Pause, Presence, pauses, presences
from aggregator.reports.recommendations.recommendation import Rate, together
from schema.frozen import dataclass
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
    """All that the rules look at: of the projects asked about, which are ``targets`` (ids).

    ``projects`` are these and all others that they are compared with.
    """

    today: date
    recent: Span
    earlier: Span
    projects: tuple[ProjectLabel, ...]
    targets: frozenset[str]
    findings: Findings
    verdicts: tuple[Verdict, ...]
    paths: Mapping[Name, Mapping[str, Rate]]
    presences: dict[Name, Presence]
    pauses: Mapping[Name, Pause]
    renames: tuple[Rename, ...] = ()

    @property
    def span(self) -> Span:
        """Recent and earlier days together."""
        return span(self.earlier.since, self.recent.until)

    @property
    def days(self) -> int:
        return self.span.days or 0

    @cached_property
    def of_targets(self) -> Mapping[Name, Rates]:
        """The outcomes of each skill and agent that was used in these days."""
        found = {}
        for each in self.verdicts:
            now, before = each.change.now, each.change.before
            recent = Rate(now.successes, now.known)
            found[each.kind, each.skill_name] = Rates(
                recent, together([recent, Rate(before.successes, before.known)])
            )
        return found


def gather(con: Connection, question: Question) -> Evidence:
    """The evidence of a question's projects and kind, whatever its span."""
    found = find(con, question)
    both = question.over(found.whole)
    seen = presences(con, question)
    return Evidence(
        today=found.today,
        recent=found.recent,
        earlier=found.earlier,
        projects=every_project(con, question).scope.projects,
        targets=frozenset(question.scope.ids),
        findings=found,
        verdicts=tuple(
            each for each in found.verdicts.values() if question.kind in ("all", each.kind)
        ),
        paths=_paths(con, both),
        presences=seen,
        pauses=pauses(con, question, seen, UNUSED_DAYS.default),
        renames=renames(con, question, seen, found.today),
    )


def _paths(con: Connection, question: Question) -> dict[Name, dict[str, Rate]]:
    found: dict[Name, dict[str, Rate]] = {}
    for kind, name, path, *counts in ask(con, "reports/paths", question, by="name"):
        outcomes = Outcomes(*counts)
        found.setdefault((kind, name), {})[path or ""] = Rate(outcomes.successes, outcomes.known)
    return found
