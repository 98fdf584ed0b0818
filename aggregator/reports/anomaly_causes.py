"""Which projects caused an anomaly: each is compared with its own weeks before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import fsum
from typing import cast

from aggregator.calendar import Span, today
from aggregator.measures import ProjectLabel, Question
from aggregator.parameters import Kind
from aggregator.spans import NOTHING, Counts, counts_in
from aggregator.statistics.detectors import Measure
from schema.frozen import dataclass
from schema.statements import statement
from schema.warehouse import Connection, from_micros

LEAST_SHARE = 0.1
"""A smaller share of an anomaly is not reported."""

PRIOR = 5
"""Weight of the overall success rate in a project's expected rate, as a number of outcomes."""


@dataclass(frozen=True)
class Cause:
    """A project's part (``share``, 0..1) in how far it was off, in the same direction.

    ``value`` and ``expected`` are its own uses, success rate or average duration in ms, then and in
    the weeks before; None where there was nothing.
    """

    project_id: str
    project_name: str
    value: float | None
    expected: float | None
    share: float


Counted = Mapping[tuple[str, str], tuple[Counts, Counts]]
"""What a skill or agent, or everything, did by project and kind: in the weeks before, and then."""


def before_and_then(
    con: Connection,
    question: Question,
    kind: str | None,
    skill_name: str | None,
    history: Span,
    then: Span,
) -> Counted:
    """The counts of an anomaly's days and of the weeks before them, in each project."""
    if kind is not None:
        question = replace(question, kind=cast(Kind, kind))
    counted = counts_in(
        con, question, [history, then], name=skill_name, by="project", names_together=True
    )
    return {(project, kind): (had, has) for (project, kind, _), (had, has) in counted.items()}


def causes(
    question: Question, measure: Measure, counted: Counted, expected_uses: float, *, up: bool
) -> tuple[Cause, ...]:
    """The projects that an anomaly came from, the largest part first.

    ``expected_uses`` are those of all projects on the anomaly's days.
    """
    found: dict[str, tuple[Counts, Counts]] = {}
    for (project, _), (before, now) in counted.items():
        had, has = found.get(project, (NOTHING, NOTHING))
        found[project] = had + before, has + now
    whole = NOTHING
    for before, _ in found.values():
        whole += before
    sign = 1 if up else -1
    off = {
        project: (sign * amount, value, expected)
        for project, (before, now) in found.items()
        for amount, value, expected in [_off(measure, before, now, whole, expected_uses)]
    }
    # fsum is exact: projects come in no order, and the answer must be the same each time.
    total = fsum(amount for amount, _, _ in off.values() if amount > 0)
    names = {project.project_id: project.name for project in question.scope.projects}
    named = [
        Cause(project, names.get(project, project), value, expected, amount / total)
        for project, (amount, value, expected) in off.items()
        if amount > 0 and amount / total >= LEAST_SHARE
    ]
    return tuple(sorted(named, key=lambda each: (-each.share, each.project_name)))


def _off(
    measure: Measure, before: Counts, now: Counts, whole: Counts, expected_uses: float
) -> tuple[float, float | None, float | None]:
    """By how many uses, successes or ms a project was off, its value, and that of its past."""
    if measure == "uses":
        share = before.total_invocations / whole.total_invocations
        expected = share * expected_uses
        return now.total_invocations - expected, now.total_invocations, expected
    if measure == "success_rate":
        usual = (before.successes + PRIOR * (whole.success_rate or 0)) / (before.known + PRIOR)
        amount = now.successes - now.known * usual
        return amount, now.success_rate, before.success_rate
    usual_ms = before.avg_duration_ms or whole.avg_duration_ms or 0.0
    amount = float(now.duration_sum_ms) - now.duration_count * usual_ms
    return amount, now.avg_duration_ms, before.avg_duration_ms


def not_collected_since(
    con: Connection, question: Question, until: date, zone: str
) -> list[ProjectLabel]:
    """The projects asked for that were not collected after the day ``until`` was over."""
    rows = con.execute(statement("aggregator/reports/last_syncs.sql")).fetchall()
    last = {
        project: None if us is None else today(from_micros(us), zone) for project, *_, us in rows
    }
    return [
        project
        for project in question.scope.projects
        if (day := last.get(project.project_id)) is None or day <= until
    ]
