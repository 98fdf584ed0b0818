"""Which names are healthy, which need attention and why; or all of that about one name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from aggregator.health_score import Score
from aggregator.presence import Name
from aggregator.reports.health import (
    NEW_DAYS,
    UNUSED_DAYS,
    Board,
    Dashboard,
    Detail,
    Health,
    Spans,
    average_score,
    detail,
)
from aggregator.reports.health import health as look
from cli import text
from cli.answers.asked import Answered, Asked, ask
from cli.answers.changing import change_fields, evidence_of_change, rate, rate_of
from cli.answers.evidence import evidence
from cli.session import Session, answer
from cli.wanted import Wanted
from schema.warehouse import Connection

TODAY_IS_OPEN = "Complete days only: today is still open."


@dataclass(frozen=True)
class Reason:
    """Why a name needs attention: in a few words, with its numbers, and what shows the rows."""

    kind: str
    words: str
    sentence: str
    project_id: str | None
    evidence: str


@dataclass(frozen=True)
class Found:
    """The dashboard, one name of it in detail where one was asked for, and every reason."""

    dashboard: Dashboard
    detail: Detail | None
    reasons: Mapping[Name, list[Reason]]


def health(
    con: Connection,
    session: Session,
    wanted: Wanted,
    name: str | None = None,
    *,
    unused_days: int = UNUSED_DAYS,
    new_days: int = NEW_DAYS,
) -> Answered[Found]:
    """The dashboard, or the board of ``name``; raises as ``ask`` does, and for names as ``detail``.

    The window that is wanted does not matter: a health is that of the last complete days.
    One name's errors by project are read from rows.
    """
    asked = ask(con, session, wanted)
    board = look(con, asked.question, unused_days=unused_days, new_days=new_days)
    one = None if name is None else detail(con, asked.question, board, name)
    asked = replace(asked, question=asked.question.over(board.spans.whole))
    named = Counter(each.board.skill_name for each in board.names)
    reasons = {
        _name(each): _reasons(
            each, board.spans, asked, wanted, twice=named[each.board.skill_name] > 1
        )
        for each in board.names
    }
    rows = board.names if one is None else [one.health]
    told = answer(
        session,
        "health",
        asked.zone,
        filters=asked.filters(name=name, unused_days=unused_days, new_days=new_days),
        data=[
            _row(
                each,
                board,
                reasons[_name(each)],
                _whole_evidence(each, board.spans, wanted, twice=named[each.board.skill_name] > 1),
                [_board_fields(b, board.spans, asked) for b in one.by_project] if one else [],
                explained(each.board, board.spans) if one else [],
            )
            for each in rows
        ],
        totals=_totals(board),
        warnings=asked.warnings(),
    )
    return Answered(Found(board, one, reasons), asked, told)


def _name(each: Health) -> Name:
    return each.board.kind, each.board.skill_name


def _kind(each: Health, wanted: Wanted, twice: bool) -> str | None:
    return each.board.kind if twice or wanted.kind != "all" else None


def _whole_evidence(each: Health, spans: Spans, wanted: Wanted, *, twice: bool) -> str:
    return evidence(
        wanted,
        "effectiveness",
        each.board.skill_name,
        over=spans.whole,
        kind=_kind(each, wanted, twice),
    )


def _reasons(
    each: Health, spans: Spans, asked: Asked, wanted: Wanted, *, twice: bool
) -> list[Reason]:
    board, kind = each.board, _kind(each, wanted, twice)
    told = []
    if board.change.verdict == "degrading":
        told.append(
            Reason(
                "degrading",
                "is getting worse",
                f"{rate(board.change.now)} in the last {spans.recent.days} days,"
                f" {rate(board.change.before)} in the {spans.earlier.days} before"
                f" ({evidence_of_change(board.change)})",
                None,
                evidence(wanted, "effectiveness", board.skill_name, over=spans.recent, kind=kind),
            )
        )
    names = {p.project_id: p.name for p in asked.question.scope.projects}
    for contrast in each.failing:
        side = contrast.side
        where = names.get(side.part, side.part)
        told.append(
            Reason(
                "failing in a project",
                f"fails in {where}",
                f"{rate_of(side.successes, side.known)} there,"
                f" {rate_of(side.successes_elsewhere, side.known_elsewhere)} elsewhere"
                f" ({text.points(side.gap)},"
                f" 95% interval {contrast.low * 100:+.0f} to {contrast.high * 100:+.0f})",
                side.part,
                evidence(wanted, "compare", board.skill_name, over=spans.whole, kind=kind),
            )
        )
    if each.is_low and board.score is not None:
        told.append(
            Reason(
                "low",
                "succeeds too rarely",
                f"{rate(board.whole)} (95% interval {text.interval(board.whole.success_interval)});"
                f" good takes at least {board.score.rate_of_good:.0%}",
                None,
                _whole_evidence(each, spans, wanted, twice=twice),
            )
        )
    return told


def explained(board: Board, spans: Spans) -> list[str]:
    """How a name's score comes about, a step each."""
    whole, score = board.whole, board.score
    span = f"{spans.whole.label()} ({spans.whole.days} complete days)"
    if score is None:
        return [
            f"No score: {text.counted(whole.known, 'known outcome')} in {span};"
            " a score takes at least 10."
        ]
    own = score.recent_stands_alone
    recent = (
        f"{score.recent_successes:,} of {score.recent_known:,} in {spans.recent.label()}"
        if own
        else f"only {text.counted(score.recent_known, 'known outcome')}"
        f" in {spans.recent.label()}, so the whole span stands in"
    )
    listed = ", ".join(f"{error} {times:,}" for error, times in board.errors[:6])
    if len(board.errors) > 6:
        listed += f" and {len(board.errors) - 6} more"
    return [
        f"Counted: {text.counted(score.known, 'known outcome')} of"
        f" {text.counted(whole.total_invocations, 'use')} in {span};"
        f" {text.count(whole.unknown)} of unknown outcome left out.",
        f"Success: {score.successes:,} of {score.known:,} ="
        f" {_exact(score.success_rate)}%; x 50 = {_points(score.success_points)}",
        f"Recent trend: {recent} = {_exact(score.recent_rate)}%;"
        f" x 30 = {_points(score.recent_points)}",
        f"Error variety: {text.counted(score.error_types, 'distinct error type')}"
        f"{f' ({listed})' if listed else ''}, 5% each and 25% at most ="
        f" {float(score.penalty):.0%} penalty; (100% - {float(score.penalty):.0%})"
        f" x 20 = {_points(score.error_points)}",
        f"Score: {_points(score.success_points)} + {_points(score.recent_points)}"
        f" + {_points(score.error_points)} = {_points(score.points)}, cut to {score.value}:"
        f" {score.band}",
    ]


