"""Gradient flows and what approximates them: an ODE solver with error control, kernels in closed form, descent.

    loss = Loss.of((a**2 - 1)**2 / 4 + b**2 / 2, (a, b))       # or Loss.torch(function), or Loss(value, gradient)
    path = flow(loss, start=[0.1, 1], times=[0, 1, 5])
    path.points, path.error, path.energy_residual
    kernel_flow(K, predictions, targets, times)                # half the mean squared error; 1/n is in it

What is said of these functions in exact form stands in `theory.gradient_flow`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Method = Literal["DOP853", "Radau"]
Normalization = Literal["mean", "sum"]

FINEST = 2.5e-14
"""The smallest relative tolerance that SciPy's solvers take."""
MOST_EVALUATIONS = 200_000
"""Gradients that one solve may take before it is given up as stiff."""


class FlowEnds(RuntimeError):
    """The flow leaves every bounded set, as far as the solver can tell, near `time`, before the last time asked for."""

    def __init__(self, time: float, last: float) -> None:
        super().__init__(f"the flow cannot be followed beyond t = {time:.6g}, where it leaves every bounded set; "
                         f"times up to {last:.6g} were asked for")  # fmt: skip
        self.time = time


@dataclass(frozen=True)
class Loss:
    """A loss of p parameters: value (p,) -> number, gradient (p,) -> (p,), curvature (point, v) -> H v, if known."""

    value: Callable[[Array], float]
    gradient: Callable[[Array], Array]
    curvature: Callable[[Array, Array], Array] | None = None

    @classmethod
    def of(cls, expr: Any, symbols: Sequence[Any] | None = None) -> Loss:
        """The loss of a SymPy expression; its parameters are the symbols, by name where they are not given.

        Raises ValueError where the expression has a symbol that is not among them.
        """
        from sympy import Matrix, hessian, lambdify, sympify

        expr = sympify(expr, strict=True)
        names = tuple(symbols) if symbols is not None else tuple(sorted(expr.free_symbols, key=str))
        unknown = expr.free_symbols - set(names)
        if unknown or not names:
            raise ValueError(f"the loss has the symbols {sorted(map(str, expr.free_symbols))}, not {list(names)}")
        value = lambdify([names], expr, "numpy")
        slope = lambdify([names], list(Matrix([expr]).jacobian(names)), "numpy")
        second = lambdify([names], hessian(expr, names).tolist(), "numpy")
        return cls(
            lambda at: float(value(at)),
            lambda at: np.array(slope(at), dtype=float),
            lambda at, v: np.asarray(np.array(second(at), dtype=float) @ v),
        )

    @classmethod
    def torch(cls, function: Callable[[Any], Any]) -> Loss:
        """The loss of a differentiable torch function of one float64 vector, by torch.func."""
        import torch

        slope = torch.func.grad(function)

        def tensor(at: Array) -> Any:
            return torch.as_tensor(np.asarray(at, dtype=float))

        return cls(
            lambda at: float(function(tensor(at))),
            lambda at: np.asarray(slope(tensor(at)).detach().numpy()),
            lambda at, v: np.asarray(torch.func.jvp(slope, (tensor(at),), (tensor(v),))[1].detach().numpy()),
        )


@dataclass(frozen=True)
class Flow:
    """A gradient flow at some times: points (times, parameters), values of the loss, norms of the gradient.

    error: how far any coordinate moved when the solver's tolerance was made a hundred times smaller, an estimate of
    the error of the coarser of the two solutions, of which `points` is the finer. energy_residual: how far the loss
    lost is off the integral of the squared gradient, which the solver did not use. evaluations: gradients taken.
    """

    times: Array
    points: Array
    values: Array
    gradient_norms: Array
    error: float
    energy_residual: float
    evaluations: int


