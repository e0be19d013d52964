"""Two models whose evidence is known: a finite latent space, and the linear Gaussian model; and what measures them.

The finite model has four latent states, so every expectation is a short sum (`theory.measures.on_atoms`) and every log
weight is bounded.  In the linear Gaussian model log weights are quadratic in a normal draw; their variances, which
Catoni's interval asks for, come from Gauss-Hermite quadrature, exact for polynomials of degree below 80.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sympy import Expr, Symbol, lambdify

from ..theory import vae as theory
from ..theory.measures import atom_values, on_atoms, pointwise_symbols
from .betting import bounded_mean
from .intervals import Array, Interval, catoni_mean
from .measurement import ALPHA_PER_TEST, enclosure

EPSILON = 2.0**-52

# The finite model: four latent states, the likelihood of one datum in each, and a variational posterior.
WEIGHTS = {
    theory.q: np.array([0.9, 0.06, 0.03, 0.01]),
    theory.prior: np.array([0.1, 0.2, 0.3, 0.4]),
    theory.lik: np.array([0.9, 0.5, 0.3, 0.1]),
}
LOG_WEIGHTS = np.log(WEIGHTS[theory.prior] * WEIGHTS[theory.lik] / WEIGHTS[theory.q])

# The linear Gaussian model: loading, offset, noise, datum; and the variational mean and standard deviation.
GAUSS = {theory.w: 0.8, theory.b: 0.3, theory.s: 0.7, theory.x: 1.4, theory.mu: 0.2, theory.sigma: 0.8}
LOADING, OFFSET, NOISE, DATUM, MEAN, SCALE = GAUSS.values()


def value(expr: Expr, at: Mapping[Symbol, float]) -> float:
    """The expression at a point, in double precision."""
    return float(lambdify(list(at), expr, "numpy", dummify=True)(*at.values()))


def on_states(expr: Expr) -> float:
    """An expression on integrals, on the four states of the finite model."""
    at = {
        symbol: float(number)
        for pointwise in pointwise_symbols(expr)
        for symbol, number in zip(_free(pointwise), WEIGHTS[pointwise], strict=True)
    }
    return value(on_atoms(expr, 4), at)


def _free(pointwise: Any) -> list[Symbol]:
    """The free symbols of a pointwise quantity on the four states, in order."""
    return [next(iter(one.as_numer_denom()[0].free_symbols)) for one in atom_values(pointwise, 4)]


def bounded(sample: Array, low: float, high: float) -> Interval:
    """The interval for the mean of draws between two numbers, up to rounding at the ends."""
    slack = 1e-9 * (1 + abs(low) + abs(high))
    return bounded_mean(sample, low - slack, high + slack, ALPHA_PER_TEST)


def normal_moments(f: Callable[[Array], Array]) -> tuple[float, float]:
    """Mean and variance of f(eps) for standard normal eps, by Gauss-Hermite quadrature with forty nodes."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / math.sqrt(2 * math.pi)
    mean = float(weights @ f(nodes))
    return mean, float(weights @ (f(nodes) - mean) ** 2)


def normal_mean(rng: np.random.Generator, draws: int, f: Callable[[Array], Array]) -> Interval:
    """Catoni's interval for E f(eps), eps standard normal; the variance from quadrature, rounded up."""
    variance = normal_moments(f)[1] * (1 + 1e-9)
    return catoni_mean(f(rng.standard_normal(draws)), variance, ALPHA_PER_TEST)


def log_normal(x: Array | float, mean: Array | float, scale: float) -> Array:
    """The log-density of a normal law, written apart from the theory room."""
    return np.asarray(-0.5 * ((x - mean) / scale) ** 2 - math.log(scale) - 0.5 * math.log(2 * math.pi))


def log_joint(z: Array | float) -> Array:
    """log p(x, z) of the linear Gaussian model at its datum."""
    return log_normal(DATUM, LOADING * z + OFFSET, NOISE) + log_normal(z, 0.0, 1.0)


def log_weight(eps: Array) -> Array:
    """log p(x, z) - log q(z) at z = mean + scale eps."""
    z = MEAN + SCALE * eps
    return log_joint(z) - log_normal(z, MEAN, SCALE)


def integral_of(f: Callable[[float], float]) -> Interval:
    """The integral over the real line by QUADPACK, with its error estimate and the rounding of its sums."""
    from scipy.integrate import quad

    found, error = quad(f, -14.0, 14.0, epsabs=1e-14, epsrel=1e-13, limit=200, points=[-1.0, 0.0, 1.0])
    return enclosure(found, error=error + 64 * EPSILON * abs(found), method="adaptive Gauss-Kronrod quadrature")


def exact(found: float, *terms: float, operations: int = 16) -> Interval:
    """The enclosure of a floating-point sum of the given terms, each correct to that many roundings."""
    size = sum(abs(term) for term in (found, *terms))
    return enclosure(found, error=operations * EPSILON * size, method=f"{operations} roundings a term")
