"""Bounded means by betting: the sharpest intervals that are valid at every sample size, and confidence sequences.

A gambler who does not believe that the mean of [0, 1]-valued draws is m stakes a fraction of her capital on
each next draw; her capital, the product of 1 + b_t (x_t - m), is a nonnegative martingale when the mean is m,
for any bets b_t fixed before x_t is seen. By Ville's inequality it ever reaches 2/alpha with probability at
most alpha/2. The interval holds the m at which neither the gambler on "more" nor the one on "less" got there.
(Waudby-Smith and Ramdas 2024, theorem 3, in the form of a maximum.)

The draws must be independent with one mean (or have that mean given the past), in an order fixed beforehand.

>>> import numpy as np
>>> x = np.random.default_rng(1).beta(12, 12, size=2_000)        # variance .01
>>> betting_mean(x, 0, 1, alpha=1e-6).half_width < 0.014
True
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Array, Bounds, Interval, checked_alpha, checked_bounded, scaled

LARGEST_SHARE = 0.5
"""At most this share of the capital is at stake in one bet."""


def betting_mean(sample: ArrayLike, low: float, high: float, alpha: float, variance: float | None = None) -> Interval:
    """The interval of the hedged capital process for the mean of [low, high]-valued draws.

    The bets follow the running variance of the draws before; or, where `variance` is given, that number: then
    `power.samples_needed("betting", ...)` holds when the true variance is at most this, and the interval is
    valid whether or not it is. Costs about 60 passes over the sample. Raises ValueError for values outside
    the range.
    """
    checked_alpha(alpha)
    x = checked_bounded(sample, low, high)
    design = None if variance is None else variance / (high - low) ** 2
    method = "betting" if variance is None else f"betting, designed for variance {variance:g}"
    return scaled(betting_bounds(x, alpha, design), low, high, alpha, method, x.size)


bounded_mean = betting_mean
"""The interval for a bounded mean that this room uses: the sharpest valid one here, chosen before any data are seen."""


def designed_bet(n: int, variance: float, alpha: float) -> float:
    """The bet b/(1 + b/2), b = sqrt(2 log(2/alpha) / (n v)), of an interval from n draws with variance v.

    b is best for normal draws; the denominator, found by trial with `power.samples_needed`, guards against
    skewed ones.
    """
    if not (math.isfinite(variance) and variance > 0):
        raise ValueError(f"the variance {variance} is not positive")
    bet = math.sqrt(2 * math.log(2 / alpha) / (n * variance))
    return bet / (1 + bet / 2)


def betting_bounds(x: Array, alpha: float, variance: float | None = None) -> Bounds:
    """The ends for samples of [0, 1] along the last axis."""
    n = x.shape[-1]
    if variance is not None:
        bets = np.full(x.shape, designed_bet(n, variance, alpha))
    else:
        bets = np.sqrt(2 * math.log(2 / alpha) / (n * _variance_before(x)))
    return _unrefuted(x, bets, alpha)


def sequence_bounds(x: Array, alpha: float) -> Bounds:
    """The ends after all of x of a confidence sequence: one that covers the mean at all times at once.

    The bets do not know when the draws will stop: sqrt(2 log(2/alpha) / (v t log(1 + t))), v the running
    variance.
    """
    t = np.arange(1, x.shape[-1] + 1)
    bets = np.sqrt(2 * math.log(2 / alpha) / (_variance_before(x) * t * np.log1p(t)))
    return _unrefuted(x, bets, alpha)


def sequential_mean(
    draw: Callable[[int], ArrayLike],
    low: float,
    high: float,
    alpha: float,
    width: float,
    limit: int,
    first: int = 256,
) -> Interval:
    """Draws until the interval is at most `width` wide, or `limit` values are drawn; valid whichever comes first.

    draw(k) gives k fresh values in [low, high]. Looks happen at first, then at each growth by a quarter, and
    cost no alpha: the interval is the state of a confidence sequence. Its `width` shows whether the goal was
    met.
    """
    checked_alpha(alpha)
    if not width > 0 or limit < 1 or first < 1:
        raise ValueError(f"cannot stop at width {width} within {limit} values, {first} at first")
    x = np.empty(0)
    while True:
        wanted = min(limit, max(first, x.size + x.size // 4))
        fresh = checked_bounded(draw(wanted - x.size), low, high)
        if fresh.size != wanted - x.size:
            raise ValueError(f"asked for {wanted - x.size} values, got {fresh.size}")
        x = np.concatenate([x, fresh])
        found = scaled(sequence_bounds(x, alpha), low, high, alpha, "betting, sequential", x.size)
        if found.width <= width or x.size >= limit:
            return found


def _variance_before(x: Array) -> Array:
    """The running variance of the draws before each one, started at 1/4 as if from one draw; shape of x."""
    count = np.arange(1, x.shape[-1] + 1)
    mean = (0.5 + np.cumsum(x, axis=-1)) / (count + 1)
    variance = (0.25 + np.cumsum((x - mean) ** 2, axis=-1)) / (count + 1)
    start = np.full((*x.shape[:-1], 1), 0.25)
    return np.concatenate([start, variance[..., :-1]], axis=-1)


def _unrefuted(x: Array, bets: Array, alpha: float) -> Bounds:
    """The means that neither gambler refutes; reflection turns the one on "less" into the one on "more"."""
    goal = math.log(2 / alpha)
    low, high = _largest_refuted(x, bets, goal), 1 - _largest_refuted(1 - x, bets, goal)
    # Draws of two different means can refute every m; a point between the ends keeps the answer an interval.
    return np.minimum(low, high), np.maximum(low, high)


def _largest_refuted(x: Array, bets: Array, goal: float) -> Array:
    """The largest m at which the capital on "more than m" reaches exp(goal), by bisection, rounded down; 0 if none.

    The capital decreases in m: where the share is capped the factor is 1 + (x/m - 1)/2, else 1 + b (x - m).
    """
    below, above = np.zeros(x.shape[:-1]), np.ones(x.shape[:-1])
    for _ in range(30):
        m = (below + above)[..., None] / 2
        capital = np.cumsum(np.log1p(np.minimum(bets, LARGEST_SHARE / m) * (x - m)), axis=-1)
        refuted = capital.max(axis=-1) >= goal
        below, above = np.where(refuted, m[..., 0], below), np.where(refuted, above, m[..., 0])
    return below
