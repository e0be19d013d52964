"""Measurements of PAC-Bayes: optimized posteriors, sampled moments, coverage of the bounds, and a certificate.

The coverage experiment is near the worst case: hypotheses with independent coins as losses, a uniform prior, and at
each sample the Gibbs posterior that violates the bound most, of those for a grid of temperatures.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..theory import binomial_moments
from .certificates import catoni_grid, certificate, held_out, seeger
from .intervals import Array, Interval, proportion
from .kl_inverse import binary_kl, kl_lower_inverse, kl_upper_inverse
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures

EPS = float(np.finfo(float).eps)
TEMPERATURES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, math.inf)


@dataclass(frozen=True)
class Posteriors:
    """Gibbs posteriors of an experiment: their empirical risks and divergences, (runs, temperatures), and m."""

    risk: float
    empirical: Array
    kl: Array
    m: int

    def excess(self, weight: float = 1.0) -> Array:
        """The largest m kl(empirical || risk) - weight KL of each run, where it looks better than it is."""
        gap = np.where(self.empirical < self.risk, binary_kl(np.minimum(self.empirical, 1.0), self.risk), 0.0)
        return np.asarray((self.m * gap - weight * self.kl).max(axis=1))

    def failures_by_gap(self, budget: Callable[[Array], Array]) -> int:
        """The runs in which the risk of some posterior exceeds its empirical risk by more than budget(KL)."""
        return int((self.risk - self.empirical > budget(self.kl)).any(axis=1).sum())


def experiment(hypotheses: int, m: int, risk: float, runs: int, rng: np.random.Generator) -> Posteriors:
    """Samples of m coins for each hypothesis, all of one risk, and the Gibbs posteriors exp(-t m (empirical risk)).

    Raises ValueError for sizes below 1 or a risk outside of (0, 1).
    """
    if min(hypotheses, m, runs) < 1 or not 0 < risk < 1:
        raise ValueError(
            f"{hypotheses} hypotheses, m = {m}, {runs} runs, risk {risk}: sizes from 1 on, a risk in (0, 1)"
        )
    counts = rng.binomial(m, risk, (runs, hypotheses))
    empirical, divergence = np.empty((runs, len(TEMPERATURES))), np.empty((runs, len(TEMPERATURES)))
    above = (counts - counts.min(axis=1, keepdims=True)).astype(float)
    for k, t in enumerate(TEMPERATURES):
        weights = np.where(above == 0, 1.0, 0.0) if t == math.inf else np.exp(-t * above)
        weights = weights / weights.sum(axis=1, keepdims=True)
        empirical[:, k] = (weights * counts).sum(axis=1) / m
        logs = np.log(np.where(weights > 0, weights, 1.0) * hypotheses)
        divergence[:, k] = np.maximum((weights * logs).sum(axis=1), 0.0)
    return Posteriors(risk, empirical, divergence, m)


@measures("pac_bayes.donsker_varadhan", route="posteriors on a finite space, improved by SciPy's optimizer")
def best_posterior(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The largest E_Q[phi] - KL(Q||P) that L-BFGS finds, against log E_P[exp(phi)]."""
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    found = []
    for k in range(tier.choose(quick=3, full=20)):
        prior, values = rng.dirichlet(np.ones(6)), rng.normal(0, 2, 6)

        def loss(theta: Array, prior: Array = prior, values: Array = values) -> float:
            logs = log_softmax(theta)
            return -float(np.exp(logs) @ (values - logs + np.log(prior)))

        attained = -float(minimize(loss, np.zeros(6), tol=1e-12).fun)
        closed = math.log(float(prior @ np.exp(values)))
        mutants = {"mean under the prior": float(prior @ values), "no prior": math.log(float(np.exp(values).sum()))}
        interval = Interval(attained - 16 * EPS, attained + 1e-8, 0.0, "a posterior below, convergence above")
        found.append(Estimate(f"best posterior {k + 1}", interval, closed, mutants))
    return found


