"""The whole warehouse in a few numbers."""

from __future__ import annotations

from aggregator.reports.summary import Summary, Totals
from aggregator.reports.summary import summary as look
from cli.answers.asked import Answered, Asked, ask
from cli.answers.fields import measures_fields
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def summary(con: Connection, session: Session, wanted: Wanted) -> Answered[Summary]:
    """All time, this week and the most used names; raises as ``ask`` does."""
    asked = ask(con, session, wanted)
    found = look(con, asked.question)
    told = answer(
        session,
        "summary",
        asked.zone,
        filters=asked.filters(),
        data=[_summary_fields(found, asked)],
        totals={"total_invocations": found.all_time.total_invocations},
        warnings=asked.warnings(),
    )
    return Answered(found, asked, told)


def _summary_fields(found: Summary, asked: Asked) -> dict[str, object]:
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
    }
