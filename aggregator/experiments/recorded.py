"""Tests that a tool recorded in its own database, judged as our experiments are at their end.

The tool's own verdict stands next to ours. It is a t-test over single outcomes, as if those of one
user were independent, which finds differences where users differ from each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from math import sqrt

from aggregator.experiments.analysis import FINAL_LEVEL, ArmUses, Look, Report, ToolVerdict
from aggregator.experiments.experiment import ARMS, Arm, Experiment
from aggregator.statistics.ratios import RatioSums
from aggregator.statistics.tails import student_tail
from schema.statements import statement
from schema.warehouse import Connection

TOOL_LEVEL = 0.05
"""p-value below which the tool names a winner."""


@dataclass(frozen=True)
class Recorded:
    """A test of a project's tool: our report on it, with what the tool says.

    Its name begins with the project's: it is not an experiment of this warehouse.
    """

    project_id: str
    project_name: str
    report: Report


def recorded(con: Connection) -> list[Recorded]:
    """The tests of all projects, the last ended first."""
    rows = con.execute(statement("aggregator/experiments/recorded.sql")).fetchall()
    return [
        Recorded(
            project_id,
            project_name,
            replace(
                _report(
                    f"{project_name}/{name}",
                    control,
                    treatment,
                    share,
                    began_on,
                    ended_on,
                    json.loads(arms),
                ),
                tool_verdict=_tool_verdict(json.loads(arms), least_outcomes or 0),
            ),
        )
        for (
            project_id,
            project_name,
            name,
            control,
            treatment,
            share,
            least_outcomes,
            began_on,
            ended_on,
            arms,
        ) in rows
    ]


def _report(
    name: str,
    control: str,
    treatment: str,
    share: float,
    began_on: date,
    ended_on: date,
    arms: Mapping[str, Mapping[str, int]],
) -> Report:
    weeks = (ended_on - began_on).days // 7 + 1
    created_at = datetime(began_on.year, began_on.month, began_on.day, tzinfo=UTC)
    experiment = Experiment(
        name, "", control, treatment, "member", share, weeks, began_on, created_at
    )
    found: dict[Arm, ArmUses] = {arm: _arm(arms.get(arm, {})) for arm in ARMS}
    look = Look.of(experiment, weeks, found)
    return Report(experiment, "ended", look, look.verdict(FINAL_LEVEL))


def _arm(sums: Mapping[str, int]) -> ArmUses:
    units, known = sums.get("units", 0), sums.get("known", 0)
    return ArmUses(
        # The tool assigns a user before the first outcome: whether the arms are as planned shows in
        # the assigned ones.
        max(units, sums.get("assigned", 0)),
        known,
        known,
        RatioSums(
            units,
            sums.get("successes", 0),
            known,
            sums.get("ss", 0),
            sums.get("sn", 0),
            sums.get("nn", 0),
        ),
    )


def _tool_verdict(arms: Mapping[str, Mapping[str, int]], least_outcomes: int) -> ToolVerdict:
    """Student's t-test of single outcomes with a pooled variance, below 0.05."""
    sides = [
        (arms.get(arm, {}).get("successes", 0), arms.get(arm, {}).get("known", 0)) for arm in ARMS
    ]
    (s0, n0), (s1, n1) = sides
    if min(n0, n1) < max(1, least_outcomes) or n0 + n1 < 3:
        return "inconclusive"
    r0, r1 = s0 / n0, s1 / n1
    freedom = n0 + n1 - 2
    pooled = (n0 * r0 * (1 - r0) + n1 * r1 * (1 - r1)) / freedom
    if pooled <= 0:
        # Both sides are all of one outcome: the tool's test gives p = 0, or none where they agree.
        return "inconclusive" if r0 == r1 else "treatment" if r1 > r0 else "control"
    value = (r1 - r0) / sqrt(pooled * (1 / n0 + 1 / n1))
    if student_tail(abs(value), freedom) >= TOOL_LEVEL:
        return "inconclusive"
    return "treatment" if r1 > r0 else "control"
