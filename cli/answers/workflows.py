"""Workflows: how they end, how long they take, and what differs by the skills used in them."""

from __future__ import annotations

from aggregator.reports.workflows.executions import Execution, Pair
from aggregator.reports.workflows.workflows import Ends, WithSkill, Workflow, Workflows
from aggregator.reports.workflows.workflows import workflows as look
from cli.answers.asked import Answered, Asked, ask
from cli.answers.evidence import evidence
from cli.output import iso
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def workflows(
    con: Connection, session: Session, wanted: Wanted, *, name: str | None = None
) -> Answered[Workflows]:
    """Every workflow, or one by its skills and runs. Raises as ``ask`` and ``look`` do."""
    asked = ask(con, session, wanted)
    found = look(con, asked.question, name)
    paired = found.paired
    told = answer(
        session,
        "workflows",
        asked.zone,
        filters=asked.filters(name=name),
        data=[_workflow_fields(row, found, asked, wanted) for row in found.rows],
        totals={
            "workflows": len(found.rows),
            **_ends_fields(found.ends),
            "statuses": found.statuses,
            "paired_by_session": paired.by_session,
            "paired_by_time": paired.by_time,
            "doubtful": paired.doubtful,
            "observed": paired.observed,
        },
        warnings=asked.warnings(),
    )
    return Answered(found, asked, told)


def _ends_fields(ends: Ends) -> dict[str, object]:
    bounds = ends.success_interval
    return {
        "executions": ends.executions,
        "successful_completions": ends.successful_completions,
        "failures": ends.failures,
        "abandoned": ends.abandoned,
        "open": ends.open,
        "success_rate": ends.success_rate,
        "success_rate_low": bounds[0] if bounds else None,
        "success_rate_high": bounds[1] if bounds else None,
        "p50_duration_ms": ends.p50_duration_ms,
        "durations": len(ends.durations_ms),
    }


def _workflow_fields(
    row: Workflow, found: Workflows, asked: Asked, wanted: Wanted
) -> dict[str, object]:
    names = {p.project_id: p.name for p in asked.question.scope.projects}
    return {
        "workflow_name": row.name,
        **_ends_fields(row.ends),
        "statuses": row.statuses,
        "projects": row.projects,
        "first_started": iso(row.first_started, asked.zone),
        "last_started": iso(row.last_started, asked.zone),
        "evidence": None
        if row.name is None
        else evidence(wanted, "workflows", row.name, over=asked.question.span),
        "skills": [_skill_fields(each, wanted) for each in found.skills],
        "runs": [_run_fields(run, pairs, names, asked.zone) for run, pairs in found.runs],
    }


def _skill_fields(each: WithSkill, wanted: Wanted) -> dict[str, object]:
    return {
        "kind": each.kind,
        "skill_name": each.skill_name,
        "with": _ends_fields(each.with_it),
        "without": _ends_fields(each.without),
        "change": each.change,
        "change_low": each.low,
        "change_high": each.high,
        "outcome_p_value": each.outcome_p,
        "outcome_verdict": each.outcome,
        "duration_p_value": each.duration_p,
        "duration_verdict": each.duration,
        "evidence": evidence(wanted, "effectiveness", each.skill_name, kind=each.kind),
    }


def _run_fields(
    run: Execution, pairs: list[Pair], names: dict[str, str], zone: str
) -> dict[str, object]:
    return {
        "workflow_id": run.workflow_id,
        "project_id": run.project_id,
        "project_name": names.get(run.project_id, run.project_id),
        "status": run.status,
        "outcome": run.outcome,
        "started_at": iso(run.started_at, zone),
        "updated_at": iso(run.updated_at, zone),
        "duration_ms": run.duration_ms,
        "skills": [
            {"kind": p.kind, "skill_name": p.skill_name, "paired_by": p.how, "uses": p.uses}
            for p in pairs
        ],
    }
