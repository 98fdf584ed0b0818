"""How well one skill or agent works: where, by which way, with which errors, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aggregator.changes import ENOUGH
from aggregator.findings import words
from aggregator.findings.find import Findings, find
from aggregator.findings.finding import Verdict
from aggregator.findings.parts import Part
from aggregator.findings.parts import by_project as by_project_of
from aggregator.findings.parts import by_type as by_type_of
from aggregator.known_names import unknown_name
from aggregator.measures import (
    Measures,
    Question,
    Recorded,
    ask,
    breakdowns,
    kinds,
    measure_whole_and_each,
)
from aggregator.observation import observation
from aggregator.outcomes import Outcomes
from aggregator.reports.adoption import Adoption, adoption
from aggregator.reports.tokens import Tokens, added, has_transcripts
from schema.errors import UsageError
from schema.frozen import dataclass
from schema.warehouse import Connection

OFTEN = 0.2
"""From this share of the known outcomes on, a skill is called often abandoned."""


@dataclass(frozen=True)
class ByPath(Outcomes):
    """The outcomes on one workflow path; None: no path given."""

    workflow_path: str | None


@dataclass(frozen=True)
class ByOrigin(Outcomes):
    """The outcomes of uses from one source, or started in one way; None: not known, or archived."""

    value: str | None
    tokens: Tokens | None


@dataclass(frozen=True)
class Effectiveness:
    """All there is to say of one name in one span.

    ``verdict`` and what is compared by project and by type are those of the last days, whatever the
    span.
    """

    measures: Measures
    by_project: list[Measures]
    by_workflow_path: list[ByPath]
    by_source: list[ByOrigin]
    by_trigger: list[ByOrigin]
    tokens: Tokens | None
    adoption: Adoption | None
    errors: list[tuple[str, int]]
    followups: list[tuple[str, int]]
    findings: Findings
    verdict: Verdict
    compared_by_project: list[Part]
    compared_by_type: list[Part]
    insights: list[str]


def effectiveness(con: Connection, question: Question, name: str) -> Effectiveness | None:
    """The answer for ``name``; None when it was not used in the span though it is known.

    Raises UnknownName with the nearest names, and UsageError for a name that is both a skill and
    an agent unless the question says which.
    """
    question = settle_kind(con, question, name)
    whole, each = measure_whole_and_each(con, question, name)
    if whole is None:
        return None
    by_project = most_used_first(question, each)
    recorded = breakdowns(con, question, name)
    errors = _counts(recorded["error"])
    compared = find(con, question)
    verdict = compared.of(whole.kind, name)
    names = {project.project_id: project.name for project in question.scope.projects}
    by_source, by_trigger = _origins(con, question, name)
    return Effectiveness(
        measures=whole,
        by_project=by_project,
        by_workflow_path=[
            ByPath(p.successes, p.failures, p.abandoned, p.unknown, p.value)
            for p in recorded["path"]
        ],
        by_source=by_source,
        by_trigger=by_trigger,
        tokens=added(each.tokens for each in by_source),
        adoption=adoption(con, question, name, observation(con, question).open_day),
        errors=errors,
        followups=_counts(recorded["followup"]),
        findings=compared,
        verdict=verdict,
        compared_by_project=by_project_of(verdict),
        compared_by_type=by_type_of(verdict, compared.types),
        insights=[
            *_insights(whole, errors, compared, verdict, names),
            *_floors(whole, by_source),
        ],
    )


def _origins(
    con: Connection, question: Question, name: str
) -> tuple[list[ByOrigin], list[ByOrigin]]:
    """By source and by trigger, most used first; both empty while no transcripts are stored.

    Only rows tell, so those who have no transcripts need not wait for them.
    """
    if not has_transcripts(con):
        return [], []
    found: dict[str, list[ByOrigin]] = {"source": [], "trigger": []}
    for row in ask(con, "reports/origins", question, name=name):
        dimension, value, _, successes, failures, abandoned, unknown, runs = row[:8]
        tokens = Tokens(runs, row[8], row[9], row[10], row[11]) if runs else None
        found[dimension].append(ByOrigin(successes, failures, abandoned, unknown, value, tokens))
    return found["source"], found["trigger"]


def _floors(whole: Measures, by_source: list[ByOrigin]) -> list[str]:
    """Where a number is only the least that can be."""
    if whole.kind == "skill" and any(each.value == "codex" for each in by_source):
        return ["The real number may be higher: Codex records only skills that a person names."]
    return []


def settle_kind(con: Connection, question: Question, name: str) -> Question:
    """The question with the one kind that ``name`` has. Raises as ``effectiveness`` does."""
    found = kinds(con, question, name)
    if not found:
        raise unknown_name(con, name)
    if len(found) > 1:
        raise UsageError(
            f"{name!r} is both a skill and an agent.", "Choose one of them.", parameter="kind"
        )
    return replace(question, kind="agent" if found == ["agent"] else "skill")


def most_used_first(question: Question, found: list[Measures]) -> list[Measures]:
    """Measures by project or by type; ties by the project's or the type's name."""
    names = {project.project_id: project.name for project in question.scope.projects}
    return sorted(found, key=lambda m: (-m.total_invocations, names.get(m.group, m.group)))


def _counts(recorded: list[Recorded]) -> list[tuple[str, int]]:
    return [(one.value, one.total_invocations) for one in recorded if one.value is not None]


def _insights(
    whole: Measures,
    errors: list[tuple[str, int]],
    compared: Findings,
    verdict: Verdict,
    names: Mapping[str, str],
) -> list[str]:
    """Sentences with their numbers; none from fewer than ``ENOUGH`` outcomes."""
    insights = [
        f"{sentence[:1].upper()}{sentence[1:]}."
        for each in verdict.findings
        if (sentence := words.sentence(each, names, compared.recent, compared.earlier))
    ]
    failed = whole.failures
    if errors and failed >= ENOUGH and errors[0][1] / failed >= 0.5:
        insights.append(
            f"Fails mostly with {errors[0][0]}: {errors[0][1]} of {failed} failures"
            f" ({errors[0][1] / failed:.0%})."
        )
    if whole.known >= ENOUGH and whole.abandoned / whole.known >= OFTEN:
        insights.append(
            f"Often abandoned: {whole.abandoned} of {whole.known}"
            f" ({whole.abandoned / whole.known:.0%})."
        )
    if whole.known < ENOUGH:
        insights.append(f"Not enough data: {whole.known} of 10 outcomes.")
    return insights
