"""The Tracy-Widom laws of beta = 1, 2 and 4 by Fredholm determinants, with an estimate of the error of each value.

With A(x, y) = Ai(x + y + s) on the half-line, F_1(s) = det(1 - A), F_2(s) = det(1 - A) det(1 + A) and F_4 is the mean
of the two determinants (Ferrari and Spohn 2005; F_4 in the normalization of the edge of beta = 4, without a factor
of the root of two in its argument). Gauss-Legendre nodes turn each into a determinant of a matrix, to which it
converges exponentially (Bornemann 2010).

>>> value = cdf(-1.2065335745820, beta=1)
>>> round(value.value, 6), value.error < 1e-13
(0.519652, True)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Array

Beta = Literal[1, 2, 4]
EPSILON = 2.0**-52
LEAST, MOST = -20.0, 60.0
"""Outside of these ends the law's mass is below 1e-130, and the value returned is 0 or 1."""

REACH = 11.0
"""Ai(11)^2 is below 1e-22: the kernel beyond this sum of arguments is no longer seen."""

START, END, PIECES, DEGREE = -10.0, 15.0, 25, 28


@dataclass(frozen=True)
class Value:
    """A computed value of the law and an estimate of its absolute error."""

    value: float
    error: float


def _checked(beta: int) -> Beta:
    if beta not in (1, 2, 4):
        raise ValueError(f"beta = {beta!r} is none of 1 (real), 2 (complex) and 4 (quaternion matrices)")
    return beta  # type: ignore[return-value]


def _nodes_for(s: float) -> int:
    """Nodes enough for rounding level: more to the left, where the Airy function oscillates on (0, -s)."""
    return 24 + math.ceil(1.9 * max(-s, 0.0))


@cache
def _rule(nodes: int) -> tuple[Array, Array, Any]:
    x, w = np.polynomial.legendre.leggauss(nodes)
    return (x + 1) / 2, w / 2, np.triu_indices(nodes)


def _logarithms(s: float, nodes: int, slopes: bool) -> tuple[float, float, float, tuple[float, float]]:
    """The logarithms of det(1 - A), det(1 + A) and their product, and the first two's derivatives where asked for."""
    from scipy.special import airy

    reach = max(REACH - s, 5.0)
    x, w, (rows, columns) = _rule(nodes)
    x, root = reach * x, np.sqrt(reach * w)
    values = airy(x[rows] + x[columns] + s)
    weights = root[rows] * root[columns]
    kernel = np.empty((nodes, nodes))
    kernel[columns, rows] = values[0] * weights
    if not slopes:
        found, moved = np.linalg.eigvalsh(kernel), 0.0
    else:
        change = np.empty((nodes, nodes))
        change[rows, columns] = change[columns, rows] = values[1] * weights
        found, vectors = np.linalg.eigh(kernel)
        moved = (vectors * (change @ vectors)).sum(axis=0)
    found = np.minimum(found, 1 - EPSILON / 4)
    minus, plus = np.log1p(-found).sum(), np.log1p(found).sum()
    slope = float(-np.sum(moved / (1 - found))), float(np.sum(moved / (1 + found)))
    # The sum of both logarithms apart, since it is of second order where the kernel is small.
    return float(minus), float(plus), float(np.log1p(-(found**2)).sum()), slope


def _values(s: float, beta: Beta, nodes: int, slopes: bool = True) -> tuple[float, float, float]:
    """Distribution function, survival function and density."""
    minus, plus, both, (minus_slope, plus_slope) = _logarithms(s, nodes, slopes)
    if beta == 1:
        return math.exp(minus), -math.expm1(minus), math.exp(minus) * minus_slope
    if beta == 2:
        whole = math.exp(both)
        return whole, -math.expm1(both), whole * (minus_slope + plus_slope)
    return (
        (math.exp(minus) + math.exp(plus)) / 2,
        -(math.expm1(minus) + math.expm1(plus)) / 2,
        (math.exp(minus) * minus_slope + math.exp(plus) * plus_slope) / 2,
    )


def _at(s: float, beta: int, which: int) -> Value:
    beta = _checked(beta)
    if math.isnan(s):
        raise ValueError("the Tracy-Widom law is asked for at nan")
    if s <= LEAST or s >= MOST:
        return Value((float(s > 0), float(s < 0), 0.0)[which], 1e-30)
    nodes = _nodes_for(s)
    value = _values(s, beta, nodes, which == 2)[which]
    coarse = _values(s, beta, nodes - 3, which == 2)[which]
    # Exponential convergence: the coarser rule is much worse than the finer one, which rounding then limits.
    return Value(value, abs(value - coarse) + 8 * EPSILON * min(1.0, abs(value) * nodes))


