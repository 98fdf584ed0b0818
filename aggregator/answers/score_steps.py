"""How a health score comes about, in words."""

from __future__ import annotations

from aggregator import text
from aggregator.reports import health as report


def explained(board: report.Board, spans: report.Spans) -> list[str]:
    """How a skill's or agent's score comes about, a step each."""
    whole, score = board.whole, board.score
    span = f"{spans.whole.label()} ({spans.whole.days} days)"
    if score is None:
        return [
            f"No score: {text.counted(whole.known, 'outcome')} in {span}, at least 10 are needed."
        ]
    own = score.recent_stands_alone
    recent = (
        f"{score.recent_successes:,} of {score.recent_known:,} in {spans.recent.label()}"
        if own
        else f"only {text.counted(score.recent_known, 'outcome')}"
        f" in {spans.recent.label()}, so the whole span is used instead"
    )
    listed = ", ".join(f"{error} {times:,}" for error, times in board.errors[:6])
    if len(board.errors) > 6:
        listed += f" and {len(board.errors) - 6} more"
    return [
        f"Counted: {text.counted(score.known, 'outcome')} of"
        f" {text.counted(whole.total_invocations, 'use')} in {span};"
        f" {text.count(whole.unknown)} with unknown outcome are excluded.",
        f"Success: {score.successes:,} of {score.known:,} ="
        f" {_exact(score.success_rate)}%; x 50 = {_points(score.success_points)}",
        f"Recent trend: {recent} = {_exact(score.recent_rate)}%;"
        f" x 30 = {_points(score.recent_points)}",
        f"Error variety: {text.counted(score.error_types, 'distinct error type')}"
        f"{f' ({listed})' if listed else ''}, 5% each and 25% at most ="
        f" {float(score.penalty):.0%} penalty; (100% - {float(score.penalty):.0%})"
        f" x 20 = {_points(score.error_points)}",
        f"Score: {_points(score.success_points)} + {_points(score.recent_points)}"
        f" + {_points(score.error_points)} = {_points(score.points)}, rounded down to"
        f" {score.value}: {score.band}",
    ]


def _exact(rate: object) -> str:
    return f"{float(rate) * 100:.2f}"  # type: ignore[arg-type]


def _points(points: object) -> str:
    return f"{float(points):.2f}"  # type: ignore[arg-type]