@measures("pac_bayes.gaussian_divergence", route="torch's divergence of normal laws", needs=("torch",))
def torch_divergence(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The closed form, as the certificates use it, against torch.distributions."""
    import torch

    from .gaussian_posteriors import normal_kl

    found = []
    for k in range(tier.choose(quick=3, full=20)):
        mean, centre = rng.normal(size=(2, 5))
        deviation, prior = np.exp(rng.normal(size=5)), math.exp(float(rng.normal()))
        laws = [torch.distributions.Normal(torch.tensor(m), torch.tensor(s)) for m, s in ((mean, deviation),)]
        other = torch.distributions.Normal(torch.tensor(centre), torch.tensor(prior, dtype=torch.float64))
        seen = float(torch.distributions.kl_divergence(laws[0], other).sum())
        closed = normal_kl(mean, deviation, centre, prior)
        mutants = {"twice": 2 * closed, "reversed": float(torch.distributions.kl_divergence(other, laws[0]).sum())}
        found.append(Estimate(f"divergence {k + 1}", enclosure(seen, error=1e-13 * (1 + seen)), closed, mutants))
    return found


@measures("pac_bayes.maurer_moment", route="SciPy's binomial law, summed in floating point")
def binomial_moment(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """E exp(m kl(mean, r)) at risks at random against the exact sum, and against 2 sqrt(m)."""
    from scipy.stats import binom

    found = []
    for m in tier.choose(quick=(1, 8, 64), full=(1, 2, 8, 64, 256)):
        r, k = float(rng.uniform(0.2, 0.8)), np.arange(m + 1)
        seen = math.fsum(np.exp(binom.logpmf(k, m, r) + m * binary_kl(k / m, r)))
        exact = float(binomial_moments.maurer_moment(m))
        interval = enclosure(seen, error=1e-13 * m * seen, method="log-gamma, m roundings")
        found.append(Estimate(f"moment at m = {m}", interval, exact, {"one more": exact + 1, "m + 1": m + 1.5}))
        bounds = {"half of it": math.sqrt(m)} if m > 1 else {}
        found.append(Estimate(f"at most, m = {m}", interval, 2 * math.sqrt(m) * (1 + 4 * EPS), bounds, relation="<="))
    return found


@measures("pac_bayes.kl_inverse", route="Brent's method on the divergence as printed")
def brent(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """Both ends of kl balls against SciPy's root finder; Pinsker's ball is wider."""
    from scipy.optimize import brentq
    from scipy.special import rel_entr

    found = []
    for k in range(tier.choose(quick=6, full=60)):
        q, bound = float(rng.uniform(0.05, 0.9)), float(rng.uniform(0.01, 0.4))

        def excess(p: float, q: float = q, bound: float = bound) -> float:
            return float(rel_entr(q, p) + rel_entr(1 - q, 1 - p)) - bound

        for name, inner, end, inverse in (
            ("upper", q, 1 - 1e-15, kl_upper_inverse),
            ("lower", q, 1e-300, kl_lower_inverse),
        ):
            root = float(brentq(excess, inner, end, xtol=1e-15, rtol=1e-14))
            step = math.sqrt(bound / 2) * (1 if name == "upper" else -1)
            interval = enclosure(root, error=1e-12, method="Brent's method")
            found.append(Estimate(f"{name} end {k + 1}", interval, inverse(q, bound), {"Pinsker": q + step}))
    return found


@measures("pac_bayes.seeger", route="coverage over samples, posteriors chosen to violate it")
def coverage(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """How large the logarithm in the kl bound has to be for coverage, against log(2 sqrt(m)/delta); and that the bound
    with half of its divergence fails on more samples than delta allows."""
    runs, delta = tier.choose(quick=4_000, full=40_000), 0.1
    found = []
    for hypotheses, m, risk in ((64, 50, 0.5), (1000, 100, 0.2)):
        cloud = experiment(hypotheses, m, risk, runs, rng)
        needed = quantile(cloud.excess(), 1 - delta, ALPHA_PER_TEST)
        bound = math.log(2 * math.sqrt(m) / delta)
        where = f"{hypotheses} hypotheses, m = {m}"
        found.append(Estimate(f"logarithm needed, {where}", needed, bound, {"log(1/(10 delta))": 0.0}, relation="<="))
        half = quantile(cloud.excess(weight=0.5), 1 - delta, ALPHA_PER_TEST)
        found.append(
            Estimate(
                f"with half the divergence, {where}", half, 0.0, {"log(2 sqrt(m)/delta)": 2 * bound}, relation=">="
            )
        )
    return found


def quantile(values: Array, level: float, alpha: float) -> Interval:
    """Two order statistics between which the quantile lies, up to a probability alpha; exact for every law."""
    from scipy.stats import binom

    ordered, n = np.sort(values), len(values)
    low, high = int(binom.ppf(alpha / 2, n, level)) - 1, int(binom.isf(alpha / 2, n, level)) + 1
    if low < 0 or high >= n:
        raise ValueError(f"{n} values are too few for the quantile at {level} with alpha = {alpha:g}")
    return Interval(float(ordered[low]), float(ordered[high]), alpha, "order statistics", n)


@measures("pac_bayes.fixed_posterior", route="coverage over samples, for a fixed posterior and for chosen ones")
def printed_coverage(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The log(1/delta) bound at a fixed posterior and, where nothing is proved, at chosen ones: none is violated."""
    runs = tier.choose(quick=20_000, full=200_000)
    found = []
    for what, hypotheses, m, delta in (("a fixed posterior", 1, 40, 0.2), ("chosen posteriors (open)", 16, 4, 0.9)):
        log, cloud = math.log(1 / delta), experiment(hypotheses, m, 0.5, runs, rng)
        count = cloud.failures_by_gap(lambda kl, log=log, m=m: np.sqrt((kl + log) / (2 * m)))  # type: ignore[misc]
        told = proportion(count, runs, ALPHA_PER_TEST)
        found.append(Estimate(f"failures for {what}", told, delta, {"delta/10": delta / 10}, relation="<="))
    return found


@measures("pac_bayes.single_draw", route="hypotheses that memorize their sample")
def memorized(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """One datum uniform on six points, each hypothesis right on one of them, Q = P: the printed bound fails for the
    best f on every sample, that for f drawn from Q where the draw is the memorized point, in one case of six."""
    runs, points, delta = tier.choose(quick=2_000, full=20_000), 6, 0.5
    losses = 1 - np.eye(points)
    seen, drawn = rng.integers(points, size=runs), rng.integers(points, size=runs)
    gaps = losses.mean(axis=1) - losses[seen]
    printed, right = math.sqrt(math.log(1 / delta) / 2), math.sqrt(math.log(2 / delta) / 2)
    best = proportion(int((gaps.max(axis=1) > printed).sum()), runs, ALPHA_PER_TEST)
    draw = proportion(int((gaps[np.arange(runs), drawn] > right).sum()), runs, ALPHA_PER_TEST)
    return [
        Estimate("failures for the best f", best, 1.0, {"delta": delta}),
        Estimate("failures for f drawn from Q", draw, 1 / points, {"delta": delta, "always": 1.0}),
    ]


@measures("pac_bayes.test_set", route="exact coverage by the binomial law, and by simulation")
def test_set_coverage(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The share of test sets on which exact inversion fails, against its exact value."""
    from scipy.stats import binom

    runs, m, delta, risk = tier.choose(quick=100_000, full=1_000_000), 100, 0.05, 0.1
    limit = max(k for k in range(m + 1) if held_out(k, m, delta) < risk)
    failures = proportion(int((rng.binomial(m, risk, runs) <= limit).sum()), runs, ALPHA_PER_TEST)
    exact = float(binom.cdf(limit, m, risk))
    mutants = {"one error more": float(binom.cdf(limit + 1, m, risk)), "one less": float(binom.cdf(limit - 1, m, risk))}
    return [
        Estimate("failures of exact inversion", failures, exact, mutants),
        Estimate("at most delta", failures, delta, {"delta/5": delta / 5}, relation="<="),
    ]


@measures("pac_bayes.catoni", route="a certificate of a trained classifier on digits", needs=("torch", "sklearn"))
def digits_certificate(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    """The risk on data held out lies below the certificate, which is far below one and above the kl bound's share."""
    found = certificate("digits", rng, model="linear", delta=ALPHA_PER_TEST, draws=tier.choose(quick=200, full=2_000))
    wrong = round(found.mean_test_error * found.test_size)
    seen = proportion(wrong, found.test_size, ALPHA_PER_TEST)
    small = enclosure(catoni_grid(0.03, 1.0, 700, 0.05), error=1e-12)
    return [
        Estimate("risk on held-out digits", seen, found.bound, {"no error": 0.0}, relation="<="),
        Estimate("below the kl bound", small, seeger(0.03, 1.0, 700, 0.05), {"training error": 0.03}, relation="<="),
    ]
