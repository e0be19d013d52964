"""Generalization bounds by VC dimension as rigorous numbers, and how often they fail on laws near the worst case.

Each bound holds with probability at least 1 - delta for all hypotheses of the class at once, so for one that was chosen
with the sample too; it is evaluated in ball arithmetic and rounded upwards.  Pi(n) is the growth function, bounded by
Sauer and Shelah's sum.

>>> round(deviation_bound(10_000, 10, 0.05), 4)
0.1377
>>> sample_size(0.1, 10, 0.05)
20550
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from ..theory.set_systems import sauer
from .intervals import Array, Interval, proportion

Form = Literal["uniform", "relative", "both"]


def _checked(n: int, dimension: float, delta: float) -> None:
    if not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"n = {n!r}: a positive number of samples is needed")
    if not dimension >= 0 or (math.isfinite(dimension) and dimension != int(dimension)):
        raise ValueError(f"dimension = {dimension!r}: a VC dimension is 0, 1, 2, ... or math.inf")
    if not 0 < delta < 1:
        raise ValueError(f"delta = {delta!r}: a probability of failure strictly between 0 and 1 is needed")


def _log_growth(points: int, dimension: float) -> tuple[Any, Any]:
    """The logarithm of Sauer and Shelah's sum as a ball, and the type of balls."""
    from flint import arb, fmpz

    count = 2**points if dimension >= points else sauer(points, int(dimension))
    return arb(fmpz(count)).log(), arb


def _upward(ball: Any) -> float:
    """A float that is not below the ball."""
    return math.nextafter(float(ball.upper()), math.inf)


def deviation_bound(n: int, dimension: float, delta: float) -> float:
    """The largest |empirical error - error| of the class, with probability at least 1 - delta.

    sqrt(2 log Pi(n) / n) + sqrt(log(2/delta) / (2 n)), by symmetrization, Massart's lemma and bounded differences
    (vc.uniform_deviation). Not cut off at 1. Raises ValueError for arguments out of range.
    """
    _checked(n, dimension, delta)
    n = int(n)
    growth, arb = _log_growth(n, dimension)
    return _upward((2 * growth / n).sqrt() + ((2 / arb(delta)).log() / (2 * n)).sqrt())


def vapnik_bound(n: int, dimension: float, delta: float) -> float:
    """The same by Vapnik and Chervonenkis' route: sqrt(8/n (log Pi(2n) + log(4/delta)))."""
    _checked(n, dimension, delta)
    n = int(n)
    growth, arb = _log_growth(2 * n, dimension)
    return _upward((8 * (growth + (4 / arb(delta)).log()) / n).sqrt())


def printed_bound(n: int, dimension: float, delta: float) -> float:
    """sqrt(8/n (d log(2n/d) + log(4/delta))): a bound where n >= d, and false in general for less.

    nan where the root has no real value. In plain floating point.
    """
    _checked(n, dimension, delta)
    inside = 8 / n * ((dimension * math.log(2 * n / dimension) if dimension else 0.0) + math.log(4 / delta))
    return math.sqrt(inside) if inside >= 0 else math.nan


def vc_bound(errors: int, n: int, dimension: float, delta: float, form: Form = "uniform") -> float:
    """An upper bound on the error of a hypothesis with so many errors on n samples, of a class of that VC dimension.

    form "uniform": errors/n + sqrt(2 log Pi(n)/n) + sqrt(log(1/delta)/(2n)), one-sided. "relative":
    e + 2 sqrt(e E) + 4 E with e = errors/n and E = (log Pi(2n) + log(4/delta))/n (Bousquet, Boucheron and Lugosi 2004),
    the better where there are few errors. "both": the smaller of the two, each at delta/2. At most 1: vacuous.
    Raises ValueError for arguments out of range.

    >>> vc_bound(0, 10_000, 3, 0.05, "relative") < vc_bound(0, 10_000, 3, 0.05)
    True
    """
    _checked(n, dimension, delta)
    if not isinstance(errors, int | np.integer) or not 0 <= errors <= n:
        raise ValueError(f"errors = {errors!r}: a count from 0 to n = {n} is needed")
    n = int(n)
    if form == "both":
        return min(vc_bound(errors, n, dimension, delta / 2, one) for one in ("uniform", "relative"))
    if form == "uniform":
        growth, arb = _log_growth(n, dimension)
        share = arb(int(errors)) / n
        excess = (2 * growth / n).sqrt() + ((1 / arb(delta)).log() / (2 * n)).sqrt()
        return min(_upward(share + excess), 1.0)
    if form == "relative":
        growth, arb = _log_growth(2 * n, dimension)
        share, term = arb(int(errors)) / n, (growth + (4 / arb(delta)).log()) / n
        return min(_upward(share + 2 * (share * term).sqrt() + 4 * term), 1.0)
    raise ValueError(f"form = {form!r} is none of 'uniform', 'relative', 'both'")


