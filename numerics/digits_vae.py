"""A variational autoencoder with two latent units, trained by torch on scikit-learn's digits, and its evidence.

Two latent units, so that the evidence of every image is known by quadrature on a grid and every estimate of it can be
measured.  Pixels are binary (at least half of the full ink), the decoder is Bernoulli: 2 -> 32 -> 64, the encoder
64 -> 32 -> (mean, log standard deviation); all in double precision.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from .intervals import Array, Interval, catoni_mean
from .measurement import ALPHA_PER_TEST, Estimate, Tier, measures

HELD_OUT = 64
"""How many images are kept from training."""
EDGE, SPACING = 8.0, 0.1
"""The grid: the prior's mass beyond 8 is 2.5e-15, and halving the spacing moves the mean evidence by less than 1e-6."""


@dataclass(frozen=True)
class Network:
    """A trained autoencoder: encode (n, 64) -> means and scales (n, 2); decode (m, 2) -> logits (m, 64)."""

    encoder: tuple[Array, ...]
    decoder: tuple[Array, ...]
    held_out: Array

    def encode(self, images: Array) -> tuple[Array, Array]:
        """Means and standard deviations of q(z|x), both of shape (n, 2)."""
        code = _layers(images, self.encoder)
        return code[:, :2], np.exp(code[:, 2:])

    def log_likelihood(self, images: Array, latents: Array) -> Array:
        """log p(x|z) of n images at m latents, (m, 2) for all or (n, m, 2); shape (n, m)."""
        logits = _layers(latents, self.decoder)
        normalizer = np.logaddexp(0.0, logits).sum(axis=-1)
        if latents.ndim == 2:
            return np.asarray(images @ logits.T - normalizer)
        return np.asarray(np.einsum("nd,nmd->nm", images, logits) - normalizer)

    def simulate(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Latents (count, 2) of the prior and images (count, 64) from the decoder; each latent is a posterior draw."""
        latents = rng.standard_normal((count, 2))
        ink = 1 / (1 + np.exp(-_layers(latents, self.decoder)))
        return latents, (rng.random(ink.shape) < ink).astype(np.float64)


def _layers(inputs: Array, weights: tuple[Array, ...]) -> Array:
    first, bias, second, shift = weights
    return np.asarray(np.tanh(inputs @ first.T + bias) @ second.T + shift)


def log_standard(z: Array) -> Array:
    """The log-density of the standard normal law, summed over the last axis."""
    return np.asarray(-0.5 * (z**2 + math.log(2 * math.pi)).sum(axis=-1))


def log_variational(z: Array, mean: Array, scale: Array) -> Array:
    """log q(z|x) of latents (n, m, 2) under means and scales (n, 2); shape (n, m)."""
    eps = (z - mean[:, None]) / scale[:, None]
    return np.asarray(log_standard(eps) - np.log(scale).sum(axis=-1)[:, None])


@cache
def trained(epochs: int) -> Network:
    """The network after that many passes over the digits, by Adam on the reparametrized bound; always the same."""
    import torch
    from sklearn.datasets import load_digits

    pixels = (load_digits().data >= 8).astype(np.float64)
    order = np.random.default_rng(0).permutation(len(pixels))
    held_out, images = pixels[order[:HELD_OUT]], torch.from_numpy(pixels[order[HELD_OUT:]])
    torch_rng = torch.Generator().manual_seed(0)

    def weights(sizes: tuple[int, int, int]) -> list[Any]:
        made = []
        for width, inputs in ((sizes[1], sizes[0]), (sizes[2], sizes[1])):
            matrix = torch.randn((width, inputs), generator=torch_rng, dtype=torch.float64) / math.sqrt(inputs)
            made += [matrix.requires_grad_(), torch.zeros(width, dtype=torch.float64, requires_grad=True)]
        return made

    encoder, decoder = weights((64, 32, 4)), weights((2, 32, 64))
    adam = torch.optim.Adam([*encoder, *decoder], lr=5e-3)

    def layers(x: Any, parts: list[Any]) -> Any:
        return torch.tanh(x @ parts[0].T + parts[1]) @ parts[2].T + parts[3]

    for _ in range(epochs):
        for batch in images[torch.randperm(len(images), generator=torch_rng)].split(128):
            code = layers(batch, encoder)
            mean, log_scale = code[:, :2], code[:, 2:]
            eps = torch.randn(mean.shape, generator=torch_rng, dtype=torch.float64)
            logits = layers(mean + log_scale.exp() * eps, decoder)
            likelihood = (batch * logits - torch.nn.functional.softplus(logits)).sum(dim=1)
            divergence = 0.5 * (mean**2 + (2 * log_scale).exp() - 1 - 2 * log_scale).sum(dim=1)
            adam.zero_grad()
            (divergence - likelihood).mean().backward()
            adam.step()
    arrays = [tuple(part.detach().numpy().copy() for part in parts) for parts in (encoder, decoder)]
    return Network(arrays[0], arrays[1], held_out)


def grid(spacing: float = SPACING) -> Array:
    """The points of a square grid with this spacing out to EDGE, shape (m, 2)."""
    count = round(2 * EDGE / spacing) + 1
    line = np.linspace(-EDGE, EDGE, count)
    return np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)


def log_evidence(network: Network, images: Array, spacing: float = SPACING) -> Array:
    """log p(x) of each image by the trapezoidal rule over the latent plane; shape (n,)."""
    z = grid(spacing)
    joint = network.log_likelihood(images, z) + log_standard(z)
    return log_mean_exp(joint) + math.log(len(z)) + 2 * math.log(spacing)


def log_mean_exp(values: Array) -> Array:
    """log of the mean of exp along the last axis."""
    top = values.max(axis=-1)
    return np.asarray(top + np.log(np.exp(values - top[..., None]).mean(axis=-1)))


def log_weights(network: Network, images: Array, eps: Array) -> Array:
    """log p(x, z) - log q(z|x) at z = mean + scale eps, for eps of shape (n, m, 2); shape (n, m)."""
    mean, scale = network.encode(images)
    z = mean[:, None] + scale[:, None] * eps
    return network.log_likelihood(images, z) + log_standard(z) - log_variational(z, mean, scale)


def noise_grid(points: int) -> tuple[Array, Array]:
    """Gauss-Hermite nodes (m, 2) and weights (m,) of the standard normal law on the plane."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    z = np.stack(np.meshgrid(nodes, nodes, indexing="ij"), axis=-1).reshape(-1, 2)
    return z, np.outer(weights, weights).ravel() / (2 * math.pi)


def annealed(
    network: Network, images: Array, rng: np.random.Generator, chains: int, rungs: int, start: Array | None = None
) -> Array:
    """Log weights of annealed importance sampling (Neal 2001) between q(z|x) and the posterior; shape (n, chains).

    Metropolis moves at each rung of the geometric path.  From q upwards the weights estimate p(x) without bias.
    With `start`, one posterior draw an image (n, 2), the path is run downwards, and exp(-result) estimates 1/p(x)
    without bias.
    """
    mean, scale = network.encode(images)
    shape = (len(images), chains, 2)
    down = start is not None
    z = (
        np.repeat(start[:, None], chains, axis=1)
        if start is not None
        else mean[:, None] + scale[:, None] * rng.standard_normal(shape)
    )

    def parts(z: Array) -> tuple[Array, Array]:
        log_q = log_variational(z, mean, scale)
        return log_q, network.log_likelihood(images, z) + log_standard(z) - log_q

    ladder = np.linspace(0.0, 1.0, rungs + 1)
    log_q, ratio = parts(z)
    total = np.zeros(shape[:2])
    for i in range(rungs, 0, -1) if down else range(1, rungs + 1):
        if not down:
            total += (ladder[i] - ladder[i - 1]) * ratio
        for size in (1.0, 0.3):
            moved = z + size * scale[:, None] * rng.standard_normal(shape)
            new_q, new_ratio = parts(moved)
            gain = new_q - log_q + ladder[i] * (new_ratio - ratio)
            taken = np.log(rng.random(shape[:2])) < gain
            z = np.where(taken[..., None], moved, z)
            log_q, ratio = np.where(taken, new_q, log_q), np.where(taken, new_ratio, ratio)
        if down:
            total += (ladder[i] - ladder[i - 1]) * ratio
    return total


ROUTE, NEEDS = "a torch autoencoder on held-out digits, its evidence by quadrature", ("torch", "sklearn")


def _digits(tier: Tier) -> Network:
    return trained(tier.choose(quick=15, full=120))


def bound_interval(network: Network, rng: np.random.Generator, tier: Tier) -> Interval:
    """Catoni's interval for the bound, averaged over the held-out images; the variance by Gauss-Hermite quadrature."""
    images = network.held_out
    nodes, weights = noise_grid(20)
    at_nodes = log_weights(network, images, np.broadcast_to(nodes, (len(images), *nodes.shape)))
    variances = at_nodes**2 @ weights - (at_nodes @ weights) ** 2
    variance = float(variances.sum()) / len(images) ** 2 * (1 + 1e-4)
    draws = tier.choose(quick=1_000, full=8_000)
    eps = rng.standard_normal((len(images), draws, 2))
    return catoni_mean(log_weights(network, images, eps).mean(axis=0), variance, ALPHA_PER_TEST)


def divergences(network: Network) -> dict[str, float]:
    """The divergences between q, posterior and prior by quadrature, averaged over the held-out images."""
    z = grid()
    mean, scale = network.encode(network.held_out)
    q = log_variational(np.broadcast_to(z, (len(mean), *z.shape)), mean, scale)
    prior = log_standard(z)
    posterior = network.log_likelihood(network.held_out, z) + prior
    posterior = posterior - log_evidence(network, network.held_out)[:, None]
    cell = SPACING**2 / len(mean)

    def divergence(one: Array, other: Array) -> float:
        return float(np.sum(np.exp(one) * (one - other))) * cell

    return {"": divergence(q, posterior), "reversed": divergence(posterior, q), "to the prior": divergence(q, prior)}


@measures("vae.evidence_lower_bound", route=ROUTE, needs=NEEDS)
def bound_on_digits(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    network = _digits(tier)
    evidence = float(log_evidence(network, network.held_out).mean())
    to_prior = divergences(network)["to the prior"]
    mutants = {"divergence forgotten": evidence - to_prior, "divergence added": evidence - 2 * to_prior}
    found = bound_interval(network, rng, tier)
    return [Estimate("bound, mean of held-out digits", found, evidence, mutants, relation="<=", unit="nats")]


@measures("vae.evidence_decomposition", route=ROUTE, needs=NEEDS)
def gap_on_digits(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    network = _digits(tier)
    evidence = float(log_evidence(network, network.held_out).mean())
    gaps = divergences(network)
    predicted = evidence - gaps.pop("")
    mutants = {f"divergence {name}": evidence - gap for name, gap in gaps.items()}
    found = bound_interval(network, rng, tier)
    return [Estimate("bound, mean of held-out digits", found, predicted, {**mutants, "no gap": evidence}, unit="nats")]


@measures("vae.evidence_integral", route="annealed importance sampling in both directions", needs=NEEDS)
def evidence_by_annealing(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    network = _digits(tier)
    latents, images = network.simulate(rng, tier.choose(quick=192, full=768))
    predicted = float(log_evidence(network, images).mean())
    upwards = annealed(network, images, rng, chains=8, rungs=10)
    downwards = annealed(network, images, rng, chains=8, rungs=10, start=latents)
    # Products of independent unbiased estimates are unbiased: by Markov's inequality their mean logarithm exceeds the
    # truth by log(2/alpha) / n with probability at most alpha / 2, whatever the chains do.
    slack = math.log(2 / ALPHA_PER_TEST) / len(images)
    above = float(-log_mean_exp(-downwards).mean()) + slack
    simulated = Interval(_lower(upwards, 2), above, ALPHA_PER_TEST, "Markov, chains up and down", upwards.size)
    bound = bound_interval(network, rng, tier).middle
    held_out = network.held_out
    truth = float(log_evidence(network, held_out).mean())
    climbed = annealed(network, held_out, rng, chains=16, rungs=10)
    weighed = log_weights(network, held_out, rng.standard_normal((len(held_out), 400, 2)))
    at_zero = float(network.log_likelihood(images, np.zeros((1, 2))).mean())
    # A probability of binary pixels is at most 1, so its logarithm is at most 0.
    return [
        Estimate("log p(x) of simulated digits", simulated, predicted, {"at the prior's mean": at_zero}, unit="nats"),
        Estimate(
            "log p(x) of held-out digits, by annealing", _from_below(climbed, 4), truth, {"bound": bound}, unit="nats"
        ),
        Estimate(
            "log p(x) of held-out digits, by weighing", _from_below(weighed, 4), truth, {"bound": bound}, unit="nats"
        ),
    ]


def _lower(log_weights: Array, groups: int) -> float:
    """A lower limit of the mean log-evidence of n images, from log weights (n, m) cut into independent groups."""
    parts = log_mean_exp(log_weights.reshape(len(log_weights), groups, -1))
    return float(parts.mean()) - math.log(2 / ALPHA_PER_TEST) / parts.size


def _from_below(log_weights: Array, groups: int) -> Interval:
    return Interval(_lower(log_weights, groups), 0.0, ALPHA_PER_TEST, "Markov, from below", log_weights.size)
