"""Empirical Rademacher complexity: exact over all signs for small samples, by Monte Carlo with an interval beyond.

    E_sigma sup over f in F of (1/n) sum of sigma_i f(x_i)

The classes: finite ones by their values, linear functions with weights in an l1, l2 or linf ball by their inputs, the
ball of a reproducing kernel Hilbert space by its kernel matrix. All signs of up to 24 points are run through in the
order of the reflected Gray code, one half of them in tables, since sigma and -sigma belong together.

>>> import numpy as np
>>> empirical_complexity(LinearBall(np.eye(4))).middle
0.5
>>> empirical_complexity(FiniteClass([[1, 1], [-1, -1]])).middle
0.5
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Array, Interval, checked_alpha, empirical_bernstein_mean

EPS = float(np.finfo(float).eps)
EXACT_UP_TO = 24
"""The largest sample whose signs are all run through: 8 million pairs."""

Norm = Literal["l1", "l2", "linf"]


def _matrix(values: ArrayLike, what: str) -> Array:
    """The values as a finite matrix of floats; ValueError where they are none."""
    array = np.asarray(values, dtype=float)
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"{what} is a matrix with at least one row and column, this one has shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{what} has entries that are not finite")
    return array


def _positive(radius: float) -> None:
    if not (math.isfinite(radius) and radius > 0):
        raise ValueError(f"the radius {radius} is not positive and finite")


@dataclass(frozen=True)
class FiniteClass:
    """Finitely many functions: `values[k, i]` is the value of the k-th at the i-th point.

    absolute: the supremum of absolute values, as for the class together with -f.
    """

    values: Any
    absolute: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _matrix(self.values, "the table of values"))

    @property
    def n(self) -> int:
        """The number of points."""
        return int(self.values.shape[1])

    @property
    def columns(self) -> Array:
        """What the signs multiply: one row a point."""
        return np.ascontiguousarray(self.values.T)

    def pair(self, sums: Array) -> Array:
        """The mean of the suprema at sigma and -sigma, from the sums over the points in the last axis."""
        if self.absolute:
            return np.asarray(np.abs(sums).max(axis=-1))
        return np.asarray((sums.max(axis=-1) - sums.min(axis=-1)) / 2)

    def reach(self) -> Array:
        """By how much each sign can raise or lower the pair: half the range of the values at its point."""
        if self.absolute:
            return np.asarray(np.abs(self.values).max(axis=0))
        return np.asarray((self.values.max(axis=0) - self.values.min(axis=0)) / 2)

    def bound(self) -> float:
        """Massart's bound on the complexity, for the centred class where no absolute value is taken."""
        rows = self.values if self.absolute else self.values - self.values.mean(axis=0)
        count = len(rows) * (2 if self.absolute else 1)
        radius = float(np.sqrt((rows**2).sum(axis=1).max()))
        return radius * math.sqrt(2 * math.log(count)) / self.n if count > 1 else 0.0


@dataclass(frozen=True)
class LinearBall:
    """The functions x -> w . x with the norm of w at most `radius`: inputs in the rows of `points`."""

    points: Any
    norm: Norm = "l2"
    radius: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", _matrix(self.points, "the table of inputs"))
        _positive(self.radius)
        if self.norm not in ("l1", "l2", "linf"):
            raise ValueError(f"the norm {self.norm!r} of the weights is none of 'l1', 'l2', 'linf'")

    @property
    def n(self) -> int:
        """The number of points."""
        return int(self.points.shape[0])

    @property
    def columns(self) -> Array:
        """What the signs multiply: one row a point."""
        return np.asarray(self.points * self.radius)

    def pair(self, sums: Array) -> Array:
        """The dual norm of the signed sum of inputs."""
        if self.norm == "l1":
            return np.asarray(np.abs(sums).max(axis=-1))
        if self.norm == "linf":
            return np.asarray(np.abs(sums).sum(axis=-1))
        return np.asarray(np.sqrt((sums**2).sum(axis=-1)))

    def reach(self) -> Array:
        """By how much each sign can raise or lower the supremum: the dual norm of its input."""
        return self.pair(self.columns)

    def bound(self) -> float:
        """The closed bounds: Frobenius norm, Massart's over the coordinates, sum of the column norms; over n."""
        lengths = np.sqrt((self.columns**2).sum(axis=0))
        if self.norm == "l1":
            return float(lengths.max()) * math.sqrt(2 * math.log(2 * len(lengths))) / self.n
        return float(lengths.sum() if self.norm == "linf" else np.sqrt((lengths**2).sum())) / self.n


