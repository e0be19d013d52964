"""Normal posteriors over the weights of a classifier, fitted to a PAC-Bayes bound with torch.

A linear classifier on features f(x), which may depend on the prior's data but not on those of the bound, has weights W
of shape (d, classes). The prior is N(W0, s0^2) with W0 trained on the prior's data, the posterior N(W, s^2) with
independent coordinates and one s for each feature and class. The logits at x are then independent normal variables, so
that they can be drawn instead of the weights: the draws at different x are independent too, and all of them count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .intervals import Array

Labelled = tuple[Array, NDArray[Any]]
Features = Callable[[Array], Array]


@dataclass(frozen=True)
class Fitted:
    """A prior and a posterior: features, means and deviations (d, classes), KL(Q||P), and how many were tried.

    layers: where all weights of a network are stochastic, its (mean, deviation, prior mean) by layer.
    """

    features: Features
    prior_mean: Array
    mean: Array
    deviation: Array
    kl: float
    tried: int
    objective: str
    layers: tuple[tuple[Array, Array, Array], ...] = ()


def normal_kl(mean: Array, deviation: Array, prior_mean: Array, prior_deviation: float) -> float:
    """KL between normal laws with independent coordinates, as `pac_bayes.gaussian_divergence` has it."""
    ratio = (deviation / prior_deviation) ** 2
    return float((ratio + ((mean - prior_mean) / prior_deviation) ** 2 - 1 - np.log(ratio)).sum() / 2)


def fit(prior: Labelled, bound: Labelled, classes: int, model: str, delta: float, rng: np.random.Generator) -> Fitted:
    """The posterior of the least bound among those fitted for each deviation of the prior in `certificates.SCALES`."""
    from .certificates import SCALES, catoni_grid

    if model == "pbb":
        return fit_network(prior, bound, classes, delta, rng)
    features = feature_map(model, prior, classes, rng)
    at_prior, at_bound = features(prior[0]), features(bound[0])
    start = trained_mean(at_prior, prior[1], classes)
    found: list[tuple[float, Fitted]] = []
    for scale in SCALES:
        mean, deviation = fit_linear(at_bound, bound[1], start, scale, delta, rng)
        kl = normal_kl(mean, deviation, start, scale)
        one = Fitted(features, start, mean, deviation, kl, len(SCALES), "posterior fitted to the bound")
        errors, count = sampled_errors(one, bound, 100, rng)
        found.append((catoni_grid(errors / count, kl, len(bound[1]), delta / len(SCALES)), one))
    return min(found, key=lambda pair: pair[0])[1]


def standardized(inputs: Array) -> Features:
    """The map to mean 0 and deviation 1 of these inputs, scaled by 1/sqrt(d), with a constant appended."""
    centre, spread = inputs.mean(axis=0), inputs.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)

    def features(x: Array) -> Array:
        scaled = np.clip((x - centre) / spread, -5, 5) / math.sqrt(inputs.shape[1])
        return np.concatenate([scaled, np.ones((len(x), 1))], axis=1)

    return features


def feature_map(model: str, prior: Labelled, classes: int, rng: np.random.Generator) -> Features:
    """The features of a model, a function of the prior's data alone."""
    if model == "linear":
        return standardized(prior[0])
    return kernel_features(prior[0]) if model == "kernel" else network_features(prior, classes, rng)


def kernel_features(landmarks: Array) -> Features:
    """Features whose inner products are those of the normal kernel at the landmarks.

    The kernel's square width is a quarter of their median squared distance.
    """
    scaled = standardized_range(landmarks)
    points = scaled(landmarks)
    norms = (points**2).sum(axis=1)
    distances = np.maximum(norms[:, None] + norms[None] - 2 * points @ points.T, 0)
    width = float(np.median(distances[np.triu_indices(len(points), 1)])) / 4
    values, vectors = np.linalg.eigh(np.exp(-distances / (2 * width)))
    kept = values > 1e-6 * values[-1]
    whitening = vectors[:, kept] / np.sqrt(values[kept])

    def features(x: Array) -> Array:
        at = scaled(x)
        away = np.maximum((at**2).sum(axis=1)[:, None] + norms[None] - 2 * at @ points.T, 0)
        return np.asarray(np.exp(-away / (2 * width)) @ whitening)

    return features


def standardized_range(inputs: Array) -> Features:
    """The map to mean 0, and deviation 1 where columns have different units; columns of one range keep their scale."""
    spread = inputs.std(axis=0)
    one_range = float(inputs.max() - inputs.min()) <= 2 * float(np.median(inputs.max(axis=0) - inputs.min(axis=0)) + 1)
    scale = np.full(inputs.shape[1], float(inputs.std())) if one_range else np.where(spread > 1e-9, spread, 1.0)
    centre = inputs.mean(axis=0)
    return lambda x: np.asarray(np.clip((x - centre) / scale, -5, 5))


