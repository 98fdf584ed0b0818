"""The type of every command's answer, by the command's name."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

from schema.errors import UnknownName

_QUESTIONS = "aggregator.answers"
_RESULTS = "cli.results"

_PLACES = {
    "register-project": (_RESULTS, "projects", "RegisterProject"),
    "unregister-project": (_RESULTS, "projects", "UnregisterProject"),
    "move-project": (_RESULTS, "projects", "MoveProject"),
    "projects": (_RESULTS, "projects", "Projects"),
    "refresh": (_RESULTS, "collecting", "Refresh"),
    "collect": (_RESULTS, "collecting", "Collect"),
    "aggregate": (_RESULTS, "collecting", "Aggregate"),
    "schedule-install": (_RESULTS, "schedule", "ScheduleInstall"),
    "schedule-uninstall": (_RESULTS, "schedule", "ScheduleUninstall"),
    "schedule-show": (_RESULTS, "schedule", "ScheduleShow"),
    "summary": (_QUESTIONS, "summary", "Answer"),
    "top-skills": (_QUESTIONS, "top_skills", "Answer"),
    "effectiveness": (_QUESTIONS, "effectiveness", "Answer"),
    "compare": (_QUESTIONS, "compare", "Answer"),
    "activity": (_QUESTIONS, "activity", "Answer"),
    "health": (_QUESTIONS, "health", "Answer"),
    "trends": (_QUESTIONS, "trends", "Answer"),
    "anomalies": (_QUESTIONS, "anomalies", "Answer"),
    "recommend": (_QUESTIONS, "recommend", "Answer"),
    "baseline-save": (_QUESTIONS, "baselines", "SaveAnswer"),
    "baseline-list": (_QUESTIONS, "baselines", "ListAnswer"),
    "baseline-show": (_QUESTIONS, "baselines", "ShowAnswer"),
    "baseline-compare": (_QUESTIONS, "baselines", "CompareAnswer"),
    "baseline-delete": (_QUESTIONS, "baselines", "DeleteAnswer"),
    "patterns-sessions": (_QUESTIONS, "patterns.sessions", "Answer"),
    "patterns-transitions": (_QUESTIONS, "patterns.transitions", "Answer"),
    "patterns-pairs": (_QUESTIONS, "patterns.pairs", "Answer"),
    "patterns-heatmap": (_QUESTIONS, "patterns.heatmap", "Answer"),
    "patterns-bottlenecks": (_QUESTIONS, "patterns.bottlenecks", "Answer"),
    "patterns-alternatives": (_QUESTIONS, "patterns.alternatives", "Answer"),
    "workflows": (_QUESTIONS, "workflows", "Answer"),
    "export": (_RESULTS, "files", "Export"),
    "report": (_RESULTS, "files", "Report"),
    "status": (_QUESTIONS, "status", "Answer"),
    "runs": (_QUESTIONS, "runs", "Answer"),
    "doctor": (_RESULTS, "doctor", "Doctor"),
    "migrate-check": (_RESULTS, "migrate_check", "MigrateCheck"),
    "verify": (_RESULTS, "storage", "Verify"),
    "backup": (_RESULTS, "storage", "Backup"),
    "restore": (_RESULTS, "storage", "Restore"),
    "compact": (_RESULTS, "storage", "Compact"),
    "retention": (_RESULTS, "storage", "RetentionSetting"),
}
"""A hyphen joins the words of a group's command. ``activity`` is exported and is no command."""


def answer_names() -> list[str]:
    """Every command that answers with JSON, and what is only exported."""
    return list(_PLACES)


def answer_type(name: str) -> type:
    """The type of an answer. UnknownName suggests the nearest."""
    place = _PLACES.get(name)
    if place is None:
        near = get_close_matches(name, _PLACES, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(_PLACES)}."
        raise UnknownName(f"No command named {name!r} answers with JSON.", hint)
    package, module, type_name = place
    found: type = getattr(import_module(f"{package}.{module}"), type_name)
    return found
