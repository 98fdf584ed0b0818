"""What left its own band."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from aggregator.calendar import last_days, span, today
from aggregator.measures import Question
from aggregator.reports.anomalies import Anomalies, Anomaly
from aggregator.reports.anomalies import anomalies as look
from aggregator.statistics.bands import LEAST_USED_DAYS
from aggregator.statistics.departures import LEAST_HISTORY, LEVEL
from cli import text
from cli.answers.asked import Answered, Asked, ask
from cli.answers.evidence import evidence
from cli.session import Session, answer
from cli.wanted import Wanted, Window
from schema.warehouse import Connection

DAYS = 30
"""The complete days that are looked at unless others are named."""


def anomalies(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    name: str | None = None,
    limit: int = 20,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Answered[Anomalies]:
    """Days that stand out, newest first; raises as ``ask`` and ``look`` do.

    ``wanted``'s days are those before today, which is open; without a span the last 30.
    """
    asked = ask(con, session, wanted)
    if wanted.window == Window() or wanted.window.days is not None:
        asked = replace(asked, question=_complete(asked, wanted.window.days or DAYS))
    found = look(con, asked.question, name=name, limit=limit, progress=progress)
    told = answer(
        session,
        "anomalies",
        asked.zone,
        filters=asked.filters(name=name, limit=limit),
        data=[_fields(row, wanted, found) for row in found.rows],
        totals={
            "anomalies": found.found,
            "names": found.names,
            "names_judged": found.judged,
            "judged_since": _day(found.span.since) if found.span else None,
            "judged_until": _day(found.span.until) if found.span else None,
            "comparisons": found.comparisons,
            "level": LEVEL,
        },
        warnings=[*asked.warnings(), *notes(found)],
    )
    return Answered(found, asked, told)


def _complete(asked: Asked, days: int) -> Question:
    """The question about that many days before today."""
    yesterday = today(asked.question.now, asked.zone) - timedelta(days=1)
    days_before = last_days(days, yesterday)
    return asked.question.over(span(days_before.since, days_before.until))


def shown_by(row: Anomaly, wanted: Wanted, *, twice: bool) -> str:
    """The command that shows an anomaly's days; ``twice`` where a skill's name is an agent's."""
    days = span(row.day, row.last_day)
    if row.skill_name is None:
        # It takes no name; there is none that stands after the command.
        return evidence(wanted, "top-skills", "", over=days).replace(" ''", "")
    kind = row.kind if twice else None
    return evidence(wanted, "effectiveness", row.skill_name, over=days, kind=kind)


def notes(found: Anomalies) -> list[str]:
    """What could not be judged, and why."""
    told = []
    if found.span is not None and found.judged < found.names:
        told.append(
            f"{text.counted(found.names - found.judged, 'name')} of {found.names} could not be"
            f" judged: that takes {LEAST_HISTORY} days of history, with uses on"
            f" {LEAST_USED_DAYS} of the last 12 weeks' days."
        )
    if found.stale and found.span is not None:
        names = ", ".join(found.stale)
        left_out = (
            f"; {text.counted(found.untold, 'drop')} that may be due to that left out"
            if found.untold
            else ""
        )
        told.append(f"Not collected up to {found.span.until}: {names}{left_out}.")
    return told


def _fields(row: Anomaly, wanted: Wanted, found: Anomalies) -> dict[str, object]:
    return {
        "kind": row.kind,
        "skill_name": row.skill_name,
        "names": row.names,
        "measure": row.measure,
        "anomaly": row.what,
        "direction": "up" if row.up else "down",
        "day": row.day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "value": row.value,
        "n": row.n,
        "expected": row.expected,
        "expected_low": row.low,
        "expected_high": row.high,
        "p_value": row.p_value,
        "projects": [
            {
                "project_id": cause.project_id,
                "project_name": cause.project_name,
                "value": cause.value,
                "expected": cause.expected,
                "share": cause.share,
            }
            for cause in row.causes
        ],
        "evidence": shown_by(row, wanted, twice=row.skill_name in found.twice),
    }


def _day(day: object) -> str | None:
    return None if day is None else str(day)
