"""Which skills and agents became significantly slower or faster.

Durations are compared by a rank test on the rows. Rows are read only for skills whose medians
differ by at least ``LEAST_RATIO``; the others count as compared and unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, log
from typing import Literal

from aggregator.calendar import Span
from aggregator.changes import ENOUGH, LEVEL
from aggregator.measures import Question, ask
from aggregator.series import Period
from aggregator.spans import Key
from aggregator.statistics.multiple_testing import adjusted
from aggregator.statistics.ranks import RankSum, equality
from schema.frozen import dataclass
from schema.warehouse import Connection

Pace = Literal["faster", "steady", "slower", "insufficient data"]
PaceWord = Literal["slower", "faster", "no clear change", "not enough data"]
PACE_WORDS: Mapping[Pace, PaceWord] = {
    "slower": "slower",
    "steady": "no clear change",
    "faster": "faster",
    "insufficient data": "not enough data",
}
"""What a verdict about durations is called everywhere but in the field ``verdict`` of JSON."""

OnRead = Callable[[int], None]
"""Called with the number of durations that are about to be read."""

LEAST_RATIO = 1.2
"""A smaller ratio of the medians is not reported, even where it is significant."""


@dataclass(frozen=True)
class DurationComparison:
    """Durations now against before: ``ratio`` of the medians, ``count`` durations on each side.

    ``superiority`` is the share (0..1) of pairs in which the duration now is longer, and
    ``p_value`` tests for neither side being longer; None where the medians are too close to be
    reported.
    """

    count: int
    count_before: int
    ratio: float | None
    superiority: float | None
    p_value: float | None
    adjusted_p: float | None
    verdict: Pace


@dataclass(frozen=True)
class DurationHistory:
    """The last period against the one before, and the later half of all against the earlier."""

    last: DurationComparison
    halves: DurationComparison

    @property
    def verdict(self) -> Pace:
        """Both comparisons together; where they disagree, the last period decides."""
        for verdict in (self.last.verdict, self.halves.verdict):
            if verdict in ("faster", "slower"):
                return verdict
        both = (self.last.verdict, self.halves.verdict)
        return "steady" if "steady" in both else "insufficient data"


@dataclass(frozen=True)
class Sides:
    """How many durations are on each side, and the ratio of their medians."""

    count: int
    count_before: int
    ratio: float | None

    @property
    def is_enough(self) -> bool:
        return self.ratio is not None and min(self.count, self.count_before) >= ENOUGH

    @property
    def is_far(self) -> bool:
        return self.ratio is not None and abs(log(self.ratio)) >= log(LEAST_RATIO)


def duration_histories(
    con: Connection,
    question: Question,
    spans: Sequence[Span],
    periods: Mapping[Key, Sequence[Period]],
    on_read: OnRead = lambda durations: None,
) -> dict[Key, DurationHistory]:
    """For each key what changed, from its complete periods in the order of ``spans``.

    Adjusted for comparing all keys in both ways. Keys are of all projects together.
    """
    half = len(spans) // 2
    compared = {
        "last": {key: _sides(each[-2:-1], each[-1:]) for key, each in periods.items()},
        "halves": {key: _sides(each[:half], each[half:]) for key, each in periods.items()},
    }
    bounds = {"last": (spans[-2], spans[-1]), "halves": (spans[0], spans[half])}
    candidates = [
        (way, key, sides)
        for way, each in compared.items()
        for key, sides in each.items()
        if sides.is_enough and sides.is_far
    ]
    if candidates:
        on_read(sum(sides.count + sides.count_before for _, _, sides in candidates))
    found = _rank_sums(
        con, question, spans[-1], [(way, key, *bounds[way]) for way, key, _ in candidates]
    )
    return judged(compared, found)


def judged(
    compared: Mapping[str, Mapping[Key, Sides]], found: Mapping[tuple[str, Key], RankSum]
) -> dict[Key, DurationHistory]:
    """The verdicts from the medians, and from the rank sums where rows were read."""
    p_values = {
        (way, key): equality(found[way, key]) if (way, key) in found else 1.0
        for way, each in compared.items()
        for key, sides in each.items()
        if sides.is_enough
    }
    sure = dict(zip(p_values, adjusted(list(p_values.values())), strict=True))

    def compared_durations(way: str, key: Key) -> DurationComparison:
        sides, sums = compared[way][key], found.get((way, key))
        verdict: Pace = "steady" if sides.is_enough else "insufficient data"
        if sums is None or sides.ratio is None:
            return DurationComparison(
                sides.count, sides.count_before, sides.ratio, None, None, None, verdict
            )
        p, q = p_values[way, key], sure[way, key]
        if q <= LEVEL and sums.superiority is not None:
            # Ranks and medians may point in different directions; then nothing is reported.
            if sides.ratio > 1 and sums.superiority > 0.5:
                verdict = "slower"
            elif sides.ratio < 1 and sums.superiority < 0.5:
                verdict = "faster"
        return DurationComparison(
            sides.count, sides.count_before, sides.ratio, sums.superiority, p, q, verdict
        )

    return {
        key: DurationHistory(compared_durations("last", key), compared_durations("halves", key))
        for key in compared["last"]
    }


def _sides(before: Sequence[Period], now: Sequence[Period]) -> Sides:
    then, median = _typical(before), _typical(now)
    ratio = median / then if median and then else None
    return Sides(
        sum(each.duration_count for each in now),
        sum(each.duration_count for each in before),
        ratio,
    )


def _typical(periods: Sequence[Period]) -> float | None:
    """The median of one period; of several, the geometric mean of theirs, by their durations.

    None where nothing was measured, or a median is zero.
    """
    medians = [
        (each.p50_duration_ms, each.duration_count)
        for each in periods
        if each.p50_duration_ms is not None
    ]
    if not medians or min(median for median, _ in medians) <= 0:
        return None
    total = sum(count for _, count in medians)
    return exp(sum(log(median) * count for median, count in medians) / total)


def _rank_sums(
    con: Connection,
    question: Question,
    last: Span,
    wanted: Sequence[tuple[str, Key, Span, Span]],
) -> dict[tuple[str, Key], RankSum]:
    """For each way and key: durations since the second span, ranked against the first."""
    if not wanted:
        return {}
    sinces = [before.since for _, _, before, _ in wanted if before.since is not None]
    names = {name for _, (_, _, name), _, _ in wanted}
    rows = ask(
        con,
        "reports/rank_sums",
        question.over(Span(min(sinces), last.until)),
        name=names.pop() if len(names) == 1 else None,
        ways=[way for way, *_ in wanted],
        kinds=[kind for _, (_, kind, _), _, _ in wanted],
        names=[name for _, (_, _, name), _, _ in wanted],
        sinces=sinces,
        sinces_now=[now.since for _, _, _, now in wanted],
    )
    return {
        (way, ("*", kind, name)): RankSum(int(count), int(before), int(twice) / 2, int(tie_term))
        for way, kind, name, count, before, twice, tie_term in rows
    }