def flow(
    loss: Loss | Any,
    start: ArrayLike,
    times: ArrayLike,
    tolerance: float = 1e-8,
    method: Method = "DOP853",
) -> Flow:
    """The solution of theta' = -grad L(theta), theta(0) = start, at the times, with an estimated error <= tolerance.

    loss: a `Loss` or a SymPy expression. method: "Radau" for stiff losses, whose curvatures differ by thousands.
    Raises ValueError for times that are negative or do not grow and a start that is no finite vector, FlowEnds where
    the flow runs to infinity before the last time, RuntimeError where the tolerance is not reached.
    """
    loss = loss if isinstance(loss, Loss) else Loss.of(loss)
    first, at = _vector(start, "start"), _times(times)
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance {tolerance} is not between 0 and 1")
    if method not in ("DOP853", "Radau"):
        raise ValueError(f"method {method!r} is not one of DOP853, Radau")
    slope = loss.gradient(first)
    if np.shape(slope) != first.shape:
        raise ValueError(f"the gradient has the shape {np.shape(slope)}, the start {first.shape}")

    def field(_: float, state: Array) -> Array:
        g = loss.gradient(state[:-1])
        return np.append(-g, g @ g)

    fine, taken, error = max(tolerance / 10, FINEST * 100), 0, np.inf
    coarse, taken = _solved(field, np.append(first, 0.0), at, fine, method)
    while True:
        fine = max(fine / 100, FINEST)
        better, count = _solved(field, np.append(first, 0.0), at, fine, method)
        taken, error = taken + count, float(np.abs(better[:, :-1] - coarse[:, :-1]).max())
        if error <= tolerance:
            break
        if fine <= FINEST:
            raise RuntimeError(f"the error of the flow stays at {error:.3g}, above the tolerance {tolerance:.3g}")
        coarse = better
    points, spent = better[:, :-1], better[:, -1]
    values = np.array([loss.value(point) for point in points])
    norms = np.array([np.linalg.norm(loss.gradient(point)) for point in points])
    residual = float(np.abs(loss.value(first) - values - spent).max())
    return Flow(at, points, values, norms, error, residual, taken)


def _solved(field: Any, first: Array, at: Array, tolerance: float, method: str) -> tuple[Array, int]:
    """The states at the times, and how often the field was evaluated."""
    from scipy.integrate import solve_ivp

    count, last, reached = 0, float(at[-1]), 0.0
    if last == 0:
        return np.tile(first, (len(at), 1)), 0

    def counted(t: float, state: Array) -> Array:
        nonlocal count, reached
        count += 1
        reached = max(reached, t) if np.isfinite(state).all() else reached
        if count > MOST_EVALUATIONS:
            raise RuntimeError(f"more than {MOST_EVALUATIONS} gradients up to t = {t:.6g}: try method='Radau'")
        with np.errstate(all="ignore"):
            return np.asarray(field(t, state))

    with np.errstate(all="ignore"):
        found = solve_ivp(
            counted, (0.0, last), first, method=method, t_eval=at, rtol=tolerance, atol=tolerance,
        )  # fmt: skip
    if found.status != 0 or not np.isfinite(found.y).all():
        raise FlowEnds(reached, last)
    return np.asarray(found.y.T), count


def _vector(values: ArrayLike, what: str) -> Array:
    found = np.atleast_1d(np.asarray(values, dtype=float))
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise ValueError(f"{what} has the shape {found.shape} or is not finite: it must be a finite vector")
    return found


def _times(times: ArrayLike) -> Array:
    at = _vector(times, "times")
    if at[0] < 0 or (np.diff(at) <= 0).any():
        raise ValueError(f"times must grow and not be negative, not {at[:5]}")
    return at


def gradient_descent(loss: Loss | Any, start: ArrayLike, step: float, steps: int) -> Array:
    """The points of theta <- theta - step grad L(theta), (steps + 1, parameters), the start first.

    Raises ValueError for a step that is not positive, and FloatingPointError where a point is not finite.
    """
    loss = loss if isinstance(loss, Loss) else Loss.of(loss)
    if not (np.isfinite(step) and step > 0) or steps < 0:
        raise ValueError(f"step {step} must be positive and steps {steps} not negative")
    points = [_vector(start, "start")]
    for k in range(steps):
        with np.errstate(all="ignore"):
            points.append(points[-1] - step * loss.gradient(points[-1]))
        if not np.isfinite(points[-1]).all():
            raise FloatingPointError(f"gradient descent with step {step} is not finite after {k + 1} steps")
    return np.array(points)


def descent_offset(loss: Loss | Any, start: ArrayLike, times: ArrayLike, tolerance: float = 1e-8) -> Array:
    """e(t) at the times, (times, parameters): gradient descent with step eta is at theta(t) + eta e(t) + O(eta^2).

    It solves e' = -H e - H grad L/2 along the flow, e(0) = 0. Raises ValueError where the loss has no `curvature`.
    """
    loss = loss if isinstance(loss, Loss) else Loss.of(loss)
    curvature = loss.curvature
    if curvature is None:
        raise ValueError("the loss has no curvature: give Loss(value, gradient, curvature), curvature(point, v) = H v")
    first, at = _vector(start, "start"), _times(times)

    def field(_: float, state: Array) -> Array:
        point, off = state[: first.size], state[first.size :]
        g = loss.gradient(point)
        return np.append(-g, -curvature(point, off + g / 2))

    solved, _ = _solved(field, np.append(first, np.zeros_like(first)), at, max(tolerance / 100, FINEST), "DOP853")
    return solved[:, first.size :]


