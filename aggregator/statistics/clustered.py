"""Scores of a change in many projects: tests of groups of them, and the evidence for each group.

Each project is its own stratum, compared with itself, so that a change of which projects use a
skill is not a change of the skill. A score is the sum of observed minus expected; its variance is
larger where the uses of one day are alike. Rates whose units are members or sessions, from sums
over them: ``ratios``.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, inf, log, log1p, pi, sqrt
from statistics import NormalDist
from typing import NamedTuple

from aggregator.statistics.proportions import equality
from aggregator.statistics.stratified import NORMAL_FROM, association
from aggregator.statistics.tails import student_tail

CLUSTERS = 5
"""From so many projects on, their own spread also tests a change."""

EFFECTS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8)
"""Sizes of a change, each as likely: log odds of a rate, or the logarithm of a ratio."""

SHARES = (1 / 24, 1 / 12, 1 / 6, 1 / 3)
"""Shares of the projects that may have changed, where some did."""

_LARGEST = 300.0
_COARSE = (0.5, 1.2, 2.4)
_COARSE_SHARE = 0.15
_WORTH_IT = 4.0
"""Where the likelihood ratio is smaller than e**4 at these, its mean is no evidence."""

Stratum = tuple[int, int, int, int]
"""Successes now, known outcomes now, successes of both sides, known outcomes of both sides."""


class Score(NamedTuple):
    """Observed minus expected, and the variance of that; of groups that differ they add up."""

    value: float = 0.0
    variance: float = 0.0

    @property
    def z(self) -> float:
        return self.value / sqrt(self.variance) if self.variance > 0 else 0.0


NO_SCORE = Score()


def added(scores: Sequence[Score]) -> Score:
    """The score of several projects together."""
    return Score(sum(score.value for score in scores), sum(score.variance for score in scores))


def two_sided(z: float) -> float:
    """The p-value of a standard normal value as far from 0."""
    return erfc(abs(z) / sqrt(2))


def stratified_equality(strata: Sequence[Stratum], spread: float) -> float:
    """The p-value (two-sided) of no change in any stratum; 1 where nothing can be compared.

    One stratum is Fisher's table. Several: the sum of what each has now, whose exact distribution
    is that of independent hypergeometric counts; normal where it is wide (N. Mantel, W. Haenszel,
    J. Natl. Cancer Inst. 22 (1959) 719). With a ``spread`` above 1 observations count for less: J.
    N. K. Rao, A. J. Scott, Biometrics 48 (1992) 577.
    """
    informative = [each for each in strata if 0 < each[1] < each[3] and 0 < each[2] < each[3]]
    if not informative:
        return 1.0
    found = association(informative)
    if found.variance / spread >= NORMAL_FROM:
        off = abs(found.observed - found.expected) - 0.5
        return two_sided(max(0.0, off) / sqrt(found.variance * spread))
    if len(informative) == 1:
        [(now, known, both, total)] = informative
        p_value = equality(now, known, both - now, total - known)
    else:
        p_value = _exact(informative)
    return p_value if spread <= 1 else two_sided(_deviations(p_value) / sqrt(spread))


def _exact(strata: Sequence[Stratum]) -> float:
    """Twice the smaller tail of the sum of hypergeometric counts.

    What was seen counts half (H. O. Lancaster, J. Am. Stat. Assoc. 56 (1961) 223): the whole of it
    errs towards finding nothing, most where there are few outcomes.
    """
    whole, observed, least = [1.0], 0, 0
    for now, known, both, total in strata:
        first, last = max(0, known + both - total), min(known, both)
        chances = [1.0]
        for x in range(first, last):
            up = (both - x) * (known - x) / ((x + 1) * (total - both - known + x + 1))
            chances.append(chances[-1] * up)
        every = sum(chances)
        chances = [chance / every for chance in chances]
        sums = [0.0] * (len(whole) + len(chances) - 1)
        for place, one in enumerate(whole):
            for further, chance in enumerate(chances):
                sums[place + further] += one * chance
        whole, observed, least = sums, observed + now, least + first
    at = observed - least
    half = whole[at] / 2
    return min(1.0, 2 * min(sum(whole[:at]) + half, sum(whole[at + 1 :]) + half))


def _deviations(p_value: float) -> float:
    """How many standard deviations off a normal value with this two-sided p-value is."""
    if p_value > 1e-14:
        return -NormalDist().inv_cdf(p_value / 2)
    # Mills' ratio, solved twice: right to a hundredth so far out.
    logs = -log(max(p_value, 5e-324) / 2)
    off = sqrt(2 * logs)
    return sqrt(2 * (logs - log(off * sqrt(2 * pi))))


def between_clusters(scores: Sequence[Score]) -> float:
    """The p-value (two-sided) of no change, by how far single projects agree about it.

    The variance is that of the projects' own scores about the common change (K.-Y. Liang, S. L.
    Zeger, Biometrika 73 (1986) 13), so that what projects do not have in common counts as chance;
    Student's distribution, because there are few of them. 0 below ``CLUSTERS`` projects, which
    cannot tell.
    """
    informative = [score for score in scores if score.variance > 0]
    if len(informative) < CLUSTERS:
        return 0.0
    whole = added(informative)
    change = whole.value / whole.variance
    count = len(informative)
    spread = (
        sum((each.value - change * each.variance) ** 2 for each in informative)
        * count
        / (count - 1)
    )
    if spread <= 0:
        return 0.0
    return student_tail(whole.value / sqrt(spread), count - 1)


def evidence(score: Score, sign: int) -> float:
    """The logarithm of how much likelier the score is with a change than without (Bayes factor).

    Averaged over ``EFFECTS`` in the direction ``sign``.
    """
    return log_mean([sign * e * score.value - e * e * score.variance / 2 for e in EFFECTS])


class Several(NamedTuple):
    """Evidence that some of the projects changed, and which of them (places in the list)."""

    evidence: float
    members: tuple[int, ...]


NOT_SEVERAL = Several(-inf, ())


def several(scores: Sequence[Score], sign: int) -> Several:
    """Evidence that a part of the projects changed alike and the others did not.

    The likelihood ratio of a mixture, averaged over ``EFFECTS`` and ``SHARES`` but not over who
    belongs to it: that is what trying all groups of projects costs. Its mean where nothing happened
    is 1, so the chance of a value e**x is at most e**-x (A. A. Markov). Members are the projects
    that belong to it rather than not, at the likeliest effect and share.
    """
    if not _may_be_several(scores, sign):
        return NOT_SEVERAL
    found: list[float] = []
    best, chosen = -inf, (0.0, 0.0)
    for effect in EFFECTS:
        ratios = [
            exp(min(sign * effect * u - effect * effect * v / 2, _LARGEST)) for u, v in scores
        ]
        for share in SHARES:
            value = sum(log(1 - share + share * ratio) for ratio in ratios)
            found.append(value)
            if value > best:
                best, chosen = value, (effect, share)
    effect, share = chosen
    least = log((1 - share) / share)
    members = tuple(
        place
        for place, (u, v) in enumerate(scores)
        if sign * effect * u - effect * effect * v / 2 > least
    )
    return Several(log_mean(found), members)


def _may_be_several(scores: Sequence[Score], sign: int) -> bool:
    """Whether it is worth looking closer, from a few effects and those in the direction only."""
    inside = [(sign * u, v) for u, v in scores if sign * u > 0]
    for effect in _COARSE:
        half = effect * effect / 2
        value = 0.0
        for u, v in inside:
            ratio = effect * u - half * v
            if ratio > 0:
                value += log1p((exp(min(ratio, _LARGEST)) - 1) * _COARSE_SHARE)
        if value >= _WORTH_IT:
            return True
    return False


def log_mean(logs: Sequence[float]) -> float:
    """The logarithm of the mean of numbers that are given by their logarithms."""
    most = max(logs)
    return most + log(sum(exp(each - most) for each in logs) / len(logs))