def sample_size(epsilon: float, dimension: int, delta: float) -> int:
    """The least n from which on `deviation_bound` is at most epsilon.

    The bound falls with n beyond the dimension and exceeds 1 before. Raises ValueError for epsilon not between 0 and 1.
    """
    if not 0 < epsilon < 1:
        raise ValueError(f"epsilon = {epsilon!r}: a deviation strictly between 0 and 1 is needed")
    _checked(1, dimension, delta)
    few, many = 0, max(int(dimension), 1)
    while deviation_bound(many, dimension, delta) > epsilon:
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if deviation_bound(middle, dimension, delta) <= epsilon else (middle, many)
    return many


def largest_deviations(rng: np.random.Generator, n: int, dimension: int, repeats: int, noise: float = 0.5) -> Array:
    """sup |empirical error - error| over all labellings of d equally likely points, for each of so many samples.

    Exact up to rounding. The label of a point is 1 with probability `noise` (a fair coin, or 0 for labels without
    noise): a class of VC dimension d and a law near the worst for it. Raises ValueError for arguments out of range.
    """
    _checked(n, dimension, 0.5)
    if not 0 <= noise <= 1:
        raise ValueError(f"noise = {noise!r}: a probability is needed")
    mass = np.tile([(1 - noise) / dimension, noise / dimension], dimension)
    cells = rng.multinomial(n, mass, size=repeats) / n
    off = (mass - cells).reshape(repeats, dimension, 2)  # what a hypothesis is off that errs on this label of the point
    above, below = off.max(axis=2).sum(axis=1), (-off).max(axis=2).sum(axis=1)
    return np.asarray(np.maximum(above, below))


def coverage(
    bound: Callable[[int, int, float], float],
    n: int,
    dimension: int,
    delta: float,
    repeats: int = 2000,
    alpha: float = 1e-6,
    seed: int = 0,
) -> Interval:
    """The share of samples on which the largest deviation exceeds bound(n, dimension, delta), with binomial limits of
    level alpha: a bound whose interval lies above delta is false.

    >>> coverage(deviation_bound, 200, 20, 0.05).high < 0.05
    True
    >>> coverage(lambda n, d, delta: math.sqrt(math.log(2 / delta) / (2 * n)), 200, 20, 0.05).low > 0.05
    True
    """
    deviations = largest_deviations(np.random.default_rng(seed), n, dimension, repeats)
    fails = int((deviations > bound(n, dimension, delta)).sum())
    return proportion(fails, repeats, alpha)


def quantile(sample: Array, level: float, alpha: float) -> Interval:
    """Order statistics between which the quantile of a level lies, except with probability alpha; no law is assumed."""
    from scipy.stats import binom

    x = np.sort(sample)
    low = int(binom.ppf(alpha / 2, x.size, level)) - 1
    high = int(binom.isf(alpha / 2, x.size, level)) + 1
    if low < 0 or high >= x.size:
        raise ValueError(f"{x.size} values are too few for the quantile of level {level} at alpha = {alpha:g}")
    return Interval(float(x[low]), float(x[high]), alpha, "order statistics", int(x.size))


__all__ = [
    "coverage",
    "deviation_bound",
    "largest_deviations",
    "printed_bound",
    "quantile",
    "sample_size",
    "vapnik_bound",
    "vc_bound",
]
