"""Conjugate pairs measured: draws from prior and model, adaptive quadrature, scipy's laws; and rank calibration."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sympy import Expr

from ..theory import bayes as theory
from ..theory import conjugate
from ..theory import conjugate_pairs as pairs
from ..theory.measures import atom_values, on_atoms
from .distances import kolmogorov_distance
from .intervals import Array, Interval, proportion
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures

EPSILON = 2.0**-52


def value(expr: Expr, at: Mapping[Any, Any]) -> float:
    """The expression at exact values of its symbols, as a float."""
    return float(expr.subs(at).evalf(30))


def integral_over(f: Callable[[float], float], low: float, high: float) -> Interval:
    """The integral by QUADPACK with its error estimate and the rounding of its sums."""
    from scipy.integrate import quad

    found, error = quad(f, low, high, epsabs=1e-14, epsrel=1e-13, limit=200)
    return enclosure(found, error=error + 256 * EPSILON * abs(found), method="adaptive Gauss-Kronrod quadrature")


def oracle(found: float) -> Interval:
    """A value of scipy.stats: a few evaluations of log-gamma, exponentiated."""
    return enclosure(found, error=1e-12 * abs(found), method="scipy.stats, twelve digits")


@measures("bayes.beta_binomial", route="draws of probability and count; quadrature; scipy.stats.betabinom")
def beta_binomial_evidence(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import beta, betabinom

    a, b, k, m = 2, 3, 4, 3
    at = {pairs.a: a, pairs.b: b, pairs.k: k, pairs.m: m}
    claims = theory.beta_binomial.claim.claims
    predicted = value(claims["evidence"].rhs, at)
    mutants = {"number of orders forgotten": predicted / math.comb(k + m, k), "uniform prior": 1 / (k + m + 1)}
    n = tier.choose(quick=200_000, full=2_000_000)
    truth = rng.beta(a, b, n)
    drawn = rng.binomial(k + m, truth)
    following = rng.random(n)[drawn == k] < truth[drawn == k]
    found = integral_over(lambda x: math.comb(k + m, k) * x**k * (1 - x) ** m * float(beta.pdf(x, a, b)), 0.0, 1.0)
    ahead = proportion(int(following.sum()), following.size, ALPHA_PER_TEST)
    return [
        Estimate("evidence, quadrature", found, predicted, mutants),
        Estimate("evidence, scipy", oracle(float(betabinom.pmf(k, k + m, a, b))), predicted, mutants),
        Estimate("evidence, drawn", proportion(int(np.sum(drawn == k)), n, ALPHA_PER_TEST), predicted, mutants),
        Estimate("predictive, drawn", ahead, value(claims["predictive"].rhs, at), {"prior mean": a / (a + b)}),
    ]


@measures("bayes.dirichlet_multinomial", route="draws of shares and counts; scipy.stats.dirichlet_multinomial")
def dirichlet_evidence(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import dirichlet_multinomial
    from sympy import exp

    from ..theory.symbols import NONNEGATIVE, POSITIVE, function

    weights, counts = [1, 2, 3], [1, 1, 2]
    alpha, number = function("alpha", POSITIVE), function("n", NONNEGATIVE)

    def mass(of: list[int]) -> float:
        at = {
            **dict(zip(atom_values(alpha, 3), of, strict=True)),
            **dict(zip(atom_values(number, 3), counts, strict=True)),
        }
        return value(exp(on_atoms(conjugate.dirichlet_multinomial_log_mass(number, alpha), 3)), at)

    predicted = mass(weights)
    n = tier.choose(quick=60_000, full=600_000)
    drawn = rng.multinomial(4, rng.dirichlet(weights, n))
    hits = int(np.all(drawn == counts, axis=1).sum())
    plain = math.factorial(4) / 2 * math.prod((w / 6) ** c for w, c in zip(weights, counts, strict=True))
    mutants = {"shares at the prior mean": plain, "flat prior": mass([1, 1, 1])}
    found = oracle(float(dirichlet_multinomial.pmf(counts, weights, 4)))
    return [
        Estimate("evidence, scipy", found, predicted, mutants),
        Estimate("evidence, drawn", proportion(hits, n, ALPHA_PER_TEST), predicted, mutants),
    ]


@measures("bayes.gamma_poisson", route="draws of rate and count; quadrature; scipy.stats.nbinom")
def gamma_poisson_evidence(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import gamma, nbinom, poisson

    a, b, exposure, k = 3, 2, 4, 5
    at = {pairs.a: a, pairs.b: b, pairs.exposure: exposure, pairs.k: k}
    claims = theory.gamma_poisson.claim.claims
    predicted = value(claims["evidence"].rhs, at)
    mutants = {
        "Poisson at the prior mean": float(poisson.pmf(k, exposure * a / b)),
        "rate for the exposure": float(nbinom.pmf(k, a, exposure / (b + exposure))),
    }

    def joint(y: float) -> float:
        return float(poisson.pmf(k, exposure * y) * gamma.pdf(y, a, scale=1 / b))

    n = tier.choose(quick=60_000, full=600_000)
    drawn = rng.poisson(exposure * rng.gamma(a, 1 / b, n))
    evidence = integral_over(joint, 0.0, 25.0)
    first = integral_over(lambda y: y * joint(y), 0.0, 25.0)
    mean = Interval(first.low / evidence.high, first.high / evidence.low, 0.0, evidence.method)
    return [
        Estimate("evidence, quadrature", evidence, predicted, mutants),
        Estimate("evidence, scipy", oracle(float(nbinom.pmf(k, a, b / (b + exposure)))), predicted, mutants),
        Estimate("evidence, drawn", proportion(int(np.sum(drawn == k)), n, ALPHA_PER_TEST), predicted, mutants),
        Estimate(
            "posterior mean", mean, value(claims["mean"].rhs, at), {"prior mean": a / b, "frequency": k / exposure}
        ),
    ]


@measures("bayes.normal_normal", route="quadrature of prior times likelihood of four data")
def normal_posterior(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    centre, spread, noise = 0.5, 1.5, 0.8
    data = rng.normal(1.0, noise, 4)
    precision = 1 / spread**2 + 4 / noise**2
    mean = (centre / spread**2 + data.sum() / noise**2) / precision

    def joint(theta: float) -> float:
        return math.exp(
            -((theta - centre) ** 2) / (2 * spread**2) - float(((data - theta) ** 2).sum()) / (2 * noise**2)
        )

    low, high = mean - 12 / math.sqrt(precision), mean + 12 / math.sqrt(precision)
    whole = integral_over(joint, low, high)
    second = integral_over(lambda x: (x - mean) ** 2 * joint(x), low, high)
    upper = integral_over(lambda x: (x - low) * joint(x), low, high)  # a nonnegative integrand keeps the ratio tight
    method = whole.method
    mean_found = Interval(low + upper.low / whole.high, low + upper.high / whole.low, 0.0, method)
    variance_found = Interval(second.low / whole.high, second.high / whole.low, 0.0, method)
    return [
        Estimate("posterior mean", mean_found, float(mean), {"frequency": float(data.mean()), "prior mean": centre}),
        Estimate(
            "posterior variance",
            variance_found,
            1 / precision,
            {"prior forgotten": noise**2 / 4, "variances added": spread**2 + noise**2 / 4},
        ),
    ]


@measures("bayes.normal_inverse_gamma", route="draws of variance, mean and datum; scipy.stats.t")
def student(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import norm, t

    m, kappa, a, b, datum = 1, 2, 3, 4, 2
    scale = math.sqrt(b * (kappa + 1) / (a * kappa))
    at = {pairs.centre: m, pairs.kappa: kappa, pairs.a: a, pairs.b: b, pairs.datum: datum}
    predicted = value(theory.normal_inverse_gamma.claim.claims["Student's law"].rhs, at)
    plain = float(norm.pdf(datum, m, scale))
    narrow = float(t.pdf(datum, 2 * a, m, math.sqrt(b / a)))
    found = oracle(float(t.pdf(datum, 2 * a, m, scale)))
    n = tier.choose(quick=40_000, full=400_000)
    variance = 1 / rng.gamma(a, 1 / b, n)
    drawn = rng.normal(rng.normal(m, np.sqrt(variance / kappa)), np.sqrt(variance))
    distance = kolmogorov_distance(drawn, lambda x: t.cdf(x, 2 * a, m, scale), ALPHA_PER_TEST)
    grid = np.linspace(-12, 14, 2001)
    apart = float(np.abs(t.cdf(grid, 2 * a, m, scale) - t.cdf(grid, 2 * a, m, math.sqrt(b / a))).max())
    mutants = {"normal": plain, "uncertainty of the mean forgotten": narrow}
    return [
        Estimate("predictive density", found, predicted, mutants),
        Estimate("distance of draws from it", distance, 0.0, {"uncertainty of the mean forgotten": apart}),
    ]


TRIALS, DRAWS = 12, 9


def ranks(rng: np.random.Generator, runs: int, failures: float = 1.0) -> Array:
    """Ranks of the true probability among DRAWS from its posterior, for `runs` data sets of TRIALS tosses.

    failures: 1, or the weight with which a wrong posterior counts them.
    """
    truth = rng.beta(2, 3, runs)
    count = rng.binomial(TRIALS, truth)
    draws = rng.beta(2 + count, 3 + failures * (TRIALS - count), (DRAWS, runs))
    return np.asarray((draws < truth).sum(axis=0))


def wrong_rank_zero(failures: float) -> float:
    """The probability of rank 0 when failures are wrongly weighed, by quadrature and a sum over counts."""
    from scipy.stats import beta, binom

    nodes, weights = np.polynomial.legendre.leggauss(200)
    x, weights = (nodes + 1) / 2, weights / 2
    k = np.arange(TRIALS + 1)[:, None]
    above = beta.sf(x, 2 + k, 3 + failures * (TRIALS - k)) ** DRAWS
    return float((binom.pmf(k, TRIALS, x) * above).sum(axis=0) @ (weights * beta.pdf(x, 2, 3)))


@measures("bayes.uniform_ranks", route="simulation-based calibration: exact binomial limits for each rank")
def calibration_by_ranks(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=60_000, full=600_000)
    found = np.bincount(ranks(rng, n), minlength=DRAWS + 1)
    predicted = 1 / (DRAWS + 1)
    mutants = {rank: {"one rank too few": 1 / DRAWS} for rank in range(DRAWS + 1)}
    mutants[0]["failures halved"] = wrong_rank_zero(0.5)
    return [
        Estimate(f"probability of rank {rank}", proportion(int(count), n, ALPHA_PER_TEST), predicted, mutants[rank])
        for rank, count in enumerate(found)
    ]
