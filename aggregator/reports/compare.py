"""The same skill or agent in each project, and in each type of project."""

from __future__ import annotations

from aggregator.findings.find import Findings, find
from aggregator.findings.finding import Verdict
from aggregator.findings.parts import Part, by_group, by_project, by_type
from aggregator.measures import Measures, Question, measure
from aggregator.project_choice import groups_by_tag
from aggregator.reports.effectiveness import most_used_first, settle_kind
from schema.errors import UsageError
from schema.frozen import dataclass
from schema.warehouse import Connection


@dataclass(frozen=True)
class Comparison:
    """Most used first. The ``group`` of ``by_type`` and ``by_tag`` is '' for projects without one.

    ``verdict`` is that of every command; ``projects``, ``types`` and ``tags`` compare now with
    before in each project, type and tag that was used in these days. ``tag_key`` is the key of the
    tags, None for all.
    """

    by_project: list[Measures]
    by_type: list[Measures]
    by_tag: list[Measures]
    findings: Findings
    verdict: Verdict
    projects: dict[str, Part]
    types: dict[str, Part]
    tags: dict[str, Part]
    tag_key: str | None


def compare(con: Connection, question: Question, name: str, by: str | None = None) -> Comparison:
    """The measures of ``name`` by project, by project type, and by tag where ``by`` says so.

    Raises as ``effectiveness``, UsageError for another ``by`` and UnknownName for an unknown tag.
    """
    by_tag, _, key = (by or "").partition(":")
    if by is not None and by not in ("project", "type") and by_tag != "tag":
        raise UsageError(
            f"{by!r} groups nothing.", "Use project, type, tag, or tag:KEY.", parameter="by"
        )
    labelled = [(each.project_id, each) for each in question.scope.projects]
    groups = groups_by_tag(labelled, key or None) if by_tag == "tag" else {}
    question = settle_kind(con, question, name)
    findings = find(con, question)
    verdict = findings.of(question.kind, name)
    tagged = measure(con, question, name=name, by="groups", groups=groups) if groups else []
    return Comparison(
        most_used_first(question, measure(con, question, name=name, by="project")),
        most_used_first(question, measure(con, question, name=name, by="type")),
        most_used_first(question, tagged),
        findings,
        verdict,
        {part.part: part for part in by_project(verdict)},
        {part.part: part for part in by_type(verdict, findings.types)},
        {part.part: part for part in by_group(verdict, groups)},
        key or None,
    )