def cdf(s: float, beta: int = 1) -> Value:
    """P(X <= s) and an estimate of the error; ValueError for a beta other than 1, 2 or 4, or nan."""
    return _at(float(s), beta, 0)


def sf(s: float, beta: int = 1) -> Value:
    """P(X > s), for beta 1 and 2 small ones without cancellation, and an estimate of the error."""
    return _at(float(s), beta, 1)


def pdf(s: float, beta: int = 1) -> Value:
    """The density and an estimate of the error: the determinant's own derivative, no difference quotient."""
    return _at(float(s), beta, 2)


@dataclass(frozen=True)
class TracyWidom:
    """The law of the given beta for arrays: piecewise Chebyshev interpolants of the determinants, made once.

    Their error stays below 1e-12 (tested against the determinants themselves). Raises ValueError for a beta other
    than 1, 2 and 4.
    """

    beta: int = 1

    def __post_init__(self) -> None:
        _checked(self.beta)

    def cdf(self, s: ArrayLike) -> Array:
        """P(X <= s)."""
        return _interpolated(s, self.beta, 0, 0.0, 1.0)

    def sf(self, s: ArrayLike) -> Array:
        """P(X > s), to 1e-12 absolutely; `sf` of the module keeps relative accuracy."""
        return _interpolated(s, self.beta, 1, 1.0, 0.0)

    def pdf(self, s: ArrayLike) -> Array:
        """The density."""
        return _interpolated(s, self.beta, 2, 0.0, 0.0)

    def quantile(self, p: ArrayLike) -> Array:
        """The s with P(X <= s) = p, for p strictly between 0 and 1; ValueError otherwise."""
        p = np.asarray(p, dtype=np.float64)
        if not bool(np.all((p > 0) & (p < 1))):
            raise ValueError("a quantile needs probabilities strictly between 0 and 1")
        low, high = np.full(p.shape, START), np.full(p.shape, END)
        for _ in range(54):
            middle = (low + high) / 2
            less = self.cdf(middle) < p
            low, high = np.where(less, middle, low), np.where(less, high, middle)
        return np.asarray((low + high) / 2)

    def moment(self, order: int) -> float:
        """E X^order, by Gauss-Legendre quadrature of the determinants' density."""
        if order < 0 or order != int(order):
            raise ValueError(f"the order {order} of a moment is no natural number")
        x, w = np.polynomial.legendre.leggauss(200)
        x, w = (START + END) / 2 + (END - START) / 2 * x, (END - START) / 2 * w
        return float((w * x**order * self.pdf(x)).sum())

    @property
    def mean(self) -> float:
        """The expectation."""
        return self.moment(1)

    @property
    def variance(self) -> float:
        """The variance."""
        return self.moment(2) - self.moment(1) ** 2

    def sample(self, size: int, rng: np.random.Generator) -> Array:
        """Independent draws, by inversion."""
        return self.quantile(np.clip(rng.random(size), 1e-15, 1 - 1e-15))


@cache
def _table(beta: int) -> Array:
    """Chebyshev coefficients of the three functions on PIECES pieces of the range: (3, PIECES, DEGREE + 1)."""
    width = (END - START) / PIECES
    nodes = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
    found = np.empty((3, PIECES, DEGREE + 1))
    for piece in range(PIECES):
        points = START + width * (piece + (nodes + 1) / 2)
        values = np.array([_values(float(s), _checked(beta), _nodes_for(float(s))) for s in points])
        found[:, piece] = np.polynomial.chebyshev.chebfit(nodes, values, DEGREE).T
    return found


def _interpolated(s: ArrayLike, beta: int, which: int, left: float, right: float) -> Array:
    s = np.asarray(s, dtype=np.float64)
    if bool(np.isnan(s).any()):
        raise ValueError("the Tracy-Widom law is asked for at nan")
    scaled = (np.clip(s, START, END) - START) * PIECES / (END - START)
    piece = np.minimum(scaled.astype(int), PIECES - 1)
    local = 2 * (scaled - piece) - 1
    coefficients = np.moveaxis(_table(beta)[which][piece], -1, 0)
    value = np.polynomial.chebyshev.chebval(local, coefficients, tensor=False)
    value = np.where(s <= START, left, np.where(s >= END, right, value))
    return np.asarray(np.clip(value, 0.0, 1.0) if which < 2 else np.maximum(value, 0.0))
