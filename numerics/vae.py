"""Measurements of the topic vae on models with a known evidence; see `numerics.evidence_models`.

A variational autoencoder trained on digits is measured in `numerics.digits_vae`, autoencoders without a latent law in
`numerics.autoencoders`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from sympy import log

from ..theory import vae as theory
from ..theory.divergence import kl
from ..theory.gaussian import Normal
from ..theory.measures import expect
from .distances import kolmogorov_distance
from .evidence_models import (
    DATUM,
    GAUSS,
    LOADING,
    LOG_WEIGHTS,
    MEAN,
    NOISE,
    OFFSET,
    SCALE,
    WEIGHTS,
    bounded,
    exact,
    integral_of,
    log_joint,
    log_normal,
    log_weight,
    normal_mean,
    normal_moments,
    on_states,
    value,
)
from .intervals import Array, Interval, catoni_mean, gaussian_variance, proportion
from .measurement import ALPHA_PER_TEST, Estimate, Tier, measures


@measures("vae.joint_factorization", route="ancestral sampling from a table")
def joint_by_ancestors(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=20_000, full=200_000)
    latent = WEIGHTS[theory.prior]
    z = rng.choice(4, n, p=latent)
    x = rng.random(n) < WEIGHTS[theory.lik][z]
    found = proportion(int(np.sum(x & (z == 2))), n, ALPHA_PER_TEST)
    given = float(WEIGHTS[theory.lik][2])
    mutants = {"latent's density forgotten": given, "likelihood forgotten": float(latent[2])}
    return [Estimate("P(x = 1, z = 2)", found, given * float(latent[2]), mutants)]


@measures("vae.evidence_integral", route="quadrature over the latent, and averaging over draws from the prior")
def evidence_by_integration(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=30_000, full=300_000)
    predicted = value(theory.evidence_integral.claim.claims["linear Gaussian model"].rhs, GAUSS)
    at_the_mean = math.exp(log_normal(DATUM, OFFSET, NOISE))
    mutants = {
        "noise counted twice": value(Normal(theory.b, theory.w**2 + 2 * theory.s**2).pdf(theory.x), GAUSS),
        "likelihood at the prior's mean": at_the_mean,
    }
    likelihoods = np.exp(log_normal(DATUM, LOADING * rng.standard_normal(n) + OFFSET, NOISE))
    drawn = bounded(likelihoods, 0, 1 / (NOISE * math.sqrt(2 * math.pi)))
    integrated = integral_of(lambda z: math.exp(log_joint(z)))
    return [
        Estimate("evidence by quadrature", integrated, predicted, mutants),
        Estimate("evidence by sampling", drawn, predicted, {"likelihood at the prior's mean": at_the_mean}),
    ]


def _log_weights(rng: np.random.Generator, tier: Tier, copies: int = 1) -> Array:
    """Log weights of draws from q in the finite model, shape (draws, copies)."""
    n = tier.choose(quick=20_000, full=200_000)
    return np.asarray(LOG_WEIGHTS[rng.choice(4, (n, copies), p=WEIGHTS[theory.q])])


def _mean_log_weight(rng: np.random.Generator, tier: Tier) -> Interval:
    return bounded(_log_weights(rng, tier)[:, 0], LOG_WEIGHTS.min(), LOG_WEIGHTS.max())


@measures("vae.evidence_decomposition", route="Monte Carlo on a finite latent space")
def gap_by_sampling(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    right = theory.evidence_decomposition.rhs - theory.elbo
    mutants = {
        "divergence reversed": kl(theory.posterior, theory.q),
        "divergence to the prior": kl(theory.q, theory.prior),
    }
    log_evidence = math.log(float(WEIGHTS[theory.prior] @ WEIGHTS[theory.lik]))
    predicted = {name: log_evidence - on_states(gap) for name, gap in {"": right, **mutants}.items()}
    return [Estimate("mean log weight", _mean_log_weight(rng, tier), predicted.pop(""), predicted)]


@measures("vae.evidence_lower_bound", route="Monte Carlo on a finite latent space")
def bound_by_sampling(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    predicted = on_states(theory.evidence_lower_bound.lhs)
    mutants = {
        "divergence forgotten": predicted - on_states(kl(theory.q, theory.prior)),
        "divergence added": predicted - 2 * on_states(kl(theory.q, theory.prior)),
    }
    return [Estimate("mean log weight", _mean_log_weight(rng, tier), predicted, mutants, relation="<=")]


@measures("vae.jensen_form", route="Monte Carlo on a finite latent space")
def jensen_by_sampling(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    mutants = {"harmonic mean of the weights": -math.log(float(WEIGHTS[theory.q] @ np.exp(-LOG_WEIGHTS)))}
    predicted = on_states(theory.jensen_form.lhs)
    return [Estimate("mean log weight", _mean_log_weight(rng, tier), predicted, mutants, relation="<=")]


@measures("vae.elbo_objective", route="Monte Carlo on a finite latent space")
def objective_by_sampling(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    reconstruction, divergence = expect(theory.q, log(theory.lik)), kl(theory.q, theory.prior)
    mutants = {
        "divergence reversed": reconstruction - kl(theory.prior, theory.q),
        "divergence added": reconstruction + divergence,
        "divergence forgotten": reconstruction,
    }
    predicted = on_states(theory.elbo_objective.claim.value)
    told = {name: on_states(mutant) for name, mutant in mutants.items()}
    return [Estimate("mean log weight", _mean_log_weight(rng, tier), predicted, told)]


@measures(
    "vae.reparametrization", route="Kolmogorov's distance of torch's rsample from the normal law", needs=("torch",)
)
def reparametrization_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch
    from scipy.special import ndtr

    n = tier.choose(quick=20_000, full=200_000)
    torch_rng = torch.Generator().manual_seed(int(rng.integers(2**62)))
    sample = (MEAN + SCALE * torch.randn(n, generator=torch_rng, dtype=torch.float64)).numpy()
    found = kolmogorov_distance(sample, lambda z: ndtr((z - MEAN) / SCALE), ALPHA_PER_TEST)
    # Two centred normal laws with scales a < b are furthest apart where their densities cross.
    a, b = SCALE**2, SCALE
    cross = math.sqrt(2 * math.log(b / a) / (a**-2 - b**-2))
    return [Estimate("distance", found, 0.0, {"scaled by the variance": float(ndtr(cross / a) - ndtr(cross / b))})]


RATE = 0.7


def _exponential(rng: np.random.Generator, tier: Tier, estimator: Callable[[Array], Array]) -> Interval:
    return normal_mean(rng, tier.choose(quick=60_000, full=300_000), estimator)


def _claimed(statement: Any, part: str) -> float:
    return value(statement.claim.claims[part].lhs, {**GAUSS, theory.t: RATE})


@measures("vae.reparametrized_gradient", route="torch.autograd through mean + scale eps", needs=("torch",))
def path_gradient_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    def gradient(eps: Array, which: int) -> Array:
        parameters = [
            torch.full(eps.shape, number, dtype=torch.float64, requires_grad=True) for number in (MEAN, SCALE)
        ]
        f = torch.exp(RATE * (parameters[0] + parameters[1] * torch.from_numpy(eps)))
        return np.asarray(torch.autograd.grad(f.sum(), parameters)[which].numpy())

    mean, scale = (_claimed(theory.reparametrized_gradient, part) for part in ("mean", "scale"))
    first = _exponential(rng, tier, lambda eps: gradient(eps, 0))
    second = _exponential(rng, tier, lambda eps: gradient(eps, 1))
    return [
        Estimate(
            "gradient in the mean", first, mean, {"gradient in the scale": scale, "of f at the mean": mean / RATE}
        ),
        Estimate("gradient in the scale", second, scale, {"noise forgotten": mean}),
    ]


@measures("vae.score_gradient", route="averages of f times torch.autograd of the log-density", needs=("torch",))
def score_gradient_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    def gradient(eps: Array, which: int) -> Array:
        z = torch.from_numpy(MEAN + SCALE * eps)
        parameters = [
            torch.full(eps.shape, number, dtype=torch.float64, requires_grad=True) for number in (MEAN, SCALE)
        ]
        density = torch.distributions.Normal(*parameters).log_prob(z)
        return np.asarray((torch.exp(RATE * z) * torch.autograd.grad(density.sum(), parameters)[which]).numpy())

    mean, scale = (_claimed(theory.score_gradient, part) for part in ("mean", "scale"))
    first = _exponential(rng, tier, lambda eps: gradient(eps, 0))
    second = _exponential(rng, tier, lambda eps: gradient(eps, 1))
    return [
        Estimate("gradient in the mean", first, mean, {"score not weighed": 0.0, "sign": -mean}),
        Estimate("gradient in the scale", second, scale, {"score not weighed": 0.0, "gradient in the mean": mean}),
    ]


@measures("vae.gradient_variances", route="sample variances of both estimators")
def gradient_variances_by_sampling(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n, mean, scale = tier.choose(quick=200_000, full=800_000), 1.5, 0.5
    claims = theory.gradient_variances.claim.claims
    path, score = (value(claims[name].rhs, {theory.mu: mean, theory.sigma: scale}) for name in ("by path", "by score"))
    slopes = gaussian_variance(2 * (mean + scale * rng.standard_normal(n)), ALPHA_PER_TEST)
    # The mean 2 mu of the score-function estimator is known, so its squared deviations are averaged.
    squares = normal_mean(rng, n, lambda eps: ((mean + scale * eps) ** 2 * eps / scale - 2 * mean) ** 2)
    return [
        Estimate(
            "variance of the reparametrized gradient", slopes, path, {"without the factor 4": scale**2, "score": score}
        ),
        Estimate(
            "variance of the score-function gradient",
            squares,
            score,
            {"square of the mean forgotten": score + 4 * mean**2, "path": path},
        ),
    ]


@measures("vae.gaussian_kl", route="torch.distributions, and averages of log-ratios", needs=("torch",))
def gaussian_kl_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from torch.distributions import Normal as TorchNormal
    from torch.distributions import kl_divergence

    other = {theory.mean0: -0.5, theory.scale0: 1.3}
    predicted = value(theory.gaussian_kl.rhs, {**GAUSS, **other})
    reversed_ = value(
        theory.gaussian_kl.rhs, {theory.mu: -0.5, theory.sigma: 1.3, theory.mean0: MEAN, theory.scale0: SCALE}
    )
    mutants = {
        "reversed": reversed_,
        "half forgotten": predicted + 0.5,
        "variance for the scale": predicted + math.log(1.3 / SCALE),
    }
    by_torch = float(
        kl_divergence(TorchNormal(_double(MEAN), _double(SCALE)), TorchNormal(_double(-0.5), _double(1.3)))
    )
    ratios = normal_mean(
        rng,
        tier.choose(quick=20_000, full=200_000),
        lambda eps: log_normal(MEAN + SCALE * eps, MEAN, SCALE) - log_normal(MEAN + SCALE * eps, -0.5, 1.3),
    )
    return [
        Estimate("divergence by torch", exact(by_torch, 1.0), predicted, mutants),
        Estimate("mean log-ratio", ratios, predicted, {"reversed": reversed_, "half forgotten": predicted + 0.5}),
    ]


def _double(number: Any) -> Any:
    import torch

    return torch.tensor(number, dtype=torch.float64)


@measures("vae.diagonal_kl", route="torch.distributions.Independent", needs=("torch",))
def diagonal_kl_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from torch.distributions import Independent, kl_divergence
    from torch.distributions import Normal as TorchNormal

    means, scales = rng.standard_normal(2), np.exp(rng.standard_normal(2))
    law = Independent(TorchNormal(_double(means), _double(scales)), 1)
    found = float(kl_divergence(law, Independent(TorchNormal(_double([0.0, 0.0]), _double([1.0, 1.0])), 1)))
    closed = theory.diagonal_kl.claim.claims["two dimensions"].rhs
    names = {"m1": means[0], "m2": means[1], "s1": scales[0], "s2": scales[1]}
    predicted = value(closed, {symbol: float(names[symbol.name]) for symbol in closed.free_symbols})
    mutants = {"half forgotten": 2 * predicted, "standard deviation": predicted + float(np.sum(scales - scales**2)) / 2}
    return [Estimate("divergence", exact(found, 2.0, *means**2, *scales**2), predicted, mutants)]


@measures("vae.full_covariance_kl", route="torch.distributions.MultivariateNormal", needs=("torch",))
def full_kl_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch
    from torch.distributions import MultivariateNormal, kl_divergence

    names = {"m1": 0.4, "m2": -1.1, "s1": 0.8, "s2": 1.7, "r": 0.6}
    factor = _double([[names["s1"], 0.0], [names["r"], names["s2"]]])
    law = MultivariateNormal(_double([names["m1"], names["m2"]]), scale_tril=factor)
    standard = MultivariateNormal(torch.zeros(2, dtype=torch.float64), torch.eye(2, dtype=torch.float64))
    closed = theory.full_covariance_kl.rhs
    predicted = value(closed, {symbol: names[symbol.name] for symbol in closed.free_symbols})
    determinant = math.log(names["s1"] * names["s2"])
    mutants = {"log determinant of the factor": predicted + determinant / 2, "correlation forgotten": predicted - 0.18}
    return [Estimate("divergence", exact(float(kl_divergence(law, standard)), 8.0), predicted, mutants)]


def log_evidence() -> float:
    """The log-evidence of the linear Gaussian model."""
    return value(Normal(theory.b, theory.w**2 + theory.s**2).logpdf(theory.x), GAUSS)


def gaussian_bound() -> float:
    """The evidence lower bound of the linear Gaussian model: its log-evidence less the gap that was proved."""
    return log_evidence() - value(theory.linear_gaussian_gap.rhs, GAUSS)


@measures("vae.monte_carlo_elbo", route="averages of eight draws by torch.distributions", needs=("torch",))
def estimators_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch
    from torch.distributions import Normal as TorchNormal

    count, n = 8, tier.choose(quick=5_000, full=50_000)
    q = TorchNormal(_double(MEAN), _double(SCALE))
    z = torch.from_numpy(MEAN + SCALE * rng.standard_normal((n, count)))
    likelihood = TorchNormal(LOADING * z + OFFSET, _double(NOISE)).log_prob(_double(DATUM))
    prior = TorchNormal(_double(0.0), _double(1.0)).log_prob(z)
    weights = (likelihood + prior - q.log_prob(z)).mean(dim=1).numpy()
    found = catoni_mean(weights, normal_moments(log_weight)[1] / count * (1 + 1e-9), ALPHA_PER_TEST)
    expected_prior = -0.5 * (MEAN**2 + SCALE**2) - 0.5 * math.log(2 * math.pi)
    bound = gaussian_bound()
    mutants = {
        "printed, without the prior": bound - expected_prior,
        "prior with the wrong sign": bound - 2 * expected_prior,
        "the log-evidence": log_evidence(),
    }
    return [Estimate("mean of the corrected estimator", found, bound, mutants)]


@measures("vae.importance_weighted_bound", route="Monte Carlo against enumeration on a finite latent space")
def importance_bounds_by_sampling(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    truth = on_states(theory.evidence_lower_bound.lhs)
    for count in (2, 4):
        bounds = np.log(np.exp(_log_weights(rng, tier, count)).mean(axis=1))
        interval = bounded(bounds, LOG_WEIGHTS.min(), LOG_WEIGHTS.max())
        fewer, this = enumerated_bound(count // 2), enumerated_bound(count)
        found += [
            Estimate(f"bound of {count} draws", interval, this, {"bound of half as many": fewer, "evidence": truth}),
            Estimate(f"bound of {count} draws, from below", interval, fewer, {"log-evidence": truth}, relation=">="),
            Estimate(f"bound of {count} draws, from above", interval, truth, {"one draw": enumerated_bound(1)}, "<="),
        ]
    return found


def enumerated_bound(count: int) -> float:
    """The importance-weighted bound of that many draws in the finite model: the sum over all multisets of states."""
    q, total = WEIGHTS[theory.q], 0.0
    for states in combinations_with_replacement(range(4), count):
        times = np.bincount(states, minlength=4)
        ways = math.factorial(count) / math.prod(map(math.factorial, times.tolist()))
        total += ways * float(np.prod(q**times)) * math.log(float(np.exp(LOG_WEIGHTS)[list(states)].mean()))
    return total


@measures("vae.linear_gaussian_posterior", route="residuals of the latent in draws from the joint law")
def posterior_by_residuals(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=20_000, full=200_000)
    total = LOADING**2 + NOISE**2
    z = rng.standard_normal(n)
    x = LOADING * z + OFFSET + NOISE * rng.standard_normal(n)
    residual = z - LOADING * (x - OFFSET) / total
    spread = gaussian_variance(residual, ALPHA_PER_TEST)
    # Orthogonal to the datum: both are normal with known variances, so the product has their product as variance.
    variance = NOISE**2 / total
    product = catoni_mean(residual * (x - OFFSET), variance * total, ALPHA_PER_TEST)
    uncentred = catoni_mean(residual, variance, ALPHA_PER_TEST)
    return [
        Estimate(
            "variance of the latent given the datum", spread, variance, {"of the noise": NOISE**2, "of the prior": 1.0}
        ),
        Estimate(
            "covariance of residual and datum", product, 0.0, {"regression without noise": NOISE**2 / LOADING * -1.0}
        ),
        Estimate("mean residual", uncentred, 0.0, {"mean not centred": LOADING * OFFSET / total}),
    ]


@measures("vae.linear_gaussian_gap", route="quadrature of the evidence less the mean log weight")
def gaussian_gap_by_sampling(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    weights = normal_mean(rng, tier.choose(quick=20_000, full=200_000), log_weight)
    evidence = integral_of(lambda z: math.exp(log_joint(z)))
    gap = Interval(
        math.log(evidence.low) - weights.high,
        math.log(evidence.high) - weights.low,
        weights.alpha,
        weights.method,
        weights.samples,
    )
    predicted = value(theory.linear_gaussian_gap.rhs, GAUSS)
    wider = value(theory.linear_gaussian_gap.rhs, {**GAUSS, theory.sigma: 2 * SCALE})
    to_prior = value(theory.gaussian_kl.rhs, {**GAUSS, theory.mean0: 0.0, theory.scale0: 1.0})
    return [
        Estimate(
            "log-evidence less bound", gap, predicted, {"twice the width": wider, "divergence to the prior": to_prior}
        )
    ]


@measures("vae.probabilistic_pca", route="quadrature over the latent of two coordinates' likelihood")
def pca_evidence_by_quadrature(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    from scipy.stats import multivariate_normal

    loading, offset, datum = np.array([0.8, -0.5]), np.array([0.3, 0.1]), np.array([1.4, 0.2])

    def integrand(z: float) -> float:
        likelihood = sum(log_normal(x, w * z + b, NOISE) for x, w, b in zip(datum, loading, offset, strict=True))
        return math.exp(likelihood + log_normal(z, 0.0, 1.0))

    def wrong(covariance: Array) -> float:
        return float(multivariate_normal(offset, covariance).pdf(datum))

    # The proved right side is log-evidence plus log-posterior: take the posterior away at any one latent value.
    z, total = 0.4, float(loading @ loading) + NOISE**2
    numbers = [*loading, *offset, *datum, NOISE, z]
    named = dict(zip(["w1", "w2", "b1", "b2", "x1", "x2", "s", "z"], map(float, numbers), strict=True))
    both = value(theory.probabilistic_pca.rhs, {one: named[one.name] for one in theory.probabilistic_pca.symbols})
    posterior = float(log_normal(z, float(loading @ (datum - offset)) / total, NOISE / math.sqrt(total)))
    covariance = np.outer(loading, loading) + NOISE**2 * np.eye(2)
    mutants = {
        "noise twice": wrong(covariance + NOISE**2 * np.eye(2)),
        "correlation forgotten": wrong(np.diag(np.diag(covariance))),
    }
    return [Estimate("evidence", integral_of(integrand), math.exp(both - posterior), mutants)]
