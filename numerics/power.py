"""How many samples a test takes: an error of a given size is caught with probability at least 1 - beta.

Every bound here is proved, not simulated: `catches` is true only where the probability that a prediction
which is off by `effect` escapes an interval of level alpha is at most beta. `samples_needed` and `detectable`
invert it. A prediction that is further off escapes still more rarely, because intervals are convex.

>>> samples_needed("betting", effect=0.01, alpha=1e-6, beta=1e-6, variance=0.01)
16925
>>> samples_needed("betting", effect=0.01, alpha=1e-6, beta=1e-6, variance=1 / 12)
99610
>>> samples_needed("empirical Bernstein", effect=0.01, alpha=1e-6, beta=1e-6, variance=0.01)
23828
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from .betting import LARGEST_SHARE, designed_bet
from .intervals import Array, catoni_half_width, catoni_scale, checked_alpha

Catches = Callable[[int, float, float, float, float], bool]
"""(samples, effect, alpha, beta, variance) -> whether the miss is at most beta."""


def _hoeffding(n: int, effect: float, alpha: float, beta: float, variance: float) -> bool:
    return effect >= math.sqrt(math.log(2 / alpha) / (2 * n)) + math.sqrt(math.log(1 / beta) / (2 * n))


def _empirical_bernstein(n: int, effect: float, alpha: float, beta: float, variance: float) -> bool:
    """Two ways to miss share beta.

    The sample deviation exceeds sigma + sqrt(2 log(2/beta)/(n-1)) (Maurer and Pontil, theorem 10), or
    the sample mean is off by Bernstein's bound.
    """
    if n < 2:
        return False
    log, miss = math.log(4 / alpha), math.log(2 / beta)
    deviation = math.sqrt(variance) + math.sqrt(2 * miss / (n - 1))
    half = deviation * math.sqrt(2 * log / n) + 7 * log / (3 * (n - 1))
    return effect >= half + math.sqrt(2 * variance * miss / n) + miss / (3 * n)


_EXPONENTS = np.geomspace(0.02, 50, 300)


def _betting(n: int, effect: float, alpha: float, beta: float, variance: float) -> bool:
    """Chernoff's bound: P(capital < 2/alpha) <= (2/alpha)^s E[(1 + b (X - m))^-s]^n for every s > 0.

    X - m has mean `effect`, variance at most v and is at least -m. The integrand has a negative third
    derivative, so its mean is largest for two atoms, one of them at the left end (Chebyshev, Markov, Krein),
    and it grows with v.
    """
    bet = designed_bet(n, variance, alpha)
    cap = min(1.0, LARGEST_SHARE / bet)
    worst = _two_atoms(cap, cap, bet * cap, bet, effect, variance)
    # Beyond m = cap the bet is LARGEST_SHARE / m: pieces of m, in each the worst of every ingredient.
    edges = np.geomspace(cap, 1.0, 41) if cap < 1 else np.empty(0)
    for left, right in pairwise(edges):
        piece = _two_atoms(left, right, LARGEST_SHARE, LARGEST_SHARE / right, effect, variance)
        worst = np.maximum(worst, piece)
    return bool(np.min(_EXPONENTS * math.log(2 / alpha) + n * worst) <= math.log(beta))


def _two_atoms(nearest: float, farthest: float, lost: float, bet: float, effect: float, variance: float) -> Array:
    """log of a bound on E[(1 + b Y)^-s] over the exponents s, for every left end -m with m from nearest to farthest.

    Given the mean and the variance, the atom at -m weighs v/(v + (effect + m)^2), most at the nearest, and
    the other lies at effect + v/(effect + m), lowest at the farthest; at -m the capital falls to 1 - lost, at
    the other it grows by the bet.
    """
    weight = variance / (variance + (effect + nearest) ** 2)
    other = effect + variance / (effect + farthest)
    ruin = math.log(weight) - _EXPONENTS * math.log1p(-lost)
    gain = math.log1p(-weight) - _EXPONENTS * math.log1p(bet * other)
    return np.asarray(np.logaddexp(ruin, gain))


def _catoni(n: int, effect: float, alpha: float, beta: float, variance: float) -> bool:
    """The root is below mean - y with probability at most (1 - a y + a^2 (v + y^2)/2)^n (Catoni, lemma 2.2)."""
    if n <= 2 * math.log(2 / alpha):
        return False
    scale, y = catoni_scale(n, variance, alpha), effect - catoni_half_width(n, variance, alpha)
    if y <= 0:
        return False
    y = min(y, 1 / scale)
    return n * math.log1p(-scale * y + scale**2 * (variance + y * y) / 2) <= math.log(beta)


def _proportion(n: int, effect: float, alpha: float, beta: float, variance: float) -> bool:
    """Exact binomial tails, for the true p <= 1/2 with p (1 - p) = variance and the predictions p +- effect."""
    p = (1 - math.sqrt(max(0.0, 1 - 4 * variance))) / 2
    return all(
        _proportion_miss(n, p, predicted, alpha) <= beta
        for predicted in (p + effect, p - effect)
        if 0 <= predicted <= 1
    )


def _proportion_miss(n: int, p: float, predicted: float, alpha: float) -> float:
    """The probability that the count of n trials at p lies among the counts that do not reject `predicted`."""
    if predicted < p:
        return _proportion_miss(n, 1 - p, 1 - predicted, alpha)
    from scipy.special import betainc

    def at_most(k: int, q: float) -> float:
        return 1.0 if k >= n else float(betainc(n - k, k + 1, 1 - q)) if k >= 0 else 0.0

    # The largest count c with P_predicted(count <= c) < alpha/2 is the last one that rejects.
    below, above = -1, n
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if at_most(middle, predicted) < alpha / 2 else (below, middle)
    return float(betainc(below + 1, n - below, p)) if below >= 0 else 1.0


def _gaussian_mean(n: int, effect: float, alpha: float, beta: float, variance: float) -> bool:
    from scipy.special import ndtr, ndtri

    return bool(ndtr(-ndtri(alpha / 2) - effect * math.sqrt(n / variance)) <= beta)


def _gaussian_variance(n: int, effect: float, alpha: float, beta: float, variance: float) -> bool:
    """Exact chi-square tails, for the predictions variance +- effect."""
    from scipy.special import gammainc, gammaincc, gammainccinv, gammaincinv

    if n < 2:
        return False
    shape = (n - 1) / 2
    above = gammaincc(shape, gammaincinv(shape, alpha / 2) * (1 + effect / variance))
    below = 0.0
    if effect < variance:
        below = gammainc(shape, gammainccinv(shape, alpha / 2) * (1 - effect / variance))
    return bool(max(above, below) <= beta)


def _kolmogorov(n: int, effect: float, alpha: float, beta: float, variance: float) -> bool:
    """The band, and Hoeffding's bound at the one point where the distribution functions are `effect` apart."""
    return effect >= math.sqrt(math.log(2 / alpha) / (2 * n)) + math.sqrt(math.log(1 / beta) / (2 * n))