@dataclass(frozen=True)
class KernelBall:
    """The functions of norm at most `radius` in the space of a kernel: `kernel[i, j]` = k(x_i, x_j).

    Raises ValueError where the matrix is not square, not symmetric, or has an eigenvalue below zero beyond rounding.
    """

    kernel: Any
    radius: float = 1.0
    slack: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        kernel = _matrix(self.kernel, "the kernel matrix")
        _positive(self.radius)
        if kernel.shape[0] != kernel.shape[1]:
            raise ValueError(f"the kernel matrix is square, this one has shape {kernel.shape}")
        size = float(np.abs(kernel).max())
        if float(np.abs(kernel - kernel.T).max()) > 8 * EPS * size:
            raise ValueError("the kernel matrix is not symmetric")
        least = float(np.linalg.eigvalsh(kernel)[0])
        if least < -64 * EPS * len(kernel) * size:
            raise ValueError(f"the kernel matrix has the eigenvalue {least:.3g}: it is no kernel")
        object.__setattr__(self, "kernel", (kernel + kernel.T) / 2 * self.radius**2)
        # twice n products of length n, and the sums of blocks
        object.__setattr__(self, "slack", 4 * len(kernel) * EPS * float(np.abs(self.kernel).sum()))

    @property
    def n(self) -> int:
        """The number of points."""
        return int(self.kernel.shape[0])

    def reach(self) -> Array:
        """By how much each sign can raise or lower the supremum: sqrt(k(x_i, x_i))."""
        return np.asarray(np.sqrt(np.clip(np.diag(self.kernel), 0, None)))

    def bound(self) -> float:
        """The square root of the trace over n."""
        return math.sqrt(float(np.trace(self.kernel))) / self.n


Hypotheses = FiniteClass | LinearBall | KernelBall


def empirical_complexity(
    hypotheses: Hypotheses,
    *,
    alpha: float = 1e-6,
    draws: int = 20_000,
    seed: int = 0,
    exact_up_to: int = EXACT_UP_TO,
) -> Interval:
    """An interval about the empirical complexity: of rounding width up to `exact_up_to` points, Monte Carlo beyond.

    alpha: the probability that the Monte Carlo interval misses; draws: its number of sign vectors. Raises ValueError
    for what is no class, or for more than 24 points to be run through.
    """
    if not isinstance(hypotheses, FiniteClass | LinearBall | KernelBall):
        raise ValueError(f"a FiniteClass, a LinearBall or a KernelBall is needed, not a {type(hypotheses).__name__}")
    if exact_up_to > EXACT_UP_TO:
        raise ValueError(f"2^{exact_up_to} signs are too many: exact_up_to is at most {EXACT_UP_TO}")
    if hypotheses.n <= exact_up_to:
        return exact_complexity(hypotheses)
    return sampled_complexity(hypotheses, np.random.default_rng(seed), draws, alpha)


def exact_complexity(hypotheses: Hypotheses) -> Interval:
    """The mean over all signs, with a bound on its rounding error; the sample has at most 24 points."""
    if hypotheses.n > EXACT_UP_TO:
        raise ValueError(
            f"{hypotheses.n} points have too many signs: at most {EXACT_UP_TO} points, or sampled_complexity"
        )
    total, error = _kernel_mean(hypotheses) if isinstance(hypotheses, KernelBall) else _linear_mean(hypotheses)
    # the sum is pairwise within blocks: log2 of their size, then a sum of at most 2^12 blocks, exactly rounded
    value, error = total / hypotheses.n, (error + 64 * EPS * abs(total)) / hypotheses.n
    told = f"all 2^{hypotheses.n} signs"
    return Interval(max(0.0, value - error), value + error, 0.0, told, 2**hypotheses.n)


def gray_sums(rows: Array) -> Array:
    """The sums of +-rows over all signs, in the order of the reflected Gray code: shape (2^k, d) from (k, d).

    Neighbours differ in one sign; each sum is made by k additions.
    """
    table = np.zeros((1, rows.shape[1]))
    for row in rows:
        table = np.concatenate([table + row, table[::-1] - row])
    return table


