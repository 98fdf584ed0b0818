"""Steps that refresh rollups and compare their percentiles with exact ones."""

from __future__ import annotations

from aggregator.calendar import ALL_TIME
from aggregator.measures import Question, scope
from aggregator.refresh import refresh as refresh_rollups
from aggregator.reports.top_skills import top_skills
from benchmarks.steps import NOW, StepOutput, sql, timed, warehouse_at


def refresh(warehouse: str, full: bool = False) -> StepOutput:
    """Refresh stale buckets, or rebuild all, until the warehouse is closed again."""
    target = warehouse_at(warehouse)
    took, done = timed(lambda: refresh_rollups(target, now=NOW, full=full))
    return {"seconds": took, "marks": done.marks, "buckets": done.buckets}


def percentile_error(warehouse: str) -> StepOutput:
    """The largest relative error of an all-time percentile."""
    with warehouse_at(warehouse).reading() as con:
        question = Question(ALL_TIME, scope(con), "all", NOW)
        ranking = top_skills(con, question, limit=10_000).rows
        exact = {
            (k, n): (p50, p95) for k, n, p50, p95 in con.execute(sql("percentiles")).fetchall()
        }
    worst = 0.0
    for row in ranking:
        reported = (row.measures.p50_duration_ms, row.measures.p95_duration_ms)
        rows = exact.get((row.measures.kind, row.measures.skill_name), (None, None))
        for approximate, true in zip(reported, rows, strict=True):
            if approximate is not None and true:
                worst = max(worst, abs(approximate - true) / true)
    return {"seconds": 0.0, "worst": worst, "names": len(ranking)}
