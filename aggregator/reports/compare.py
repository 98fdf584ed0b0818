"""The same skill or agent in each project, and in each type of project."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.findings.find import Findings, find
from aggregator.findings.finding import Verdict
from aggregator.findings.parts import Part, by_project, by_type
from aggregator.measures import Measures, Question, measure
from aggregator.reports.effectiveness import most_used_first, settle_kind
from schema.warehouse import Connection


@dataclass(frozen=True)
class Comparison:
    """Most used first. The ``group`` of ``by_type`` is '' for projects without a type.

    ``verdict`` is that of every command; ``projects`` and ``types`` compare now with before in each
    project and type that was used in these days.
    """

    by_project: list[Measures]
    by_type: list[Measures]
    findings: Findings
    verdict: Verdict
    projects: dict[str, Part]
    types: dict[str, Part]


def compare(con: Connection, question: Question, name: str) -> Comparison:
    """The measures of ``name`` by project and by project type. Raises as ``effectiveness``."""
    question = settle_kind(con, question, name)
    findings = find(con, question)
    verdict = findings.of(question.kind, name)
    return Comparison(
        most_used_first(question, measure(con, question, name=name, by="project")),
        most_used_first(question, measure(con, question, name=name, by="type")),
        findings,
        verdict,
        {part.part: part for part in by_project(verdict)},
        {part.part: part for part in by_type(verdict, findings.types)},
    )
