"""How many units, and how many weeks, an experiment needs to see a difference of some points.

From the uses of the control before it begins: how often a unit uses it, and how much the units'
success rates differ. Where there is too little of that, usual numbers are assumed, and said so.

Two arms are told apart by the variance of a unit's contribution to the rate (``RatioSums``): with
``n`` units of which ``share`` get the treatment, the difference has the variance
``variance / (n * share * (1 - share))``. J. M. Lachin, Controlled Clin. Trials 2 (1981) 93.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil
from statistics import NormalDist

from aggregator.calendar import Span
from aggregator.experiments.analysis import FINAL_LEVEL, LEAST_UNITS, UnitUses, weekly_uses
from aggregator.experiments.experiment import Experiment
from aggregator.measures import Question, scope
from aggregator.statistics.ratios import ratio_sums
from schema.warehouse import Connection

POINTS = (5, 10, 20)
"""Differences, in points of the success rate, for which sizes are said."""

POWER = 0.85
"""Chance of finding the difference, if it is there."""

HISTORY_WEEKS = 12
LEAST_HISTORY_UNITS = 10
"""Units with outcomes in the weeks before, below which usual numbers are assumed."""

MOST_WEEKS = 104
"""Maximum length of an experiment."""


@dataclass(frozen=True)
class History:
    """What is known, or assumed, of units that use the control.

    ``rate`` (0..1) is its success rate, ``uses`` the known outcomes of a unit, in its whole life
    for sessions and a week for others; ``correlation`` (0..1) how alike the outcomes of one unit
    are, ``spread`` (from 1 on) how much units differ in size: mean square by squared mean.
    ``units``: those that begin a week for sessions, all there are for others; None: not known.
    """

    rate: float
    uses: float
    correlation: float
    spread: float
    units: float | None
    is_assumed: bool = False


USUAL = History(rate=0.8, uses=5, correlation=0.08, spread=1.0, units=None, is_assumed=True)
"""80 % succeed, five uses a unit and week; rates of units differ by a logit's deviation of 0.7."""


@dataclass(frozen=True)
class Size:
    """What it takes to see a difference of so many ``points`` with a chance of ``POWER``.

    ``units_per_arm`` is that of the smaller arm, in ``weeks``; None where the units there are would
    not do in any time, or it is not known how many there are.
    """

    points: int
    units_per_arm: int
    weeks: int | None


def history(con: Connection, question: Question, experiment: Experiment) -> History:
    """What the weeks before the experiment say of the units that use its control."""
    begins_on = experiment.begins_on - timedelta(weeks=HISTORY_WEEKS)
    before = replace(experiment, begins_on=begins_on)
    question = replace(
        question,
        scope=scope(con, include_inactive=True),
        kind="all",
        span=Span(begins_on, experiment.begins_on - timedelta(days=1)),
    )
    weeks, _ = weekly_uses(con, question, before)
    return of_weeks(weeks, is_of_sessions=experiment.unit == "session")


def of_weeks(weeks: Mapping[tuple[str, int], UnitUses], *, is_of_sessions: bool) -> History:
    """The history in the uses of units by week."""
    units: dict[str, UnitUses] = {}
    for (unit, _), uses in weeks.items():
        units[unit] = units.get(unit, UnitUses()) + uses
    sums = ratio_sums((each.successes, each.known) for each in units.values())
    if sums.units < LEAST_HISTORY_UNITS or sums.rate is None:
        return replace(USUAL, units=None if not units else float(len(units)))
    used = [week for _, week in weeks]
    span = max(used) - min(used) + 1
    mean = sums.known / sums.units
    return History(
        # A rate of 0 or 1 would promise certainty from a handful of outcomes.
        (sums.successes + 1) / (sums.known + 2),
        mean if is_of_sessions else mean / span,
        sums.correlation if sums.correlation is not None else USUAL.correlation,
        sums.units * sums.nn / sums.known**2,
        sums.units / span if is_of_sessions else float(sums.units),
    )


def sizes(found: History, experiment: Experiment) -> list[Size]:
    """The size for each of ``POINTS``."""
    return [_size(found, experiment, points) for points in POINTS]


def _size(found: History, experiment: Experiment, points: int) -> Size:
    if experiment.unit == "session":
        needed = _units(found, experiment.share, points, found.uses)
        smaller = _in_smaller_arm(needed, experiment.share)
        weeks = None if not found.units else ceil(needed / found.units)
        return Size(points, smaller, weeks if weeks is None or weeks <= MOST_WEEKS else None)
    needed = _units(found, experiment.share, points, found.uses * experiment.weeks)
    smaller = _in_smaller_arm(needed, experiment.share)
    if found.units is None:
        return Size(points, smaller, experiment.weeks if found.is_assumed else None)
    for weeks in range(1, MOST_WEEKS + 1):
        if _units(found, experiment.share, points, found.uses * weeks) <= found.units:
            return Size(points, smaller, weeks)
    return Size(points, smaller, None)


def _units(found: History, share: float, points: int, uses: float) -> float:
    """The units needed in both arms together, each with so many known outcomes."""
    between, spread = found.correlation, found.spread
    # The variance of a cluster's contribution: L. Kish, Survey Sampling (1965) 5.4.
    variance = found.rate * (1 - found.rate) * ((1 - between) / max(uses, 1e-9) + between * spread)
    normal = NormalDist()
    distance = normal.inv_cdf(1 - FINAL_LEVEL / 2) + normal.inv_cdf(POWER)
    needed = distance**2 * variance / (share * (1 - share) * (points / 100) ** 2)
    return max(needed, LEAST_UNITS / min(share, 1 - share))


def _in_smaller_arm(units: float, share: float) -> int:
    return ceil(round(units * min(share, 1 - share), 6))
