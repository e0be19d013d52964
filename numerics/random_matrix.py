"""Measurements of the topic random_matrix: quadrature, contour integrals, root finding and sampled matrices.

Deterministic routes carry the rounding they are right to, or a bound on their discretization; draws carry intervals.
The tools are in `marchenko_pastur`, `spectrum_fit`, `tracy_widom`, `wishart` and `digits_spectra`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from ..theory import marchenko_pastur as law
from .distances import kolmogorov_distance
from .intervals import Array, Interval, empirical_bernstein_mean, proportion
from .marchenko_pastur import MarchenkoPastur, semicircle_cdf, semicircle_pdf
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures
from .spectrum_fit import fit
from .tracy_widom import TracyWidom
from .wishart import largest_eigenvalue, wishart_spectrum

RATIOS = (0.3, 4.0)
SMALL = 1e-11


def quadrature(function: Callable[[Array], Array], low: float, high: float, nodes: int = 200) -> float:
    """The integral of a function with square-root ends, by Gauss-Legendre in the angle."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    angle = math.pi * (x + 1) / 2
    points = low + (high - low) * np.sin(angle / 2) ** 2
    return float((w * math.pi / 2 * (high - low) / 2 * np.sin(angle) * function(points)).sum())


def _value(expr: Any, **at: float) -> float:
    return float(expr.subs({symbol: at[symbol.name] for symbol in expr.free_symbols}))


def _about(value: float, error: float = SMALL, method: str = "quadrature") -> Interval:
    return enclosure(value, error=error, method=method)


