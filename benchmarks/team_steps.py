"""Steps of a team: its rollup."""

from __future__ import annotations

from benchmarks.bench_team_rollup import measure
from benchmarks.steps import StepOutput


def rollup(members: int) -> StepOutput:
    """Take in and count so many members; each part in seconds on the wall and of processors."""
    done = measure(members)
    return {
        "seconds": done.take_in.seconds + done.counting.seconds,
        "cpu_s": done.take_in.processor_s + done.counting.processor_s,
        "take in": done.take_in,
        "count": done.counting,
        "one group by": done.group_by,
        "rows": done.rows,
    }
