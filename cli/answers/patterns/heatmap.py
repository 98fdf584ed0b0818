"""When work is done, or which skill takes which workflow path."""

from __future__ import annotations

from aggregator.reports.patterns.heatmap import By, Cell, Hours, Ways, hours, ways
from aggregator.reports.patterns.rows import Scanned
from cli import text
from cli.answers.asked import Answered, Asked, ask
from cli.answers.evidence import evidence
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def heatmap(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    by: By = "hour",
    limit: int = 20,
) -> Answered[Hours | Ways]:
    """Uses by weekday and hour, or by name and workflow path; raises as ``ask`` does."""
    asked = ask(con, session, wanted)
    found: Hours | Ways
    if by == "hour":
        found = hours(con, asked.question)
        data = [_fields(hour.cell, weekday=hour.weekday, hour=hour.hour) for hour in found.cells]
        left_out = found.scanned.archived
    else:
        found = ways(con, asked.question, limit)
        data = [
            _fields(
                way.cell,
                kind=way.kind,
                skill_name=way.skill_name,
                workflow_path=way.workflow_path,
                evidence=evidence(
                    wanted, "effectiveness", way.skill_name, over=asked.question.span, kind=way.kind
                ),
            )
            for way in found.cells
        ]
        left_out = 0
    told = answer(
        session,
        "patterns heatmap",
        asked.zone,
        filters=asked.filters(by=by, limit=limit),
        data=data,
        totals={
            "total_invocations": found.total_invocations,
            "names": found.names if isinstance(found, Ways) else None,
            "workflow_paths": found.paths if isinstance(found, Ways) else None,
            "uses_archived": left_out,
        },
        warnings=warnings(found, asked),
    )
    return Answered(found, asked, told)


def warnings(found: Hours | Ways, asked: Asked) -> list[str]:
    """What surrounds the answer, and how many uses it can not be about."""
    told = asked.warnings()
    if isinstance(found, Hours) and found.scanned.archived:
        told.append(_left_out(found.scanned))
    return told


def _left_out(scanned: Scanned) -> str:
    return (
        f"{text.counted(scanned.archived, 'use')} of days before {scanned.rows_since} had no part"
        " in this: what the archive keeps of them has no hour."
    )


def _fields(cell: Cell, **place: object) -> dict[str, object]:
    places = ("weekday", "hour", "kind", "skill_name", "workflow_path")
    return {
        **{name: place.get(name) for name in places},
        "total_invocations": cell.total_invocations,
        "successful_completions": cell.successful_completions,
        "known_outcomes": cell.known,
        "success_rate": cell.success_rate,
        "evidence": place.get("evidence"),
    }
