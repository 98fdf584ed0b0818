"""The whole warehouse in a few numbers."""

from __future__ import annotations

from collections import Counter

from aggregator.changes import Change
from aggregator.reports.summary import Summary, Totals, Week
from aggregator.reports.summary import summary as look
from aggregator.spans import Key
from cli.answers.advice import Wording
from cli.answers.asked import Answered, Asked, ask
from cli.answers.changing import change_fields
from cli.answers.evidence import evidence
from cli.answers.fields import measures_fields
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def summary(con: Connection, session: Session, wanted: Wanted) -> Answered[Summary]:
    """How much, how well, what changed and what to do about it; raises as ``ask`` does."""
    asked = ask(con, session, wanted)
    found = look(con, asked.question)
    told = answer(
        session,
        "summary",
        asked.zone,
        filters=asked.filters(),
        data=[_summary_fields(found, asked, wanted)],
        totals={"total_invocations": found.all_time.total_invocations},
        warnings=asked.warnings(),
    )
    return Answered(found, asked, told)


def _summary_fields(found: Summary, asked: Asked, wanted: Wanted) -> dict[str, object]:
    def totals(of: Totals) -> dict[str, object]:
        return {
            "since": None if of.span.since is None else of.span.since.isoformat(),
            "until": None if of.span.until is None else of.span.until.isoformat(),
            "total_invocations": of.total_invocations,
            "skills": of.skills,
            "agents": of.agents,
            "projects": of.projects,
            "sessions": of.sessions,
            "success_rate": of.success_rate,
        }

    return {
        "all_time": totals(found.all_time),
        "last_7_days": totals(found.recent),
        "previous_7_days": totals(found.before),
        "top": [
            {"rank": row.rank, **measures_fields(row.measures, asked.zone), "share": row.share}
            for row in found.top
        ],
        "weeks": [
            *(_week_fields(week, is_open=False) for week in found.weeks),
            _week_fields(found.open_week, is_open=True),
        ],
        "changed": _changed_fields(found, wanted),
        "next": _next_fields(found, wanted),
    }


def _week_fields(week: Week, *, is_open: bool) -> dict[str, object]:
    return {
        "since": str(week.span.since),
        "until": str(week.span.until),
        "is_open": is_open,
        "total_invocations": week.counts.total_invocations,
        "known_outcomes": week.counts.known,
        "success_rate": week.counts.success_rate,
    }


def _changed_fields(found: Summary, wanted: Wanted) -> list[dict[str, object]]:
    times = Counter(name for (_, _, name), _ in found.changed)

    def fields(key: Key, change: Change) -> dict[str, object]:
        _, kind, name = key
        return {
            "kind": kind,
            "skill_name": name,
            "change": change_fields(change, *found.compared),
            "evidence": evidence(
                wanted,
                "effectiveness",
                name,
                over=found.compared[0],
                kind=kind if times[name] > 1 else None,
            ),
        }

    return [fields(key, change) for key, change in found.changed]


def _next_fields(found: Summary, wanted: Wanted) -> list[dict[str, object]]:
    wording = Wording(found.advice.evidence, wanted)
    return [
        {
            "action": told.action,
            "kind": told.kind,
            "skill_name": told.skill_name,
            "project_id": told.project_id,
            "project_name": wording.project(told.project_id),
            "statement": wording.statement(told),
            "effect": wording.effect(told),
            "evidence": wording.command(told),
        }
        for told in found.advice.rows
    ]
