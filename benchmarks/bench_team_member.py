"""What a team costs a member's machine: counting, publishing what is unchanged, and answers.

``python -m benchmarks.bench_team_member --size small`` measures a year of the demo and the fleet of
the size, in a team of 20 (small) or 110 members.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import cast

from aggregator.team.unchanged import SETTLED_NS
from benchmarks.harness import Sample, command, interleaved, step
from benchmarks.options import Options, parse
from benchmarks.results import Goal, Result
from benchmarks.team_steps import ANSWERS
from benchmarks.workspace import prepared, workspace

MEMBERS = {"small": 20, "medium": 110}
COUNTERS_RATIO, PUBLISH_RATIO, ANSWER_MS = 2.0, 1.2, 10.0
ROUNDS = 9
"""Whatever ``--rounds`` says: commands are short, and there are processors that others use."""

_EMPTY = "projects"


def run(options: Options) -> Result:
    """Measure on a year of the demo, and on a collected warehouse of the size."""
    result = Result("team_member", options, options.fleet)
    with workspace(options, "team_member") as work:
        step("demo_year", folder=work.folder)
        year = work.folder / "demo.duckdb"
        fleet = work.copy_of(prepared(options).warehouse, "fleet")
        _count(result, "a year of the demo", year, goal=True)
        _count(result, "the fleet", fleet, goal=False)
        members = MEMBERS[options.size]
        step("join_team", warehouse=year, store=work.folder / "store", members=members)
        _publish(result, year)
        _answer(result, year, members)
    return result


def _count(result: Result, case: str, warehouse: Path, *, goal: bool) -> None:
    found = step("member_counters", warehouse=warehouse)
    parts = {
        name: [_part(found, name)] for name in ("top-skills", "top-skills of 700 days", "counters")
    }
    notes = {"counters": f"{found.detail['rows']:,} rows are sent"}
    result.add(f"counting {case}", parts, baseline="top-skills", notes=notes)
    if goal:
        claim = f"counters of {case} / top-skills"
        result.limit_ratio(claim, parts["counters"], parts["top-skills"], COUNTERS_RATIO)


def _publish(result: Result, warehouse: Path) -> None:
    """A publish that has nothing new asks the store for one thing; a test counts that."""
    place = ("--warehouse", str(warehouse), "--quiet")
    publish = (*place, "team", "publish")
    command(*publish)
    # What was written only just now may change again unseen, so it is noted only after a while.
    time.sleep(SETTLED_NS / 1e9)
    command(*publish)
    samples = interleaved(
        {
            _EMPTY: lambda _: command(*place, "projects"),
            "team publish": lambda _: command(*publish),
        },
        ROUNDS,
    )
    result.add("publishing what is unchanged", samples, baseline=_EMPTY, process=True)
    result.limit_ratio(
        "unchanged team publish / projects",
        samples["team publish"],
        samples[_EMPTY],
        PUBLISH_RATIO,
    )


def _answer(result: Result, warehouse: Path, members: int) -> None:
    found = step("member_answers", warehouse=warehouse)
    parts = {name: [_part(found, name)] for name in ANSWERS}
    result.add(f"answers, {members} members", parts, baseline=ANSWERS[0])
    for name, [sample] in parts.items():
        claim = f"team {name}, {members} members, processor time"
        result.goals.append(Goal(claim, sample.cpu_s * 1000, ANSWER_MS, unit=" ms"))


def _part(sample: Sample, name: str) -> Sample:
    """One part of a step."""
    cpu_s = cast(float, sample.detail[name])
    return Sample(cpu_s, cpu_s, sample.peak, cpu_s=cpu_s)


def main() -> None:
    run(parse(__doc__ or "")).show()


if __name__ == "__main__":
    main()
