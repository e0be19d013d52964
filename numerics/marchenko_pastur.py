"""The Marchenko-Pastur law of every ratio and scale: density, atom, distribution function, quantiles, moments, draws.

It is the limit law of the eigenvalues of X X^T/n, X with d rows and n columns of independent entries of mean 0 and
variance s, where d/n -> q. Fits to a given spectrum are in `numerics.spectrum_fit`.

>>> law = MarchenkoPastur(4.0)
>>> law.atom, law.support, round(float(law.cdf(9.0)), 12), round(float(law.cdf(0.0)), 12)
(0.75, (1.0, 9.0), 1.0, 0.75)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Array

SERIES_BELOW = 0.3
"""Roots of the ratio below which a power series replaces the closed form, whose terms of order 1/q cancel."""

SERIES_TERMS = 32


def _positive(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"the {name} is {value}: it must be positive and finite")
    return float(value)


@dataclass(frozen=True)
class MarchenkoPastur:
    """The law of ratio q = d/n (features per sample) and scale s (the variance of an entry).

    Raises ValueError unless both are positive and finite.
    """

    ratio: float
    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "ratio", _positive("ratio d/n", self.ratio))
        object.__setattr__(self, "scale", _positive("scale", self.scale))

    @property
    def root(self) -> float:
        """The square root of the ratio."""
        return math.sqrt(self.ratio)

    @property
    def support(self) -> tuple[float, float]:
        """The ends of the continuous part."""
        return self.scale * (1 - self.root) ** 2, self.scale * (1 + self.root) ** 2

    @property
    def atom(self) -> float:
        """The mass at zero: 1 - 1/q for q > 1, else none."""
        return max(0.0, 1 - 1 / self.ratio)

    @property
    def threshold(self) -> float:
        """The population eigenvalue above which a spike leaves the bulk (Baik, Ben Arous and Peche)."""
        return self.scale * (1 + self.root)

    def pdf(self, x: ArrayLike) -> Array:
        """The density of the continuous part; infinite at 0 for ratio 1."""
        x = np.asarray(x, dtype=np.float64)
        low, high = self.support
        inside = np.maximum((high - x) * (x - low), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.sqrt(inside) / (2 * math.pi * self.scale * self.ratio * x)
        return np.asarray(np.where((x == 0) & (low == 0), np.inf, np.where(inside > 0, value, 0.0)))

    def cdf(self, x: ArrayLike) -> Array:
        """P(X <= x), the atom included, in closed form; exact to a few roundings."""
        x = np.asarray(x, dtype=np.float64)
        if bool(np.isnan(x).any()):
            raise ValueError("the distribution function is asked for at nan")
        return np.where(x >= 0, self.atom + _continuous(self._angle(x), self.root), 0.0)

    def quantile(self, p: ArrayLike) -> Array:
        """The least x with P(X <= x) >= p; ValueError for a p outside of [0, 1]."""
        p = np.asarray(p, dtype=np.float64)
        if not bool(np.all((p >= 0) & (p <= 1))):
            raise ValueError("a quantile needs probabilities in [0, 1]")
        low, high = np.zeros(p.shape), np.full(p.shape, math.pi)
        for _ in range(54):
            middle = (low + high) / 2
            less = self.atom + _continuous(middle, self.root) < p
            low, high = np.where(less, middle, low), np.where(less, high, middle)
        return np.where(p <= self.atom, 0.0 if self.atom else self.support[0], self._point((low + high) / 2))

    def moment(self, order: int) -> float:
        """E X^order, the Narayana polynomial of the ratio."""
        if order < 0 or order != int(order):
            raise ValueError(f"the order {order} of a moment is no natural number")
        if order == 0:
            return 1.0
        terms = (
            math.comb(order, j) * math.comb(order - 1, j) // (j + 1) * self.ratio**j for j in range(order)
        )  # Narayana's numbers are integers
        return self.scale**order * math.fsum(terms)

    def stieltjes(self, z: ArrayLike) -> NDArrayComplex:
        """The integral of 1/(lambda - z) against the law, for z off the support and, for an atom, off zero."""
        z = np.asarray(z, dtype=np.complex128) / self.scale
        low, high = (one / self.scale for one in self.support)
        # The product of two roots has its cut on the support alone and behaves as z at infinity.
        root = np.sqrt(z - low) * np.sqrt(z - high)
        return np.asarray(2 / (1 - self.ratio - z - root) / self.scale)

    def sample(self, size: int, rng: np.random.Generator) -> Array:
        """Independent draws, by inversion."""
        return self.quantile(rng.random(size))

    def edge_unit(self, samples: int) -> float:
        """Johnstone's unit of length for the fluctuation of the largest eigenvalue at n samples, in the limit."""
        return float(self.scale * (1 + self.root) ** (4 / 3) * self.root ** (-1 / 3) * samples ** (-2 / 3))

    def spiked(self, population: float) -> float:
        """Where the sample eigenvalue of a population eigenvalue comes to lie: the edge, or beyond it."""
        excess = _positive("population eigenvalue", population) / self.scale - 1
        if excess <= self.root:
            return self.support[1]
        return self.scale * (1 + excess) * (1 + self.ratio / excess)

    def overlap(self, population: float) -> float:
        """The squared cosine between sample and population eigenvector of a spike; 0 below the threshold."""
        excess = _positive("population eigenvalue", population) / self.scale - 1
        if excess <= self.root:
            return 0.0
        return (1 - self.ratio / excess**2) / (1 + self.ratio / excess)

    def population(self, eigenvalue: float) -> float:
        """The population eigenvalue of a sample eigenvalue beyond the upper edge; ValueError where there is none."""
        if eigenvalue < self.support[1]:
            raise ValueError(f"{eigenvalue} lies below the upper edge {self.support[1]}: no spike is seen there")
        half = eigenvalue / self.scale - 1 - self.ratio
        return self.scale * (1 + (half + math.sqrt(max(half * half - 4 * self.ratio, 0.0))) / 2)

    def _angle(self, x: Array) -> Array:
        """The angle phi with x = s (1 + q - 2 r cos(phi)), from half its tangent so that both edges are exact."""
        low, high = self.support
        return np.asarray(2 * np.arctan2(np.sqrt(np.maximum(x - low, 0.0)), np.sqrt(np.maximum(high - x, 0.0))))

    def _point(self, angle: Array) -> Array:
        low, high = self.support
        return np.asarray(low * np.cos(angle / 2) ** 2 + high * np.sin(angle / 2) ** 2)


