"""Whether a skill is out of use, or is only pausing as it often does."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma


def p_value_of_pause(days_used: int, days_since_first: int, quiet_days: int) -> float:
    """The p-value of a pause: none of its further days of use in the last ``quiet_days``.

    Of ``days_since_first`` days after the first day of use, the last ``quiet_days`` included,
    ``days_used - 1`` were days of use; where each day is as likely as any other, the chance that
    all of them came before the quiet ones is a hypergeometric one. It is the test of A. R. Solow,
    Ecology 74 (1993) 962, for whole days, from the first sighting on: days and not uses are
    counted, because uses come in bursts.
    """
    further, before = days_used - 1, days_since_first - quiet_days
    if further <= 0 or quiet_days <= 0:
        return 1.0
    return exp(_log_choose(before, further) - _log_choose(days_since_first, further))


def usual_pause(used: Sequence[int]) -> int:
    """The longest usual pause: the second longest run of days without a use, between days with one.

    ``used`` has 1 for each day with a use and 0 for each without. The longest pause of all may be
    the one holiday of the year; a pause that is usual comes again. 0 with fewer than two pauses.
    """
    text = "".join("1" if day else "0" for day in used)
    pauses = sorted(map(len, text.strip("0").split("1")[1:-1]))
    return pauses[-2] if len(pauses) > 1 else 0


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