@measures("random_matrix.stieltjes_inversion", route="roots of the quadratic by the companion matrix")
def roots(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for ratio in RATIOS:
        low, high = MarchenkoPastur(ratio).support
        at = float(rng.uniform(low + 0.1, high - 0.1))
        height = float(np.roots([ratio * at, at + ratio - 1, 1.0]).imag.max()) / math.pi
        said = _value(law.density(law.level, law.r), r=math.sqrt(ratio), **{"lambda": at})
        mutants = {"without the ratio": said * ratio, "without pi": said * math.pi}
        found.append(Estimate(f"density at {at:.3f}, q = {ratio}", _about(height, method="roots"), said, mutants))
    return found


@measures("random_matrix.distribution_function", route="quadrature of the density")
def masses(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for ratio in RATIOS:
        model = MarchenkoPastur(ratio)
        low, high = model.support
        tangent = float(rng.uniform(0.4, 2))
        at = low + (high - low) * tangent**2 / (1 + tangent**2)
        root, x = math.sqrt(ratio), np.polynomial.legendre.leggauss(100)
        points = low + (at - low) * ((x[0] + 1) / 2) ** 2
        mass = float((x[1] * (at - low) * (x[0] + 1) / 2 * model.pdf(points)).sum())
        closed = law.distribution(law.r, law.q, law.t)
        said = _value(closed, r=root, q=abs(1 - root), t=tangent)
        straight = _value(closed, r=root, q=1 + root, t=tangent)
        found.append(Estimate(f"mass below {at:.3f}, q = {ratio}", _about(mass), said, {"no gap": straight}))
    return found


@measures(
    "random_matrix.distribution_function", route="Monte Carlo p-values of Wishart spectra", name="uniform_p_values"
)
def uniform_p_values(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    trials, level = tier.choose(quick=300, full=2000), 0.2
    small = 0
    for _ in range(trials):
        p_value = fit(wishart_spectrum(20, 40, rng), 40, alpha=1e-4, simulations=9, rng=rng).p_value
        assert p_value is not None
        small += p_value <= level + 1e-12
    mutants = {"independent eigenvalues": 0.0, "every other fit rejected": 0.5}
    what = "P(p-value of the fit <= 0.2)"
    return [Estimate(what, proportion(small, trials, ALPHA_PER_TEST), level, mutants)]


@measures("random_matrix.total_mass", route="quadrature of the printed density, and ranks of sampled matrices")
def printed_density(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for ratio in RATIOS:
        model = MarchenkoPastur(ratio)
        mass = quadrature(model.pdf, *model.support)
        found.append(Estimate(f"mass, q = {ratio}", _about(mass), min(1, 1 / ratio), {"ratio": ratio}))
    features, samples = 40, 10
    x = rng.normal(size=(features, samples))
    zeros = features - int(np.linalg.matrix_rank(x @ x.T))
    exact = enclosure(zeros / features, error=0.0, method="rank")
    found.append(Estimate("share of zeros, q = 4", exact, 1 - 1 / 4, {"as printed": 0.0}))
    return found


def _resolvent(model: MarchenkoPastur, z: float, x: Array) -> Array:
    return np.asarray(model.pdf(x) / (x - z))


@measures("random_matrix.stieltjes_transform", route="quadrature of 1/(lambda - z)")
def transforms(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for ratio in RATIOS:
        model, z = MarchenkoPastur(ratio), -float(rng.uniform(0.3, 2))
        continuous = quadrature(partial(_resolvent, model, z), *model.support)
        said = float(np.roots([ratio * z, z + ratio - 1, 1.0]).real.max())
        mutants = {"without the continuous part": model.atom / -z, "other root": 1 / (ratio * z * said)}
        found.append(Estimate(f"transform at {z:.3f}", _about(continuous + model.atom / -z), said, mutants))
    return found


@measures("random_matrix.scale_parameter", route="quadrature of the scaled density")
def scaled_mean(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    scale = float(rng.uniform(2, 3))
    low, high = (scale * (1 + sign * 0.5) ** 2 for sign in (-1, 1))

    def weighted(x: Array) -> Array:
        return x * np.sqrt(np.maximum((high - x) * (x - low), 0)) / (2 * np.pi * x * scale * 0.25)

    return [Estimate("mean", _about(quadrature(weighted, low, high)), scale, {"deviation": math.sqrt(scale)})]


@measures("random_matrix.scale_parameter", route="chi-squared intervals of sampled spectra", name="scale_coverage")
def scale_coverage(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    trials, alpha = tier.choose(quick=300, full=5000), 0.2
    missed = sum(
        not fit(2 * wishart_spectrum(20, 40, rng), 40, alpha=alpha, simulations=0).scale.interval.contains(2.0)
        for _ in range(trials)
    )
    mutants = {"columns counted alone": 0.0, "half of it": 0.5}
    # Where a false spike is called (at most alpha of the spectra) the interval moves a little; it need not miss.
    return [Estimate("P(interval misses the scale)", proportion(missed, trials, ALPHA_PER_TEST), alpha, mutants)]


@measures("random_matrix.transposition", route="both Gram matrices of a sampled matrix")
def transposed(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    x, z = rng.normal(size=(8, 5)), -0.7
    tall, wide = np.linalg.eigvalsh(x @ x.T / 5), np.linalg.eigvalsh(x.T @ x / 5)
    shared = float((1 / (wide - z)).mean())
    said = 8 / 5 * float((1 / (tall - z)).mean()) - (1 - 8 / 5) / z
    mutants = {"atom's sign": said + 2 * (1 - 8 / 5) / z}
    return [Estimate("transform of the transpose", _about(shared, method="eigenvalues"), said, mutants)]


@measures("random_matrix.semicircle_moments", route="Gauss-Chebyshev quadrature of the second kind")
def semicircle_moments(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    angles = np.arange(1, 12) * math.pi / 12
    weights = np.sin(angles) ** 2 / 6
    found = []
    for k in (2, 3, 4, 6):
        said = float(law.catalan(k // 2)) if k % 2 == 0 else 0.0
        value = float((weights * (2 * np.cos(angles)) ** k).sum())
        found.append(Estimate(f"moment {k}", _about(value), said, {"one more": said + 1}))
    return found


@measures("random_matrix.narayana_moments", route="Gauss-Chebyshev quadrature in the angle")
def narayana(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    angles = np.arange(1, 24) * math.pi / 24
    found = []
    for ratio in RATIOS:
        points = 1 + ratio - 2 * math.sqrt(ratio) * np.cos(angles)
        for k in (2, 4):
            value = float((np.sin(angles) ** 2 / 12 * points ** (k - 1)).sum())
            said = _value(law.narayana(k), q=ratio)
            found.append(Estimate(f"moment {k}", _about(value), said, {"Catalan": float(law.catalan(k))}))
    return found


@measures("random_matrix.moments_from_the_equation", route="contour integral of the root of the quadratic")
def contour(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for ratio in RATIOS:
        model, turns = MarchenkoPastur(ratio), np.exp(2j * np.pi * np.arange(256) / 256)
        z = 2 * model.support[1] * turns
        for k in (1, 3, 6):
            value = -(z ** (k + 1) * model.stieltjes(z)).mean().real
            said = _value(law.recursive_moments(k)[k], q=ratio)
            error = 1e-13 * float(np.abs(z[0]) ** k)
            found.append(Estimate(f"moment {k}", _about(value, error, "contour"), said, {"next": said * (1 + ratio)}))
    return found


def _partitions(k: int) -> Iterator[tuple[int, ...]]:
    """Set partitions as restricted growth strings."""
    strings: list[tuple[int, ...]] = [(0,)]
    for _ in range(k - 1):
        strings = [(*one, block) for one in strings for block in range(max(one) + 2)]
    yield from strings


def _crosses(blocks: tuple[int, ...]) -> bool:
    return any(blocks[a] == blocks[c] != blocks[b] == blocks[d] for a, b, c, d in combinations(range(len(blocks)), 4))


@measures("random_matrix.counted_moments", route="set partitions without crossings, enumerated")
def partitions(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for k in (4, 6):
        sizes = [max(one) + 1 for one in _partitions(k) if not _crosses(one)]
        for j in (1, 2):
            said = float(law.narayana(k).coeff(law.q, j))
            counted = enclosure(sizes.count(k - j), error=0.0, method="enumeration")
            mutants = {"crossings allowed": float([max(one) + 1 for one in _partitions(k)].count(k - j))}
            found.append(Estimate(f"k = {k}, {k - j} blocks", counted, said, mutants if j == 2 else {}))
    return found


@measures("random_matrix.universality_of_moments", route="sampled traces of signs and uniform entries")
def traces(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    d, n, trials = 3, 4, tier.choose(quick=20_000, full=200_000)
    uniform = rng.uniform(-math.sqrt(3), math.sqrt(3), size=(trials, d, n))
    found = []
    for name, x, fourth, largest in (
        ("signs", rng.choice([-1.0, 1.0], size=(trials, d, n)), 1.0, (d * n) ** 2),
        ("uniform", uniform, 9 / 5, 9 * (d * n) ** 2),
    ):
        gram = x @ x.transpose(0, 2, 1)
        mean = empirical_bernstein_mean((gram**2).sum(axis=(1, 2)), 0, largest, ALPHA_PER_TEST)
        said = d * n * (d + n - 2 + fourth)
        found.append(Estimate(name, mean, said, {"normal fourth moment": d * n * (d + n + 1)}))
    return found


@measures("random_matrix.edge_scaling", route="largest eigenvalues of bidiagonal models against Tracy-Widom's law")
def largest(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    d, n, draws = 100, 200, tier.choose(quick=2000, full=40_000)
    p, m = math.sqrt(d - 0.5), math.sqrt(n - 0.5)
    centre, unit = (p + m) ** 2, (p + m) * (1 / p + 1 / m) ** (1 / 3)
    shown = np.array([(largest_eigenvalue(d, n, rng) * n - centre) / unit for _ in range(draws)])
    own, other = TracyWidom(1), TracyWidom(2)
    grid = np.linspace(-6, 4, 2001)
    mutants = {
        "beta = 2": float(np.abs(own.cdf(grid) - other.cdf(grid)).max()),
        "half the unit": float(np.abs(own.cdf(grid) - own.cdf(grid / 2)).max()),
        "edge not reached": float(own.sf(np.array(0.0))),
    }
    distance = kolmogorov_distance(shown, own.cdf, ALPHA_PER_TEST)
    return [Estimate("distance from Tracy-Widom's law, n = 200", distance, 0.0, mutants)]


@measures("random_matrix.edge_scaling", route="spike tests of spectra without spikes", name="false_spikes")
def false_spikes(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    trials, alpha = tier.choose(quick=250, full=4000), 0.1
    called = sum(
        bool(fit(wishart_spectrum(50, 100, rng), 100, alpha=alpha, simulations=0).spikes) for _ in range(trials)
    )
    complex_law = float(TracyWidom(1).sf(TracyWidom(2).quantile(1 - alpha)))
    mutants = {"level of beta = 2": complex_law, "edge without fluctuations": float(TracyWidom(1).sf(0.0))}
    mutants = {name: value for name, value in mutants.items() if value > 2.2 * alpha}
    mutants["half of the spectra"] = 0.5
    return [Estimate("P(any spike is called)", proportion(called, trials, ALPHA_PER_TEST), alpha, mutants)]


@measures("random_matrix.semicircle_law", route="quadrature of the semicircle, and small ratios")
def half_circle(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    at = float(rng.uniform(-1, 1))
    x, w = np.polynomial.legendre.leggauss(80)
    points = -2 + (at + 2) * ((x + 1) / 2) ** 2
    mass = float((w * (at + 2) * (x + 1) / 2 * semicircle_pdf(points)).sum())
    said = float(semicircle_cdf(at))
    mutants = {"arc alone": 0.5 + math.asin(at / 2) / math.pi + 0.1}
    ratio = 1e-6
    centred = float(MarchenkoPastur(ratio).cdf(1 + math.sqrt(ratio) * at))
    near = enclosure(centred, error=2 * math.sqrt(ratio), method="ratio 1e-6, error 2 sqrt q")
    return [
        Estimate(f"mass below {at:.3f}", _about(mass), said, mutants),
        Estimate("centred law of ratio 1e-6", near, said, mutants),
    ]


@measures("random_matrix.secular_equation", route="eigenvalues of a spiked sample covariance matrix")
def secular(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    d, n, excess = 6, 9, 3.0
    x = rng.normal(size=(d, n))
    values, vectors = np.linalg.eigh(x @ x.T / n)
    along = rng.normal(size=d)
    along /= np.linalg.norm(along)
    root = np.eye(d) + (math.sqrt(1 + excess) - 1) * np.outer(along, along)
    z = float(np.linalg.eigvalsh(root @ (x @ x.T / n) @ root)[-1])
    found = float((((vectors.T @ along) ** 2) / (values - z)).sum())
    said = -(1 + excess) / (excess * z)
    return [Estimate("sum over the noise", _about(found, method="eigenvalues"), said, {"spike alone": -1 / excess / z})]


def _outlier(points: Array, target: Callable[[float], float], high: float) -> Interval:
    """Where the mean of 1/(z - lambda) meets the target beyond the points, within the error of the midpoint rule."""
    from scipy.optimize import brentq

    edge = float(points[-1])

    def at(shift: float) -> float:
        def gap(z: float) -> float:
            # A mean over quantiles misses the integral of a monotone function by its variation over their number.
            spread = (1 / (z - edge) - 1 / (z - points[0])) / points.size
            return float((1 / (z - points)).mean() + shift * spread - target(z))

        return float(brentq(gap, edge + 0.05, high))

    low, high_end = sorted((at(-1.0), at(1.0)))
    return Interval(low, high_end, 0.0, "secular equation over quantiles", points.size)


@measures("random_matrix.spike_transition", route="roots of the secular equation over the law's quantiles")
def spikes(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    ratio, excess = 0.5, float(rng.uniform(2, 3))
    size = tier.choose(quick=4000, full=40_000)
    points = MarchenkoPastur(ratio).quantile((np.arange(size) + 0.5) / size)
    found = _outlier(points, lambda z: (1 + excess) / (excess * z), 20.0)
    said = _value(law.spiked_edge(law.spike, law.q), delta=excess, q=ratio)
    mutants = {"population value": 1 + excess, "ratio doubled": (1 + excess) * (1 + 2 * ratio / excess)}
    return [Estimate(f"outlier of 1 + {excess:.3f}", found, said, mutants)]


@measures("random_matrix.spiked_wigner", route="roots of the secular equation over the semicircle's quantiles")
def wigner_spikes(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    theta, size = float(rng.uniform(1.7, 2.5)), tier.choose(quick=4000, full=40_000)
    # The semicircle is the law of ratio q -> 0; its own quantiles come from the table of its distribution function.
    grid = 2 * np.sin(np.linspace(-math.pi / 2, math.pi / 2, 40_001))
    points = np.interp((np.arange(size) + 0.5) / size, semicircle_cdf(grid), grid)
    found = _outlier(points, lambda z: 1 / theta, 20.0)
    return [Estimate(f"outlier of {theta:.3f}", found, theta + 1 / theta, {"theta itself": theta + 0.01})]
