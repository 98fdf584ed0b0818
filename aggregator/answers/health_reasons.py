"""Why a skill or an agent needs attention, in words and with the command that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aggregator.findings import words
from aggregator.findings.find import Findings
from aggregator.findings.finding import Finding, Matter
from aggregator.query import Query
from aggregator.reports.health import Dashboard, Health

ReasonKind: TypeAlias = Literal["degrading", "slower", "failing in a project", "low"]


@dataclass(frozen=True)
class Reason:
    """Why it needs attention: in a few words, with its numbers, and what shows the rows."""

    kind: ReasonKind
    words: str
    sentence: str
    project_id: str | None
    evidence: str


_REASONS: Mapping[Matter, ReasonKind] = {
    "worse": "degrading",
    "slower": "slower",
    "failing": "failing in a project",
    "low": "low",
}


def reasons_of(each: Health, found: Dashboard, query: Query, kind: str | None) -> list[Reason]:
    """Its findings that need attention, those that lead first."""
    findings = found.findings
    return [
        Reason(
            _REASONS[one.matter],
            words.headline(one, query.project_names),
            words.sentence(one, query.project_names, findings.recent, findings.earlier),
            one.group.projects[0] if one.group.kind == "project" else None,
            _evidence_of(one, each.board.skill_name, found.findings, query, kind),
        )
        for one in each.verdict.findings
        if one.level == "needs attention"
    ]


def _evidence_of(one: Finding, name: str, found: Findings, query: Query, kind: str | None) -> str:
    """The command that shows the details of a finding."""
    if one.matter == "failing" or one.group.kind in ("project", "projects", "type"):
        return query.details.of_name("compare", name, over=found.whole, kind=kind)
    over = found.whole if one.matter == "low" else found.recent
    return query.details.of_name("effectiveness", name, over=over, kind=kind)