def _exact(rate: object) -> str:
    return f"{float(rate) * 100:.2f}"  # type: ignore[arg-type]


def _points(points: object) -> str:
    return f"{float(points):.2f}"  # type: ignore[arg-type]


def _row(
    each: Health,
    found: Dashboard,
    reasons: list[Reason],
    shown_by: str,
    by_project: list[dict[str, object]],
    explanation: list[str],
) -> dict[str, object]:
    board = each.board
    return {
        "kind": board.kind,
        "skill_name": board.skill_name,
        **_numbers(board, found.spans),
        "attention": [
            {
                "reason": reason.kind,
                "sentence": f"{reason.words}: {reason.sentence}",
                "project_id": reason.project_id,
                "evidence": reason.evidence,
            }
            for reason in reasons
        ],
        "unused": each.unused,
        "new": each.new,
        "first_day": each.presence.first_day.isoformat(),
        "last_day": each.presence.last_day.isoformat(),
        "days_since_use": each.presence.days_ago(found.today),
        "days_used": each.presence.days_used,
        "uses_ever": each.presence.total_invocations,
        "by_project": by_project,
        "explanation": explanation,
        "evidence": shown_by,
    }


def _board_fields(board: Board, spans: Spans, asked: Asked) -> dict[str, object]:
    names = {p.project_id: p.name for p in asked.question.scope.projects}
    return {
        "project_id": board.group,
        "project_name": names.get(board.group, board.group),
        **_numbers(board, spans),
    }


def _numbers(board: Board, spans: Spans) -> dict[str, object]:
    bounds = board.whole.success_interval
    return {
        "score": None if board.score is None else board.score.value,
        "band": "insufficient data" if board.score is None else board.score.band,
        "parts": None if board.score is None else _parts(board.score),
        "total_invocations": board.whole.total_invocations,
        "known_outcomes": board.whole.known,
        "successful_completions": board.whole.successful_completions,
        "failures": board.whole.failures,
        "abandoned": board.whole.abandoned,
        "unknown": board.whole.unknown,
        "success_rate": board.whole.success_rate,
        "success_rate_low": bounds[0] if bounds else None,
        "success_rate_high": bounds[1] if bounds else None,
        "last_30_days": {
            "known_outcomes": board.recent.known,
            "success_rate": board.recent.success_rate,
        },
        "last_7_days": {
            "known_outcomes": board.week.known,
            "success_rate": board.week.success_rate,
        },
        "trend": change_fields(board.change, spans.recent, spans.earlier),
        "errors": [{"error_type": error, "count": times} for error, times in board.errors],
    }


def _parts(score: Score) -> dict[str, object]:
    return {
        "success_points": float(score.success_points),
        "recent_points": float(score.recent_points),
        "error_points": float(score.error_points),
        "recent_stands_alone": score.recent_stands_alone,
        "error_types": score.error_types,
    }


def _totals(found: Dashboard) -> dict[str, object]:
    bands = Counter(
        "insufficient data" if each.board.score is None else each.board.score.band
        for each in found.names
    )
    verdicts = Counter(each.board.change.verdict for each in found.names)
    return {
        "names": len(found.names),
        "excellent": bands["excellent"],
        "good": bands["good"],
        "needs_work": bands["needs work"],
        "critical": bands["critical"],
        "insufficient_data": bands["insufficient data"],
        "average_score": average_score(found.names),
        "needs_attention": sum(each.needs_attention for each in found.names),
        "improving": verdicts["improving"],
        "stable": verdicts["stable"],
        "degrading": verdicts["degrading"],
        "unused": sum(each.unused for each in found.names),
        "new": sum(each.new for each in found.names),
    }
