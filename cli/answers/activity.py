"""What every name did in every project, period by period."""

from __future__ import annotations

from aggregator.reports.activity import Active, Activity
from aggregator.reports.activity import activity as look
from aggregator.series import PeriodGrain
from cli.answers.asked import Answered, ask
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def activity(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    grain: PeriodGrain = "weekly",
    periods: int | None = 12,
) -> Answered[Activity]:
    """The last complete periods and the open one, all of them without a number; as ``ask``.

    A row is what one name did in one project in one period; what was not used has none.
    """
    asked = ask(con, session, wanted)
    found = look(con, asked.question, grain=grain, periods=periods)
    names = {project.project_id: project.name for project in asked.question.scope.projects}
    told = answer(
        session,
        "activity",
        asked.zone,
        filters=asked.filters(grain=grain, periods=periods),
        data=[_fields(row, names, is_open=row.span == found.open) for row in found.rows],
        totals={"total_invocations": sum(row.counts.total_invocations for row in found.rows)},
        warnings=asked.warnings(),
    )
    return Answered(found, asked, told)


def _fields(row: Active, names: dict[str, str], *, is_open: bool) -> dict[str, object]:
    return {
        "since": str(row.span.since),
        "until": str(row.span.until),
        "is_open": is_open,
        "project_id": row.project_id,
        "project_name": names.get(row.project_id, row.project_id),
        "kind": row.kind,
        "skill_name": row.skill_name,
        "total_invocations": row.counts.total_invocations,
        "successful_completions": row.counts.successful_completions,
        "failures": row.counts.failures,
        "abandoned": row.counts.abandoned,
        "unknown": row.counts.unknown,
        "p50_duration_ms": row.counts.p50_duration_ms,
    }