def _split(n: int, width: int) -> int:
    """How many of the n - 1 free signs go into the inner table: a block of half a million numbers at most."""
    return min((n - 1 + 1) // 2 + 2, n - 1, max(1, int(math.log2(max(2**19 // width, 2)))))


def _linear_mean(hypotheses: FiniteClass | LinearBall) -> tuple[float, float]:
    """The mean of the pairs and a bound on the rounding of the sums."""
    columns = hypotheses.columns
    n, width = columns.shape
    inner = _split(n, width) if n > 1 else 0
    low = gray_sums(columns[1 : 1 + inner]) + columns[0]  # the first sign is +1
    high = gray_sums(columns[1 + inner :])
    block = max(1, 2**19 // low.size)
    parts = []
    for start in range(0, len(high), block):
        sums = high[start : start + block, None, :] + low
        parts.append(float(np.mean(hypotheses.pair(sums)) * len(sums) / len(high)))
    # an entry of a sum is off by at most (n + 1) eps times the sum of the sizes in its column, and the pair is a norm
    spread = (n + 2 + width) * EPS * np.abs(columns).sum(axis=0, keepdims=True)
    largest = hypotheses.pair(spread) if isinstance(hypotheses, LinearBall) else np.abs(spread).max(axis=-1)
    return math.fsum(parts), float(largest[0])


def _kernel_mean(ball: KernelBall) -> tuple[float, float]:
    """The mean of sqrt(sigma K sigma) and a bound on its rounding error, from three tables of forms."""
    K, n = ball.kernel, ball.n
    half = (n + 1) // 2
    first = gray_sums(np.eye(half)[1:]) + np.eye(half)[0] if half > 1 else np.ones((1, 1))
    second = gray_sums(np.eye(n - half)) if n > half else np.zeros((1, 0))
    inner = ((first @ K[:half, :half]) * first).sum(axis=1)
    outer = ((second @ K[half:, half:]) * second).sum(axis=1)
    cross = 2 * (first @ K[:half, half:])
    parts, errors = [], []
    block = max(1, 2**19 // len(first))
    for start in range(0, len(second), block):
        chunk = second[start : start + block]
        forms = inner + (chunk @ cross.T) + outer[start : start + block, None]
        np.clip(forms, 0.0, None, out=forms)
        parts.append(float(np.sqrt(forms).mean() * len(chunk) / len(second)))
        if ball.slack > 0:
            errors.append(
                float((ball.slack / np.sqrt(np.maximum(forms, ball.slack))).mean() * len(chunk) / len(second))
            )
    return math.fsum(parts), math.fsum(errors)


def sampled_complexity(
    hypotheses: Hypotheses, rng: np.random.Generator, draws: int = 20_000, alpha: float = 1e-6
) -> Interval:
    """The mean over sampled signs, each with its negative, in two intervals at alpha/2 each, of which the common part.

    Maurer and Pontil's, from the sample's variance; and McDiarmid's, from what one sign can change: half-width
    sqrt(2 log(4/alpha) sum c_i^2 / draws) / n. Raises ValueError for fewer than two draws or alpha outside (0, 1).
    """
    checked_alpha(alpha)
    if draws < 2:
        raise ValueError(f"{draws} draws are too few: at least 2")
    evaluate, width = _evaluator(hypotheses)
    values = np.empty(draws)
    block = max(1, 2**21 // max(hypotheses.n, width))
    for start in range(0, draws, block):
        size = min(block, draws - start)
        signs: Array = np.asarray(1 - 2 * rng.integers(0, 2, (size, hypotheses.n)), dtype=np.float64)
        values[start : start + size] = evaluate(signs)
    reach, n = hypotheses.reach() * (1 + 1e-12), hypotheses.n
    most = float(reach.sum()) or 1.0
    found = empirical_bernstein_mean(np.minimum(values, most), 0.0, most, alpha / 2)
    half = math.sqrt(2 * math.log(4 / alpha) * float(reach @ reach) / draws)
    low, high = max(found.low, float(values.mean()) - half), min(found.high, float(values.mean()) + half)
    if low > high:  # the two are disjoint, which has probability alpha at most: nothing is claimed beyond their hull
        low, high = found.low, found.high
    return Interval(low / n, high / n, alpha, "Monte Carlo over signs, empirical Bernstein and McDiarmid", draws)


def _evaluator(hypotheses: Hypotheses) -> tuple[Callable[[Array], Array], int]:
    if isinstance(hypotheses, KernelBall):
        K = hypotheses.kernel
        return lambda signs: np.sqrt(np.clip(((signs @ K) * signs).sum(axis=1), 0, None)), len(K)
    columns = hypotheses.columns
    return lambda signs: hypotheses.pair(signs @ columns), columns.shape[1]


def gaussian_kernel(points: ArrayLike, width: float = 1.0) -> Array:
    """exp(-|x - y|^2 / (2 width^2)) for the rows of `points`; raises ValueError for a width that is not positive."""
    _positive(width)
    x = _matrix(points, "the table of inputs")
    squares = (x**2).sum(axis=1)
    distances = np.clip(squares[:, None] + squares - 2 * x @ x.T, 0, None)
    kernel: Array = np.exp(-distances / (2 * width**2))
    np.fill_diagonal(kernel, 1.0)
    return kernel
