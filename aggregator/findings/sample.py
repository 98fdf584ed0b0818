"""What is compared: the outcomes and durations of a skill in one project, now and before."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp
from typing import NamedTuple

from aggregator.outcomes import Outcomes
from schema.frozen import dataclass


class Half(NamedTuple):
    """One side of the comparison in one project.

    ``residual`` are the squared deviations of daily successes, ``expected`` what they would be if
    uses were independent. ``log_mean`` is the mean logarithm of daily median durations (ms) over
    ``weight`` durations, ``log_squares`` their weighted squares about it, ``log_freedom`` the days
    less one.
    """

    successes: int = 0
    failures: int = 0
    abandoned: int = 0
    unknown: int = 0
    duration_count: int = 0
    residual: float = 0.0
    expected: float = 0.0
    weight: float = 0.0
    log_mean: float = 0.0
    log_squares: float = 0.0
    log_freedom: int = 0

    @property
    def known(self) -> int:
        return self.successes + self.failures + self.abandoned


NO_HALF = Half()


class Cell(NamedTuple):
    """A skill or agent in one project: the recent days, and the days before them."""

    now: Half = NO_HALF
    before: Half = NO_HALF


NO_CELL = Cell()


@dataclass(frozen=True)
class Sample(Outcomes):
    """The outcomes of a group of projects on one side, and what its uses typically took.

    ``typical_duration_ms`` is the geometric mean of daily medians, each weighted by its number of
    durations; None without any.
    """

    duration_count: int = 0
    typical_duration_ms: float | None = None


NO_SAMPLE = Sample(0, 0, 0, 0)


def pooled(halves: Iterable[Half]) -> Sample:
    """The sides of several projects together."""
    successes = failures = abandoned = unknown = durations = 0
    weight = logs = 0.0
    # Unpacked: there are tens of thousands, and each name looked up takes its time.
    for good, bad, left, open_, timed, _, _, by, log_mean, _, _ in halves:
        successes += good
        failures += bad
        abandoned += left
        unknown += open_
        durations += timed
        weight += by
        logs += by * log_mean
    typical = exp(logs / weight) if weight else None
    return Sample(successes, failures, abandoned, unknown, durations, typical)
