"""Sobolev norms in floating point: of sampled periodic functions by FFT, on boxes by quadrature, of networks by
autograd.

All follow the conventions of `theory.sobolev_spaces`: ||u||_{W^{k,p}}^p is the sum of |D^alpha u|_p^p over |alpha|
<= k, and ||u||_{H^s}^2 = volume * sum over frequencies of (1 + |xi|^2)^s |c_xi|^2.

>>> import numpy as np
>>> x = 2 * np.pi * np.arange(16) / 16
>>> round(fourier_norm(np.sin(3 * x), s=1) ** 2 / np.pi, 12)
10.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Derivative, DiracDelta, Expr, Symbol, lambdify

from ..theory.sobolev_spaces import multi_indices, partial
from .intervals import Array

Box = Sequence[tuple[float, float]]
TWO_PI = 2 * math.pi


@dataclass(frozen=True)
class NormEstimate:
    """A norm by quadrature: its value, and how much it moved when the number of nodes was raised by a half."""

    value: float
    moved: float


def _samples(values: Any, lengths: Sequence[float] | None) -> tuple[Array, tuple[float, ...]]:
    array = np.asarray(values)
    if array.ndim == 0 or array.size == 0:
        raise ValueError("give the samples on an equidistant grid, one axis a dimension; there are none here")
    if not np.all(np.isfinite(array)):
        raise ValueError("the samples must be finite: there is a nan or an infinity among them")
    sides = tuple(lengths) if lengths is not None else (TWO_PI,) * array.ndim
    if len(sides) != array.ndim or min(sides) <= 0:
        raise ValueError(f"lengths: one positive period for each of the {array.ndim} axes, not {sides}")
    return array, sides


def _frequencies(shape: tuple[int, ...], lengths: Sequence[float]) -> list[Array]:
    axes = [TWO_PI / length * np.fft.fftfreq(n, 1 / n) for n, length in zip(shape, lengths, strict=True)]
    return list(np.meshgrid(*axes, indexing="ij"))


def fourier_norm(values: Any, s: float, lengths: Sequence[float] | None = None) -> float:
    """The H^s norm of a periodic function from its samples u(i L/N), one axis a dimension; s any real number.

    values: real or complex, of shape (N1, ..., Nd) without the repeated end point. lengths: the periods, 2 pi each
    where not given. For analytic functions the error falls geometrically with N, down to rounding. Raises ValueError
    for samples that are not finite or lengths that do not fit.
    """
    array, sides = _samples(values, lengths)
    if not math.isfinite(s):
        raise ValueError(f"the order s has to be a finite number, not {s}")
    coefficients = np.fft.fftn(array) / array.size
    square = sum(xi**2 for xi in _frequencies(array.shape, sides))
    return float(math.sqrt(math.prod(sides) * np.sum((1 + square) ** s * np.abs(coefficients) ** 2)))


def spectral_derivative(values: Any, alpha: Sequence[int], lengths: Sequence[float] | None = None) -> Array:
    """D^alpha of a periodic function at its grid points; the Nyquist frequency has no odd derivative and is dropped."""
    array, sides = _samples(values, lengths)
    if len(alpha) != array.ndim or min(alpha) < 0:
        raise ValueError(f"alpha: one order >= 0 for each of the {array.ndim} axes, not {tuple(alpha)}")
    transform = np.fft.fftn(array)
    for axis, (times, xi) in enumerate(zip(alpha, _frequencies(array.shape, sides), strict=True)):
        factor = (1j * xi) ** times
        if times % 2 and array.shape[axis] % 2 == 0:
            factor = np.where(np.isclose(np.abs(xi), np.pi * array.shape[axis] / sides[axis]), 0, factor)
        transform = transform * factor
    found = np.fft.ifftn(transform)
    return np.asarray(found if np.iscomplexobj(array) else found.real)


def periodic_norm(values: Any, k: int, p: float, lengths: Sequence[float] | None = None) -> float:
    """The W^{k,p} norm of a periodic function from its samples, by spectral derivatives and the trapezoidal rule.

    p = inf gives the largest value of any derivative on the grid. Raises ValueError for k < 0 or p < 1.
    """
    array, sides = _samples(values, lengths)
    _check_orders(k, p)
    parts = [np.abs(spectral_derivative(array, alpha, sides)) for alpha in multi_indices(array.ndim, k)]
    if math.isinf(p):
        return float(max(part.max() for part in parts))
    cell = math.prod(sides) / array.size
    return float((cell * sum(np.sum(part**p) for part in parts)) ** (1 / p))


def box_norm(u: Expr | Callable[..., Any], over: Any, k: int, p: float, nodes: int = 32) -> NormEstimate:
    """The W^{k,p} norm on a box by Gauss-Legendre quadrature.

    u: a SymPy expression, with over = [(symbol, lower, upper), ...]; or a function derivative(alpha, *coordinates) of
    arrays, with over = [(lower, upper), ...]. nodes: for each axis. Raises ValueError for bad orders or an empty box.
    """
    _check_orders(k, p)
    box = [tuple(float(end) for end in one[-2:]) for one in over]
    derivative = _compiled(u, [one[0] for one in over], k) if isinstance(u, Expr) else u
    coarse, fine = (_quadrature(derivative, box, k, p, count) for count in (nodes, nodes + (nodes + 1) // 2))
    return NormEstimate(fine, abs(fine - coarse))


def network_norm(network: Any, box: Box, k: int, p: float, nodes: int = 32, output: int = 0) -> NormEstimate:
    """The W^{k,p} norm over a box of one output of a torch module, its derivatives by automatic differentiation.

    network: maps (points, d) to (points,) or (points, outputs), each point by itself (no batch normalization in
    training mode); evaluated in the precision of its own parameters. Raises ValueError for k >= 2 where the module
    holds rectifiers: their kinks have no second weak derivative.
    """
    import torch

    _check_orders(k, p)
    if k >= 2 and isinstance(network, torch.nn.Module):
        kinked = (torch.nn.ReLU, torch.nn.LeakyReLU, torch.nn.PReLU, torch.nn.ReLU6, torch.nn.Hardtanh)
        for part in network.modules():
            if isinstance(part, kinked):
                raise ValueError(f"a network with {type(part).__name__} has no weak derivatives of order 2: use k <= 1")
    sample = next(iter(network.parameters()), None) if isinstance(network, torch.nn.Module) else None
    precision = sample.dtype if sample is not None else torch.float64
    place = sample.device if sample is not None else torch.device("cpu")

    def tables(*coordinates: Any) -> Mapping[tuple[int, ...], Array]:
        points = torch.tensor(np.stack(coordinates, 1), dtype=precision, device=place, requires_grad=True)
        values = network(points)
        values = values[:, output] if values.ndim == 2 else values
        return {alpha: one.detach().cpu().numpy() for alpha, one in _partials(values, points, k).items()}

    known: dict[int, Mapping[tuple[int, ...], Array]] = {}

    def derivative(alpha: tuple[int, ...], *coordinates: Any) -> Array:
        size = len(coordinates[0])
        if size not in known:
            known[size] = tables(*coordinates)
        return known[size][alpha]

    return box_norm(derivative, box, k, p, nodes)


def _partials(values: Any, points: Any, k: int) -> dict[tuple[int, ...], Any]:
    """D^alpha of the values at each point, for |alpha| <= k."""
    import torch

    dimension = points.shape[1]
    found = {(0,) * dimension: values}
    for order in range(k):
        for alpha in [a for a in found if sum(a) == order]:
            gradient = None
            if found[alpha].requires_grad:
                (gradient,) = torch.autograd.grad(found[alpha].sum(), points, create_graph=True, allow_unused=True)
            for i in range(dimension):
                longer = tuple(a + (i == j) for j, a in enumerate(alpha))
                if longer not in found:
                    found[longer] = torch.zeros_like(values) if gradient is None else gradient[:, i]
    return found


def _check_orders(k: int, p: float) -> None:
    if k < 0 or int(k) != k:
        raise ValueError(f"the order k is 0, 1, 2, ..., not {k}; fractional orders: fourier_norm")
    if not p >= 1:
        raise ValueError(f"the exponent p is at least 1, not {p}")


def _compiled(u: Expr, symbols: Sequence[Symbol], k: int) -> Callable[..., Array]:
    for alpha in multi_indices(len(symbols), k):
        if partial(u, symbols, alpha).has(DiracDelta, Derivative):
            raise ValueError(f"{u} has a jump: no weak derivative {alpha} as a function")
    table = {a: lambdify(list(symbols), partial(u, symbols, a), "numpy") for a in multi_indices(len(symbols), k)}
    return lambda alpha, *at: np.broadcast_to(np.asarray(table[alpha](*at), dtype=np.float64), np.shape(at[0]))


def _quadrature(derivative: Callable[..., Any], box: Sequence[Any], k: int, p: float, nodes: int) -> float:
    axes, weights = [], []
    for lower, upper in box:
        if not (math.isfinite(lower) and math.isfinite(upper) and lower < upper):
            raise ValueError(f"a side of the box runs from a smaller to a larger finite number, not {lower} to {upper}")
        x, w = np.polynomial.legendre.leggauss(nodes)
        axes.append((upper - lower) / 2 * x + (upper + lower) / 2)
        weights.append((upper - lower) / 2 * w)
    points = [axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")]
    weight = math.prod(np.meshgrid(*weights, indexing="ij")).ravel()  # type: ignore[attr-defined]
    parts = [np.abs(derivative(alpha, *points)) for alpha in multi_indices(len(box), k)]
    if math.isinf(p):
        return float(max(part.max() for part in parts))
    return float(sum(np.sum(weight * part**p) for part in parts) ** (1 / p))