def kernel_flow(
    kernel: ArrayLike,
    start: ArrayLike,
    targets: ArrayLike,
    times: ArrayLike,
    *,
    normalization: Normalization = "mean",
    cross: ArrayLike | None = None,
    cross_start: ArrayLike | None = None,
) -> Array:
    """Predictions under the flow of the square loss with a constant kernel, in closed form: (times, n, ...).

    kernel: (n, n), symmetric and positive semidefinite; start and targets: (n,) or (n, outputs). normalization: "mean"
    for |f - y|^2/(2n), "sum" for |f - y|^2/2. cross: (q, n), the kernel of q other inputs with the samples; then the
    predictions there, (times, q, ...), which start at cross_start (zero if not given). A singular kernel is allowed.
    Raises ValueError for shapes that do not fit and a kernel that is not symmetric or has a negative eigenvalue.
    """
    values, vectors = _spectrum(kernel)
    at = _times(times)
    begun, wanted = (np.asarray(one, dtype=float) for one in (start, targets))
    n = len(values)
    if begun.shape != wanted.shape or begun.ndim not in (1, 2) or begun.shape[0] != n:
        raise ValueError(f"start {begun.shape} and targets {wanted.shape} must both be ({n},) or ({n}, outputs)")
    residual = vectors.T @ (wanted - begun)
    exponents = np.outer(at / _scale(normalization, n), values)
    if cross is None:
        share = -np.expm1(-exponents)
        return np.asarray(begun + np.einsum("ij,tj,j...->ti...", vectors, share, residual))
    between = np.asarray(cross, dtype=float)
    if between.ndim != 2 or between.shape[1] != n:
        raise ValueError(f"cross has the shape {between.shape}, not (inputs, {n})")
    base = np.zeros((len(between), *begun.shape[1:])) if cross_start is None else np.asarray(cross_start, dtype=float)
    if base.shape != (len(between), *begun.shape[1:]):
        raise ValueError(f"cross_start has the shape {base.shape}, not {(len(between), *begun.shape[1:])}")
    moved = np.einsum("ij,tj,j...->ti...", between @ vectors, _integrated(exponents, values), residual)
    return np.asarray(base + moved * _times_over(at, normalization, n, moved.ndim))


def _scale(normalization: str, n: int) -> int:
    if normalization not in ("mean", "sum"):
        raise ValueError(f"normalization {normalization!r} is not one of mean, sum")
    return n if normalization == "mean" else 1


def _times_over(at: Array, normalization: str, n: int, dimensions: int) -> Array:
    return np.reshape(at / _scale(normalization, n), (-1,) + (1,) * (dimensions - 1))


def _integrated(exponents: Array, values: Array) -> Array:
    """(1 - exp(-x))/x at x = lambda t/n, one where x is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(exponents == 0, 1.0, -np.expm1(-exponents) / exponents)


def _spectrum(kernel: ArrayLike) -> tuple[Array, Array]:
    """Eigenvalues, those that are negative by rounding set to zero, and orthonormal eigenvectors."""
    K = np.asarray(kernel, dtype=float)
    if K.ndim != 2 or K.shape[0] != K.shape[1] or not K.size or not np.isfinite(K).all():
        raise ValueError(f"the kernel has the shape {K.shape} or is not finite: it must be a finite square matrix")
    size = float(np.abs(K).max())
    if np.abs(K - K.T).max() > 1e-12 * size:
        raise ValueError("the kernel is not symmetric")
    values, vectors = np.linalg.eigh((K + K.T) / 2)
    if values[0] < -1e-12 * len(K) * size:
        raise ValueError(f"the kernel has the negative eigenvalue {values[0]:.3g}: it must be positive semidefinite")
    return np.maximum(values, 0.0), vectors


def linear_flow(
    features: ArrayLike,
    targets: ArrayLike,
    start: ArrayLike,
    times: ArrayLike,
    *,
    normalization: Normalization = "mean",
) -> Array:
    """Parameters (times, p) under the flow of |X theta - y|^2/(2n) ("mean") or |X theta - y|^2/2 ("sum").

    features: X, (n, p); any rank. From zero it tends to the least-squares solution of least norm.
    Raises ValueError for shapes that do not fit.
    """
    X, y, first = np.asarray(features, dtype=float), _vector(targets, "targets"), _vector(start, "start")
    if X.ndim != 2 or X.shape != (len(y), len(first)):
        raise ValueError(f"features have the shape {X.shape}, not ({len(y)}, {len(first)}) as targets and start say")
    at, scale = _times(times), _scale(normalization, len(y))
    left, values, right = np.linalg.svd(X, full_matrices=False)
    exponents = np.outer(at / scale, values**2)
    weights = _integrated(exponents, values) * (at / scale)[:, None] * values * (left.T @ (y - X @ first))
    return np.asarray(first + weights @ right)
