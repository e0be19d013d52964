"""Measurements of the topic matrix_calculus, norms and tensors: torch against the closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from sympy import KroneckerProduct, MatrixSymbol, Trace

from ..theory import matrix_calculus as theory
from ..theory import tensor_derivatives as tensors
from ..theory.matrix_calculus import gradient, jacobian
from .matrix_expressions import (
    ROUNDOFF,
    array_sizes,
    compared,
    gradient_by_torch,
    jacobian_by_torch,
    norms,
    tangent_by_torch,
    tensor,
)
from .measurement import Estimate, Tier, enclosure, measures

A, B, X = theory.A, theory.B, theory.X


@measures("matrix_calculus.frobenius_norm", route="torch's norm of a tensor of order four", needs=("torch",))
def norm_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    entries = rng.standard_normal((2, 3, 4, tier.choose(quick=5, full=50)))
    squares = math.fsum(entries.ravel() ** 2)
    found = float(tensor(entries).norm())
    interval = enclosure(found, ulps=entries.size + 8, method="a rounding a term")
    wrong = {
        "no root": squares,
        "sum of sizes": math.fsum(np.abs(entries).ravel()),
        "mean of squares": math.sqrt(squares / entries.size),
        "spectral norm of the matricization": float(np.linalg.norm(entries.reshape(6, -1), 2)),
    }
    return [Estimate("norm of a tensor", interval, math.sqrt(squares), wrong)]


@measures("matrix_calculus.norm_gradient", route="torch.autograd, and difference quotients at zero", needs=("torch",))
def norm_gradient_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    rows, cols, _ = array_sizes(tier)
    a = rng.standard_normal((rows, cols))
    claim = theory.norm_gradient.claim.claims["gradient"]
    found = gradient_by_torch(lambda at: at.norm(), a)
    direction = rng.standard_normal((rows, cols))
    unit = direction / np.linalg.norm(direction)
    quotients = [float(np.linalg.norm(step * unit)) / step for step in (2.0**-40, -(2.0**-40))]
    wrong = {"not normalized": tensors.A, "of the square": 2 * tensors.A}
    bound = 8 * rows * cols * ROUNDOFF
    return [
        compared(rng, "gradient of the norm, combined", found, claim.rhs, wrong, {tensors.A: a}, 2.0),
        *(
            Estimate(
                f"quotient at zero, {side}",
                enclosure(quotient, error=bound, method="rounding bound"),
                value,
                {"0, as torch answers": 0.0, "the other side's": -value},
            )
            for side, quotient, value in zip(("forwards", "backwards"), quotients, (1.0, -1.0), strict=True)
        ),
    ]


@measures("matrix_calculus.tensor_gradient", route="torch.autograd on a tensor of order three", needs=("torch",))
def tensor_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    shape = array_sizes(tier)
    one, two, three = (rng.standard_normal(size) for size in shape)
    entries = rng.standard_normal(shape)
    value = float(np.einsum("ijk,i,j,k->", entries, one, two, three))

    def function(at: Any) -> Any:
        return torch.einsum("ijk,i,j,k->", at, *(tensor(v) for v in (one, two, three))) ** 2

    found = gradient_by_torch(function, entries).transpose(2, 1, 0).ravel()
    stacked = entries.transpose(2, 1, 0).ravel()
    column = MatrixSymbol("t", entries.size, 1)
    rank_one = KroneckerProduct(tensors.c, tensors.b, tensors.a)
    right = 2 * Trace(rank_one.T * column) * rank_one
    at = {column: stacked, tensors.a: one, tensors.b: two, tensors.c: three}
    reach = norms(one, two, three) ** 2 * norms(entries) + abs(value)
    wrong = {"square forgotten": rank_one, "half": right / 2}
    return [compared(rng, "gradient of a squared contraction, combined", found, right, wrong, at, reach)]


@measures("matrix_calculus.tensor_product", route="torch.func.jacrev of torch.kron", needs=("torch",))
def kron_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    one, two = rng.standard_normal((2, tier.choose(quick=3, full=6)))
    a, b = MatrixSymbol("a", len(one), 1), MatrixSymbol("b", len(two), 1)
    at = {a: one, b: two}
    product = KroneckerProduct(a, b)
    first = jacobian_by_torch(lambda at: torch.kron(at, tensor(two)), one)
    second = jacobian_by_torch(lambda at: torch.kron(tensor(one), at), two)
    return [
        compared(
            rng,
            "by the first factor",
            first,
            jacobian(product, a),
            {"the second": jacobian(product, b)},
            at,
            norms(two),
        ),
        compared(
            rng,
            "by the second factor",
            second,
            jacobian(product, b),
            {"the first": jacobian(product, a)},
            at,
            norms(one),
        ),
    ]


@measures(
    "matrix_calculus.derivative_tensor", route="forward against reverse mode, tensors of order three", needs=("torch",)
)
def contraction_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    size = tier.choose(quick=3, full=4)
    kernel, x, dx = rng.standard_normal((3, size, size, size))

    def function(at: Any) -> Any:
        return torch.einsum("abc,cde->abde", at * at, tensor(kernel)).sum(dim=2)

    full = torch.func.jacrev(function)(tensor(x)).numpy()  # six indices
    found, weights = tangent_by_torch(function, x, dx), rng.standard_normal((size,) * 3)
    entry = float((found * weights).sum())
    contracted = [
        float((weights * np.einsum("abcijk,ijk->abc", full, one)).sum())
        for one in (dx, dx.transpose(1, 0, 2), dx.transpose(0, 2, 1))
    ]
    slack = 64 * size**3 * ROUNDOFF * norms(kernel, x, dx, weights)
    names = ("first two indices crossed", "last two indices crossed")
    return [
        Estimate(
            "dF contracted over three indices, combined",
            enclosure(entry, error=slack, method="rounding bound"),
            contracted[0],
            dict(zip(names, contracted[1:], strict=True)),
        )
    ]


@measures("matrix_calculus.contraction_gradients", route="torch.autograd and torch.func.jacrev", needs=("torch",))
def constant_tensors_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    size = tier.choose(quick=3, full=4)
    x, y = rng.standard_normal((2, size, size))
    kernel = rng.standard_normal((size,) * 4)
    by_matrix = gradient_by_torch(lambda at: (at * tensor(y)).sum(), x)
    found = jacobian_by_torch(lambda at: torch.einsum("ijkl,kl->ij", tensor(kernel), at), x)
    C = MatrixSymbol("C", size**2, size**2)
    stacked = kernel.transpose(1, 0, 3, 2).reshape(size**2, size**2)
    columns = MatrixSymbol("x", size**2, 1)
    at = {C: stacked, columns: x.T.ravel()}
    return [
        compared(
            rng,
            "X : A by X, combined",
            by_matrix,
            gradient(Trace(X.T * B), X),
            {"transposed": B.T},
            {X: x, B: y},
            norms(y),
        ),
        compared(
            rng, "C : X by X, combined", found, jacobian(C * columns, columns), {"transposed": C.T}, at, norms(kernel)
        ),
    ]
