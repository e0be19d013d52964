"""Matrix expressions of the theory room at matrices of floats, in arithmetic of 256 bits, and torch's Jacobians beside
them in the same layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from flint import fmpq

from ..theory.matrix_arithmetic import Balls, with_precision
from ..theory.matrix_points import concrete
from ..theory.matrix_values import Point, Values
from .intervals import Array
from .measurement import Estimate, Tier, enclosure

ROUNDOFF = 2.0**-53


def evaluated(expr: Any, at: Mapping[Any, Any]) -> Array:
    """The value of an expression where its symbols have the given arrays or numbers, correct to the last bits.

    A column may be given as a vector; what comes back has two dimensions. The sizes are read from the arrays.
    """
    sizes: dict[Any, int] = {}
    matrices, scalars = {}, {}
    for symbol, value in at.items():
        if not hasattr(symbol, "shape"):
            scalars[symbol] = _exact(value)
            continue
        array = np.asarray(value, dtype=float)
        rows = array.reshape(len(array), -1)
        sizes |= {length: size for length, size in zip(symbol.shape, rows.shape, strict=True) if length.is_Symbol}
        matrices[symbol] = [[_exact(entry) for entry in row] for row in rows]
    point = Point(sizes, scalars, matrices)

    def in_balls() -> Array:
        found = Values(Balls, point).of(concrete(expr))
        rows = found.tolist() if hasattr(found, "tolist") else [[found]]
        return np.array([[float(entry.real.mid()) for entry in row] for row in rows])

    found: Array = with_precision(in_balls, 256)
    return found


def _exact(value: Any) -> Any:
    return fmpq(*float(value).as_integer_ratio())


def well_conditioned(rng: np.random.Generator, size: int) -> Array:
    """A square matrix whose inverse is not much larger than one: an orthogonal one times a diagonal one from 1 to 2."""
    rotation, _ = np.linalg.qr(rng.standard_normal((size, size)))
    return np.asarray(rotation @ np.diag(rng.uniform(1.0, 2.0, size)) @ np.linalg.qr(rng.random((size, size)))[0])


def positive_definite(rng: np.random.Generator, size: int) -> Array:
    """A symmetric matrix, exactly, with eigenvalues from 1 to 4."""
    root = well_conditioned(rng, size)
    product = root @ root.T
    return np.asarray((product + product.T) / 2)


def jacobian_by_torch(function: Callable[[Any], Any], at: Array) -> Array:
    """torch.func.jacrev in the layout d vec F = J d vec X, columns stacked."""
    import torch

    found = torch.func.jacrev(function)(torch.tensor(at)).numpy()
    outputs = found.ndim - at.ndim
    order = [*reversed(range(outputs)), *reversed(range(outputs, found.ndim))]
    rows = int(np.prod(found.shape[:outputs]))
    return np.asarray(found.transpose(order).reshape(rows, at.size))


def gradient_by_torch(function: Callable[[Any], Any], at: Array) -> Array:
    """torch.autograd's gradient of a number, in the shape of the matrix."""
    import torch

    variable = torch.tensor(at, requires_grad=True)
    (found,) = torch.autograd.grad(function(variable), variable)
    return np.asarray(found.numpy())


def tangent_by_torch(function: Callable[[Any], Any], at: Array, along: Array) -> Array:
    """torch.func.jvp: the derivative along a direction, forwards."""
    import torch

    return np.asarray(torch.func.jvp(function, (torch.tensor(at),), (torch.tensor(along),))[1].numpy())


def compared(
    rng: np.random.Generator,
    what: str,
    found: Array,
    right: Any,
    wrong: Mapping[str, Any],
    at: Mapping[Any, Any],
    reach: float,
) -> Estimate:
    """All entries of a derivative in one random combination: as found in double precision, and by the expressions.

    reach: a bound on the sums of absolute values of all terms that make up an entry of what was found, the condition
    number of what is inverted included. An entry is made in fewer than 8 s^2 + 64 roundings, where s is its size.
    """
    values = np.asarray(found, dtype=float)
    weights = rng.standard_normal(values.shape)
    roundings = 8 * max(max(np.atleast_1d(np.shape(one))) for one in at.values()) ** 2 + 64 + values.size
    error = roundings * ROUNDOFF * reach * float(np.abs(weights).sum())
    predicted, *others = (
        float((weights * evaluated(one, at).reshape(values.shape)).sum()) for one in (right, *wrong.values())
    )
    interval = enclosure(float((weights * values).sum()), error=error, method="double precision, rounding bound")
    return Estimate(what, interval, predicted, dict(zip(wrong, others, strict=True)))


def norms(*arrays: Any) -> float:
    """The product of the Frobenius norms: a bound on every entry of the product, its terms taken absolutely."""
    return float(np.prod([np.linalg.norm(np.asarray(one, dtype=float)) for one in arrays]))


def tensor(array: Array) -> Any:
    """The array for torch."""
    import torch

    return torch.tensor(array)


def array_sizes(tier: Tier) -> tuple[int, int, int]:
    """Three sizes that differ."""
    return tier.choose(quick=(3, 4, 2), full=(5, 6, 4))
