"""Spectra of a network trained on scikit-learn's digits: its weights before and after, and its Hessian.

The network is 64 -> hidden -> hidden -> 10 with tanh units, trained by full-batch Adam on cross-entropy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from .intervals import Array


@dataclass(frozen=True)
class Trained:
    """Weight matrices (out x in) before and after training, the accuracy on the training set, the Hessian's spectrum.

    hessian: its eigenvalues, rising; gauss_newton: those of its positive semi-definite part.
    """

    initial: tuple[Array, ...]
    final: tuple[Array, ...]
    accuracy: float
    hessian: Array
    gauss_newton: Array


def _images() -> tuple[Any, Any]:
    import torch
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return torch.tensor((x - x.mean()) / x.std(), dtype=torch.float64), torch.tensor(y)


@cache
def trained(hidden: int = 100, steps: int = 80, seed: int = 0, images: int = 600) -> Trained:
    """Train on the first `images` digits; weights start normal with variance 1/(inputs of the layer).

    Raises ValueError for sizes that are not positive.
    """
    import torch
    from torch.nn import functional

    if min(hidden, steps, images) < 1:
        raise ValueError(f"hidden = {hidden}, steps = {steps}, images = {images} must all be positive")
    rng = np.random.default_rng(seed)
    x, y = (one[:images] for one in _images())
    sizes = (64, hidden, hidden, 10)
    weights = [rng.normal(size=(b, a)) / np.sqrt(a) for a, b in pairwise(sizes)]
    layers = [torch.tensor(one, requires_grad=True) for one in weights]
    optimizer = torch.optim.Adam(layers, lr=3e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = functional.cross_entropy(_outputs(layers, x), y)
        loss.backward()
        optimizer.step()
    accuracy = float((_outputs(layers, x).argmax(1) == y).double().mean())
    final = tuple(one.detach().numpy().copy() for one in layers)
    return Trained(tuple(weights), final, accuracy, *_curvature(rng, x, y))


def _outputs(layers: Any, x: Any) -> Any:
    import torch

    for one in layers[:-1]:
        x = torch.tanh(x @ one.T)
    return x @ layers[-1].T


def _curvature(rng: np.random.Generator, x: Any, y: Any, width: int = 4, steps: int = 150) -> tuple[Array, Array]:
    """The Hessian's and the Gauss-Newton matrix's eigenvalues of a small trained network, 64 -> width -> 10."""
    import torch
    from torch.nn import functional

    x, y = x[:200], y[:200]
    flat = torch.tensor(rng.normal(size=64 * width + 10 * width) / 8, requires_grad=True)

    def outputs(at: Any) -> Any:
        return _outputs((at[: 64 * width].reshape(width, 64), at[64 * width :].reshape(10, width)), x)

    def loss(at: Any) -> Any:
        return functional.cross_entropy(outputs(at), y)

    optimizer = torch.optim.Adam([flat], lr=1e-2)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(flat).backward()
        optimizer.step()
    at = flat.detach()
    hessian = torch.func.hessian(loss)(at)
    jacobian = torch.func.jacrev(outputs)(at)  # images x 10 x parameters
    p = torch.softmax(outputs(at), 1)
    bend = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    newton = torch.einsum("iap,iab,ibq->pq", jacobian, bend, jacobian) / len(y)
    return np.linalg.eigvalsh(hessian.numpy()), np.linalg.eigvalsh(newton.numpy())
