"""Measurements of the topic matrix_calculus, limits: fractions, complex steps, coordinates."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import MatrixSymbol, lambdify

from ..theory import matrix_calculus as theory
from ..theory import variations
from ..theory.matrix_calculus import gradient
from .matrix_expressions import (
    ROUNDOFF,
    compared,
    evaluated,
    gradient_by_torch,
    norms,
)
from .measurement import Estimate, Tier, enclosure, measures

A, X, H = theory.A, theory.X, theory.H


def _fractions(rng: np.random.Generator, *shape: int) -> Any:
    """Matrices of fractions."""
    whole = rng.integers(-9, 10, shape)
    return np.vectorize(lambda entry: Fraction(int(entry), 7), otypes=[object])(whole)


@measures("matrix_calculus.frechet_derivative", route="exact fractions along a ray, steps of 1/2 to 1/2^20")
def remainder_in_fractions(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    a, x, h = _fractions(rng, 3, 4, 4)

    def f(at: Any) -> Any:
        return (at.T @ a @ at).trace()

    linear = (h.T @ (a + a.T) @ x).trace()
    names = (variations.A, variations.X, variations.H)
    at = dict(zip(names, (one.astype(float) for one in (a, x, h)), strict=True))
    second = float((h.T @ a @ h).trace())
    slopes = evaluated(gradient(variations.quadratic(variations.X), variations.X), at)
    engine = float(slopes.ravel() @ at[variations.H].ravel())
    found = []
    for power in (1, 10, 20):
        step = Fraction(1, 2**power)
        rest = (f(x + step * h) - f(x) - step * linear) / step**2
        found.append(
            Estimate(
                f"remainder over the squared step, at 2^-{power}",
                enclosure(float(rest), ulps=1),
                second,
                {"half the linear part": second + float(linear / 2 / step), "third order": 0.0},
            )
        )
    error = 400 * ROUNDOFF * norms(*at.values(), at[variations.H], at[variations.X])
    found.append(Estimate("the linear part", enclosure(float(linear), error=error), engine, {"half": engine / 2}))
    return found


@measures("matrix_calculus.covariant_derivative", route="Christoffel symbols in spherical coordinates, complex steps")
def christoffel(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    a, direction = rng.standard_normal((2, 3))
    theta, phi = rng.uniform(0.8, 2.3), rng.uniform(0, 6)

    def frame(t: Any, p: Any) -> tuple[Any, Any, Any]:
        x = np.array([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)])
        by_t = np.array([np.cos(t) * np.cos(p), np.cos(t) * np.sin(p), -np.sin(t)])
        by_p = np.array([-np.sin(t) * np.sin(p), np.sin(t) * np.cos(p), 0 * t])
        return x, by_t, by_p

    def components(t: Any, p: Any) -> Any:
        """Those of the projection of a."""
        _, by_t, by_p = frame(t, p)
        return np.array([by_t @ a, by_p @ a / np.sin(t) ** 2])

    x, by_t, by_p = frame(theta, phi)
    w = np.array([by_t @ direction, by_p @ direction / math.sin(theta) ** 2])
    steps = (components(theta + 1e-30j, phi).imag / 1e-30, components(theta, phi + 1e-30j).imag / 1e-30)
    y, moved = components(theta, phi), w[0] * steps[0] + w[1] * steps[1]
    moved[0] -= math.sin(theta) * math.cos(theta) * w[1] * y[1]
    moved[1] += (w[0] * y[1] + w[1] * y[0]) / math.tan(theta)
    found = moved[0] * by_t + moved[1] * by_p
    claim = theory.covariant_derivative.claim.claims["value"]
    at = {variations.x: x, variations.a: a, variations.h: direction}
    wrong = {
        "not projected, as printed in 711": theory.covariant_derivative.theorem.mutants["not projected"].lhs,  # type: ignore[attr-defined]
        "flat": 0 * claim.rhs,
    }
    reach = 64 * norms(a, direction) / math.sin(theta) ** 4
    return [compared(rng, "covariant derivative on the sphere, combined", found, claim.rhs, wrong, at, reach)]


@measures("matrix_calculus.directional_variation", route="complex steps", name="variation_by_complex_steps")
def variation(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    x, h = rng.uniform(0.3, 2, (2, tier.choose(quick=20, full=200)))
    right = theory.directional_variation.claim.properties(theory.directional_variation.claim.value)["quotient"].value
    moved = (1 / (1 + (x + 1e-40j * h) ** 2)).imag / 1e-40
    expected = lambdify([variations.point, variations.step], right, "math", dummify=True)
    terms = [expected(one, two) for one, two in zip(x, h, strict=True)]
    predicted = math.fsum(terms)
    error = (len(x) + 16) * ROUNDOFF * math.fsum(map(abs, terms))
    interval = enclosure(float(moved.sum()), error=2 * error, method="complex step, rounding bound")
    return [Estimate("sum of variations", interval, predicted, {"backwards": -predicted, "both sides": 2 * predicted})]


@measures("matrix_calculus.variation_that_is_not_linear", route="difference quotients in exact fractions")
def not_additive(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    def quotient(p: int, q: int) -> Fraction:
        step = Fraction(1, 2**30)
        x, y = step * p, step * q
        return x**3 / (x**2 + y**2) / step

    p, q = (int(one) for one in rng.integers(1, 9, 2))
    found = enclosure(float(quotient(p, q)), ulps=1)
    sums = float(quotient(p, 0) + quotient(0, q))
    expr = theory.variation_that_is_not_linear.claim.claims["along (p, q)"].value
    at = {one: {"p": p, "q": q}[one.name] for one in expr.free_symbols}
    return [Estimate(f"variation along ({p}, {q})", found, float(expr.subs(at)), {"sum of those along the axes": sums})]


@measures("matrix_calculus.euler_lagrange", route="torch.autograd of an action on a grid, quadrature", needs=("torch",))
def action_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    size = tier.choose(quick=6, full=12)
    x = rng.standard_normal(size)
    differences = size * (np.eye(size)[1:] - np.eye(size)[:-1])
    found = gradient_by_torch(lambda at: (torch.diff(at) * size).pow(4).sum() / 4 + at.pow(3).sum() / 3, x)
    D, point = MatrixSymbol("D", size - 1, size), MatrixSymbol("x", size, 1)
    strain = (D * point).applyfunc(lambda t: t**3)
    right = D.T * strain + point.applyfunc(lambda t: t**2)
    wrong = {"sign of the divergence": -D.T * strain + point.applyfunc(lambda t: t**2), "gradient forgotten": point}
    reach = norms(differences) * norms(differences @ x) ** 3 + norms(x) ** 2
    nodes, weights = np.polynomial.legendre.leggauss(6)
    u = (nodes + 1) / 2
    slope = float((weights / 2 * 2 * u * (1 - 2 * u)).sum())
    return [
        compared(rng, "gradient of the action, combined", found, right, wrong, {D: differences, point: x}, reach),
        Estimate(
            "first variation at the parabola",
            enclosure(slope, error=64 * ROUNDOFF, method="Gauss quadrature, exact up to rounding"),
            -1 / 3,
            {"stationary, as 713 implies": 0.0, "sign": 1 / 3},
        ),
    ]