KINDS: dict[str, Catches] = {
    "Hoeffding": _hoeffding,
    "empirical Bernstein": _empirical_bernstein,
    "betting": _betting,
    "Catoni": _catoni,
    "proportion": _proportion,
    "normal mean": _gaussian_mean,
    "normal variance": _gaussian_variance,
    "Kolmogorov": _kolmogorov,
}
"""The kinds of test, by name. Bounded variables lie in [0, 1]; others are scaled by `span`."""

_ON_UNIT = ("Hoeffding", "empirical Bernstein", "betting")


def catches(
    kind: str,
    samples: int,
    effect: float,
    alpha: float,
    beta: float,
    variance: float | None = None,
    span: float = 1.0,
) -> bool:
    """Whether a prediction that is off by `effect` is proved to be caught with probability at least 1 - beta.

    variance bounds the variance of one draw (for "proportion" it is p (1 - p), for "normal variance" the true
    variance); without it, 1/4 span^2 for bounded draws. "betting" speaks of `betting_mean(...,
    variance=variance)`. Raises ValueError for an unknown kind or numbers out of range.
    """
    if kind not in KINDS:
        raise ValueError(f"no test of the kind {kind!r}: there are {', '.join(KINDS)}")
    checked_alpha(alpha)
    if not 0 < beta < 1:
        raise ValueError(f"beta = {beta} is not strictly between 0 and 1")
    if not effect > 0 or not span > 0:
        raise ValueError(f"the effect {effect} and the span {span} must be positive")
    if variance is not None and not (math.isfinite(variance) and variance > 0):
        raise ValueError(f"the variance {variance} is not positive")
    if variance is None and kind in ("Catoni", "normal mean", "normal variance"):
        raise ValueError(f"{kind} needs the variance of one draw")
    if kind in _ON_UNIT:
        variance = 0.25 if variance is None else min(variance / span**2, 0.25)
        effect = effect / span
        if effect > 1:
            raise ValueError("the effect exceeds the span")
    return KINDS[kind](samples, effect, alpha, beta, 0.25 if variance is None else variance)


def samples_needed(
    kind: str, effect: float, alpha: float, beta: float, variance: float | None = None, span: float = 1.0
) -> int:
    """A number of draws at which an error of `effect` is caught with probability at least 1 - beta; see `catches`.

    For "proportion" the discreteness of counts can make a slightly larger number a little worse: take this
    one.
    """
    few, many = 0, 2
    while not catches(kind, many, effect, alpha, beta, variance, span):
        few, many = many, 2 * many
        if many > 10**12:
            raise ValueError(f"{kind} needs more than 10^12 draws for an effect of {effect:g}")
    while many - few > 1:
        middle = (few + many) // 2
        found = catches(kind, middle, effect, alpha, beta, variance, span)
        few, many = (few, middle) if found else (middle, many)
    return many


def detectable(
    kind: str, samples: int, alpha: float, beta: float, variance: float | None = None, span: float = 1.0
) -> float:
    """The smallest effect, to a relative 1e-6, that this many draws catch with probability at least 1 - beta.

    Raises ValueError where no effect up to the span (2^60 for unbounded kinds) is caught.
    """
    top = span if kind in (*_ON_UNIT, "Kolmogorov", "proportion") else 2.0**60
    small, large = math.log(top) - 60 * math.log(2) * 2, math.log(top)
    if not catches(kind, samples, top, alpha, beta, variance, span):
        raise ValueError(f"{samples} draws are too few for {kind} to catch any effect")
    while large - small > 1e-6:
        middle = (small + large) / 2
        found = catches(kind, samples, math.exp(middle), alpha, beta, variance, span)
        small, large = (small, middle) if found else (middle, large)
    return math.exp(large)
