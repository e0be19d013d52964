"""What theory promises and what happens: training error, test error and every bound of a classifier, as n grows.

A network of torch and a linear classifier are trained on the first n of the training data, and each bound on their risk
is computed at the same confidence:

- VC: the errors that the class can show on n data are counted (`numerics.network_growth`);
- path norm, Frobenius norms (Golowich et al. 2018), spectral complexity (Bartlett et al. 2017): `numerics.norm_bounds`,
  each at its best margin among sixteen, which the bounds allow; for the linear one also Rademacher's complexity of the
  l2 ball (`numerics.complexity`);
- PAC-Bayes: a normal posterior over the last layer, fitted to the bound, its prior trained on half of the n data, or on
  all that came before it, block after block (`numerics.block_posteriors`);
- test set: the exact binomial bound, from data that the others do not need.

The PAC-Bayes bounds are on the randomized classifier, the others on the trained one. Each holds by itself with the
stated confidence. All of them suppose independent data, and that the settings below were fixed before; these are
constants, but other splits of these data were looked at when they were set.

>>> study("breast_cancer", "linear", 200, effort=QUICK).bound("test set").value < 0.2  # doctest: +SKIP
True
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .block_posteriors import BlockCertificate, block_certificate
from .certificates import DATA, load
from .complexity import LinearBall, empirical_complexity
from .gaussian_posteriors import Features, Labelled, trained_mean
from .intervals import Array, checked_alpha
from .network_growth import exact_test_bound, growth_bound, parameters
from .norm_bounds import NormBound, margins, norm_bounds, rounded_to_grid, uniform_confidence

Model = Literal["network", "linear"]
MODELS: tuple[Model, ...] = ("network", "linear")
DELTA = 0.05
LEAST = 40
"""The least number of training data."""


@dataclass(frozen=True)
class Effort:
    """How much is done: training sizes, steps of training, blocks and folds of PAC-Bayes, draws of its classifiers."""

    sizes: int
    steps: int
    blocks: int
    folds: int
    draws: int


QUICK = Effort(sizes=3, steps=120, blocks=2, folds=2, draws=500)
FULL = Effort(sizes=5, steps=300, blocks=6, folds=4, draws=4000)


@dataclass(frozen=True)
class Settings:
    """A network's hidden units, the noise on its inputs in training, weight decay; the linear one's ridge."""

    hidden: int
    noise: float
    decay: float = 0.1
    ridge: float = 1e-3


SETTINGS = {"digits": Settings(256, 0.5), "breast_cancer": Settings(32, 0.0)}
GIVEN = Settings(64, 0.1)


@dataclass(frozen=True)
class Bound:
    """One bound on a risk. computed: as it comes out, rounded upwards, also above 1; value: at most 1.

    about: the classifier whose risk is bounded, "trained" or "randomized".
    """

    name: str
    computed: float
    confidence: float
    about: str = "trained"
    note: str = ""

    @property
    def value(self) -> float:
        """The bound on a probability."""
        return min(self.computed, 1.0)

    @property
    def vacuous(self) -> bool:
        """Whether it says nothing."""
        return self.computed >= 1


@dataclass(frozen=True)
class Reading:
    """One classifier at one size: shares of errors on the n training data and on the test data, and its bounds."""

    data: str
    model: str
    n: int
    train_error: float
    test_error: float
    test_size: int
    parameters: int
    bounds: tuple[Bound, ...]
    seconds: float

    def bound(self, name: str) -> Bound:
        """The bound of that name; KeyError where there is none."""
        return next(iter(one for one in self.bounds if one.name == name), None) or _missing(name, self.bounds)

    @property
    def tightest(self) -> Bound:
        """The least bound that needs no test data."""
        return min((one for one in self.bounds if one.name != "test set"), key=lambda one: one.computed)


def _missing(name: str, bounds: tuple[Bound, ...]) -> Bound:
    raise KeyError(f"no bound {name!r}: there are {', '.join(one.name for one in bounds)}")


@dataclass(frozen=True)
class Sample:
    """A data set, shuffled: the training data in their order, and the test data."""

    name: str
    train: Labelled
    test: Labelled
    classes: int
    settings: Settings


def sample(data: str | tuple[ArrayLike, ArrayLike], seed: int = 0) -> Sample:
    """The data in random order, a fifth of them for the test, scaled by constants that depend on neither part.

    Digits are divided by 8; other data are centred and scaled, by column, with a tenth of them that nothing else uses.
    Raises ValueError for an unknown name, shapes that do not fit, or fewer than 100 data.
    """
    name, inputs, labels = load(data)
    if len(labels) < 100:
        raise ValueError(f"{len(labels)} data are too few: at least 100 are needed")
    order = np.random.default_rng([seed, 1]).permutation(len(labels))
    inputs, labels = inputs[order], labels[order].astype(np.int64)
    if name == "digits":
        inputs = inputs / 8
    else:
        first, inputs, labels = inputs[: len(inputs) // 10], inputs[len(inputs) // 10 :], labels[len(labels) // 10 :]
        spread = first.std(axis=0)
        scale = np.where(spread > 1e-9, spread, 1.0) * math.sqrt(inputs.shape[1])
        inputs = (inputs - first.mean(axis=0)) / scale
    held = len(labels) // 5
    classes = int(labels.max()) + 1
    parts = (inputs[held:], labels[held:]), (inputs[:held], labels[:held])
    return Sample(name, *parts, classes, SETTINGS.get(name, GIVEN))


def sizes(found: Sample, effort: Effort) -> list[int]:
    """The training sizes: all of the data, and halves of it again and again, at least `LEAST`."""
    n = len(found.train[1])
    return sorted(n >> i for i in range(effort.sizes) if n >> i >= LEAST)


def train_network(found: Sample, data: Labelled, steps: int, rng: np.random.Generator) -> Any:
    """A torch network with one hidden layer of rectifiers, by AdamW on the cross-entropy with noise on the inputs.

    One output, whose sign decides, for two classes. In double precision.
    """
    import torch

    hidden, outputs = found.settings.hidden, found.classes if found.classes > 2 else 1
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    network = torch.nn.Sequential(
        torch.nn.Linear(data[0].shape[1], hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, outputs)
    )
    with torch.no_grad():
        for one in network.parameters():
            limit = one.shape[-1] ** -0.5 if one.ndim > 1 else 0.0
            one.copy_((2 * torch.rand(one.shape, generator=generator) - 1) * limit)
    x = torch.tensor(data[0], dtype=torch.float32)
    y = torch.tensor(data[1]) if outputs > 1 else torch.tensor(data[1], dtype=torch.float32)[:, None]
    functional = torch.nn.functional
    loss = functional.cross_entropy if outputs > 1 else functional.binary_cross_entropy_with_logits
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.005, weight_decay=found.settings.decay)
    for _ in range(steps):
        optimizer.zero_grad()
        noise = found.settings.noise * torch.randn(x.shape, generator=generator) if found.settings.noise else 0.0
        loss(network(x + noise), y).backward()
        optimizer.step()
    return network.double().eval()


def train_linear(found: Sample, data: Labelled) -> list[tuple[Array, Array]]:
    """Weight (outputs, d) and bias of the least penalized cross-entropy; one output for two classes."""
    weights = trained_mean(_with_one(data[0]), data[1], found.classes, ridge=found.settings.ridge)
    weights = weights if found.classes > 2 else weights[:, 1:] - weights[:, :1]
    return [(weights[:-1].T.copy(), weights[-1].copy())]


def _with_one(x: Array) -> Array:
    return np.concatenate([x, np.ones((len(x), 1))], axis=1)


def _labels(found: Sample, labels: NDArray[Any]) -> NDArray[Any]:
    """Labels as the margins want them: -1 and 1 for two classes."""
    return labels if found.classes > 2 else 2 * labels - 1


def _trained(found: Sample, model: Model, data: Labelled, steps: int, rng: np.random.Generator) -> Any:
    return train_network(found, data, steps, rng) if model == "network" else train_linear(found, data)


def _errors(found: Sample, classifier: Any, data: Labelled) -> int:
    """The number of data whose margin is not positive."""
    return int((margins(classifier, data[0], _labels(found, data[1])) <= 0).sum())


def last_layer(
    found: Sample, model: Model, steps: int, data: Labelled, rng: np.random.Generator
) -> tuple[Features, Array]:
    """The features before the last layer of a classifier trained on the data, and that layer: (features, classes)."""
    classifier = _trained(found, model, data, steps, rng)
    features: Features = _with_one
    if model == "network":
        first, bias, weight, shift = (one.detach().numpy() for one in classifier.parameters())

        def hidden(x: Array) -> Array:
            return _with_one(np.maximum(x @ first.T + bias, 0))

        features = hidden
    else:
        weight, shift = classifier[0]
    last = np.concatenate([weight.T, shift[None]])
    return features, last if found.classes > 2 else np.concatenate([np.zeros_like(last), last], axis=1)


def study(
    data: str | tuple[ArrayLike, ArrayLike] | Sample,
    model: Model,
    n: int,
    *,
    delta: float = DELTA,
    seed: int = 0,
    effort: Effort = FULL,
) -> Reading:
    """Train the model on the first n training data, and compute every bound at confidence 1 - delta.

    data: "digits", "breast_cancer", a pair of inputs (n, d) and labels (n,), or a `sample`. Raises ValueError for an
    unknown data set or model, a size that is too small or too large, or delta outside (0, 1).
    """
    begun = time.perf_counter()
    checked_alpha(delta)
    if model not in MODELS:
        raise ValueError(f"no model {model!r}: there are {', '.join(MODELS)}")
    found = data if isinstance(data, Sample) else sample(data, seed)
    if not LEAST <= n <= len(found.train[1]):
        raise ValueError(f"n = {n}: from {LEAST} to {len(found.train[1])} data of {found.name} can be trained on")
    train = found.train[0][:n], found.train[1][:n]
    rng = np.random.default_rng([seed, n, MODELS.index(model)])
    classifier = _trained(found, model, train, effort.steps, rng)
    wrong, missed = (_errors(found, classifier, part) for part in (train, found.test))
    widths = _widths(found, model)
    bounds = [Bound("VC", growth_bound(wrong, n, widths, delta), 1 - delta)]
    bounds += _norm_rows(found, classifier, train, delta, seed, model)
    bounds += _pac_bayes_rows(found, model, train, delta, effort, rng)
    held = len(found.test[1])
    bounds.append(Bound("test set", exact_test_bound(missed, held, delta), 1 - delta, note=f"{held} data more"))
    took = time.perf_counter() - begun
    return Reading(found.name, model, n, wrong / n, missed / held, held, parameters(widths), tuple(bounds), took)


def _widths(found: Sample, model: Model) -> tuple[int, ...]:
    ends = found.train[0].shape[1], found.classes if found.classes > 2 else 1
    return (ends[0], found.settings.hidden, ends[1]) if model == "network" else ends


def _norm_rows(found: Sample, classifier: Any, train: Labelled, delta: float, seed: int, model: Model) -> list[Bound]:
    """The norm-based bounds, each at the best of sixteen margins: they hold for all margins at once."""
    labels = _labels(found, train[1])
    held = margins(classifier, train[0], labels)
    reach = max(float(np.quantile(held, 0.95)), 1e-3)
    tried = [float(one) for one in np.geomspace(reach / 10, 30 * reach, 16)]
    columns = [norm_bounds(classifier, train[0], labels, margin=margin, delta=delta) for margin in tried]
    if model == "linear":
        ball = _ball_complexity(found, classifier, train, delta, seed)
        for margin, column in zip(tried, columns, strict=True):
            column.append(_ball_bound(ball, held, margin, delta, seed_cost=ball[2]))
    best = [min(rows, key=lambda one: one.bound) for rows in zip(*columns, strict=True)]
    return [Bound(one.name, one.bound, 1 - delta, note=f"norm {one.norm:.3g}") for one in best]


def _ball_complexity(
    found: Sample, classifier: Any, train: Labelled, delta: float, seed: int
) -> tuple[float, float, float]:
    """The l2 norm of a linear classifier, the complexity of the unit ball on the data, and what the draws spend.

    For k outputs, with the Frobenius norm: 2 E|sum of sigma_i x_i'|_F / n <= 2 sqrt(k) |X|_F / n, by Maurer's
    contraction (2016) and Jensen's inequality; for one output the ball's own complexity, an upper end of draws.
    """
    (weight, bias), x = classifier[0], _with_one(train[0])
    norm = math.sqrt(float((weight**2).sum() + (bias**2).sum())) * (1 + 1e-12)
    if found.classes > 2:
        return norm, 2 * math.sqrt(found.classes) * float(np.linalg.norm(x)) / len(x) * (1 + 1e-12), 0.0
    return norm, empirical_complexity(LinearBall(x), alpha=delta / 50, seed=seed).high, delta / 50


def _ball_bound(
    ball: tuple[float, float, float], held: Array, margin: float, delta: float, seed_cost: float
) -> NormBound:
    above, cost = rounded_to_grid(ball[0] / margin)
    errors = float(np.mean(held < margin * (1 + 1e-9)))
    confidence = uniform_confidence(len(held), delta - seed_cost, cost)
    return NormBound("Rademacher, l2 ball", ball[0], above * ball[1] * (1 + 1e-12), errors, confidence, delta)


def _pac_bayes_rows(
    found: Sample, model: Model, train: Labelled, delta: float, effort: Effort, rng: np.random.Generator
) -> list[Bound]:
    """One posterior with its prior from half of the data; and blocks, each with its prior from all before it."""

    def learner(data: Labelled, rng: np.random.Generator) -> Any:
        return last_layer(found, model, effort.steps, data, rng)

    def row(name: str, share: float, blocks: int) -> Bound:
        one: BlockCertificate = block_certificate(
            learner,
            train,
            found.test,
            rng,
            delta=delta,
            first_share=share,
            blocks=blocks,
            draws=effort.draws,
            folds=effort.folds,
        )
        note = f"train {one.train_error:.4f}, test {one.test_error:.4f}, KL {one.kl:.3f}, m {one.m}"
        return Bound(name, one.bound, one.confidence, "randomized", note)

    return [row("PAC-Bayes", 0.5, 1), row("PAC-Bayes, blocks", 0.4, min(effort.blocks, len(train[1]) * 6 // 100))]


def report(
    data: str | tuple[ArrayLike, ArrayLike] = "digits",
    *,
    delta: float = DELTA,
    seed: int = 0,
    effort: Effort = FULL,
) -> Iterator[Reading]:
    """All readings of one data set, the small sizes first; raises ValueError as `study` does, before any training."""
    checked_alpha(delta)
    found = sample(data, seed)
    plan = planned(found, effort)
    return (study(found, model, n, delta=delta, seed=seed, effort=effort) for model, n in plan)


def planned(found: Sample, effort: Effort) -> list[tuple[Model, int]]:
    """What `report` goes through."""
    return [(model, n) for n in sizes(found, effort) for model in MODELS]


__all__ = [
    "DATA",
    "FULL",
    "QUICK",
    "Bound",
    "Effort",
    "Reading",
    "Sample",
    "last_layer",
    "planned",
    "report",
    "sample",
    "sizes",
    "study",
]
