"""Measurements of random estimates: traces, quadratures and counts of eigenvalues, and how often intervals hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .hessian import close, quadratic
from .hessian_products import SymmetricOperator, of_matrix
from .hessian_spectra import TraceEstimate, hutch_plus_plus, hutchinson, lanczos, lanczos_sample
from .intervals import Array, Interval, empirical_bernstein_mean, proportion
from .measurement import ALPHA_PER_TEST, Estimate, Tier, measures


def known_operator(rng: np.random.Generator, size: int = 60) -> tuple[SymmetricOperator, Array]:
    """A matrix like a network's Hessian: a bulk about zero and outliers; with its eigenvalues."""
    values = np.sort(np.concatenate([0.1 * rng.normal(size=size - 5), [1.0, 1.5, 2.0, 4.0, 8.0]]))
    return of_matrix(quadratic(rng, values)[0]), values


@measures("hessian.hutchinson_trace", route="sign vectors on a matrix with a known trace")
def traces(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    operator, values = known_operator(rng, 20)
    matrix = operator.dense()
    z = 2.0 * rng.integers(0, 2, (20, tier.choose(quick=200_000, full=2_000_000))) - 1
    forms = np.einsum("ij,ij->j", z, matrix @ z)
    trace, off = float(values.sum()), matrix - np.diag(np.diag(matrix))
    bound = float(np.abs(matrix).sum())
    spread = 2 * float((off**2).sum())
    squares = np.minimum((forms - trace) ** 2, bound**2)
    return [
        Estimate("mean", empirical_bernstein_mean(forms, -bound, bound, ALPHA_PER_TEST), trace, {"twice": 2 * trace}),
        Estimate(
            "variance",
            empirical_bernstein_mean(squares, 0, bound**2, ALPHA_PER_TEST),
            spread,
            {"no factor 2": spread / 2, "with the diagonal": 2 * float((matrix**2).sum())},
        ),
    ]


def coverage(estimate: Callable[[], TraceEstimate], truth: float, runs: int) -> Interval:
    """How often the interval of an estimate holds the truth, as a proportion with exact limits."""
    hits = sum(estimate().interval.contains(truth) for _ in range(runs))
    return proportion(hits, runs, ALPHA_PER_TEST)


@measures("hessian.hutchinson_trace", route="how often 95 % intervals hold the trace", name="coverage")
def hutchinson_coverage(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    operator, values = known_operator(rng)
    runs = tier.choose(quick=3000, full=30_000)
    held = coverage(lambda: hutchinson(operator, 40, rng), float(values.sum()), runs)
    return _within_two_points("Hutchinson, 40 probes", held)


def _within_two_points(what: str, held: Interval) -> list[Estimate]:
    return [
        Estimate(f"{what}, at least", held, 0.93, {"99 %": 0.99}, relation=">="),
        Estimate(f"{what}, at most", held, 0.97, {"90 %": 0.9}, relation="<="),
    ]


@measures("hessian.hutch_plus_plus", route="a matrix of low rank, and how often 95 % intervals hold the trace")
def deflation(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    operator, values = known_operator(rng)
    factor = rng.normal(size=(40, 4))
    low_rank = hutch_plus_plus(of_matrix(factor @ factor.T), 30, rng)
    exact = float((factor**2).sum())
    runs = tier.choose(quick=3000, full=30_000)
    held = coverage(lambda: hutch_plus_plus(operator, 60, rng), float(values.sum()), runs)
    found = [Estimate("rank 4, ten sketched", close(low_rank.value, exact), exact, {"a tenth less": 0.9 * exact})]
    return found + _within_two_points("Hutch++, 60 products", held)


@measures("hessian.lanczos_quadrature", route="moments by LAPACK's eigenvalues")
def quadrature(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    operator, values = known_operator(rng, 30)
    matrix, steps = operator.dense(), 4
    start = rng.normal(size=(30, 1))
    nodes, weights, _ = lanczos(operator, start, steps)
    unit = start[:, 0] / np.linalg.norm(start)
    found, image = [], unit
    for power in range(1, 2 * steps + 1):
        image = matrix @ image
        moment, size = float(unit @ image), float(np.abs(values).max()) ** power
        got = float((weights[0] * nodes[0] ** power).sum())
        if power < 2 * steps:
            found.append(Estimate(f"moment {power}", close(got, size), moment, {"1 % more": 1.01 * moment}))
        else:
            below = Estimate(f"moment {power}, from below", close(got, size), moment, {"half": got / 2}, relation="<=")
            found.append(below)
    return found


@measures("hessian.lanczos_quadrature", route="how often intervals hold the number of eigenvalues", name="counts")
def counted(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    operator, values = known_operator(rng)
    runs, hits, whole = tier.choose(quick=250, full=4000), 0, 0
    for _ in range(runs):
        sample = lanczos_sample(operator, 6, 16, rng)
        hits += sample.count_below(0.5).contains(float((values <= 0.5).sum()))
        # All steps: the bracket closes up to one node, and the law of the share is the exact one.
        z = rng.normal(size=(6, len(values)))
        share = float((z[:, values <= 0.05] ** 2).sum() / (z**2).sum())
        whole += share <= _median_share(int((values <= 0.05).sum()), len(values), 6)
    return [
        Estimate(
            "coverage of counts", proportion(hits, runs, ALPHA_PER_TEST), 0.95, {"always wrong": 2.0}, relation=">="
        ),
        Estimate("share below its median", proportion(whole, runs, ALPHA_PER_TEST), 0.5, {"9 of 10": 0.9}),
    ]


def _median_share(count: int, size: int, probes: int) -> float:
    from scipy.special import betaincinv

    return float(betaincinv(probes * count / 2, probes * (size - count) / 2, 0.5))


@measures("hessian.lanczos_quadrature", route="how often 95 % bands hold the smoothed density", name="density")
def bands(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    operator, values = known_operator(rng)
    grid, width, hits, runs = np.array([0.0, 1.0, 8.0]), 0.3, np.zeros(3, dtype=int), tier.choose(300, 4000)
    peak = 1 / (width * np.sqrt(2 * np.pi))
    exact = peak * np.exp(-(((grid[:, None] - values) / width) ** 2) / 2).mean(axis=1)
    for _ in range(runs):
        band = lanczos_sample(operator, 8, 30, rng).density(grid, width)
        hits += (band.low <= exact) & (exact <= band.high)
    return [
        Estimate(f"coverage at {x:g}", proportion(int(n), runs, ALPHA_PER_TEST), 0.93, {"never": 1.5}, relation=">=")
        for x, n in zip(grid, hits, strict=True)
    ]