NDArrayComplex = np.ndarray[tuple[int, ...], np.dtype[np.complex128]]


def _continuous(angle: Array, root: float) -> Array:
    """The mass of the continuous part up to an angle; `theory.random_matrix.distribution_function` proves it."""
    if root > 1:  # the law of the transpose, with q times the mass
        return _continuous(angle, 1 / root) / root**2
    if root < SERIES_BELOW:
        return _series(angle, root)
    arc = np.arctan2((1 + root) * np.sin(angle / 2), (1 - root) * np.cos(angle / 2)) if root < 1 else 0.0
    gap = 1 - root**2
    whole = np.sin(angle) / (2 * root) + (1 + root**2) * angle / (4 * root**2) - gap / (2 * root**2) * arc
    return np.asarray(np.clip(2 / math.pi * whole, 0.0, 1.0))


def _series(angle: Array, root: float) -> Array:
    """sin(s)/(1 + r^2 - 2 r cos(s)) is the sum of r^(k-1) sin(k s), integrated against sin term by term."""
    total = angle - np.sin(2 * angle) / 2
    for k in range(2, SERIES_TERMS + 1):
        total = total + root ** (k - 1) * (np.sin((k - 1) * angle) / (k - 1) - np.sin((k + 1) * angle) / (k + 1))
    return np.asarray(np.clip(total / math.pi, 0.0, 1.0))


def semicircle_cdf(x: ArrayLike, radius: float = 2.0) -> Array:
    """The distribution function of Wigner's semicircle law of the given radius."""
    y = np.clip(np.asarray(x, dtype=np.float64) / _positive("radius", radius), -1, 1)
    return np.asarray(0.5 + (y * np.sqrt(1 - y * y) + np.arcsin(y)) / math.pi)


def semicircle_pdf(x: ArrayLike, radius: float = 2.0) -> Array:
    """The density of Wigner's semicircle law of the given radius."""
    y = np.asarray(x, dtype=np.float64) / _positive("radius", radius)
    return np.asarray(2 * np.sqrt(np.maximum(1 - y * y, 0.0)) / (math.pi * radius))
