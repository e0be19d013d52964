"""PAC-Bayes certificates whose priors go on learning, from one block of the data to the next.

The data are cut into a first part and K blocks. The prior of block k is a normal law about a classifier trained on all
that came before, the posterior Q_k is fitted to block k, and the randomized predictor draws k in proportion to
the blocks' sizes m_k and then a classifier from Q_k. With m = m_1 + ... + m_K, its mean empirical error r on the blocks
(each Q_k on its own), and a lambda fixed before the first block, its risk is at most

    (1 - exp(-lambda r - (KL_1 + ... + KL_K + log(1/delta))/m)) / (1 - exp(-lambda)),   with probability 1 - delta,

for all posteriors at once: given the data before block k, the mean over the prior of exp(-lambda m_k r_k(h) - m_k
log(1 - (1 - exp(-lambda)) R(h))) has expectation 1, so the product over k has; then the change of measure in each
factor, Markov's inequality, and Jensen's for -log(1 - cR). For K = 1 this is Catoni's bound with a data-dependent
prior; for posteriors equal to their priors it is progressive validation (Blum, Kalai and Langford 1999).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .certificates import catoni
from .gaussian_posteriors import Features, Fitted, Labelled, normal_kl, sampled_errors, smooth_error
from .intervals import Array, checked_alpha
from .kl_inverse import kl_upper_inverse

Learner = Callable[[Labelled, np.random.Generator], tuple[Features, Array]]
"""Trains on inputs (n, d) and labels; gives features and weights (features, classes) of the last layer."""

GRID = tuple(float(one) for one in np.geomspace(0.25, 16, 25))
"""The lambdas among which the first part chooses."""
SPENT = 1 / 50
"""The share of delta for the draws."""


@dataclass(frozen=True)
class BlockCertificate:
    """The bound, and what it was made of. Errors are shares, of the randomized predictor.

    train_error: the mean of its drawn errors on the blocks; train_error_bound: what the draws certify; test_error: on
    data that nothing has seen, estimated; kl: the sum over blocks; m: the data in the blocks; first: those before.
    """

    bound: float
    confidence: float
    train_error: float
    train_error_bound: float
    test_error: float
    kl: float
    lam: float
    m: int
    first: int
    blocks: int
    seconds: float


def block_certificate(
    learner: Learner,
    train: Labelled,
    test: Labelled,
    rng: np.random.Generator,
    *,
    delta: float = 0.05,
    first_share: float = 0.5,
    blocks: int = 1,
    spread: float = 0.03,
    draws: int = 2000,
    steps: int = 100,
    folds: int = 4,
) -> BlockCertificate:
    """Certify the risk of a randomized classifier from its training data alone; the test data are only looked at.

    spread: the prior's deviation over the root mean square of its mean; folds: of the cross-validation on the first
    part that chooses lambda; draws: of the posterior's predictions, for each datum. Raises ValueError for a share or
    delta outside (0, 1), or too few data for a first part and blocks of ten each.
    """
    begun = time.perf_counter()
    checked_alpha(delta)
    n = len(train[1])
    if not 0 < first_share < 1 or blocks < 1:
        raise ValueError(f"first_share = {first_share} must lie in (0, 1), and blocks = {blocks} must be at least 1")
    ends = np.linspace(round(n * first_share), n, blocks + 1).round().astype(int)
    if min(ends[0], *np.diff(ends)) < 10:
        raise ValueError(f"{n} data are too few for a first part and {blocks} blocks of ten each")
    m = int(n - ends[0])
    lam = _chosen_lambda(learner, (train[0][: ends[0]], train[1][: ends[0]]), m, delta, rng, folds)
    fitted, drawn, seen, kl = [], 0.0, 0, 0.0
    for low, high in pairwise(ends.tolist()):
        block = train[0][low:high], train[1][low:high]
        one = _fitted(learner, (train[0][:low], train[1][:low]), block, lam, spread, steps, rng)
        errors, count = sampled_errors(one, block, draws, rng)
        fitted.append((one, high - low))
        drawn, seen, kl = drawn + errors, seen + count, kl + one.kl
    kl = kl * (1 + 1e-12) + 1e-9  # above every rounding of sums of at most 10^5 terms
    certain = kl_upper_inverse(min(drawn / seen * (1 + 1e-15), 1.0), math.log(1 / (SPENT * delta)) / seen)
    wrong = [sampled_errors(one, test, max(draws // 10, 1), rng) for one, _ in fitted]
    test_error = sum(size * bad / count for (_, size), (bad, count) in zip(fitted, wrong, strict=True)) / m
    return BlockCertificate(
        bound=catoni(certain, kl, m, delta * (1 - SPENT), lam),
        confidence=1 - delta,
        train_error=drawn / seen,
        train_error_bound=certain,
        test_error=float(test_error),
        kl=kl,
        lam=lam,
        m=m,
        first=int(ends[0]),
        blocks=blocks,
        seconds=time.perf_counter() - begun,
    )


def _chosen_lambda(
    learner: Learner, first: Labelled, m: int, delta: float, rng: np.random.Generator, folds: int
) -> float:
    """The lambda that would be best at the error that cross-validation on the first part finds."""
    wrong, place = 0, np.arange(len(first[1])) % folds
    for fold in range(folds):
        inside, outside = place != fold, place == fold
        features, weights = learner((first[0][inside], first[1][inside]), rng)
        wrong += int(((features(first[0][outside]) @ weights).argmax(axis=1) != first[1][outside]).sum())
    guess = (wrong + 0.5) / (len(first[1]) + 1)
    return min(GRID, key=lambda lam: catoni(guess, 0.0, m, delta, lam))


def _fitted(
    learner: Learner,
    before: Labelled,
    block: Labelled,
    lam: float,
    spread: float,
    steps: int,
    rng: np.random.Generator,
) -> Fitted:
    features, start = learner(before, rng)
    scale = spread * float(np.sqrt((start**2).mean()))
    mean, deviation = fit_to_catoni(features(block[0]), block[1], start, scale, lam, steps, rng)
    kl = normal_kl(mean, deviation, start, scale)
    return Fitted(features, start, mean, deviation, kl, 1, "posterior fitted to Catoni's bound")


def fit_to_catoni(
    features: Array,
    labels: NDArray[Any],
    start: Array,
    scale: float,
    lam: float,
    steps: int,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Mean and deviations (d, classes) that Adam finds for lambda r + KL/m, r the error of drawn logits, smoothed.

    This is what Catoni's bound grows with, so that the least of it is the best posterior. The width of the smooth step
    shrinks to a twentieth of the mean size of the logits.
    """
    import torch

    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    x, y, prior = torch.tensor(features), torch.tensor(labels), torch.tensor(start)
    m, size = len(labels), float(np.abs(features @ start).mean()) + scale
    move, log_ratio = (torch.zeros_like(prior, requires_grad=True) for _ in range(2))
    optimizer = torch.optim.Adam([move, log_ratio], lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        noise = torch.randn(m, prior.shape[1], generator=generator, dtype=torch.float64)
        logits = x @ (prior + scale * move) + torch.sqrt(x**2 @ (scale * torch.exp(log_ratio)) ** 2 + 1e-12) * noise
        kl = (torch.exp(2 * log_ratio) + move**2 - 1 - 2 * log_ratio).sum() / 2
        (lam * smooth_error(logits, y, size / 20) + kl / m).backward()
        optimizer.step()
    with torch.no_grad():
        return np.asarray(prior + scale * move), np.asarray(scale * torch.exp(log_ratio))


__all__ = ["BlockCertificate", "Learner", "block_certificate", "fit_to_catoni"]
