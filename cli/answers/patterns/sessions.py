"""Sessions, and one of them use by use."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.reports.patterns.rows import scanned
from aggregator.reports.patterns.sessions import Seen, Sessions, Sort, Use, of_uses, session_uses
from aggregator.reports.patterns.sessions import sessions as look
from cli.answers.asked import Answered, Asked, ask
from cli.answers.patterns.rows import command, scanned_fields, warnings
from cli.output import iso
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection

Followed = list[tuple[Seen, list[Use]]]
"""A session of each project that has one of the id, use by use."""


def sessions(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    sort: Sort = "worst",
    using: Sequence[str] = (),
    limit: int = 20,
) -> Answered[Sessions]:
    """The first sessions by ``sort``; raises as ``ask`` and ``look`` do."""
    asked = ask(con, session, wanted)
    found = look(con, asked.question, sort=sort, using=using, limit=limit)
    told = answer(
        session,
        "patterns sessions",
        asked.zone,
        filters=asked.filters(session=None, sort=sort, using=list(using), limit=limit),
        data=[_fields(each, asked, None) for each in found.rows],
        totals={
            "sessions": found.sessions,
            "sessions_judged": found.judged,
            "median_uses": found.median_uses,
            "median_length_ms": found.median_length_ms,
            "longest_ms": found.longest.length_ms if found.longest else None,
            "most_uses": found.busiest.outcomes.total_invocations if found.busiest else None,
            **scanned_fields(found.scanned),
        },
        warnings=warnings(asked, found.scanned),
    )
    return Answered(found, asked, told)


def one_session(
    con: Connection, session: Session, wanted: Wanted, session_id: str
) -> Answered[Followed]:
    """What was used in one session, in order; raises as ``ask`` and ``session_uses`` do."""
    asked = ask(con, session, wanted)
    by_project = session_uses(con, asked.question, session_id)
    found = [(of_uses(project, session_id, uses), uses) for project, uses in by_project.items()]
    rows = scanned(con, asked.question)
    told = answer(
        session,
        "patterns sessions",
        asked.zone,
        filters=asked.filters(session=session_id, sort=None, using=[], limit=None),
        data=[_fields(seen, asked, uses) for seen, uses in found],
        totals={
            "sessions": len(found),
            "sessions_judged": None,
            "median_uses": None,
            "median_length_ms": None,
            "longest_ms": max(seen.length_ms for seen, _ in found),
            "most_uses": max(seen.outcomes.total_invocations for seen, _ in found),
            **scanned_fields(rows),
        },
        warnings=warnings(asked, rows),
    )
    return Answered(found, asked, told)


def _fields(seen: Seen, asked: Asked, uses: list[Use] | None) -> dict[str, object]:
    names = {p.project_id: p.name for p in asked.question.scope.projects}
    low, high = seen.lost_interval or (None, None)
    known = seen.outcomes.known
    return {
        "project_id": seen.project_id,
        "project_name": names.get(seen.project_id, seen.project_id),
        "session_id": seen.session_id,
        "total_invocations": seen.outcomes.total_invocations,
        "names": seen.names,
        "successful_completions": seen.outcomes.successful_completions,
        "failures": seen.outcomes.failures,
        "abandoned": seen.outcomes.abandoned,
        "unknown": seen.outcomes.unknown,
        "lost_rate": seen.lost / known if known else None,
        "lost_rate_low": low,
        "lost_rate_high": high,
        "length_ms": seen.length_ms,
        "first_used": iso(seen.first_at, asked.zone),
        "last_used": iso(seen.last_at, asked.zone),
        "uses": None if uses is None else [_use_fields(use, asked) for use in uses],
        "evidence": command(asked, "patterns", "sessions", about=seen.session_id),
    }


def _use_fields(use: Use, asked: Asked) -> dict[str, object]:
    kind, name = use.name
    return {
        "kind": kind,
        "skill_name": name,
        "invoked_at": iso(use.invoked_at, asked.zone),
        "gap_ms": use.gap_ms,
        "outcome": use.outcome,
        "duration_ms": use.duration_ms,
        "workflow_path": use.workflow_path,
        "workflow_phase": use.workflow_phase,
        "error_type": use.error_type,
    }
