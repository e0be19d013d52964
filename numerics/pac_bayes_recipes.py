"""Published recipes for PAC-Bayes certificates beside this package's, on the same training and test data.

- Dziugaite and Roy (2017): all weights of a network normal, the prior about the random start of its training, the
  posterior fitted to a bound on all the data;
- Ambroladze, Parrado-Hernandez and Shawe-Taylor (2007): a linear classifier with normal weights of unit variance, the
  prior about one that was trained on half of the data, both scaled by one of eight factors;
- Perez-Ortiz, Rivasplata, Shawe-Taylor and Szepesvari (2021): all weights normal, a learned prior from half of the
  data, the quadratic objective, networks drawn from the posterior, the inverse of kl twice;
- here: the last layer normal, the posterior fitted to Catoni's bound, priors from half of the data or from block to
  block (`numerics.block_posteriors`), for the network, the linear classifier, and features of a normal kernel.

The recipes are done again here at the size of these data, with their own bound, by Seeger and Maurer's inverse of kl.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import gaussian_posteriors as fits
from .block_posteriors import SPENT, Learner, block_certificate
from .certificates import seeger
from .gaussian_posteriors import Fitted, Labelled, normal_kl, sampled_errors
from .generalization import DELTA, FULL, Effort, Sample, last_layer
from .intervals import checked_alpha
from .kl_inverse import kl_upper_inverse

FACTORS = tuple(float(one) for one in np.geomspace(1, 100, 8))
"""The scales of weights that the second recipe tries, each at its share of delta."""


@dataclass(frozen=True)
class Recipe:
    """A certificate by one recipe: its bound on the risk, the errors of the randomized classifier, and the divergence.

    train_error: on the m data of the bound; test_error: on the test data; reference: empty for this package's own.
    """

    name: str
    reference: str
    classifier: str
    bound: float
    confidence: float
    train_error: float
    test_error: float
    kl: float
    m: int
    seconds: float


def recipes(found: Sample, *, delta: float = DELTA, seed: int = 0, effort: Effort = FULL) -> Iterator[Recipe]:
    """A certificate by every recipe from all training data of a sample; ValueError for delta outside (0, 1)."""
    checked_alpha(delta)
    for number, (name, (reference, make)) in enumerate(RECIPES.items()):
        made = make(name, found, delta, effort, np.random.default_rng([seed, 7, number]))
        yield replace(made, reference=reference)


def _certified(
    name: str,
    classifier: str,
    fitted: Fitted,
    bound: Labelled,
    test: Labelled,
    delta: float,
    draws: int,
    rng: np.random.Generator,
    begun: float,
) -> Recipe:
    """By the inverse of kl, after a share of delta for the draws; the least over the priors that were tried."""
    errors, count = sampled_errors(fitted, bound, draws, rng)
    share = delta / fitted.tried
    certain = kl_upper_inverse(min(errors / count * (1 + 1e-12), 1.0), math.log(1 / (SPENT * share)) / count)
    wrong, seen = sampled_errors(fitted, test, max(draws // 10, 20), rng)
    m = len(bound[1])
    risk = seeger(certain, fitted.kl * (1 + 1e-12) + 1e-9, m, share * (1 - SPENT))
    took = time.perf_counter() - begun
    return Recipe(name, "", classifier, risk, 1 - delta, errors / count, wrong / seen, fitted.kl, m, took)


def _halves(train: Labelled) -> tuple[Labelled, Labelled]:
    half = len(train[1]) // 2
    return (train[0][:half], train[1][:half]), (train[0][half:], train[1][half:])


def _random_start(name: str, found: Sample, delta: float, effort: Effort, rng: np.random.Generator) -> Recipe:
    """Dziugaite and Roy: posterior and deviations by Adam on risk + sqrt((KL + log)/(2m)), prior about the start."""
    import torch

    begun, seed, scale, x = time.perf_counter(), int(rng.integers(2**31)), 0.1, found.train[0]
    hidden = (found.settings.hidden,)
    data = _with_one(x), found.train[1]
    start, trained = (
        fits.train_network(*data, found.classes, hidden, np.random.default_rng(seed), steps=steps)
        for steps in (0, effort.steps)
    )
    means = [one.clone().requires_grad_() for one in trained]
    ratios = [torch.full_like(one, -1.0).requires_grad_() for one in trained]
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam([*means, *ratios], lr=0.003)
    inputs, labels = torch.tensor(data[0]), torch.tensor(data[1])
    m = len(labels)
    for _ in range(2 * effort.steps):
        optimizer.zero_grad()
        kl, drawn = torch.zeros((), dtype=torch.float64), []
        for mean, ratio, centre in zip(means, ratios, start, strict=True):
            noise = torch.randn(mean.shape, generator=generator, dtype=torch.float64)
            drawn.append(mean + scale * torch.exp(ratio) * noise)
            kl = kl + (torch.exp(2 * ratio) + ((mean - centre) / scale) ** 2 - 1 - 2 * ratio).sum() / 2
        loss = torch.nn.functional.cross_entropy(fits.forward(drawn, inputs), labels) / math.log(found.classes)
        (loss + torch.sqrt((kl + math.log(2 * math.sqrt(m) / delta)) / (2 * m))).backward()
        optimizer.step()
    with torch.no_grad():
        parts = tuple(
            (np.asarray(mean), np.asarray(scale * torch.exp(ratio)), np.asarray(centre))
            for mean, ratio, centre in zip(means, ratios, start, strict=True)
        )
    kl_total = sum(normal_kl(mean, deviation, centre, scale) for mean, deviation, centre in parts)
    fitted = Fitted(_with_one, parts[-1][2], *parts[-1][:2], kl_total, 1, "square root", parts)
    test = found.test
    return _certified(name, "network", fitted, found.train, test, delta, effort.draws // 4, rng, begun)


def _with_one(x: Any) -> Any:
    return np.concatenate([x, np.ones((len(x), 1))], axis=1)


def _informed_prior(name: str, found: Sample, delta: float, effort: Effort, rng: np.random.Generator) -> Recipe:
    begun = time.perf_counter()
    prior, bound = _halves(found.train)
    centre, mean = (
        fits.trained_mean(_with_one(part[0]), part[1], found.classes, ridge=found.settings.ridge)
        for part in (prior, found.train)
    )
    unit = float(np.linalg.norm(centre)) / math.sqrt(found.classes)
    tried = []
    for factor in FACTORS:
        at = factor / unit
        kl = normal_kl(at * mean, np.ones_like(mean), at * centre, 1.0)
        one = Fitted(_with_one, at * centre, at * mean, np.ones_like(mean), kl, len(FACTORS), "unit variance")
        draws = max(effort.draws // 10, 20)
        tried.append(_certified(name, "linear", one, bound, found.test, delta, draws, rng, begun))
    return min(tried, key=lambda one: one.bound)


def _backprop(name: str, found: Sample, delta: float, effort: Effort, rng: np.random.Generator) -> Recipe:
    begun = time.perf_counter()
    prior, bound = _halves(found.train)
    fitted = fits.fit_network(prior, bound, found.classes, delta, rng, steps=effort.steps)
    return _certified(name, "network", fitted, bound, found.test, delta, effort.draws, rng, begun)


def _kernel(data: Labelled, classes: int) -> Any:
    features = fits.kernel_features(data[0])
    return features, fits.trained_mean(features(data[0]), data[1], classes)


def _ours(classifier: str, blocks: bool) -> Callable[[str, Sample, float, Effort, np.random.Generator], Recipe]:
    def make(name: str, found: Sample, delta: float, effort: Effort, rng: np.random.Generator) -> Recipe:
        def learner(data: Labelled, rng: np.random.Generator) -> Any:
            if classifier == "kernel":
                return _kernel(data, found.classes)
            return last_layer(found, classifier, effort.steps, data, rng)  # type: ignore[arg-type]

        train: Learner = learner
        share, many = (0.4, effort.blocks) if blocks else (0.5, 1)
        one = block_certificate(
            train,
            found.train,
            found.test,
            rng,
            delta=delta,
            first_share=share,
            blocks=many,
            draws=effort.draws,
            folds=effort.folds,
        )
        errors = one.train_error, one.test_error
        return Recipe(name, "", classifier, one.bound, one.confidence, *errors, one.kl, one.m, one.seconds)

    return make


RECIPES: dict[str, tuple[str, Callable[[str, Sample, float, Effort, np.random.Generator], Recipe]]] = {
    "prior about the random start": ("Dziugaite and Roy 2017", _random_start),
    "unit variance, learned prior": ("Ambroladze et al. 2007", _informed_prior),
    "all weights, quadratic": ("Perez-Ortiz et al. 2021", _backprop),
    "last layer, Catoni": ("", _ours("network", False)),
    "linear, Catoni": ("", _ours("linear", False)),
    "kernel features, Catoni": ("", _ours("kernel", False)),
    "kernel features, Catoni, blocks": ("", _ours("kernel", True)),
}
"""What is compared: where it comes from, and how it is made."""

__all__ = ["RECIPES", "Recipe", "recipes"]
