"""Measurements of the topic matrix_calculus, functions of matrices: torch.autograd and torch.func against the engine.

The predicted derivative is the engine's expression at matrices of floats, evaluated to the last bits; the measured one
comes from a route that does not know the engine. A derivative of many entries is compared by a random combination.
Norms and tensors are in `numerics.tensor_derivatives`, limits in `numerics.variations`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sympy import KroneckerProduct, Trace

from ..theory import matrix_calculus as theory
from ..theory.matrix_calculus import gradient, jacobian
from ..theory.statements import Statement
from .matrix_expressions import (
    ROUNDOFF,
    array_sizes,
    compared,
    evaluated,
    gradient_by_torch,
    jacobian_by_torch,
    norms,
    positive_definite,
    tangent_by_torch,
    tensor,
    well_conditioned,
)
from .measurement import Estimate, Tier, enclosure, measures

A, B, X, Z, S = theory.A, theory.B, theory.X, theory.Z, theory.S


def _right_sides(statement: Statement) -> dict[str, Any]:
    """What the mutants of a statement say, by name."""
    mutants: Mapping[str, Any] = statement.theorem.mutants
    return {name: mutant.rhs for name, mutant in mutants.items()}


@measures("matrix_calculus.matrix_of_partials", route="torch.autograd", needs=("torch",))
def partials_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    size = tier.choose(quick=4, full=7)
    a, b, x = rng.standard_normal((3, size, size))
    found = gradient_by_torch(lambda at: (tensor(a) @ at @ tensor(b) @ at).trace(), x)
    right = gradient(Trace(A * X * B * X), X)
    wrong = {"transposed": right.T, "twice": 2 * right}
    at = {A: a, B: b, X: x}
    return [compared(rng, "gradient of tr(A X B X), combined", found, right, wrong, at, 2 * norms(a, b, x))]


@measures("matrix_calculus.trace_gradient", route="torch.autograd", needs=("torch",))
def trace_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    x = rng.standard_normal((4, 4))
    claim = theory.trace_gradient.claim
    found = gradient_by_torch(lambda at: at.trace(), x)
    return [compared(rng, "gradient of the trace, combined", found, claim.rhs, {"the matrix": X}, {X: x}, 1.0)]


@measures("matrix_calculus.product_jacobian", route="torch.func.jacrev", needs=("torch",))
def product_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    size = tier.choose(quick=3, full=5)
    a, b = rng.standard_normal((2, size, size))
    found = jacobian_by_torch(lambda at: at @ tensor(b), a)
    wrong = _right_sides(theory.product_jacobian)
    by_trace = gradient_by_torch(lambda at: (at @ tensor(b)).trace(), a)
    at = {A: a, B: b}
    return [
        compared(rng, "Jacobian of A B by A, combined", found, jacobian(A * B, A), wrong, at, norms(b)),
        compared(rng, "gradient of tr(A B), combined", by_trace, gradient(Trace(A * B), A), {"B": B}, at, norms(b)),
    ]


@measures("matrix_calculus.inverse_differential", route="torch.func.jvp of torch.linalg.inv", needs=("torch",))
def inverse_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    size = tier.choose(quick=4, full=7)
    x, dx = well_conditioned(rng, size), rng.standard_normal((size, size))
    found = tangent_by_torch(torch.linalg.inv, x, dx)
    mutants = _right_sides(theory.inverse_differential)
    wrong = {name: mutants[name] for name in ("commuting", "as for numbers", "one factor")}
    right = theory.inverse_differential.claim.claims["differential"].rhs
    inverse = np.linalg.inv(x)
    reach = norms(inverse, dx, inverse) * norms(x, inverse)
    return [compared(rng, "differential of the inverse, combined", found, right, wrong, {X: x, theory.dX: dx}, reach)]


@measures("matrix_calculus.inverse_jacobian", route="torch.func.jacrev of torch.linalg.inv", needs=("torch",))
def inverse_jacobian_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    x = well_conditioned(rng, tier.choose(quick=3, full=5))
    found = jacobian_by_torch(torch.linalg.inv, x)
    claim, inverse = theory.inverse_jacobian.claim.claims, X.inv()
    wrong = {
        "as printed in 707": -KroneckerProduct(inverse, inverse),
        "rows for columns": -KroneckerProduct(inverse, inverse.T),
    }
    entries = np.linalg.inv(x)
    reach = norms(entries, entries) * norms(x, entries)
    by_rows = torch.func.jacrev(torch.linalg.inv)(tensor(x)).numpy().reshape(x.size, x.size)
    rows = {"as printed in 707": wrong["as printed in 707"], "columns for rows": claim["columns stacked"].rhs}
    return [
        compared(rng, "columns stacked, combined", found, claim["columns stacked"].rhs, wrong, {X: x}, reach),
        compared(rng, "rows stacked, combined", by_rows, wrong["rows for columns"], rows, {X: x}, reach),
    ]


@measures("matrix_calculus.total_differential", route="torch.func.jvp", needs=("torch",))
def differentials_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    size = tier.choose(quick=3, full=5)
    x, shift, dx = (
        well_conditioned(rng, size),
        0.1 * rng.standard_normal((size, size)),
        rng.standard_normal((size,) * 2),
    )
    left, right = rng.standard_normal((2, size))
    claims, wrong = theory.total_differential.claim.claims, _right_sides(theory.total_differential)
    inverse, moved = np.linalg.inv(x), np.linalg.inv(x + shift)
    functions: dict[str, tuple[Any, float]] = {
        "inverse": (
            lambda at: tensor(left) @ torch.linalg.inv(at) @ tensor(right),
            norms(left, right, dx, inverse, inverse) * norms(x, inverse),
        ),
        "determinant": (
            lambda at: torch.linalg.det(at + tensor(shift)),
            norms(moved, dx) * norms(x + shift) ** size * norms(x + shift, moved),
        ),
        "norm": (lambda at: (at - tensor(shift)).norm(), norms(dx)),
        "trace": (lambda at: (tensor(shift) @ at @ tensor(x) @ at.T).trace(), 2 * norms(shift, x, x, dx)),
    }
    found = []
    for name, (function, reach) in functions.items():
        matrices = {
            "trace": {A: shift, B: x},
            "determinant": {A: shift},
            "norm": {B: shift},
            "inverse": {theory.a: left, theory.b: right},
        }[name] | {X: x, theory.dX: dx}
        mutants = {"twice": 2 * claims[name].rhs}
        if name == "inverse":
            mutants["not transposed"] = wrong["not transposed"]
        slope = tangent_by_torch(function, x, dx).reshape(1, 1)
        found.append(compared(rng, f"differential, {name}", slope, claims[name].rhs, mutants, matrices, reach))
    return found


@measures("matrix_calculus.quadratic_form", route="torch.autograd and torch.func.hessian", needs=("torch",))
def quadratic_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    size, cols, _ = array_sizes(tier)
    a, z = rng.standard_normal((size, size)), rng.standard_normal((size, cols))
    claims = theory.quadratic_form.claim.claims

    def f(at: Any) -> Any:
        return (at.T @ tensor(a) @ at).trace()

    hessian = torch.func.hessian(f)(tensor(z)).numpy().transpose(1, 0, 3, 2).reshape(z.size, z.size)
    at = {A: a, Z: z}
    return [
        compared(
            rng,
            "gradient, combined",
            gradient_by_torch(f, z),
            claims["gradient"].rhs,
            {"as printed in 703, without symmetry": 2 * A * Z, "half": A * Z},
            at,
            2 * norms(a, z),
        ),
        compared(
            rng,
            "Hessian, combined",
            hessian,
            claims["Hessian"].rhs,
            {"2 A": claims["Hessian"].rhs.subs(A.T, A)},
            at,
            2 * norms(a),
        ),
    ]


@measures("matrix_calculus.symmetric_quadratic_form", route="torch.autograd", needs=("torch",))
def symmetric_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    size, cols, _ = array_sizes(tier)
    a, z = positive_definite(rng, size), rng.standard_normal((size, cols))
    found = gradient_by_torch(lambda at: (at.T @ tensor(a) @ at).trace(), z)
    right = theory.symmetric_quadratic_form.claim.rhs
    return [compared(rng, "gradient, combined", found, right, {"half": A * Z}, {A: a, Z: z}, 2 * norms(a, z))]


@measures("matrix_calculus.log_determinant", route="torch.autograd of torch.linalg.slogdet", needs=("torch",))
def slogdet_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    x = well_conditioned(rng, tier.choose(quick=4, full=8))
    found = gradient_by_torch(lambda at: torch.linalg.slogdet(at)[1], x)
    right, inverse = theory.log_determinant.claim.claims["gradient"].rhs, np.linalg.inv(x)
    wrong = {"not transposed": X.inv(), "0, as SymPy's diff of log(Determinant(X))": 0 * X}
    return [compared(rng, "gradient, combined", found, right, wrong, {X: x}, norms(inverse) * norms(x, inverse))]


@measures("matrix_calculus.symmetric_argument", route="torch.autograd by the lower triangle", needs=("torch",))
def lower_triangle_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    x = positive_definite(rng, tier.choose(quick=4, full=7))

    def function(at: Any) -> Any:
        lower = torch.tril(at)
        return torch.linalg.slogdet(lower + torch.tril(at, -1).T)[1]

    triangle = np.tril(np.ones(x.shape)) > 0
    found = gradient_by_torch(function, x)
    right = theory.symmetric_argument.claim.claims["log-determinant"].rhs
    inverse = np.linalg.inv(x)
    weights = rng.standard_normal(x.shape) * triangle
    forms = {"right": right, "as if free": X.inv(), "diagonal twice": 2 * X.inv()}
    values = {name: float((weights * evaluated(one, {X: x})).sum()) for name, one in forms.items()}
    error = (8 * len(x) ** 2 + 64) * ROUNDOFF * 2 * norms(inverse) * norms(x, inverse) * float(np.abs(weights).sum())
    interval = enclosure(float((weights * found).sum()), error=error, method="rounding bound")
    return [Estimate("by the free entries, combined", interval, values.pop("right"), values)]


@measures("matrix_calculus.gaussian_scores", route="torch's MultivariateNormal and autograd", needs=("torch",))
def gaussian_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    size = tier.choose(quick=3, full=6)
    cov, x, mu = positive_definite(rng, size), *rng.standard_normal((2, size))
    inverse = np.linalg.inv(cov)
    at = {S: cov, theory.x: x, theory.mean: mu}

    def loss(mean: Any, covariance: Any) -> Any:
        law = torch.distributions.MultivariateNormal(mean, covariance, validate_args=False)
        return -law.log_prob(tensor(x))

    by_mean = gradient_by_torch(lambda one: loss(one, tensor(cov)), mu)
    by_covariance = gradient_by_torch(lambda one: loss(tensor(mu), one), cov)
    claims, mutants = theory.gaussian_scores.claim.claims, _right_sides(theory.gaussian_scores)
    reach = 4 * norms(cov, inverse) ** 2 * (norms(inverse) + norms(inverse, inverse, x - mu, x - mu))
    symmetric = (by_covariance + by_covariance.T) / 2  # torch reads one triangle
    return [
        compared(
            rng,
            "by the mean, combined",
            by_mean,
            claims["mean"].rhs,
            {"without the inverse": mutants["without the inverse"]},
            at,
            reach,
        ),
        compared(
            rng,
            "by the covariance, combined",
            symmetric,
            claims["covariance"].rhs,
            {"one inverse": mutants["one inverse"]},
            at,
            reach,
        ),
    ]


@measures("matrix_calculus.rayleigh_quotient", route="torch.autograd", needs=("torch",))
def rayleigh_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    a = positive_definite(rng, tier.choose(quick=4, full=9))
    x = rng.standard_normal(len(a))
    found = gradient_by_torch(lambda at: (at @ tensor(a) @ at) / (at @ at), x)
    claim = theory.rayleigh_quotient.claim.claims["gradient"]
    wrong = {"of the numerator": _right_sides(theory.rayleigh_quotient)["of the numerator"]}
    reach = 8 * norms(a) / norms(x)
    return [compared(rng, "gradient, combined", found, claim.rhs, wrong, {A: a, theory.x: x}, reach)]
