"""Steps that check a warehouse and weigh it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.steps import StepOutput, sql, timed, warehouse_at


def verify(warehouse: str) -> StepOutput:
    """Check everything that ``verify`` checks."""
    from aggregator.verify import verify as check

    with warehouse_at(warehouse).reading() as con:
        took, verdict = timed(lambda: check(con))
    return {"seconds": took, "checks": len(verdict.checks), "found": len(verdict.sentences)}


def size(warehouse: str) -> StepOutput:
    """The rows of uses and runs, and the bytes of the file."""
    with warehouse_at(warehouse).reading() as con:
        [(rows,)] = con.execute(sql("rows")).fetchall()
    return {"seconds": 0.0, "rows": int(rows), "bytes": Path(warehouse).stat().st_size}
