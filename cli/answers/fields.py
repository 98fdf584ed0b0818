"""The JSON fields of what several answers show. Durations are ms, rates 0..1, missing is null."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.output import iso

if TYPE_CHECKING:
    from aggregator.measures import Measures
    from aggregator.retention import Retention
    from cli.answers.asked import Asked
    from collector.registry import Project


def measures_fields(measures: Measures, zone: str) -> dict[str, object]:
    """The fields that every row of measures has."""
    bounds = measures.success_interval
    return {
        "kind": measures.kind,
        "skill_name": measures.skill_name,
        "total_invocations": measures.total_invocations,
        "successful_completions": measures.successful_completions,
        "failures": measures.failures,
        "abandoned": measures.abandoned,
        "unknown": measures.unknown,
        "success_rate": measures.success_rate,
        "success_rate_low": bounds[0] if bounds else None,
        "success_rate_high": bounds[1] if bounds else None,
        "avg_duration_ms": measures.avg_duration_ms,
        "p50_duration_ms": measures.p50_duration_ms,
        "p95_duration_ms": measures.p95_duration_ms,
        "avg_quality_score": measures.avg_quality_score,
        "avg_followup_actions": measures.avg_followup_actions,
        "projects": measures.projects,
        "sessions": measures.sessions,
        "first_used": iso(measures.first_used, zone),
        "last_used": iso(measures.last_used, zone),
    }


def grouped_fields(measures: Measures, asked: Asked) -> dict[str, object]:
    """The JSON fields of one project's measures."""
    names = {p.project_id: p.name for p in asked.question.scope.projects}
    return {
        "project_id": measures.group,
        "project_name": names.get(measures.group, measures.group),
        **measures_fields(measures, asked.zone),
    }


def project_fields(project: Project, zone: str) -> dict[str, object]:
    """The fields of a registered project."""
    return {
        "project_id": project.project_id,
        "project_name": project.name,
        "project_path": project.path,
        "project_type": project.project_type,
        "timezone": project.timezone,
        "tags": project.tags,
        "is_worktree": project.is_worktree,
        "is_active": project.is_active,
        "rows": project.rows,
        "registered_at": iso(project.registered_at, zone),
        "last_sync_at": iso(project.last_sync_at, zone),
    }


def retention_fields(due: Retention) -> dict[str, object]:
    """The JSON fields of the setting and of what it comes to."""
    return {
        "raw_days": due.raw_days,
        "rows_since": None if due.rows_since is None else due.rows_since.isoformat(),
        "rows_due": due.rows_due,
        "uses_archived": due.uses_archived,
        "archived_before": (
            None if due.archived_before is None else due.archived_before.isoformat()
        ),
    }
