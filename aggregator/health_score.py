"""The health score of a skill or agent: one number of 0 to 100, and the three parts it is made of.

100 x (0.5 success + 0.3 recent trend + 0.2 (1 - error penalty)), the weights and bands of the
documents, over known outcomes. It describes; whether something is wrong is tested elsewhere.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Literal

from aggregator.changes import ENOUGH
from aggregator.spans import Counts
from schema.frozen import dataclass

Band = Literal["excellent", "good", "needs work", "critical", "insufficient data"]

SUCCESS_WEIGHT = 50
RECENT_WEIGHT = 30
ERRORS_WEIGHT = 20
"""The most points of each part."""

ERROR_PENALTY = Fraction(5, 100)
LARGEST_PENALTY = Fraction(25, 100)
"""What each distinct error type takes from the part for errors, and the most it loses."""

BANDS: tuple[tuple[int, Band], ...] = ((90, "excellent"), (70, "good"), (50, "needs work"))
"""From which score on each band begins; below is critical."""

GOOD = 70


@dataclass(frozen=True)
class Score:
    """What a score is made of: outcomes of the whole span and of its recent part, error types.

    Where the recent part has too few known outcomes to carry a rate, that of the whole span
    is in for it.
    """

    successes: int
    known: int
    recent_successes: int
    recent_known: int
    error_types: int

    @property
    def recent_stands_alone(self) -> bool:
        """Whether the recent part rests on recent outcomes only."""
        return self.recent_known >= ENOUGH

    @property
    def success_rate(self) -> Fraction:
        return Fraction(self.successes, self.known)

    @property
    def recent_rate(self) -> Fraction:
        if not self.recent_stands_alone:
            return self.success_rate
        return Fraction(self.recent_successes, self.recent_known)

    @property
    def penalty(self) -> Fraction:
        """0..0.25, by how many different errors there were."""
        return min(self.error_types * ERROR_PENALTY, LARGEST_PENALTY)

    @property
    def success_points(self) -> Fraction:
        return SUCCESS_WEIGHT * self.success_rate

    @property
    def recent_points(self) -> Fraction:
        return RECENT_WEIGHT * self.recent_rate

    @property
    def error_points(self) -> Fraction:
        return ERRORS_WEIGHT * (1 - self.penalty)

    @property
    def points(self) -> Fraction:
        """The score before its fraction is cut off. Exact, so that no band is missed by a hair."""
        return self.success_points + self.recent_points + self.error_points

    @property
    def value(self) -> int:
        """The score, 0..100, cut to a whole number as the documents do."""
        return floor(self.points)

    @property
    def band(self) -> Band:
        return next((band for least, band in BANDS if self.value >= least), "critical")

    @property
    def rate_of_good(self) -> float:
        """The success rate, steady over the whole span, at which the band 'good' begins."""
        return rate_of_good(self.error_types)


def rate_of_good(error_types: int) -> float:
    """The success rate, steady over the whole span, at which the band 'good' begins."""
    penalty = min(error_types * ERROR_PENALTY, LARGEST_PENALTY)
    return float((GOOD - ERRORS_WEIGHT * (1 - penalty)) / (SUCCESS_WEIGHT + RECENT_WEIGHT))


def score_of(whole: Counts, recent: Counts, error_types: int) -> Score | None:
    """The score; None below ``ENOUGH`` known outcomes in the whole span."""
    if whole.known < ENOUGH:
        return None
    return Score(
        whole.successes,
        whole.known,
        recent.successes,
        recent.known,
        error_types,
    )
