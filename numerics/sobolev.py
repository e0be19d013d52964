"""Measurements of Sobolev spaces: FFT, quadrature, automatic differentiation, finite elements, minimization.

Eigenvalues are enclosed from both sides where the elements give such bounds; quadratures of analytic functions carry a
rounding bound of so many units in the last place.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from sympy import Symbol, cos, pi, sin

from ..theory import sobolev as theory
from ..theory.bubbles import cone_power, sharp_constant
from ..theory.sobolev_spaces import sobolev_norm, torus_norm
from ..theory.symbols import reals
from . import poincare
from .measurement import Estimate, Tier, enclosure, measures
from .sobolev_norms import TWO_PI, box_norm, fourier_norm, network_norm, periodic_norm

ROUNDINGS = 512.0
"""Units in the last place for sums of some hundred positive terms of analytic functions, resolved beyond rounding."""


def grid(count: int) -> Any:
    """count equidistant points of (0, 2 pi)."""
    return TWO_PI * np.arange(count) / count


@measures("sobolev.weak_derivative", route="smooth bumps off the centre, paired by adaptive quadrature")
def pairing(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.integrate import quad

    found = []
    for centre in rng.uniform(-0.4, 0.4, tier.choose(quick=3, full=12)):

        def bump(x: float, at: float = centre) -> float:
            z = (x - at) / 0.5
            return math.exp(-1 / (1 - z * z)) if abs(z) < 1 else 0.0

        def slope(x: float, at: float = centre) -> float:
            z = (x - at) / 0.5
            return bump(x, at) * (-2 * z / (1 - z * z) ** 2) / 0.5 if abs(z) < 1 else 0.0

        ends = [(centre - 0.5, 0.0), (0.0, centre + 0.5)]
        pieces = [quad(lambda x: abs(x) * slope(x), *end, epsabs=1e-13, epsrel=1e-13, limit=200) for end in ends]
        masses = [quad(bump, *end, epsabs=1e-13, epsrel=1e-13, limit=200)[0] for end in ends]
        left, error = sum(one[0] for one in pieces), sum(one[1] for one in pieces) + 1e-11
        right = masses[0] - masses[1]  # minus the pairing of the sign with the bump
        mutants = {"sign forgotten": -right, "constant": -masses[0] - masses[1]}
        if abs(right) > 1e-3:
            found.append(Estimate(f"bump about {centre:.3f}", enclosure(left, error=error), right, mutants))
    return found


@measures("sobolev.norm", route="FFT and Gauss-Legendre quadrature of trigonometric polynomials, exact values symbolic")
def norms(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    x, y = reals("x y")
    u = 2 * sin(x) * cos(2 * y) + 1
    box = [(x, 0, 2 * pi), (y, 0, 2 * pi)]
    exact = float(sobolev_norm(u, box, 1, 2))
    a, b = np.meshgrid(grid(16), grid(16), indexing="ij")
    samples = 2 * np.sin(a) * np.cos(2 * b) + 1
    by_quadrature = box_norm(u, box, 1, 2)
    mutants = {"values alone": fourier_norm(samples, 0), "second derivatives too": float(torus_norm(u, [x, y], 2))}
    found = [
        Estimate("FFT, k = 1", enclosure(periodic_norm(samples, 1, 2), ulps=ROUNDINGS), exact, mutants),
        Estimate("quadrature, k = 1", enclosure(by_quadrature.value, ulps=ROUNDINGS), exact, mutants),
        Estimate("Fourier weights, s = 1", enclosure(fourier_norm(samples, 1), ulps=ROUNDINGS), exact, mutants),
    ]
    fourth = float(sobolev_norm(sin(x), [(x, 0, 2 * pi)], 1, 4))
    value = periodic_norm(np.sin(grid(32)), 1, 4)
    plain = float(sobolev_norm(sin(x), [(x, 0, 2 * pi)], 1, 2))
    found.append(Estimate("FFT, p = 4", enclosure(value, ulps=ROUNDINGS), fourth, {"p = 2": plain}))
    return found


@measures(
    "sobolev.norm", route="torch's automatic differentiation of a network of sines", needs=("torch",), name="networks"
)
def networks(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    weights = rng.normal(size=4)

    class Sines(torch.nn.Module):  # type: ignore[misc]
        def forward(self, points: Any) -> Any:
            frequencies = torch.arange(1, 5, dtype=points.dtype)
            return torch.sin(points[:, :1] * frequencies + points[:, 1:]) @ torch.tensor(weights, dtype=points.dtype)

    a, b = np.meshgrid(grid(16), grid(16), indexing="ij")
    samples = sum(w * np.sin((j + 1) * a + b) for j, w in enumerate(weights))
    found = []
    for k in (0, 1, 2, 3):
        # sum of |D^alpha|^2 over |alpha| <= k of the wave (j, 1): powers of the squared frequencies
        sizes = [sum((j * j) ** i for order in range(k + 1) for i in range(order + 1)) for j in range(1, 5)]
        exact = math.sqrt(TWO_PI**2 / 2 * float(np.dot(weights**2, sizes)))
        flat = math.sqrt(TWO_PI**2 / 2 * float(np.sum(weights**2)))
        mutants = {"values alone": flat} if k else {"not rooted": exact**2}
        net = network_norm(Sines(), [(0, TWO_PI), (0, TWO_PI)], k, 2)
        found.append(Estimate(f"network, k = {k}", enclosure(net.value, ulps=ROUNDINGS), exact, mutants))
        found.append(Estimate(f"FFT, k = {k}", enclosure(periodic_norm(samples, k, 2), ulps=ROUNDINGS), exact, mutants))
    return found


@measures("sobolev.fourier_norm", route="FFT of exp(cos x), whose norms are Bessel functions")
def spectral_accuracy(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.special import iv

    found = []
    samples = np.exp(np.cos(grid(48)))
    for s in (-1.0, 0.0, 0.5, 1.0, 2.5):
        # c_n = I_n(1): the sum has converged to double precision by n = 40.
        square = sum((1 + n * n) ** s * float(iv(n, 1)) ** 2 * (1 if n == 0 else 2) for n in range(40))
        exact = math.sqrt(TWO_PI * square)
        low = math.sqrt(TWO_PI * sum(n ** (2 * s) * float(iv(n, 1)) ** 2 * 2 for n in range(1, 40)))
        mutants = {"homogeneous weight": low, "sign of s": math.sqrt(TWO_PI * square * 2)}
        found.append(Estimate(f"s = {s}", enclosure(fourier_norm(samples, s), ulps=ROUNDINGS), exact, mutants))
    return found


@measures("sobolev.dilation", route="Gauss-Legendre quadrature on random boxes of the plane")
def dilated(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    x, y = reals("x y")
    u = sin(x + 2 * y) + 2
    found = []
    for p in (2, 4):
        scale = float(rng.uniform(1.5, 2.5))
        low = rng.uniform(0, 1, 2)
        box = [(x, low[0], low[0] + 1), (y, low[1], low[1] + 0.5)]

        def stretched(by: float, box: Any = box) -> list[Any]:
            return [(v, a * by, b * by) for v, a, b in box]

        moved = box_norm(u.subs({x: scale * x, y: scale * y}, simultaneous=True), box, 0, p).value
        right = scale ** (-2 / p) * box_norm(u, stretched(scale), 0, p).value
        printed = scale ** (-2 / p) * box_norm(u, stretched(1 / scale), 0, p).value
        mutants = {"the inverse domain, as printed": printed, "one dimension": right * scale ** (1 / p)}
        found.append(Estimate(f"p = {p}, lambda = {scale:.3f}", enclosure(moved, ulps=ROUNDINGS), right, mutants))
    return found


def _constants(domain: Any, boundary: Any, tier: Tier, mutants: dict[str, float]) -> Estimate:
    """The known eigenvalue between the bounds of the finest mesh."""
    from .intervals import Interval

    _, lower, upper = poincare.bounds(domain, boundary, tier.choose(quick=4, full=6))
    slack = 1e-9 * upper
    interval = Interval(lower - slack, upper + slack, 0.0, "Crouzeix-Raviart below, linear elements above")
    return Estimate(f"{domain}, {boundary}", interval, poincare.KNOWN[domain, boundary], mutants)


@measures("sobolev.poincare", route="finite elements on the interval, bounds from both sides", needs=("skfem",))
def interval_constant(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    constant = float(theory.poincare_constant(1))
    mutants = {"constant 1/(2 pi)": (2 * math.pi) ** 2, "constant 1/2": 4.0, "no mean": 0.0}
    one = _constants("interval", "neumann", tier, mutants)
    return [Estimate(one.what, one.interval, 1 / constant**2, mutants)]


@measures("sobolev.poincare_on_boxes", route="finite elements on the square, bounds from both sides", needs=("skfem",))
def square_constant(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    mutants = {"as with zero boundary values": 2 * math.pi**2, "by the diagonal": math.pi**2 / 2}
    return [_constants("square", "neumann", tier, mutants)]


@measures(
    "sobolev.sobolev_poincare", route="finite elements on L-shape and disc, values of the books", needs=("skfem",)
)
def plane_constants(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = [_constants("L-shape", "neumann", tier, {"Payne and Weinberger's, for convex sets": math.pi**2 / 8})]
    found.append(_constants("L-shape", "dirichlet", tier, {"of the square": math.pi**2 / 2}))
    disc = poincare.poincare_constant("disc", refinements=tier.choose(quick=4, full=6))
    # Inscribed polygons: Richardson's limit, with four times its last change.
    estimate = enclosure(disc.extrapolated, error=4 * disc.moved, method="extrapolation")
    found.append(Estimate("disc, neumann", estimate, disc.known, {"zero boundary values": 2.404825557695773**2}))
    return found


@measures(
    "sobolev.singular_values", route="generalized eigenvalues of periodic linear elements, bounds from both sides"
)
def embedding_decay(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.linalg import eigh

    from .intervals import Interval

    count = tier.choose(quick=160, full=480)
    h = TWO_PI / count
    shift = np.roll(np.eye(count), 1, axis=1)
    stiffness = (2 * np.eye(count) - shift - shift.T) / h
    weight = h / 6 * (4 * np.eye(count) + shift + shift.T)
    values = np.maximum(eigh(stiffness, weight, eigvals_only=True), 0.0)
    found = []
    for j in (1, 2, 4, 8):
        # linear elements are above the frequencies' squares, and below after the correction by (h/pi)^2
        upper = float(values[2 * j - 1])
        lower = upper / (1 + (h / math.pi) ** 2 * upper)
        ends = 1 / math.sqrt(1 + upper) * (1 - 1e-9), 1 / math.sqrt(1 + lower) * (1 + 1e-9)
        mutants = {"no decay": 1.0, "s = 2": 1 / (1 + j * j), "homogeneous": 1 / j}
        found.append(
            Estimate(f"singular value {2 * j}", Interval(*ends, 0.0, "finite elements"), (1 + j * j) ** -0.5, mutants)
        )
    return found


@measures("sobolev.extremals", route="adaptive quadrature of bubbles over the half-line")
def bubble_quotient(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for n in (3, 4, 5, 6):
        quotient, error = radial_quotient(lambda r, n=n: (1 + r * r) ** (1 - n / 2), n)
        mutants = {"of the next dimension": float(sharp_constant(n + 1)), "two per cent more": 1.02 * quotient}
        found.append(Estimate(f"n = {n}", enclosure(quotient, error=error), float(sharp_constant(n)), mutants))
    return found


def radial_quotient(profile: Any, n: int, reach: float = math.inf) -> tuple[float, float]:
    """(|grad u|_2^2 / |u|_{2n/(n-2)}^2, its error) of a radial function on R^n by quadrature, slopes by complex
    steps; what lies beyond `reach` is left out."""
    from scipy.integrate import quad
    from scipy.special import gamma

    area, q = 2 * math.pi ** (n / 2) / gamma(n / 2), 2 * n / (n - 2)

    def slope(r: float) -> float:
        return float((profile(r + 1e-30j) / 1e-30).imag)

    halves = [(0, 1), (1, reach)]
    tight = {"epsabs": 1e-13, "epsrel": 1e-12, "limit": 200}
    energy = [quad(lambda r: r ** (n - 1) * slope(r) ** 2, *half, **tight) for half in halves]
    mass = [quad(lambda r: r ** (n - 1) * abs(profile(r)) ** q, *half, **tight) for half in halves]
    e, m = area * sum(one[0] for one in energy), area * sum(one[0] for one in mass)
    off = sum(one[1] for one in energy) * area / e + sum(one[1] for one in mass) * area / m
    return e / m ** (2 / q), (off + 1e-12) * e / m ** (2 / q)


@measures(
    "sobolev.sharp_inequality", route="quotients of other radial functions, and the best of a family by minimization"
)
def quotients(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.optimize import minimize_scalar

    found = []
    least = float(sharp_constant(3))
    rivals = {
        "Gaussian": lambda r: np.exp(-r * r / 2),
        "exponential": lambda r: np.exp(-r),
        "hyperbolic secant": lambda r: 1 / np.cosh(r),
    }
    for name, profile in rivals.items():
        quotient, error = radial_quotient(profile, 3, reach=30.0 if name == "Gaussian" else 60.0)
        mutants = {"twice the constant": 2 * least, "of dimension 4": float(sharp_constant(4))}
        mutants = {key: value for key, value in mutants.items() if value > quotient + error}
        found.append(Estimate(name, enclosure(quotient, error=error), least, mutants, relation=">="))
    # The powers (1 + r^2)^(-g): least at g = 1/2, where the quotient is the constant.
    best = minimize_scalar(
        lambda g: radial_quotient(lambda r: (1 + r * r) ** (-g), 3)[0], bounds=(0.35, 0.9), method="bounded"
    )
    # At a minimum f = least + c (g - 1/2)^2 with c > least/10, so an excess of e puts g within sqrt(10 e/least).
    excess = abs(float(best.fun) - least) + 1e-9
    place = enclosure(float(best.x), error=math.sqrt(10 * excess / least), method="minimization")
    found.append(Estimate("the best power", place, 0.5, {"of dimension 4": 1.0, "a Gaussian-like one": 0.75}))
    return found


@measures("sobolev.compactness", route="quadrature of cones on grids that resolve them")
def concentrating(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    epsilon = Symbol("epsilon", positive=True)
    x, w = np.polynomial.legendre.leggauss(24)
    for scale in (1.0, 0.1, 0.001):
        r, weight = scale / 2 * (x + 1), scale / 2 * w
        u = scale**-0.5 * (1 - r / scale)
        for q in (2, 4, 6):
            value = float(np.sum(weight * 4 * math.pi * r**2 * u**q))
            exact = float(cone_power(q, epsilon).subs(epsilon, scale))
            mutants = {"factor 2": 2 * exact}
            if q == 6 and scale < 1:
                mutants["vanishing as in L^4"] = float(cone_power(4, epsilon).subs(epsilon, scale))
            found.append(Estimate(f"L^{q}, epsilon = {scale}", enclosure(value, ulps=ROUNDINGS), exact, mutants))
    return found


@measures("sobolev.weak_is_not_strong", route="trapezoidal and Fourier-weighted quadrature of cos(kx)")
def weakly(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.integrate import quad

    found = []
    squares: Any = theory.weak_is_not_strong.claim.claims["squared norm of the gradients"]
    pairing_of: Any = theory.weak_is_not_strong.claim.claims["pairing of the gradients"]
    symbols = {str(s): s for s in pairing_of.rhs.free_symbols}
    for k in (3, 30, 301):
        points = np.pi * (np.arange(4 * k) + 0.5) / (4 * k)
        norm = float(np.sum(np.cos(k * points) ** 2) * np.pi / (4 * k))
        found.append(
            Estimate(f"squared norm, k = {k}", enclosure(norm, ulps=ROUNDINGS), float(squares.rhs), {"zero": 0.0})
        )
        value, error = quad(lambda x: 1 + 2 * x - x * x, 0, np.pi, weight="cos", wvar=k)
        at = {symbols["k"]: k, symbols["c0"]: 1, symbols["c1"]: 2, symbols["c2"]: -1}
        exact = float(pairing_of.rhs.subs(at).evalf(30))
        mutants = {"no cancellation": float(squares.rhs), "half": exact / 2}
        found.append(Estimate(f"pairing, k = {k}", enclosure(value, error=error + 1e-13), exact, mutants))
    return found
