"""Measurements of autoencoders without a latent law: their loss, and linear ones against principal components."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..theory import vae as theory
from ..theory.measures import atom_values, on_atoms
from .evidence_models import EPSILON, bounded, exact, value
from .intervals import Array, Interval
from .measurement import Estimate, Tier, enclosure, measures


@measures("vae.reconstruction_loss", route="torch.nn.functional.mse_loss", needs=("torch",))
def reconstruction_by_torch(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    import torch

    x, y = rng.standard_normal((2, 6))
    found = float(torch.nn.functional.mse_loss(torch.from_numpy(y), torch.from_numpy(x), reduction="sum"))
    loss = on_atoms(theory.reconstruction_loss.claim.value, 6)
    at = dict(zip(atom_values(theory.target, 6), map(float, x), strict=True))
    at |= dict(zip(atom_values(theory.output, 6), map(float, y), strict=True))
    predicted = value(loss, at)
    mutants = {"mean over the coordinates": predicted / 6, "absolute values": float(np.abs(x - y).sum())}
    return [Estimate("squared reconstruction error in R^6", exact(found), predicted, mutants)]


@measures("vae.linear_autoencoder", route="Monte Carlo over data on the corners of a rectangle")
def linear_autoencoder_by_sampling(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    n = tier.choose(quick=20_000, full=200_000)
    encoder, decoder, variances = np.array([0.9, 0.2]), np.array([0.8, -0.3]), np.array([1.5, 0.5])
    x = np.sqrt(variances) * (2 * rng.integers(0, 2, (n, 2)) - 1)
    errors = ((x - np.outer(x @ encoder, decoder)) ** 2).sum(axis=1)
    reach = (np.sqrt(variances) @ np.abs(np.eye(2) - np.outer(decoder, encoder)).T) @ np.ones(2)
    objective = theory.linear_autoencoder.claim.value
    names = {"v1": 0.9, "v2": 0.2, "w1": 0.8, "w2": -0.3, "b": 0.5, "c": 1.0}
    at = {symbol: names[symbol.name] for symbol in objective.free_symbols}
    swapped = {symbol: names[symbol.name.translate(str.maketrans("vw", "wv"))] for symbol in at}
    mutants = {"encoder and decoder swapped": value(objective, swapped), "all the variance": 2.0}
    return [Estimate("expected error", bounded(errors, 0, reach**2), value(objective, at), mutants)]


@measures(
    "vae.principal_subspace",
    route="a linear autoencoder trained by torch on scikit-learn's digits",
    needs=("torch", "sklearn"),
)
def linear_autoencoder_on_digits(rng: np.random.Generator, tier: Tier) -> list[Estimate]:
    found = []
    for units in tier.choose(quick=(1,), full=(1, 8)):
        covariance = digits_covariance()
        steps = tier.choose(quick=200, full=1000)
        reached, decoder = trained_linear_autoencoder(covariance, units, steps, int(rng.integers(2**62)))
        variances = np.linalg.eigvalsh(covariance)[::-1]
        total, kept = float(variances.sum()), float(variances[:units].sum())
        # The Ritz values of the decoder's span lie within the residual's norm of that many eigenvalues (Kahan 1967).
        span = np.linalg.qr(decoder)[0]
        ritz = span.T @ covariance @ span
        residual = float(np.linalg.norm(covariance @ span - span @ ritz, 2))
        rounding = 1e3 * EPSILON * total
        best = total - float(np.trace(ritz)) - units * residual - rounding
        near = Interval(best, reached + rounding, 0.0, "residual of the decoder's span")
        at_it = enclosure(reached, error=rounding, method="expected error of the trained weights")
        mutants = {"nothing spared": total, "next variances spared": total - float(variances[1 : units + 1].sum())}
        found += [
            Estimate(f"least error with {units} code units", near, total - kept, {**mutants, "half": total - kept / 2}),
            Estimate(f"error with {units} code units, from below", at_it, total - kept, mutants, relation=">="),
        ]
    return found


def digits_covariance() -> Array:
    """The covariance of scikit-learn's digits, pixels from 0 to 1; shape (64, 64)."""
    from sklearn.datasets import load_digits

    return np.asarray(np.cov((load_digits().data / 16.0).T, bias=True))


def trained_linear_autoencoder(covariance: Array, units: int, steps: int, seed: int) -> tuple[float, Array]:
    """The expected error that L-BFGS on both weights of a linear autoencoder reaches, and the decoder (n, units)."""
    import torch

    size, total = len(covariance), float(np.trace(covariance))
    target, torch_rng = torch.from_numpy(covariance), torch.Generator().manual_seed(seed)
    encoder, decoder = (
        (0.3 * torch.randn(shape, generator=torch_rng, dtype=torch.float64)).requires_grad_()
        for shape in ((units, size), (size, units))
    )
    descent = torch.optim.LBFGS(
        [encoder, decoder], max_iter=steps, max_eval=2 * steps, tolerance_grad=1e-9, tolerance_change=0.0,
        history_size=20, line_search_fn="strong_wolfe",
    )  # fmt: skip

    def error() -> Any:
        seen = encoder @ target
        return total - 2 * torch.sum(seen.T * decoder) + torch.sum((decoder.T @ decoder) * (seen @ encoder.T))

    def closure() -> Any:
        descent.zero_grad()
        loss = error()
        loss.backward()
        return loss

    descent.step(closure)
    return float(error().detach()), np.asarray(decoder.detach().numpy())
