"""Distribution functions: the band of Dvoretzky, Kiefer, Wolfowitz and Massart, and Kolmogorov distances.

P(sup |F_n - F| > e) <= 2 exp(-2 n e^2) for every distribution function F (Massart 1990), and for continuous F
the law of the supremum is known exactly at each n; ties only make the supremum smaller.

>>> dkwm(100, alpha=0.01) < (math.log(2 / 0.01) / 200) ** 0.5
True
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Array, Interval, checked_alpha, checked_sample

EXACT_UP_TO = 500
"""Sample sizes up to which the exact law of the supremum is used; above, Massart's bound, wider by less than 0.5 %."""


def dkwm(sample: ArrayLike | int, alpha: float) -> float:
    """The half-width of a band about the empirical distribution function that holds the true one everywhere.

    Takes the sample or its size. P(sup |F_n - F| > this) <= alpha, exact for continuous F where n is at most
    EXACT_UP_TO.
    """
    checked_alpha(alpha)
    n = sample if isinstance(sample, int) else checked_sample(sample).size
    if n < 1:
        raise ValueError("the sample is empty")
    massart = math.sqrt(math.log(2 / alpha) / (2 * n))
    if n > EXACT_UP_TO:
        return min(massart, 1.0)
    from scipy.stats import kstwo

    return min(float(kstwo.isf(alpha, n)), massart, 1.0)


def kolmogorov_distance(sample: ArrayLike, cdf: Callable[[Array], ArrayLike], alpha: float) -> Interval:
    """The interval for sup |F - G|, F the true and G a given continuous distribution function.

    The one-sample test of F = G rejects when 0 lies outside. Raises ValueError where G leaves [0, 1] or
    decreases.
    """
    x = np.sort(checked_sample(sample))
    given = np.asarray(cdf(x), dtype=np.float64)
    if given.shape != x.shape or not bool(np.all((given >= 0) & (given <= 1))) or bool(np.any(np.diff(given) < 0)):
        raise ValueError("the given function is no distribution function at the points of the sample")
    return _about(empirical_distance(given), dkwm(x.size, alpha), alpha, x.size)


def empirical_distance(uniform: Array) -> Array:
    """sup |F_n - G| from the values G(x_i), sorted along the last axis."""
    n = uniform.shape[-1]
    steps = np.arange(n + 1) / n
    above, below = (steps[1:] - uniform).max(axis=-1), (uniform - steps[:-1]).max(axis=-1)
    return np.asarray(np.maximum(above, below))


def two_sample_distance(first: ArrayLike, second: ArrayLike, alpha: float) -> Interval:
    """The interval for sup |F - G| from a sample of each; the two-sample test rejects F = G when 0 lies outside."""
    checked_alpha(alpha)
    x, y = np.sort(checked_sample(first)), np.sort(checked_sample(second))
    both = np.concatenate([x, y])
    apart = np.abs(
        np.searchsorted(x, both, side="right") / x.size - np.searchsorted(y, both, side="right") / y.size
    ).max()
    return _about(apart, dkwm(x.size, alpha / 2) + dkwm(y.size, alpha / 2), alpha, x.size + y.size)


def _about(distance: Array, radius: float, alpha: float, samples: int) -> Interval:
    low, high = max(0.0, float(distance) - radius), min(1.0, float(distance) + radius)
    return Interval(low, high, alpha, "Dvoretzky-Kiefer-Wolfowitz-Massart", samples)
