"""Every name over the last periods, and what changed."""

from __future__ import annotations

from collections import Counter

from aggregator.calendar import Span
from aggregator.changes import Change, Drift
from aggregator.durations import Slowing, Told
from aggregator.reports.trends import PERIODS, Trend, Trends
from aggregator.reports.trends import trends as look
from aggregator.series import Period, PeriodGrain
from cli.answers.asked import Answered, ask
from cli.answers.evidence import evidence
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection


def trends(
    con: Connection,
    session: Session,
    wanted: Wanted,
    *,
    grain: PeriodGrain = "weekly",
    periods: int = PERIODS,
    name: str | None = None,
    limit: int = 20,
    told: Told = lambda durations: None,
) -> Answered[Trends]:
    """The last ``periods`` complete periods of every name, or of one; raises as ``look`` does.

    ``told`` hears how many durations are about to be read.
    """
    asked = ask(con, session, wanted)
    found = look(
        con, asked.question, grain=grain, periods=periods, name=name, limit=limit, told=told
    )
    times = Counter(row.skill_name for row in found.rows)
    spans = [*found.periods, found.open]
    filters = asked.filters(name=name, grain=grain, periods=periods, limit=limit)
    bounds = {
        "window": None,
        "since": _day(found.periods[0].since),
        "until": _day(found.periods[-1].until),
    }
    told_answer = answer(
        session,
        "trends",
        asked.zone,
        filters=filters | bounds,
        data=[
            _fields(row, spans, shown_by(row, found, wanted, twice=times[row.skill_name] > 1))
            for row in found.rows
        ],
        totals={
            "names": found.names,
            "degrading": found.rates["degrading"],
            "improving": found.rates["improving"],
            "stable": found.rates["stable"],
            "insufficient_data": found.rates["insufficient data"],
            "slower": found.paces["slower"],
            "faster": found.paces["faster"],
        },
        warnings=asked.warnings(),
    )
    return Answered(found, asked, told_answer)


def shown_by(row: Trend, found: Trends, wanted: Wanted, *, twice: bool) -> str:
    """The command that shows what the row is about: the last period if that is what changed."""
    over = Span(found.periods[0].since, found.periods[-1].until)
    if row.rate.last.verdict in ("improving", "degrading"):
        over = found.periods[-1]
    kind = row.kind if twice else None
    return evidence(wanted, "effectiveness", row.skill_name, over=over, kind=kind)


def _fields(row: Trend, spans: list[Span], command: str) -> dict[str, object]:
    whole = row.whole
    bounds = whole.success_interval
    return {
        "kind": row.kind,
        "skill_name": row.skill_name,
        "total_invocations": whole.total_invocations,
        "known_outcomes": whole.known,
        "success_rate": whole.success_rate,
        "success_rate_low": bounds[0] if bounds else None,
        "success_rate_high": bounds[1] if bounds else None,
        "p50_duration_ms": row.typical_duration_ms,
        "periods": [
            _period_fields(period, span, is_open=span is spans[-1])
            for period, span in zip([*row.periods, row.open], spans, strict=True)
        ],
        "success": {
            "verdict": row.rate.verdict,
            "last": _change_fields(row.rate.last),
            "whole": _drift_fields(row.rate.whole),
        },
        "duration": {
            "verdict": row.pace.verdict,
            "last": _slowing_fields(row.pace.last),
            "halves": _slowing_fields(row.pace.halves),
        },
        "evidence": command,
    }


def _period_fields(period: Period, span: Span, *, is_open: bool) -> dict[str, object]:
    bounds = period.success_interval
    return {
        "since": _day(span.since),
        "until": _day(span.until),
        "is_open": is_open,
        "total_invocations": period.total_invocations,
        "successful_completions": period.successful_completions,
        "known_outcomes": period.known,
        "success_rate": period.success_rate,
        "success_rate_low": bounds[0] if bounds else None,
        "success_rate_high": bounds[1] if bounds else None,
        "p50_duration_ms": period.p50_duration_ms,
        "p95_duration_ms": period.p95_duration_ms,
    }


def _change_fields(change: Change) -> dict[str, object]:
    is_tested = change.verdict != "insufficient data"
    return {
        "known_outcomes": change.now.known,
        "known_outcomes_before": change.before.known,
        "success_rate": change.now.success_rate,
        "success_rate_before": change.before.success_rate,
        "change": change.change,
        "change_low": change.low,
        "change_high": change.high,
        "p_value": change.p_value if is_tested else None,
        "adjusted_p": change.adjusted_p if is_tested else None,
        "verdict": change.verdict,
    }


def _drift_fields(drift: Drift) -> dict[str, object]:
    is_tested = drift.verdict != "insufficient data"
    return {
        "known_outcomes": drift.later.known,
        "known_outcomes_before": drift.earlier.known,
        "success_rate": drift.later.success_rate,
        "success_rate_before": drift.earlier.success_rate,
        "change": drift.change,
        "change_low": drift.low,
        "change_high": drift.high,
        "p_value": drift.p_value if is_tested else None,
        "adjusted_p": drift.adjusted_p if is_tested else None,
        "verdict": drift.verdict,
    }


def _slowing_fields(slowing: Slowing) -> dict[str, object]:
    return {
        "durations": slowing.count,
        "durations_before": slowing.count_before,
        "ratio": slowing.ratio,
        "superiority": slowing.superiority,
        "p_value": slowing.p_value,
        "adjusted_p": slowing.adjusted_p,
        "verdict": slowing.verdict,
    }


def _day(day: object) -> str | None:
    return None if day is None else str(day)
