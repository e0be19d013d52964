"""Trace and spectral density of a symmetric operator from a few products, with confidence intervals.

    estimate = hutch_plus_plus(H, products=90, rng=rng)             # estimate.value, estimate.interval
    sample = lanczos_sample(H, probes=10, steps=40, rng=rng)
    sample.count_below(0.0)                                         # how many eigenvalues are negative: an interval
    sample.density(grid, width=0.05)                                # with a band, and the quadrature's own error

The interval of a count is exact at every number of probes: for k normal probes z and r eigenvalues below x, the share
of sum |P z|^2 in sum |z|^2 has the law Beta(k r/2, k (n - r)/2), and a Gauss quadrature brackets that share (Chebyshev,
Markov and Stieltjes). The interval of a trace is Student's, with Hall's correction for skewness, and the band of a
density Satterthwaite's: they hold in a limit, and how well they hold at few probes is measured in
`numerics.trace_estimates`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from .hessian_products import SymmetricOperator
from .intervals import Array, Interval, checked_alpha

Law = Literal["signs", "normal"]


@dataclass(frozen=True)
class TraceEstimate:
    """An estimated trace, its confidence interval, and how many products it took."""

    value: float
    interval: Interval
    products: int


def mean_bounds(values: Array, alpha: float, skewed: bool = True) -> tuple[Array, Array]:
    """Ends of an interval for the mean, over the last axis: Student's t, with Hall's (1992) correction for skewness.

    The statistic T is carried to T + a (T^2/3 + 1/6) + a^2 T^3/27, a monotone function, with a the sample's skewness
    over the root of n; its quantiles are taken from Student's law and carried back.
    """
    from scipy.special import stdtrit

    n = values.shape[-1]
    mean, spread = values.mean(axis=-1), values.std(axis=-1, ddof=1)
    quantile = float(-stdtrit(n - 1, alpha / 2))
    if not skewed or n < 3:
        return mean - quantile * spread / math.sqrt(n), mean + quantile * spread / math.sqrt(n)
    safe = np.where(spread > 0, spread, 1.0)
    third = ((values - mean[..., None]) ** 3).mean(axis=-1) / safe**3
    a = third * n**2 / ((n - 1) * (n - 2)) / math.sqrt(n)

    def back(at: float) -> Array:
        small = np.abs(a) < 1e-8
        divisor = np.where(small, 1.0, a)
        moved = 3 * (np.cbrt(1 + divisor * (at - divisor / 6)) - 1) / divisor
        return np.asarray(np.where(small, at, moved))

    scale = spread / math.sqrt(n)
    return mean - back(quantile) * scale, mean - back(-quantile) * scale


def hutchinson(
    operator: SymmetricOperator, probes: int, rng: np.random.Generator, *, alpha: float = 0.05, law: Law = "signs"
) -> TraceEstimate:
    """Hutchinson's estimate of the trace: the mean of z^T A z over random vectors z of signs, or normal ones.

    Its variance is 2 sum_{i != j} a_ij^2 / probes with signs and 2 |A|_F^2 / probes with normal vectors. Raises
    ValueError for fewer than three probes, which leave no spread to judge.
    """
    checked_alpha(alpha)
    _at_least(probes, 3, "probes")
    z = _drawn(rng, (operator.size, probes), law)
    forms = np.einsum("ij,ij->j", z, operator @ z)
    return _estimated(0.0, forms, alpha, probes, "Hutchinson")


def hutch_plus_plus(
    operator: SymmetricOperator, products: int, rng: np.random.Generator, *, alpha: float = 0.05
) -> TraceEstimate:
    """Hutch++ (Meyer, Musco, Musco and Woodruff 2021): a third of the products makes a sketch, a third the trace on it,
    a third estimates the rest.

    Given the sketch, the rest is a mean of independent forms: that is where the interval comes from. Exact where the
    sketch holds the range. Raises ValueError for fewer than nine products.
    """
    checked_alpha(alpha)
    _at_least(products, 9, "products")
    sketched = min(products // 3, operator.size)
    basis = np.linalg.qr(operator @ _drawn(rng, (operator.size, sketched), "signs"))[0]
    known = float(np.einsum("ij,ij->", basis, operator @ basis))
    probes = products - 2 * sketched
    z = _drawn(rng, (operator.size, probes), "signs")
    z = z - basis @ (basis.T @ z)
    forms = np.einsum("ij,ij->j", z, operator @ z)
    return _estimated(known, forms, alpha, products, "Hutch++")


def _estimated(known: float, forms: Array, alpha: float, products: int, name: str) -> TraceEstimate:
    low, high = mean_bounds(forms, alpha)
    interval = Interval(known + float(low), known + float(high), alpha, f"{name}, Student's t with Hall's correction")
    return TraceEstimate(known + float(forms.mean()), interval, products)


def _drawn(rng: np.random.Generator, shape: tuple[int, ...], law: Law) -> Array:
    if law not in ("signs", "normal"):
        raise ValueError(f"the law {law!r} is neither 'signs' nor 'normal'")
    drawn = 2.0 * rng.integers(0, 2, shape) - 1 if law == "signs" else rng.normal(size=shape)
    return np.asarray(drawn, dtype=np.float64)


def _at_least(count: int, least: int, what: str) -> None:
    if count < least:
        raise ValueError(f"{count} {what} are too few: at least {least} are needed")


def lanczos(operator: SymmetricOperator, starts: Array, steps: int) -> tuple[Array, Array, Array]:
    """Gauss quadratures of the spectral measures of k starting vectors (n x k): nodes, weights (k x steps), residuals.

    Each runs its own Lanczos recursion, with all earlier vectors removed twice; all go through the operator together.
    A recursion that has found an invariant subspace stops: the rest of its nodes repeat the last with weight zero. A
    residual is how far the outer nodes may be from an eigenvalue, at most.
    """
    n, k = starts.shape
    steps = min(steps, n)
    lengths = np.linalg.norm(starts, axis=0)
    if not (lengths > 0).all():
        raise ValueError("a starting vector is zero")
    vectors = np.zeros((steps, n, k))
    vectors[0] = starts / lengths
    diagonal, off = np.zeros((k, steps)), np.zeros((k, steps))
    last, scale = np.full(k, steps), np.zeros(k)
    for j in range(steps):
        moved = operator @ vectors[j]
        scale = np.maximum(scale, np.linalg.norm(moved, axis=0))
        diagonal[:, j] = np.einsum("ij,ij->j", vectors[j], moved)
        for _ in range(2):
            shares = np.einsum("sij,ij->sj", vectors[: j + 1], moved)
            moved = moved - np.einsum("sij,sj->ij", vectors[: j + 1], shares)
        off[:, j] = np.linalg.norm(moved, axis=0)
        done = off[:, j] <= 64 * n * np.finfo(float).eps * scale
        last = np.where(done, np.minimum(last, j + 1), last)
        off[:, j] = np.where(done | (last <= j), 0.0, off[:, j])
        if j + 1 < steps:
            vectors[j + 1] = np.where(off[:, j] > 0, moved / np.where(off[:, j] > 0, off[:, j], 1.0), 0.0)
    return _quadratures(diagonal, off, last, steps)


def _quadratures(diagonal: Array, off: Array, last: Array, steps: int) -> tuple[Array, Array, Array]:
    from scipy.linalg import eigh_tridiagonal

    nodes, weights, residuals = np.zeros((len(last), steps)), np.zeros((len(last), steps)), np.zeros((len(last), 2))
    for row, end in enumerate(last):
        values, bases = eigh_tridiagonal(diagonal[row, :end], off[row, : end - 1])
        nodes[row, :end], nodes[row, end:] = values, values[-1]
        weights[row, :end] = bases[0] ** 2
        residuals[row] = off[row, end - 1] * np.abs(bases[-1, [0, -1]])
    return nodes, weights, residuals


@dataclass(frozen=True)
class DensityBand:
    """A smoothed spectral density on a grid, with pointwise confidence limits.

    truncation: the part of the band that bounds the error of the quadrature, the same at every grid point.
    """

    grid: Array
    value: Array
    low: Array
    high: Array
    truncation: float


@dataclass(frozen=True)
class SpectralSample:
    """Gauss quadratures of the spectral measures of k independent normal vectors: what `lanczos_sample` returns.

    nodes, weights: k x steps, the weights of a row sum to one; lengths: |z|^2 of each vector; residuals: k x 2.
    """

    size: int
    nodes: Array
    weights: Array
    lengths: Array
    residuals: Array

    @property
    def probes(self) -> int:
        """The number of vectors."""
        return len(self.nodes)

    @property
    def support(self) -> tuple[float, float]:
        """From the lowest to the highest node, widened by their residuals."""
        low, high = self.nodes[:, 0] - self.residuals[:, 0], self.nodes[:, -1] + self.residuals[:, 1]
        return float(low.min()), float(high.max())

    def share_below(self, x: float) -> tuple[float, float]:
        """Bounds on sum |P z|^2 / sum |z|^2, P the projection on the eigenvectors of eigenvalues <= x.

        With i nodes up to x the measure up to x lies between the first i - 1 weights and the first i + 1; a recursion
        that has stopped early has found the measure itself, but for eigenvalues within rounding of x.
        """
        cumulated = np.concatenate([np.zeros((self.probes, 1)), np.cumsum(self.weights, axis=1)], axis=1)
        steps, rows = self.nodes.shape[1], np.arange(self.probes)
        slack = 128 * self.size * np.finfo(float).eps * np.abs(self.nodes).max()
        exact = (self.residuals == 0).all(axis=1)
        lower, upper = (self.nodes <= x - slack).sum(axis=1), (self.nodes <= x + slack).sum(axis=1)
        low = cumulated[rows, np.where(exact, lower, np.maximum(lower - 1, 0))]
        high = cumulated[rows, np.where(exact, upper, np.minimum(upper + 1, steps))]
        ends = [float((one * self.lengths).sum() / self.lengths.sum()) for one in (low, high)]
        return min(max(ends[0], 0.0), 1.0), min(max(ends[1], 0.0), 1.0)

    def count_below(self, x: float, alpha: float = 0.05) -> Interval:
        """How many eigenvalues are <= x: an interval that misses with probability at most alpha, at any size."""
        from scipy.special import betainc, betaincc

        checked_alpha(alpha)
        low, high = self.share_below(x)
        n, k, tiny = self.size, self.probes / 2, 1e-12

        def possible_above(r: int) -> bool:
            """Whether so small a share as `high` is no rarer than alpha/2 with r eigenvalues."""
            if r in (0, n):
                return r == 0 or high >= 1 - tiny
            return bool(betainc(k * r, k * (n - r), high) >= alpha / 2)

        def possible_below(r: int) -> bool:
            if r in (0, n):
                return r == n or low <= tiny
            return bool(betaincc(k * r, k * (n - r), low) >= alpha / 2)

        least, most = 0, n
        while least < most:  # the smallest r that is not too small
            middle = (least + most) // 2
            least, most = (least, middle) if possible_below(middle) else (middle + 1, most)
        first, lower, upper = least, 0, n
        while lower < upper:  # the largest r that is not too large
            middle = (lower + upper + 1) // 2
            lower, upper = (middle, upper) if possible_above(middle) else (lower, middle - 1)
        return Interval(first, max(lower, first), alpha, "Beta law of projections, bracketed", self.probes)

    def density(self, grid: ArrayLike, width: float, alpha: float = 0.05) -> DensityBand:
        """The mean over the eigenvalues of normal densities of standard deviation `width` about them, on a grid.

        With f that normal density, z^T f(A) z is a sum of chi-squares weighted with f of the eigenvalues: the band is
        that of the one chi-square with the same mean and variance, with (tr f)^2/tr f^2 degrees of freedom a vector
        (Satterthwaite), exact where a single eigenvalue counts; the bound on the quadrature's error is added. It needs
        the spectrum to lie in `support`. Raises ValueError for a width that is not positive, or a grid that is no
        vector.
        """
        from scipy.special import chdtri

        checked_alpha(alpha)
        if not (math.isfinite(width) and width > 0):
            raise ValueError(f"the width {width} is not positive")
        at = np.asarray(grid, dtype=np.float64)
        if at.ndim != 1:
            raise ValueError(f"a grid is a vector, this one has shape {at.shape}")
        peak = 1 / (width * math.sqrt(2 * math.pi))
        bumps = peak * np.exp(-(((at[:, None, None] - self.nodes) / width) ** 2) / 2)
        masses = self.weights * self.lengths[:, None] / self.size
        first, second = (np.einsum("gks,ks->g", one, masses) / self.probes for one in (bumps, bumps**2))
        freedom = self.size * self.probes * first**2 / np.where(second > 0, second, 1.0)
        freedom = np.maximum(freedom, self.probes)
        error = quadrature_error(self.support, width, self.nodes.shape[1])
        low, high = (first * freedom / chdtri(freedom, level) for level in (alpha / 2, 1 - alpha / 2))
        return DensityBand(at, first, np.maximum(low - error, 0), high + error, error)

    def moment(self, power: int, alpha: float = 0.05) -> TraceEstimate:
        """tr A^power, exact in each vector for power < 2 steps. Raises ValueError beyond that."""
        if not 0 <= power < 2 * self.nodes.shape[1]:
            raise ValueError(
                f"{self.nodes.shape[1]} steps give moments up to {2 * self.nodes.shape[1] - 1}, not {power}"
            )
        forms = self.size * (self.weights * self.nodes**power).sum(axis=1)
        return _estimated(0.0, forms, alpha, self.probes * self.nodes.shape[1], f"moment {power}")


def quadrature_error(support: tuple[float, float], width: float, steps: int) -> float:
    """A bound on the error of a Gauss quadrature of a normal density with its mean anywhere.

    Twice the best polynomial approximation of degree 2 steps - 1, which Bernstein's theorem bounds by
    2 M r^(1 - 2 steps)/(r - 1) for every ellipse of parameter r > 1 (Trefethen 2013, theorem 8.2), M being the largest
    value on it; at most the peak, since both sides lie between 0 and that.
    """
    half, peak = (support[1] - support[0]) / 2, 1 / (width * math.sqrt(2 * math.pi))
    if half == 0:
        return 0.0
    r = 1 + np.geomspace(1e-4, 1e3, 4000)
    height = half * (r - 1 / r) / 2
    logs = (height / width) ** 2 / 2 + (1 - 2 * steps) * np.log(r) - np.log(r - 1) + math.log(4)
    return peak * min(1.0, float(np.exp(min(float(logs.min()), 0.0))))


def lanczos_sample(operator: SymmetricOperator, probes: int, steps: int, rng: np.random.Generator) -> SpectralSample:
    """Stochastic Lanczos quadrature: `probes` normal vectors, `steps` products each.

    Raises ValueError for less than one probe or two steps.
    """
    _at_least(probes, 1, "probes")
    _at_least(steps, min(2, operator.size), "steps")
    z = rng.normal(size=(operator.size, probes))
    nodes, weights, residuals = lanczos(operator, z, steps)
    return SpectralSample(operator.size, nodes, weights, (z**2).sum(axis=0), residuals)


__all__ = [
    "DensityBand",
    "SpectralSample",
    "TraceEstimate",
    "hutch_plus_plus",
    "hutchinson",
    "lanczos",
    "lanczos_sample",
    "mean_bounds",
    "quadrature_error",
]