def network_features(prior: Labelled, classes: int, rng: np.random.Generator, hidden: int = 128) -> Features:
    """The last hidden layer, scaled to length about 1, of a rectifier network that torch trains on the prior's data."""
    import torch

    scaled = standardized(prior[0])
    layers = train_network(scaled(prior[0]), prior[1], classes, (hidden, hidden), rng)

    def hidden_layer(x: Array) -> Array:
        with torch.no_grad():
            at = torch.tensor(scaled(x))
            for weight in layers[:-1]:
                at = _with_one(torch.relu(at @ weight))
            return np.asarray(at)

    size = float(np.sqrt((hidden_layer(prior[0]) ** 2).sum(axis=1).mean()))
    return lambda x: hidden_layer(x) / size


def _with_one(x: Any) -> Any:
    import torch

    return torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], dim=1)


def train_network(
    inputs: Array,
    labels: NDArray[Any],
    classes: int,
    hidden: tuple[int, ...],
    rng: np.random.Generator,
    steps: int = 300,
) -> list[Any]:
    """The weights of a rectifier network of these hidden widths, by Adam; biases are the last rows."""
    import torch

    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    sizes = (inputs.shape[1], *hidden, classes)
    layers = []
    for i, (rows, columns) in enumerate(pairwise(sizes)):
        rows += i > 0
        spread = math.sqrt(2 / (rows if i else 1))  # the inputs have length about 1
        weight = torch.randn(rows, columns, generator=generator, dtype=torch.float64) * spread
        layers.append(weight.requires_grad_())
    x, y = torch.tensor(inputs), torch.tensor(labels)
    optimizer = torch.optim.AdamW(layers, lr=0.005, weight_decay=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(forward(layers, x), y).backward()
        optimizer.step()
    return [layer.detach() for layer in layers]


def forward(layers: Any, x: Any) -> Any:
    """The logits of a rectifier network at x (n, d), biases in the last row of each layer after the first."""
    import torch

    for weight in layers[:-1]:
        x = _with_one(torch.relu(x @ weight))
    return x @ layers[-1]


def trained_mean(features: Array, labels: NDArray[Any], classes: int, ridge: float = 1e-4, steps: int = 200) -> Array:
    """Weights (d, classes) of the least penalized cross-entropy, by L-BFGS."""
    import torch

    x, y = torch.tensor(features), torch.tensor(labels)
    weights = torch.zeros(features.shape[1], classes, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=steps, line_search_fn="strong_wolfe")

    def closure() -> Any:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(x @ weights, y) + ridge / 2 * (weights**2).sum() / classes
        loss.backward()
        return loss

    optimizer.step(closure)
    return np.asarray(weights.detach())


def fit_linear(
    features: Array,
    labels: NDArray[Any],
    start: Array,
    scale: float,
    delta: float,
    rng: np.random.Generator,
    steps: int = 150,
) -> tuple[Array, Array]:
    """Mean and deviations (d, classes) of the posterior that Adam finds for Thiemann's form of the bound.

    The empirical risk in it is that of one draw of the logits a step, with a smooth step for the margin; its lambda is
    the best one, recomputed at each step.
    """
    import torch

    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    x, y, prior = torch.tensor(features), torch.tensor(labels), torch.tensor(start)
    m, size = len(labels), float(np.abs(features @ start).mean()) + scale
    move = torch.zeros_like(prior, requires_grad=True)
    log_ratio = torch.full_like(prior, -0.05).requires_grad_()
    optimizer = torch.optim.Adam([move, log_ratio], lr=0.02)
    cost = math.log(2 * math.sqrt(m) / delta)
    for _ in range(steps):
        optimizer.zero_grad()
        deviation = scale * torch.exp(log_ratio)
        noise = torch.randn(m, prior.shape[1], generator=generator, dtype=torch.float64)
        logits = x @ (prior + scale * move) + torch.sqrt(x**2 @ deviation**2 + 1e-12) * noise
        risk = smooth_error(logits, y, size / 10)
        kl = (torch.exp(2 * log_ratio) + move**2 - 1 - 2 * log_ratio).sum() / 2
        bound_of(risk, (kl + cost) / m).backward()
        optimizer.step()
    with torch.no_grad():
        return np.asarray(prior + scale * move), np.asarray(scale * torch.exp(log_ratio))


def smooth_error(logits: Any, labels: Any, width: float) -> Any:
    """The mean of a logistic step of the margin, which tends to the share of errors as the width tends to zero."""
    import torch

    right = logits.gather(1, labels[:, None])[:, 0]
    others = logits.scatter(1, labels[:, None], -math.inf)
    return torch.sigmoid((others.max(dim=1).values - right) / width).mean()


def bound_of(risk: Any, complexity: Any) -> Any:
    """Thiemann's bound at its best lambda, at which risk and complexity are held."""
    tilt = 2 / (math.sqrt(2 * risk.item() / complexity.item() + 1) + 1)
    return risk / (1 - tilt / 2) + complexity / (tilt * (1 - tilt / 2))


def fit_network(
    prior: Labelled, bound: Labelled, classes: int, delta: float, rng: np.random.Generator, steps: int = 400
) -> Fitted:
    """All weights of a network stochastic, as Perez-Ortiz et al. (2021) have it: a normal prior of deviation 0.03 about
    a network that was trained on the prior's data, and the quadratic objective with a bounded cross-entropy."""
    import torch

    scaled = standardized(prior[0])
    centres = train_network(scaled(prior[0]), prior[1], classes, (64,), rng)
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    scale, m, least = 0.03, len(bound[1]), 1e-5
    x, y = torch.tensor(scaled(bound[0])), torch.tensor(bound[1])
    means = [centre.clone().requires_grad_() for centre in centres]
    log_ratios = [torch.zeros_like(centre).requires_grad_() for centre in centres]
    optimizer = torch.optim.Adam([*means, *log_ratios], lr=0.002)
    cost = math.log(2 * math.sqrt(m) / delta)
    for _ in range(steps):
        optimizer.zero_grad()
        drawn, kl = [], torch.zeros((), dtype=torch.float64)
        for mean, log_ratio, centre in zip(means, log_ratios, centres, strict=True):
            noise = torch.randn(mean.shape, generator=generator, dtype=torch.float64)
            drawn.append(mean + scale * torch.exp(log_ratio) * noise)
            kl = kl + (torch.exp(2 * log_ratio) + ((mean - centre) / scale) ** 2 - 1 - 2 * log_ratio).sum() / 2
        log_chance = torch.clamp(torch.log_softmax(forward(drawn, x), dim=1), min=math.log(least))
        risk = -log_chance.gather(1, y[:, None]).mean() / math.log(1 / least)
        half = (kl + cost) / (2 * m)
        ((torch.sqrt(risk + half) + torch.sqrt(half)) ** 2).backward()
        optimizer.step()
    with torch.no_grad():
        parts = [
            (np.asarray(mean), np.asarray(scale * torch.exp(log_ratio)), np.asarray(centre))
            for mean, log_ratio, centre in zip(means, log_ratios, centres, strict=True)
        ]
    kl_total = sum(normal_kl(mean, deviation, centre, scale) for mean, deviation, centre in parts)
    mean, deviation, centre = parts[-1]
    return Fitted(scaled, centre, mean, deviation, kl_total, 1, "quadratic, Perez-Ortiz et al.", tuple(parts))


def sampled_errors(fitted: Fitted, data: Labelled, draws: int, rng: np.random.Generator) -> tuple[float, int]:
    """A sum of independent error rates in [0, 1] of the posterior on the data, and how many independent ones they are.

    For stochastic logits: the number of wrong predictions, and the number of predictions, `draws` for each datum (their
    rates differ from datum to datum, and Chernoff's bound holds for their mean: Hoeffding 1963). For a network whose
    weights are drawn: the sum of the error rates of so many networks.
    """
    features, labels = fitted.features(data[0]), data[1]
    if fitted.layers:
        return sum(_network_error(fitted, features, labels, rng) for _ in range(draws)), draws
    mean, spread = features @ fitted.mean, np.sqrt(features**2 @ fitted.deviation**2)
    errors = 0
    for first in range(0, draws, 100):
        several = min(100, draws - first)
        logits = mean + spread * rng.standard_normal((several, *mean.shape), dtype=np.float32)
        errors += int((logits.argmax(axis=2) != labels).sum())
    return float(errors), draws * len(labels)


def _network_error(fitted: Fitted, features: Array, labels: NDArray[Any], rng: np.random.Generator) -> float:
    x = features
    for i, (mean, deviation, _) in enumerate(fitted.layers):
        if i:
            x = np.concatenate([np.maximum(x, 0), np.ones((len(x), 1))], axis=1)
        x = x @ (mean + deviation * rng.standard_normal(mean.shape))
    return float((x.argmax(axis=1) != labels).mean())


def mean_prediction(fitted: Fitted, inputs: Array, prior: bool = False) -> NDArray[Any]:
    """The labels that the posterior's mean predicts, or the prior's."""
    x = fitted.features(inputs)
    for mean, _, centre in fitted.layers[:-1]:
        x = np.maximum(x @ (centre if prior else mean), 0)
        x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    return np.asarray((x @ (fitted.prior_mean if prior else fitted.mean)).argmax(axis=1))
