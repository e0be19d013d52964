"""Measurements of the topic losses, continued: log-sum-exp, curvature and convexity, and scores of drawn labels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..theory import loss_terms as terms
from ..theory import losses as theory
from ..theory.divergence import kl
from .betting import bounded_mean
from .intervals import Array, Interval
from .losses import (
    CLASSES,
    EPSILON,
    SAMPLES,
    defined,
    derivative,
    evaluated,
    part,
    rounded,
    softmax,
    targets_of,
    tensor,
)
from .measurement import ALPHA_PER_TEST, Estimate, Tier, enclosure, measures


@measures("losses.log_sum_exp", route="torch's logsumexp, with shifts that overflow", needs=("torch",))
def shifts(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    z = rng.normal(size=CLASSES)
    plain = evaluated(part(theory.log_sum_exp, "shift").lhs, {terms.z: z, terms.c: 0.0})
    found = []
    for shift in (-2000.0, 1.0, 2000.0):
        whole = torch.logsumexp(tensor(z + shift), 0)
        mutants = {"scaled": plain * shift, "largest": float(z.max()) + shift}
        found.append(Estimate(f"shift {shift:g}", rounded(whole, shift), plain + shift, mutants))
    above = enclosure(plain - float(z.max()), error=64 * EPSILON * (1 + float(np.abs(z).max())))
    return [
        *found,
        Estimate("above the largest", above, math.log(CLASSES), {"not at all": 0.0}, relation="<="),
        Estimate("not below it", above, 0.0, {"by log C": math.log(CLASSES)}, relation=">="),
    ]


@measures("losses.variational_log_sum_exp", route="maximization by SciPy between a primal and a dual bound")
def entropy_maximized(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.optimize import minimize

    z = rng.normal(size=CLASSES)

    def free(angles: Array) -> float:
        q = angles**2 / (angles**2).sum()
        return -float(q @ (z - np.log(q)))

    best = minimize(free, np.ones(CLASSES), method="BFGS", options={"gtol": 1e-9}).x
    q = best**2 / (best**2).sum()
    # log sum q exp(z - log q) lies below the largest z - log q, whatever q; and above its mean.
    low, high = float(q @ (z - np.log(q))), float((z - np.log(q)).max())
    slack = 64 * EPSILON * (1 + float(np.abs(z).max()))
    interval = Interval(low - slack, high + slack, 0.0, "primal and dual bound")
    whole = evaluated(theory.variational_log_sum_exp.claim.claims["bound"].rhs, {terms.z: z})
    soft = softmax(z)
    mutants = {"entropy forgotten": float(soft @ z), "entropy subtracted": float(soft @ (z + np.log(soft)))}
    return [Estimate("largest value", interval, whole, mutants)]


@measures("losses.logit_curvature", route="torch's Hessian and its eigenvalues", needs=("torch",))
def hessian(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch
    from torch.nn import functional

    z, v, t = rng.normal(size=CLASSES), rng.normal(size=CLASSES), targets_of(rng)[0]
    found = torch.func.hessian(lambda at: functional.cross_entropy(at, tensor(t)))(tensor(z)).numpy()
    variance = evaluated(part(theory.logit_curvature, "variance").lhs, {terms.q: softmax(z), terms.move: v})
    mutants = {"second moment": float(softmax(z) @ v**2), "squared length": float(v @ v)}
    eigenvalues = np.linalg.eigvalsh(found)
    return [
        Estimate("quadratic form", rounded(v @ found @ v, float(v @ v)), variance, mutants),
        Estimate("largest eigenvalue", rounded(eigenvalues[-1], 1), 0.5, {"zero": 0.0}, relation="<="),
        Estimate("least eigenvalue", rounded(eigenvalues[0], 1), 0.0, {"a tenth": 0.1}, relation=">="),
    ]


@measures("losses.convex_in_probabilities", route="tangents by torch's autograd", needs=("torch",))
def tangents(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    t = targets_of(rng)[0]
    found = []
    for k in range(tier.choose(quick=4, full=40)):
        here, there = (softmax(rng.normal(size=CLASSES)) for _ in range(2))
        first, last, middle = (float(-(t @ np.log(at))) for at in (here, there, (here + there) / 2))
        slope = derivative(lambda at: -(tensor(t) * at.log()).sum(), here)
        tangent, chord = first + float(slope @ (there - here)) / 2, (first + last) / 2
        value = rounded(middle, tangent, chord)
        found += [
            Estimate(f"above the tangent, pair {k + 1}", value, tangent, {"above the chord": chord}, relation=">="),
            Estimate(f"below the chord, pair {k + 1}", value, chord, {"below the tangent": tangent}, relation="<="),
        ]
    return found


def _forecasts(rng: np.random.Generator, tier: Tier) -> tuple[Array, Array, Any]:
    """The true law, a forecast, and labels drawn from the true law."""
    q, r = np.array([0.9, 0.05, 0.05]), np.array([0.4, 0.3, 0.3])
    return q, r, rng.choice(3, tier.choose(quick=20_000, full=200_000), p=q)


@measures("losses.strictly_proper", route="log losses of drawn labels")
def log_scores(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    q, r, labels = _forecasts(rng, tier)
    each = np.log(q) - np.log(r)
    excess = bounded_mean(each[labels], each.min() - 1e-9, each.max() + 1e-9, ALPHA_PER_TEST)
    predicted = evaluated(part(theory.strictly_proper, "divergence").rhs, {terms.q: q, terms.r: r})
    hellinger = float(((np.sqrt(q) - np.sqrt(r)) ** 2).sum())
    return [
        Estimate(
            "mean excess", excess, predicted, {"other law": evaluated(kl(terms.r, terms.q), {terms.q: q, terms.r: r})}
        ),
        Estimate("above the distance", excess, hellinger, {"three times": 3 * hellinger}, relation=">="),
    ]


@measures("losses.brier_score", route="squared distances of drawn labels")
def brier_scores(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    q, r, labels = _forecasts(rng, tier)
    marks = np.eye(3)
    each = ((marks - r) ** 2).sum(axis=1) - ((marks - q) ** 2).sum(axis=1)
    excess = bounded_mean(each[labels], each.min() - 1e-9, each.max() + 1e-9, ALPHA_PER_TEST)
    predicted = evaluated(part(theory.brier_score, "excess").rhs, {terms.q: q, terms.r: r})
    certain = np.eye(3)[0]
    linear = bounded_mean((q - certain)[labels], -1.0, 1.0, ALPHA_PER_TEST)
    return [
        Estimate("mean excess", excess, predicted, {"linear score": float(q @ (q - r)), "no excess": 0.0}),
        Estimate("a linear score prefers certainty", linear, 0.0, {"by one half": -0.5}, relation="<="),
    ]


@measures("losses.negative_log_likelihoods", route="log-densities of torch.distributions", needs=("torch",))
def likelihoods(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from torch.distributions import Laplace, Normal

    weight, rate = float(rng.normal()), float(rng.uniform(1.2, 1.8))
    at = {terms.a: weight, terms.lam: rate}
    normal = -Normal(tensor(0.0), tensor(math.sqrt(1 / (2 * rate)))).log_prob(tensor(weight))
    laplace = -Laplace(tensor(0.0), tensor(1 / rate)).log_prob(tensor(weight))
    ridge, lasso = (
        evaluated(part(theory.negative_log_likelihoods, f"{n} prior").rhs, at) for n in ("normal", "Laplace")
    )
    wider = rate * weight**2 + math.log(2 * math.pi / rate) / 2
    return [
        Estimate("normal prior", rounded(normal, 1), ridge, {"variance 1/lambda": wider}),
        Estimate(
            "Laplace prior", rounded(laplace, 1), lasso, {"scale lambda": abs(weight) / rate + math.log(2 * rate)}
        ),
    ]


@measures("losses.label_smoothing", route="torch's own label smoothing", needs=("torch",))
def smoothed(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from torch.nn import functional

    logits, t, mix = rng.normal(size=(SAMPLES, CLASSES)), targets_of(rng), 0.1
    right = part(theory.label_smoothing, "mixture").rhs
    (epsilon,) = (symbol for symbol in right.free_symbols if symbol.name == "epsilon")
    at = {terms.t: t, terms.p: softmax(logits), terms.N: SAMPLES, terms.C: CLASSES, epsilon: mix}
    plain = evaluated(defined(theory.cross_entropy), at)
    by_torch = functional.cross_entropy(tensor(logits), tensor(t), label_smoothing=mix)
    mutants = {"unmixed": plain, "the uniform part alone": evaluated(right, {**at, epsilon: 1.0})}
    return [Estimate("smoothed loss", rounded(by_torch, float(np.abs(logits).max())), evaluated(right, at), mutants)]
