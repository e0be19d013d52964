"""Covering numbers of finite sets from both sides at every radius at once, and Dudley's bound computed from them.

`farthest_points` orders the points so that each is the farthest from those before it: the radii at which they enter
give covers with centres in the set and packings for all radii. `covering_number` is exact by integer programming.

>>> import numpy as np
>>> profile = farthest_points(np.linspace(0, 1, 9)[:, None])
>>> profile.upper(0.25), profile.lower(0.25), covering_number(np.linspace(0, 1, 9)[:, None], 0.25)
(3, 1, 2)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Array

Metric = Literal["max", "mean square"]


def distances(values: ArrayLike, metric: Metric = "max") -> Array:
    """The distances between the rows: the largest difference, or the root of the mean squared one (L2 of the sample).

    Raises ValueError for what is no finite matrix, or another metric.
    """
    rows = np.asarray(values, dtype=float)
    if rows.ndim != 2 or 0 in rows.shape or not np.isfinite(rows).all():
        raise ValueError(f"a finite matrix is needed, one function a row; this one has shape {rows.shape}")
    if metric == "max":
        return np.stack([np.abs(rows - row).max(axis=1) for row in rows])
    if metric == "mean square":
        return np.stack([np.sqrt(((rows - row) ** 2).mean(axis=1)) for row in rows])
    raise ValueError(f"the metric {metric!r} is neither 'max' nor 'mean square'")


@dataclass(frozen=True)
class Profile:
    """The order of the points and the distance of each from those before it; the first enters at infinity."""

    order: tuple[int, ...]
    radii: Array

    def upper(self, radius: float) -> int:
        """Points of the set whose closed balls of that radius cover it: at least the covering number."""
        return max(1, int((self.radii > radius).sum()))

    def lower(self, radius: float) -> int:
        """Points more than twice the radius apart: no ball of the radius holds two, so at most the covering number."""
        return max(1, int((self.radii > 2 * radius * (1 + 1e-12)).sum()))


def farthest_points(values: ArrayLike, metric: Metric = "max") -> Profile:
    """The farthest-point order of the rows (Gonzalez 1985), from the centre of the smallest ball that covers all."""
    table = distances(values, metric)
    first = int(table.max(axis=1).argmin())
    order, radii = [first], [math.inf]
    near = table[first].copy()
    for _ in range(len(table) - 1):
        following = int(near.argmax())
        order.append(following)
        radii.append(float(near[following]))
        near = np.minimum(near, table[following])
    return Profile(tuple(order), np.asarray(radii))


def covering_number(values: ArrayLike, radius: float, metric: Metric = "max") -> int:
    """The least number of rows whose closed balls of that radius hold all rows, by integer programming (HiGHS).

    Distances within 1e-12 of the radius count as inside. Raises ValueError for a negative radius, RuntimeError where no
    optimum was proved.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    if not radius >= 0:
        raise ValueError(f"the radius {radius} is not a number of at least 0")
    near = (distances(values, metric) <= radius * (1 + 1e-12) + 1e-300).astype(float)
    answer = milp(np.ones(len(near)), constraints=LinearConstraint(near, lb=1), integrality=1, bounds=Bounds(0, 1))
    if answer.status != 0:
        raise RuntimeError(f"HiGHS: {answer.message}")
    return int(answer.fun + 0.5)


def dudley_bound(values: ArrayLike, metric: Metric = "mean square", n: int | None = None) -> float:
    """inf over alpha of 4 alpha + (12/sqrt n) times the integral of sqrt(log N) from alpha, N counted from above.

    values: the functions of the class in the rows, at the sample points; n: their number, where it is another one. The
    covers are those of the farthest-point order, so that the bound is one on the empirical complexity.
    """
    table = np.asarray(values, dtype=float)
    profile = farthest_points(table, metric)
    size = table.shape[1] if n is None else n
    if size < 1:
        raise ValueError(f"a sample of {size} points is none")
    # between consecutive radii (descending) the cover has a constant number of points
    ends = np.concatenate([profile.radii[1:], [0.0]])
    best, integral = 4 * float(ends[0]), 0.0
    for count, (high, low) in enumerate(pairwise(ends), start=2):
        integral += (high - low) * math.sqrt(math.log(count))
        best = min(best, 4 * float(low) + 12 * integral / math.sqrt(size))
    return float(best)


def entropy_integral(values: ArrayLike, alpha: float, metric: Metric = "mean square") -> float:
    """The integral of sqrt(log N) from alpha to infinity, N the number of points of the farthest-point covers."""
    radii = farthest_points(values, metric).radii
    ends = np.concatenate([radii[1:], [0.0]])
    return math.fsum(
        max(0.0, float(high) - max(float(low), alpha)) * math.sqrt(math.log(count))
        for count, (high, low) in enumerate(pairwise(ends), start=2)
    )


def _checked_radius(radius: float) -> None:
    if not (math.isfinite(radius) and radius > 0):
        raise ValueError(f"the radius {radius} is not positive and finite")


def interval_covering(length: float, radius: float) -> int:
    """The covering number of an interval by intervals of half-length `radius`: length / (2 radius), rounded up."""
    _checked_radius(radius)
    return max(1, math.ceil(length / (2 * radius) * (1 - 1e-15)))


def ball_entropy(dimension: int, radius: float) -> tuple[float, float]:
    """Bounds d log(1/r) and d log(1 + 2/r) on the entropy of the unit ball of any norm in dimension d, by volumes."""
    _checked_radius(radius)
    return max(0.0, dimension * math.log(1 / radius)), dimension * math.log(1 + 2 / radius) if radius < 1 else 0.0


def lipschitz_entropy(radius: float) -> tuple[float, float]:
    """Bounds on the entropy of the 1-Lipschitz functions on [0, 1] with f(0) = 0 in the largest distance: the logarithm
    of 2 times ceil(1/r) - 1 and ceil(1/r)."""
    _checked_radius(radius)
    steps = math.ceil(1 / radius * (1 - 1e-15)) if radius < 1 else 0
    return max(0, steps - 1) * math.log(2), steps * math.log(2)


def gaussian_entropy(radius: float) -> float:
    """An upper bound on the entropy of the unit ball of the kernel exp(-(x-y)^2/2) on [-1, 1], 0 from radius 1 on.

    After m features the rest is at most sqrt(1/m!); the span of the features is covered by volumes.
    """
    _checked_radius(radius)
    if radius >= 1:
        return 0.0
    features = 1
    while math.factorial(features) < 4 / radius**2:
        features += 1
    return features * math.log(1 + 4 / radius)
