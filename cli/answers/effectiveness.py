"""One skill or agent, looked at from all sides."""

from __future__ import annotations

from aggregator.measures import Outcomes
from aggregator.reports.effectiveness import Effectiveness, Trend
from aggregator.reports.effectiveness import effectiveness as look
from cli.answers.asked import Answered, Asked, ask
from cli.answers.fields import grouped_fields, measures_fields
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def effectiveness(
    con: Connection, session: Session, wanted: Wanted, name: str
) -> Answered[Effectiveness | None]:
    """All there is to say of ``name``; None where it was not used. Raises as ``look`` does."""
    asked = ask(con, session, wanted)
    found = look(con, asked.question, name)
    told = answer(
        session,
        "effectiveness",
        asked.zone,
        filters=asked.filters(name=name),
        data=[] if found is None else [_effectiveness_fields(found, asked)],
        totals={"total_invocations": found.measures.total_invocations if found else 0},
        warnings=asked.warnings(),
    )
    return Answered(found, asked, told)


def _effectiveness_fields(found: Effectiveness, asked: Asked) -> dict[str, object]:
    return {
        **measures_fields(found.measures, asked.zone),
        "by_project": [grouped_fields(m, asked) for m in found.by_project],
        "by_workflow_path": [
            {
                "workflow_path": path.workflow_path,
                "total_invocations": path.total_invocations,
                "successful_completions": path.successful_completions,
                "failures": path.failures,
                "abandoned": path.abandoned,
                "unknown": path.unknown,
                "success_rate": path.success_rate,
            }
            for path in found.by_workflow_path
        ],
        "errors": [{"error_type": error, "count": times} for error, times in found.errors],
        "followups": [{"action": action, "count": times} for action, times in found.followups],
        "trend": None if found.trend is None else _trend_fields(found.trend),
        "insights": found.insights,
    }


def _trend_fields(trend: Trend) -> dict[str, object]:
    def side(outcomes: Outcomes, since: object, until: object) -> dict[str, object]:
        return {
            "since": str(since),
            "until": str(until),
            "total_invocations": outcomes.total_invocations,
            "known_outcomes": outcomes.known,
            "success_rate": outcomes.success_rate,
        }

    return {
        "current": side(trend.current, trend.span.since, trend.span.until),
        "previous": side(trend.previous, trend.span_before.since, trend.span_before.until),
        "change": trend.change,
        "change_low": trend.low,
        "change_high": trend.high,
        "verdict": trend.verdict,
    }
