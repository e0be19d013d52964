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

from .intervals import Array

HELD_OUT = 96
"""How many images are kept from training."""
EDGE, SPACING = 8.0, 0.1
"""The grid: the prior's mass beyond 8 is 2.5e-15, and a Bernoulli likelihood is at most 1."""


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
        """log p(x|z) of n images at m latents each: images (n, 64), latents (m, 2) for all or (n, m, 2); shape (n, m)."""
        logits = _layers(latents, self.decoder)
        normalizer = np.logaddexp(0.0, logits).sum(axis=-1)
        if latents.ndim == 2:
            return np.asarray(images @ logits.T - normalizer)
        return np.asarray(np.einsum("nd,nmd->nm", images, logits) - normalizer)

    def simulate(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Latents (count, 2) from the prior and images (count, 64) from the decoder: each latent is a posterior draw."""
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
    return log_standard(eps) - np.log(scale).sum(axis=-1)[:, None]


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

    Metropolis moves at each rung of the geometric path.  From q upwards the weights estimate p(x) without bias.  With
    `start`, one posterior draw an image (n, 2), the path is run downwards, and exp(-result) estimates 1/p(x) without bias.
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
