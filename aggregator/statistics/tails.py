"""How unlikely a value is: tails of counts, rates and standardised values, spread out more or less.

All of them are one function, the regularised incomplete beta function.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

LEAST_SPREAD = 1.0001
"""Below it a negative binomial is a Poisson distribution, and the sums below lose digits."""

_TINY = 1e-300


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for 0 <= x <= 1 and a, b > 0.

    The continued fraction of NIST DLMF 8.17.22, summed up as W. J. Lentz, Appl. Opt. 15 (1976) 668
    does. Small values keep their relative accuracy, so tails may be asked for directly.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c = 1.0
    d = 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, 100_000):
        double = a + 2 * m
        even = m * (b - m) * x / ((double - 1) * double)
        odd = -(a + m) * (a + b + m) * x / (double * (double + 1))
        # Without calls: it is what most of a tail's time goes to.
        d = 1 + even * d
        d = 1 / (d if abs(d) > _TINY else _TINY)
        c = 1 + even / c
        c = c if abs(c) > _TINY else _TINY
        value *= d * c
        d = 1 + odd * d
        d = 1 / (d if abs(d) > _TINY else _TINY)
        c = 1 + odd / c
        c = c if abs(c) > _TINY else _TINY
        step = d * c
        value *= step
        if abs(step - 1) < 1e-13:
            break
    return value


def count_tails(count: int, mean: float, spread: float) -> tuple[float, float]:
    """How likely that many or fewer, and that many or more, are.

    Of a negative binomial distribution with ``mean`` > 0 and a variance of ``spread`` times the
    mean; with a spread of 1 it is the Poisson distribution.
    """
    spread = max(spread, LEAST_SPREAD)
    shape = mean / (spread - 1)
    at_most = beta_cdf(1 / spread, shape, count + 1)
    at_least = beta_cdf((spread - 1) / spread, count, shape) if count else 1.0
    return at_most, at_least


def rate_tails(successes: int, known: int, rate: float, spread: float) -> tuple[float, float]:
    """How likely that many successes or fewer, and that many or more, are among ``known``.

    Of a binomial distribution with ``rate`` (between 0 and 1), whose observations count only
    ``1 / spread`` each, because those of one day are alike: J. N. K. Rao, A. J. Scott, Biometrics
    48 (1992) 577.
    """
    good, bad = successes / spread, (known - successes) / spread
    at_most = beta_cdf(1 - rate, bad, good + 1) if bad else 1.0
    at_least = beta_cdf(rate, good, bad + 1) if good else 1.0
    return at_most, at_least


def student_tail(t: float, freedom: float) -> float:
    """How likely a value as far from 0 as ``t``, on either side, is: Student's distribution."""
    return beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5)
